"""Figures of the lesson on whether γ and β could learn to standardize: steps of descents, and runs over steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import last_values, log_axis, on_log_axis, outside_note, shared_range
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, named, run_channels, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

Error = Literal["mean_error", "std_error"]

_ERRORS: dict[Error, tuple[str, str]] = {
    "mean_error": ("Distance of the mean from 0", "|mean| (log scale)"),
    "std_error": ("Distance of the spread from 1", "|sd − 1| (log scale)"),
}
_MOST_STEPS = 200


@kept
def plot_steps_needed(curve: pd.DataFrame, *, mean: float, style: RunStyle, theme: Theme = "light") -> Layers:
    """Steps of gradient descent against the mean of the inputs: theory as a line, measured descents as points.

    `curve` is `conditioning.curve`; the rule marks `mean`. A descent that was given up is a triangle.
    """
    palette, color = PALETTES[theme], color_of(style, theme)
    steps, notes = on_log_axis(curve["steps"].astype(float), 1, 1e9)
    drawn = curve.assign(steps=steps)
    means = drawn["mean"]
    x = alt.X(
        "mean:Q",
        scale=alt.Scale(domain=[float(means.min()) - 0.2, float(means.max()) + 0.2], nice=False),
        axis=alt.Axis(title="mean m of the inputs", grid=False, tickCount=6),
    )
    vertical = log_axis(steps, "steps needed (log scale)")
    vertical["axis"].format = ",.0f"
    y = alt.Y("steps:Q", **vertical)
    tooltip = [
        alt.Tooltip("source:N"),
        alt.Tooltip("mean:Q", title="m", format=".3g"),
        alt.Tooltip("steps:Q", format=","),
    ]
    measured = drawn[drawn["source"] == "measured"]
    reached, capped = measured[~measured["capped"]], measured[measured["capped"]]
    if len(capped):
        notes = [*notes, f"▲ given up after {int(capped['steps'].iloc[0]):,} steps."]
    rule = alt.Chart(pd.DataFrame({"mean": [mean]})).mark_rule(color=palette.muted, strokeWidth=1.5)
    theory = alt.Chart(drawn[drawn["source"] == "theory"])
    points = alt.Chart(reached).mark_point(filled=True, size=130, opacity=1, color=color)
    given_up = alt.Chart(capped).mark_point(shape="triangle-up", filled=True, size=170, opacity=1, color=color)
    here = measured[np.isclose(measured["mean"], mean)]
    said = "; ".join(f"{int(row['steps']):,}" + (" and not there yet" * row["capped"]) for _, row in here.iterrows())
    return finish(
        [
            rule.encode(x),
            theory.mark_line(strokeWidth=2, strokeDash=[1, 4], color=palette.text).encode(x, y, tooltip=tooltip),
            points.encode(x, y, tooltip=tooltip),
            # An empty layer would be a picture without words to a screen reader.
            *([given_up.encode(x, y, tooltip=tooltip)] if len(capped) else []),
        ],
        title="Steps that gradient descent needs",
        notes=["Points: measured. Dotted: theory.", *notes],
        description=f"At mean {mean:g}: {said} steps.",
        theme=theme,
    )


@kept
def plot_tracked(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    field: str,
    title: str,
    axis_title: str,
    target: str | None = None,
    note: str = "",
    theme: Theme = "light",
) -> Layers:
    """One number of every run over the steps, and dotted in its color, where there is one, the `target` for it.

    `frame` has step, run, the column `field` and the column `target`.
    """
    values = frame[[field, target]] if target else frame[[field]]
    span = shared_range(values.to_numpy(float))
    drawn = named(_thinned(frame), styles)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, scale = step_axis(int(drawn["step"].max())), alt.Scale(domain=list(span), nice=False, zero=False)
    axis = alt.Axis(title=axis_title)
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", format=","),
        alt.Tooltip(f"{field}:Q", format=".3g"),
    ]
    base = alt.Chart(drawn)
    lines = base.mark_line(strokeWidth=3, clip=True)
    layers = [lines.encode(x, alt.Y(f"{field}:Q", scale=scale, axis=axis), color, dash, tooltip=tooltip)]
    if target:
        dots = base.mark_line(strokeWidth=3, strokeDash=[1, 4], clip=True)
        layers.append(dots.encode(x, alt.Y(f"{target}:Q", scale=scale, axis=axis), color))
    return finish(
        layers,
        title=title,
        notes=[*([note] if note else []), *outside_note(values.to_numpy(float), span)],
        description=last_values(drawn, field),
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_standardization_error(
    frame: pd.DataFrame, styles: Sequence[RunStyle], *, field: Error, theme: Theme = "light"
) -> Layers:
    """How far the units of every run are from mean 0 or standard deviation 1, on a log axis.

    `frame` is the result of `self_standardizing.SelfStandardizing`.
    """
    title, axis_title = _ERRORS[field]
    drawn = _thinned(frame)
    values, notes = on_log_axis(drawn[field], 1e-3, 1e2)
    drawn = named(drawn.assign(**{field: values}), styles)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", format=","),
        alt.Tooltip(f"{field}:Q", title=title, format=".3g"),
    ]
    y = alt.Y(f"{field}:Q", **log_axis(values, axis_title))
    lines = alt.Chart(drawn).mark_line(strokeWidth=3)
    return finish(
        [lines.encode(step_axis(int(drawn["step"].max())), y, color, dash, tooltip=tooltip)],
        title=title,
        notes=["Mean over all units, of the values y that enter the ReLU.", *notes],
        description=last_values(drawn, field),
        theme=theme,
        legend_lines=legend_lines,
    )


def _thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """At most `_MOST_STEPS` steps, evenly spaced."""
    steps = np.unique(frame["step"])
    kept = steps[np.linspace(0, len(steps) - 1, min(len(steps), _MOST_STEPS)).round().astype(int)]
    return frame[frame["step"].isin(kept)]
