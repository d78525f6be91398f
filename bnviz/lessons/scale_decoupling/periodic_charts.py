"""Figures of the periodic instability: loss and length of W over thousands of steps, with the spikes marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import log_axis, on_log_axis
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, message, named, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

PeriodicQuantity = Literal["loss", "weight_norm"]

_WORDS: dict[PeriodicQuantity, tuple[str, str]] = {
    "loss": ("Training loss", "cross-entropy (nats, log scale)"),
    "weight_norm": ("Length of the weights", "‖W‖, hidden layer 1 (log scale)"),
}


@kept
def plot_periodic(
    frame: pd.DataFrame, styles: Sequence[RunStyle], *, quantity: PeriodicQuantity, every: int, theme: Theme = "light"
) -> Layers:
    """Loss or ‖W‖ of every run over the steps, on a log axis; dots mark the beginning of spikes.

    `frame` is `periodic.thinned`, which keeps one step of `every`. Runs are told apart by color and
    dash; those that share a normalization differ in both.
    """
    palette, (title, axis_title) = PALETTES[theme], _WORDS[quantity]
    drawn = named(frame[np.isfinite(frame[quantity])], styles)
    if drawn.empty:
        return message(f"{title}: no step has a finite value.", theme=theme)
    values, notes = on_log_axis(drawn[quantity], 1e-6, 1e6)
    drawn = drawn.assign(**{quantity: values})
    present = [styles[run] for run in sorted(drawn["run"].unique())]
    names = [style.label for style in present]
    # Two runs of one normalization would have one color, so the second takes the palette's neutral one.
    tones: list[str] = []
    for style in present:
        tone = color_of(style, theme)
        tones.append(palette.second if tone in tones else tone)
    dashes = [[1, 0], [7, 4], [2, 3]]
    legend = alt.Legend(title=None, symbolType="stroke", symbolOpacity=1, columns=1)
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=tones), legend=legend)
    dash = alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=dashes[: len(names)]), legend=legend)
    x, y = step_axis(int(drawn["step"].max())), alt.Y(f"{quantity}:Q", **log_axis(values, axis_title))
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", format=","),
        alt.Tooltip("loss:Q", title="loss", format=".3g"),
        alt.Tooltip("weight_norm:Q", title="‖W‖", format=".3g"),
    ]
    spikes = drawn[drawn["spike"]]
    counted = "; ".join(f"{name} {int((spikes['name'] == name).sum())}" for name in names)
    return finish(
        [
            alt.Chart(drawn).mark_line(strokeWidth=2).encode(x, y, color, dash, tooltip=tooltip),
            alt.Chart(spikes)
            .mark_point(filled=True, size=60, opacity=1, stroke=palette.page, strokeWidth=1)
            .encode(x, y, color, tooltip=tooltip),
        ],
        title=title,
        notes=[f"Dots: a spike begins. Of {every} steps the one with the largest loss is drawn.", *notes],
        description=f"Spikes: {counted}.",
        theme=theme,
        legend_lines=len(names),
    )
