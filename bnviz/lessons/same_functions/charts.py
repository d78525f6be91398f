"""Figures of one function in several coordinates: folded outputs, walks that part, and who carries the scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.rows import log_axis, on_log_axis
from bnviz.charts.theme import PALETTES, Layers, color_of, finish, message, named, run_channels
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

PartingQuantity = Literal["difference", "loss"]

_KINDS = {"original": "batch norm", "folded": "folded", "training": "training mode"}
_SHAPES = {"original": "square", "folded": "circle", "training": "diamond"}
_SIZES = {"folded": 130, "training": 90}
_MOST_EXAMPLES = 100  # of the test set: ten outputs each, and a browser draws more only slowly
_PARTING: dict[PartingQuantity, tuple[str, str, tuple[float, float]]] = {
    "difference": ("Distance from batch norm", "largest difference of outputs (log scale)", (1e-17, 1e3)),
    "loss": ("Training loss", "cross-entropy (nats, log scale)", (1e-6, 1e3)),
}
_FIRST_STEPS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)


@kept
def plot_answer(frame: pd.DataFrame, styles: Sequence[RunStyle], *, example: int, theme: Theme = "light") -> Layers:
    """The ten outputs of one test example: of the network, of its folded twin, and in training mode.

    `frame` is `folding.Folding` of one network, `styles` those of the network and of a plain one.
    """
    chosen = frame[frame["example"] == example]
    if chosen.empty:
        return message(f"There is no test example {example}.", theme=theme)
    rows = _kinds(chosen)
    axis = alt.Axis(title="output (logit)", tickCount=6)
    x = alt.X("digit:O", axis=alt.Axis(title="digit that the output stands for", labelAngle=0, grid=False))
    y = alt.Y("value:Q", scale=alt.Scale(nice=False, padding=10), axis=axis)
    color, shape, tooltip = _kind_channels(styles, theme, *_KINDS)
    bars = alt.Chart(rows[rows["kind"] == _KINDS["original"]]).mark_bar(opacity=0.45)
    layers = [bars.encode(x, y, color, tooltip=tooltip)]
    for kind in ("training", "folded"):
        points = alt.Chart(rows[rows["kind"] == _KINDS[kind]])
        layers.append(
            points.mark_point(size=_SIZES[kind], filled=True, opacity=1).encode(x, y, color, shape, tooltip=tooltip)
        )
    zero = alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=PALETTES[theme].muted).encode(alt.Y("value:Q"))
    label = chosen["label"].iloc[0]
    best = {name: chosen.set_index("digit")[column].idxmax() for column, name in _KINDS.items()}
    answers = ", ".join(f"{name} {digit}" for name, digit in best.items())
    return finish(
        [*layers, zero],
        title=f"Test example {example + 1}: a {label}",
        notes=["Bars: batch norm in evaluation. The highest output is the answer."],
        description=f"Answers: {answers}.",
        theme=theme,
        legend_lines=1,
    )


@kept
def plot_agreement(frame: pd.DataFrame, styles: Sequence[RunStyle], *, example: int, theme: Theme = "light") -> Layers:
    """Outputs of the folded network, and of training mode, against those of the network in evaluation mode.

    `frame` and `styles` as in `plot_answer`; the outputs of `example` are drawn large. Equal outputs lie on the
    dotted diagonal.
    """
    palette = PALETTES[theme]
    examples = np.sort(frame["example"].unique())
    places = np.linspace(0, len(examples) - 1, min(len(examples), _MOST_EXAMPLES)).round().astype(int)
    drawn = frame[frame["example"].isin({*examples[places], example})]
    rows = _kinds(drawn, "original")
    rows = rows[rows["kind"] != _KINDS["original"]]
    values = drawn[list(_KINDS)].to_numpy()
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 1.0
    scale = alt.Scale(domain=[low - margin, high + margin], nice=False)
    axes = [
        ("original", "output of batch norm in evaluation"),
        ("value", "output of the other (logit)"),
    ]
    x_title, y_title = (title for _, title in axes)
    x = alt.X("original:Q", scale=scale, axis=alt.Axis(title=x_title, tickCount=6))
    y = alt.Y("value:Q", scale=scale, axis=alt.Axis(title=y_title, tickCount=6))
    color, shape, tooltip = _kind_channels(styles, theme, "folded", "training")
    diagonal = pd.DataFrame({"original": [low - margin, high + margin], "value": [low - margin, high + margin]})
    layers = [alt.Chart(diagonal).mark_line(strokeWidth=2, strokeDash=[1, 4], color=palette.text).encode(x, y)]
    for kind in ("training", "folded"):
        of_kind = rows[rows["kind"] == _KINDS[kind]]
        for part, size in ((of_kind[of_kind["example"] != example], 22), (of_kind[of_kind["example"] == example], 130)):
            # A screen reader gets the description instead of a thousand points.
            mark = alt.Chart(part).mark_point(size=size, filled=True, opacity=1 if size > 100 else 0.6, aria=False)
            layers.append(mark.encode(x, y, color, shape, tooltip=tooltip))
    apart = {kind: float((frame[kind] - frame["original"]).abs().max()) for kind in ("folded", "training")}
    return finish(
        layers,
        title="All outputs, one against the other",
        notes=[
            f"{drawn['example'].nunique()} of {len(examples)} test examples drawn; large: the one on the left. "
            "Dotted: equal outputs."
        ],
        description=f"Largest distance from the diagonal: folded {apart['folded']:.2g}, training mode "
        f"{apart['training']:.2g}.",
        theme=theme,
        legend_lines=1,
    )


def _kinds(frame: pd.DataFrame, *keep: str) -> pd.DataFrame:
    """One row for each output and kind of network."""
    frame = frame.assign(number=frame["example"] + 1)
    columns = ["example", "number", "digit", *keep]
    parts = [frame[columns].assign(value=frame[column], kind=name) for column, name in _KINDS.items()]
    return pd.concat(parts, ignore_index=True)


def _kind_channels(
    styles: Sequence[RunStyle], theme: Theme, *kinds: str
) -> tuple[alt.Color, alt.Shape, list[alt.Tooltip]]:
    """Color and shape of these kinds, with one legend, and what a pointer tells."""
    inks = {"original": color_of(styles[0], theme), "folded": color_of(styles[1], theme)}
    inks["training"] = PALETTES[theme].text
    names = [_KINDS[kind] for kind in kinds]
    legend = alt.Legend(title=None, columns=len(kinds), symbolSize=130, symbolOpacity=1)
    tones = alt.Scale(domain=names, range=[inks[kind] for kind in kinds])
    shapes = alt.Scale(domain=names, range=[_SHAPES[kind] for kind in kinds])
    tooltip = [
        alt.Tooltip("kind:N", title="network"),
        alt.Tooltip("number:Q", title="test example"),
        alt.Tooltip("digit:O"),
        alt.Tooltip("value:Q", title="output", format=".6g"),
    ]
    return alt.Color("kind:N", scale=tones, legend=legend), alt.Shape("kind:N", scale=shapes, legend=legend), tooltip


@kept
def plot_parting(
    frame: pd.DataFrame, styles: Sequence[RunStyle], *, quantity: PartingQuantity, theme: Theme = "light"
) -> Layers:
    """Distance of the outputs from batch norm's, or training loss, over the steps; both axes logarithmic.

    `frame` is `parting.Parting`. The first steps are spread out, because there they part. Batch norm has
    no distance from itself and is left out of that picture.
    """
    title, axis_title, bounds = _PARTING[quantity]
    chosen = frame[np.isfinite(frame[quantity])]
    chosen = chosen[chosen["run"] > 0] if quantity == "difference" else chosen
    if chosen.empty:
        return message(f"No step has a value for: {title.lower()}.", theme=theme)
    values, notes = on_log_axis(chosen[quantity], *bounds)
    drawn = named(chosen.assign(**{quantity: values}), styles)
    last = int(frame["step"].max())
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    ticks = [step for step in _FIRST_STEPS if step <= last]
    x = alt.X(
        "step:Q",
        scale=alt.Scale(type="symlog", constant=1, domain=[0, max(last, 1)], nice=False),
        axis=alt.Axis(title="step (updates, the first spread out)", grid=False, values=ticks, format=",d"),
    )
    y = alt.Y(f"{quantity}:Q", **log_axis(values, axis_title))
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("step:Q", format=","),
        alt.Tooltip(f"{quantity}:Q", format=".3g"),
    ]
    lines = alt.Chart(drawn)
    early = alt.Chart(drawn[drawn["step"] <= 5]).mark_point(filled=True, size=60, opacity=1)
    ends = drawn.sort_values("step").groupby("run").tail(1).sort_values("run")
    said = "; ".join(f"{row['name']} {row[quantity]:.3g} at step {row['step']}" for _, row in ends.iterrows())
    where = (
        "Outputs on the first mini-batch, in training mode."
        if quantity == "difference"
        else "On the mini-batch of each step, in training mode."
    )
    return finish(
        [
            lines.mark_line(strokeWidth=3).encode(x, y, color, dash, tooltip=tooltip),
            early.encode(x, y, color, tooltip=tooltip),
        ],
        title=title,
        notes=[where, *notes],
        description=f"Last values: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_identity(frame: pd.DataFrame, styles: Sequence[RunStyle], *, eps: float, theme: Theme = "light") -> Layers:
    """w·∂L/∂w against γ·∂L/∂γ of every unit, for γx + β and for batch norm at one ε.

    `frame` is `identity.ScaleIdentity`; `styles` are those of γx + β and of batch norm, in this order.
    Dotted: the diagonal, where γx + β belongs, and the level line, where batch norm belongs at ε = 0.
    """
    palette = PALETTES[theme]
    affine = frame["norm"] == "affine"
    batch = (frame["norm"] == "batch") & np.isclose(frame["eps"], eps, rtol=1e-9, atol=0)
    if not batch.any():
        return message(f"Nothing was computed for ε = {eps:g}.", theme=theme)
    drawn = named(pd.concat([frame[affine].assign(run=0), frame[batch].assign(run=1)], ignore_index=True), styles)
    # One range for every ε, so that moving it moves the points and not the axis.
    reach = 1.08 * float(
        frame.loc[affine | (frame["norm"] == "batch"), ["gamma_part", "weight_part"]].abs().max().max()
    )
    scale = alt.Scale(domain=[-reach, reach], nice=False)
    x = alt.X("gamma_part:Q", scale=scale, axis=alt.Axis(title="γ·∂L/∂γ (nats)", tickCount=5, format=".2~f"))
    y = alt.Y("weight_part:Q", scale=scale, axis=alt.Axis(title="w·∂L/∂w (nats)", tickCount=5, format=".2~f"))
    names = [style.label for style in styles]
    legend = alt.Legend(title=None, columns=2, symbolSize=130)
    tones = alt.Scale(domain=names, range=[color_of(style, theme) for style in styles])
    shapes = alt.Scale(domain=names, range=["triangle-up", "circle"])
    tooltip = [
        alt.Tooltip("name:N", title="layer"),
        alt.Tooltip("gamma_part:Q", title="γ·∂L/∂γ", format=".3g"),
        alt.Tooltip("weight_part:Q", title="w·∂L/∂w", format=".3g"),
        alt.Tooltip("share:Q", title="ε/(σ² + ε)", format=".2g"),
    ]
    lines = [
        alt.Chart(pd.DataFrame({"gamma_part": [-reach, reach], "weight_part": [-height, height]}))
        .mark_line(strokeWidth=2, strokeDash=[1, 4], color=palette.text)
        .encode(x, y)
        for height in (reach, 0.0)
    ]
    points = (
        alt.Chart(drawn)
        .mark_point(filled=True, size=60, opacity=0.75, aria=False)
        .encode(
            x,
            y,
            alt.Color("name:N", scale=tones, legend=legend),
            alt.Shape("name:N", scale=shapes, legend=legend),
            tooltip=tooltip,
        )
    )
    largest = {name: float(part["weight_part"].abs().max()) for name, part in drawn.groupby("name")}
    said = "; ".join(f"{name} {largest[name]:.2g}" for name in names)
    return finish(
        [*lines, points],
        title="Who pulls on the length of w?",
        notes=["One point a unit, two hidden layers. Dotted: both pulls equal, and no pull on w."],
        description=f"At ε = {eps:g} the largest |w·∂L/∂w|: {said}.",
        theme=theme,
        height=330,
        legend_lines=1,
    )
