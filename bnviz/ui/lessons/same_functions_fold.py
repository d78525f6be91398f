"""The live figure of folding: batch norm slides into the weights before it, and the ten outputs stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.same_functions.folding import EXAMPLES
from bnviz.styles import RunStyle
from bnviz.ui.live.family import Family
from bnviz.ui.live.scene import Axis, Input, Panel, Scene, Step, blocks, saying, series

INPUTS = {
    "example": (
        Input("example", "test example", 1, EXAMPLES, 1, format="whole", choices=[*range(1, EXAMPLES + 1)]),
        1.0,
    ),
    "fold": (Input("fold", "folded", 0, 1, 0.01), 0.0),
    "mode": (Input("mode", "training mode", 0, 1, 1, format="whole", choices=[0, 1]), 0.0),
}
"""Name → input and where it begins."""
KINDS = ("original", "folded", "training")
STEPS = (
    Step(
        "Fold",
        "In evaluation μ and σ are fixed numbers, so batch norm only scales and shifts, and slides into W and b. Bars: "
        "before. Dots: after, of linear layers and ReLUs alone. No output moves.",
        {"fold": 1, "mode": 0},
    ),
    Step(
        "Other examples",
        "Drag the test example. Each dot sits on the end of its bar: the outputs are identical (rounding only). As a "
        "function batch norm is redundant.",
        {"example": 24, "fold": 1, "mode": 0},
    ),
    Step(
        "In training",
        "In training μ and σ come from the batch (diamonds): an output depends on the other examples, which no fixed "
        "layer can do. Folding holds in evaluation.",
        {"fold": 0, "mode": 1},
    ),
)
_COLORS = {"light": {"training": "#1f2328"}, "dark": {"training": "#f0f3f6"}}


@remembered
def outputs(frame: pd.DataFrame) -> Family:
    """The ten outputs of the first `EXAMPLES` test examples, and the answers; `frame` is `Folding`."""
    part = frame[(frame["norm"] == "batch") & (frame["example"] < EXAMPLES)].sort_values(["example", "digit"])
    arrays = {kind: part[kind].to_numpy().reshape(EXAMPLES, -1) for kind in KINDS}
    answers = {f"answer_{kind}": np.argmax(values, axis=1) for kind, values in arrays.items()}
    label = part["label"].to_numpy().reshape(EXAMPLES, -1)[:, 0]
    return Family({"example": range(1, EXAMPLES + 1)}, {**arrays, **answers, "label": label})


def folding(frame: pd.DataFrame, styles: Sequence[RunStyle], layers: int) -> Scene:
    """Bars of batch norm's outputs, dots of the folded network's, and the boxes of `layers` hidden layers.

    `styles` are those of batch norm and of a plain network.
    """
    found = outputs(frame)
    values = np.concatenate([found.arrays[kind] for kind in KINDS])
    batch, plain = styles
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[
            [
                Panel(
                    "outputs",
                    "Outputs of the network",
                    Axis(-0.5, 9.5, "digit that the output stands for", ticks=[*range(10)]),
                    Axis(floor(values.min()) - 1, ceil(values.max()) + 1, "output (logit)"),
                ),
                Panel("network", "", Axis(0, 1), above=434, below=30, bare=True),
            ]
        ],
        marks=[
            series("outputs", "original", color="batch"),
            series("outputs", "training", color="training", look="diamond", when="mode"),
            series("outputs", "folded", color="none", look="disc", when="fold"),
            saying("outputs", "test example {example:whole}: a {label:whole}", (0.03, 0.06), strong=True),
            saying("outputs", "batch norm's answer: {answer_original:whole}", (0.03, 0.13), color="batch"),
            saying("outputs", "folded: {answer_folded:whole}", (0.62, 0.13), color="none", when="fold"),
            saying("outputs", "in training mode: {answer_training:whole}", (0.03, 0.2), color="training", when="mode"),
            blocks("network", layers, "fold", color="batch", plain="none"),
        ],
        colors={
            "light": {**_COLORS["light"], "batch": batch.color, "none": plain.color},
            "dark": {**_COLORS["dark"], "batch": batch.color_dark, "none": plain.color_dark},
        },
        steps=STEPS,
        alternative="Ten outputs of a network as bars, and its layers as boxes: W, batch norm, ReLU."
        "[fold:  Batch norm has slid into W.] Test example {example:whole}, a {label:whole}. Batch norm's answer is "
        "{answer_original:whole}[fold: , that of the folded network {answer_folded:whole}]"
        "[mode: , in training mode {answer_training:whole}].",
    )
