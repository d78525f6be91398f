"""‖W‖ under plain gradient descent: each step is at right angles to W, so the length grows by Pythagoras."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History


def growth_experiment(init_scale: float = 0.2, lr: float = 0.1, seed: int = 0) -> Experiment:
    """One hidden layer on digits, plain and with batch norm, by SGD without momentum; ε = 0, float64, every step."""
    runs = tuple(Run(norm=norm, lr=lr, init_scale=init_scale, eps=0.0) for norm in ("none", "batch"))
    return Experiment(widths=(64,), steps=60, records=61, dtype="float64", seed=seed, runs=runs)


@remembered
def growth(history: "History", layer: int = 0) -> pd.DataFrame:
    """The length of one layer's W at every step, and what Pythagoras predicts from the gradients alone.

    With w' = w − ηg:  ‖w'‖² = ‖w‖² − 2η w·g + η²‖g‖².  A scale-invariant loss has w·g = 0 and leaves
    ‖w'‖² = ‖w‖² + η²‖g‖² (Salimans & Kingma 2016, section 2.1; Arora, Li & Lyu 2019). Here w·g is what the first
    equation says, given the three lengths. Needs a history of SGD with every step recorded.

    step, run, norm      the update from `step` to `step` + 1; the last record has none and is left out
    length, next_length  ‖w‖, ‖w'‖
    move                 η‖g‖
    cosine               cos(w, g)
    squared              ‖w'‖²
    predicted            ‖w₀‖² + η²·Σ‖g‖² over all updates so far
    x, y, next_x, next_y w and w' drawn in a plane: true lengths, true angle between w and w'
    """
    steps = history.steps
    if len(steps) < 2 or (np.diff(steps) != 1).any():
        raise ValueError("history must hold every step of at least one update; record all of them.")
    blocks = []
    for run, settings in enumerate(history.experiment.runs):
        valid = int(history.recorded[run])
        weight, gradient = (history.arrays[name][:valid, run, layer] for name in ("weight_norm", "grad_norm"))
        rate = settings.lr * settings.hidden_lr_factor
        before, after, move = weight[:-1], weight[1:], rate * gradient[:-1]
        inner = (before**2 + move**2 - after**2) / 2  # η w·g
        turn = np.arccos(np.clip((before**2 - inner) / (before * after), -1, 1))
        angle = np.concatenate([[0.0], np.cumsum(turn)])
        x, y = weight * np.cos(angle), weight * np.sin(angle)
        blocks.append(
            pd.DataFrame(
                {
                    "step": steps[: valid - 1],
                    "run": run,
                    "norm": settings.norm,
                    "length": before,
                    "next_length": after,
                    "move": move,
                    "cosine": inner / (before * move),
                    "squared": after**2,
                    "predicted": weight[0] ** 2 + np.cumsum(move**2),
                    "x": x[:-1],
                    "y": y[:-1],
                    "next_x": x[1:],
                    "next_y": y[1:],
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)


@remembered
def growth_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a run: how the length ended and how well Pythagoras foretold it.

    run, norm, growth (last ‖w‖ over the first), largest_cosine (of |cos(w, g)|), shrinking (share of the updates that
    made ‖w‖ smaller), largest_error (of |‖w'‖² − predicted| / predicted).
    """
    rows = []
    for (run, norm), part in frame.groupby(["run", "norm"], sort=True):
        rows.append(
            {
                "run": run,
                "norm": norm,
                "growth": part["next_length"].iloc[-1] / part["length"].iloc[0],
                "largest_cosine": part["cosine"].abs().max(),
                "shrinking": (part["next_length"] < part["length"]).mean(),
                "largest_error": ((part["squared"] - part["predicted"]).abs() / part["predicted"]).max(),
            }
        )
    return pd.DataFrame(rows)
