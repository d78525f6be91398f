"""Decision regions: every pixel mixes the classes' colors by their probabilities, and points stand in the plane."""

import itertools

import numpy as np
import pytest

from bnviz.styles import run_styles
from tests.player.conftest import Record
from tests.player.drawing import Mark, every_theme, number, show
from tests.player.node import Node

CASES = pytest.mark.parametrize("case", ["plane", "classes", "trained"])


def rgb(color: str) -> list[int]:
    return [int(color[start : start + 2], 16) for start in (1, 3, 5)]


def corners(mark: Mark) -> int:
    """How many corners a marker has; a circle has none."""
    return 0 if any(step[0] == "arc" for step in mark.call["path"]) else len(mark.points)


@every_theme
@CASES
def test_every_pixel_mixes_the_colors_of_the_classes(node: Node, record: Record, case: str, theme: str):
    """One view draws all records in turn, so that a picture painted for another record would be seen."""
    recorded = record(case)
    history = recorded.history
    records = [0, 4, 4.75, 5, len(history.steps) - 1, 2]
    shown = show(node, "Decisions", recorded, records, theme=theme)
    colors = np.array([rgb(color) for color in shown.theme["classes"]])
    probability = history.arrays["decision"].astype(float)
    for position, drawing in zip(records, shown.drawings, strict=True):
        pictures = drawing.of("image")
        assert len(pictures) == len(history.status)
        for run, picture in enumerate(pictures):
            at = min(int(position), history.recorded[run] - 1)
            packed = np.rint(255 * probability[at, run, :-1])
            packed = np.concatenate([packed, 255 - packed.sum(0, keepdims=True)]).clip(0)
            truth = np.einsum("cyx,ck->yxk", packed / 255, colors[: probability.shape[2]])
            image = drawing.images[picture.call["image"]]
            pixels = [call for call in image["calls"] if call["kind"] == "pixels"][-1]
            size = len(history.arrays["grid_x"])
            assert image["size"] == [size, size]
            assert pixels["at"] == [0, 0]
            drawn = np.reshape(pixels["data"], (size, size, 4))
            # Rows of a picture run downward, the grid's y upward.
            np.testing.assert_allclose(drawn[::-1, :, :3], truth.clip(0, 255), atol=0.51)
            assert (drawn[..., 3] == 255).all()


@every_theme
@CASES
@pytest.mark.parametrize("width", [1200, 330])
def test_points_stand_where_the_picture_has_their_place(
    node: Node, record: Record, case: str, theme: str, width: float
):
    recorded = record(case)
    history = recorded.history
    columns = list(range(len(history.status)))[:1] if width < 600 else None
    shown = show(node, "Decisions", recorded, [0], theme=theme, width=width, columns=columns)
    (drawing,) = shown.drawings
    pictures, markers = drawing.of("image"), drawing.of("fill")
    points, labels = history.arrays["points"], history.arrays["point_labels"]
    assert len(markers) == len(points) * len(pictures)
    grid = {axis: history.arrays[f"grid_{axis}"] for axis in "xy"}
    for column, picture in enumerate(pictures):
        assert picture.right - picture.left == pytest.approx(picture.bottom - picture.top)
        assert 0 <= picture.left < picture.right <= width + 1e-9
        across = (points[:, 0] - grid["x"][0]) / np.ptp(grid["x"])
        up = (points[:, 1] - grid["y"][0]) / np.ptp(grid["y"])
        x = picture.left + across * (picture.right - picture.left)
        y = picture.bottom - up * (picture.bottom - picture.top)
        ours = markers[column * len(points) : (column + 1) * len(points)]
        for mark, label, place in zip(ours, labels, np.column_stack([x, y]), strict=True):
            assert mark.color == shown.theme["classes"][label]
            assert corners(mark) == [0, 3, 4, 4][label]
            np.testing.assert_allclose(mark.points.mean(0), place, atol=0.01)
            reach = np.hypot(*(mark.points - place).T)
            assert reach.max() < 6
            if corners(mark):
                assert reach.min() > 2
                level = np.isclose(mark.points[:, 1], mark.points[:, 1].max(), atol=0.01).sum()
                assert level == {1: 2, 2: 2, 3: 1}[label], "triangle and square lie flat, a diamond stands on its tip"
    lefts = [picture.left for picture in pictures]
    assert lefts == sorted(lefts)
    assert all(first.right <= second.left for first, second in itertools.pairwise(pictures))


def test_classes_differ_in_color_on_either_background(node: Node, record: Record):
    for theme in ("light", "dark"):
        colors = show(node, "Decisions", record("plane"), [0], theme=theme).theme["classes"]
        assert len(set(colors)) == len(colors) >= 4


def test_a_run_that_has_ended_fades(node: Node, record: Record):
    for position, drawing in zip(
        [4, 4.5, 8], show(node, "Decisions", record("plane"), [4, 4.5, 8]).drawings, strict=True
    ):
        alphas = [mark.alpha for mark in drawing.of("image")]
        faded = [alpha < 0.5 * alphas[0] for alpha in alphas]
        assert faded == [False, position > 4, False, False]
        assert 0.5 < alphas[0] <= 1


@CASES
def test_the_pointer_finds_place_and_probabilities(node: Node, record: Record, case: str):
    recorded = record(case)
    history, styles = recorded.history, run_styles(recorded.history.experiment)
    (drawing,) = show(node, "Decisions", recorded, [0]).drawings
    grid = {axis: history.arrays[f"grid_{axis}"] for axis in "xy"}
    size, at = len(grid["x"]), 6
    places, pointers = [], []
    for run, picture in enumerate(drawing.of("image")):
        side = picture.right - picture.left
        for y, x in [(0, 0), (0, size - 1), (size // 2, 1), (size - 1, 2)]:
            places.append((run, y, x))
            pointers.append([picture.left + side * (x + 0.5) / size, picture.bottom - side * (y + 0.5) / size, at])
    first = drawing.of("image")[0]
    pointers += [[first.left - 3, 5, 0], [first.left + 5, first.bottom + 3, 0], [950, 5, 0]]
    *answers, before, under, after = show(node, "Decisions", recorded, [0], pointers=pointers).answers
    assert [before["tip"], under["tip"], after["tip"]] == [None] * 3
    for (run, y, x), answer in zip(places, answers, strict=True):
        label, place, *classes = answer["tip"]
        assert label == styles[run].label
        shown_x, shown_y = (number(part.split(" ")[1]) for part in place.split(", "))
        for axis, index, value in (("x", x, shown_x), ("y", y, shown_y)):
            low, high = grid[axis][0], grid[axis][-1]
            assert value == pytest.approx(low + (high - low) * (index + 0.5) / size, abs=0.006)
        truth = history.arrays["decision"][min(at, history.recorded[run] - 1), run, :, y, x]
        for index, (line, share) in enumerate(zip(classes, truth, strict=True)):
            assert line.startswith(f"class {index}: ")
            assert number(line.split(": ")[1]) == pytest.approx(float(share), abs=0.016)
