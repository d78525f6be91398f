"""Two estimators of one gradient as arrows: their twin in Python, and where they stand in the picture."""

import itertools
import json

import numpy as np
import pytest

from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations.gradient_estimates import FUNCTIONS, GradientEstimates
from bnviz.lessons.two_reparameterizations.rolls import DRAWS, REACH, ROLLS, Rolls
from bnviz.ui.lessons.two_reparameterizations_estimates import INPUTS, TITLES, estimators
from tests.live.drawing import read

START = {name: default for name, (_, default) in INPUTS.items()}
Z = (-4, 8)


def found(ask, function="square", seed=0, **values):
    scene = estimators(function, seed)
    return ask("sums", scene.sums, {**START, **values}, json.loads(json.dumps(dict(scene.given))))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("seed", [0, 1, 7])
def test_both_compute_the_same(ask, function, seed):
    rolls = Rolls(seed)
    for mean, sd, samples, roll in itertools.product((0.0, 1.3, 3.0), (0.1, 0.65, 2.0), (1, 16, 64), (1, ROLLS)):
        task = GradientEstimates(function, mean, sd, samples)
        shown, must = found(ask, function, seed, mean=mean, sd=sd, samples=samples, throw=roll), rolls.at(task, roll)
        for name in ("z", "score", "pathwise", "score_estimates", "pathwise_estimates"):
            assert shown[name] == pytest.approx(getattr(must, name).tolist(), rel=1e-9, abs=1e-9)
        assert len(shown["z"]) == samples
        assert shown["reach"] == pytest.approx(must.reach)
        assert shown["gradient"] == pytest.approx(task.exact.gradient, abs=1e-12)
        assert shown["sd_end"] == mean + sd
        for way in TITLES:
            means = getattr(must, f"{way}_estimates")
            assert shown[f"{way}_estimate"] == pytest.approx(means[roll - 1], abs=1e-9)
            assert shown[f"{way}_mean"] == pytest.approx(means.mean(), abs=1e-9)
            assert shown[f"{way}_spread"] == pytest.approx(means.std(), abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_rolls_estimate_the_gradient_with_the_spread_of_theory(function, seed):
    """For every handle: the means of all rolls lie within what their spread allows, whichever way."""
    mean_input, sd_input = INPUTS["mean"][0], INPUTS["sd"][0]
    for mean, sd in itertools.product(
        np.arange(mean_input.low, mean_input.high + 0.01, 0.5), np.arange(sd_input.low, sd_input.high + 0.01, 0.3)
    ):
        task = GradientEstimates(function, float(mean), float(sd), max(DRAWS))
        arrows, exact = Rolls(seed).at(task), task.exact
        for means, variance in (
            (arrows.score_estimates, exact.score),
            (arrows.pathwise_estimates, exact.pathwise),
        ):
            error = (variance / max(DRAWS) / ROLLS) ** 0.5
            assert abs(means.mean() - exact.gradient) < 5 * error
        if exact.ratio > 10:
            assert arrows.score_estimates.std() > arrows.pathwise_estimates.std(), "it can be seen"
        if exact.ratio < 0.1:
            assert arrows.score_estimates.std() < arrows.pathwise_estimates.std()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 358])
def test_an_arrow_stands_above_each_draw_and_the_thick_one_is_their_mean(ask, width, theme):
    values = {**START, "mean": 1.0, "sd": 0.7, "throw": 3}
    scene = json.loads(json.dumps(estimators("square", 0).to_dict()))
    drawing = read(ask("drawn", scene, values, {"width": width, "theme": theme}))
    must = Rolls(0).at(GradientEstimates("square", 1.0, 0.7, 16), 3)
    for way, ink in zip(TITLES, PALETTES[theme].classes, strict=False):
        top = drawing.places[way]["top"]
        zero, half = top - 290 / 2 + (58 - 26) / 2, (290 - 58 - 26) / 2

        def up(value, zero=zero, half=half):
            return zero - half * np.clip(value / must.reach, -1, 1)

        drawn = [points for points, color, wide in drawing.lines if (color, wide) == (ink, 2)]
        pairs = zip(must.z, getattr(must, way), strict=True)
        wanted = [(drawing.across(way, z, *Z), value) for z, value in pairs]
        assert np.ravel([start for start, _ in drawn]) == pytest.approx(np.ravel([(x, zero) for x, _ in wanted]))
        tips = sorted(points[0][1] for points, color in drawing.areas if color == ink and len(points) == 3)
        estimates = getattr(must, f"{way}_estimates")
        inside = [value for _, value in wanted if abs(value) <= must.reach]
        assert tips == pytest.approx(sorted(up(value) for value in [*inside, estimates[2]]))
        headless = [end for (_, (_, end)), (_, value) in zip(drawn, wanted, strict=True) if abs(value) > must.reach]
        assert headless == pytest.approx([up(value) for _, value in wanted if abs(value) > must.reach])
        rings = sorted(y for _, y, radius, fill, line in drawing.discs if (radius, fill, line) == (4, None, ink))
        assert rings == pytest.approx(sorted(up(value) for value in estimates))
        left, right = (drawing.across(way, end, *Z) for end in Z)
        truth = [[left, up(2.0)], [right, up(2.0)]]
        level = [points for points, _, wide in drawing.lines if wide == 2 and points[0][0] == left]
        assert any(np.allclose(points, truth) for points in level)
        assert any("truth 2.00" in text for text in drawing.words)


def test_links_of_old_name_the_inputs_and_each_handle_has_a_slider():
    scene = estimators("square", 0)
    assert [given.name for given in scene.inputs] == [*INPUTS]
    old = {"mean": (0.0, 0.5, 1.0, 2.0, 3.0), "sd": (0.1, 0.25, 0.5, 1.0, 2.0), "samples": (1, 4, 16, 64)}
    assert all(INPUTS[name][0].allows(value) for name, values in old.items() for value in values)
    assert {name for handle in scene.handles for name in handle.inputs} == {"mean", "sd"}
    assert scene.given["reach"] == REACH


@pytest.mark.parametrize("width", [1000, 358])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_before_the_guess_there_are_the_draws_and_no_number_of_the_answer(ask, function, width):
    scene = estimators(function, 0, shown=False)
    drawing = read(ask("drawn", json.loads(json.dumps(scene.to_dict())), START, {"width": width}))
    whole = read(ask("drawn", json.loads(json.dumps(estimators(function, 0).to_dict())), START, {"width": width}))
    assert drawing.places == whole.places, "nothing moves when the arrows come"
    for title in TITLES.values():
        assert title in drawing.words
    assert "The arrows come with your guess." in drawing.words
    assert not any("this roll" in words for words in drawing.words)
    for way in TITLES:
        assert not any(ink == PALETTES["light"].classes[list(TITLES).index(way)] for _, ink, _ in drawing.lines)
    for name in ("estimate", "mean", "spread", "gradient"):
        assert name not in scene.alternative.replace("mean {mean} and spread {sd}", "")
    assert "data-number" not in scene.text
