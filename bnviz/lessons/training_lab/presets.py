"""Experiments of the lab that are worth a look, each with what to look for."""

from __future__ import annotations

from dataclasses import dataclass

from bnviz.experiment import Experiment, Intervention, Run
from bnviz.lessons.the_question.race import RACE


@dataclass(frozen=True)
class Preset:
    """A named experiment and one sentence that tells the reader where to look, without saying how it ends."""

    name: str
    look: str
    experiment: Experiment


WHERE_LITTLE_IS_GAINED = Experiment(standardize=True, runs=(Run(norm="none"), Run(norm="affine"), Run(norm="batch")))

PRESETS: tuple[Preset, ...] = (
    Preset(
        "A kick to the weights",
        "At step 300 all hidden weights are multiplied by 10. Compare the training loss before and after; the test "
        "accuracy of batch norm uses running statistics, which take some steps to catch up.",
        Experiment(
            steps=600,
            runs=(Run(norm="none"), Run(norm="batch")),
            interventions=(Intervention(step=300, factor=10.0),),
        ),
    ),
    Preset(
        "The race of the first page",
        "Five hidden layers of sigmoids. Look at the last layers: where do their values lie, and do they move?",
        RACE,
    ),
    Preset(
        "Points far from the origin",
        "Both coordinates of the spirals are shifted by 5. Watch the decision regions. Then set the offset to 0 (under "
        "“More about data”) and train again: how much of the difference does centering the data take away?",
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
        "Three layers of ReLUs, a good initialization, standardized inputs. Look at the test accuracy: is there a "
        "difference that matters?",
        WHERE_LITTLE_IS_GAINED,
    ),
    Preset(
        "Batches of four",
        "With four examples the batch's mean and variance are poor estimates. Compare batch norm in training and on "
        "the test set with layer norm, which does not look across the batch.",
        Experiment(batch_size=4, runs=(Run(norm="none"), Run(norm="batch"), Run(norm="layer"))),
    ),
    Preset(
        "Statistics taken for constants",
        "On the first batch all three compute the same. The second run leaves μ and σ out of the gradient, "
        "the third keeps the first batch's μ and σ forever. Compare the losses.",
        Experiment(widths=(64,) * 6, runs=(Run(norm="batch"), Run(norm="batch_detached"), Run(norm="batch_frozen"))),
    ),
)


def preset_of(experiment: Experiment) -> Preset | None:
    """Return the preset that this experiment is, or None."""
    return next((preset for preset in PRESETS if preset.experiment == experiment), None)
