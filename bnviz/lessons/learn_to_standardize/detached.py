"""Batch norm whose gradient takes μ, σ or both for constants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run

LABELS = ("true gradient", "σ held constant", "μ held constant", "both held constant")
TRUE, STD_HELD, MEAN_HELD, BOTH_HELD = range(4)
TOY_STEPS, TOY_RATE = 60, 0.1
RATES = (0.03, 0.1, 0.3, 1.0)
SEEDS_DISAGREE_FROM = 1.0  # rate from which seeds 0 to 9, and 32 and 64 bits, disagree about who ends lower


@dataclass(frozen=True)
class Detached:
    """Four networks, three hidden layers of ReLUs on digits, that compute the same and differ in their gradients.

    dx = γ/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂)). Holding μ constant drops mean(dy), holding σ constant drops the
    part along x̂. Same weights, same batches of 64, plain SGD; see Ioffe & Szegedy 2015, section 2.
    """

    lr: float = 0.1
    seed: int = 0
    steps: int = 300

    @property
    def experiment(self) -> Experiment:
        """The four runs, but for what of the gradient the middle two keep, which an `Experiment` cannot name."""
        norms = ("batch", "batch_detached", "batch_detached", "batch_detached")
        runs = tuple(Run(norm=norm, lr=self.lr, label=label) for norm, label in zip(norms, LABELS, strict=True))
        return Experiment(widths=(64,) * 3, steps=self.steps, seed=self.seed, runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`; a run's rows end before its first infinite loss.

        step, run   in the order of `LABELS`
        loss        nats, in training mode on the step's mini-batch, which all runs share
        accuracy    of the last step on the test set, in evaluation mode; NaN before
        """
        import torch

        from bnviz.engine.batches import load_data
        from bnviz.engine.program import one_program_a_run
        from bnviz.engine.steps import steps
        from bnviz.norms.batch_detached import MeanDetachedKernel, StdDetachedKernel

        rows: list[tuple[int, int, float, float]] = []
        programs = one_program_a_run(self.experiment)
        programs[MEAN_HELD].network.replace_kernel(MeanDetachedKernel)
        programs[STD_HELD].network.replace_kernel(StdDetachedKernel)
        split = load_data(self.experiment)
        test_x, test_y = torch.from_numpy(split.x_test), torch.from_numpy(split.y_test)
        test_x = test_x.to(getattr(torch, self.experiment.dtype))
        with torch.inference_mode():
            for step, _, _, losses, alive in steps(self.experiment, programs):
                if should_stop():
                    break
                for run in alive:
                    accuracy = float("nan")
                    if step == self.steps:
                        guess = programs[run].network.forward(test_x, training=False).argmax(1)
                        accuracy = (guess == test_y).float().mean().item()
                    rows.append((step, run, losses[run], accuracy))
                report(step, losses)
        return pd.DataFrame(rows, columns=["step", "run", "loss", "accuracy"])


@dataclass(frozen=True)
class DriftingBias:
    """The example of Ioffe & Szegedy 2015, section 2: a bias b in front of a layer that subtracts the mean.

    x̂ = (u + b) − mean(u + b) does not depend on b. The loss ½·mean((x̂ − t)²) has t = x̂ + 1, so that it stays at ½
    and mean(∂L/∂x̂) = −1. A gradient that takes the mean for a constant says ∂L/∂b = −1, and b grows by the rate in
    every step, for nothing; the true one says 0. Batch of 64, rate 0.1.
    """

    seed: int = 0

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return TOY_STEPS

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run: step, run (0 true gradient, 1 detached), b, loss.

        It takes milliseconds, so `should_stop` is not asked.
        """
        u = np.random.default_rng(self.seed).standard_normal(64)
        target = u - u.mean() + 1
        b = [0.0, 0.0]
        rows = []
        for step in range(TOY_STEPS + 1):
            for run in range(2):
                x_hat = (u + b[run]) - (u + b[run]).mean()
                d_x_hat = (x_hat - target) / len(u)
                rows.append((step, run, b[run], 0.5 * float(((x_hat - target) ** 2).mean())))
                d_x = d_x_hat if run else d_x_hat - d_x_hat.mean()
                b[run] -= TOY_RATE * float(d_x.sum())
        report(TOY_STEPS, ())
        return pd.DataFrame(rows, columns=["step", "run", "b", "loss"])
