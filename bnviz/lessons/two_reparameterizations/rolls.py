"""A few draws at a time, and both estimates of a gradient from each: what can be seen arrow by arrow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates

Numbers = npt.NDArray[np.float64]

ROLLS = 40
DRAWS = (1, 4, 16, 64)  # of a roll
START_DRAWS = 16
REACH = 2.0  # of the picture, in root mean squares of the wider estimator's arrows


class Arrows(NamedTuple):
    """One roll: its draws, and what either estimator makes of each, `[draw]`; and its mean for every roll, `[roll]`."""

    z: Numbers
    score: Numbers
    pathwise: Numbers
    score_estimates: Numbers
    pathwise_estimates: Numbers
    reach: float


@dataclass(frozen=True)
class Rolls:
    """Rolls of a die, each with ε ~ N(0, 1) for as many draws as there may be."""

    seed: int = 0

    @cached_property
    def draws(self) -> Numbers:
        """ε of every roll, `[roll, draw]`, with two decimals."""
        return np.random.default_rng([self.seed, 13]).standard_normal((ROLLS, max(DRAWS))).round(2)

    def at(self, task: GradientEstimates, roll: int = 1) -> Arrows:
        """What both estimators make of the first draws of each roll; `roll` counts from 1.

        Score function f(z)·(z − μ)/σ², pathwise f′(z), with z = μ + σε; an estimate is the mean over a roll.
        """
        score, pathwise = task.of_draws(self.draws[:, : task.samples])
        # The scale of the picture is that of all draws, so that it stays when fewer are shown.
        sizes = [np.sqrt((each**2).mean()) for each in task.of_draws(self.draws)]
        return Arrows(
            task.mean + task.sd * self.draws[roll - 1, : task.samples],
            score[roll - 1],
            pathwise[roll - 1],
            score.mean(axis=1),
            pathwise.mean(axis=1),
            REACH * float(max(sizes)),
        )
