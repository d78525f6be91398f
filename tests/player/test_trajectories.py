"""γ, β, μ and σ of every unit: each line passes through the history's numbers, on the axis of its labels."""

from dataclasses import dataclass

import numpy as np
import pytest

from bnviz.styles import run_styles
from tests.player.conftest import Record
from tests.player.drawing import (
    Axis,
    Drawing,
    Mark,
    every_theme,
    is_number,
    number,
    require_points,
    show,
    step_at,
    step_axis,
    value_axis,
)
from tests.player.node import Node
from tests.player.test_round_trip import sources

SYMBOLS = {
    "γ": "gamma",
    "β": "beta",
    "μ": "mu",
    "σ": "sigma",
    "mean of y": "output_mean",
    "sd of y": "output_sd",
    "mean − β": "mean_less_beta",
    "sd − |γ|": "sd_less_gamma",
}
CASES = [("plane", "training", 1200), ("classes", "layer", 700), ("digits", "training", 500), ("clipped", "layer", 900)]


@dataclass(frozen=True)
class Panel:
    """One quantity of one run: its frame, and the axes as the labels of its row and column give them."""

    name: str
    column: int
    foot: Mark
    top: float
    x: Axis
    y: Axis

    def holds(self, mark: Mark, margin: float = 0.01) -> bool:
        across = self.foot.left - margin <= mark.left and mark.right <= self.foot.right + margin
        return across and self.top - margin <= mark.top and mark.bottom <= self.foot.y + margin


def panels(drawing: Drawing) -> list[Panel]:
    """The panels of a drawing, row by row."""
    flat = [mark for mark in drawing.marks if mark.is_horizontal and mark.width == 1]
    # The foot of a panel is stronger than the lines of its grid.
    feet = [mark for mark in flat if mark.alpha == max(each.alpha for each in flat)]
    lefts, bottoms = sorted({mark.left for mark in feet}), sorted({mark.y for mark in feet})
    assert len(feet) == len(lefts) * len(bottoms)
    numbers = [mark for mark in drawing.texts() if is_number(mark.text)]
    found, above = [], min(mark.y for mark in flat) - 20
    for bottom in bottoms:
        rows = [mark for mark in flat if above < mark.y <= bottom and mark.left == lefts[0] and mark not in feet]
        beside = [mark for mark in numbers if mark.x < lefts[0] and above + 8 < mark.y < bottom + 8]
        symbols = [mark for mark in drawing.texts() if mark.x == 0 and above < mark.y < bottom and mark.text]
        name = SYMBOLS[" ".join(mark.text for mark in sorted(symbols, key=lambda mark: mark.y))]
        y = value_axis(rows, beside)
        for column, left in enumerate(lefts):
            foot = next(mark for mark in feet if (mark.left, mark.y) == (left, bottom))
            grid = [mark.y for mark in flat if above < mark.y <= bottom and mark.left == left and mark not in feet]
            assert sorted(grid) == sorted(mark.y for mark in rows)
            below = [mark for mark in numbers if left - 1 <= mark.x <= foot.right + 1 and mark.y > bottoms[-1] + 9]
            found.append(Panel(name, column, foot, above, step_axis(below), y))
        above = bottom
    return found


@every_theme
@pytest.mark.parametrize(("case", "view", "width"), CASES)
def test_every_line_passes_through_the_numbers(
    node: Node, record: Record, case: str, view: str, width: float, theme: str
):
    recorded = record(case, view=view)
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    for layer, units in enumerate(history.experiment.widths):
        shown = show(node, "Trajectories", recorded, [0], layer=layer, width=width, theme=theme)
        (drawing,) = shown.drawings
        traced, seen = drawing.traced(), 0
        found = panels(drawing)
        assert [panel.name for panel in found[:: len(styles)]] == list(SYMBOLS.values())[: 8 if view == "layer" else 4]
        drawn = np.unique(np.linspace(0, units - 1, min(units, 32)).round().astype(int))
        for panel in found:
            run = panel.column
            values = sources(history)[panel.name][:, run, layer, drawn].astype(float)  # [T, units]
            lines = [mark for mark in traced if len(mark.points) and panel.holds(mark)]
            seen += len(lines)
            wanted = [unit for unit in range(len(drawn)) if np.isfinite(values[0, unit])]
            assert len(lines) == len(wanted)
            assert {mark.color for mark in lines} <= {shown.run_color(styles[run])}
            # Beyond the axis a line runs along its edge.
            highest, lowest = panel.top, panel.foot.y
            for unit, line in zip(wanted, lines, strict=True):
                there = np.isfinite(values[:, unit])
                x, y = panel.x(history.steps[there]), panel.y(values[there, unit])
                note = f"{panel.name}, {styles[run].label}, layer {layer}, unit {unit}"
                if case == "clipped":
                    inside = (y > highest) & (y < lowest)
                    assert line.points.shape == (len(x), 2), note
                    np.testing.assert_allclose(line.points[:, 0], x, atol=0.02, err_msg=note)
                    np.testing.assert_allclose(line.points[inside, 1], y[inside], atol=0.02, err_msg=note)
                    edge = np.where(y < highest, line.top, line.bottom)
                    np.testing.assert_allclose(line.points[~inside, 1], edge[~inside], atol=0.02, err_msg=note)
                else:
                    require_points(line.points, np.column_stack([x, y]), note=note)
        assert seen == len([mark for mark in traced if len(mark.points)])


@pytest.mark.parametrize(("case", "view", "width"), CASES)
def test_panels_use_their_whole_height_and_width(node: Node, record: Record, case: str, view: str, width: float):
    recorded = record(case, view=view)
    (drawing,) = show(node, "Trajectories", recorded, [0], width=width).drawings
    traced = drawing.traced()
    found = panels(drawing)
    for panel in found:
        ends = panel.x([0, recorded.history.steps[-1]])
        np.testing.assert_allclose(ends, [panel.foot.left, panel.foot.right], atol=0.01)
        others = [each for each in found if each.name == panel.name]
        lines = [mark for mark in traced if len(mark.points) and any(each.holds(mark) for each in others)]
        assert max(mark.bottom for mark in lines) <= panel.foot.y
        assert panel.foot.y - max(mark.bottom for mark in lines) < 4
        assert max(mark.bottom for mark in lines) - min(mark.top for mark in lines) > 40
        assert all(panel.foot.right <= each.foot.left for each in found if each.column == panel.column + 1)
    for mark in drawing.marks:
        assert -1e-6 <= mark.left <= mark.right <= width + 1e-6
        assert mark.bottom <= drawing.size[1] / 2


def test_cursor_and_kicks_stand_at_their_steps_and_what_a_run_lacks_is_named(node: Node, record: Record):
    recorded = record("plane")
    history = recorded.history
    positions = [0, 3, 4.25, 8]
    for position, drawing in zip(
        positions, show(node, "Trajectories", recorded, positions, width=1200).drawings, strict=True
    ):
        for panel in panels(drawing):
            upright = [mark for mark in drawing.marks if mark.is_vertical and mark.bottom - mark.top > 20]
            upright = [mark for mark in upright if panel.foot.left - 1 <= mark.x <= panel.foot.right + 1]
            upright = [mark for mark in upright if panel.top < mark.top and mark.bottom <= panel.foot.y + 1]
            middle = (panel.foot.left + panel.foot.right) / 2
            notes = [
                mark.text for mark in drawing.texts("no . in") if mark.x == middle and panel.top < mark.y < panel.foot.y
            ]
            if panel.name == "gamma" and panel.column == 0:
                assert upright == []
                assert notes == ["no γ in this run"]
                continue
            assert notes == []
            cursor = [mark.x for mark in upright if not mark.dash]
            assert cursor == pytest.approx([float(panel.x(step_at(history, position)))], abs=0.01)
            kicks = [mark.x for mark in upright if mark.dash]
            assert kicks == pytest.approx([float(panel.x(kick.step)) for kick in history.experiment.interventions])
        assert drawing.texts("W ×") == []


@every_theme
def test_columns_carry_the_runs_line_and_name(node: Node, record: Record, theme: str):
    recorded = record("plane")
    styles = run_styles(recorded.history.experiment)
    for columns in ([0, 1, 2, 3], [3], [2, 1]):
        shown = show(node, "Trajectories", recorded, [0], columns=columns, theme=theme, width=1200)
        (drawing,) = shown.drawings
        heads = sorted(
            (mark for mark in drawing.marks if mark.is_horizontal and mark.width == 3), key=lambda mark: mark.left
        )
        lefts = sorted({panel.foot.left for panel in panels(drawing)})
        assert [mark.left for mark in heads] == lefts
        names = [mark for mark in drawing.texts() if mark.y < 20]
        for head, name, run in zip(heads, names, columns, strict=True):
            assert head.color == shown.run_color(styles[run])
            assert head.dash == styles[run].dash
            assert name.text == styles[run].label
            assert 0 < name.x - head.right < 20


@pytest.mark.parametrize(("case", "view", "width"), CASES)
def test_the_pointer_finds_the_unit_and_the_record_nearest_to_it(
    node: Node, record: Record, case: str, view: str, width: float
):
    recorded = record(case, view=view)
    history, styles, layer = recorded.history, run_styles(recorded.history.experiment), 1
    units = history.experiment.widths[layer]
    drawn = np.unique(np.linspace(0, units - 1, min(units, 32)).round().astype(int))
    (drawing,) = show(node, "Trajectories", recorded, [0], layer=layer, width=width).drawings
    places = []
    for panel in panels(drawing):
        values = sources(history)[panel.name][:, panel.column, layer, :].astype(float)
        for index in (0, 2, len(history.steps) - 1):
            at = min(index, history.recorded[panel.column] - 1)
            for unit in drawn[[0, len(drawn) // 2, -1]]:
                pixels = panel.y(values[at, drawn])
                aim = float(panel.y(values[at, unit])) if np.isfinite(values[at, unit]) else panel.foot.y - 20
                if panel.top + 12 < aim < panel.foot.y:
                    alone = np.sort(np.abs(pixels - aim))[1] > 0.1 if len(drawn) > 1 else True
                    places.append((panel, index, at, unit, values[at, unit], aim, alone))
    pointers = [[float(panel.x(history.steps[index])), aim, 0] for panel, index, _, _, _, aim, _ in places]
    answers = show(node, "Trajectories", recorded, [0], layer=layer, width=width, pointers=pointers).answers
    assert len(answers) > 10
    for (panel, index, at, unit, value, _, alone), answer in zip(places, answers, strict=True):
        assert answer["record"] == index
        if not np.isfinite(value):
            assert answer["tip"] is None
            continue
        name, words, line = answer["tip"]
        assert name == f"{styles[panel.column].label}, layer {layer + 1}"
        assert next(symbol for symbol, each in SYMBOLS.items() if each == panel.name)[0] in words.replace(
            "how", "mean sd"
        )
        if alone:
            assert line.startswith(f"unit {unit}: ")
            assert line.endswith(f" at step {history.steps[at]}")
            shown = number(line.split(": ")[1].split(" ")[0])
            assert shown == pytest.approx(value, abs=0.0051, rel=0.006)


@pytest.mark.parametrize("width", [20, 60, 100, 147, 148, 400])
def test_a_long_name_is_cut_in_its_middle_as_far_as_it_must_be(node: Node, record: Record, width: float):
    name = "batch norm, lr 0.1234"
    shown = node.ask("cut", name, width)
    assert len(shown) * 7 <= max(width, 21)
    if len(name) * 7 <= width:
        assert shown == name
    else:
        start, end = shown.split("…")
        assert name.startswith(start)
        assert name.endswith(end)
        assert len(end) >= len(start)
        assert (len(shown) + 3) * 7 > width
