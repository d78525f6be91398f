"""What batch norm computes for one unit over one mini-batch: forward pass, backward pass, and what ε leaves.

Ordinary arithmetic on a handful of numbers, so that each can be followed by hand. The networks of the other lessons
are trained by the engine, with the same formulas on PyTorch's kernels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
import pandas as pd

from bnviz.kept import remembered

# Sixteen examples of three units: one that is far from 0, one whose spread is small, one with two groups.
START_BATCH = np.array(
    [
        [3.0, 10.2, -4.1],
        [6.5, 9.4, 3.8],
        [4.0, 10.8, -3.7],
        [8.0, 9.9, 4.3],
        [5.5, 10.5, 4.0],
        [2.0, 9.1, -4.4],
        [7.0, 10.0, 3.6],
        [4.5, 10.6, -3.9],
        [5.0, 9.7, 4.2],
        [6.0, 10.3, -4.0],
        [3.5, 9.6, -3.5],
        [9.0, 10.1, 3.9],
        [5.2, 9.3, -4.3],
        [4.8, 10.4, 4.1],
        [6.8, 9.8, -3.8],
        [2.6, 10.7, 3.7],
    ]
)
START_UPSTREAM = np.array([0.8, -0.3, 0.5, 1.1, -0.6, -0.9, 0.4, 0.2, -0.7, 0.9, 0.1, -1.0, 0.6, -0.2, 0.3, -0.4])
PYTORCH_REFUSAL = "Expected more than 1 value per channel when training"
# The largest difference from PyTorch's BatchNorm1d (float64) that the tests of this module let pass.
PYTORCH_TOLERANCE = 1e-12
STAYS = 0.01  # a change of y below this share of its distance from β counts as none


@dataclass(frozen=True)
class UnitBatch:
    """One unit over a mini-batch of B examples, and what batch norm applies to it.

    `values` are x [B], `upstream` is the gradient of the loss with respect to y [B]; no units. Raises ValueError
    for numbers that are not finite, lengths that differ, a negative `eps`, fewer than two examples, and equal
    values at `eps` = 0 (0/0).
    """

    values: tuple[float, ...]
    upstream: tuple[float, ...]
    gamma: float = 1.0
    beta: float = 0.0
    eps: float = 1e-5

    def __post_init__(self) -> None:
        if len(self.values) != len(self.upstream):
            raise ValueError(
                f"upstream has {len(self.upstream)} numbers for {len(self.values)} values; give one for each example."
            )
        if not all(isfinite(number) for number in (*self.values, *self.upstream, self.gamma, self.beta, self.eps)):
            raise ValueError("Every value must be a finite number; replace what is empty, infinite or not a number.")
        if self.eps < 0:
            raise ValueError(f"eps = {self.eps}: must be at least 0, because it is added to a variance.")
        if len(self.values) < 2:
            raise ValueError(f"{PYTORCH_REFUSAL}; use a batch of two or more.")
        if self.eps == 0 and self.constant:
            raise ValueError("All values are equal, so σ² = 0, and with ε = 0 batch norm divides 0 by 0; raise ε.")

    @property
    def constant(self) -> bool:
        """Whether all values are equal. Rounding in the mean would leave them a tiny variance."""
        return len(set(self.values)) == 1


@dataclass(frozen=True)
class Statistics:
    """What batch norm keeps of a batch. `scale` is √(σ² + ε); `unbiased` is σ²·B/(B − 1), for `running_var`."""

    mean: float
    var: float
    unbiased: float
    scale: float


def statistics(batch: UnitBatch) -> Statistics:
    """Mean, both variances and the divisor.

    μ = Σx/B, σ² = Σ(x − μ)²/B (biased: it normalizes), s = √(σ² + ε). Ioffe & Szegedy 2015, algorithm 1; the unbiased
    variance for the running statistics, section 3.1.
    """
    values = np.array(batch.values)
    mean = batch.values[0] if batch.constant else float(values.mean())
    var = float(np.mean((values - mean) ** 2))
    size = len(values)
    return Statistics(mean, var, var * size / (size - 1), sqrt(var + batch.eps))


@remembered
def forward(batch: UnitBatch) -> pd.DataFrame:
    """The forward pass, one row an example: example (from 1), x, centered, normalized, y.

    centered = x − μ, normalized x̂ = (x − μ)/√(σ² + ε), y = γ·x̂ + β. Ioffe & Szegedy 2015, algorithm 1.
    """
    found = statistics(batch)
    frame = pd.DataFrame({"example": np.arange(1, len(batch.values) + 1), "x": batch.values})
    frame["centered"] = frame["x"] - found.mean
    frame["normalized"] = frame["centered"] / found.scale
    frame["y"] = batch.gamma * frame["normalized"] + batch.beta
    return frame


@remembered
def backward(batch: UnitBatch) -> pd.DataFrame:
    """The backward pass in its parts, one row an example.

    Columns: example, normalized (x̂), upstream (dy), mean_part, along_part, rest, dx.
    mean_part = −mean(dy) is the path through μ, along_part = −x̂·mean(dy·x̂) the path through σ²; rest is
    dy plus both, and dx = γ/√(σ² + ε)·rest. Ioffe & Szegedy 2015, section 3, the gradients after algorithm 1.
    """
    frame = forward(batch)[["example", "normalized"]].assign(upstream=batch.upstream)
    frame["mean_part"] = -frame["upstream"].mean()
    frame["along_part"] = -frame["normalized"] * (frame["upstream"] * frame["normalized"]).mean()
    frame["rest"] = frame["upstream"] + frame["mean_part"] + frame["along_part"]
    frame["dx"] = batch.gamma / statistics(batch).scale * frame["rest"]
    return frame


@dataclass(frozen=True)
class GradientSums:
    """What is left of the gradient: Σdx, Σdx·x̂, and shares between 0 and 1.

    `left_along` is the share of the component along x̂ that stays, ε/(σ² + ε). `kept` is ‖rest‖²/‖dy‖² (0 if dy is 0),
    and `expected` its average over random dy: of B directions the mean goes, and of x̂ the square of `left_along` stays.
    """

    total: float
    along: float
    left_along: float
    kept: float
    expected: float


@remembered
def gradient_sums(batch: UnitBatch) -> GradientSums:
    """Measure what the backward pass removes. At ε = 0 both sums are 0; with ε, Σdx·x̂ keeps `left_along` of itself."""
    frame, found = backward(batch), statistics(batch)
    before, size = float((frame["upstream"] ** 2).sum()), len(batch.values)
    left_along = batch.eps / (found.var + batch.eps)
    return GradientSums(
        total=float(frame["dx"].sum()),
        along=float((frame["dx"] * frame["normalized"]).sum()),
        left_along=left_along,
        kept=float((frame["rest"] ** 2).sum()) / before if before else 0.0,
        # (B − 2 + (ε/(σ² + ε))²)/B
        expected=(size - 2 + left_along**2) / size,
    )


def guessed(batch: UnitBatch, guess: int) -> list[float]:
    """Where every y goes when every x is doubled, by the guess with this number among `verdicts.GUESSES`.

    It doubles, stays, or is halved; "less than double" is drawn half as far again from β.
    """
    y, beta = forward(batch)["y"], batch.beta
    return [2 * y, y, y / 2, beta + 1.5 * (y - beta)][guess].tolist()


@dataclass(frozen=True)
class Doubling:
    """What doubling every value does: the new mean, the old and new divisor, y before and after, its growth from β."""

    mean: float
    scale_before: float
    scale_after: float
    before: tuple[float, ...]
    after: tuple[float, ...]
    growth: float
    largest_change: float
    stays: bool
    doubles: bool


@remembered
def doubling(batch: UnitBatch) -> Doubling:
    """Double every x and compute y again.

    The distance of y from β grows by 2√(σ² + ε)/√(4σ² + ε): 1 at ε = 0, at most 2. Ioffe & Szegedy 2015,
    section 3.3. `stays` tells whether no y moves by more than `STAYS` of the largest distance, `doubles` whether
    every y is as near to its double.
    """
    doubled = UnitBatch(tuple(2 * x for x in batch.values), batch.upstream, batch.gamma, batch.beta, batch.eps)
    old, new = statistics(batch), statistics(doubled)
    before, after = forward(batch)["y"], forward(doubled)["y"]
    change, near = float((after - before).abs().max()), STAYS * float((before - batch.beta).abs().max())
    return Doubling(
        mean=new.mean,
        scale_before=old.scale,
        scale_after=new.scale,
        before=tuple(before),
        after=tuple(after),
        growth=2 * old.scale / new.scale,
        largest_change=change,
        stays=change <= near,
        doubles=float((after - 2 * before).abs().max()) <= near,
    )


@dataclass(frozen=True)
class Gap:
    """The widest gap between neighboring values that has a quarter of the batch on either side.

    `before` and `after` are its width in standard deviations of x and of x̂: a straight line cannot change it.
    """

    below: int
    above: int
    before: float
    after: float

    @property
    def two_groups(self) -> bool:
        """Whether the gap is wider than one standard deviation, which leaves two groups."""
        return self.before > 1


@remembered
def widest_gap(batch: UnitBatch) -> Gap | None:
    """Measure whether the values fall into two groups, before and after standardizing; None below four examples."""
    size = len(batch.values)
    quarter = -(-size // 4)
    if size < 4 or batch.constant:
        return None
    frame = forward(batch)
    ordered = np.sort(frame[["x", "normalized"]].to_numpy(), axis=0)
    gaps = np.diff(ordered, axis=0) / ordered.std(axis=0)
    below = quarter + int(gaps[quarter - 1 : size - quarter, 0].argmax())
    return Gap(below, size - below, *(float(gap) for gap in gaps[below - 1]))


@dataclass(frozen=True)
class RunningUpdate:
    """Running mean and variance after one batch, from PyTorch's start of 0 and 1."""

    mean: float
    var: float


@remembered
def running_update(batch: UnitBatch, momentum: float = 0.1) -> RunningUpdate:
    """Update running statistics with this batch.

    new = (1 − momentum)·old + momentum·batch: `momentum` is the weight of the new batch, as in PyTorch, and the
    variance is the unbiased one. Libraries that write 0.9 for the same update name the weight of the old value.
    """
    found = statistics(batch)
    return RunningUpdate(momentum * found.mean, (1 - momentum) + momentum * found.unbiased)
