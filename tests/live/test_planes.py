"""The picture of the planes: walks, points, arrows and bands stand where the numbers say."""

import json

import numpy as np
import pytest

from bnviz.lessons.same_functions.plane import NORMS, REACH, SHORTEST, Walks, neurons
from bnviz.styles import RunStyle
from bnviz.ui.lessons.same_functions_planes import ARROW, INPUTS, LONGEST, planes
from tests.live.drawing import read

STYLES = (RunStyle("plain", "#d55e00", "#ff8f4d", ()), RunStyle("batch norm", "#0072b2", "#62bdf0", ()))
START = {name: default for name, (_, default) in INPUTS.items()}
SCENE = json.loads(json.dumps(planes(STYLES, NORMS, 0).to_dict()))
W, RING = "#1f2328", "#57606a"


def drawn(ask, width=1000, **values):
    return read(ask("drawn", SCENE, {**START, **values}, {"width": width}))


def place_of(drawing, picture, norm, weight):
    """Where a weight lies in a picture."""
    panel = f"{picture}_{norm}"
    if picture == "plane":
        return drawing.across(panel, weight[0], -REACH, REACH), drawing.up(panel, weight[1], -REACH, REACH)
    angle, length = np.degrees(np.arctan2(weight[1], weight[0])) % 360, np.hypot(*weight)
    return (
        drawing.across(panel, angle, 0, 360),
        drawing.up(panel, np.log(length), np.log(SHORTEST), np.log(REACH)),
    )


def at(angle, length):
    return length * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])


def turned(way):
    return np.array([-way[1], way[0]])


@pytest.mark.parametrize("width", [1000, 358])
@pytest.mark.parametrize("update", [0, 7, 60])
@pytest.mark.parametrize("picture", ["plane", "polar"])
def test_a_walk_goes_from_the_start_to_its_update(ask, picture, update, width):
    drawing = drawn(ask, width, update=update, length=1.0, angle=200.0, plane_rate=0.1)
    table = Walks(1.0, 200.0, 0.1).compute()
    for norm, style in zip(NORMS, STYLES, strict=True):
        walk = table[(table["norm"] == norm) & (table["step"] <= update)][["w1", "w2"]].to_numpy()
        places = [place_of(drawing, picture, norm, weight) for weight in walk]
        lines = [np.array(line) for line in drawing.lines_of(style.color, 2.5)]
        assert any(line.shape == (len(places), 2) and np.allclose(line, places) for line in lines)
        small = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 2.5 and fill == style.color]
        for place in places:
            assert np.isclose(small, place).all(axis=1).any()
        ends = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 8 and fill == style.color]
        assert np.isclose(ends, places[-1]).all(axis=1).any()
        rings = [(x, y) for x, y, radius, _, line in drawing.discs if radius == 10 and line == RING]
        assert np.isclose(rings, places[0]).all(axis=1).any()


@pytest.mark.parametrize(("angle", "length"), [(330.0, 2.5), (100.0, 0.5), (215.0, 3.9)])
def test_w_and_the_arrow_down_stand_at_their_places(ask, angle, length):
    drawing = drawn(ask, w_angle=angle, w_length=length)
    weight = at(angle, length)
    grips = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 9 and fill == W]
    assert len(grips) == 4
    for neuron, style in zip(neurons(0), STYLES, strict=True):
        for picture in ("plane", "polar"):
            assert np.isclose(grips, place_of(drawing, picture, neuron.norm, weight)).all(axis=1).any()
        down = -neuron.gradient(weight)
        by = ARROW * down * min(1, LONGEST / (ARROW * np.linalg.norm(down)))
        tips = [corners[0] for corners, color in drawing.areas if color == style.color]
        assert np.isclose(tips, place_of(drawing, "plane", neuron.norm, weight + by)).all(axis=1).any()


def test_only_a_right_angle_is_marked_as_one(ask):
    drawing = drawn(ask)
    middle = drawing.places["plane_batch"]["left"] - 60
    corners = [line for line in drawing.lines_of(W, 2) if len(line) == 2 and np.hypot(*np.subtract(*line)) < 13]
    assert len(corners) == 2
    assert all(x > middle for line in corners for x, _ in line)


def test_rays_and_uprights_pass_through_w(ask):
    drawing = drawn(ask, w_angle=60.0, w_length=2.0)
    for norm in NORMS:
        origin, w = (np.array(place_of(drawing, "plane", norm, weight)) for weight in (at(60.0, 1e-9), at(60.0, 2.0)))
        rays = [np.array(line) for line in drawing.lines_of(W, 2) if np.hypot(*np.subtract(*line)) > 1000]
        assert any(
            np.allclose(line[0], origin) and abs(turned(line[1] - line[0]) @ (w - origin)) < 1e-3 for line in rays
        )
        place, x = drawing.places[f"polar_{norm}"], drawing.across(f"polar_{norm}", 60.0, 0, 360)
        assert any(
            np.allclose(line, [[x, place["top"]], [x, place["top"] + place["height"]]])
            for line in drawing.lines_of(W, 2)
        )


def test_a_walk_that_goes_once_round_is_not_drawn_across(ask):
    drawing = drawn(ask, angle=350.0, length=1.0, plane_rate=0.3)
    table = Walks(1.0, 350.0, 0.3).compute()
    jumps = table.groupby("norm")["angle"].apply(lambda angles: (angles.diff().abs() > 180).any())
    assert jumps.any()
    # The pen is lifted there, so that no drawn line leads from one end to the other; points lie on either side.
    assert drawing.lines_of(STYLES[0].color, 2.5)


def test_panels_stand_below_each_other_on_a_phone_and_beside_elsewhere(ask):
    wide, narrow = drawn(ask, 1000).places, drawn(ask, 358).places
    assert wide["plane_none"]["top"] == wide["plane_batch"]["top"]
    assert wide["plane_none"]["left"] < wide["plane_batch"]["left"]
    assert len({place["top"] for place in narrow.values()}) == 4
    assert all(place["left"] + place["width"] <= 358 for place in narrow.values())
    for place in (*wide.values(), *narrow.values()):
        assert place["width"] == place["height"]


@pytest.mark.parametrize("width", [300, 358, 700, 1000, 1500])
def test_a_place_leads_back_to_its_value(ask, width):
    points = [["plane_batch", -3.5, 2.25], ["polar_none", 271.0, 0.35], ["polar_batch", 0.0, SHORTEST]]
    answer = ask("layout", SCENE["rows"], width, points)
    for (_, x, y), found in zip(points, answer["found"], strict=True):
        assert found["back"] == pytest.approx([x, y])


def test_the_shades_are_those_of_the_loss_and_alike_in_all_planes(ask):
    shades = ask("shades", SCENE, START, [["plane_none", 20, 30], ["plane_batch", 300, 200], ["polar_batch", 5, 390]])
    low, high = shades["low"], shades["high"]
    assert low < high
    losses = {neuron.norm: neuron.loss for neuron in neurons(0)}
    for found, norm in zip(shades["points"], ("none", "batch", "batch"), strict=True):
        weight = found["at"] if found["panel"].startswith("plane") else at(*found["at"])
        band = np.floor(6 * np.log10(losses[norm](np.array(weight))))
        share = (band - low) / (high - low)
        assert found["color"] == pytest.approx([255 + share * (end - 255) for end in (0x85, 0x92, 0xA0)], abs=1)
