"""The arrows of the backward pass: their twin in Python, and where they stand in the picture."""

import itertools
import json

import numpy as np
import pytest

from bnviz.lessons.what_it_computes.standardization import START_BATCH, START_UPSTREAM, UnitBatch, backward
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.lessons.what_it_computes import EPSILONS
from bnviz.ui.lessons.what_it_computes_gradient import REACH, gradient
from tests.live.drawing import read

GRID = [*itertools.product((0, 1, 2), (2, 3, 8, 16), EPSILONS[1:])]


def batch_of(unit=0, size=8, eps=1e-5) -> UnitBatch:
    return UnitBatch(tuple(START_BATCH[:size, unit]), tuple(START_UPSTREAM[:size]), 1.5, 0.5, eps)


def arrows(ask, batch, taken, example=1):
    scene = gradient(batch, example)
    return ask("sums", scene.sums, {"taken": taken}, dict(scene.given))


@pytest.mark.parametrize(("unit", "size", "eps"), GRID)
def test_what_is_taken_away_is_what_the_backward_pass_takes(ask, unit, size, eps):
    batch = batch_of(unit, size, eps)
    parts = backward(batch)
    for taken in (0, 0.35, 1, 1.6, 2):
        found = arrows(ask, batch, taken, example=size)
        mean, along = min(taken, 1) * parts["mean_part"], max(taken - 1, 0) * parts["along_part"]
        assert found["arrows"] == pytest.approx((parts["upstream"] + mean + along).tolist(), abs=1e-12)
        assert found["own_arrow"] == found["arrows"][-1]
        slope, level = np.polyfit(parts["normalized"], found["arrows"], 1)
        assert (found["tilt"], found["level"]) == pytest.approx((slope, level), abs=1e-9)
        assert (found["line_left"], found["line_right"]) == pytest.approx((level - 4 * slope, level + 4 * slope))
    assert found["arrows"] == pytest.approx(parts["rest"].tolist(), abs=1e-12)
    assert found["level"] == pytest.approx(0, abs=1e-12)
    tilt = arrows(ask, batch, 0)["tilt"]
    assert found["tilt"] == pytest.approx(tilt * eps / (np.var(batch.values) + eps), abs=1e-9), "what ε leaves"


def test_equal_values_have_no_tilt(ask):
    found = arrows(ask, UnitBatch((4.0,) * 3, (1.0, 0.0, 0.5), eps=1e-5), 2)
    assert found["tilt"] == 0
    assert found["arrows"] == pytest.approx([0.5, -0.5, 0.0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_arrow_stands_at_the_normalized_value_of_each_example(ask, theme):
    batch = batch_of()
    scene = json.loads(json.dumps(gradient(batch, 3).to_dict()))
    drawing = read(ask("drawn", scene, {"taken": 2.0}, {"theme": theme}))
    top = scene["rows"][0][0]["y"]["high"]
    parts, ink = backward(batch), SYMBOL_COLORS[theme]["y"]
    tips = sorted(points[0] for points, color in drawing.areas if color == ink)
    wanted = sorted(
        [drawing.across("arrows", x, -REACH, REACH), drawing.up("arrows", y, -top, top)]
        for x, y in zip(parts["normalized"], parts["rest"], strict=True)
    )
    assert np.ravel(tips) == pytest.approx(np.ravel(wanted))
    assert len(drawing.lines_of(ink, 5)) == 1, "the followed one is thick"
    assert len(drawing.lines_of(ink, 2.5)) == 7


@pytest.mark.parametrize(("unit", "size", "eps"), GRID)
def test_no_arrow_leaves_the_picture(unit, size, eps):
    batch = batch_of(unit, size, eps)
    parts, panel = backward(batch), gradient(batch, 1).rows[0][0]
    assert parts["normalized"].abs().max() <= panel.x.high
    between = parts["upstream"] + parts["mean_part"]
    assert max(parts["upstream"].abs().max(), between.abs().max(), parts["rest"].abs().max()) <= panel.y.high


def test_steps_take_the_mean_and_then_the_tilt():
    scene = gradient(batch_of(), 1)
    assert [step.values["taken"] for step in scene.steps] == [0, 1, 2]
    assert all(len(step.words.split()) <= 40 for step in scene.steps)
