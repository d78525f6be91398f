"""What a view drew, as marks: lines, paths, boxes and texts with their places and colors.

Nothing here knows where a view puts things. Places follow from marks that carry numbers: a tick's label says which
value its grid line stands for, and all other places of that axis follow from two such ticks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.player.conftest import Recorded
from tests.player.node import Node

PIXEL = 1e-3
"""How far a mark may be from where it belongs, in pixels; rounding of the packed numbers has its own allowance."""


@dataclass(frozen=True, eq=False)
class Mark:
    """One call of the canvas: `kind` is stroke, fill, rect, text, halo, image, pixels or clear."""

    kind: str
    color: str
    alpha: float
    width: float
    dash: tuple[float, ...]
    points: np.ndarray
    """[n, 2]: corners of a path, the anchor of a text, or the upper left and lower right corner of a box."""
    call: dict[str, Any]

    @property
    def text(self) -> str:
        return self.call["text"]

    @property
    def x(self) -> float:
        return float(self.points[0, 0])

    @property
    def y(self) -> float:
        return float(self.points[0, 1])

    @property
    def left(self) -> float:
        return float(self.points[:, 0].min())

    @property
    def right(self) -> float:
        return float(self.points[:, 0].max())

    @property
    def top(self) -> float:
        return float(self.points[:, 1].min())

    @property
    def bottom(self) -> float:
        return float(self.points[:, 1].max())

    @property
    def is_horizontal(self) -> bool:
        return self.kind == "stroke" and len(self.points) == 2 and np.ptp(self.points[:, 1]) == 0

    @property
    def is_vertical(self) -> bool:
        return self.kind == "stroke" and len(self.points) == 2 and np.ptp(self.points[:, 0]) == 0


def _mark(call: dict[str, Any]) -> Mark:
    kind = call["kind"]
    if kind in ("stroke", "fill"):
        points = [step[1:3] for step in call["path"] if len(step) > 2]
    elif kind in ("rect", "clear"):
        x, y, width, height = call["box"]
        points = [[x, y], [x + width, y + height]]
    elif kind == "image":
        x, y, width, height = call["boxes"][-4:]
        points = [[x, y], [x + width, y + height]]
    else:
        points = [call["at"]]
    color = call["strokeStyle"] if kind in ("stroke", "halo") else call["fillStyle"]
    shape = np.array(points, float).reshape(-1, 2)
    return Mark(kind, color, call["globalAlpha"], call["lineWidth"], tuple(call["dash"]), shape, call)


class Drawing:
    """The marks of one draw, in order."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.marks = [_mark(call) for call in answer["calls"]]
        self.images = {int(number): image for number, image in answer["images"].items()}
        self.size = answer["size"]
        self.height = answer["style"]["height"]
        assert answer["left"] == 0, "what was saved was not restored, and stays for the next draw"

    def of(self, kind: str, color: str | None = None) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == kind and color in (None, mark.color)]

    def texts(self, pattern: str = "") -> list[Mark]:
        return [mark for mark in self.of("text") if re.search(pattern, mark.text)]

    def traced(self) -> list[Mark]:
        """The marks on the canvas that this one copies from."""
        (number,) = {mark.call["image"] for mark in self.of("image")}
        return [_mark(call) for call in self.images[number]["calls"]]


@dataclass(frozen=True)
class Shown:
    """What a view drew at each position, what it answered to the pointer, and the theme's colors."""

    drawings: list[Drawing]
    answers: list[dict[str, Any]]
    theme: dict[str, Any]

    def run_color(self, style) -> str:
        return style.color_dark if self.theme["dark"] else style.color


def show(
    node: Node,
    view: str,
    recorded: Recorded,
    positions: Sequence[float],
    *,
    columns: Sequence[int] | None = None,
    stage: int = 2,
    layer: int = 0,
    width: float = 900,
    **options: Any,
) -> Shown:
    """Let a view draw on a canvas of that width (columns: the runs on show, all of them unless said otherwise)."""
    runs = list(range(len(recorded.history.status)))
    state = {"stage": stage, "layer": layer, "run": 0, "columns": list(columns) if columns is not None else runs}
    state |= {"example": None, "held": False, "unit": 0}
    given = {"state": state, "width": width, "positions": list(positions), **options}
    answer = node.ask("draw", view, recorded.packed, given)
    return Shown([Drawing(each) for each in answer["drawings"]], answer["answers"], answer["theme"])


_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text: str) -> float:
    """The number that a label shows: −0.5, 2·10⁻⁵, 10⁵, 50 %, < 1 %."""
    plain = text.replace("−", "-").strip("<> ,")
    if found := re.fullmatch(r"(-?)(?:([\d.]+)·)?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", plain):
        return float(f"{found[1]}{found[2] or 1}e{found[3].translate(_LOWERED)}")
    return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)


NUMBER = r"−?(?:10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d[\d.]*(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?)"
"""A number in a text; `number` reads it."""


def is_number(text: str) -> bool:
    return re.fullmatch(f"{NUMBER}(\u00a0%)?", text) is not None


Axis = Callable[[Any], Any]


def fit_axis(ticks: Iterable[tuple[float, float]], *, log: bool = False) -> Axis:
    """Return the map from values to pixels through (value, pixel) of all ticks; fails where they lie on no line."""
    known = sorted(set(ticks))
    assert len({value for value, _ in known}) >= 2, "an axis needs two ticks"
    bend = np.log if log else np.asarray
    values, pixels = (np.array(column) for column in zip(*known, strict=True))
    slope = (pixels[-1] - pixels[0]) / (bend(values[-1]) - bend(values[0]))

    def axis(value):
        with np.errstate(divide="ignore", invalid="ignore"):
            return pixels[0] + slope * (bend(value) - bend(values[0]))

    np.testing.assert_allclose(pixels, axis(values), atol=0.01, err_msg="ticks are not where their numbers say")
    return axis


def value_axis(lines: Sequence[Mark], labels: Sequence[Mark], *, log: bool = False) -> Axis:
    """The axis of horizontal grid lines and the labels beside them: label k belongs to the nearest line.

    All labels stand equally far from their lines.
    """
    lines, labels = sorted(lines, key=lambda mark: mark.y), sorted(labels, key=lambda mark: mark.y)
    assert len(lines) == len(labels)
    offsets = [label.y - line.y for line, label in zip(lines, labels, strict=True)]
    assert max(offsets) - min(offsets) < PIXEL
    assert max(map(abs, offsets)) < 10
    return fit_axis([(number(label.text), line.y) for line, label in zip(lines, labels, strict=True)], log=log)


def step_axis(labels: Sequence[Mark]) -> Axis:
    """The axis of steps from the anchors of its labels."""
    return fit_axis([(number(label.text), label.x) for label in labels])


def require_points(drawn: np.ndarray, wanted: np.ndarray, atol: float = 0.02, note: str = "") -> None:
    assert drawn.shape == wanted.shape, note
    np.testing.assert_allclose(drawn, wanted, rtol=0, atol=atol, err_msg=note)


def holds(drawn: Iterable[Mark], wanted: np.ndarray, atol: float = 0.02) -> bool:
    """Is there a path with just these corners?"""
    return any(
        mark.points.shape == wanted.shape and np.allclose(mark.points, wanted, rtol=0, atol=atol) for mark in drawn
    )


def step_at(history, position: float) -> float:
    """The step at a position between two records."""
    return float(np.interp(position, np.arange(len(history.steps)), history.steps))


every_theme = pytest.mark.parametrize("theme", ["light", "dark"])
