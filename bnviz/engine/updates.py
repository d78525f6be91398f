"""The updates of all runs over the flat vector, each run with its own rate, decay and optimizer."""

from collections.abc import Sequence

import torch
from torch import Tensor

from bnviz.engine.parameters import FlatVector, decays, learning_rates
from bnviz.experiment import Experiment, Run
from bnviz.optimizers import OPTIMIZERS


class Updates:
    """w ← w − η·d, with the direction d by each run's rule on g + λw (coupled L2)."""

    def __init__(self, experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype):
        self.rate = learning_rates(experiment, runs, dtype)
        self.decay = decays(experiment, runs, dtype).flat if any(run.weight_decay for run in runs) else None
        chosen = [run.optimizer for run in runs]
        keys = dict.fromkeys(chosen)
        zeros = torch.zeros_like(self.rate.flat)
        self.rules = []
        for key in keys:
            rule = OPTIMIZERS[key].rule
            settings = {name: _spread(experiment, [getattr(run, name) for run in runs], dtype) for name in rule.uses}
            self.rules.append(rule(zeros, **settings))
        # Where each rule but the first is at work.
        masks = [_spread(experiment, [float(key == each) for each in chosen], dtype).bool() for key in keys]
        self.others = list(zip(self.rules, masks, strict=True))[1:]

    def step(self, parameters: Tensor, gradient: Tensor) -> None:
        """Update `parameters` in place; `gradient` is used up. Both are flat."""
        if self.decay is not None:
            gradient.addcmul_(self.decay, parameters)
        direction = self.rules[0].direction(gradient)
        for rule, mask in self.others:
            direction = torch.where(mask, rule.direction(gradient), direction)
        parameters.addcmul_(self.rate.flat, direction, value=-1)

    def stop_run(self, k: int) -> None:
        """Freeze run k, which diverged: its rates become 0 and its state is cleared."""
        for part in self.rate.of_run(k):
            part.zero_()
        # What never moves needs no state, and that of a diverged run may be infinite: 0·∞ would be NaN.
        still = self.rate.flat == 0
        for rule in self.rules:
            for state in rule.states:
                state.masked_fill_(still, 0)


def _spread(experiment: Experiment, values: Sequence[float], dtype: torch.dtype) -> Tensor:
    """A flat vector that holds each run's value at all of its parameters."""
    vector = FlatVector(experiment, len(values), dtype)
    for k, value in enumerate(values):
        for part in vector.of_run(k):
            part.fill_(value)
    return vector.flat
