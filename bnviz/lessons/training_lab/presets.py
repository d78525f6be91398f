"""Experiments of the lab that are worth a look, each with what to look for."""

from __future__ import annotations

from dataclasses import dataclass

from bnviz.experiment import Experiment, Intervention, Run
from bnviz.lessons.the_question.race import RACE


@dataclass(frozen=True)
class Preset:
    """A named experiment, a question that tells the reader where to look, and what it takes to read the answer."""

    name: str
    look: str
    note: str
    experiment: Experiment


WHERE_LITTLE_IS_GAINED = Experiment(standardize=True, runs=(Run(norm="none"), Run(norm="affine"), Run(norm="batch")))

PRESETS: tuple[Preset, ...] = (
    Preset(
        "A kick to the weights",
        "What does the kick at step 300 do to each training loss?",
        "Batch norm is tested with running averages of μ and σ², which take some steps to catch up.",
        Experiment(
            steps=600,
            runs=(Run(norm="none"), Run(norm="batch")),
            interventions=(Intervention(step=300, factor=10.0),),
        ),
    ),
    Preset(
        "The race of the first page",
        "In the last layers: where do the values lie, and do they move?",
        "Five hidden layers of sigmoids.",
        RACE,
    ),
    Preset(
        "Points far from the origin",
        "How do the decision regions come to the points?",
        "Both coordinates are shifted by 5. Set that offset to 0 and train again: how much of the difference does "
        "centering the data take away?",
        Experiment(
            dataset="spirals",
            widths=(32, 32, 32),
            offset=5.0,
            steps=1000,
            runs=(Run(norm="none"), Run(norm="affine"), Run(norm="batch")),
        ),
    ),
    Preset(
        "Where little is gained",
        "Is there a difference in test accuracy that matters?",
        "Three layers of ReLUs, a good initialization, standardized inputs.",
        WHERE_LITTLE_IS_GAINED,
    ),
    Preset(
        "Statistics taken for constants",
        "All three compute the same on the first batch. Which losses fall?",
        "The second run leaves μ and σ out of the gradient, the third keeps the first batch's μ and σ forever.",
        Experiment(widths=(64,) * 6, runs=(Run(norm="batch"), Run(norm="batch_detached"), Run(norm="batch_frozen"))),
    ),
    Preset(
        "Batches of two",
        "Whose test accuracy stays behind?",
        "The mean and variance of two examples say little about those of all, which batch norm is tested with. Layer "
        "norm does not look across the batch.",
        Experiment(batch_size=2, runs=tuple(Run(norm=norm, lr=0.03) for norm in ("none", "batch", "layer"))),
    ),
    Preset(
        "Layer norm, ten layers",
        "How near does layer norm come to the test accuracy of batch norm?",
        "Layer norm takes mean and variance over the units of one example, and so needs no batch.",
        Experiment(
            widths=(64,) * 10, steps=400, runs=tuple(Run(norm=norm, lr=0.2) for norm in ("none", "batch", "layer"))
        ),
    ),
    Preset(
        "A better start",
        "What do larger initial weights do for the plain network of sigmoids?",
        "In the second run the initial weights are eight times as large, and nothing is normalized.",
        Experiment(
            widths=(64,) * 5,
            activation="sigmoid",
            runs=(
                Run(norm="none", lr=0.5),
                Run(norm="none", lr=0.5, init_scale=8.0, label="plain, weights × 8"),
                Run(norm="batch", lr=0.5),
            ),
        ),
    ),
    Preset(
        "Two half circles",
        "Is there anything left to gain?",
        "Two narrow layers, and inputs about as large as 1.",
        Experiment(dataset="moons", widths=(16, 16), runs=(Run(norm="none"), Run(norm="batch"))),
    ),
    Preset(
        "Wrong labels",
        "Whose training loss is lower, and whose test accuracy is higher?",
        "Of the labels of 400 training examples 40 % are drawn anew at random. A run whose training loss is near "
        "zero has learned the wrong ones as well.",
        Experiment(label_noise=0.4, n_train=400, runs=(Run(norm="none"), Run(norm="batch"))),
    ),
)


def preset_of(experiment: Experiment) -> Preset | None:
    """Return the preset that this experiment is, or None."""
    return next((preset for preset in PRESETS if preset.experiment == experiment), None)
