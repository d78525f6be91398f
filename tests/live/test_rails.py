"""The picture of the rails: every value stands at its place, in its color."""

import json

import numpy as np
import pytest

from bnviz.lessons.what_it_computes.standardization import START_BATCH, UnitBatch, forward, guessed, statistics
from bnviz.lessons.what_it_computes.verdicts import GUESSES
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.lessons.what_it_computes import EPSILONS
from bnviz.ui.lessons.what_it_computes_rails import moved, rail_values, rails, window
from bnviz.words import number
from tests.live.drawing import read

SETTINGS = {"gamma": 1.5, "beta": 0.5, "eps": 1e-5, "example": 3}
STANDARD = (-5, 5)


def drawn(ask, values, unit=1, settings=SETTINGS, **look):
    scene = rails(values, unit, reach=3.0, epsilons=EPSILONS)
    return scene, read(ask("drawn", json.loads(json.dumps(scene.to_dict())), rail_values(values, settings), look))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("unit", "size", "width"), [(1, 8, 1000), (2, 16, 358), (3, 2, 700)])
def test_every_example_is_a_dot_on_each_rail(ask, unit, size, width, theme):
    values = START_BATCH[:size, unit - 1].tolist()
    settings = {**SETTINGS, "gamma": -0.7, "example": size}
    _, drawing = drawn(ask, values, unit, settings, width=width, theme=theme)
    frame = forward(UnitBatch(tuple(values), (0.0,) * size, -0.7, 0.5, 1e-5))
    inks = SYMBOL_COLORS[theme]
    for name, ends in {"x": window(values, unit), "normalized": STANDARD, "y": STANDARD}.items():
        places = sorted(drawing.across(name, value, *ends) for value in frame[name])
        assert drawing.discs_at(name, inks[name]) == pytest.approx(places)
        picked = [x for x, y, radius, fill, _ in drawing.discs if radius == 10 and fill == inks[name]]
        assert picked == pytest.approx([drawing.across(name, frame[name].iloc[-1], *ends)])
        assert number(frame[name].iloc[-1]) in drawing.words


def test_a_line_leads_each_example_from_rail_to_rail(ask):
    values = START_BATCH[:8, 0].tolist()
    _, drawing = drawn(ask, values)
    frame, ends = forward(UnitBatch(tuple(values), (0.0,) * 8, 1.5, 0.5, 1e-5)), window(values, 1)
    thick = [np.ravel(points) for points, _, width in drawing.lines if width == 3 and points[0][1] != points[1][1]]
    thin = [np.ravel(points) for points, _, width in drawing.lines if width == 1.25]
    stops = [("x", *ends), ("normalized", *STANDARD), ("y", *STANDARD)]
    assert len(thin) == 2 * 7
    for _, row in frame.iterrows():
        way = [[drawing.across(name, row[name], low, high), drawing.places[name]["top"]] for name, low, high in stops]
        for leg in (way[:2], way[1:]):
            assert any(np.allclose(line, np.ravel(leg)) for line in (thick if row["example"] == 3 else thin))


def test_the_brackets_are_mean_and_spread_and_gamma_and_beta(ask):
    values = START_BATCH[:8, 0].tolist()
    batch = UnitBatch(tuple(values), (0.0,) * 8, -0.7, 2.0, 0.3)
    settings = {"gamma": -0.7, "beta": 2.0, "eps": 0.3, "example": 1}
    _scene, drawing = drawn(ask, values, settings=settings)
    found, inks, ends = statistics(batch), SYMBOL_COLORS["light"], window(values, 1)
    sd = found.var**0.5

    def level(color, panel, raised):
        y = drawing.places[panel]["top"] - raised
        return [sorted(x for x, _ in line) for line in drawing.lines_of(inks[color], 3) if {p[1] for p in line} == {y}]

    assert level("var", "x", 44) == [
        pytest.approx([drawing.across("x", found.mean + side * sd, *ends) for side in (-1, 1)])
    ]
    assert level("gamma", "y", -52) == [
        pytest.approx([drawing.across("y", 2.0 + side * 0.7, *STANDARD) for side in (-1, 1)])
    ]
    grips = {fill: x for x, _, radius, fill, _ in drawing.discs if radius == 9 and fill}
    assert grips == pytest.approx(
        {
            inks["mean"]: drawing.across("x", found.mean, *ends),
            inks["var"]: drawing.across("x", found.mean + sd, *ends),
            inks["beta"]: drawing.across("y", 2.0, *STANDARD),
            inks["gamma"]: drawing.across("y", 2.0 - 0.7, *STANDARD),
        }
    )
    bands = {round(box[0], 6): box[2] for box, ink in drawing.boxes if ink == inks["var"]}
    spread = forward(batch)["normalized"].std(ddof=0)
    for panel, middle, half, limits in (("x", found.mean, sd, ends), ("normalized", 0, spread, STANDARD)):
        left, right = (drawing.across(panel, middle + side * half, *limits) for side in (-1, 1))
        assert bands[round(left, 6)] == pytest.approx(right - left)
    assert {"μ", "σ", "γ", "β"} <= drawing.words.keys()


def test_what_lies_beyond_a_rail_is_a_triangle_at_its_end(ask):
    _, drawing = drawn(ask, [3.0, 6.0, 4.0, 8.0], settings={**SETTINGS, "gamma": 3.0, "beta": 3.0, "example": 1})
    place, ink = drawing.places["y"], SYMBOL_COLORS["light"]["y"]
    (corners,) = [points for points, color in drawing.areas if color == ink]
    assert max(x for x, _ in corners) > place["left"] + place["width"]
    assert len(drawing.discs_at("y", ink)) == 3


def test_what_the_hand_acts_on_is_marked(ask):
    _, still = drawn(ask, [3.0, 6.0, 4.0])
    _, touched = drawn(ask, [3.0, 6.0, 4.0], touched="gamma")
    assert not [disc for disc in still.discs if disc[3] == SYMBOL_COLORS["light"]["gamma"] + "40"]
    assert [disc for disc in touched.discs if disc[3] == SYMBOL_COLORS["light"]["gamma"] + "40"]


@pytest.mark.parametrize(
    ("values", "unit", "ends"),
    [
        ([-2.0, 18.0], 1, (-2, 18)),
        ([3.0, 18.1], 1, (-20, 20)),
        ([0.0, 22.0], 2, (0, 22)),
        ([-0.1, 20.0], 2, (-20, 20)),
        ([-10.0, 10.0], 3, (-10, 10)),
        ([-50.1], 3, (-100, 100)),
        ([1000.0, -3.0], 1, (-1000, 1000)),
    ],
)
def test_the_range_holds_all_values_and_stays_while_they_move_within_it(values, unit, ends):
    assert window(values, unit) == ends


def test_each_handle_has_a_slider_and_what_it_picks():
    scene = rails([3.0, 6.0, 4.0], 1, reach=3.0, epsilons=EPSILONS)
    names = {each.name for each in scene.inputs}
    assert all(set(handle.inputs) <= names for handle in scene.handles)
    assert [handle.picks for handle in scene.handles if handle.inputs[0] == "x2"] == [{"example": 2}]
    assert moved({"x2": 7.0, "x13": -1.0, "eps": 0.1, "example": 2}) == {2: 7.0, 13: -1.0}


@pytest.mark.parametrize("size", [2, 3, 8, 16])
@pytest.mark.parametrize("unit", [1, 2, 3])
def test_each_step_shows_what_it_says_wherever_the_values_were(ask, unit, size):
    first = START_BATCH[:size, unit - 1].tolist()
    scene = rails(first, unit, reach=3.0, epsilons=EPSILONS)
    one, shift, double, gamma, beta, large = scene.steps
    low, high = window(first, unit)

    settings = {**SETTINGS, "example": 1}

    def at(*steps):
        values = rail_values([low + 1.0 + number for number in range(size)], settings)
        for step in steps:
            values |= step.values
        assert all(low <= value <= high for name, value in values.items() if name[0] == "x"), "on the rail"
        return ask("sums", "standardize", values, {"size": size})

    start = ask("sums", "standardize", rail_values(first, settings), {"size": size})
    moved = np.abs(np.subtract(at(one)["normalized"], start["normalized"]))
    alike = [abs(new - old) < 1e-9 for new, old in zip(at(one)["x"], start["x"], strict=True)]
    assert alike.count(False) == 1
    assert ("x̂ is −1 and 1 whatever" in one.words) == (size == 2)
    if size == 2:
        assert np.abs(at(one)["normalized"]) == pytest.approx([1, 1], abs=1e-4)
    else:
        assert np.median(np.delete(moved, 1)) > 0.05
    assert at(shift)["mean"] - start["mean"] == pytest.approx((high - low) / 4, abs=0.06)
    assert at(shift)["y"] == pytest.approx(start["y"], abs=1e-9)
    assert at(large, double)["x"] == pytest.approx([2 * value for value in first])
    assert at(large, double)["y"] == pytest.approx(start["y"], abs=1e-3)
    for name in ("mean", "sd"):
        assert at(double)[name] == pytest.approx(2 * start[name])
    assert at(gamma)["normalized"] == at()["normalized"]
    assert np.subtract(at(gamma)["y"], 0.5) == pytest.approx(2.5 / 1.5 * np.subtract(at()["y"], 0.5))
    assert np.subtract(at(beta)["y"], at()["y"]) == pytest.approx(-2.0)
    assert at(large)["normalized_sd"] < 0.9
    assert all(len(step.words.split()) <= 40 for step in scene.steps)


@pytest.mark.parametrize("guess", range(len(GUESSES)))
def test_rings_stand_where_the_guess_has_the_outputs_go(ask, guess):
    values = START_BATCH[:8, 0].tolist()
    batch = UnitBatch(tuple(values), (0.0,) * 8, 0.8, 0.5, 1e-5)
    settings = {"gamma": 0.8, "beta": 0.5, "eps": 1e-5, "example": 3}
    scene = rails(values, 1, reach=3.0, epsilons=EPSILONS, guess=guess)
    picture = json.loads(json.dumps(scene.to_dict()))
    drawing = read(ask("drawn", picture, rail_values(values, settings), {}))
    must = guessed(batch, guess)
    assert drawing.arrays["guess_y"] == pytest.approx(must, abs=1e-12)
    top = drawing.places["y"]["top"]
    found = sorted(x for x, y, radius, fill, _ in drawing.discs if (y, radius, fill) == (top, 11, None))
    inside = sorted(min(5, max(-5, value)) for value in must)
    assert found == pytest.approx([drawing.across("y", value, *STANDARD) for value in inside])
    assert any("your guess" in words for words in drawing.words)
    doubled = rail_values([2 * value for value in values], settings)
    after = read(ask("drawn", picture, doubled, {})).arrays
    assert (after["y"] == pytest.approx(must, abs=1e-3)) == (guess == 1), "dots go into the rings of the right guess"


def test_without_a_guess_there_is_no_ring(ask):
    _, drawing = drawn(ask, START_BATCH[:8, 0].tolist())
    assert drawing.arrays["guess_y"] == []
    assert not any(radius == 11 for _, _, radius, _, _ in drawing.discs)
    assert not any("guess" in words for words in drawing.words)
