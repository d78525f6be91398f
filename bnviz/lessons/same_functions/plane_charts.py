"""Figures of a neuron with two weights: its loss over the plane, over angle and length, and a walk on it."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, message
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

Picture = Literal["plane", "polar"]

_PIXELS = 300
_BANDS_A_DECADE = 6  # even, so that there is a level at 1, 3, 10, …
_SHADES: dict[Theme, tuple[str, str]] = {"light": ("#ffffff", "#8592a0"), "dark": ("#14171a", "#7d8b99")}
_COLUMNS: dict[Picture, tuple[str, str]] = {"plane": ("w1", "w2"), "polar": ("angle", "length")}
_TITLES: dict[Picture, tuple[str, str]] = {
    "plane": ("w₁ (no unit)", "w₂ (no unit)"),
    "polar": ("angle of w (degrees)", "length ‖w‖ (no unit, log scale)"),
}


@kept
def plot_walk(
    landscape: pd.DataFrame,
    walks: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    run: int,
    picture: Picture,
    step: int,
    theme: Theme = "light",
) -> Layers:
    """The loss of one neuron in bands, the walk of gradient descent up to `step`, and the ray through its end.

    `landscape` is `plane.Landscape`, `walks` is `plane.Walks`. Bands have the same
    levels for both neurons and pictures. The picture has a fixed size, the same unit on both axes of the plane.
    """
    palette, label = PALETTES[theme], styles[run].label
    walk = walks[(walks["run"] == run) & (walks["step"] <= step)]
    if walk.empty:
        return message(f"{label} has no step {step:,}.", theme=theme)
    cells = landscape[(landscape["run"] == run) & (landscape["picture"] == picture)]
    x, y = _axes(cells, picture)
    column_x, column_y = _COLUMNS[picture]
    path = walk.assign(left=walk[column_x], bottom=walk[column_y])
    shown = path[_inside(path, cells)]
    now = walk.iloc[-1]
    color = color_of(styles[run], theme)
    tooltip = [
        alt.Tooltip("step:Q", title="update"),
        alt.Tooltip("loss:Q", format=".3g"),
        alt.Tooltip("angle:Q", title="angle, degrees", format=".1f"),
        alt.Tooltip("length:Q", title="‖w‖", format=".3g"),
    ]
    lines, ends = alt.Chart(shown), alt.Chart(shown[shown["step"] == now["step"]])
    start = alt.Chart(shown[shown["step"] == 0]).mark_point(size=150, strokeWidth=3, color=color, opacity=1)
    layers = [
        _bands(cells, landscape, x, y, theme),
        alt.Chart(_ray(now, cells, picture))
        .mark_line(strokeWidth=2, strokeDash=[2, 4], color=palette.text, clip=True)
        .encode(x, y),
        # The page's color around the walk sets it off against the bands.
        lines.mark_line(strokeWidth=7, color=palette.page, clip=True).encode(x, y, order="step:Q"),
        lines.mark_line(strokeWidth=3, color=color, clip=True).encode(x, y, order="step:Q"),
        lines.mark_circle(size=26, color=color, opacity=1).encode(x, y, tooltip=tooltip),
        start.encode(x, y, tooltip=tooltip),
        ends.mark_circle(size=170, color=color, stroke=palette.text, strokeWidth=2, opacity=1).encode(
            x, y, tooltip=tooltip
        ),
    ]
    notes = ["Ring: start. Dotted: the ray through w."]
    if len(shown) < len(path):
        notes.append("Points of the walk beyond the axes are left out.")
    chart = finish(
        layers,
        title=f"{label}, update {int(now['step'])}",
        notes=notes,
        description=f"Loss {now['loss']:.3g} at angle {now['angle']:.1f} degrees and length {now['length']:.3g}; "
        f"along the ray it changes by {now['along_ray']:.2g}.",
        theme=theme,
        legend_lines=2,
    )
    return chart.properties(width=_PIXELS, height=_PIXELS, autosize=alt.AutoSizeParams(type="pad"))


def _axes(cells: pd.DataFrame, picture: Picture) -> tuple[alt.X, alt.Y]:
    across = [float(cells["left"].min()), float(cells["right"].max())]
    up = [float(cells["bottom"].min()), float(cells["top"].max())]
    x_title, y_title = _TITLES[picture]
    if picture == "plane":
        x_axis, y_axis = (alt.Axis(title=title, tickCount=5, grid=False) for title in (x_title, y_title))
        kind: Literal["linear", "log"] = "linear"
    else:
        x_axis = alt.Axis(title=x_title, values=list(range(0, 361, 90)), grid=False)
        y_axis = alt.Axis(title=y_title, values=[0.1, 0.2, 0.5, 1, 2, 4], format="~g", grid=False)
        kind = "log"
    return (
        alt.X("left:Q", scale=alt.Scale(domain=across, nice=False), axis=x_axis),
        alt.Y("bottom:Q", scale=alt.Scale(type=kind, domain=up, nice=False), axis=y_axis),
    )


def _inside(path: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    across = path["left"].between(cells["left"].min(), cells["right"].max())
    return across & path["bottom"].between(cells["bottom"].min(), cells["top"].max())


def _bands(cells: pd.DataFrame, landscape: pd.DataFrame, x: alt.X, y: alt.Y, theme: Theme) -> alt.Chart:
    """The cells in bands of loss, evenly spaced on a log scale; neighbors of one row and band become one rectangle.

    Band k holds the losses from 10^(k/n) on, n = `_BANDS_A_DECADE`.
    """
    finite = landscape["loss"][np.isfinite(landscape["loss"])]
    lowest, highest = (floor(_BANDS_A_DECADE * log10(loss)) for loss in (finite.min(), finite.max()))
    numbers = np.floor(_BANDS_A_DECADE * np.log10(cells["loss"]))
    placed = cells.assign(band=numbers).sort_values(["row", "x"])
    begins = (placed["band"].diff() != 0) | (placed["row"].diff() != 0)
    sides = {"left": "first", "right": "last", "bottom": "first", "top": "first"}
    merged = placed.groupby(begins.cumsum()).agg({**sides, "band": "first", "loss": "median"})
    # A hair too wide and too high, since browsers leave a seam between rectangles that only touch; the next one in
    # the row and the next row are drawn over it.
    merged["right"] += 0.4 * (cells["right"] - cells["left"]).iloc[0]
    merged["top"] += 0.4 * (merged["top"] - merged["bottom"])
    tones = _shades(highest - lowest + 1, theme)
    # By number of the band, not by loss: bands that are even on a log scale are even in the legend too.
    domain = list(range(lowest + 1, highest + 1))
    scale = alt.Scale(type="threshold", domain=domain, range=tones)
    legend = alt.Legend(
        title="loss (no unit, log scale)",
        type="gradient",
        values=[band for band in domain if band % (_BANDS_A_DECADE // 2) == 0],
        labelExpr=f"format(pow(10, datum.value / {_BANDS_A_DECADE}), '.1~r')",
        gradientLength=_PIXELS - 20,
    )
    return (
        alt.Chart(merged)
        .mark_rect(aria=False, clip=True)
        .encode(
            x,
            y,
            x2="right:Q",
            y2="top:Q",
            color=alt.Color("band:Q", scale=scale, legend=legend),
            tooltip=[alt.Tooltip("loss:Q", title="loss, about", format=".2g")],
        )
    )


def _shades(count: int, theme: Theme) -> list[str]:
    """Colors from that of the page to gray, one a band."""
    low, high = (np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) for color in _SHADES[theme])
    mixed = (low + (high - low) * share for share in np.linspace(0, 1, count))
    return ["#" + "".join(f"{round(part):02x}" for part in color) for color in mixed]


def _ray(now: pd.Series, cells: pd.DataFrame, picture: Picture) -> pd.DataFrame:
    """The ray from the origin through w, to the edge of the picture."""
    if picture == "polar":
        return pd.DataFrame({"left": [now["angle"]] * 2, "bottom": [cells["bottom"].min(), cells["top"].max()]})
    direction = np.array([np.cos(np.radians(now["angle"])), np.sin(np.radians(now["angle"]))])
    end = float(cells["right"].max()) / np.abs(direction).max() * direction
    return pd.DataFrame({"left": [0.0, end[0]], "bottom": [0.0, end[1]]})
