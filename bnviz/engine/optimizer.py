"""SGD with momentum and Adam over the flat vector, each run with its own rate, decay and choice of the two."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bnviz.engine.parameters import FlatVector, decays, learning_rates
from bnviz.experiment import Experiment, Run

BETA1, BETA2, ADAM_EPS = 0.9, 0.999, 1e-8


class Optimizer:
    """PyTorch's update rules on all runs at once.

    SGD   v ← momentum·v + g, w ← w − η·v, with g including λw (coupled L2).
    Adam  m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − η·m̂/(√v̂ + 1e-8) (Kingma & Ba 2015, algorithm 1).
    """

    def __init__(self, experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype):
        self.rate = learning_rates(experiment, runs, dtype)
        self.decay = decays(experiment, runs, dtype).flat if any(run.weight_decay for run in runs) else None
        self.momentum = self._spread(experiment, [run.momentum for run in runs], dtype)
        self.velocity = torch.zeros_like(self.rate.flat) if any(run.momentum for run in runs) else None
        self.adam = [run.optimizer == "adam" for run in runs]
        self.is_adam = self._spread(experiment, [float(chosen) for chosen in self.adam], dtype).bool()
        self.first = torch.zeros_like(self.rate.flat) if any(self.adam) else None
        self.second = torch.zeros_like(self.rate.flat) if any(self.adam) else None
        self.updates = 0

    @staticmethod
    def _spread(experiment: Experiment, values: list[float], dtype: torch.dtype) -> Tensor:
        """A flat vector that holds each run's value at all of its parameters."""
        vector = FlatVector(experiment, len(values), dtype)
        for k, value in enumerate(values):
            for part in vector.of_run(k):
                part.fill_(value)
        return vector.flat

    def step(self, parameters: Tensor, gradient: Tensor) -> None:
        """Update `parameters` in place; `gradient` is used up. Both are flat."""
        if self.decay is not None:
            gradient.addcmul_(self.decay, parameters)
        direction = gradient
        if self.velocity is not None:
            direction = self.velocity.mul_(self.momentum).add_(gradient)
        if self.first is not None and self.second is not None:
            adam = self._adam_direction(gradient, self.first, self.second)
            direction = adam if all(self.adam) else torch.where(self.is_adam, adam, direction)
        parameters.addcmul_(self.rate.flat, direction, value=-1)

    def _adam_direction(self, gradient: Tensor, first: Tensor, second: Tensor) -> Tensor:
        self.updates += 1
        first.mul_(BETA1).add_(gradient, alpha=1 - BETA1)
        second.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        scale = (second / (1 - BETA2**self.updates)).sqrt_().add_(ADAM_EPS)
        return (first / (1 - BETA1**self.updates)).div_(scale)

    def stop_run(self, k: int) -> None:
        """Freeze run k, which diverged: its rates become 0 and its state is cleared."""
        for part in self.rate.of_run(k):
            part.zero_()
        # What never moves needs no velocity, and the one of a diverged run may be infinite: 0·∞ would be NaN.
        still = self.rate.flat == 0
        for state in (self.velocity, self.first, self.second):
            if state is not None:
                state.masked_fill_(still, 0)
