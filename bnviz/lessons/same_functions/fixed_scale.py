"""γx + β with γ held at a number, and the plain network that it is: the same function, trained at another rate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.engine.program import Program

OTHER_RATE, SAME_RATE, HELD = range(3)
SCALES = (0.25, 0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class FixedScale:
    """Three networks on digits that start as one function; plain SGD on the same batches of 64, in float64.

    The last has γ = c in every hidden layer for good. The others are plain, with V = cW in place of W, and train V at
    the rates c²η and η. With V = cW the chain rule gives ∂L/∂W = c·∂L/∂V, so that W' = W − η·∂L/∂W means
    cW' = V − c²η·∂L/∂V: γx + β with a fixed γ is the plain network at the rate c²η, update for update. β and the output
    layer keep the rate η in all three.
    """

    scale: float = 2.0
    seed: int = 0
    lr: float = 0.03
    steps: int = 100

    @property
    def experiment(self) -> Experiment:
        """The three runs, but for the γ of the last, which an `Experiment` cannot name."""
        c = self.scale
        runs = (
            Run(norm="none", lr=self.lr, init_scale=c, hidden_lr_factor=c**2, label="plain, rate c²η"),
            Run(norm="none", lr=self.lr, init_scale=c, label="plain, rate η"),
            Run(norm="affine", lr=self.lr, label="γx + β, γ = c"),
        )
        return Experiment(widths=(64,) * 2, steps=self.steps, seed=self.seed, dtype="float64", runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`; a run's rows end before its first infinite loss.

        step, run    run 0 plain at the rate c²η, 1 plain at the rate η, 2 γ = c
        loss         nats, on the step's mini-batch, which all runs share
        """
        from bnviz.engine.program import one_program_a_run
        from bnviz.engine.steps import steps

        programs = one_program_a_run(self.experiment)
        hold(programs[HELD], self.scale)
        rows: list[tuple[int, int, float]] = []
        for state in steps(self.experiment, programs):
            if should_stop():
                break
            rows += [(state.step, run, state.losses[run]) for run in state.alive]
            report(state.step, state.losses)
        return pd.DataFrame(rows, columns=["step", "run", "loss"])


def hold(program: "Program", scale: float) -> None:
    """Set every γ of the program to `scale`, and its rate to 0."""
    for layer, rate in zip(program.network.parameters.layers, program.optimizer.rate.layers, strict=True):
        layer.gamma.fill_(scale)
        rate.gamma.zero_()


@remembered
def difference(frame: pd.DataFrame, run: int) -> float:
    """Largest |loss − loss of γ = c| over the steps; infinite when one of the two ended before the other.

    Raises ValueError for a frame without this run.
    """
    losses = frame.pivot_table(index="step", columns="run", values="loss")
    if run not in losses or HELD not in losses:
        raise ValueError(f"run = {run!r}: must be in the frame, as must run {HELD}.")
    if (losses[run].isna() != losses[HELD].isna()).any():
        return float("inf")
    return float((losses[run] - losses[HELD]).abs().max())
