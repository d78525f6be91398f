"""Figures of a neuron with two weights: its loss over the plane, over angle and length, and a walk on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.theme import PALETTES, Layers, Theme, color_of, finish, message

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

Picture = Literal["plane", "polar"]

_PIXELS = 300
_BANDS = 16
_SHADES: dict[Theme, tuple[str, str]] = {"light": ("#ffffff", "#8592a0"), "dark": ("#14171a", "#7d8b99")}
_COLUMNS: dict[Picture, tuple[str, str]] = {"plane": ("w1", "w2"), "polar": ("angle", "length")}
_TITLES: dict[Picture, tuple[str, str]] = {
    "plane": ("w₁ (no unit)", "w₂ (no unit)"),
    "polar": ("angle of w (degrees)", "length ‖w‖ (no unit, log scale)"),
}


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

    `landscape` is `bnviz.lessons.plane.Landscape`, `walks` is `bnviz.lessons.plane.Walks`. Bands have the same
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
    """The cells in bands of loss, evenly spaced on a log scale; neighbors of one row and band become one rectangle."""
    finite = landscape["loss"][np.isfinite(landscape["loss"])]
    levels = np.geomspace(finite.min(), finite.max(), _BANDS + 1)
    placed = cells.sort_values(["row", "x"]).assign(band=lambda frame: np.digitize(frame["loss"], levels[1:-1]))
    begins = (placed["band"].diff() != 0) | (placed["row"].diff() != 0)
    merged = placed.groupby(begins.cumsum()).agg(
        left=("left", "first"),
        right=("right", "last"),
        bottom=("bottom", "first"),
        top=("top", "first"),
        band=("band", "first"),
    )
    # A hair too wide and too high, since browsers leave a seam between rectangles that only touch; the next one in
    # the row and the next row are drawn over it.
    merged["right"] += 0.4 * (cells["right"] - cells["left"]).iloc[0]
    merged["top"] += 0.4 * (merged["top"] - merged["bottom"])
    merged["loss"] = np.sqrt(levels[merged["band"]] * levels[merged["band"] + 1])
    low, high = (np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) for color in _SHADES[theme])
    tones = [
        "#" + "".join(f"{round(part):02x}" for part in low + (high - low) * place)
        for place in np.linspace(0, 1, _BANDS)
    ]
    # By number of the band, not by loss: bands that are even on a log scale are even in the legend too.
    scale = alt.Scale(type="threshold", domain=list(range(1, _BANDS)), range=tones)
    label = f"format({levels[0]:.6g} * pow({levels[1] / levels[0]:.6g}, datum.value), '.1~r')"
    legend = alt.Legend(
        title="loss (no unit, log scale)",
        type="gradient",
        labelExpr=label,
        labelOverlap="greedy",
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


def _ray(now: pd.Series, cells: pd.DataFrame, picture: Picture) -> pd.DataFrame:
    """The ray from the origin through w, to the edge of the picture."""
    if picture == "polar":
        return pd.DataFrame({"left": [now["angle"]] * 2, "bottom": [cells["bottom"].min(), cells["top"].max()]})
    direction = np.array([np.cos(np.radians(now["angle"])), np.sin(np.radians(now["angle"]))])
    end = float(cells["right"].max()) / np.abs(direction).max() * direction
    return pd.DataFrame({"left": [0.0, end[0]], "bottom": [0.0, end[1]]})
