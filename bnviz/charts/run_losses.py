"""Training losses of runs that a lesson stepped itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import last_values, log_axis, on_log_axis
from bnviz.charts.theme import PALETTES, Layers, finish, message, named, run_channels, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

_BLOCK = 10  # steps whose losses are averaged: single mini-batches differ too much to be compared


@kept
def plot_run_losses(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    axis_title: str = "cross-entropy (nats, log scale)",
    floor: float | None = None,
    floor_note: str = "",
    broad: int | None = None,
    theme: Theme = "light",
) -> Layers:
    """Training losses of runs over the steps, each point the mean of ten mini-batches, on a log axis.

    `frame` has step, run, loss. `floor` draws a dotted level, which `floor_note` explains. The curve of the run `broad`
    is broad and pale, so that another one that lies on it is seen.
    """
    drawn = frame[np.isfinite(frame["loss"])]
    if drawn.empty:
        return message("No step has a finite loss, so there is no curve to draw.", theme=theme)
    blocks = drawn.assign(block=drawn["step"] // _BLOCK)
    drawn = blocks.groupby(["run", "block"], as_index=False).agg(step=("step", "min"), loss=("loss", "mean"))
    loss, notes = on_log_axis(drawn["loss"], 1e-5, 1e3)
    drawn = named(drawn.assign(loss=loss), styles)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, y = step_axis(int(frame["step"].max())), alt.Y("loss:Q", **log_axis(loss, axis_title))
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", title="from step", format=","),
        alt.Tooltip("loss:Q", format=".3g"),
    ]
    # Broad curves first: what is drawn last lies on top.
    parts = ((drawn["run"] == broad, 10, 0.4), (drawn["run"] != broad, 3, 1.0))
    layers = [
        alt.Chart(drawn[chosen])
        .mark_line(strokeWidth=width, opacity=opacity)
        .encode(x, y, color, *([] if width > 3 else [dash]), tooltip=tooltip)
        for chosen, width, opacity in parts
        if chosen.any()
    ]
    if floor is not None:
        level = alt.Chart(pd.DataFrame({"loss": [floor]}))
        layers.append(level.mark_rule(strokeWidth=2, strokeDash=[1, 4], color=PALETTES[theme].text).encode(y))
    return finish(
        layers,
        title="Training loss",
        notes=[f"Means of {_BLOCK} mini-batches.", *([floor_note] if floor_note else []), *notes],
        description=last_values(drawn, "loss"),
        theme=theme,
        legend_lines=legend_lines,
    )
