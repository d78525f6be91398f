"""The last line that both tricks share, z = σ·ε + m and y = γ·x̂ + β, on a handful of numbers that can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

SIZE = 10  # examples of a batch, and draws of ε
ROLLS = 12  # rolls of the die
BATCHES = 6
START_TURN, TURN = 20.0, 60.0  # degrees: where w begins, and the turn that is asked about
_CENTER, _SPREAD = (1.2, 0.4), (1.0, 0.7)  # of the two features


class Shown(NamedTuple):
    """One setting: what is drawn or computed, and what the last line makes of it, each of the length `SIZE`."""

    noise: Numbers
    z: Numbers
    x: Numbers
    normalized: Numbers
    y: Numbers


@dataclass(frozen=True)
class LastLine:
    """ε from rolls of a die, beside x̂ = (x − μ)/σ with x = Uw of one unit on a batch U of two features.

    The first example is in every batch; the others are drawn with the batch.
    """

    seed: int = 0

    @cached_property
    def draws(self) -> Numbers:
        """ε ~ N(0, 1) of every roll, `[roll, draw]`, with two decimals."""
        generator = np.random.default_rng([self.seed, 11])
        return generator.standard_normal((ROLLS, SIZE)).round(2)

    @cached_property
    def batches(self) -> Numbers:
        """Every batch, `[batch, example, feature]`, with two decimals."""
        generator = np.random.default_rng([self.seed, 12])
        batches = np.array(_CENTER) + np.array(_SPREAD) * generator.standard_normal((BATCHES, SIZE, 2))
        batches[:, 0] = batches[0, 0]
        return batches.round(2)

    def at(
        self,
        roll: int = 1,
        batch: int = 1,
        turn: float = START_TURN,
        length: float = 1.0,
        scale: float = 1.0,
        shift: float = 0.0,
    ) -> Shown:
        """What is shown; `roll` and `batch` count from 1, and `turn` is the direction of w in degrees.

        x = U·w, x̂ = (x − μ)/σ, y = γ·x̂ + β; z = σ·ε + m with the same two numbers.
        """
        w = length * np.array([cos(radians(turn)), sin(radians(turn))])
        noise, x = self.draws[roll - 1], self.batches[batch - 1] @ w
        normalized = (x - x.mean()) / x.std()
        return Shown(noise, scale * noise + shift, x, normalized, scale * normalized + shift)

    @cached_property
    def strangest(self) -> int:
        """The number of the batch in which the first example has the x̂ that is farthest from that in batch 1."""
        own = [self.at(batch=number).normalized[0] for number in range(1, BATCHES + 1)]
        return 1 + int(np.argmax(np.abs(np.array(own) - own[0])))

    def moved_by_a_turn(self, by: float = TURN) -> tuple[float, float]:
        """How far the x̂ and the ε that move most move, if w turns by so many degrees."""
        before, after = self.at(), self.at(turn=START_TURN + by)
        return (
            float(np.abs(after.normalized - before.normalized).max()),
            float(np.abs(after.noise - before.noise).max()),
        )
