"""Figures of the lesson on the two reparameterizations: spread of two gradient estimators, x̂ and ε before and after."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.theme import PALETTES, Layers, finish, message
from bnviz.styles import Theme

ESTIMATOR_NAMES = {"score": "score function", "pathwise": "pathwise (reparameterized)"}
Standardized = Literal["normalized", "noise"]
_COMPARED: dict[Standardized, tuple[str, str]] = {
    "normalized": ("x̂ of batch norm", "x̂"),
    "noise": ("ε of the VAE trick", "ε"),
}
_SPAN = 4.0  # standardized values are drawn from −4 to 4, and beyond only if there are such


@kept
def plot_estimates(frame: pd.DataFrame, *, gradient: float, theme: Theme = "light") -> Layers:
    """How often each estimator gave which value, on one axis, with the true gradient marked.

    `frame` is `gradient_estimates.histogram`.
    """
    if frame.empty:
        return message("No estimate was made, so there is nothing to draw.", theme=theme)
    palette = PALETTES[theme]
    names = list(ESTIMATOR_NAMES.values())
    drawn = frame.assign(name=frame["estimator"].map(ESTIMATOR_NAMES), percent=100 * frame["share"], zero=0)
    domain = [float(drawn["left"].min()), float(drawn["right"].max())]
    legend = alt.Legend(title=None, symbolType="square", symbolOpacity=0.8, columns=1)
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=list(palette.classes)), legend=legend)
    scale = alt.Scale(domain=domain, nice=False)
    x = alt.X("left:Q", scale=scale, axis=alt.Axis(title="estimate of the gradient", grid=False, tickCount=8))
    y = alt.Y("percent:Q", axis=alt.Axis(title="share of the estimates (%)"))
    bars = alt.Chart(drawn).encode(
        x,
        y,
        color,
        tooltip=[
            alt.Tooltip("name:N", title="estimator"),
            alt.Tooltip("left:Q", title="from", format=".3g"),
            alt.Tooltip("right:Q", title="to", format=".3g"),
            alt.Tooltip("percent:Q", title="share (%)", format=".2f"),
        ],
    )
    inside = drawn.groupby("name")["percent"].sum()
    said = "; ".join(f"{name}: {inside[name]:.1f} % of its estimates within the picture" for name in names)
    truth = alt.Chart(pd.DataFrame({"left": [gradient]}))
    return finish(
        [
            bars.mark_bar(opacity=0.55, binSpacing=0).encode(alt.X2("right:Q"), alt.Y2("zero:Q")),
            truth.mark_rule(color=palette.text, strokeWidth=2, strokeDash=[6, 4]).encode(x),
        ],
        title="Estimates of one and the same gradient",
        notes=[f"Dashed: the true gradient, {gradient:.3g}. The rarest values are beyond the edges."],
        description=f"{said}.",
        theme=theme,
        legend_lines=2,
    )


@kept
def plot_compared(frame: pd.DataFrame, *, quantity: Standardized, color: str, theme: Theme = "light") -> Layers:
    """A standardized quantity of every example after a change against before; on the diagonal nothing changed.

    `frame` is `direction.compared`; `color` is that of the points.
    """
    palette, (title, symbol) = PALETTES[theme], _COMPARED[quantity]
    before, after = f"{quantity}_before", f"{quantity}_after"
    span = max(_SPAN, 1.05 * float(frame[[before, after]].abs().max().max()))
    scale = alt.Scale(domain=[-span, span], nice=False)
    x = alt.X(f"{before}:Q", scale=scale, axis=alt.Axis(title=f"{symbol} before", tickCount=5))
    y = alt.Y(f"{after}:Q", scale=scale, axis=alt.Axis(title=f"{symbol} after", tickCount=5))
    diagonal = pd.DataFrame({before: [-span, span], after: [-span, span]})
    moved = (frame[after] - frame[before]).abs().max()
    tooltip = [
        alt.Tooltip(f"{name}:Q", title=words, format=".3f") for name, words in ((before, "before"), (after, "after"))
    ]
    return finish(
        [
            alt.Chart(diagonal).mark_line(color=palette.muted, strokeDash=[6, 4], strokeWidth=1.5).encode(x, y),
            alt.Chart(frame)
            .mark_point(filled=True, size=45, opacity=0.75, color=color)
            .encode(x, y, tooltip=[alt.Tooltip("example:Q", title="example"), *tooltip]),
        ],
        title=title,
        notes=["A dot is an example. On the dashed line: as before."],
        description=f"{len(frame)} examples; the one that moved most moved by {moved:.3g}.",
        theme=theme,
        height=300,
    )
