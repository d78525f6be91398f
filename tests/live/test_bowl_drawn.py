"""The picture of the bowls: rings of equal loss, the ball, its way and its goal stand where the numbers say."""

import json
from itertools import pairwise

import numpy as np
import pytest

from bnviz.lessons.learn_to_standardize import bowl
from bnviz.styles import RunStyle
from bnviz.ui.lessons.learn_to_standardize_bowls import INPUTS, STEPS, bowls
from tests.live.drawing import read

AFFINE, BATCH = RunStyle("γx + β", "#a87400", "#f2c14e", ()), RunStyle("batch norm", "#0072b2", "#62bdf0", ())
START = {name: default for name, (_, default) in INPUTS.items()}
AXES = {"affine": (-21, 3), "batch": (-4, 4)}
TEXT = "#31333f"


def drawn(ask, width=980, guess=0, **values):
    scene = json.loads(json.dumps(bowls(AFFINE, BATCH, guess).to_dict()))
    return read(ask("drawn", scene, {**START, **values}, {"width": width}))


def place_of(drawing, panel, gamma, beta):
    return drawing.across(panel, beta, *AXES[panel]), drawing.up(panel, gamma, -3, 7)


def back(drawing, panel, points):
    """β and γ of points on the canvas."""
    place, (low, high) = drawing.places[panel], AXES[panel]
    x, y = np.array(points).T
    beta = low + (x - place["left"]) / place["width"] * (high - low)
    return beta, 7 - (y - place["top"]) / place["height"] * 10


def rings(drawing, panel):
    """The areas of a bowl, from the largest to the smallest."""
    center = place_of(drawing, panel, drawing.arrays["goal_gamma"], drawing.arrays["goal_beta"])
    if panel == "batch":
        center = place_of(drawing, panel, 2, 0.5)
    found = [np.array(points) for points, _ in drawing.areas if len(points) == 128]
    return [ring for ring in found if np.allclose(ring.mean(0), center, atol=1e-6 * (1 + np.ptp(ring)))]


@pytest.mark.parametrize("width", [980, 360])
@pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.0), (3.0, 1.0), (10.0, 1.0), (1.0, 3.0)])
def test_a_ring_is_a_line_of_equal_loss(ask, mean, spread, width):
    drawing = drawn(ask, width, mean=mean, spread=spread)
    seen = []
    for ring in rings(drawing, "affine"):
        beta, gamma = back(drawing, "affine", ring)
        losses = 0.5 * ((gamma * mean + beta - 0.5) ** 2 + (gamma * spread - 2) ** 2)
        assert np.ptp(losses) < 1e-6 * losses.mean()
        seen.append(losses.mean())
    levels = 10.0 ** (np.arange(-9, 12) / 3)
    assert len(seen) >= len(levels)  # with those of batch norm, where both goals lie in one place
    assert all(np.isclose(seen, level, rtol=1e-6).any() for level in levels)


def test_the_bowl_of_batch_norm_is_round_whatever_comes_in(ask):
    for values in ({}, {"mean": 3.0}, {"mean": 1.0, "spread": 5.0}, {"mean": 0.0, "time": 200.0}):
        drawing = drawn(ask, **values)
        for ring in rings(drawing, "batch"):
            far = np.hypot(*(ring - ring.mean(0)).T)
            assert far.min() == pytest.approx(far.max(), rel=1e-9)


@pytest.mark.parametrize("width", [980, 700])
def test_a_unit_is_as_long_up_as_across_and_alike_in_both_planes(ask, width):
    places = drawn(ask, width).places
    units = [places[panel]["width"] / (high - low) for panel, (low, high) in AXES.items()]
    assert [*units, places["affine"]["height"] / 10] == pytest.approx([units[0]] * 3)
    assert places["batch"]["left"] + places["batch"]["width"] <= width
    narrow = drawn(ask, 360).places
    assert len({place["top"] for place in narrow.values()}) == 4
    assert all(place["left"] + place["width"] <= 360 for place in narrow.values())


@pytest.mark.parametrize("values", [{}, {"mean": 3.0}, {"mean": 0.0}, {"roll": 40.0}, {"mean": 0.0, "time": 150.0}])
def test_the_ball_is_at_the_end_of_its_way(ask, values):
    drawing = drawn(ask, **values)
    arrays = drawing.arrays
    balls = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 8 and fill == AFFINE.color]
    assert balls == [pytest.approx(place_of(drawing, "affine", arrays["ball_gamma"], arrays["ball_beta"]))]
    ways = [
        place_of(drawing, "affine", gamma, beta)
        for gamma, beta in zip(arrays["way_gamma"], arrays["way_beta"], strict=True)
    ]
    assert any(
        np.shape(line) == np.shape(ways) and np.allclose(line, ways) for line in drawing.lines_of(AFFINE.color, 2.5)
    )
    own = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 8 and fill == BATCH.color]
    assert own == [pytest.approx(place_of(drawing, "batch", arrays["own_gamma"], arrays["own_beta"]))]


def test_the_counter_and_the_places_on_the_way_are_in_the_picture(ask):
    words = drawn(ask).words
    assert {"step 39,167 of 39,167", "step 1 of 1", "10,000", "1,000", "100", "goal"} <= words.keys()
    assert {"step 0 of 39,167", "step 0 of 1"} <= drawn(ask, roll=0.0).words.keys()
    moving = drawn(ask, mean=0.0, time=300.0).words
    assert {"β is 14.67 behind, loss 1.07", "loss 0"} <= moving.keys()
    assert not [text for text in moving if text.startswith("step")]


def test_where_there_is_no_room_beside_a_title_the_counter_stands_in_the_panel(ask):
    for width, inside in ((1400, False), (620, True)):
        drawing = drawn(ask, width)
        ((_, y),) = drawing.words["step 1 of 1"]
        assert (y > drawing.places["batch"]["top"]) is inside


def test_places_are_named_only_where_their_names_do_not_cover_each_other(ask):
    drawing = drawn(ask)
    spots = [spot for text in ("0", "100", "1,000", "10,000") for spot in drawing.words.get(text, [])]
    named = [spot for spot in spots if spot[1] < drawing.places["affine"]["top"] + drawing.places["affine"]["height"]]
    for index, (x, y) in enumerate(named):
        assert all(abs(x - x1) >= 40 or abs(y - y1) >= 22 for x1, y1 in named[:index])


@pytest.mark.parametrize("width", [980, 620, 360])
@pytest.mark.parametrize("mean", [0.5, 1.0, 3.0, 7.0, 10.0])
def test_no_number_of_a_step_is_crossed_by_the_way(ask, width, mean):
    drawing = drawn(ask, width, mean=mean)
    arrays = drawing.arrays
    way = np.array(
        [place_of(drawing, "affine", *place) for place in zip(arrays["stone_gamma"], arrays["stone_beta"], strict=True)]
    )
    along = np.linspace(0, 1, 400)[:, None]
    between = np.concatenate([start + along * (end - start) for start, end in pairwise(way)])
    for count in arrays["stones"]:
        text = f"{count:,.0f}"
        half = 4 * len(text)
        for x, y in drawing.words.get(text, []):
            stone = way[arrays["stones"].index(count)]
            if np.hypot(*(stone - (x, y))) > 40:
                continue  # a tick of an axis that reads the same
            # Where words begin depends on their side: to the right of the place, to its left, or about it.
            left = x - half if abs(x - stone[0]) < 1 else x if x > stone[0] else x - 2 * half
            inside = (between >= (left, y - 13)) & (between <= (left + 2 * half, y - 1))
            assert not inside.all(axis=1).any(), text


def test_a_guess_is_flagged_where_the_ball_was_by_then(ask):
    drawing = drawn(ask, guess=100)
    x, y = place_of(drawing, "affine", *bowl.place_after(10.0, 1.0, 100))
    assert any(np.allclose(disc[:3], (x, y, 5)) for disc in drawing.discs)
    assert "your guess: 100" in drawing.words
    assert not any(disc[2] == 5 and 0 <= disc[0] <= 980 for disc in drawn(ask).discs)


def test_a_goal_outside_of_the_plane_is_an_arrowhead_at_its_edge(ask):
    drawing = drawn(ask, mean=10.0, spread=0.5)  # γ = 4, β = −39.5
    place = drawing.places["affine"]
    heads = [np.array(points) for points, _ in drawing.areas if len(points) == 3]
    assert any(np.abs(head[:, 0] - place["left"]).max() < 24 for head in heads)
    assert not any(len(points) == 3 for points, _ in drawn(ask).areas)


def test_the_rails_show_the_inputs_and_what_batch_norm_makes_of_them(ask):
    drawing, still = drawn(ask, mean=3.0, spread=1.5), drawn(ask)
    x = [drawing.across("x", 3 + 1.5 * u, -5, 15) for u in bowl.examples()]
    assert drawing.discs_at("x", "#1f2328")[: len(x)] == pytest.approx(x)
    assert drawing.discs_at("normalized", "#0063a0") == still.discs_at("normalized", "#0063a0")


def test_every_step_leads_to_what_its_words_say(ask):
    assert len(STEPS) == 4
    assert all(len(step.words.split()) <= 40 for step in STEPS)
    reached = [drawn(ask, **{**step.first, **step.values}).arrays for step in STEPS]
    round_bowl, shifted, ten, moving = reached
    assert (round_bowl["condition"], round_bowl["steps"]) == (pytest.approx(1), 1)
    assert shifted["goal_beta"] == pytest.approx(0.5 - 2 * 3)
    assert shifted["condition"] > 100
    assert (ten["steps"], ten["now"], ten["own_now"]) == (39_167, 39_167, 1)
    assert ten["loss"] <= 0.001
    assert (moving["now_mean"], moving["moving"]) == (10, 1)
    assert moving["own_loss"] == 0
