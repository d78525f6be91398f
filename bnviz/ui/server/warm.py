"""What a fresh server prepares once the race is trained, while nobody waits: first figures of lessons, and presets."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bnviz.lessons.same_functions.folding import Folding
from bnviz.lessons.the_question.race import RACE
from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.lessons.two_reparameterizations.direction import TurnedWeights
from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates
from bnviz.lessons.two_reparameterizations.rolls import START_DRAWS
from bnviz.ui.server.training import prepare, training_queue
from bnviz.ui.server.work import Task

PRESETS_AT_HAND = 5
"""Presets of the lab, of the first ones: the recordings of all would fill half of what a small server keeps."""

# The default tasks of lessons that are seen first on their page and take less than about a second each; then presets.
FIRST_SIGHTS: tuple[Task, ...] = (
    Folding(),
    GradientEstimates(samples=START_DRAWS),
    TurnedWeights(),
    *(preset.experiment for preset in PRESETS[:PRESETS_AT_HAND] if preset.experiment != RACE),
)


def prepare_lessons(tasks: Sequence[Task] = FIRST_SIGHTS, pause: float = 0.5) -> None:
    """Work on the tasks one after the other, each only when no visitor's job is under way or in line.

    `pause` is the time between two looks at the queue, in seconds.
    """
    for task in tasks:
        while not training_queue().idle:
            time.sleep(pause)
        prepare(task)
