"""A computation graph as a picture: what is given, learned, computed and sampled, and where the gradient goes."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import hypot
from re import sub
from typing import Literal

from bnviz.charts.theme import PALETTES
from bnviz.styles import Theme

Kind = Literal["given", "learned", "computed", "sampled"]
KINDS: tuple[Kind, ...] = ("given", "learned", "computed", "sampled")

WIDTH = 340  # pixels at the usual size of text: what a phone of 390 px has room for
_LEGEND = 60
_LETTER, _HALF_HEIGHT, _GAP = 8.6, 19.0, 5.0
_GRADIENT: dict[Theme, str] = {"light": "#0b5394", "dark": "#7ab8ff"}
_FILL: dict[Theme, str] = {"light": "#dbe9f6", "dark": "#1d3a57"}


@dataclass(frozen=True)
class Node:
    """One box: its text, the place of its center in pixels, and what it is. `_` lowers the letter that follows it."""

    name: str
    x: float
    y: float
    kind: Kind = "computed"

    @property
    def half_width(self) -> float:
        """Half of the box's width, in pixels."""
        return max(20.0, (_LETTER * len(self.name.replace("_", "")) + 20) / 2)


@dataclass(frozen=True)
class Edge:
    """A value that goes from `start` to `end`; `gradient` tells whether a gradient comes back."""

    start: str
    end: str
    gradient: bool = True


@dataclass(frozen=True)
class Graph:
    """Boxes and arrows under a title; `height` is that of the boxes, in pixels."""

    title: str
    height: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, name: str) -> Node:
        """Return the box with this text. Raises KeyError when there is none."""
        return {node.name: node for node in self.nodes}[name]


def words(graph: Graph) -> str:
    """Return what the picture shows, for those who do not see it."""
    kinds = [
        f"{kind.capitalize()}: {', '.join(node.name for node in graph.nodes if node.kind == kind)}."
        for kind in KINDS
        if any(node.kind == kind for node in graph.nodes)
    ]
    back = [f"from {edge.end} to {edge.start}" for edge in graph.edges if edge.gradient]
    none = [edge.start for edge in graph.edges if not edge.gradient]
    ends = f" None goes to {' or '.join(dict.fromkeys(none))}." if none else ""
    said = f"Computation graph, {graph.title}. {' '.join(kinds)} The gradient goes {', '.join(back)}.{ends}"
    return said.replace("_", "")


def svg(graph: Graph, theme: Theme) -> str:
    """Return the picture: solid arrows for values, thick ones in color for gradients, and a legend below."""
    palette = PALETTES[theme]
    arrows = "".join(_arrows(graph, edge, theme) for edge in graph.edges)
    boxes = "".join(_box(node, theme) for node in graph.nodes)
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="{color}"/></marker>'
        for name, color in (("value", palette.muted), ("gradient", _GRADIENT[theme]))
    )
    height = graph.height + _LEGEND
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="Source Sans Pro, Segoe UI, Helvetica, Arial, sans-serif" font-size="16" fill="{palette.text}">'
        f"<defs>{heads}</defs>{arrows}{boxes}{_legend(graph, theme)}</svg>"
    )


def _arrows(graph: Graph, edge: Edge, theme: Theme) -> str:
    start, end = graph.node(edge.start), graph.node(edge.end)
    # Value and gradient run side by side, each on its right.
    gap = _GAP if edge.gradient else 0.0
    value = _line(start, end, gap, f'stroke="{PALETTES[theme].muted}" stroke-width="1.5" marker-end="url(#value)"')
    if not edge.gradient:
        return value
    return value + _line(end, start, gap, f'stroke="{_GRADIENT[theme]}" stroke-width="3" marker-end="url(#gradient)"')


def _line(start: Node, end: Node, gap: float, look: str) -> str:
    across, down = end.x - start.x, end.y - start.y
    length = hypot(across, down)
    across, down = across / length, down / length
    shift_x, shift_y = -down * gap, across * gap
    leave, arrive = _reach(start, across, down, shift_x, shift_y), _reach(end, -across, -down, shift_x, shift_y) + 3
    x1, y1 = start.x + shift_x + across * leave, start.y + shift_y + down * leave
    x2, y2 = end.x + shift_x - across * arrive, end.y + shift_y - down * arrive
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {look}/>'


def _reach(node: Node, across: float, down: float, shift_x: float, shift_y: float) -> float:
    """How far a line from near the center of a box goes in this direction until it leaves the box."""
    sides = ((node.half_width, across, shift_x), (_HALF_HEIGHT, down, shift_y))
    return min((half - (shift if step > 0 else -shift)) / abs(step) for half, step, shift in sides if abs(step) > 1e-9)


def _outline(x: float, y: float, width: float, height: float, kind: Kind, theme: Theme) -> str:
    palette = PALETTES[theme]
    fill = _FILL[theme] if kind == "learned" else palette.page
    dash = ' stroke-dasharray="5 4"' if kind == "sampled" else ""
    stroke = palette.muted if kind == "given" else palette.text
    radius = 2 if kind == "given" else 9
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{2.5 if kind == "sampled" else 1.5}"{dash}/>'
    )


def _box(node: Node, theme: Theme) -> str:
    half = node.half_width
    outline = _outline(node.x - half, node.y - _HALF_HEIGHT, 2 * half, 2 * _HALF_HEIGHT, node.kind, theme)
    lowered = r'<tspan dy="4" font-size="14">\1</tspan><tspan dy="-4">\2</tspan>'
    text = sub("_(.)([^_]*)", lowered, escape(node.name))
    return f'{outline}<text x="{node.x:.1f}" y="{node.y + 5.5:.1f}" text-anchor="middle">{text}</text>'


def _legend(graph: Graph, theme: Theme) -> str:
    """The kinds of boxes that the graph has, and the two arrows, in rows of three."""
    palette = PALETTES[theme]
    entries = [
        (_outline(0, -13, 22, 17, kind, theme), str(kind))
        for kind in KINDS
        if any(node.kind == kind for node in graph.nodes)
    ]
    for look, meaning in (
        (f'stroke="{palette.muted}" stroke-width="1.5" marker-end="url(#value)"', "value"),
        (f'stroke="{_GRADIENT[theme]}" stroke-width="3" marker-end="url(#gradient)"', "gradient"),
    ):
        entries.append((f'<line x1="0" y1="-4" x2="22" y2="-4" {look}/>', meaning))
    return "".join(
        f'<g transform="translate({6 + 112 * (place % 3)} {graph.height + 22 + 24 * (place // 3)})">{sign}'
        f'<text x="30" y="1" font-size="14">{meaning}</text></g>'
        for place, (sign, meaning) in enumerate(entries)
    )
