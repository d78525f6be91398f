"""Loss and accuracy: lines, dots and cursor stand where the axes say that the history's numbers are."""

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
    holds,
    is_number,
    require_points,
    show,
    step_at,
    step_axis,
    value_axis,
)
from tests.player.node import Node

POSITIONS = [0, 2, 3.25, 4.5, 5, 8]
WIDTHS = pytest.mark.parametrize("width", [900, 380])


@dataclass(frozen=True)
class Panel:
    """One of the two diagrams: its frame, and its axes as its labels give them."""

    name: str
    left: float
    right: float
    cursor: Mark
    x: Axis
    y: Axis

    @property
    def top(self) -> float:
        return self.cursor.top

    @property
    def bottom(self) -> float:
        return self.cursor.bottom

    def holds(self, mark: Mark) -> bool:
        return (
            self.left - 10 <= mark.left <= mark.right <= self.right + 10 and self.top - 6 <= mark.top <= self.bottom + 6
        )


def panels(drawing: Drawing) -> dict[str, Panel]:
    found = {}
    for cursor in [
        mark for mark in drawing.marks if mark.is_vertical and not mark.dash and mark.bottom - mark.top > 30
    ]:
        lines = [
            mark
            for mark in drawing.marks
            if mark.is_horizontal
            and mark.left - 1 <= cursor.x <= mark.right + 1
            and cursor.top - 1 <= mark.y <= cursor.bottom + 1
        ]
        left, right = lines[0].left, lines[0].right
        numbers = [mark for mark in drawing.texts() if is_number(mark.text)]
        beside = [mark for mark in numbers if left - 52 < mark.x < left and cursor.top < mark.y < cursor.bottom + 9]
        below = [mark for mark in numbers if left - 1 <= mark.x <= right + 1 and 9 < mark.y - cursor.bottom < 40]
        loss = not any("%" in mark.text for mark in beside)
        name = "loss" if loss else "accuracy"
        found[name] = Panel(name, left, right, cursor, step_axis(below), value_axis(lines, beside, log=loss))
    assert set(found) == {"loss", "accuracy"}
    return found


def shown_values(history, panel: Panel) -> np.ndarray:
    """Values as they are drawn, [T, K, 2]: the loss within its axis, so that what is beyond lies on its edge."""
    values = history.arrays[panel.name].astype(float)
    if panel.name == "accuracy":
        return values
    first = values[0][np.isfinite(values[0])].max()
    there = values[np.isfinite(values) & (values > 0)]
    highest = min(there.max(), 10 * first)
    return values.clip(min(there.min(), highest / 2), highest)


@WIDTHS
@pytest.mark.parametrize("case", ["plane", "digits", "clipped", "classes", "trained", "trained, diverging"])
def test_every_line_passes_through_the_numbers(node: Node, record: Record, case: str, width: float):
    recorded = record(case)
    history = recorded.history
    shown = show(node, "Curves", recorded, [0], width=width)
    (drawing,) = shown.drawings
    traced = drawing.traced()
    assert len(traced) == 2 * 2 * len(history.status)
    for panel in panels(drawing).values():
        values = shown_values(history, panel)
        inside = [mark for mark in traced if panel.holds(mark)]
        for run, style in enumerate(run_styles(history.experiment)):
            recorded_steps = np.arange(history.recorded[run])
            for split in (0, 1):
                wanted = np.column_stack(
                    [panel.x(history.steps[recorded_steps]), panel.y(values[recorded_steps, run, split])]
                )
                wanted = wanted[np.isfinite(wanted[:, 1])]
                lines = [mark for mark in inside if mark.dash == (style.dash if split else ())]
                lines = [mark for mark in lines if mark.color == shown.run_color(style)]
                lines = [mark for mark in lines if (mark.width > 2) == bool(split)]
                assert holds(lines, wanted), f"{panel.name}, {style.label}, split {split}"


def test_the_test_set_is_thick_and_the_batch_thin_and_faint(node: Node, record: Record):
    (drawing,) = show(node, "Curves", record("digits"), [0]).drawings
    thick = [mark for mark in drawing.traced() if mark.width > 2]
    thin = [mark for mark in drawing.traced() if mark.width <= 1]
    assert len(thick) == len(thin) == 6
    assert {mark.alpha for mark in thick} == {1}
    assert max(mark.alpha for mark in thin) < 0.5


@WIDTHS
def test_axes_span_all_steps_and_all_values(node: Node, record: Record, width: float):
    recorded = record("plane")
    history = recorded.history
    (drawing,) = show(node, "Curves", recorded, [0], width=width).drawings
    found = panels(drawing)
    for panel in found.values():
        np.testing.assert_allclose(panel.x([0, history.steps[-1]]), [panel.left, panel.right], atol=0.01)
    assert found["accuracy"].y([0, 1]) == pytest.approx([found["accuracy"].bottom, found["accuracy"].top])
    loss = history.arrays["loss"]
    ends = [np.nanmin(loss), np.nanmax(loss)]
    assert found["loss"].y(ends) == pytest.approx([found["loss"].bottom, found["loss"].top])
    loss, accuracy = found["loss"], found["accuracy"]
    assert loss.bottom < accuracy.top or loss.right < accuracy.left
    for mark in drawing.marks:
        assert mark.left >= -1e-6
        assert mark.right <= width + 1e-6
    assert max(mark.bottom for mark in drawing.marks) <= drawing.size[1] / 2


def test_a_loss_that_rushes_off_is_cut_at_ten_times_the_first_and_the_title_says_so(node: Node, record: Record):
    recorded = record("clipped")
    (drawing,) = show(node, "Curves", recorded, [0]).drawings
    panel = panels(drawing)["loss"]
    first = recorded.history.arrays["loss"][0].max()
    assert panel.y(10 * first) == pytest.approx(panel.top)
    assert drawing.texts("highest values are cut")
    above = [
        point for mark in drawing.traced() if panel.holds(mark) for point in mark.points if point[1] < panel.top + 0.01
    ]
    assert len(above) == 6
    (whole,) = show(node, "Curves", record("plane"), [0]).drawings
    assert not whole.texts("are cut")


def arrows(drawing: Drawing, panel: Panel) -> list[Mark]:
    """What is drawn above the upper edge of a diagram, pointing up: base on the edge, tip in the middle above."""
    found = [mark for mark in drawing.of("fill") if mark.bottom == pytest.approx(panel.top) and len(mark.points) == 3]
    return [mark for mark in found if panel.left <= mark.x <= panel.right and mark.y < mark.bottom]


def test_an_arrow_marks_where_a_run_leaves_the_axis_once_that_has_come(node: Node, record: Record):
    recorded = record("clipped")
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    shown = show(node, "Curves", recorded, range(len(history.steps)))
    loss = history.arrays["loss"]
    ceiling = 10 * loss[0][np.isfinite(loss[0])].max()
    above = (loss > ceiling).any(-1)
    leaves = above & ~np.vstack([np.zeros_like(above[:1]), above[:-1]])
    assert leaves.sum() >= 1
    for position, drawing in enumerate(shown.drawings):
        panel = panels(drawing)["loss"]
        wanted = {(shown.run_color(styles[run]), float(panel.x(history.steps[at])))
                  for at, run in np.argwhere(leaves) if at <= position}  # fmt: skip
        found = {(mark.color, mark.x) for mark in arrows(drawing, panel)}
        assert sorted(found) == [(color, pytest.approx(x)) for color, x in sorted(wanted)]
    (whole,) = show(node, "Curves", record("plane"), [8]).drawings
    assert arrows(whole, panels(whole)["loss"]) == []


@every_theme
@WIDTHS
def test_cursor_dots_and_kicks_stand_at_their_steps(node: Node, record: Record, width: float, theme: str):
    recorded = record("plane")
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    shown = show(node, "Curves", recorded, POSITIONS, width=width, theme=theme)
    for position, drawing in zip(POSITIONS, shown.drawings, strict=True):
        for panel in panels(drawing).values():
            assert panel.cursor.x == pytest.approx(panel.x(step_at(history, position)), abs=0.01)
            dots = [mark for mark in drawing.of("fill") if panel.holds(mark)]
            values = shown_values(history, panel)[:, :, 1]
            for run, style in enumerate(styles):
                at = min(position, history.recorded[run] - 1)
                places = panel.y(values[:, run])
                wanted = [panel.x(step_at(history, at)), np.interp(at, np.arange(len(places)), places)]
                ours = [mark for mark in dots if mark.color == shown.run_color(style)]
                assert holds(ours, np.array([wanted])), f"{panel.name}, {style.label}, {position}"
            assert len(dots) == len(styles)
            kicks = [mark for mark in drawing.marks if mark.is_vertical and mark.dash and panel.holds(mark)]
            wanted_kicks = [panel.x(kick.step) for kick in history.experiment.interventions]
            assert [mark.x for mark in kicks] == pytest.approx(wanted_kicks, abs=0.01)
            assert all((mark.top, mark.bottom) == (panel.top, panel.bottom) for mark in kicks)
        early, late = drawing.texts("W ×")
        assert (early.text, late.text) == ("W × 3", "W × 0.25")
        loss = panels(drawing)["loss"]
        assert loss.x(7) < early.x < loss.x(7) + 10
        assert loss.x(50) - 10 < late.x < loss.x(50)
        assert (early.call["textAlign"], late.call["textAlign"]) == ("left", "right")


@pytest.mark.parametrize("ratio", [1, 2, 1.5])
@pytest.mark.parametrize("view", ["Curves", "Trajectories"])
def test_up_to_the_cursor_lines_are_copied_at_full_strength_and_then_faintly(
    node: Node, record: Record, view: str, ratio: float
):
    for position, drawing in zip(
        POSITIONS, show(node, view, record("digits"), POSITIONS, ratio=ratio).drawings, strict=True
    ):
        cursors = [mark for mark in drawing.marks if mark.is_vertical and not mark.dash and mark.bottom - mark.top > 30]
        copies = drawing.of("image")
        assert cursors
        for cursor in cursors:
            ours = [mark for mark in copies if mark.top < cursor.top < cursor.bottom < mark.bottom]
            ours = [mark for mark in ours if cursor.x in (pytest.approx(mark.left), pytest.approx(mark.right))]
            past = [mark for mark in ours if mark.right == pytest.approx(cursor.x)]
            future = [mark for mark in ours if mark.left == pytest.approx(cursor.x)]
            assert [mark.alpha for mark in past] == [1]
            assert len(future) == 1
            assert 0.1 < future[0].alpha < 0.4
            assert past[0].right - past[0].left < 3 or position > 0
        for mark in copies:
            x, y, width, height = np.array(mark.call["boxes"][:4])
            require_points(np.array([[x, y], [x + width, y + height]]), mark.points * ratio)
            assert drawing.images[mark.call["image"]]["size"] == drawing.size
            scales = {tuple(call["scale"]) for call in drawing.images[mark.call["image"]]["calls"]}
            assert scales == {(ratio, ratio)}


@pytest.mark.parametrize("view", ["Curves", "Trajectories"])
def test_the_end_is_a_secret_until_it_was_seen(node: Node, record: Record, view: str):
    """Behind the cursor there is what was seen already, and no more; once the end was seen, everything."""
    recorded = record("digits")
    last = len(recorded.history.steps) - 1
    changes = [{"seen": position} for position in (2, 5.5, last, 5.5)]
    *drawings, beyond = show(node, view, recorded, [2, 2, 2, 5.5], changes=changes).drawings
    cursors = [
        [mark for mark in drawing.marks if mark.is_vertical and mark.bottom - mark.top > 30]
        for drawing in (*drawings, beyond)
    ]
    ends = [
        sorted(mark.right for mark in drawing.of("image") if any(abs(mark.left - cursor.x) < 0.01 for cursor in own))
        for drawing, own in zip(drawings, cursors[:3], strict=True)
    ]
    nothing, some, everything = ends
    assert nothing == []
    assert some == pytest.approx(sorted(cursor.x for cursor in cursors[3]), abs=0.01)
    assert len(everything) == len(some)
    assert (np.array(everything) > some).all()


@WIDTHS
def test_the_pointer_finds_the_nearest_record_and_its_numbers(node: Node, record: Record, width: float):
    recorded = record("plane")
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    (drawing,) = show(node, "Curves", recorded, [0], width=width).drawings
    found = panels(drawing)
    pointers, wanted = [], []
    for panel in found.values():
        for index, step in enumerate(history.steps):
            for near in (step - 0.4, step, step + 0.4):
                pointers.append([float(panel.x(near)), (panel.top + panel.bottom) / 2, 0])
                wanted.append((panel.name, index))
    answers = show(node, "Curves", recorded, [0], width=width, pointers=pointers).answers
    for (name, index), answer in zip(wanted, answers, strict=True):
        assert answer["record"] == index
        assert answer["tip"][0] == f"{name} at step {history.steps[index]}"
        words = "formatNumber" if name == "loss" else "formatPercent"
        for run, style in enumerate(styles):
            line = f"{style.label}: {history.status[run]}"
            if index < history.recorded[run]:
                train, test = (node.ask("format", words, float(each)) for each in history.arrays[name][index, run])
                line = f"{style.label}: test {test}, batch {train}"
            assert answer["tip"][1 + run] == line
    outside = show(node, "Curves", recorded, [0], width=width, pointers=[[found["loss"].left - 40, 5, 0]]).answers[0]
    assert outside == {"tip": None, "record": None}
