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
    format: Literal["number", "whole", "count", "degrees", "switch"] = "number"
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
    """A rail, which is one axis with room `above` and `below` (pixels), or with `y` a plane. A `bare` one has none.

    `share` is how much of its row it takes, against the others. A plane is a square; on a phone, and on any screen if
    it is `low`, its height is `flat` times its width. In an `even` plane a unit is as long up as across.
    """

    name: str
    title: str
    x: Axis
    y: Axis | None = None
    above: int = 40
    below: int = 30
    bare: bool = False
    share: float = 1.0
    even: bool = False
    flat: float = 1.0
    low: bool = False


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

    `values` are those of inputs that the step moves, within `duration` milliseconds; the others stay as the reader left
    them, but for what it sets `first`, at once. `lights` is the name of a color that lights up.
    """

    title: str
    words: str
    values: Mapping[str, float] = field(default_factory=dict)
    lights: str = ""
    first: Mapping[str, float] = field(default_factory=dict)
    duration: int = 900


@dataclass(frozen=True)
class Scene:
    """A whole figure. `rows` are panels side by side; on a phone all stand below each other.

    sums         name of the arithmetic, with what is `given` to it beside the inputs
    text         HTML below the picture; elements with data-number="name" hold live numbers, and those with
                 data-symbol="name" have that color and light up while an input of this color moves
    columns      on a phone its columns stand below each other, not its rows; a shorter row lacks the last ones
    beside       the text stands beside the picture, where there is room
    steps        buttons above the picture, each of which moves the figure and says what to see
    alternative  what the picture shows, in words: "loss {loss}, turned by {turn:degrees}"; "[walk: …]" is said where
                 the number `walk` is not 0
    colors       theme → name → color
    """

    inputs: Sequence[Input]
    rows: Sequence[Sequence[Panel]]
    marks: Sequence[Mark]
    colors: Mapping[Theme, Mapping[str, str]]
    alternative: str
    handles: Sequence[Handle] = ()
    text: str = ""
    columns: bool = False
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


def die(panel: str, roll: Where, to: str, x: str, *, color: str) -> Mark:
    """A die above the axis of a panel, with lines from it to the values `x` on the rail `to`; `roll` counts from 1."""
    return Mark("die", panel, {"roll": roll, "to": to, "x": x, "color": color})


def note(panel: str, title: str, words: str, *, raised: int, color: str = "text") -> Mark:
    """A title and a line of words, `raised` pixels above the axis of a panel."""
    return Mark("note", panel, {"title": title, "words": words, "raised": raised, "color": color})


def rings(panel: str, x: str, *, color: str) -> Mark:
    """A ring around each place of a rail where values began; what has not moved fills its ring."""
    return Mark("rings", panel, {"x": x, "color": color})


def bands(panel: str, quantity: str) -> Mark:
    """A quantity of the arithmetic over a plane, in bands that are even on a log scale."""
    return Mark("field", panel, {"field": quantity})


def path(
    panel: str,
    x: str,
    y: str,
    *,
    color: str,
    upto: Where | None = None,
    round_trip: float | None = None,
    dash: Sequence[int] = (),
) -> Mark:
    """A line through points, as far as the one with the number `upto`; on a round axis, how far once round is."""
    options = {"x": x, "y": y, "color": color, "upto": upto, "round": round_trip, "dash": list(dash)}
    return Mark("path", panel, options)


def trace(panel: str, x: str, y: str, *, color: str, upto: Where | None = None, dash: Sequence[int] = ()) -> Mark:
    """A fine line through many points, as far as the one with the number `upto`."""
    return Mark("path", panel, {"x": x, "y": y, "color": color, "upto": upto, "fine": True, "dash": list(dash)})


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


def arrows(panel: str, x: str, y: str, *, color: str, picked: Where | None = None) -> Mark:
    """An upright arrow from zero for each example, at x and as long as y; the `picked` one (from 1) is thicker."""
    return Mark("arrows", panel, {"x": x, "y": y, "color": color, "picked": picked})


def right_angle(panel: str, at: tuple[Where, Where], by: tuple[Where, Where], *, angle: Where, color: str) -> Mark:
    """The mark of a right angle at a point, between the origin and an arrow; shown where `angle` is 90 degrees."""
    return Mark("right_angle", panel, {"at": at, "by": by, "angle": angle, "color": color})


def point(
    panel: str, x: Where, y: Where, *, color: str, look: Literal["disc", "ring", "grip"] = "disc", name: str = ""
) -> Mark:
    """A point of a plane. A grip is what a handle looks like, a ring a start, a disc an end."""
    return Mark("point", panel, {"x": x, "y": y, "color": color, "look": look, "name": name})


def bowl(panel: str, at: tuple[Where, Where], *, angle: Where, high: Where, low: Where) -> Mark:
    """A quadratic around its lowest point: two curvatures, and the angle of the steep one; bands of a log scale."""
    return Mark("bowl", panel, {"at": at, "angle": angle, "high": high, "low": low})


def goal(panel: str, at: tuple[Where, Where], *, color: str = "text", name: str) -> Mark:
    """A cross with a name; an arrowhead at the edge of the plane where it lies outside."""
    return Mark("goal", panel, {"at": at, "color": color, "name": name})


def flag(panel: str, at: tuple[Where, Where], *, color: str = "text", name: str) -> Mark:
    """A pole at a place of a way, with a name at its foot."""
    return Mark("flag", panel, {"at": at, "color": color, "name": name})


def stones(panel: str, x: str, y: str, *, counts: str, color: str) -> Mark:
    """Places of a way with their numbers."""
    return Mark("stones", panel, {"x": x, "y": y, "counts": counts, "color": color})


def words(panel: str, text: str, *, color: str = "text", when: Where | None = None) -> Mark:
    """A sentence with live numbers, as in `alternative`, in the line of a panel's title; not where `when` is 0."""
    return Mark("words", panel, {"words": text, "color": color, "when": when})


def cells(
    panel: str,
    norm: str,
    *,
    of: str,
    columns: int,
    rows: int,
    paint: bool = False,
    over: str | None = None,
    compared: str | None = None,
) -> list[Mark]:
    """A map of networks, the one of the run `norm` in the arithmetic `maps`; what comes anew, `of` another name, grows.

    A reader may `paint` a guess on it while the figure is held. It lies `over` the map of another panel by the share
    that the input "overlay" says, and one that is `compared` with the run that lies over it says how many differ.
    """
    options = {"norm": norm, "of": of, "columns": columns, "rows": rows}
    drawn = [Mark("cells", panel, {**options, "paint": paint, "compared": compared})]
    return drawn if over is None else [*drawn, Mark("laid", panel, {**options, "over": over})]


def color_scale(panel: str, at: Where, *, words: tuple[str, str]) -> Mark:
    """The colors of maps on a rail; where it is marked, the second of the words stands."""
    return Mark("color_scale", panel, {"at": at, "words": words})


def curves(panel: str, runs: Sequence[Mapping[str, Any]], *, steps: Sequence[int], at: Where, seeds: int) -> Mark:
    """How the networks of the chosen cell learned, above a rail of updates; dotted at the accuracy `at`."""
    return Mark("curves", panel, {"runs": list(runs), "steps": list(steps), "at": at, "seeds": seeds})


def saying(
    panel: str,
    words: str,
    at: tuple[float, float],
    *,
    color: str = "text",
    strong: bool = False,
    when: Where | None = None,
) -> Mark:
    """Words with live numbers ("loss {loss}") that begin at a share of the panel's sides, from its upper left corner.

    A line ends at a line break. They are left out while the number `when` is 0.
    """
    return Mark("saying", panel, {"words": words, "at": at, "color": color, "strong": strong, "when": when})


def blocks(panel: str, layers: int, folded: Where, *, color: str, plain: str) -> Mark:
    """A network as boxes in a bare rail: batch norm, in `color`, has gone the share `folded` of its way into W."""
    return Mark("blocks", panel, {"layers": layers, "folded": folded, "color": color, "plain": plain})


def series(
    panel: str, values: str, *, color: str, look: Literal["bar", "disc", "diamond"] = "bar", when: Where | None = None
) -> Mark:
    """One value at each whole number from 0 on; drawn as strong as the number `when`, from 0 to 1."""
    return Mark("values", panel, {"values": values, "color": color, "look": look, "when": when})
