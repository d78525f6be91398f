"""A neuron with two weights: its loss over their plane, and the walks of gradient descent on it.

Ordinary arithmetic on two numbers, so that the whole landscape can be seen: no engine run has only two weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bnviz.kept import remembered

Floats = NDArray[np.float64]

NORMS = ("none", "batch")
RATES = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 10.0)
UPDATES = 60
EXAMPLES = 200
REACH = 4.0  # the plane is drawn from −REACH to REACH on both axes
SHORTEST = 0.1  # and lengths from here, a factor of 40 below REACH; at 0 batch norm has no direction to keep
RAY = np.geomspace(SHORTEST, REACH, 41)
_POINTS = 0x706C616E


@dataclass(frozen=True)
class Neuron:
    """y = w·u (plain) or y = (w·u − μ)/σ (batch norm, ε = 0, γ = 1, β = 0) on inputs u `[n, 2]`, targets t `[n]`.

    The loss is L = ½·mean((y − t)²), without unit. γ and β stay as they are, so that w is all there is to see.
    """

    norm: str
    inputs: Floats
    targets: Floats

    def loss(self, weights: Floats) -> Floats:
        """L at weights `[…, 2]`; NaN at w = 0 with batch norm, where every output is the same."""
        return 0.5 * ((self._outputs(weights)[0] - self.targets) ** 2).mean(-1)

    def gradient(self, weight: Floats) -> Floats:
        """∂L/∂w `[2]` at one weight `[2]`."""
        output, std = self._outputs(weight)
        # ∂L/∂y = (y − t)/n
        upstream = (output - self.targets) / len(self.targets)
        if self.norm == "batch":
            # ∂L/∂z = (dy − mean(dy) − y·mean(dy·y))/σ
            upstream = (upstream - upstream.mean() - output * (upstream * output).mean()) / std
        return upstream @ self.inputs

    def _outputs(self, weights: Floats) -> tuple[Floats, Floats]:
        """y `[…, n]` and σ `[…, 1]`."""
        z = weights @ self.inputs.T
        std = z.std(-1, keepdims=True)
        if self.norm == "none":
            return z, std
        with np.errstate(invalid="ignore"):
            return (z - z.mean(-1, keepdims=True)) / std, std


def neurons(seed: int) -> tuple[Neuron, ...]:
    """A plain and a batch-norm neuron before the same 200 examples, in the order of `NORMS`.

    Inputs are Gaussian with sd 1 and 0.6 and correlation 0.5. Targets lie on a straight line of the inputs plus noise,
    shifted and scaled to mean 0 and variance 1: what both kinds of neuron can fit equally well, but for the noise.
    """
    generator = np.random.default_rng([seed, _POINTS])
    inputs = generator.standard_normal((EXAMPLES, 2)) @ np.array([[1.0, 0.3], [0.0, 0.52]])
    inputs -= inputs.mean(0)
    targets = inputs @ np.array([0.9, 1.1]) + 0.3 * generator.standard_normal(EXAMPLES)
    targets = (targets - targets.mean()) / targets.std()
    return tuple(Neuron(norm, inputs, targets) for norm in NORMS)


def examples_of(seed: int) -> dict[str, float]:
    """What the examples are to both losses, for the live figure.

    S = mean(u·uᵀ) as s11, s12, s22, c = mean(t·u) as c1, c2, and mean(t²) as tt. With these, plain:
    L = ½(w·S·w − 2c·w + tt); batch norm: L = ½(1 + tt) − c·w/√(w·S·w). Inputs and targets have mean 0.
    """
    neuron = neurons(seed)[0]
    count = len(neuron.targets)
    moments, along = neuron.inputs.T @ neuron.inputs / count, neuron.targets @ neuron.inputs / count
    entries = {"s11": moments[0, 0], "s12": moments[0, 1], "s22": moments[1, 1], "c1": along[0], "c2": along[1]}
    return {name: float(value) for name, value in {**entries, "tt": (neuron.targets**2).mean()}.items()}


@dataclass(frozen=True)
class Walks:
    """Gradient descent w' = w − η·∂L/∂w of both neurons from one start, given by its angle (degrees) and length."""

    length: float = 2.0
    angle: float = 170.0
    lr: float = 0.3
    seed: int = 0
    updates: int = UPDATES

    def compute(self) -> pd.DataFrame:
        """The walks: one row for each neuron and step.

        run, norm   0 "none", 1 "batch"
        step        updates so far
        w1, w2      the weights
        angle       of w from the first axis, degrees, from 0 to 360
        length      ‖w‖
        loss        L at w
        along_ray   largest minus smallest L at the lengths `RAY` in the direction of w
        A walk that leaves the range of numbers ends with its last finite row.
        """
        start = self.length * np.array([np.cos(np.radians(self.angle)), np.sin(np.radians(self.angle))])
        blocks = [
            self._walk(neuron, start).assign(run=run, norm=neuron.norm) for run, neuron in enumerate(neurons(self.seed))
        ]
        return pd.concat(blocks, ignore_index=True)

    def _walk(self, neuron: Neuron, start: Floats) -> pd.DataFrame:
        path = [start]
        for _ in range(self.updates):
            # w' = w − η·∂L/∂w
            path.append(path[-1] - self.lr * neuron.gradient(path[-1]))
            if not np.abs(path[-1]).max() < 1e100:
                path.pop()
                break
        weights = np.array(path)
        length = np.hypot(*weights.T)
        rays = (weights / length[:, None])[:, None, :] * RAY[:, None]
        return pd.DataFrame(
            {
                "step": range(len(path)),
                "w1": weights[:, 0],
                "w2": weights[:, 1],
                "angle": np.degrees(np.arctan2(weights[:, 1], weights[:, 0])) % 360,
                "length": length,
                "loss": neuron.loss(weights),
                "along_ray": np.ptp(neuron.loss(rays), axis=-1),
            }
        )


@remembered
def walked(walks: Walks) -> pd.DataFrame:
    """The frame of `walks`, kept for those who ask for the same."""
    return walks.compute()


@remembered
def state(frame: pd.DataFrame, norm: str, step: int) -> pd.Series:
    """Where a walk is after `step` updates, or where it ended before; a row of the frame of :class:`Walks`."""
    walk = frame[(frame["norm"] == norm) & (frame["step"] <= step)]
    if walk.empty:
        raise ValueError(f"norm, step = {norm!r}, {step!r}: must be in the frame; choose a norm of NORMS.")
    return walk.iloc[-1]
