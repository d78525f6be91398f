"""The last line of a VAE and of batch norm: its twin in Python, and where values stand in the picture."""

import itertools
import json

import numpy as np
import pytest

from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations.last_line import BATCHES, ROLLS, LastLine
from bnviz.lessons.two_reparameterizations.verdicts import TURN_ANSWERS
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.lessons.two_reparameterizations_line import INPUTS, START, last_line
from tests.live.drawing import read

OUTPUT, STANDARD = (-5, 5), (-4, 4)


def found(ask, seed=0, **values):
    scene = last_line(seed)
    return ask("sums", scene.sums, {**START, **values}, json.loads(json.dumps(dict(scene.given))))


@pytest.mark.parametrize("seed", range(10))
def test_both_compute_the_same(ask, seed):
    line = LastLine(seed)
    grid = itertools.product(
        (1, 5, ROLLS), (1, 4, BATCHES), (0.0, 20.0, 95.0, 180.0), (0.25, 2.0), (0.2, 2.0), (-2.0, 1.5)
    )
    for roll, batch, turn, length, scale, shift in grid:
        values = {"roll": roll, "batch": batch, "turn": turn, "length": length, "scale": scale, "shift": shift}
        shown, must = found(ask, seed, **values), line.at(**values)
        for name in ("noise", "z", "x", "normalized", "y"):
            assert shown[name] == pytest.approx(getattr(must, name).tolist(), abs=1e-12)
        assert (shown["mean"], shown["sd"]) == pytest.approx((must.x.mean(), must.x.std()), abs=1e-12)
        assert shown["scale_end"] == shift + scale
        assert shown["noise_before"] == line.at().noise.tolist()
        assert shown["normalized_before"] == pytest.approx(line.at().normalized.tolist(), abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_each_step_moves_what_it_says(ask, seed):
    turn, roll, box, longer, last, batch = last_line(seed).steps
    start = found(ask, seed)

    def moved(step, name):
        return np.abs(np.subtract(found(ask, seed, **step.values)[name], start[name])).max()

    assert moved(turn, "normalized") > 0.5
    assert moved(turn, "noise") == 0
    assert moved(roll, "noise") > 0.5
    assert moved(roll, "z") > 0.5
    assert moved(roll, "normalized") == moved(roll, "y") == 0
    assert all(moved(box, name) == 0 for name in ("noise", "z", "x", "normalized", "y"))
    assert (box.first["graph"], box.values["graph"]) == (0, 1), "the VAE's graph turns into batch norm's"
    assert [step.values["graph"] for step in (turn, roll, longer, batch)] == [1, 0, 1, 1], "where it happens"
    assert moved(longer, "x") > 0.5
    assert moved(longer, "normalized") < 1e-12
    assert moved(longer, "noise") == 0
    scaled = found(ask, seed, **last.values)
    for given, made in (("noise", "z"), ("normalized", "y")):
        assert scaled[made] == pytest.approx((1.6 * np.array(scaled[given]) + 1.0).tolist())
        assert scaled[given] == start[given]
    assert found(ask, seed, **batch.values)["x"][0] == start["x"][0]
    assert abs(found(ask, seed, **batch.values)["normalized"][0] - start["normalized"][0]) > 0.1
    assert all(len(step.words.split()) <= 40 for step in last_line(seed).steps)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 358])
def test_every_value_is_a_dot_and_began_in_a_ring(ask, width, theme):
    values = {**START, "turn": 80.0, "scale": 1.2, "shift": -0.5, "roll": 3}
    scene = json.loads(json.dumps(last_line(0).to_dict()))
    drawing = read(ask("drawn", scene, values, {"width": width, "theme": theme}))
    own = {name: value for name, value in values.items() if name != "graph"}
    shown, start, inks = LastLine(0).at(**own), LastLine(0).at(), SYMBOL_COLORS[theme]
    noise = PALETTES[theme].classes[0]
    rails = {"noise": (noise, STANDARD), "normalized": (inks["normalized"], STANDARD), "x": (inks["x"], (-6, 8))}
    for name, (ink, ends) in (rails | {"z": (inks["y"], OUTPUT), "y": (inks["y"], OUTPUT)}).items():
        places = sorted(drawing.across(name, value, *ends) for value in getattr(shown, name))
        left, right = drawing.places[name]["left"], drawing.places[name]["left"] + drawing.places[name]["width"]
        assert [x for x in drawing.discs_at(name, ink) if left <= x <= right] == pytest.approx(places), name
    for name, ink in (("noise", noise), ("normalized", inks["normalized"])):
        top = drawing.places[name]["top"]
        rings = sorted(
            x for x, y, radius, fill, line in drawing.discs if (y, radius, fill, line) == (top, 11, None, ink)
        )
        assert rings == pytest.approx(sorted(drawing.across(name, value, *STANDARD) for value in getattr(start, name)))
    pips = [disc for disc in drawing.discs if disc[2] == 4 and disc[3] == noise]
    assert len(pips) == 3, "the third roll"
    assert {
        "m",
        "σ",
        "β",
        "γ",
        "VAE: ε from a die",
        "Batch norm: x̂ from a batch U, x = U·w",
        "z = σ·ε + m",
        "ring: where it began",
    } <= drawing.words.keys()


def test_on_a_phone_the_two_stand_one_below_the_other(ask):
    scene = json.loads(json.dumps(last_line(0).to_dict()))
    places = read(ask("drawn", scene, START, {"width": 358})).places
    order = sorted(places, key=lambda name: places[name]["top"])
    assert order == ["graph", "die", "noise", "z", "x", "normalized", "y"]
    assert len({place["left"] for place in places.values()}) == 1


def test_links_name_the_inputs_and_each_handle_has_a_slider():
    scene = last_line(0)
    assert [given.name for given in scene.inputs] == [*INPUTS]
    assert all(given.allows(default) for given, default in INPUTS.values())
    assert {name for handle in scene.handles for name in handle.inputs} == {"shift", "scale"}
    for step in scene.steps:
        assert all(INPUTS[name][0].allows(value) for name, value in step.values.items())


GUESSED = {
    "x̂ alone": ("stays", "moves"),
    "ε alone": ("moves", "stays"),
    "both": ("moves", "moves"),
    "neither": ("stays", "stays"),
}


@pytest.mark.parametrize("width", [1000, 358])
@pytest.mark.parametrize("answer", [None, *TURN_ANSWERS])
def test_each_rail_says_what_was_guessed_of_its_dots(ask, answer, width):
    guess = None if answer is None else TURN_ANSWERS.index(answer)
    drawing = read(ask("drawn", json.loads(json.dumps(last_line(0, guess).to_dict())), START, {"width": width}))
    for name, does in zip(("noise", "normalized"), GUESSED.get(answer, ("", "")), strict=True):
        words = f"ring: where it began; your guess: it {does}" if does else "ring: where it began"
        place = drawing.places[name]
        assert [place["left"], place["top"] - 20] in drawing.words[words]
        assert width > 500 or 7.2 * len(words) < place["width"], "it fits on a phone"
