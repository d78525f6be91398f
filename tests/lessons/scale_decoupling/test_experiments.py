"""The lesson on scale against its identities: claims 1 to 3 and oracle 4 of the notes on the science."""

import subprocess
import sys

import numpy as np
import pytest

from bnviz import Experiment, Run, train
from bnviz.lessons.same_functions.plane import Walks
from bnviz.lessons.scale_decoupling.decay import DecayEquivalence, length_ratio
from bnviz.lessons.scale_decoupling.equilibrium import Equilibrium, equilibrium
from bnviz.lessons.scale_decoupling.equivalence import equivalence, equivalence_experiment, largest_difference
from bnviz.lessons.scale_decoupling.growth import growth, growth_experiment, growth_summary
from bnviz.lessons.scale_decoupling.hand import largest_stable_rate, longer
from bnviz.lessons.scale_decoupling.kick import BATCHES, kick_effect, kick_experiment
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics, at_once
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES, ScaleSweep, effect
from bnviz.ui.server.training import job_key


def no_report(step, losses):
    pass


def never():
    return False


@pytest.fixture(scope="module")
def swept():
    return ScaleSweep().compute(no_report)


@pytest.fixture(scope="module")
def grown():
    return growth(train(growth_experiment()))


class TestScaleSweep:
    def test_there_is_one_row_for_each_run_eps_and_scale(self, swept):
        assert len(swept) == 2 * len(EPSILONS) * len(SCALES)
        assert SCALES[0] == 0.001
        assert SCALES[-1] == 1000.0
        assert list(SCALES) == sorted(SCALES)

    @pytest.mark.parametrize("scale", SCALES)
    def test_without_eps_the_output_stays_and_the_gradient_is_divided_by_a(self, swept, scale):
        found = effect(swept, "batch", 0.0, scale)
        assert found.output_difference < 1e-13
        assert found.output_sd == pytest.approx(1, abs=1e-12)
        assert found.gradient_ratio == pytest.approx(1 / scale, rel=1e-11)
        assert found.relative_step_ratio == pytest.approx(scale**-2, rel=1e-11)
        assert abs(found.cosine) < 1e-15

    def test_the_usual_eps_keeps_the_rule_for_large_scales_and_breaks_it_for_small_ones(self, swept):
        assert effect(swept, "batch", 1e-5, 100.0).gradient_ratio == pytest.approx(0.01, rel=1e-4)
        small, smaller = (effect(swept, "batch", 1e-5, scale) for scale in (0.01, 0.001))
        assert 60 < small.gradient_ratio < 90
        assert 0.7 < small.output_sd < 0.8
        assert 0.1 < smaller.output_sd < 0.14
        assert smaller.gradient_ratio < 200
        assert small.cosine > 0.01

    @pytest.mark.parametrize("eps", EPSILONS)
    def test_the_spread_is_that_of_the_formula(self, swept, eps):
        # A unit of variance v comes out with sd a·√v/√(a²v + ε): a mean of such terms grows with a and stays below 1.
        spreads = [effect(swept, "batch", eps, scale).output_sd for scale in SCALES]
        assert (np.diff(spreads) >= -1e-12).all()
        assert max(spreads) <= 1 + 1e-12
        plain = [effect(swept, "none", eps, scale).output_sd for scale in SCALES]
        variance = plain[SCALES.index(1.0)] ** 2
        middle = SCALES.index(0.01)
        by_mean_variance = 0.01 * variance**0.5 / (1e-4 * variance + eps) ** 0.5
        assert spreads[middle] == pytest.approx(by_mean_variance, rel=0.05)

    def test_a_plain_layer_puts_out_a_times_as_much_and_has_no_rule_for_the_gradient(self, swept):
        unscaled = effect(swept, "none", 0.0, 1.0)
        for scale in SCALES:
            found = effect(swept, "none", 0.0, scale)
            assert found.output_sd == pytest.approx(scale * unscaled.output_sd, rel=1e-12)
            assert 0.1 < found.gradient_ratio < 10

    def test_it_reports_every_step_and_repeats_itself(self, swept):
        seen = []
        again = ScaleSweep().compute(lambda step, losses: seen.append(step))
        assert seen == list(range(1, ScaleSweep().steps + 1))
        assert again.equals(swept)
        assert not ScaleSweep(seed=1).compute(no_report).equals(swept)

    def test_its_name_holds_all_its_settings(self):
        assert job_key(ScaleSweep(seed=3)) == "ScaleSweep(seed=3, width=64, examples=128)"

    def test_an_unknown_row_is_refused(self, swept):
        with pytest.raises(ValueError, match="choose them from NORMS"):
            effect(swept, "batch", 0.5, 1.0)


class TestGrowth:
    def test_with_batch_norm_every_step_is_at_a_right_angle(self, grown):
        batch = grown[grown["norm"] == "batch"]
        assert batch["cosine"].abs().max() < 1e-12
        assert np.allclose(batch["squared"], batch["length"] ** 2 + batch["move"] ** 2, rtol=1e-13)
        assert np.allclose(batch["squared"], batch["predicted"], rtol=1e-12)
        assert (batch["next_length"] > batch["length"]).all()

    def test_the_plain_network_has_no_right_angle(self, grown):
        plain = grown[grown["norm"] == "none"]
        assert plain["cosine"].abs().max() > 0.1
        assert ((plain["squared"] - plain["predicted"]).abs() / plain["predicted"]).max() > 0.5

    @pytest.mark.parametrize("norm", ["none", "batch"])
    def test_the_picture_keeps_lengths_and_moves(self, grown, norm):
        drawn = grown[grown["norm"] == norm]
        assert np.allclose(np.hypot(drawn["x"], drawn["y"]), drawn["length"], rtol=1e-12)
        assert np.allclose(np.hypot(drawn["next_x"], drawn["next_y"]), drawn["next_length"], rtol=1e-12)
        moved = np.hypot(drawn["next_x"] - drawn["x"], drawn["next_y"] - drawn["y"])
        assert np.allclose(moved, drawn["move"], rtol=1e-8)

    def test_the_summary_says_the_same(self, grown):
        plain, batch = (row for _, row in growth_summary(grown).iterrows())
        assert (plain["norm"], batch["norm"]) == ("none", "batch")
        assert batch["shrinking"] == 0
        assert 1.05 < batch["growth"] < 1.15
        assert batch["largest_error"] < 1e-12 < 0.5 < plain["largest_error"]

    def test_at_the_usual_initialization_growth_is_slight_and_the_plain_network_shrinks_at_times(self):
        plain, batch = (row for _, row in growth_summary(growth(train(growth_experiment(1.0, 0.1)))).iterrows())
        assert 1 < batch["growth"] < 1.01
        assert 0 < plain["shrinking"] < 0.5
        assert batch["shrinking"] == 0

    def test_a_history_with_gaps_is_refused(self):
        sparse = growth_experiment().model_copy(update={"records": 5})
        with pytest.raises(ValueError, match="every step"):
            growth(train(sparse))


class TestKick:
    @pytest.mark.parametrize("factor", [2.0, 10.0, 100.0])
    def test_batch_norm_goes_on_where_the_plain_network_blows_up(self, factor):
        plain, batch = (row for _, row in kick_effect(train(kick_experiment(factor))).iterrows())
        assert batch["loss_after"] == pytest.approx(batch["loss_before"], rel=0.1)
        assert plain["loss_after"] > 10 * plain["loss_before"]
        assert batch["accuracy_lowest"] < batch["accuracy_before"] - 0.05
        assert 1 <= batch["steps_until_back"] <= 30

    def test_weights_made_short_disturb_batch_norm_too_through_the_rate(self):
        batch = kick_effect(train(kick_experiment(0.1))).iloc[1]
        assert batch["loss_after"] > 2 * batch["loss_before"]
        assert batch["accuracy_last"] > 0.9

    def test_a_run_that_diverged_has_an_infinite_loss(self):
        plain = kick_effect(train(kick_experiment(100.0))).iloc[0]
        assert plain["status"].startswith("diverged")
        assert plain["loss_after"] == np.inf
        assert np.isnan(plain["steps_until_back"])

    def test_the_losses_are_means_of_the_batches_on_either_side(self):
        history = train(kick_experiment(2.0))
        plain = kick_effect(history).iloc[0]
        loss = history.losses().query("run == 0 and split == 'train'").set_index("step")["loss"]
        assert plain["loss_before"] == pytest.approx(loss.loc[101 - BATCHES : 100].mean())
        assert plain["loss_after"] == pytest.approx(loss.loc[101 : 100 + BATCHES].mean())

    def test_a_history_that_stops_at_the_kick_is_refused(self):
        steps = iter(range(1000))
        history = train(kick_experiment(), should_stop=lambda: next(steps) >= 103)
        with pytest.raises(ValueError, match="must reach 10 steps beyond the kick"):
            kick_effect(history)


class TestEquivalence:
    @pytest.mark.parametrize("scale", [0.01, 10.0])
    def test_with_exact_numbers_the_curves_are_one(self, scale):
        frame = equivalence(train(equivalence_experiment(scale, exact=True)))
        assert largest_difference(frame, 2) < 1e-12
        assert largest_difference(frame, 1) > 0.1

    def test_with_usual_numbers_they_stay_close_for_long_weights_only(self):
        close = equivalence(train(equivalence_experiment(10.0)))
        apart = equivalence(train(equivalence_experiment(0.001)))
        assert 0 < largest_difference(close, 2) < 0.01
        assert largest_difference(apart, 2) > 0.5

    def test_a_plain_network_is_another_one_at_any_rate(self):
        frame = equivalence(train(equivalence_experiment(10.0, norm="none")))
        assert largest_difference(frame, 2) > 1

    def test_a_run_that_ended_early_is_infinitely_far(self):
        experiment = Experiment(widths=(8,) * 6, steps=20, runs=(Run(norm="none"), Run(norm="none", lr=1e12)))
        frame = equivalence(train(experiment))
        assert np.isfinite(frame["loss"]).all()
        assert largest_difference(frame, 0) == 0
        assert largest_difference(frame, 1) == np.inf


class TestDecay:
    def test_decay_is_a_rising_rate(self):
        task = DecayEquivalence(weight_decay=0.01)
        frame = task.compute(no_report, lambda: False)
        assert largest_difference(frame, 2) < 1e-12
        assert largest_difference(frame, 1) > 0.01
        assert length_ratio(frame) == pytest.approx(task.length_ratio, rel=1e-12)
        assert task.length_ratio == pytest.approx(1.35, abs=0.005)
        rates = frame.query("run == 2").set_index("step")["rate"]
        assert rates[0] == pytest.approx(0.1 / 0.999)
        assert rates[299] == pytest.approx(0.1 * task.last_rate_ratio)
        assert rates[299] / rates[298] == pytest.approx(0.999**-2)

    def test_the_runs_with_a_constant_rate_are_those_of_the_engine(self):
        task = DecayEquivalence(weight_decay=0.1, steps=20)
        frame = task.compute(no_report, lambda: False)
        trained = train(task.experiment.model_copy(update={"records": 21}))
        for run in (0, 1):
            assert np.allclose(frame.loc[frame["run"] == run, "loss"], trained.arrays["loss"][:, run, 0], rtol=1e-9)
            lengths = trained.arrays["weight_norm"][:, run, 0]
            assert np.allclose(frame.loc[frame["run"] == run, "weight_norm"], lengths, rtol=1e-9)

    def test_with_usual_numbers_and_much_decay_rounding_and_eps_tell(self):
        little = DecayEquivalence(0.03, exact=False).compute(no_report, lambda: False)
        much = DecayEquivalence(0.1, exact=False).compute(no_report, lambda: False)
        assert 1e-7 < largest_difference(little, 2) < 0.01
        assert largest_difference(much, 2) > 0.05

    def test_it_stops_when_asked_and_reports_until_then(self):
        seen = []
        frame = DecayEquivalence().compute(lambda step, losses: seen.append((step, len(losses))), lambda: len(seen) > 4)
        assert seen == [(step, 3) for step in range(5)]
        assert frame["step"].max() == 4


class TestEquilibrium:
    @pytest.mark.parametrize("noisy", [True, False])
    def test_three_starts_come_into_balance(self, noisy):
        task = Equilibrium(noisy)
        balance = equilibrium(task.compute(no_report, never), task.steps)
        assert balance["share"].between(0.95, 1.05).all()
        assert balance["turn"].between(0.97, 1.03).all()
        assert balance["length"].max() / balance["length"].min() < 1.06

    def test_a_frame_that_stops_early_is_refused(self):
        stop = iter(range(5000))
        frame = Equilibrium().compute(no_report, lambda: next(stop) > 5)
        with pytest.raises(ValueError, match="must reach the second half"):
            equilibrium(frame, 2000)

    def test_its_lengths_are_those_of_a_recording(self):
        task = Equilibrium(steps=20)
        weights = train(task.experiment.model_copy(update={"records": 21})).weights()
        frame = task.compute(no_report, never).sort_values(["run", "step"])
        for name in ("weight_norm", "grad_norm"):
            recorded = weights.sort_values(["run", "step"])[name].to_numpy()
            assert frame[name].to_numpy() == pytest.approx(recorded, rel=1e-5)


class TestKickStatistics:
    @pytest.mark.parametrize("factor", [0.1, 10.0])
    def test_running_averages_that_go_along_restore_the_accuracy(self, factor):
        found = at_once(KickStatistics(factor).compute(no_report, never))
        assert found.repaired == found.before > 0.9
        assert found.stale < found.before - 0.1

    def test_before_and_after_are_what_the_training_records(self):
        found = at_once(KickStatistics().compute(no_report, never))
        history = train(kick_experiment())
        batch = kick_effect(history).set_index("norm").loc["batch"]
        assert found.before == pytest.approx(batch["accuracy_before"])


class TestHand:
    @pytest.mark.parametrize("seed", range(10))
    def test_ten_times_the_length_is_a_tenth_of_the_gradient_and_the_same_loss(self, seed):
        for angle in range(0, 360, 7):
            plain, batch = longer(float(angle), seed)
            assert batch.loss_after == pytest.approx(batch.loss_before, rel=1e-12)
            assert batch.gradient_ratio == pytest.approx(0.1, rel=1e-9)
            assert abs(plain.loss_after - plain.loss_before) > 0.05

    @pytest.mark.parametrize("seed", range(10))
    def test_the_plain_walk_diverges_above_the_named_rate_and_not_below(self, seed):
        edge = largest_stable_rate(seed)
        below, above = (
            Walks(1.0, 320.0, rate, seed, 4000).compute().query("norm == 'none'") for rate in (0.98 * edge, 1.02 * edge)
        )
        assert below["loss"].iloc[-1] < 0.1
        assert above["loss"].iloc[-1] > 1e10


def test_with_adam_longer_weights_need_a_times_the_rate():
    runs = tuple(
        Run(norm="batch", lr=0.01, optimizer="adam", eps=0.0, init_scale=scale, hidden_lr_factor=factor)
        for scale, factor in ((1.0, 1.0), (10.0, 10.0), (10.0, 100.0))
    )
    table = equivalence(train(Experiment(steps=50, dtype="float64", runs=runs)))
    assert largest_difference(table, 1) < 0.02 < 0.1 < largest_difference(table, 2)


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.scale_decoupling import decay, equilibrium, equivalence, growth, kick, periodic, scale\n"
        "decay.DecayEquivalence().experiment, scale.ScaleSweep(), kick.kick_experiment(), growth.growth_experiment()\n"
        "equilibrium.Equilibrium().experiment, equivalence.equivalence_experiment()\n"
        "periodic.PeriodicTraining().experiment\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
