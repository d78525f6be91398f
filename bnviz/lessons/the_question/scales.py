"""The networks of the race from smaller and larger initial weights."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.lessons.why_not_affine.curves import CurveTask
from bnviz.norms import NORMS

SCALES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Factors on the usual spread of the initial weights, √(1/fan-in)."""

NETWORKS = len(SCALES) * len(NORMS_IN_RACE)

LEARNED = 0.5
"""Test accuracy above which a network has learned something: guessing gives 0.1."""


def scale_tasks(seed: int) -> list[CurveTask]:
    """A task for each normalization of the race, in its order: its network from every one of `SCALES`."""
    return [CurveTask(race([norm], seed), (("init_scale", SCALES),)) for norm in NORMS_IN_RACE]


def reach(rows: Mapping[str, pd.DataFrame]) -> str:
    """Say from how many scales the networks learn; `rows` of a normalization hold one network a scale.

    Before all have rows, say what is trained.
    """
    if len(rows) < len(NORMS_IN_RACE):
        return (
            f"{NETWORKS} networks: of each kind {len(SCALES)}, from weights × {SCALES[0]:g} to × {SCALES[-1]:g}, for "
            f"{race().steps} updates each. They are trained once the slider is moved, or a step above is chosen."
        )
    counts = [
        f"{NORMS[norm].label} from {int((found['test_accuracy'] > LEARNED).sum())}" for norm, found in rows.items()
    ]
    return (
        f"Test accuracy above {LEARNED:g} after the {race().steps} updates of this run, of {len(SCALES)} scales: "
        f"{', '.join(counts)}."
    )
