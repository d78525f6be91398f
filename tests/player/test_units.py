"""Single units: every value of every example is where the recording has it, in each of the two pictures."""

import numpy as np
import pytest

from bnviz.history import STAGES, followed_units
from bnviz.styles import SYMBOL_COLORS, run_styles
from tests.player.conftest import Record, Recorded
from tests.player.drawing import Drawing, Mark, Shown, every_theme, fit_axis, number, show
from tests.player.node import Node

CASES = pytest.mark.parametrize("case", ["plane", "classes", "digits", "trained"])
POSITIONS = [0, 1, 2.5, 3.75, 5]
BEFORE, AFTER = STAGES.index("pre_norm"), STAGES.index("post_affine")


def look(node: Node, view: str, recorded: Recorded, positions=POSITIONS, **options) -> Shown:
    return show(node, view, recorded, positions, units=recorded.units, **{"room": 700} | options)


def strip(node: Node, recorded: Recorded, positions=POSITIONS, **options) -> Shown:
    return look(node, "UnitStrip", recorded, positions, **options)


def ridges(node: Node, recorded: Recorded, positions=POSITIONS, **options) -> Shown:
    return look(node, "Ridges", recorded, positions, **options)


def shown_at(history, values: np.ndarray, position: float) -> np.ndarray:
    """Values `[T, K, …]` at a position between two records, held at the end of a run: `[K, …]`."""
    found = []
    for run, length in enumerate(history.recorded):
        at = min(position, length - 1)
        first, second = int(at), min(int(at) + 1, length - 1)
        start, end = values[first, run].astype(float), values[second, run].astype(float)
        found.append(start + (at - first) * (end - start) if at > first else start)
    return np.array(found)


def cells(drawing: Drawing, shown: Shown, history) -> np.ndarray:
    """The boxes of the cells `[K, L]`."""
    return np.array(drawing.of("rect", shown.theme["surface"])).reshape(
        len(history.status), len(history.experiment.widths)
    )


def of_cell(marks: list[Mark], box: Mark) -> list[Mark]:
    return [mark for mark in marks if box.left <= mark.x <= box.right and box.top <= mark.y <= box.bottom]


def axis_of(drawing: Drawing, box: Mark):
    """The axis below a column: from its values to pixels."""
    labels = [
        mark
        for mark in drawing.texts(r"^[−\d.]+$")
        if box.left <= mark.x <= box.right and mark.call["textAlign"] == "center"
    ]
    return fit_axis([(number(label.text), label.x) for label in labels])


@CASES
def test_every_lookup_finds_what_the_history_has(node: Node, record: Record, case: str):
    recorded = record(case)
    history = recorded.history
    found = node.ask("dumpUnits", recorded.packed, recorded.units, POSITIONS)
    sources = {
        "gamma": history.arrays["gamma"],
        "beta": history.arrays["beta"],
        "mu": history.arrays["mean"][..., BEFORE, :],
        "sigma": history.arrays["std"][..., BEFORE, :],
        "output_mean": history.arrays["mean"][..., AFTER, :],
        "output_sd": history.arrays["std"][..., AFTER, :],
    }
    values = history.arrays["example_units"]
    for at, position in enumerate(POSITIONS):
        wanted = shown_at(history, values, position)
        for run in range(len(history.status)):
            for layer, width in enumerate(history.experiment.widths):
                units = followed_units(width)
                drawn = np.array(found["values"][at][run][layer], float)
                own = values[: history.recorded[run], run, layer, : len(units)].astype(float)
                step = (own.max((0, 2)) - own.min((0, 2))) / 254
                miss = np.abs(drawn - wanted[run, layer, : len(units)])
                assert (miss <= 0.51 * step[:, None] + 1e-6).all()
                for name, source in sources.items():
                    moments = shown_at(history, source[:, :, layer], position)[run][units]
                    np.testing.assert_allclose(found[name][at][run][layer], moments, rtol=1e-5, atol=1e-6)


@CASES
@pytest.mark.parametrize("width", [1000, 420])
def test_every_example_stands_at_its_value_on_one_axis(node: Node, record: Record, case: str, width: float):
    recorded = record(case)
    history = recorded.history
    examples = len(history.arrays["example_y"])
    for unit in (0, 2):
        shown = strip(node, recorded, width=width, changes=[{"unit": unit}] * len(POSITIONS))
        for position, drawing in zip(POSITIONS, shown.drawings, strict=True):
            values = shown_at(history, history.arrays["example_units"], position)
            boxes = cells(drawing, shown, history)
            pictures = np.array(drawing.of("image")).reshape(*boxes.shape, examples)
            for run, layer in np.ndindex(boxes.shape):
                held = min(unit, len(followed_units(history.experiment.widths[layer])) - 1)
                axis = axis_of(drawing, boxes[run, layer])
                marks = pictures[run, layer]
                middles = np.array([(mark.left + mark.right) / 2 for mark in marks])
                np.testing.assert_allclose(middles, axis(values[run, layer, held]), atol=1.5)
                for example, mark in enumerate(marks):
                    source = mark.call["boxes"]
                    assert source[0] == example * source[2], "its own picture"
                    assert boxes[run, layer].left <= mark.left
                    assert mark.right <= boxes[run, layer].right
                    assert boxes[run, layer].top <= mark.top
                    assert mark.bottom <= boxes[run, layer].bottom


def test_examples_of_a_class_stand_together_and_stay_at_their_height(node: Node, record: Record):
    recorded = record("digits")
    labels = recorded.history.arrays["example_y"]
    shown = strip(node, recorded, [0, 4])
    heights = [
        np.array([mark.top for mark in drawing.of("image")]).reshape(-1, len(labels)) for drawing in shown.drawings
    ]
    np.testing.assert_array_equal(*heights)
    for of_cell_ in heights[0]:
        assert (np.diff(labels[np.argsort(of_cell_)]) >= 0).all()
        assert len(set(of_cell_)) == len(labels)


@every_theme
@CASES
def test_brackets_are_mean_and_spread_and_what_gamma_and_beta_say(node: Node, record: Record, case: str, theme: str):
    recorded = record(case)
    history = recorded.history
    arrays = history.arrays
    shown = strip(node, recorded, [3], theme=theme, width=1300)
    (drawing,) = shown.drawings
    boxes = cells(drawing, shown, history)
    low, high = units_axis(recorded)
    for run, layer in np.ndindex(boxes.shape):
        box = boxes[run, layer]
        axis = axis_of(drawing, box)
        at = min(3, history.recorded[run] - 1)
        pairs = {
            ("mean", "var"): (arrays["mean"][at, run, layer, AFTER, 0], arrays["std"][at, run, layer, AFTER, 0]),
            ("beta", "gamma"): (arrays["beta"][at, run, layer, 0], arrays["gamma"][at, run, layer, 0]),
        }
        for (tick, bracket), (middle, half) in pairs.items():
            ticks = of_cell(drawing.of("stroke", SYMBOL_COLORS[theme][tick]), box)
            brackets = of_cell(drawing.of("stroke", SYMBOL_COLORS[theme][bracket]), box)
            if not np.isfinite(middle):
                assert not ticks + brackets
                continue
            (mark,) = ticks
            assert mark.x == pytest.approx(axis(np.clip(middle, low, high)), abs=0.1)
            if not np.isfinite(half):
                assert not brackets
                continue
            (across,) = [mark for mark in brackets if mark.is_horizontal or np.ptp(mark.points) == 0]
            ends = np.clip([middle - abs(half), middle + abs(half)], low, high)
            np.testing.assert_allclose(across.points[:, 0], axis(ends), atol=0.1)


def units_axis(recorded: Recorded) -> tuple[float, float]:
    values = recorded.history.arrays["example_units"].astype(float)
    known = values[np.isfinite(values)]
    return known.min(), known.max()


def test_numbers_of_the_unit_stand_in_its_cell_unless_they_give_the_end_away(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    shown = strip(node, recorded, [2, 2], width=1500, changes=[{"held": True, "unit": 3}, {"held": False}])
    held, open_ = shown.drawings
    assert not held.texts("^(mean|sd|β|γ) ")
    boxes = cells(open_, shown, history)
    for run, layer in np.ndindex(boxes.shape):
        width = history.experiment.widths[layer]
        unit = followed_units(width)[min(3, width - 1)]
        texts = {mark.text.split()[0]: mark.text.split()[1] for mark in of_cell(open_.of("text"), boxes[run, layer])}
        assert int(texts["unit"]) == unit
        at = min(2, history.recorded[run] - 1)
        assert number(texts["mean"]) == pytest.approx(history.arrays["mean"][at, run, layer, AFTER, unit], abs=0.006)
        assert number(texts["sd"]) == pytest.approx(history.arrays["std"][at, run, layer, AFTER, unit], rel=0.06)
        for letter, name in (("β", "beta"), ("γ", "gamma")):
            value = history.arrays[name][at, run, layer, unit]
            assert (letter in texts) == np.isfinite(value)
            if letter in texts:
                assert number(texts[letter]) == pytest.approx(value, abs=0.006)


def test_what_lies_beyond_the_axis_stands_at_its_end(node: Node, record: Record):
    recorded = record("clipped")
    shown = strip(node, recorded, [7])
    (drawing,) = shown.drawings
    box = cells(drawing, shown, recorded.history)[0, 0]
    marks = [mark for mark in drawing.of("image") if box.left <= mark.left and mark.right <= box.right]
    gaps = [min(mark.left - box.left, box.right - mark.right) for mark in marks if mark.bottom < box.bottom]
    assert 0 <= np.median(gaps) < 4
    assert (
        "beyond the axis"
        in node.ask("unitWords", "describeCaptions", recorded.packed, recorded.units, {"cells": "unit", "layer": 0})[
            ".shapes-caption"
        ]
    )


def test_an_example_that_is_pointed_at_stands_out_in_every_cell(node: Node, record: Record):
    recorded = record("digits")
    cells_ = len(recorded.history.status) * len(recorded.history.experiment.widths)
    plain, lifted = strip(node, recorded, [1, 1], changes=[{}, {"example": 6}]).drawings
    small = np.ptp(plain.of("image")[0].points[:, 0])
    large = [mark for mark in lifted.of("image") if np.ptp(mark.points[:, 0]) > 1.5 * small]
    assert len(large) == cells_
    assert all(mark.call["boxes"][0] == 6 * mark.call["boxes"][2] for mark in large)


def test_the_pointer_finds_an_example_and_its_value(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    labels = history.arrays["example_y"]
    (drawing,) = strip(node, recorded, [1]).drawings
    pictures = np.array(drawing.of("image")).reshape(len(history.status), -1, len(labels))
    places = [(0, 1, 2), (1, 3, 9), (2, 0, 5)]
    pointers = [
        [(mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2, 1]
        for mark in (pictures[place] for place in places)
    ]
    shown = strip(node, recorded, [1], pointers=[*pointers, [-5, 20, 1], [20, 5000, 1]])
    *found, beside, below = shown.answers
    for (run, layer, example), answer in zip(places, found, strict=True):
        assert (answer["found"]["run"], answer["found"]["layer"]) == (run, layer)
        assert answer["found"]["example"] == example
        name, value, batch, before, _ = answer["tip"]
        assert name == f"{run_styles(history.experiment)[run].label}, layer {layer + 1}, unit 0"
        assert value.startswith(f"image {example + 1}, a {labels[example]}: ")
        wanted = history.arrays["example_units"][1, run, layer, 0, example]
        assert number(value.rsplit(" ", 1)[1]) == pytest.approx(wanted, abs=0.03)
        assert number(batch.rsplit(" ", 1)[1]) == pytest.approx(
            history.arrays["std"][1, run, layer, AFTER, 0], rel=0.06
        )
        assert number(before.rsplit(" ", 1)[1]) == pytest.approx(
            history.arrays["std"][1, run, layer, BEFORE, 0], rel=0.06
        )
    assert (beside["tip"], below["tip"]) == (None, None)


@every_theme
@CASES
def test_there_is_a_ridge_for_every_unit_in_the_color_of_its_run(node: Node, record: Record, case: str, theme: str):
    recorded = record(case)
    history = recorded.history
    shown = ridges(node, recorded, [0, 2.5], theme=theme)
    counts = [len(followed_units(width)) for width in history.experiment.widths]
    for position, drawing in zip([0, 2.5], shown.drawings, strict=True):
        boxes = cells(drawing, shown, history)
        values = shown_at(history, history.arrays["example_units"], position)
        for run, style in enumerate(run_styles(history.experiment)):
            lines = drawing.of("stroke", shown.run_color(style))
            lines = [mark for mark in lines if boxes[run, 0].left <= mark.left <= boxes[run, 0].right]
            assert len(lines) == sum(counts)
            axis = axis_of(drawing, boxes[run, 0])
            for layer, count in enumerate(counts):
                own, lines = lines[:count], lines[count:]
                assert (np.diff([line.bottom for line in own]) > 0).all(), "one below the other"
                for unit, line in enumerate(own):
                    box, drawn = boxes[run, layer], values[run, layer, unit]
                    assert box.top <= line.top < line.bottom <= box.bottom
                    middle = axis(drawn).mean()
                    heights = line.bottom - line.points[:, 1]
                    # A shape reaches no farther beyond its values than it is smoothed.
                    reach = max(0.35 * np.std(axis(drawn)), (box.right - box.left) / 159) * 1.05 + 6
                    if box.left + reach < axis(drawn).min() and axis(drawn).max() < box.right - reach:
                        center = np.average(line.points[:, 0], weights=heights)
                        assert center == pytest.approx(middle, abs=3), "not cut off at an end"
                    assert axis(drawn).min() - reach <= line.left
                    assert line.right <= axis(drawn).max() + reach


@every_theme
def test_the_unit_that_was_chosen_stands_out_of_the_ridges(node: Node, record: Record, theme: str):
    recorded = record("digits")
    history = recorded.history
    shown = ridges(node, recorded, [1], theme=theme, changes=[{"unit": 3}])
    counts = [len(followed_units(width)) for width in history.experiment.widths]
    chosen = np.concatenate([np.arange(count) == min(3, count - 1) for count in counts])

    def channels(color: str) -> np.ndarray:
        return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)])

    fills = np.array_split(np.array(shown.drawings[0].of("fill")), len(history.status))
    for style, own in zip(run_styles(history.experiment), fills, strict=True):
        surface, color = channels(shown.theme["surface"]), channels(shown.run_color(style))
        for fill, stands_out in zip(own, chosen, strict=True):
            wanted = surface + (0.75 if stands_out else 0.35) * (color - surface)
            mixed = [int(part) for part in fill.color.removeprefix("rgb(").removesuffix(")").split(", ")]
            np.testing.assert_allclose(mixed, wanted, atol=0.51)


def test_units_that_hardly_spread_make_narrow_ridges(node: Node, record: Record):
    """In the first run's second layer all examples have one value."""
    recorded = record("digits")
    history = recorded.history
    shown = ridges(node, recorded, [1], width=1200)
    (drawing,) = shown.drawings
    color = shown.run_color(run_styles(history.experiment)[0])
    lines = drawing.of("stroke", color)
    counts = [len(followed_units(width)) for width in history.experiment.widths]
    widths = np.array([line.right - line.left for line in lines])
    narrow = widths[counts[0] : counts[0] + counts[1]]
    assert narrow.max() < 12
    assert widths[: counts[0]].min() > 5 * narrow.max()


@pytest.mark.parametrize("count", [1, 5, 64])
def test_a_ridge_is_the_sum_of_a_triangle_for_each_value(node: Node, count: int):
    values = np.random.default_rng(count).normal(0, 1, count)
    axis, places = [-3.0, 4.0], 81
    drawn = np.array(node.ask("spreadOver", [float(np.float32(value)) for value in values], axis, places))
    at = (np.clip(values, *axis) - axis[0]) / 7 * (places - 1)
    half = max(1.0, 0.35 * at.std())
    wanted = np.maximum(0, 1 - np.abs(np.arange(places)[:, None] - at) / half).sum(1)
    np.testing.assert_allclose(drawn, wanted, atol=1e-3)
    assert node.ask("spreadOver", [], axis, 3) == [0, 0, 0]


def test_ridges_tell_the_least_and_the_most_spread_unit(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    shown = ridges(node, recorded, [2, 2], width=1200, changes=[{}, {"held": True}])
    said, silent = shown.drawings
    boxes = cells(said, shown, history)
    for run, layer in np.ndindex(boxes.shape):
        (text,) = of_cell(said.texts("^sd "), boxes[run, layer])
        spreads = history.arrays["std"][min(2, history.recorded[run] - 1), run, layer, AFTER]
        spreads = spreads[followed_units(history.experiment.widths[layer])]
        least, most = (number(part) for part in text.text.removeprefix("sd ").split(" to "))
        assert (least, most) == (pytest.approx(spreads.min(), rel=0.06), pytest.approx(spreads.max(), rel=0.06))
    assert not silent.texts("^sd ")


def test_the_pointer_finds_the_unit_of_a_ridge(node: Node, record: Record):
    recorded = record("plane")
    history = recorded.history
    shown = ridges(node, recorded, [1])
    (drawing,) = shown.drawings
    style = run_styles(history.experiment)[0]
    box = cells(drawing, shown, history)[0, 0]
    lines = drawing.of("stroke", shown.run_color(style))[:16]
    pointers = [[box.left + 9, line.bottom, 1] for line in lines]
    for unit, answer in enumerate(ridges(node, recorded, [1], pointers=pointers).answers):
        assert (answer["found"]["run"], answer["found"]["layer"], answer["found"]["unit"]) == (0, 0, unit)
        number_ = followed_units(history.experiment.widths[0])[unit]
        assert answer["tip"][0] == f"{style.label}, layer 1, unit {number_}"


def test_what_a_screen_reader_is_told_of_single_units(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    state = {"cells": "unit", "layer": 1, "unit": 2, "held": False, "stage": 2, "columns": [0]}
    labels = [style.label for style in run_styles(history.experiment)]

    def told(**changes) -> str:
        words = node.ask("unitWords", "describeCanvases", recorded.packed, recorded.units, state | changes, 1)
        return words[".units"]

    one = told()
    assert f"at step {history.steps[1]}. Unit 2 of layer 2: {labels[0]}: mean " in one
    assert [part.split(":")[0].strip() for part in one.split("layer 2: ")[1].split(";")] == labels
    for run, part in enumerate(one.split("layer 2: ")[1].rstrip(".").split(";")):
        wanted = history.arrays["std"][1, run, 1, AFTER, 2]
        assert number(part.rsplit(" ", 1)[1]) == pytest.approx(wanted, rel=0.06)
    many = told(cells="ridges")
    assert "one for each of 9 units of a layer" in many
    assert f"Standard deviations in layer 2: {labels[0]}: " in many
    for cells_ in ("unit", "ridges"):
        assert told(cells=cells_, held=True).endswith(f"at step {history.steps[1]}.")


def test_an_example_that_is_followed_is_told_with_where_it_stands(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    labels = history.arrays["example_y"]
    state = {"cells": "images", "layer": 1, "unit": 1, "held": False}

    def told(example, **changes) -> dict[str, str]:
        return node.ask("sayFollowed", recorded.packed, state | changes, example, 1, recorded.units)

    assert told(None) == {"brief": "none", "full": "none"}
    assert told(4, held=True)["full"] == told(4)["brief"] == f"image 5, a {labels[4]}"
    assert f"{run_styles(history.experiment)[0].label} all in one place; " in told(4)["full"]
    assert "one place" not in told(4, layer=0)["full"]
    places = history.arrays["example_plane"][1, 2, 1].astype(float)
    distances = np.linalg.norm(places - places[0], axis=1)
    kin = int((labels[np.argsort(distances)[1:6]] == labels[0]).sum())
    assert told(0)["full"].endswith(f"batch norm {kin} of its class")
    values = told(3, cells="unit")["full"].removeprefix(f"image 4, a {labels[3]}. Unit 1 of layer 2: ").split("; ")
    for run, part in enumerate(values):
        wanted = history.arrays["example_units"][1, run, 1, 1, 3]
        assert number(part.rsplit(" ", 1)[1]) == pytest.approx(wanted, abs=0.03)


def test_keys_go_to_the_next_example_of_the_class_and_let_it_go(node: Node, record: Record):
    recorded = record("plane")
    labels = list(recorded.history.arrays["example_y"])

    def lead(key: str, example: int | None):
        return node.ask("exampleByKey", key, recorded.packed, example)

    assert lead("Enter", None) == 0
    assert lead("Enter", 0) == labels.index(0, 1)
    assert lead("Enter", labels.index(0, 1)) == 0, "around"
    assert lead("Enter", 5) == 5, "alone in its class"
    assert lead("Escape", 5) is None
    assert lead("ArrowRight", 5) == "not its own"
