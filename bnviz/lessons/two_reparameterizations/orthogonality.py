"""Whether the gradient of a unit's weights is at right angles to them, for two ways of taking the scale out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

NORMS = ("weight", "batch", "none")


@dataclass(frozen=True)
class RightAngles:
    """One hidden layer of 64 ReLUs at initialization, on one mini-batch of digits: cos(v, ∂L/∂v) of every unit.

    Weight normalization writes w = g·v/‖v‖, so that ∂L/∂v·v = 0 (Salimans & Kingma 2016, section 2.1). Batch norm at
    ε = 0 has the same for its w. A plain layer has no such rule. float64.
    """

    seed: int = 0

    @property
    def experiment(self) -> Experiment:
        """The three layers, as runs."""
        runs = tuple(Run(norm=norm, eps=0.0) for norm in NORMS)
        return Experiment(widths=(64,), batch_size=128, seed=self.seed, dtype="float64", runs=runs)

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return 1

    def compute(
        self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool] | None = None
    ) -> pd.DataFrame:
        """One row for each run and unit: run, norm, unit, cosine (0 where a unit has no gradient)."""
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.program import make_programs

        torch.set_num_threads(1)
        with torch.inference_mode():
            batch = next(mini_batches(self.experiment, load_data(self.experiment), torch.float64))
            programs, order = make_programs(self.experiment)
            cosines = []
            for program in programs:
                program.gradients(batch)
                weight, gradient = (
                    vector.layers[0].weight for vector in (program.network.parameters, program.network.gradients)
                )
                cosines += torch.cosine_similarity(weight, gradient, dim=2).tolist()
        report(1, ())
        blocks = [
            pd.DataFrame({"run": run, "norm": NORMS[run], "unit": range(len(values)), "cosine": values})
            for run, values in zip(order, cosines, strict=True)
        ]
        return pd.concat(blocks).sort_values(["run", "unit"], ignore_index=True)


@remembered
def largest_cosines(frame: pd.DataFrame) -> dict[str, float]:
    """Largest |cos(v, ∂L/∂v)| of any unit, for each normalization."""
    return {str(norm): float(part["cosine"].abs().max()) for norm, part in frame.groupby("norm")}
