"""What a noted drawing shows: discs, lines, areas and words, with their colors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Drawing:
    """discs: (x, y, radius, fill or None, line or None); lines: (points, color, width); words: text → places."""

    places: dict[str, dict[str, float]]
    arrays: dict[str, Any]
    height: float
    discs: list[tuple[float, float, float, str | None, str | None]] = field(default_factory=list)
    lines: list[tuple[list[list[float]], str, float]] = field(default_factory=list)
    areas: list[tuple[list[list[float]], str]] = field(default_factory=list)
    boxes: list[tuple[list[float], str]] = field(default_factory=list)
    words: dict[str, list[list[float]]] = field(default_factory=dict)

    def across(self, panel: str, value: float, low: float, high: float) -> float:
        """Where a value lies on the horizontal axis of a panel."""
        place = self.places[panel]
        return place["left"] + (value - low) / (high - low) * place["width"]

    def up(self, panel: str, value: float, low: float, high: float) -> float:
        """Where a value lies on the vertical axis of a panel."""
        place = self.places[panel]
        return place["top"] + (high - value) / (high - low) * place["height"]

    def discs_at(self, panel: str, color: str) -> list[float]:
        """Where discs of a color stand on a rail, in order."""
        top = self.places[panel]["top"]
        return sorted(x for x, y, _, fill, _ in self.discs if y == top and fill == color)

    def lines_of(self, color: str, width: float) -> list[list[list[float]]]:
        return [points for points, ink, wide in self.lines if (ink, wide) == (color, width)]


def read(found: dict[str, Any]) -> Drawing:
    """Read what the driver's `drawn` answered."""
    drawing = Drawing(found["places"], found["arrays"], found["height"])
    path: list[list[float]] = []
    arc: list[float] | None = None
    for name, given, look in found["calls"]:
        if name == "beginPath":
            path, arc = [], None
        elif name in ("moveTo", "lineTo"):
            path.append(given)
        elif name == "arc":
            arc = given
        elif name in ("fill", "stroke"):
            color = look["fillStyle"] if name == "fill" else None
            line = look["strokeStyle"] if name == "stroke" else None
            if arc:
                drawing.discs.append((arc[0], arc[1], arc[2], color, line))
            elif color:
                drawing.areas.append((path, color))
            elif line:
                drawing.lines.append((path, line, look["lineWidth"]))
        elif name == "fillRect":
            drawing.boxes.append((given, look["fillStyle"]))
        elif name == "fillText":
            drawing.words.setdefault(given[0], []).append(given[1:3])
    return drawing
