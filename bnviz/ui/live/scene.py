"""What a live figure shows: its inputs, its panels, and which marks show which arrays.

A scene is made in Python and drawn in the browser (`marks.js`). The arrays come from a few lines of arithmetic in
`sums/`, each with a twin in Python that it is tested against, or from a `Family`; marks and handles name them. Where a
number is asked for, a name stands for a number among the arrays, a pair (name, i) for one entry, a number for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bnviz.styles import Theme

Where = str | float | tuple[str, int]


@dataclass(frozen=True)
class Input:
    """A number that the reader sets, by a slider and perhaps by a handle.

    `choices`, ascending, take the place of the steps where there are any. `folded` sliders wait behind a line. `color`
    is a name among the scene's colors; the parts of a formula that have this name light up while the input moves.
    """

    name: str
    label: str
    low: float
    high: float
    step: float = 0.1
    symbol: str = ""
    color: str = "text"
    choices: Sequence[float] | None = None
    format: Literal["number", "whole", "degrees", "switch"] = "number"
    folded: bool = False
    group: Literal["shift", "stretch"] | None = None
    of: Sequence[str] = ()

    def __post_init__(self) -> None:
        if bool(self.group) != bool(self.of):
            raise ValueError(f"{self.name}: what moves others names them in `of`, and only that.")
        if not self.low < self.high:
            raise ValueError(f"{self.name}: low = {self.low} must be below high = {self.high}.")

    def allows(self, value: object) -> bool:
        """Whether a reader can have chosen this value."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.low <= value <= self.high and (self.choices is None or value in self.choices)


@dataclass(frozen=True)
class Axis:
    """A range of values, `ticks` where they are not to be chosen by the space there is."""

    low: float
    high: float
    label: str = ""
    log: bool = False
    ticks: Sequence[float] | None = None


@dataclass(frozen=True)
class Panel:
    """A rail, which is one axis with room `above` and `below` (pixels), or with `y` a plane."""

    name: str
    title: str
    x: Axis
    y: Axis | None = None
    above: int = 40
    below: int = 30


@dataclass(frozen=True)
class Handle:
    """A place to take hold of. Its place less `base` is the value of its input.

    `move` says what it sets: one input along x, two along both axes, or ("polar") the angle in degrees from the x axis
    and the distance from the origin. On a rail it stands `raised` pixels above the axis. `picks` are values that taking
    hold of it sets.
    """

    panel: str
    inputs: tuple[str, ...]
    x: Where
    y: Where | None = None
    move: Literal["x", "xy", "polar"] = "x"
    base: Where = 0.0
    raised: int = 0
    picks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """One thing that is drawn: a kind of `marks.js` in a panel, with what that kind asks for."""

    kind: str
    panel: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A step through a figure: a button with a title of a few words, what to see (40 words), and where it is seen.

    `values` are those of inputs that the step moves; the others stay as the reader left them. `lights` is the name of
    a color that lights up.
    """

    title: str
    words: str
    values: Mapping[str, float] = field(default_factory=dict)
    lights: str = ""


@dataclass(frozen=True)
class Scene:
    """A whole figure. `rows` are panels side by side; on a phone all stand below each other.

    sums         name of the arithmetic, with what is `given` to it beside the inputs
    text         HTML below the picture; elements with data-number="name" hold live numbers, and those with
                 data-symbol="name" have that color and light up while an input of this color moves
    beside       the text stands beside the picture, where there is room
    steps        buttons above the picture, each of which moves the figure and says what to see
    alternative  what the picture shows, in words: "loss {loss}, turned by {turn:degrees}"
    colors       theme → name → color
    """

    inputs: Sequence[Input]
    rows: Sequence[Sequence[Panel]]
    marks: Sequence[Mark]
    colors: Mapping[Theme, Mapping[str, str]]
    alternative: str
    handles: Sequence[Handle] = ()
    text: str = ""
    beside: bool = False
    steps: Sequence[Step] = ()
    sums: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return what the browser is sent."""
        marks = [{"kind": mark.kind, "panel": mark.panel, **mark.options} for mark in self.marks]
        return asdict(self) | {"marks": marks}

    def accepted(self, chosen: object) -> dict[str, float]:
        """Return of what a browser sent that which a reader can have chosen."""
        given = chosen if isinstance(chosen, Mapping) else {}
        own = (each for each in self.inputs if each.group is None)
        return {each.name: given[each.name] for each in own if each.allows(given.get(each.name))}


def dots(panel: str, x: str, color: str, *, picked: Where | None = None, numbers: bool = False) -> Mark:
    """Every example as a dot on a rail; the `picked` one (from 1) is larger, with its number if `numbers`."""
    return Mark("dots", panel, {"x": x, "color": color, "picked": picked, "numbers": numbers})


def tracks(*stops: tuple[str, str], picked: Where | None = None) -> Mark:
    """A line for each example from rail to rail: (panel, array) for each."""
    return Mark("tracks", stops[0][0], {"stops": stops, "picked": picked})


def band(panel: str, middle: Where, half: Where, *, color: str, tick: str) -> Mark:
    """What lies within `half` of the middle on a rail, with a tick in the color `tick` in the middle."""
    return Mark("band", panel, {"middle": middle, "half": half, "color": color, "tick": tick})


def bracket(
    panel: str, middle: Where, half: Where, *, color: str, tick: str, raised: int, names: tuple[str, str]
) -> Mark:
    """A bracket `half` to either side of the middle with two grips, which are called by these names."""
    return Mark(
        "bracket",
        panel,
        {"middle": middle, "half": half, "color": color, "tick": tick, "raised": raised, "names": names},
    )


def bands(panel: str, quantity: str) -> Mark:
    """A quantity of the arithmetic over a plane, in bands that are even on a log scale."""
    return Mark("field", panel, {"field": quantity})


def path(panel: str, x: str, y: str, *, color: str, upto: Where | None = None, round_trip: float | None = None) -> Mark:
    """A line through points, as far as the one with the number `upto`; on a round axis, how far once round is."""
    return Mark("path", panel, {"x": x, "y": y, "color": color, "upto": upto, "round": round_trip})


def segment(
    panel: str,
    start: tuple[Where, Where],
    end: tuple[Where, Where],
    *,
    color: str = "text",
    beyond: float = 1.0,
    dash: Sequence[int] = (),
) -> Mark:
    """A straight line from start to end, drawn on to `beyond` times its length."""
    return Mark("segment", panel, {"from": start, "to": end, "color": color, "beyond": beyond, "dash": list(dash)})


def upright(panel: str, x: Where, *, color: str = "text") -> Mark:
    """A dotted upright line over a whole panel."""
    return Mark("upright", panel, {"x": x, "color": color})


def arrow(
    panel: str,
    start: tuple[Where, Where],
    by: tuple[Where, Where],
    *,
    color: str,
    name: str,
    factor: float = 1.0,
    most: float,
) -> Mark:
    """An arrow from a point by a vector times `factor`, in the units of the axes, drawn `most` long at most."""
    options = {"from": start, "by": by, "factor": factor, "most": most, "color": color, "name": name}
    return Mark("arrow", panel, options)


def right_angle(panel: str, at: tuple[Where, Where], by: tuple[Where, Where], *, angle: Where, color: str) -> Mark:
    """The mark of a right angle at a point, between the origin and an arrow; shown where `angle` is 90 degrees."""
    return Mark("right_angle", panel, {"at": at, "by": by, "angle": angle, "color": color})


def point(
    panel: str, x: Where, y: Where, *, color: str, look: Literal["disc", "ring", "grip"] = "disc", name: str = ""
) -> Mark:
    """A point of a plane. A grip is what a handle looks like, a ring a start, a disc an end."""
    return Mark("point", panel, {"x": x, "y": y, "color": color, "look": look, "name": name})
