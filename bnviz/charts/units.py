"""One run, one hidden layer, over the steps: γ and β of its units, and the percentiles of its activations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.numbers import AS_TICK, tip, told
from bnviz.charts.rows import before_kick, outside_note, shared_range, thin
from bnviz.charts.theme import (
    PALETTES,
    STAGE_NAMES,
    Layers,
    color_of,
    dash_of,
    finish,
    intervention_rules,
    message,
    step_axis,
)
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

_MOST_UNITS = 32
_PERCENTILES = (95, 85, 50, 15, 5)


@kept
def plot_affine(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    run: int,
    layer: int,
    theme: Theme = "light",
    interventions: Sequence[int] = (),
) -> Layers:
    """γ and β of the units of one layer of one run over the steps: thin a unit, thick their median.

    `frame` is `History.affine()` with all of its runs: they share the range of the axis, so that their
    figures compare. `run` and `layer` count from 0. At most 32 units are drawn, and the note says so.
    """
    of_layer = frame[frame["layer"] == layer]
    chosen = of_layer[of_layer["run"] == run]
    label = styles[run].label
    if chosen.empty:
        return message(f"{label} has no γ and β in hidden layer {layer + 1}.", theme=theme)
    palette, last = PALETTES[theme], int(of_layer["step"].max())
    fields = ["gamma", "beta"]
    span = shared_range(of_layer[fields].to_numpy(), before_kick(of_layer, interventions)[fields].to_numpy())
    median = told(chosen.groupby("step")[fields].median().reset_index(), *fields)
    drawn, thinned = thin(chosen, ["unit"], most_series=_MOST_UNITS, what="units")
    drawn = told(drawn, *fields)
    rules, rule_notes = intervention_rules(interventions, last, theme)
    scale = alt.Scale(domain=list(span), nice=False, zero=False)
    axis = alt.Axis(title="γ and β of each unit", labelExpr=AS_TICK)

    layers = []
    for field, symbol, color in (("beta", "β", palette.second), ("gamma", "γ", color_of(styles[run], theme))):
        if not np.isfinite(median[field]).any():
            continue
        y = alt.Y(f"{field}:Q", scale=scale, axis=axis)
        tooltip = [alt.Tooltip("step:Q", format=","), tip(field, symbol)]
        units = alt.Chart(drawn).mark_line(strokeWidth=1, opacity=0.45, color=color, clip=True)
        middle = alt.Chart(median).mark_line(strokeWidth=3.5, color=color, clip=True)
        # At step 0 the two are apart (γ = 1 or ‖v‖, β = 0), so that the labels cannot collide there.
        # The page's color around the letter sets it off against the lines.
        letters = [
            alt.Chart(median.head(1)).mark_text(
                text=symbol,
                align="left",
                dx=10,
                fontSize=24,
                fontWeight="bold",
                color=ink,
                stroke=ink,
                strokeWidth=width,
            )
            for ink, width in ((palette.page, 7), (color, 0))
        ]
        layers += [
            units.encode(step_axis(last), y, detail="unit:N", tooltip=[alt.Tooltip("unit:N"), *tooltip]),
            middle.encode(step_axis(last), y, tooltip=tooltip),
            *(letter.encode(step_axis(last), y) for letter in letters),
        ]
    ends = f"median γ {median['gamma'].iloc[-1]:.3g}, β {median['beta'].iloc[-1]:.3g}"
    return finish(
        [*layers, *rules],
        title=f"{label}: γ and β, hidden layer {layer + 1}",
        notes=[
            "Thin: one unit. Thick: the median.",
            *rule_notes,
            *outside_note(chosen[fields].to_numpy(), span),
            *thinned,
        ],
        description=f"At step {median['step'].iloc[-1]:,}: {ends}.",
        theme=theme,
    )


@kept
def plot_percentiles(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    run: int,
    layer: int,
    stage: str = "pre_norm",
    theme: Theme = "light",
    interventions: Sequence[int] = (),
) -> Layers:
    """Percentiles 5, 15, 50, 85, 95 of one layer's values over the steps, after Ioffe & Szegedy's figure 1.

    `frame` is `History.percentiles()` with all of its runs, which share the range of the axis. A percentile
    beyond the recorded histogram is infinite: its band is drawn to the edge, and the note says so.
    """
    of_layer = frame[(frame["layer"] == layer) & (frame["stage"] == stage)]
    chosen = of_layer[(of_layer["run"] == run) & of_layer["value"].notna()]
    label = styles[run].label
    if chosen.empty:
        return message(f"{label}: hidden layer {layer + 1} has no values {STAGE_NAMES[stage]}.", theme=theme)
    last = int(of_layer["step"].max())
    values = of_layer["value"].to_numpy()
    low, high = shared_range(values, before_kick(of_layer, interventions)["value"].to_numpy())
    # The recorded range is symmetric or starts at 0, so that an edge is not nearer than the other one reaches.
    reach = max(abs(low), abs(high))
    span = (-reach if np.isneginf(values).any() else low, reach if np.isposinf(values).any() else high)
    wide = chosen.set_index(["step", "percentile"])["value"].unstack("percentile")  # noqa: PD010
    beyond = np.isinf(wide.to_numpy()).any()
    wide = wide.clip(*span).rename(columns=lambda percent: f"p{percent}").reset_index()
    drawn, thinned = thin(told(wide, *[f"p{percent}" for percent in _PERCENTILES]).assign(run=run), ["run"])
    rules, rule_notes = intervention_rules(interventions, last, theme)
    color, x = color_of(styles[run], theme), step_axis(last)
    scale = alt.Scale(domain=list(span), nice=False, zero=False)
    axis = alt.Axis(title="value", labelExpr=AS_TICK)
    tooltip = [alt.Tooltip("step:Q", format=",")]
    tooltip += [tip(f"p{percent}", f"{percent} %") for percent in _PERCENTILES]
    base = alt.Chart(drawn)

    def band(low: str, high: str, opacity: float) -> alt.Chart:
        area = base.mark_area(color=color, opacity=opacity, clip=True)
        return area.encode(x, alt.Y(low, type="quantitative", scale=scale, axis=axis), alt.Y2(high))

    line = base.mark_line(color=color, strokeWidth=3.5, strokeDash=dash_of(styles[run]), clip=True)
    notes = [f"{STAGE_NAMES[stage].capitalize()}. Median, 15–85\u00a0%, 5–95\u00a0%."]
    if beyond:
        notes.append("Beyond the recorded range: drawn at the edge.")
    ends = wide.iloc[-1]
    return finish(
        [
            band("p5", "p95", 0.18),
            band("p15", "p85", 0.3),
            line.encode(x, alt.Y("p50:Q", scale=scale, axis=axis), tooltip=tooltip),
            *rules,
        ],
        title=f"{label}: values, hidden layer {layer + 1}",
        notes=[*notes, *rule_notes, *thinned],
        description=f"At step {ends['step']:,.0f} the median is {ends['p50']:.3g}.",
        theme=theme,
    )
