"""The live figure of the backward pass: the gradient as arrows, less their mean, less their tilt."""

from __future__ import annotations

from math import ceil

from bnviz.lessons.what_it_computes.standardization import UnitBatch, backward, statistics
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.live.scene import Axis, Input, Panel, Scene, Step, arrows, segment, upright
from bnviz.words import number

REACH = 4.0  # of x̂, to either side of 0
_LEAST = 0.5  # of the gradient, to either side of 0
_STEPS = (
    Step(
        "dy",
        "Each arrow is the dy of one output: how fast the loss rises with that y. It stands at its x̂.",
        {"taken": 0},
    ),
    Step(
        "Less their mean",
        "A shift of all values moves μ along, and y stands still. So the mean of the arrows is taken away: the dashed "
        "line moves to zero.",
        {"taken": 1},
        "mean",
    ),
    Step(
        "Less their tilt",
        "A stretch of all values is undone by σ. So what rises with x̂ is taken away too: the solid line turns flat, "
        "but for what ε leaves.",
        {"taken": 2},
        "var",
    ),
)


def gradient(batch: UnitBatch, example: int) -> Scene:
    """Arrows dy over x̂, from which one slider takes the mean (0 to 1) and what goes along x̂ (1 to 2)."""
    parts, scale = backward(batch), statistics(batch).scale
    between = parts["upstream"] + parts["mean_part"]
    longest = max(_LEAST, *(float(column.abs().max()) for column in (parts["upstream"], between, parts["rest"])))
    top = ceil(1.1 * longest * 4) / 4
    return Scene(
        inputs=[Input("taken", "taken away", 0.0, 2.0, 0.05)],
        rows=[[Panel("arrows", "the gradient", Axis(-REACH, REACH, "x̂"), Axis(-top, top, "dy, and what is left"))]],
        marks=[
            segment("arrows", (-REACH, "level"), (REACH, "level"), color="mean", dash=(6, 5)),
            segment("arrows", (-REACH, "line_left"), (REACH, "line_right"), color="var"),
            upright("arrows", "own_normalized", color="x"),
            arrows("arrows", "normalized", "arrows", color="y", picked="example"),
        ],
        colors=SYMBOL_COLORS,
        text=_words(batch, example, scale),
        beside=True,
        steps=_STEPS,
        alternative="An arrow for each example, at its x̂: what is left of its gradient dy. Their mean is {level}, "
        "their tilt along x̂ {tilt}; the arrow of example {example:whole} is {own_arrow}.",
        sums="gradient_parts",
        given={
            "normalized": parts["normalized"].tolist(),
            "upstream": parts["upstream"].tolist(),
            "example": example,
            "reach": REACH,
        },
    )


def _words(batch: UnitBatch, example: int, scale: float) -> str:
    factor = number(batch.gamma / scale)
    return (
        '<div class="facts"><p>Mean of the arrows now: <b data-symbol="mean" data-number="level"></b></p>'
        '<p>Their tilt along x̂ now: <b data-symbol="var" data-number="tilt"></b></p>'
        f'<p>Example {example}: dy = <b data-symbol="y" data-number="own_upstream"></b>, now '
        '<b data-symbol="y" data-number="own_arrow"></b></p>'
        f"<p>dx is what is left × γ/√(σ²\u00a0+\u00a0ε) = {factor}</p></div>"
    )
