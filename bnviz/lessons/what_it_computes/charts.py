"""One unit of a mini-batch in batch norm: what happens to its gradient on the way back."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.theme import PALETTES, Layers, finish
from bnviz.styles import SYMBOL_COLORS, Theme

_PARTS = {"upstream": "dy", "mean_part": "−mean", "along_part": "−along x̂", "rest": "what is left"}
_PART_COLORS = {"upstream": "y", "mean_part": "mean", "along_part": "var", "rest": "x"}


@kept
def plot_backward(frame: pd.DataFrame, *, example: int, theme: Theme = "light") -> Layers:
    """For each example the gradient dy, what goes with the mean, what goes along x̂, and what is left of the three.

    `frame` is `standardization.backward`; each bar starts where the one before it ends. `example` (from 1) is marked.
    """
    palette, colors = PALETTES[theme], SYMBOL_COLORS[theme]
    rows = frame.melt("example", list(_PARTS), var_name="column").assign(part=lambda f: f["column"].map(_PARTS))
    starts = pd.concat(
        [
            frame[["example"]].assign(column=column, start=start)
            for column, start in (
                ("upstream", 0.0),
                ("mean_part", frame["upstream"]),
                ("along_part", frame["upstream"] + frame["mean_part"]),
                ("rest", 0.0),
            )
        ]
    )
    rows = rows.merge(starts, on=["example", "column"])
    rows["end"] = rows["start"] + rows["value"]
    names = list(_PARTS.values())
    ink = [colors[_PART_COLORS[column]] for column in _PARTS]
    x = alt.X("example:O", axis=alt.Axis(title="example", labelAngle=0, grid=False))
    offset = alt.XOffset("part:N", sort=names)
    axis = alt.Axis(title="gradient (no unit)", tickCount=6)
    color = alt.Color(
        "part:N",
        scale=alt.Scale(domain=names, range=ink),
        legend=alt.Legend(title=None, columns=2, symbolType="square", symbolSize=180),
    )
    band = (
        alt.Chart(pd.DataFrame({"example": [example]}))
        .mark_bar(color=palette.muted, opacity=0.18, width=alt.RelativeBandSize(1.0))
        .encode(x=x, y=alt.value(0), y2=alt.value("height"))
    )
    bars = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=x,
            xOffset=offset,
            y=alt.Y("start:Q", axis=axis),
            y2="end:Q",
            color=color,
            tooltip=[
                alt.Tooltip("example:O"),
                alt.Tooltip("part:N", title="part"),
                alt.Tooltip("value:Q", format=".4~g"),
            ],
        )
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color=palette.text, strokeWidth=1.5).encode(y="zero:Q")
    of_example = frame.set_index("example").loc[example]
    return finish(
        [band, bars, zero],
        title="Take away the mean and the x̂ part",
        notes=["Each bar starts where the one before it ends; the last is the sum of the three."],
        description=f"Example {example}: dy {of_example['upstream']:.2f}, the mean {of_example['mean_part']:.2f}, "
        f"the part along x̂ {of_example['along_part']:.2f}, left {of_example['rest']:.2f}.",
        theme=theme,
        height=270,
        legend_lines=2,
    )


@kept
def plot_projection(frame: pd.DataFrame, *, example: int, theme: Theme = "light") -> Layers:
    """The gradient dy against x̂, the straight line that the backward pass takes away, and what is left beside it.

    `frame` is `standardization.backward`. At ε = 0 the line is the least-squares fit of dy on x̂.
    """
    palette, colors = PALETTES[theme], SYMBOL_COLORS[theme]
    rows = frame.assign(line=-frame["mean_part"] - frame["along_part"])
    picked = rows[rows["example"] == example]
    scale = alt.Scale(nice=False, zero=False, padding=16)
    x = alt.X("normalized:Q", scale=scale, axis=alt.Axis(title="x̂ (no unit)", tickCount=6))
    axis = alt.Axis(title="dy (no unit)", tickCount=6)
    y = alt.Y("upstream:Q", scale=scale, axis=axis)
    tooltip = [
        alt.Tooltip("example:O"),
        alt.Tooltip("upstream:Q", title="dy", format=".4~g"),
        alt.Tooltip("line:Q", title="taken away", format=".4~g"),
        alt.Tooltip("rest:Q", title="what is left", format=".4~g"),
    ]
    line = alt.Chart(rows).mark_line(strokeWidth=3, color=colors["var"])
    line = line.encode(x=x, y=alt.Y("line:Q", scale=scale, axis=axis))
    sticks = alt.Chart(rows).mark_rule(strokeWidth=3, color=colors["x"]).encode(x=x, y=y, y2="line:Q")
    points = alt.Chart(rows).mark_circle(size=110, opacity=1, color=colors["y"]).encode(x=x, y=y, tooltip=tooltip)
    dot = alt.Chart(picked).mark_circle(size=320, opacity=1, color=colors["y"], stroke=palette.text, strokeWidth=2.5)
    return finish(
        [line, sticks, points, dot.encode(x=x, y=y, tooltip=tooltip)],
        title="The same, seen as a straight line",
        notes=["Points: dy. Line: what is taken away. Sticks: what is left."],
        description=f"What is left of example {example} is {picked['rest'].iloc[0]:.2f}.",
        theme=theme,
        height=270,
    )
