"""γ and β told to standardize: an extra loss asks them for mean 0 and standard deviation 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bnviz.experiment import Experiment, Run

if TYPE_CHECKING:
    from bnviz.engine.program import Program

LABELS = ("γ, β trained on the task", "γ, β told to standardize", "μ, σ computed", "computed, not in the gradient")
FREE, TOLD, COMPUTED, UNFORESEEN = range(4)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.5)


@dataclass(frozen=True)
class SelfStandardizing:
    """Four networks of four hidden layers of ReLUs on digits: same weights, same batches of 64, plain SGD at rate 0.1.

    The first is the usual y = γz + β. In the second, γ and β do not feel the loss of the task: every unit has its own
    ½·(mean(y)² + (sd(y) − 1)²), z being taken as given, and they descend it at the rate `rate`. With μ, σ of z over the
    batch, mean(y) = γμ + β and sd(y) = |γ|σ. The third computes what the second is to learn, y = (z − μ)/√(σ² + ε):
    batch norm without γ and β. The fourth is the control: it computes the same, but its gradient takes μ and σ for
    constants, as that of the second does.
    """

    rate: float = 0.01
    seed: int = 0
    steps: int = 300

    @property
    def experiment(self) -> Experiment:
        """The three runs, but for the extra loss, which an `Experiment` cannot name."""
        free, told, computed, unforeseen = LABELS
        runs = (
            Run(norm="affine", label=free),
            Run(norm="affine", train_affine=False, label=told),
            Run(norm="standardize", label=computed),
            Run(norm="batch_detached", train_affine=False, label=unforeseen),
        )
        return Experiment(widths=(64,) * 4, steps=self.steps, seed=self.seed, runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`; a run's rows end before its first infinite loss.

        step, run    in the order of `LABELS`
        loss         nats, of the task, in training mode on the step's mini-batch, which all runs share
        mean_error   |mean over the batch|, mean over all units; of y
        std_error    |standard deviation − 1|, likewise
        """
        from bnviz.engine.steps import steps

        rows: list[tuple[int, int, float, float, float]] = []
        for step, _, programs, losses, alive in steps(self.experiment):
            if should_stop():
                break
            rows += [(step, run, losses[run], *_errors(programs[run])) for run in alive]
            if TOLD in alive:
                # The update that follows leaves γ and β alone.
                self._standardize(programs[TOLD])
            report(step, losses)
        return pd.DataFrame(rows, columns=["step", "run", "loss", "mean_error", "std_error"])

    def _standardize(self, program: "Program") -> None:
        """One step of every γ and β down its own loss, on the z of the last forward pass."""
        for layer, tape in zip(program.network.parameters.layers, program.tape.layers.values(), strict=True):
            std, mean = tape.pre_norm.std(-1, correction=0), tape.pre_norm.mean(-1)
            mean_of_y, std_of_y = layer.gamma * mean + layer.beta, layer.gamma.abs() * std
            # ∂/∂γ = mean(y)·μ + (sd(y) − 1)·σ·sign(γ), ∂/∂β = mean(y)
            d_gamma = mean_of_y * mean + (std_of_y - 1) * std * layer.gamma.sign()
            layer.gamma.sub_(self.rate * d_gamma)
            layer.beta.sub_(self.rate * mean_of_y)


def _errors(program: "Program") -> tuple[float, float]:
    """Mean over the units of |mean| and |sd − 1| of y."""
    import torch

    y = torch.cat([layer.post_affine for layer in program.tape.layers.values()], 1)
    std = y.std(-1, correction=0)
    return y.mean(-1).abs().mean().item(), (std - 1).abs().mean().item()
