"""Larger weights with a larger rate: the same training, because only η/‖W‖² counts."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

LABELS = ("W, rate η", "a·W, rate η", "a·W, rate a²·η")


def equivalence_experiment(scale: float = 10.0, norm: str = "batch", exact: bool = False, seed: int = 0) -> Experiment:
    """Three runs: W; aW at the same rate; aW with the hidden rate times a². `exact` is float64 with ε = 0.

    Scale invariance gives ∂L/∂(aW) = (1/a)·∂L/∂W, so aW − a²η·(1/a)·∂L/∂W = a(W − η·∂L/∂W): the third run is the
    first one, a times as large, forever (van Laarhoven 2017; Hoffer et al. 2018). The learning rate that a
    direction feels is η/‖W‖².
    """
    eps = 0.0 if exact else 1e-5
    settings = ((1.0, 1.0), (scale, 1.0), (scale, scale**2))
    runs = tuple(
        Run(norm=norm, eps=eps, init_scale=times, hidden_lr_factor=factor, label=label)
        for (times, factor), label in zip(settings, LABELS, strict=True)
    )
    return Experiment(steps=200, records=100, seed=seed, dtype="float64" if exact else "float32", runs=runs)


@remembered
def equivalence(history: "History") -> pd.DataFrame:
    """Training-mode losses of the three runs, and how far each is from the first.

    step, run, loss (nats, mini-batch of that step), difference (|loss − loss of run 0|). Rows of a run that diverged
    end with its last finite loss.
    """
    loss = history.arrays["loss"][:, :, 0]
    runs = range(loss.shape[1])
    blocks = [
        pd.DataFrame(
            {"step": history.steps, "run": run, "loss": loss[:, run], "difference": np.abs(loss[:, run] - loss[:, 0])}
        )
        for run in runs
    ]
    return pd.concat(blocks, ignore_index=True).dropna(subset="loss").reset_index(drop=True)


@remembered
def largest_difference(frame: pd.DataFrame, run: int) -> float:
    """Largest |loss − loss of run 0| over the steps; infinite when the run ended before run 0 did."""
    chosen = frame[frame["run"] == run]
    ended_early = chosen.empty or chosen["step"].max() < frame.loc[frame["run"] == 0, "step"].max()
    return float("inf") if ended_early else float(chosen["difference"].max())
