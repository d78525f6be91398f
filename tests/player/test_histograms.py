"""Histograms: bars, marks and texts are the shares, moments and ranges of the history, on the axis of its bins."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from bnviz.history import STAGES
from bnviz.styles import run_styles
from tests.player.conftest import Record
from tests.player.drawing import (
    Axis,
    Drawing,
    Mark,
    every_theme,
    fit_axis,
    holds,
    is_number,
    number,
    require_points,
    show,
)
from tests.player.node import Node
from tests.player.test_round_trip import pooled, shares

CODE = 0.51 / 255
"""Heights are packed in 255 parts."""
STAGE = pytest.mark.parametrize("stage", range(len(STAGES)))


@dataclass(frozen=True)
class Cell:
    """One histogram: the layer and the column it is in, its baseline and axis, the height of a full bar, its marks."""

    layer: int
    column: int
    base: Mark
    x: Axis
    room: float
    marks: list[Mark]

    def of(self, kind: str, color: str | None = None) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == kind and color in (None, mark.color)]


def cells(drawing: Drawing, layers: int, text: str) -> Iterator[Cell]:
    """The histograms of a drawing, column by column; `text` is the color of the theme's text."""
    bases = [mark for mark in drawing.marks if mark.is_horizontal and mark.width == 1 and mark.color == text]
    lefts = sorted({mark.left for mark in bases})
    assert len(bases) == layers * len(lefts)
    foot = max(mark.y for mark in drawing.texts() if is_number(mark.text))
    for column, left in enumerate(lefts):
        ours = sorted((mark for mark in bases if mark.left == left), key=lambda mark: mark.y)
        labels = [mark for mark in drawing.texts() if mark.y == foot and left - 1 <= mark.x <= ours[0].right + 1]
        axis = fit_axis([(number(label.text), label.x) for label in labels])
        grid = [
            mark.x
            for mark in drawing.marks
            if mark.is_vertical and mark.top == 0 and left - 1 <= mark.x <= ours[0].right + 1
        ]
        assert grid == pytest.approx([label.x for label in labels])
        above = 0.0
        for layer, base in enumerate(ours):
            # What hangs under a baseline belongs to it.
            marks = [
                mark
                for mark in drawing.marks
                if left - 1 <= mark.left
                and mark.right <= base.right + 1
                and above <= mark.top
                and mark.bottom <= base.y + 9
            ]
            shape = next(mark for mark in marks if mark.kind == "fill")
            yield Cell(layer, column, base, axis, base.y - shape.top, marks)
            above = base.y + 9


def shape(cell: Cell, edges: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The corners of a histogram's outline: a point above the middle of every bin, ends on the baseline."""
    middles = (edges[1:] + edges[:-1]) / 2
    inner = np.column_stack([cell.x(middles), cell.base.y - cell.room * heights])
    return np.vstack([[cell.base.left, cell.base.y], inner, [cell.base.right, cell.base.y]])


def drawn_heights(history) -> np.ndarray:
    inside, _, apart = shares(history)
    if apart:
        inside[..., apart[0], apart[1]] = 0
    return inside / np.maximum(inside.max(-1, keepdims=True), 1e-12)


@every_theme
@STAGE
@pytest.mark.parametrize(("case", "width"), [("plane", 1200), ("digits", 700), ("classes", 380), ("trained", 900)])
def test_shapes_follow_the_counts(node: Node, record: Record, case: str, width: float, stage: int, theme: str):
    recorded = record(case)
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    heights, edges = drawn_heights(history), history.arrays["edges"][stage]
    positions = [0, 3, len(history.steps) - 1]
    shown = show(node, "Histograms", recorded, positions, stage=stage, width=width, theme=theme)
    for position, drawing in zip(positions, shown.drawings, strict=True):
        for cell in cells(drawing, len(history.experiment.widths), shown.theme["text"]):
            run = cell.column
            color = shown.run_color(styles[run])
            at = min(position, history.recorded[run] - 1)
            np.testing.assert_allclose(cell.x(edges[[0, -1]]), [cell.base.left, cell.base.right], atol=0.01)
            wanted = shape(cell, edges, heights[at, run, cell.layer, stage])
            (filled,) = cell.of("fill")
            assert filled.color == color
            require_points(filled.points, wanted, atol=CODE * cell.room + 0.02)
            outlines = [mark for mark in cell.of("stroke", color) if len(mark.points) > 2]
            assert [mark.points.tolist() for mark in outlines] == [filled.points.tolist()]
            # The thin outline is the shape at step 0.
            start = shape(cell, edges, heights[0, run, cell.layer, stage])
            thin = [mark for mark in cell.of("stroke", shown.theme["text"]) if len(mark.points) > 2]
            assert len(thin) == 1
            assert thin[0].width < outlines[0].width
            require_points(thin[0].points, start, atol=CODE * cell.room + 0.02)


@STAGE
@pytest.mark.parametrize(("case", "width"), [("plane", 1200), ("digits", 900), ("classes", 380)])
def test_mean_and_sd_are_marked_and_written(node: Node, record: Record, case: str, width: float, stage: int):
    recorded = record(case)
    history, means, sds = recorded.history, *pooled(recorded.history)
    positions = [0, 1, 4, 4.5]
    shown = show(node, "Histograms", recorded, positions, stage=stage, width=width)
    for position, drawing in zip(positions, shown.drawings, strict=True):
        for cell in cells(drawing, len(history.experiment.widths), shown.theme["text"]):
            records = np.arange(len(history.steps))
            at = min(position, history.recorded[cell.column] - 1)
            mean, sd = (float(np.interp(at, records, each[:, cell.column, cell.layer, stage])) for each in (means, sds))
            ends = cell.x([mean - sd, mean + sd]).clip(cell.base.left, cell.base.right)
            bars = [mark for mark in cell.marks if mark.is_horizontal and mark.width > 2]
            assert len(bars) == 1
            assert bars[0].y > cell.base.y
            np.testing.assert_allclose(bars[0].points[:, 0], ends, atol=0.01)
            upright = [mark for mark in cell.marks if mark.is_vertical and mark.width == 2]
            inside = cell.base.left <= cell.x(mean) <= cell.base.right
            assert [mark.x for mark in upright] == pytest.approx([float(cell.x(mean))] if inside else [], abs=0.01)
            written = [node.ask("format", "formatMoment", round(each, 9)) for each in (mean, sd)]
            forms = ["mean {}   sd {}".format(*written), "{} ± {}".format(*written)]
            assert [mark.text for mark in cell.of("text") if mark.text in forms], forms


@STAGE
@pytest.mark.parametrize("case", ["plane", "digits"])
def test_what_lies_beyond_the_range_stands_at_its_edge(node: Node, record: Record, case: str, stage: int):
    recorded = record(case)
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    _, outside, _ = shares(history)
    shown = show(node, "Histograms", recorded, [1, 3], stage=stage, width=1200)
    for position, drawing in zip((1, 3), shown.drawings, strict=True):
        for cell in cells(drawing, len(history.experiment.widths), shown.theme["text"]):
            run = cell.column
            at = min(position, history.recorded[run] - 1)
            bars = [mark for mark in cell.of("rect", shown.run_color(styles[run])) if mark.right - mark.left == 5]
            for side, edge in enumerate((cell.base.left, cell.base.right)):
                share = float(outside[at, run, cell.layer, stage, side])
                percent = node.ask("format", "formatPercent", round(share, 9))
                text = f"◂ {percent}" if side == 0 else f"{percent} ▸"
                ours = [mark for mark in bars if edge in (mark.left, mark.right) and mark.bottom == cell.base.y]
                texts = [mark for mark in cell.of("text") if mark.text == text]
                assert len(ours) == (share > 0)
                assert len(texts) == (share > 0)
                if share:
                    assert ours[0].bottom - ours[0].top == pytest.approx(max(2, share * cell.room), abs=0.02)
                    assert abs(texts[0].x - edge) < 15
                    assert cell.base.left < texts[0].x < cell.base.right


@pytest.mark.parametrize(("case", "zeros"), [("plane", True), ("classes", False), ("trained", True)])
def test_zeros_of_relu_are_a_bar_in_their_bin(node: Node, record: Record, case: str, zeros: bool):
    recorded = record(case)
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    inside, _, apart = shares(history)
    for stage in range(len(STAGES)):
        shown = show(node, "Histograms", recorded, [2], stage=stage, width=1200)
        for cell in cells(shown.drawings[0], len(history.experiment.widths), shown.theme["text"]):
            color = shown.run_color(styles[cell.column])
            bars = [mark for mark in cell.of("rect", color) if mark.right - mark.left != 5]
            assert len(bars) == (zeros and stage == len(STAGES) - 1)
            for bar in bars:
                assert apart is not None
                edges = history.arrays["edges"][stage]
                share = inside[2, cell.column, cell.layer, stage, apart[1]]
                assert bar.left == pytest.approx(cell.x(edges[apart[1]]), abs=0.01)
                assert bar.right == pytest.approx(max(bar.left + 4, cell.x(edges[apart[1] + 1])), abs=0.01)
                assert bar.bottom == cell.base.y
                assert bar.bottom - bar.top == pytest.approx(share * cell.room, abs=0.02)
                percent = node.ask("format", "formatPercent", round(share, 9))
                assert [mark for mark in cell.of("text") if mark.text.startswith(percent)]


def test_columns_are_the_runs_on_show_and_the_focused_layer_is_taller_and_lit(node: Node, record: Record):
    recorded = record("plane")
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    heights = drawn_heights(history)
    for columns in ([2], [3, 0]):
        for layer in range(3):
            shown = show(node, "Histograms", recorded, [1], columns=columns, layer=layer, stage=1)
            (drawing,) = shown.drawings
            found = list(cells(drawing, 3, shown.theme["text"]))
            assert len(found) == 3 * len(columns)
            (light,) = [mark for mark in drawing.of("rect", shown.theme["surface"]) if mark.right - mark.left > 500]
            for cell in found:
                run = columns[cell.column]
                wanted = shape(cell, history.arrays["edges"][1], heights[1, run, cell.layer, 1])
                assert holds(cell.of("fill", shown.run_color(styles[run])), wanted, atol=CODE * cell.room + 0.02)
                lit = light.top <= cell.base.y - cell.room and cell.base.y <= light.bottom
                assert lit == (cell.layer == layer)
                assert (cell.room == max(each.room for each in found)) == (cell.layer == layer)
            rooms = {round(cell.room, 3) for cell in found}
            assert len(rooms) == 2


def test_a_run_that_has_ended_fades_and_keeps_its_last_shape(node: Node, record: Record):
    shown = show(node, "Histograms", record("plane"), [4, 4.01, 5, 8])
    last, *later = [{mark.color: mark for mark in drawing.of("fill")} for drawing in shown.drawings]
    ended = shown.run_color(run_styles(record("plane").history.experiment)[1])
    for marks in later:
        for color, mark in marks.items():
            assert (mark.alpha < 0.5 * last[color].alpha) == (color == ended)
        require_points(marks[ended].points, last[ended].points)


@STAGE
def test_the_pointer_finds_the_bin_and_its_share(node: Node, record: Record, stage: int):
    recorded = record("plane")
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    inside, outside, apart = shares(history)
    means, sds = pooled(history)
    shown = show(node, "Histograms", recorded, [6], stage=stage, width=1200)
    edges = history.arrays["edges"][stage]
    found = list(cells(shown.drawings[0], 3, shown.theme["text"]))
    places = [(cell, bin) for cell in found for bin in range(len(edges) - 1)]
    pointers = [[float(cell.x(edges[bin : bin + 2].mean())), cell.base.y - cell.room / 2, 6] for cell, bin in places]
    answers = show(node, "Histograms", recorded, [6], stage=stage, width=1200, pointers=pointers).answers

    def percent(share: float) -> str:
        return node.ask("format", "formatPercent", round(float(share), 9))

    for (cell, bin), answer in zip(places, answers, strict=True):
        run, layer = cell.column, cell.layer
        at = min(6, history.recorded[run] - 1)
        share, beyond = inside[at, run, layer, stage], outside[at, run, layer, stage]
        name, values, *more, moments, below, _ = answer["tip"]
        assert name == f"{styles[run].label}, layer {layer + 1}"
        low, high = (node.ask("format", "formatNumber", float(np.float32(edge))) for edge in edges[bin : bin + 2])
        assert values.endswith(f"of values from {low} to {high}")
        if apart and apart == (stage, bin):
            assert number(values.split(" of ")[0]) == 0
        else:
            assert number(values.split(" of ")[0]) == pytest.approx(share[bin], abs=0.0101)
        zeros = (
            [f"{percent(share[apart[1]])} in the bin at 0, drawn as a bar of its own"]
            if apart and apart[0] == stage
            else []
        )
        assert more == zeros
        mean, sd = (
            node.ask("format", "formatMoment", round(float(each[at, run, layer, stage]), 7)) for each in (means, sds)
        )
        assert moments == f"mean {mean}, sd {sd}"
        assert below == f"below range {percent(beyond[0])}, above {percent(beyond[1])}"
