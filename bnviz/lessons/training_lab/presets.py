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
        "The test accuracy of batch norm uses running statistics, which take some steps to catch up.",
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
        "Batches of four",
        "How far do the accuracies on the batch and on the test set part?",
        "With four examples the batch's mean and variance are poor estimates. Layer norm does not look across the "
        "batch.",
        Experiment(batch_size=4, runs=(Run(norm="none"), Run(norm="batch"), Run(norm="layer"))),
    ),
    Preset(
        "Statistics taken for constants",
        "All three compute the same on the first batch. Which losses fall?",
        "The second run leaves μ and σ out of the gradient, the third keeps the first batch's μ and σ forever.",
        Experiment(widths=(64,) * 6, runs=(Run(norm="batch"), Run(norm="batch_detached"), Run(norm="batch_frozen"))),
    ),
)


def preset_of(experiment: Experiment) -> Preset | None:
    """Return the preset that this experiment is, or None."""
    return next((preset for preset in PRESETS if preset.experiment == experiment), None)
