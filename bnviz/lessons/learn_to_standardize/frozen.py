"""Batch norm with the statistics of the first mini-batch kept forever: γx + β from a perfect start."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

FROZEN, BATCH, SHORTER = range(3)
SHORTER_BY = 0.1
"""The third network takes steps of its hidden weights that are this much shorter."""
RATES = (0.03, 0.1, 0.2, 0.5, 1.0)
SEEDS_DISAGREE = (0.2,)  # rates at which seeds 0 to 9, and 32 and 64 bits, disagree about who ends lower
LATE = 20  # last mini-batches over which a loss is averaged, because they differ


def frozen_experiment(lr: float = 0.1, seed: int = 0) -> Experiment:
    """Three hidden layers of ReLUs on digits, frozen statistics against batch norm; every step is recorded.

    The last run is the control: frozen statistics again, and only the hidden weights take shorter steps.
    """
    runs = (
        Run(norm="batch_frozen", lr=lr, label="frozen: μ, σ of the first batch"),
        Run(norm="batch", lr=lr, label="batch norm"),
        Run(norm="batch_frozen", lr=lr, hidden_lr_factor=SHORTER_BY, label="frozen, hidden steps ten times shorter"),
    )
    return Experiment(widths=(64,) * 3, steps=200, records=201, seed=seed, runs=runs)


@remembered
def frozen_result(history: "History") -> pd.DataFrame:
    """How each run ended, in the order of the experiment: run, norm, status, loss, accuracy.

    loss      training-mode (nats), mean of the last `LATE` mini-batches; infinite for a run that diverged
    accuracy  on the test set at the last record, in evaluation mode; NaN for a run that diverged
    """
    rows = []
    for run, settings in enumerate(history.experiment.runs):
        loss, accuracy = (history.arrays[name][:, run] for name in ("loss", "accuracy"))
        diverged = history.status[run].startswith("diverged")
        rows.append(
            {
                "run": run,
                "norm": settings.norm,
                "status": history.status[run],
                "loss": np.inf if diverged else loss[-LATE:, 0].mean(),
                "accuracy": np.nan if diverged else accuracy[-1, 1],
            }
        )
    return pd.DataFrame(rows)
