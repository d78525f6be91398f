"""The mark for two graphs of the same form, of which one turns into the other."""

from __future__ import annotations

from collections.abc import Sequence

from bnviz.charts.graph import Graph
from bnviz.ui.live.scene import Mark, Where

KEY = (
    ("the gradient on its way back", "gradient"),
    ("learned", "learned"),
    ("drawn at random", "random"),
)
"""What the looks of a graph mean; the second words are for a phone."""


def graph(
    panel: str,
    two: tuple[Graph, Graph],
    *,
    share: Where,
    inks: Sequence[tuple[str, str]],
    titles: tuple[str, str],
    die: int,
    roll: Where,
    dots: str,
) -> Mark:
    """A graph that has gone `share` of its way from the first to the second, in a bare rail.

    The n-th box of one is the counterpart of the n-th of the other, and so are the arrows; places are in columns and
    rows. `inks` are colors, for each box two. The box with the number `die` shows a die with this `roll`, and in the
    second graph the values `dots` on a line. A gradient is drawn in the color "gradient".
    """
    first, second = two
    places = [{node.name: number for number, node in enumerate(each.nodes)} for each in two]
    boxes = [
        {
            "at": (node.x, node.y),
            "names": (node.name, other.name),
            "kinds": (node.kind, other.kind),
            "inks": pair,
            "icon": number == die,
        }
        for number, (node, other, pair) in enumerate(zip(first.nodes, second.nodes, inks, strict=True))
    ]
    edges = [
        {
            "from": (places[0][edge.start], places[1][other.start]),
            "to": (places[0][edge.end], places[1][other.end]),
            "gradient": (edge.gradient, other.gradient),
        }
        for edge, other in zip(first.edges, second.edges, strict=True)
    ]
    options = {"boxes": boxes, "edges": edges, "share": share, "titles": titles, "key": KEY}
    return Mark("graph", panel, {**options, "roll": roll, "dots": dots})
