"""How well the gradient of a mini-batch agrees with that of all examples, with batch norm and without."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from torch import Tensor

    from bnviz.engine.batches import Batch
    from bnviz.engine.program import Program

NORMS = ("none", "batch")
HELD = "batch_frozen"
"""The control: batch norm's weights, with μ and σ held at those of all examples."""
SIZES = (4, 8, 16, 32, 64, 128, 256)
UPDATES = (0, 50, 300)


@dataclass(frozen=True)
class Agreement:
    """cos(gradient of a mini-batch, gradient of the whole training set) for batches of 4 to 256, digits.

    Both networks, three layers of ReLUs, train for `updates` mini-batches of 64 at the rate 0.1 and then stand still.
    The gradient is that of all trained parameters, in training mode: batch norm takes μ and σ from the batch at hand,
    so that its loss is another function for every batch. Random batches are drawn without replacement, the same for
    both networks. As a control batch norm's weights are taken once more with μ and σ of all examples, held still, so
    that a batch's μ and σ are no noise in it. Small batches: Ioffe 2017, Batch Renormalization.
    """

    updates: int = 50
    seed: int = 0
    draws: int = 20

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return self.updates + len(SIZES)

    @property
    def experiment(self) -> Experiment:
        """The two runs and their training."""
        runs = tuple(Run(norm=norm) for norm in NORMS)
        return Experiment(seed=self.seed, steps=max(self.updates, 1), runs=runs)

    @property
    def compared(self) -> Experiment:
        """The two runs and the control, as they are drawn; the control is not trained."""
        control = Run(norm=HELD, label="batch norm, μ and σ held")
        return self.experiment.model_copy(update={"runs": (*self.experiment.runs, control)})

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each batch size, draw and run, until `should_stop`: run, norm, size, draw, cosine."""
        import torch

        from bnviz.engine.batches import load_data, make_batch
        from bnviz.engine.steps import steps

        rows: list[tuple[int, str, int, int, float]] = []
        for state in steps(self.experiment):
            if state.step == self.updates:
                break
            if should_stop():
                return pd.DataFrame()
            report(state.step + 1, state.losses)
        programs = list(state.programs)
        with torch.inference_mode():
            split = load_data(self.experiment)
            x, y = torch.from_numpy(split.x_train), torch.from_numpy(split.y_train)
            x = x.to(getattr(torch, self.experiment.dtype))
            programs = [*programs, _with_held_statistics(programs[1], self.experiment, x)]
            whole = [_gradient(program, make_batch(x, y, split.classes)) for program in programs]
            generator = torch.Generator().manual_seed(self.seed)
            for place, size in enumerate(SIZES):
                if should_stop():
                    break
                for draw in range(self.draws):
                    chosen = torch.randperm(len(y), generator=generator)[:size]
                    batch = make_batch(x[chosen], y[chosen], split.classes)
                    for run, program in enumerate(programs):
                        cosine = torch.cosine_similarity(_gradient(program, batch), whole[run], dim=0).item()
                        rows.append((run, (*NORMS, HELD)[run], size, draw, cosine))
                report(self.updates + place + 1, ())
        return pd.DataFrame(rows, columns=["run", "norm", "size", "draw", "cosine"])


def _with_held_statistics(program: "Program", experiment: Experiment, x: "Tensor") -> "Program":
    """The same network with μ and σ held at those of the examples x `[n, features]`."""
    from bnviz.engine.program import one_program_a_run

    (held,) = one_program_a_run(experiment.model_copy(update={"runs": (Run(norm=HELD),)}))
    held.network.parameters.flat.copy_(program.network.parameters.flat)
    held.network.prepare(x)
    return held


def _gradient(program: "Program", batch: "Batch") -> "Tensor":
    """∂L/∂(all trained parameters) as one long vector, in float64."""
    program.gradients(batch)
    trained = program.optimizer.rate.flat > 0
    return program.network.gradients.flat[trained].double()


@remembered
def agreement_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Over the draws: run, norm, size, mean, error (its standard error), sd, low, high (10th and 90th percentile)."""
    grouped = frame.groupby(["run", "norm", "size"])["cosine"]
    table = grouped.agg(
        mean="mean", error="sem", sd="std", low=lambda c: c.quantile(0.1), high=lambda c: c.quantile(0.9)
    )
    return table.reset_index()
