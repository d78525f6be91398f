"""Curves over the steps that compare all runs in one picture: loss, accuracy, weights, moments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.numbers import AS_TICK, tip, told
from bnviz.charts.rows import before_kick, last_values, log_axis, near, on_log_axis, outside_note, shared_range, thin
from bnviz.charts.theme import STAGE_NAMES, Layers, finish, intervention_rules, message, named, run_channels, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

WeightQuantity = Literal["weight_norm", "grad_norm", "effective_lr"]
MomentQuantity = Literal["mean", "std"]

_LOSS_RANGE = (1e-6, 1e4)
# As in the player: beyond this multiple of the first loss lines go along the upper edge.
_LOSS_CEILING = 10
_WEIGHT_RANGE = (1e-12, 1e12)
_WEIGHTS: dict[WeightQuantity, tuple[str, str]] = {
    "weight_norm": ("Weight norm ‖W‖", "‖W‖ (log scale)"),
    "grad_norm": ("Gradient norm ‖∂L/∂W‖", "‖∂L/∂W‖ (log scale)"),
    "effective_lr": ("Effective rate η/‖W‖²", "η/‖W‖² (log scale)"),
}
_MOMENTS: dict[MomentQuantity, tuple[str, str]] = {
    "mean": ("Mean μ", "μ over the mini-batch"),
    "std": ("Standard deviation σ", "σ over the mini-batch"),
}
_SPLIT_NOTE = "Thick: test set. Thin: training mini-batch."


@kept
def plot_loss(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    theme: Theme = "light",
    interventions: Sequence[int] = (),
    status: Sequence[str] = (),
) -> Layers:
    """Cross-entropy of every run over the steps, on a log axis: thick on the test set, thin on the batch.

    `frame` is `History.losses()`. Losses below 1e-6, above 1e4 or above ten times the first are drawn at the edge, and
    the note says so; an arrow marks where a run leaves the axis, so that what was before stays readable.
    `status` is `History.status`: a run that did not finish ends in a cross, and the note quotes its status.
    """
    drawn = frame[np.isfinite(frame["loss"])]
    if drawn.empty:
        return message("No step has a finite loss, so there is no curve to draw.", theme=theme)
    first = drawn[drawn["step"] == drawn["step"].min()]["loss"].max()
    low, high = _LOSS_RANGE
    loss, notes = on_log_axis(drawn["loss"], low, min(high, _LOSS_CEILING * first) if first > low else high)
    y = alt.Y("loss:Q", **log_axis(loss, "cross-entropy (nats, log scale)"))
    return _two_splits(
        told(drawn, "loss").assign(loss=loss, leaves=_leaves(drawn, loss)),
        y,
        "Loss",
        notes,
        styles,
        theme=theme,
        interventions=interventions,
        status=status,
    )


@kept
def plot_accuracy(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    theme: Theme = "light",
    interventions: Sequence[int] = (),
    status: Sequence[str] = (),
) -> Layers:
    """Accuracy of every run over the steps, from 0 to 1: thick on the test set, thin on the mini-batch.

    `frame` is `History.losses()`; `status` as in `plot_loss`.
    """
    drawn = frame[np.isfinite(frame["accuracy"])]
    if drawn.empty:
        return message("No step has an accuracy, so there is no curve to draw.", theme=theme)
    axis = alt.Axis(title="share classified right", tickCount=5, format=".0%")
    y = alt.Y("accuracy:Q", scale=alt.Scale(domain=[0, 1]), axis=axis)
    shown = told(drawn, "accuracy").assign(leaves=False)
    return _two_splits(shown, y, "Accuracy", [], styles, theme=theme, interventions=interventions, status=status)


def _leaves(frame: pd.DataFrame, drawn: pd.Series) -> pd.Series:
    """Whether a curve leaves the axis at its top with this row, having been on it before."""
    above = frame["loss"] > drawn
    in_order = frame.assign(above=above).sort_values("step").groupby(["run", "split"])["above"]
    return above & ~in_order.shift(fill_value=False)


def _two_splits(
    drawn: pd.DataFrame,
    y: alt.Y,
    title: str,
    notes: list[str],
    styles: Sequence[RunStyle],
    *,
    theme: Theme,
    interventions: Sequence[int],
    status: Sequence[str],
) -> Layers:
    last = int(drawn["step"].max())
    drawn, thinned = thin(named(drawn, styles), ["run", "split"])
    rules, rule_notes = intervention_rules(interventions, last, theme)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, field = step_axis(last), title.lower()
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("split:N"),
        alt.Tooltip("step:Q", format=","),
        tip(field),
    ]
    test, train = drawn[drawn["split"] == "test"], drawn[drawn["split"] == "train"]
    layers = [
        alt.Chart(train).mark_line(strokeWidth=1, opacity=0.55).encode(x, y, color, dash, tooltip=tooltip),
        alt.Chart(test).mark_line(strokeWidth=3.5).encode(x, y, color, dash, tooltip=tooltip),
        *rules,
    ]
    broken = [run for run, words in enumerate(status) if words != "finished"]
    end = test[test["run"].isin(broken)].sort_values("step").groupby("run").tail(1)
    if len(end):
        cross = alt.Chart(end).mark_point(shape="cross", angle=45, size=260, filled=True, opacity=1)
        layers.append(cross.encode(x, y, color, tooltip=tooltip))
    leaving = drawn[drawn["leaves"]].drop_duplicates(["run", "step"])
    if len(leaving):
        arrow = alt.Chart(leaving).mark_point(shape="triangle-up", size=160, filled=True, opacity=1, yOffset=-6)
        layers.append(arrow.encode(x, y, color, tooltip=tooltip))
        notes = [*notes, "▲: above the axis from here."]
    ends = [f"× {styles[run].label}: {status[run]}." for run in broken]
    return finish(
        layers,
        title=title,
        notes=[_SPLIT_NOTE, *ends, *rule_notes, *notes, *thinned],
        description=last_values(test, field),
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_weights(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    quantity: WeightQuantity = "weight_norm",
    theme: Theme = "light",
    interventions: Sequence[int] = (),
) -> Layers:
    """‖W‖, ‖∂L/∂W‖ (Frobenius norms) or η/‖W‖² of every hidden layer and run over the steps, on a log axis.

    `frame` is `History.weights()`. Color and dash name the run; the deeper the layer, the stronger the line.
    There is no line where the quantity does not exist: the effective rate needs a scale-invariant layer
    and SGD.
    """
    title, axis_title = _WEIGHTS[quantity]
    drawn = frame[np.isfinite(frame[quantity])]
    if drawn.empty:
        reason = " It exists for scale-invariant layers trained by SGD." if quantity == "effective_lr" else ""
        return message(f"{title} has no values for these runs.{reason}", theme=theme)
    limits = near(before_kick(drawn, interventions)[quantity], *_WEIGHT_RANGE)
    values, notes = on_log_axis(drawn[quantity], *limits)
    drawn = told(drawn, quantity).assign(**{quantity: values, "depth": drawn["layer"] + 1})
    last, layers = int(drawn["step"].max()), sorted(drawn["depth"].unique().tolist())
    drawn, thinned = thin(named(drawn, styles), ["run", "layer"])
    rules, rule_notes = intervention_rules(interventions, last, theme)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    strength = alt.Scale(domain=layers, range=np.linspace(0.35, 1, len(layers)).tolist())
    depths = f"Hidden layers {layers[0]} to {layers[-1]}; the deeper, the stronger."
    lines = (
        alt.Chart(drawn)
        .mark_line(strokeWidth=2.5)
        .encode(
            step_axis(last),
            alt.Y(f"{quantity}:Q", **log_axis(values, axis_title)),
            color,
            dash,
            opacity=alt.Opacity("depth:O", scale=strength, legend=None),
            detail="layer:N",
            tooltip=[
                alt.Tooltip("name:N", title="run"),
                alt.Tooltip("depth:O", title="hidden layer"),
                alt.Tooltip("step:Q", format=","),
                tip(quantity, title),
            ],
        )
    )
    return finish(
        [lines, *rules],
        title=title,
        notes=[
            depths if len(layers) > 1 else f"Hidden layer {layers[0]}.",
            *rule_notes,
            *notes,
            *thinned,
        ],
        description=last_values(drawn[drawn["depth"] == layers[-1]], quantity),
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_moments(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    layer: int,
    stage: str = "pre_norm",
    quantity: MomentQuantity = "mean",
    theme: Theme = "light",
    interventions: Sequence[int] = (),
) -> Layers:
    """μ or σ over the mini-batch: median over the units of a layer, and their 15th to 85th percentile.

    `frame` is `History.moments()`; `layer` counts from 0. The axis follows the bands, but is cut where a
    diverging run would flatten the others, and then the note says so.
    """
    title, axis_title = _MOMENTS[quantity]
    chosen = frame[(frame["layer"] == layer) & (frame["stage"] == stage) & np.isfinite(frame[quantity])]
    if chosen.empty:
        return message(f"Hidden layer {layer + 1} has no values {STAGE_NAMES[stage]}.", theme=theme)
    over_units = chosen.groupby(["run", "step"])[quantity]
    shares = {"low": 0.15, "median": 0.5, "high": 0.85}
    bands = pd.DataFrame({name: over_units.quantile(share) for name, share in shares.items()}).reset_index()
    last, units = int(bands["step"].max()), chosen["unit"].nunique()
    fields = ["low", "median", "high"]
    span = shared_range(bands[fields].to_numpy(), before_kick(bands, interventions)[fields].to_numpy())
    notes = [f"{STAGE_NAMES[stage].capitalize()}. Median, 15–85\u00a0% of {units} units."]
    notes += outside_note(bands[["low", "high"]].to_numpy(), span)
    drawn, thinned = thin(told(named(bands, styles), *fields), ["run"])
    rules, rule_notes = intervention_rules(interventions, last, theme)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, scale = step_axis(last), alt.Scale(domain=list(span), nice=False, zero=False)
    base = alt.Chart(drawn)
    band = base.mark_area(opacity=0.2, clip=True).encode(
        x, alt.Y("low:Q", scale=scale, axis=alt.Axis(title=axis_title, labelExpr=AS_TICK)), alt.Y2("high:Q"), color
    )
    line = base.mark_line(strokeWidth=3, clip=True).encode(
        x,
        alt.Y("median:Q", scale=scale),
        color,
        dash,
        tooltip=[
            alt.Tooltip("name:N", title="run"),
            alt.Tooltip("step:Q", format=","),
            *map(tip, fields),
        ],
    )
    return finish(
        [band, line, *rules],
        title=f"{title}, hidden layer {layer + 1}",
        notes=[*notes, *rule_notes, *thinned],
        description=last_values(drawn, "median"),
        theme=theme,
        legend_lines=legend_lines,
    )
