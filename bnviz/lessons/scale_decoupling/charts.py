"""Figures of the lesson on scale: W times a, the growth of ‖W‖, and runs that coincide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import log_axis, on_log_axis
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, message, named, run_channels, step_axis
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

ScaledQuantity = Literal["output_sd", "gradient_ratio", "relative_step_ratio"]

# Title, title of the axis, the law of batch norm in words, and the power of a in it.
_SCALED: dict[ScaledQuantity, tuple[str, str, str, int]] = {
    "output_sd": ("Spread of the output", "standard deviation of y (log scale)", "1 for every a", 0),
    "gradient_ratio": ("Gradient of W", "‖∂L/∂W‖ over that at a = 1 (log scale)", "1/a", -1),
    "relative_step_ratio": ("An update relative to W", "‖∂L/∂W‖/‖W‖ over that at a = 1 (log)", "1/a²", -2),
}
_PATH_PIXELS = 300
_MOST_STEPS = 100  # of curves that coincide: with more, mini-batch noise hides the dashes
_NEAR = 1e-9  # relative: how near a row's ε and a must be to those asked for


@kept
def plot_scaled(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    *,
    quantity: ScaledQuantity,
    eps: float,
    scale: float,
    theme: Theme = "light",
) -> Layers:
    """Output, gradient or relative update of a layer against the factor a on its weights, for one ε, on two log axes.

    `frame` is the result of `scale.ScaleSweep`. Dotted: batch norm by theory for ε = 0. The rule and the
    large points mark the factor `scale`.
    """
    palette = PALETTES[theme]
    title, axis_title, law, power = _SCALED[quantity]
    drawn = named(frame[np.isclose(frame["eps"], eps, rtol=_NEAR, atol=0)], styles)
    if drawn.empty:
        return message(f"Nothing was computed for ε = {eps:g}.", theme=theme)
    scales = np.sort(drawn["scale"].unique())
    theory = pd.DataFrame({"scale": scales, quantity: scales**power})
    values, notes = on_log_axis(pd.concat([drawn[quantity], theory[quantity]]), 1e-6, 1e6)
    drawn = drawn.assign(**{quantity: values[: len(drawn)]})
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    powers = [10.0**power for power in range(-3, 4)]
    x = alt.X(
        "scale:Q",
        scale=alt.Scale(type="log", domain=[scales[0], scales[-1]], nice=False),
        axis=alt.Axis(title="factor a on W (log scale)", values=powers, format=",~g", grid=False),
    )
    y = alt.Y(f"{quantity}:Q", **log_axis(values, axis_title))
    tooltip = [
        alt.Tooltip("name:N", title="layer"),
        alt.Tooltip("scale:Q", title="a", format="~g"),
        alt.Tooltip(f"{quantity}:Q", title=title, format=".3g"),
    ]
    here = drawn[np.isclose(drawn["scale"], scale, rtol=_NEAR)]
    said = "; ".join(f"{row['name']} {row[quantity]:.3g}" for _, row in here.iterrows())
    return finish(
        [
            alt.Chart(pd.DataFrame({"scale": [scale]})).mark_rule(color=palette.muted, strokeWidth=1.5).encode(x),
            alt.Chart(drawn).mark_line(strokeWidth=3, clip=True).encode(x, y, color, dash, tooltip=tooltip),
            alt.Chart(theory).mark_line(strokeWidth=2, strokeDash=[1, 4], color=palette.text, clip=True).encode(x, y),
            alt.Chart(here).mark_point(filled=True, size=170, opacity=1).encode(x, y, color, tooltip=tooltip),
        ],
        title=title,
        notes=[f"Dotted: theory for batch norm, ε = 0: {law}.", *notes],
        description=f"At a = {scale:g} and ε = {eps:g}: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_path(
    frame: pd.DataFrame, styles: Sequence[RunStyle], *, run: int, step: int, theme: Theme = "light"
) -> Layers:
    """The weights of one run as an arrow in a plane that turns by true angles, and the triangle of one update.

    `frame` is `growth.growth`. The picture has a fixed size, the same unit on both axes and the same
    range for every run and step, so that a right angle looks right and lengths compare.
    """
    palette, style = PALETTES[theme], styles[run]
    color = color_of(style, theme)
    chosen = frame[(frame["run"] == run) & (frame["step"] <= step)]
    if chosen.empty:
        return message(f"{style.label} has no update at step {step}.", theme=theme)
    ranges = [_reach(frame[["x", "next_x"]]), _reach(frame[["y", "next_y"]])]
    half = 0.54 * max(high - low for low, high in ranges)
    axis = alt.Axis(title="length", tickCount=5, grid=False)
    sides = [alt.Scale(domain=[(low + high) / 2 - half, (low + high) / 2 + half], nice=False) for low, high in ranges]
    x, y = alt.X("x:Q", scale=sides[0], axis=axis), alt.Y("y:Q", scale=sides[1], axis=axis)
    last = chosen.iloc[-1]
    ends = [*zip(chosen["x"], chosen["y"], strict=True), (last["next_x"], last["next_y"])]
    path = pd.DataFrame(ends, columns=["x", "y"]).assign(order=range(len(ends)))
    triangle = pd.DataFrame(
        {
            "x": [0.0, 0.0, last["x"]],
            "y": [0.0, 0.0, last["y"]],
            "to_x": [last["x"], last["next_x"], last["next_x"]],
            "to_y": [last["y"], last["next_y"], last["next_y"]],
            "side": ["‖w‖ before", "‖w′‖ after", "η‖g‖"],
            "length": [last["length"], last["next_length"], last["move"]],
        }
    )
    corner = pd.DataFrame({"x": [last["x"]], "y": [last["y"]]})
    angle = float(np.degrees(np.arccos(np.clip(last["cosine"], -1, 1))))
    legend = alt.Legend(title=None, symbolType="stroke", columns=3)
    names = triangle["side"].tolist()
    dashes = alt.Scale(domain=names, range=[[6, 4], [1, 0], [1, 0]])
    colors = alt.Scale(domain=names, range=[palette.muted, palette.text, color])
    edges = (
        alt.Chart(triangle)
        .mark_rule(strokeWidth=3)
        .encode(
            x,
            y,
            alt.X2("to_x:Q"),
            alt.Y2("to_y:Q"),
            alt.Color("side:N", scale=colors, legend=legend),
            alt.StrokeDash("side:N", scale=dashes, legend=legend),
            tooltip=[alt.Tooltip("side:N", title="side"), alt.Tooltip("length:Q", format=".4g")],
        )
    )
    chart = finish(
        [
            alt.Chart(path.assign(to_x=0.0, to_y=0.0))
            .mark_rule(strokeWidth=1, color=palette.grid)
            .encode(x, y, alt.X2("to_x:Q"), alt.Y2("to_y:Q")),
            alt.Chart(path).mark_line(strokeWidth=2, color=color).encode(x, y, order="order:Q"),
            edges,
            alt.Chart(corner).mark_point(filled=True, size=70, color=palette.text, opacity=1).encode(x, y),
        ],
        title=f"{style.label}, update {step + 1}",
        notes=[f"Angle between w and g: {angle:.1f}°."],
        description=(
            f"Before {last['length']:.4g}, move {last['move']:.4g}, after {last['next_length']:.4g}. "
            f"The thin line joins the ends of w over all updates so far."
        ),
        theme=theme,
        legend_lines=1,
    )
    return chart.properties(width=_PATH_PIXELS, height=_PATH_PIXELS, autosize=alt.AutoSizeParams(type="pad"))


def _reach(coordinates: pd.DataFrame) -> tuple[float, float]:
    """The range of coordinates, the origin included."""
    values = coordinates.to_numpy()
    return min(0.0, float(values.min())), max(0.0, float(values.max()))


@kept
def plot_growth(frame: pd.DataFrame, styles: Sequence[RunStyle], *, step: int, theme: Theme = "light") -> Layers:
    """‖w‖² of every run before and after each update, and dotted what Pythagoras predicts from the gradients; log axis.

    `frame` is `growth.growth`; the rule marks the update after `step`.
    """
    palette = PALETTES[theme]
    start = frame[frame["step"] == 0]
    start = start.assign(step=-1, squared=start["length"] ** 2, predicted=start["length"] ** 2)
    drawn = named(pd.concat([start, frame], ignore_index=True), styles)
    drawn["step"] += 1
    values, notes = on_log_axis(pd.concat([drawn["squared"], drawn["predicted"]]), 1e-12, 1e12)
    drawn = drawn.assign(squared=values[: len(drawn)], predicted=values[len(drawn) :])
    last = int(drawn["step"].max())
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x, axis = step_axis(last), log_axis(values, "‖w‖² (log scale)")
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", title="update"),
        alt.Tooltip("squared:Q", title="‖w‖²", format=".4g"),
        alt.Tooltip("predicted:Q", title="Pythagoras", format=".4g"),
    ]
    ends = drawn[drawn["step"] == last]
    said = "; ".join(
        f"{row['name']} {row['squared']:.4g}, predicted {row['predicted']:.4g}" for _, row in ends.iterrows()
    )
    lines = alt.Chart(drawn)
    dots = lines.mark_line(strokeWidth=2, strokeDash=[1, 4], color=palette.text)
    return finish(
        [
            alt.Chart(pd.DataFrame({"step": [step + 1]})).mark_rule(color=palette.muted).encode(x),
            lines.mark_line(strokeWidth=3).encode(x, alt.Y("squared:Q", **axis), color, dash, tooltip=tooltip),
            dots.encode(x, alt.Y("predicted:Q", **axis), detail="run:N", tooltip=tooltip),
        ],
        title="Length of the weights, squared",
        notes=["Dotted: ‖w₀‖² + η²·Σ‖g‖², Pythagoras.", *notes],
        description=f"After update {last}: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_coinciding(frame: pd.DataFrame, styles: Sequence[RunStyle], *, theme: Theme = "light") -> Layers:
    """Training-mode loss of runs that may coincide, on a log axis: the first is a broad band, so that others show.

    `frame` is `equivalence.equivalence`.
    """
    palette = PALETTES[theme]
    drawn = named(frame[np.isfinite(frame["loss"])], styles)
    if drawn.empty:
        return message("No step has a finite loss, so there is no curve to draw.", theme=theme)
    loss, notes = on_log_axis(drawn["loss"], 1e-6, 1e4)
    drawn = drawn.assign(loss=loss)
    steps = np.unique(drawn["step"])
    if len(steps) > _MOST_STEPS:
        drawn = drawn[drawn["step"].isin(steps[np.linspace(0, len(steps) - 1, _MOST_STEPS).round().astype(int)])]
        notes = [*notes, f"{_MOST_STEPS} of {len(steps)} steps drawn."]
    present = [styles[run] for run in sorted(drawn["run"].unique())]
    names = [style.label for style in present]
    # One normalization in all runs means one color, so that band and dash alone would have to tell them apart.
    tones = [color_of(present[0], theme), palette.second, palette.text]
    legend = alt.Legend(title=None, symbolType="stroke", symbolOpacity=1, columns=1)
    color = alt.Color("name:N", scale=alt.Scale(domain=names, range=tones[: len(names)]), legend=legend)
    dashes = alt.Scale(domain=names, range=[[1, 0], [7, 4], [2, 4]][: len(names)])
    dash = alt.StrokeDash("name:N", scale=dashes, legend=legend)
    last = int(drawn["step"].max())
    ends = drawn.sort_values("step").groupby("run").tail(1).sort_values("run")
    said = "; ".join(f"{row['name']} {row['loss']:.3g} at step {row['step']}" for _, row in ends.iterrows())
    x, y = step_axis(last), alt.Y("loss:Q", **log_axis(loss, "cross-entropy (nats, log scale)"))
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", format=","),
        alt.Tooltip("loss:Q", format=".4g"),
        alt.Tooltip("difference:Q", title="difference from the first", format=".2g"),
    ]
    looks = [(10, 0.45), (2.5, 1.0), (3, 1.0)]
    return finish(
        [
            alt.Chart(drawn[drawn["name"] == name])
            .mark_line(strokeWidth=width, opacity=opacity)
            .encode(x, y, color, dash, tooltip=tooltip)
            for name, (width, opacity) in zip(names, looks, strict=False)
        ],
        title="Training loss",
        notes=["On the mini-batch of each step, in training mode.", *notes],
        description=f"Last values: {said}.",
        theme=theme,
        legend_lines=len(names),
    )
