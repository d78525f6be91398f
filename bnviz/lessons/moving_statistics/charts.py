"""Figures of the lesson on moving statistics: a kick from below, descent on one batch, agreement of mini-batches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import log_axis, on_log_axis
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, message, named, run_channels, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

KickedQuantity = Literal["shift", "sd_ratio"]

_KICKED: dict[KickedQuantity, tuple[str, str, str]] = {
    "shift": ("How far the mean of y moved", "shift / sd before (log scale)", "mean"),
    "sd_ratio": ("How the spread of y changed", "sd after / sd before (log scale)", "geometric mean"),
}
_SMALLEST = 1e-9
_LARGEST = 1e12
_ROW_PIXELS = 52
_RATIOS = (-0.75, 1.5)


@kept
def plot_kicked(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    quantity: KickedQuantity,
    kind: str,
    kicks: int,
    theme: Theme = "light",
) -> Layers:
    """What kicks to the lower layers did to each unit above them: one point a unit, one row a network, log axis.

    `frame` is the result of `deep_kick.DeepKick`. The range is the same for every number of kicks of
    one kind, so that they compare. An upright rule marks each network's mean.
    """
    palette = PALETTES[theme]
    title, axis_title, center = _KICKED[quantity]
    of_kind = named(frame[(frame["kind"] == kind) & (frame["kicks"] > 0) & frame["log_sd"].notna()], styles)
    if of_kind.empty:
        return message("No unit has a spread before and after the kick, so there is nothing to compare.", theme=theme)
    raw = of_kind["shift"] if quantity == "shift" else of_kind["sd"] / of_kind["sd_before"]
    values, notes = on_log_axis(raw, _SMALLEST, _LARGEST)
    notes = [note.replace("bottom", "left").replace("top", "right") for note in notes]
    of_kind = of_kind.assign(value=values, raw=raw)
    drawn = of_kind[of_kind["kicks"] == kicks]
    if drawn.empty:
        return message("Before the first kick there is nothing to compare.", theme=theme)
    names = [style.label for style in styles]
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=[color_of(s, theme) for s in styles]), legend=None)
    channel = log_axis(values, axis_title)
    channel["axis"].grid = True
    x = alt.X("value:Q", **channel)
    # Rows are numbers, so that a point can stand a little above or below the middle of its row.
    drawn = drawn.assign(place=drawn["run"] + 0.6 * (drawn["unit"] / max(drawn["unit"].max(), 1) - 0.5))
    rows = alt.Axis(
        title=None,
        values=list(range(len(names))),
        labelExpr=f"{json.dumps(names, ensure_ascii=False)}[datum.value]",
        ticks=False,
        domain=False,
        grid=False,
    )
    y = alt.Y("place:Q", scale=alt.Scale(domain=[len(names) - 0.5, -0.5], nice=False), axis=rows)
    middles = drawn.groupby("name")["raw"].agg(
        lambda part: part.mean() if quantity == "shift" else np.exp(np.log(part).mean())
    )
    middles = middles.reindex(names).dropna()
    middle = middles.clip(values.min(), values.max()).to_numpy()
    row = np.array([names.index(name) for name in middles.index])
    marks = pd.DataFrame({"value": middle, "place": row - 0.4, "end": row + 0.4})
    tooltip = [
        alt.Tooltip("name:N", title="network"),
        alt.Tooltip("unit:Q"),
        alt.Tooltip("raw:Q", title=title, format=".3g"),
    ]
    said = "; ".join(f"{name} {value:.2g}" for name, value in middles.items())
    layers = [
        alt.Chart(drawn).mark_point(filled=True, size=45, opacity=0.6).encode(x, y, color, tooltip=tooltip),
        alt.Chart(marks).mark_rule(strokeWidth=3, color=palette.text).encode(x, y, alt.Y2("end:Q")),
    ]
    if quantity == "sd_ratio":
        one = alt.Chart(pd.DataFrame({"value": [1.0]})).mark_rule(color=palette.muted, strokeDash=[2, 3]).encode(x)
        layers.insert(0, one)
        notes = ["Dotted: no change.", *notes]
    return finish(
        layers,
        title=title,
        notes=[f"One point a unit; upright: their {center}.", *notes],
        description=f"After {kicks} of {int(of_kind['kicks'].max())} kicks: {said}.",
        theme=theme,
        height=_ROW_PIXELS * len(names),
    )


@kept
def plot_rises(frame: pd.DataFrame, styles: Sequence[RunStyle], *, theme: Theme = "light") -> Layers:
    """Loss on the full batch over the updates, on a log axis; a cross stands where the next update raised it.

    `frame` is the result of `descent.Descent`.
    """
    drawn = named(frame[np.isfinite(frame["loss"])], styles)
    if drawn.empty:
        return message("No step has a finite loss, so there is no curve to draw.", theme=theme)
    loss, notes = on_log_axis(drawn["loss"], 1e-6, 1e4)
    drawn = drawn.assign(shown=loss)
    rises = drawn[drawn["decrease"] < 0]
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x = step_axis(int(drawn["step"].max()))
    y = alt.Y("shown:Q", **log_axis(loss, "cross-entropy (nats, log scale)"))
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q"),
        alt.Tooltip("loss:Q", format=".4g"),
        alt.Tooltip("decrease:Q", title="falls by", format=".3g"),
    ]
    crosses = alt.Chart(rises).mark_point(shape="cross", filled=True, angle=45, size=70, opacity=0.9)
    counts = rises.groupby("run").size()
    said = "; ".join(f"{styles[run].label} {counts.get(run, 0)}" for run in sorted(drawn["run"].unique()))
    return finish(
        [
            alt.Chart(drawn).mark_line(strokeWidth=2.5).encode(x, y, color, dash, tooltip=tooltip),
            crosses.encode(x, y, color, tooltip=tooltip),
        ],
        title="Loss on the full batch",
        notes=["Cross: the next update raised the loss.", *notes],
        description=f"Updates that raised it: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_decrease(frame: pd.DataFrame, styles: Sequence[RunStyle], *, theme: Theme = "light") -> Layers:
    """Decrease of the loss over what the gradient foretold, η‖g‖², for every update, and for tiny steps as points.

    `frame` is the result of `descent.Descent`. The axis ends where the loss rose by more than three
    quarters of what it should have fallen; lower ratios are drawn at its edge.
    """
    palette = PALETTES[theme]
    drawn = named(frame[np.isfinite(frame["ratio"])], styles)
    if drawn.empty:
        return message("No update has a loss before and after, so there is no ratio to draw.", theme=theme)
    low, high = _RATIOS
    notes = ["Line: whole update. Point: 1/100,000 of one."]
    if ((drawn["ratio"] < low) | (drawn["ratio"] > high)).any():
        notes.append("Values beyond the axis are drawn at its edge.")
    drawn = drawn.assign(shown=drawn["ratio"].clip(low, high), tiny=drawn["tiny_ratio"].clip(low, high))
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, scale = step_axis(int(frame["step"].max())), alt.Scale(domain=[low, high], nice=False)
    axis = alt.Axis(title="decrease / η‖g‖²", values=[-0.5, 0, 0.5, 1, 1.5])
    tooltip = [alt.Tooltip("name:N", title="run"), alt.Tooltip("step:Q")]
    rules = pd.DataFrame({"value": [0.0, 1.0]})
    tiny = drawn.dropna(subset="tiny_ratio")
    # Points may coincide: the first run's are larger, so that its rim shows.
    size = alt.Size("run:O", scale=alt.Scale(domain=[0, 1, 2], range=[230, 90, 90]), legend=None)
    firsts = tiny.groupby("run").head(1).sort_values("run")
    said = "; ".join(f"{row['name']} {row['tiny_ratio']:.4f}" for _, row in firsts.iterrows())
    return finish(
        [
            alt.Chart(rules)
            .mark_rule(color=palette.muted, strokeDash=[2, 3])
            .encode(alt.Y("value:Q", scale=scale, axis=axis)),
            alt.Chart(drawn)
            .mark_line(strokeWidth=2)
            .encode(
                x,
                alt.Y("shown:Q", scale=scale, axis=axis),
                color,
                dash,
                tooltip=[*tooltip, alt.Tooltip("ratio:Q", format=".3f")],
            ),
            alt.Chart(tiny)
            .mark_point(filled=True, opacity=1, stroke=palette.page, strokeWidth=1.5)
            .encode(
                x,
                alt.Y("tiny:Q", scale=scale, axis=axis),
                color,
                size,
                tooltip=[*tooltip, alt.Tooltip("tiny_ratio:Q", title="ratio of a tiny step", format=".5f")],
            ),
        ],
        title="Decrease over the predicted η‖g‖²",
        notes=notes,
        description=f"Ratio of a tiny step at step 0: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_gradient_agreement(frame: pd.DataFrame, styles: Sequence[RunStyle], *, theme: Theme = "light") -> Layers:
    """cos(gradient of a mini-batch, gradient of all examples) against the batch size, doubling along the axis.

    `frame` is `agreement.agreement_summary`. Line: mean over the batches; band: 10th to 90th percentile.
    """
    drawn = named(frame[np.isfinite(frame["mean"])], styles)
    if drawn.empty:
        return message("No batch has a gradient to compare.", theme=theme)
    sizes = sorted(int(size) for size in drawn["size"].unique())
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x = alt.X(
        "size:Q",
        scale=alt.Scale(type="log", base=2, domain=[sizes[0], max(sizes[-1], sizes[0] + 1)], nice=False),
        axis=alt.Axis(title="batch size (examples, log scale)", values=sizes, format="d", grid=False),
    )
    low = min(0.0, float(drawn[["low", "mean"]].min().min()))
    channel: dict[str, Any] = {
        "scale": alt.Scale(domain=[low, 1], nice=False),
        "axis": alt.Axis(title="cosine with the full gradient", tickCount=6),
    }
    y = alt.Y("mean:Q", **channel)
    tooltip = [
        alt.Tooltip("name:N", title="network"),
        alt.Tooltip("size:Q", title="batch size"),
        *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high")),
    ]
    lines = alt.Chart(drawn)
    ends = drawn[drawn["size"] == sizes[0]]
    said = "; ".join(f"{row['name']} {row['mean']:.2f}" for _, row in ends.iterrows())
    return finish(
        [
            lines.mark_area(opacity=0.18).encode(x, alt.Y("low:Q", **channel), alt.Y2("high:Q"), color),
            lines.mark_line(strokeWidth=3).encode(x, y, color, dash, tooltip=tooltip),
            lines.mark_point(filled=True, size=80, opacity=1).encode(x, y, color, tooltip=tooltip),
        ],
        title="A mini-batch against all examples",
        notes=["Line: mean over the batches. Band: 10 to 90 %."],
        description=f"Batches of {sizes[0]}: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )
