"""One recorded step as a picture: the histogram of a layer, and the decision region in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import MOST_ROWS
from bnviz.charts.theme import PALETTES, STAGE_NAMES, Layers, Theme, finish, message, named, run_channels

if TYPE_CHECKING:
    from bnviz.styles import RunStyle


@kept
def plot_histogram(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    step: int,
    layer: int,
    stage: str = "pre_norm",
    theme: Theme = "light",
) -> Layers:
    """Distribution of one layer's values (all units, the mini-batch) at one recorded step, one outline a run.

    `frame` is `History.histograms()`. Heights are shares of *all* values; those outside of the recorded
    range are not drawn, and the note gives their share.
    """
    chosen = frame[(frame["step"] == step) & (frame["layer"] == layer) & (frame["stage"] == stage)]
    total = chosen.groupby("run")["count"].transform("sum")
    chosen = named(chosen.assign(share=chosen["count"] / total)[total > 0], styles)
    if chosen.empty:
        return message(f"Hidden layer {layer + 1} has no record {STAGE_NAMES[stage]} at step {step:,}.", theme=theme)
    outside = np.isinf(chosen["bin_left"]) | np.isinf(chosen["bin_right"])
    drawn = chosen[~outside]
    lost = chosen[outside].groupby("run")["share"].sum()
    notes = [f"{STAGE_NAMES[stage].capitalize()}, all units, one mini-batch."]
    notes += [f"{styles[run].label}: {share:.1%} outside of this range." for run, share in lost.items() if share > 0]

    # A last point at the right edge of each run closes its outline.
    ends = drawn.sort_values("bin_left").groupby("run").tail(1)
    outline = pd.concat([drawn, ends.assign(bin_left=ends["bin_right"])])
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    span = [float(drawn["bin_left"].min()), float(drawn["bin_right"].max())]
    x = alt.X(
        "bin_left:Q",
        scale=alt.Scale(domain=span, nice=False),
        axis=alt.Axis(title="value (no unit)", grid=False, tickCount=6),
    )
    # Overlapping outlines of several runs are compared, so they must not be stacked on each other.
    y = alt.Y("share:Q", stack=None, axis=alt.Axis(title="share of values in a bin", format=".0%", tickCount=5))
    base = alt.Chart(outline)
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("bin_left:Q", title="from", format=".3g"),
        alt.Tooltip("bin_right:Q", title="to", format=".3g"),
        alt.Tooltip("share:Q", format=".2%"),
    ]
    fill = base.mark_area(interpolate="step-after", opacity=0.18).encode(x, y, color)
    line = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(x, y, color, dash, tooltip=tooltip)
    modes = drawn.loc[drawn.groupby("run")["share"].idxmax()]
    peaks = zip(modes["name"], modes["bin_left"], modes["bin_right"], strict=True)
    return finish(
        [fill, line],
        title=f"Step {step:,}, hidden layer {layer + 1}",
        notes=notes,
        description="Fullest bins: " + "; ".join(f"{name} {low:.3g} to {high:.3g}" for name, low, high in peaks) + ".",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_decision(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    run: int,
    step: int,
    points: pd.DataFrame | None = None,
    theme: Theme = "light",
) -> Layers:
    """Probability of class 1 over the plane for one run at one recorded step, with some training points.

    `frame` is `History.decision()` (two classes, a regular grid); `points` has the columns x, y and label
    (0 or 1). The classes differ by color and by the shape of their points.
    """
    chosen = frame[(frame["step"] == step) & (frame["run"] == run)]
    label, palette = styles[run].label, PALETTES[theme]
    if chosen.empty:
        return message(f"{label} has no decision region at step {step:,}.", theme=theme)
    cells, notes = _cells(chosen)
    axes = {
        "x": alt.X("left:Q", scale=_exact(cells, "left", "right"), axis=alt.Axis(title="x₁ (no unit)", grid=False)),
        "y": alt.Y("bottom:Q", scale=_exact(cells, "bottom", "top"), axis=alt.Axis(title="x₂ (no unit)", grid=False)),
    }
    shades = alt.Scale(domain=[0, 0.5, 1], range=list(palette.regions), interpolate="rgb")
    region = (
        # A screen reader gets the description instead of thousands of cells.
        alt.Chart(cells)
        .mark_rect(aria=False)
        .encode(
            **axes,
            x2="right:Q",
            y2="top:Q",
            color=alt.Color(
                "probability:Q",
                scale=shades,
                legend=alt.Legend(title="probability of class 1", format=".0%", values=[0, 0.5, 1], gradientLength=180),
            ),
            tooltip=[alt.Tooltip("probability:Q", title="probability of class 1", format=".1%")],
        )
    )
    layers = [region]
    if points is not None and len(points):
        shown = points.rename(columns={"x": "left", "y": "bottom"})
        shape = alt.Scale(domain=[0, 1], range=["circle", "triangle-up"])
        fill = alt.Scale(domain=[0, 1], range=list(palette.classes))
        layers.append(
            alt.Chart(shown)
            .mark_point(filled=True, size=55, opacity=1, stroke=palette.page, strokeWidth=1, clip=True)
            .encode(
                **axes,
                shape=alt.Shape("label:N", scale=shape, legend=None),
                fill=alt.Fill("label:N", scale=fill, legend=None),
            )
        )
        notes = ["Training points: ● class 0, ▲ class 1.", *notes]
    share = float((chosen["probability_1"] > 0.5).mean())
    picture = finish(
        layers,
        title=f"{label}: decision at step {step:,}",
        notes=notes,
        description=f"Class 1 is the likelier one on {share:.0%} of the area.",
        theme=theme,
        height=300,
        legend_lines=2,
    )
    return picture.resolve_scale(color="independent", fill="independent", shape="independent")


def _cells(grid: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """One rectangle a grid point; from every n-th point of each axis where the grid is too fine to draw."""
    xs, ys = np.unique(grid["x"]), np.unique(grid["y"])
    stride = ceil(sqrt(len(xs) * len(ys) / MOST_ROWS))
    kept = grid[grid["x"].isin(xs[::stride]) & grid["y"].isin(ys[::stride])]
    # A hair more than half a cell, since browsers leave a seam between rectangles that only touch.
    half_x, half_y = (0.6 * stride * (axis[1] - axis[0]) for axis in (xs, ys))
    cells = pd.DataFrame(
        {
            "left": kept["x"] - half_x,
            "right": kept["x"] + half_x,
            "bottom": kept["y"] - half_y,
            "top": kept["y"] + half_y,
            "probability": kept["probability_1"],
        }
    )
    return cells, [f"Every {stride}th point of the recorded grid."] if stride > 1 else []


def _exact(cells: pd.DataFrame, low: str, high: str) -> alt.Scale:
    return alt.Scale(domain=[float(cells[low].min()), float(cells[high].max())], nice=False, zero=False)
