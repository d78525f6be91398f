"""Weight decay in front of batch norm is a rising learning rate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

LABELS = ("decay λ, rate η", "no decay, rate η", "no decay, rising rate")
LR = 0.1
DECAYED, RISING = 0, 2


@dataclass(frozen=True)
class DecayEquivalence:
    """The same network on the same batches with weight decay λ, without, and without at a rising rate; SGD, digits.

    With decay w' = (1 − ηλ)w − ηg(w). Let v be w·(1 − ηλ)^−t at step t. Scale invariance, g(cv) = g(v)/c, turns this
    into v' = v − η_t·g(v) with η_t = η·(1 − ηλ)^−(2t + 1): no decay, and a rate that rises exponentially. v has the
    direction of w and is (1 − ηλ)^−t times as long (Li & Arora 2019, here for momentum 0). `exact` is
    float64 with ε = 0. Only the hidden weights decay, and only their rate rises.
    """

    weight_decay: float = 0.03
    exact: bool = True
    seed: int = 0
    steps: int = 300

    @property
    def experiment(self) -> Experiment:
        """The three runs, but for the rising rate, which an `Experiment` cannot name."""
        eps = 0.0 if self.exact else 1e-5
        decays = (self.weight_decay, 0.0, 0.0)
        runs = tuple(Run(lr=LR, eps=eps, weight_decay=d, label=label) for d, label in zip(decays, LABELS, strict=True))
        return Experiment(seed=self.seed, steps=self.steps, dtype="float64" if self.exact else "float32", runs=runs)

    def rate(self, step: int) -> float:
        """η_t = η·(1 − ηλ)^−(2t + 1), the rate of the third run for the update after step t."""
        return LR * (1 - LR * self.weight_decay) ** -(2 * step + 1)

    @property
    def last_rate_ratio(self) -> float:
        """The rate of the third run in its last update, over η."""
        return self.rate(self.steps - 1) / LR

    @property
    def length_ratio(self) -> float:
        """‖v‖/‖w‖ = (1 − ηλ)^−t at the last step, by theory."""
        return (1 - LR * self.weight_decay) ** -self.steps

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`.

        step, run     run 0 with decay, 1 without, 2 without at the rising rate
        loss          nats, in training mode on the step's mini-batch, which all runs share
        difference    |loss − loss of run 0|
        weight_norm   ‖W‖ of the first hidden layer before the update
        rate          rate of the hidden weights for the update after this step
        """
        from bnviz.engine.steps import steps

        rows = []
        for step, _, programs, losses, alive in steps(self.experiment):
            if should_stop():
                break
            for run in alive:
                length = programs[run].network.parameters.layers[0].weight.square().sum().sqrt().item()
                rate = self.rate(step) if run == RISING else LR
                rows.append((step, run, losses[run], length, rate))
                for layer in programs[run].optimizer.rate.layers:
                    layer.weight.fill_(rate)
            report(step, losses)
        frame = pd.DataFrame(rows, columns=["step", "run", "loss", "weight_norm", "rate"])
        first = frame.loc[frame["run"] == DECAYED].set_index("step")["loss"]
        return frame.assign(difference=np.abs(frame["loss"] - frame["step"].map(first)))


@remembered
def length_ratio(frame: pd.DataFrame) -> float:
    """‖W‖ of the run at the rising rate over that of the run with decay, at the last step."""
    last = frame[frame["step"] == frame["step"].max()].set_index("run")["weight_norm"]
    return float(last[RISING] / last[DECAYED])
