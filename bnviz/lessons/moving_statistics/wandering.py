"""How far μ and σ of a layer move in a training, and what that does to the mean and the spread of its output."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.history import STAGES
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

EPSILONS = (1e-5, 0.1, 1.0)


def drift_experiment(eps: float = 1e-5, seed: int = 0) -> Experiment:
    """Three layers of ReLUs on digits with γx + β and with batch norm, from the same weights on the same batches."""
    runs = tuple(Run(norm=norm, eps=eps) for norm in ("affine", "batch"))
    return Experiment(steps=300, records=120, seed=seed, runs=runs)


@remembered
def drift(history: "History") -> pd.DataFrame:
    """How far the moments of each layer moved, and how near the output's are to β and |γ|: one row a run and layer.

    With y = γ·(z − μ)/√(σ² + ε) + β and μ, σ² of the batch at hand: mean(y) = β and sd(y) = |γ|·σ/√(σ² + ε), whatever
    the weights below did (Goodfellow, Bengio & Courville 2016, section 8.7.1). Each moment is of one unit over the
    mini-batch of its step; columns are means over the units unless they say otherwise.

    run, norm, layer
    mean_move          |μ_T − μ_0| / σ_0, from the first record to the last, before normalization
    sd_ratio           σ_T / σ_0, the geometric mean
    output_mean_move   |mean(y)_T − mean(y)_0| / sd(y)_0
    output_sd_ratio    sd(y)_T / sd(y)_0, the geometric mean
    mean_gap, sd_gap   |mean(y) − β| and |sd(y) − |γ||, the largest of any unit and record
    beta_reach, gamma_reach   |β| and ||γ| − 1|, the largest of any unit and record: how far training took them
    """
    before, after = STAGES.index("pre_norm"), STAGES.index("post_affine")
    rows = []
    for run, settings in enumerate(history.experiment.runs):
        valid = int(history.recorded[run])
        mean, std = (history.arrays[name][:valid, run].astype(float) for name in ("mean", "std"))
        gamma, beta = (history.arrays[name][:valid, run].astype(float) for name in ("gamma", "beta"))
        for layer, width in enumerate(history.experiment.widths):
            mu, sigma, out_mean, out_sd = (
                values[:, layer, stage, :width] for stage in (before, after) for values in (mean, std)
            )
            scale, shift = np.abs(gamma[:, layer, :width]), beta[:, layer, :width]
            rows.append(
                {
                    "run": run,
                    "norm": settings.norm,
                    "layer": layer,
                    "mean_move": _mean_move(mu, sigma),
                    "sd_ratio": _ratio(sigma),
                    "output_mean_move": _mean_move(out_mean, out_sd),
                    "output_sd_ratio": _ratio(out_sd),
                    "mean_gap": np.abs(out_mean - shift).max(),
                    "sd_gap": np.abs(out_sd - scale).max(),
                    "beta_reach": np.abs(shift).max(),
                    "gamma_reach": np.abs(scale - 1).max(),
                }
            )
    return pd.DataFrame(rows)


def _mean_move(mean: np.ndarray, std: np.ndarray) -> float:
    """Units without spread at the start have no unit of length, and are left out."""
    alive = std[0] > 0
    return float((np.abs(mean[-1] - mean[0])[alive] / std[0][alive]).mean()) if alive.any() else float("nan")


def _ratio(std: np.ndarray) -> float:
    alive = (std[0] > 0) & (std[-1] > 0)
    return float(np.exp(np.log(std[-1][alive] / std[0][alive]).mean())) if alive.any() else float("nan")
