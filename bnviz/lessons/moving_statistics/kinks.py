"""Where sixteen ReLU units of a first layer bend, while the cloud of their inputs moves in the plane.

Ordinary arithmetic, which the browser does too while a hand moves the cloud (`ui/live/sums/kinks.js`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.kept import remembered

Floats = NDArray[np.float64]

POINTS, UNITS = 200, 16
REACH = 8.0  # the plane is drawn from −REACH to REACH on both axes
_KINKS = 0x6B696E6B73


@dataclass(frozen=True)
class Layer:
    """A cloud `[200, 2]`, mean 0 and spread 1 along both axes; weights `[16, 2]` of length 1, β `[16]`, γ = 1."""

    cloud: Floats
    weights: Floats
    beta: Floats

    def to_dict(self) -> dict[str, Any]:
        """As the browser is sent it."""
        return {"cloud": self.cloud.tolist(), "weights": self.weights.tolist(), "beta": self.beta.tolist()}


@remembered
def layer_of(seed: int) -> Layer:
    """Draw a cloud and a layer."""
    generator = np.random.default_rng([_KINKS, seed])
    cloud = generator.standard_normal((POINTS, 2))
    cloud = (cloud - cloud.mean(0)) / cloud.std(0)
    angles = generator.uniform(0, 2 * np.pi, UNITS)
    weights = np.column_stack([np.cos(angles), np.sin(angles)])
    return Layer(cloud, weights, 0.5 * generator.standard_normal(UNITS))


@dataclass(frozen=True)
class Kinks:
    """The cloud around (`x`, `y`); `radius` is two standard deviations along each axis."""

    x: float = 0.0
    y: float = 0.0
    radius: float = 2.0

    def cloud(self, seed: int = 0) -> Floats:
        """The points, `[200, 2]`."""
        return np.array([self.x, self.y]) + self.radius / 2 * layer_of(seed).cloud

    def lines(self, norm: str, seed: int = 0) -> Floats:
        """Each unit bends where w·x has this value, `[16]`: with y = (w·x − μ)/σ + β that is μ − σ·β.

        Batch norm takes μ and σ from the cloud as it is, γx + β from the cloud at rest, to which it was fitted.
        """
        layer = layer_of(seed)
        sums = (self.cloud(seed) if norm == "batch" else layer.cloud) @ layer.weights.T
        return sums.mean(0) - sums.std(0) * layer.beta

    def sides(self, norm: str, seed: int = 0) -> dict[str, int]:
        """How many units bend within the cloud, are 0 for all of it (dead), or straight for all of it."""
        above = self.cloud(seed) @ layer_of(seed).weights.T > self.lines(norm, seed)
        dead, straight = int((~above.any(0)).sum()), int(above.all(0).sum())
        return {"bent": UNITS - dead - straight, "dead": dead, "straight": straight}
