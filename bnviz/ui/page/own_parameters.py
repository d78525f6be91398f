"""Parameters of a link that are nobody's setting: those of the frame and of the browser, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping

OWN: Mapping[str, str] = {
    "presenter": "1 opens the page in presenter mode",
    "guess": "what of the page's question is given away",
    "answers": "hidden keeps the answers of all pages back until they are revealed",
    "open": "the folds that are open, joined by hyphens",
    "player": "what the player shows: player.step, player.layer, …",
    "figure": "what a live figure shows: figure.step, …",
}
"""Name → meaning. Of a name with a dot what stands before it counts. No page has a setting of one of these names."""


def is_own(name: str) -> bool:
    """Whether a parameter belongs to the frame or the browser, and not to what the page shows."""
    return name.partition(".")[0] in OWN


def own(query: Mapping[str, str]) -> dict[str, str]:
    """What of a query is the frame's and the browser's."""
    return {name: text for name, text in query.items() if is_own(name)}


def without_own(query: Mapping[str, str]) -> dict[str, str]:
    """What of a query is the page's: its settings, and what nobody knows."""
    return {name: text for name, text in query.items() if not is_own(name)}
