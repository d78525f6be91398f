"""Marks for many examples at once: swarms above a rail, clouds and the lines at which units bend in a plane."""

from __future__ import annotations

from collections.abc import Sequence

from bnviz.ui.live.scene import Mark, Where


def swarm(
    panel: str, x: str, *, group: str, who: str, colors: Sequence[str], faint: bool = False, ringed: bool = False
) -> Mark:
    """Every example as a dot above a rail, in the row and the color of its group.

    `who` are the examples' numbers, from 0; example 0 is `ringed`. A `faint` swarm is what the batch is drawn from.
    """
    options = {"x": x, "group": group, "who": who, "colors": list(colors), "faint": faint, "ringed": ringed}
    return Mark("swarm", panel, options)


def elsewhere(panel: str, x: str, *, group: Where, color: str = "text") -> Mark:
    """Where example 0 lies in other batches: a ring for each, in the row of its group."""
    return Mark("elsewhere", panel, {"x": x, "group": group, "color": color})


def zone(
    panel: str,
    middle: Where,
    half: Where,
    *,
    color: str,
    tick: str | None = None,
    height: int = 64,
    dashed: bool = False,
) -> Mark:
    """What lies within `half` of the middle, `height` pixels high above a rail; not drawn where the middle is NaN."""
    options = {"middle": middle, "half": half, "color": color, "tick": tick}
    return Mark("zone", panel, {**options, "height": height, "dashed": dashed})


def zone_name(of: Mark, name: str, brief: str | None = None) -> Mark:
    """The name of a zone, beside it, `brief` on a phone. It comes after the swarm among the marks, to be read."""
    return Mark("zone_name", of.panel, {**of.options, "name": name, "brief": brief or name})


def span(panel: str, middle: Where, half: Where, *, color: str = "text", raised: int, name: str) -> Mark:
    """A mean and a spread as they are: a bar `raised` above a rail, with both numbers after the name."""
    return Mark("span", panel, {"middle": middle, "half": half, "color": color, "raised": raised, "name": name})


def name(panel: str, words: Sequence[str], *, which: Where = 0, color: str = "text") -> Mark:
    """What a rail shows, above it on the left: the word with the number `which`."""
    return Mark("name", panel, {"words": list(words), "which": which, "color": color})


def cloud(panel: str, x: str, y: str, *, color: str = "text") -> Mark:
    """Points of a plane as small discs."""
    return Mark("cloud", panel, {"x": x, "y": y, "color": color})


def lines(panel: str, x: str, y: str, at: str, *, solid: str, color: str, off: str) -> Mark:
    """Lines on which x·(first) + y·(second coordinate) is `at`; dashed and in the color `off` where `solid` is 0."""
    return Mark("lines", panel, {"x": x, "y": y, "at": at, "solid": solid, "color": color, "off": off})


def count(panel: str, number: Where, *, of: int, words: str, color: str, none: str) -> Mark:
    """How many of how many, in a plane; in the color `none` where there are none."""
    return Mark("count", panel, {"number": number, "of": of, "words": words, "color": color, "none": none})


def circle(panel: str, x: Where, y: Where, radius: Where, *, color: str = "text") -> Mark:
    """A circle around a point of a plane."""
    return Mark("circle", panel, {"x": x, "y": y, "radius": radius, "color": color})


def estimates(panel: str, of: str, *, x: str, color: str, title: str, words: str) -> Mark:
    """What each draw at `x` says of a gradient, as arrows above a rail; `of` names the estimator in the arithmetic.

    A thick arrow is the mean over the roll, a ring that of each roll, the dashed line the true gradient.
    """
    options = {"x": x, "y": of, "estimate": f"{of}_estimate", "estimates": f"{of}_estimates"}
    shown = {"gradient": "gradient", "reach": "reach", "color": color, "title": title, "words": words}
    return Mark("estimates", panel, {**options, **shown})
