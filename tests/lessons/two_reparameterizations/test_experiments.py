"""Is it the VAE trick: both estimators against closed forms and quadrature, and what x̂ and ε depend on."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz.lessons.two_reparameterizations.direction import (
    ANGLES,
    FACTORS,
    TurnedWeights,
    compared,
    dependence,
    standardized,
)
from bnviz.lessons.two_reparameterizations.gradient_estimates import (
    ESTIMATORS,
    FUNCTIONS,
    WAVE,
    Exact,
    GradientEstimates,
    histogram,
    measured,
)
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines


def no_report(step, losses):
    pass


def never():
    return False


def by_quadrature(task: GradientEstimates) -> Exact:
    """Mean and variances of both estimators by Gauss-Hermite quadrature, which knows nothing of the closed forms."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(150)
    weights = weights / weights.sum()
    values = task.mean + task.sd * nodes
    square = task.function == "square"
    heights, slopes = (values**2, 2 * values) if square else (np.sin(WAVE * values), WAVE * np.cos(WAVE * values))
    score = heights * nodes / task.sd
    (gradient, other), (score_var, path_var) = zip(
        *((weights @ x, weights @ x**2 - (weights @ x) ** 2) for x in (score, slopes)), strict=True
    )
    assert gradient == pytest.approx(other, rel=1e-8, abs=1e-8)
    return Exact(gradient, score_var, path_var)


class TestGradientEstimates:
    def test_the_ratio_of_the_notes_is_that_of_mean_2_and_spread_1(self):
        exact = GradientEstimates().exact
        assert (exact.gradient, exact.score, exact.pathwise, exact.ratio) == (4, 87, 4, 21.75)

    @given(st.sampled_from(FUNCTIONS), st.floats(-3, 3), st.floats(0.2, 1.5))
    def test_the_closed_forms_are_those_of_quadrature(self, function, mean, sd):
        task = GradientEstimates(function, mean, sd)
        exact, found = task.exact, by_quadrature(task)
        assert exact.gradient == pytest.approx(found.gradient, rel=1e-8, abs=1e-8)
        assert exact.score == pytest.approx(found.score, rel=1e-8, abs=1e-8)
        assert exact.pathwise == pytest.approx(found.pathwise, rel=1e-8, abs=1e-8)

    @pytest.mark.parametrize("samples", [1, 16])
    @pytest.mark.parametrize(
        ("function", "mean", "sd"), [("square", 2.0, 1.0), ("wave", 2.0, 1.0), ("wave", 0.5, 0.25)]
    )
    def test_the_estimates_have_the_mean_and_the_variances_of_theory(self, function, mean, sd, samples):
        task = GradientEstimates(function, mean, sd, samples)
        found, exact = measured(task.compute(no_report, never)), task.exact
        size = task.estimates
        assert found.score_mean == pytest.approx(exact.gradient, abs=4 * (exact.score / samples / size) ** 0.5)
        assert found.pathwise_mean == pytest.approx(exact.gradient, abs=4 * (exact.pathwise / samples / size) ** 0.5)
        assert found.score * samples == pytest.approx(exact.score, rel=0.05)
        assert found.pathwise * samples == pytest.approx(exact.pathwise, rel=0.02)
        assert found.ratio == pytest.approx(exact.ratio, rel=0.05)

    def test_pathwise_wins_for_the_bowl_everywhere_and_loses_for_a_wave_faster_than_the_spread(self):
        for mean in (0.0, 0.5, 1.0, 2.0, 3.0):
            for sd in (0.1, 0.25, 0.5, 1.0, 2.0):
                assert GradientEstimates("square", mean, sd).exact.ratio >= 3.75
            assert GradientEstimates("wave", mean, 1.0).exact.ratio < 0.1
            assert GradientEstimates("wave", mean, 0.1).exact.ratio > 10

    def test_it_repeats_itself_and_another_seed_gives_others(self):
        task = GradientEstimates(estimates=1000)
        assert task.compute(no_report, never).equals(task.compute(no_report, never))
        other = GradientEstimates(estimates=1000, seed=1)
        assert not other.compute(no_report, never).equals(task.compute(no_report, never))

    def test_it_stops_when_asked_and_reports_until_then(self):
        seen = []
        frame = GradientEstimates(estimates=100).compute(lambda step, _: seen.append(step), lambda: len(seen) > 2)
        assert seen == [1, 2, 3]
        assert len(frame) == 30
        assert list(GradientEstimates().compute(no_report, lambda: True).columns) == list(ESTIMATORS)

    def test_the_histogram_counts_nearly_all_of_both(self):
        counted = histogram(GradientEstimates(estimates=5000).compute(no_report, never), bins=20)
        assert len(counted) == 40
        inside = counted.groupby("estimator")["share"].sum()
        assert inside["score"] == pytest.approx(0.98, abs=0.002)
        assert 0.95 < inside["pathwise"] <= 1

    @pytest.mark.parametrize(
        ("settings", "message"), [({"function": "cube"}, "one of square, wave"), ({"sd": 0.0}, "above 0")]
    )
    def test_what_cannot_be_computed_is_refused(self, settings, message):
        with pytest.raises(ValueError, match=message):
            GradientEstimates(**settings)


@pytest.fixture(scope="module")
def turned():
    return TurnedWeights().compute(no_report)


class TestTurnedWeights:
    def test_there_is_one_row_for_each_angle_factor_and_example(self, turned):
        assert len(turned) == len(ANGLES) * len(FACTORS) * 128
        first = turned[(turned["angle"] == 0) & (turned["factor"] == 1.0)]
        assert first["normalized"].mean() == pytest.approx(0, abs=1e-12)
        assert first["normalized"].std(ddof=0) == pytest.approx(1, abs=1e-12)

    @pytest.mark.parametrize("factor", FACTORS)
    def test_scale_does_not_leak(self, turned, factor):
        found = dependence(turned, 0, factor)
        assert found.normalized_moved < 1e-12
        assert found.noise_moved == 0
        assert found.along < 1e-13 * max(1, found.sensitivity)
        assert found.sensitivity == pytest.approx(dependence(turned, 0, 1.0).sensitivity / factor, rel=1e-9)

    def test_direction_moves_what_is_computed_and_not_what_is_drawn(self, turned):
        moves = [dependence(turned, angle, 1.0).normalized_moved for angle in ANGLES]
        assert moves[0] == 0
        assert (np.diff(moves) > 0).all()
        assert moves[-1] > 1
        assert all(dependence(turned, angle, 1.0).noise_moved == 0 for angle in ANGLES)

    def test_a_small_turn_moves_it_as_the_jacobian_says(self):
        generator = torch.Generator().manual_seed(1)
        batch, weight, change = (
            torch.randn(*size, dtype=torch.float64, generator=generator) for size in ((9, 4), (4,), (4,))
        )
        value, slopes = standardized(batch, weight)
        plain = batch @ weight
        assert torch.allclose(value, (plain - plain.mean()) / plain.std(correction=0), atol=1e-14)
        step = 1e-6 * change
        central = (standardized(batch, weight + step)[0] - standardized(batch, weight - step)[0]) / 2e-6
        assert torch.allclose(slopes @ change, central, atol=1e-8)
        assert (slopes @ weight).abs().max() < 1e-14

    @given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
    def test_scale_cannot_leak_from_any_weights(self, seed, factor):
        generator = torch.Generator().manual_seed(seed)
        batch, weight = (torch.randn(*size, dtype=torch.float64, generator=generator) for size in ((8, 3), (3,)))
        value, slopes = standardized(batch, weight)
        assert torch.allclose(standardized(batch, factor * weight)[0], value, atol=1e-10)
        assert (slopes @ weight).norm() < 1e-10 * slopes.norm() * weight.norm()

    def test_a_second_time_gives_the_same_x_hat_and_another_draw(self, turned):
        again = dependence(turned, 0, 1.0, again=True)
        assert again.normalized_moved == 0
        assert again.noise_moved > 1
        pairs = compared(turned, 0, 1.0, again=True)
        assert abs(np.corrcoef(pairs["noise_before"], pairs["noise_after"])[0, 1]) < 0.4
        assert pairs["noise_after"].std() == pytest.approx(1, abs=0.25)

    def test_it_reports_every_angle_and_another_seed_is_another_unit(self, turned):
        seen = []
        other = TurnedWeights(seed=1, examples=16).compute(lambda step, _: seen.append(step))
        assert seen == list(range(1, TurnedWeights().steps + 1))
        assert len(other) == len(ANGLES) * len(FACTORS) * 16
        assert not np.array_equal(other["noise"][:16], turned["noise"][:16])

    def test_an_unknown_place_is_refused(self, turned):
        with pytest.raises(ValueError, match="choose from ANGLES and FACTORS"):
            compared(turned, 7, 1.0)


@pytest.mark.parametrize("seed", range(3))
def test_weight_norm_and_batch_norm_have_the_right_angle_and_plain_has_none(seed):
    frame = RightAngles(seed).compute(no_report)
    assert frame.groupby("norm")["unit"].count().to_dict() == {"weight": 64, "batch": 64, "none": 64}
    found = largest_cosines(frame)
    assert found["weight"] < 1e-14
    assert found["batch"] < 1e-13
    assert found["none"] > 0.1


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.two_reparameterizations import direction, gradient_estimates, orthogonality\n"
        "direction.TurnedWeights(), gradient_estimates.GradientEstimates().exact\n"
        "orthogonality.RightAngles().experiment\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
