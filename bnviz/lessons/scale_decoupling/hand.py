"""One w of two weights, made ten times as long: what a plain and a batch-norm neuron notice of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.linalg import eigvalsh, norm

from bnviz.kept import remembered
from bnviz.lessons.same_functions.plane import examples_of, neurons

FROM, TIMES = 0.4, 10.0
"""The length of w before, and the factor."""
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


class Longer(NamedTuple):
    """What became of one neuron's loss and gradient when w was made `TIMES` as long.

    loss_before, loss_after           without unit
    gradient_before, gradient_after   ‖∂L/∂w‖
    """

    loss_before: float
    loss_after: float
    gradient_before: float
    gradient_after: float

    @property
    def gradient_ratio(self) -> float:
        """‖∂L/∂w‖ of the longer w over that before."""
        return self.gradient_after / self.gradient_before


@remembered
def longer(angle: float, seed: int) -> tuple[Longer, Longer]:
    """Of the plain and of the batch-norm neuron, w at this angle (degrees)."""
    direction = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    plain, batch = (
        Longer(
            *(float(neuron.loss(length * direction)) for length in (FROM, TIMES * FROM)),
            *(float(norm(neuron.gradient(length * direction))) for length in (FROM, TIMES * FROM)),
        )
        for neuron in neurons(seed)
    )
    return plain, batch


def largest_stable_rate(seed: int) -> float:
    """2/λmax, λmax the largest curvature of the plain loss, whose Hessian is S: above it gradient descent diverges."""
    of = examples_of(seed)
    return float(2 / eigvalsh([[of["s11"], of["s12"]], [of["s12"], of["s22"]]])[-1])
