"""A kick to the weights in mid-training, and how each run comes through it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Intervention, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

BACK = 0.02  # test accuracy that may be missing when a run counts as back
BATCHES = 10  # mini-batches over which a loss is averaged, because they differ


def kick_experiment(factor: float = 10.0, seed: int = 0) -> Experiment:
    """A plain and a batch-norm network on digits whose hidden weights are multiplied by `factor` at half time.

    Every step is recorded, so that the first step after the kick can be read off.
    """
    return Experiment(
        steps=200,
        records=201,
        seed=seed,
        runs=(Run(norm="none"), Run(norm="batch")),
        interventions=(Intervention(step=100, factor=factor),),
    )


@remembered
def kick_effect(history: "History") -> pd.DataFrame:
    """Losses and accuracies around the kick: one row a run, for a history of `kick_experiment` that reached it.

    run, norm, status
    loss_before, loss_after   training-mode loss (nats), mean of the last `BATCHES` mini-batches before the kick and
                              of the first after it; infinite where the run diverged among them
    accuracy_before, accuracy_lowest   on the test set, in evaluation mode; before, and the lowest value since
    accuracy_last             at the run's last record
    steps_until_back          updates after the kick until the test accuracy is first within `BACK` of what it was;
                              NaN if never
    """
    (kick,) = history.experiment.interventions
    at = int(np.searchsorted(history.steps, kick.step))
    last = at + BATCHES
    if last >= len(history.steps):
        raise ValueError(
            f"history ends at step {history.steps[-1]}: must reach {BATCHES} steps beyond the kick at step "
            f"{kick.step}; train it to the end."
        )
    rows = []
    for run, settings in enumerate(history.experiment.runs):
        valid = int(history.recorded[run])
        loss, accuracy = (history.arrays[name][:valid, run] for name in ("loss", "accuracy"))
        since = accuracy[at + 1 :, 1]
        back = np.flatnonzero(since >= accuracy[at, 1] - BACK) if len(since) else np.array([], int)
        rows.append(
            {
                "run": run,
                "norm": settings.norm,
                "status": history.status[run],
                "loss_before": loss[at + 1 - BATCHES : at + 1, 0].mean(),
                "loss_after": loss[at + 1 : last + 1, 0].mean() if valid > last else np.inf,
                "accuracy_before": accuracy[at, 1],
                "accuracy_lowest": since.min() if len(since) else np.nan,
                "accuracy_last": accuracy[-1, 1],
                "steps_until_back": float(history.steps[at + 1 + back[0]] - kick.step) if len(back) else np.nan,
            }
        )
    return pd.DataFrame(rows)
