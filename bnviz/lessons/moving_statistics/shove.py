"""One unit whose inputs are shoved, stretched and reshaped: what reaches its output with γx + β and with batch norm.

Ordinary arithmetic on 256 numbers, which the browser does too while a hand moves them (`ui/live/sums/shove.js`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.kept import remembered

Floats = NDArray[np.float64]

EXAMPLES = 256
SIZES = (4, 16, 64, EXAMPLES)
BATCHES = 12  # of each size
EPS = 1e-5
KEPT = 0.9  # of a running average at each batch; PyTorch's momentum is the rest
_SHOVE = 0x73686F7665
# Mean and spread of the three groups before and after the shape has changed.
_FIRST = ((-1.3, 0.45), (0.0, 0.45), (1.3, 0.45))
_LAST = ((1.1, 0.3), (-1.2, 0.3), (0.1, 0.9))


@dataclass(frozen=True)
class Inputs:
    """What a unit gets from 256 examples of three groups, before and after the shape has changed.

    group         `[256]`, 0 to 2
    first, last   `[256]`, not yet standardized
    batches       size → `[12, size]`, places of the examples of a batch; example 0 is in each of them
    """

    group: NDArray[np.int64]
    first: Floats
    last: Floats
    batches: dict[int, NDArray[np.int64]]

    def to_dict(self) -> dict[str, Any]:
        """As the browser is sent it; batches of all examples need no list."""
        lists = {str(size): places.tolist() for size, places in self.batches.items() if size < EXAMPLES}
        return {"group": self.group.tolist(), "first": self.first.tolist(), "last": self.last.tolist()} | {
            "batches": lists,
            "count": BATCHES,
        }


@remembered
def inputs_of(seed: int) -> Inputs:
    """Draw the examples and their batches."""
    generator = np.random.default_rng([_SHOVE, seed])
    group = np.arange(EXAMPLES) % 3
    drawn = generator.standard_normal((2, EXAMPLES))
    first, last = (
        np.round(np.array(groups)[group, 0] + np.array(groups)[group, 1] * noise, 3)
        for groups, noise in zip((_FIRST, _LAST), drawn, strict=True)
    )
    others = np.arange(1, EXAMPLES)
    batches = {
        size: np.array([[0, *generator.permutation(others)[: size - 1]] for _ in range(BATCHES)]) for size in SIZES
    }
    return Inputs(group, first, last, batches)


@dataclass(frozen=True)
class Shove:
    """Where a hand has put the inputs, and what γ, β and the batch are.

    mean, sd     of all 256 inputs; γ and β were fitted where these were 0 and 1
    shape        0 as it was, 1 as it has become
    size         of the batch, one of `SIZES`; number, from 1, says which of `BATCHES`
    evaluating   1: batch norm takes running averages, `after` batches after the shove
    """

    mean: float = 0.0
    sd: float = 1.0
    shape: float = 0.0
    size: int = EXAMPLES
    number: int = 1
    gamma: float = 1.5
    beta: float = 0.5
    evaluating: int = 0
    after: float = 0.0

    def inputs(self, seed: int = 0) -> Floats:
        """x `[256]`."""
        given = inputs_of(seed)
        mixed = (1 - self.shape) * given.first + self.shape * given.last
        return self.mean + self.sd * (mixed - mixed.mean()) / mixed.std()

    def batch(self, number: int, seed: int = 0) -> NDArray[np.int64]:
        """Places of the examples of a batch of this size."""
        if self.size == EXAMPLES:
            return np.arange(EXAMPLES)
        return inputs_of(seed).batches[self.size][number - 1]

    def used(self, number: int, seed: int = 0) -> tuple[float, float]:
        """The mean that batch norm subtracts in a batch, and the standard deviation that it divides by, but for ε."""
        if not self.evaluating:
            own = self.inputs(seed)[self.batch(number, seed)]
            return float(own.mean()), float(own.std())
        # m ← 0.9·m + 0.1·μ from 0, v ← 0.9·v + 0.1·σ² from 1
        kept = KEPT**self.after
        return (1 - kept) * self.mean, float(np.sqrt(kept + (1 - kept) * self.sd**2))

    def outputs(self, norm: str, number: int | None = None, seed: int = 0) -> Floats:
        """y `[size]` of a batch, with `affine` or `batch`."""
        which = self.number if number is None else number
        own = self.inputs(seed)[self.batch(which, seed)]
        if norm == "affine":
            # y = γ·x + β
            return self.gamma * own + self.beta
        # y = γ·(x − μ)/√(σ² + ε) + β
        mean, sd = self.used(which, seed)
        return self.gamma * (own - mean) / np.sqrt(sd**2 + EPS) + self.beta

    def followed(self, norm: str, seed: int = 0) -> Floats:
        """y of example 0 in every batch of this size, `[12]`."""
        return np.array([self.outputs(norm, number, seed)[0] for number in range(1, BATCHES + 1)])
