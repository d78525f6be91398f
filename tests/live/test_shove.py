"""The shoved unit and the dragged cloud: both arithmetics agree, and all of it is drawn where it is."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.lessons.moving_statistics.kinks import REACH, UNITS, Kinks, layer_of
from bnviz.lessons.moving_statistics.shove import BATCHES, SIZES, Shove, inputs_of
from bnviz.ui.lessons.moving_statistics_kinks import kinks_scene
from bnviz.ui.lessons.moving_statistics_shove import INPUTS, shove_scene
from tests.live.drawing import read

SCENE = json.loads(json.dumps(shove_scene(0, 0).to_dict()))
CLOUD = json.loads(json.dumps(kinks_scene(0).to_dict()))
START = {name: getattr(Shove(), name) for name in INPUTS}
EDGE = (-8, 8)

shoves = st.builds(
    Shove,
    mean=st.floats(-4, 4),
    sd=st.floats(0.25, 2.5),
    shape=st.floats(0, 1),
    size=st.sampled_from(SIZES),
    number=st.integers(1, BATCHES),
    gamma=st.floats(-3, 3),
    beta=st.floats(-3, 3),
    evaluating=st.integers(0, 1),
    after=st.floats(0, 50),
)


def values_of(shove):
    return {name: getattr(shove, name) for name in INPUTS}


@settings(deadline=None, max_examples=80)
@given(shoves, st.integers(0, 2))
def test_both_compute_the_same_outputs(ask, shove, seed):
    found = ask("sums", "shove", values_of(shove), {**inputs_of(seed).to_dict(), "guess": None})
    near = {"rel": 1e-9, "abs": 1e-9}
    assert found["x"] == pytest.approx(shove.inputs(seed).tolist(), **near)
    assert found["own"] == shove.batch(shove.number, seed).tolist()
    assert (found["used_mean"], found["used_sd"]) == pytest.approx(shove.used(shove.number, seed), **near)
    for norm in ("affine", "batch"):
        output = shove.outputs(norm, seed=seed)
        assert found[f"y_{norm}"] == pytest.approx(output.tolist(), **near)
        assert (found[f"{norm}_mean"], found[f"{norm}_sd"]) == pytest.approx((output.mean(), output.std()), **near)
        assert found[f"followed_{norm}"] == pytest.approx(shove.followed(norm, seed).tolist(), **near)


@pytest.mark.parametrize(("guess", "mean", "sd"), [(0, 5.0, 3.0), (1, 0.0, 1.0), (2, 0.5, 1.5), (None, None, None)])
def test_the_guess_is_drawn_where_its_answer_would_be(ask, guess, mean, sd):
    found = ask("sums", "shove", {**START, "mean": 3.0, "sd": 2.0}, {**inputs_of(0).to_dict(), "guess": guess})
    assert (found["guess_mean"], found["guess_sd"]) == (mean, sd)


@settings(deadline=None, max_examples=60)
@given(st.floats(-6, 6), st.floats(-6, 6), st.floats(0.5, 6), st.integers(0, 3))
def test_both_compute_the_same_lines(ask, x, y, radius, seed):
    kinks = Kinks(x, y, radius)
    values = {"cloud_x": x, "cloud_y": y, "cloud_radius": radius}
    found = ask("sums", "kinks", values, layer_of(seed).to_dict())
    assert np.column_stack([found["point_x"], found["point_y"]]) == pytest.approx(kinks.cloud(seed))
    for norm in ("affine", "batch"):
        sides = kinks.sides(norm, seed)
        assert found[f"at_{norm}"] == pytest.approx(kinks.lines(norm, seed).tolist(), rel=1e-9, abs=1e-9)
        assert (sum(found[f"bends_{norm}"]), found[f"dead_{norm}"], found[f"straight_{norm}"]) == tuple(sides.values())
        assert found[f"idle_{norm}"] == sides["dead"] + sides["straight"]


def drawn(ask, scene=SCENE, **values):
    look = {name: values.pop(name) for name in ("width", "theme") if name in values}
    return read(ask("drawn", scene, {**START, **values}, look))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [4, 256])
def test_every_example_of_the_batch_is_a_dot_in_the_row_of_its_group(ask, size, theme):
    shove = Shove(mean=1.0, sd=0.8, size=size, number=3)
    drawing = drawn(ask, theme=theme, **values_of(shove))
    group = inputs_of(0).group[shove.batch(3)]
    for norm in ("affine", "batch"):
        top = drawing.places[norm]["top"]
        for each, name in enumerate(("first", "second", "third")):
            ink = SCENE["colors"][theme][name]
            row = (top - 13 - 19 * each - 8, top - 13 - 19 * each + 8)
            own = sorted(x for x, y, _, fill, _ in drawing.discs if fill == ink and row[0] < y < row[1])
            places = sorted(drawing.across(norm, value, *EDGE) for value in shove.outputs(norm)[group == each])
            assert own == pytest.approx(places)


def test_the_band_stays_at_beta_and_gamma_and_the_bar_is_where_the_outputs_are(ask):
    shove = Shove(mean=3.0, gamma=-1.2, beta=1.0)
    drawing = drawn(ask, **values_of(shove))
    boxes = [box for box, color in drawing.boxes if color == SCENE["colors"]["light"]["gamma"]]
    assert len(boxes) == 2
    for norm, box in zip(("affine", "batch"), boxes, strict=True):
        band = [drawing.across(norm, 1.0 + side * 1.2, *EDGE) for side in (-1, 1)]
        assert [box[0], box[0] + box[2]] == pytest.approx(band)
        output, level = shove.outputs(norm), drawing.places[norm]["top"] - 84
        bars = [points for points, _, width in drawing.lines if width == 3 and {y for _, y in points} == {level}]
        ends = [drawing.across(norm, output.mean() + side * output.std(), *EDGE) for side in (-1, 1)]
        assert [[x for x, _ in bar] for bar in bars] == [pytest.approx(ends)]
        told = f"mean ± spread {output.mean():.2f} ± {output.std():.2f}".replace("-", "−")
        assert told in drawing.words
    assert {"β ± |γ|", "your guess", "μ ± σ that batch norm takes"} <= drawing.words.keys()


def test_the_rail_of_batch_norm_says_whether_it_evaluates(ask):
    training, evaluation = "Batch norm, training: μ and σ of this batch", "Batch norm, evaluation: running averages"
    assert training in drawn(ask).words
    assert evaluation not in drawn(ask).words
    assert evaluation in drawn(ask, evaluating=1).words


def test_the_ringed_example_has_a_ring_for_each_batch(ask):
    shove = Shove(size=4)
    drawing = drawn(ask, **values_of(shove))
    rings = [x for x, _, radius, fill, _ in drawing.discs if radius == 7 and fill is None]
    wanted = [drawing.across(norm, y, *EDGE) for norm in ("affine", "batch") for y in shove.followed(norm)]
    assert rings == pytest.approx(wanted)


@pytest.mark.parametrize("width", [1000, 358])
def test_a_line_that_does_not_bend_is_drawn_in_another_color_and_counted(ask, width):
    kinks = Kinks(4.0, 3.0, 2.0)
    drawing = drawn(ask, CLOUD, cloud_x=4.0, cloud_y=3.0, cloud_radius=2.0, width=width)
    layer, inks = layer_of(0), CLOUD["colors"]["light"]
    for norm in ("affine", "batch"):
        idle = UNITS - kinks.sides(norm)["bent"]
        assert f"{idle} of {UNITS} do not bend here" in drawing.words
        solid = drawing.lines_of(inks[norm], 1.75)
        assert len(solid) == UNITS - idle
        scale = drawing.places[norm]["width"] / (2 * REACH)
        origin = [drawing.across(norm, 0, -REACH, REACH), drawing.up(norm, 0, -REACH, REACH)]
        for line in solid:
            ends = (np.array(line) - origin) * [1, -1] / scale
            sums = ends @ layer.weights.T  # [end, unit]
            assert np.isclose(sums, kinks.lines(norm)).all(0).sum() == 1
    assert len(drawing.lines_of(inks["off"], 2.25)) == UNITS - kinks.sides("affine")["bent"]
