"""What the player shows, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.history import STAGES
from bnviz.kept import remembered
from bnviz.styles import run_styles
from bnviz.ui.player.payload import pooled_moments

if TYPE_CHECKING:
    from bnviz.history import History


def player_table(history: History, *, stage: str = "post_affine", rows: int = 6) -> pd.DataFrame:
    """Return loss, accuracy and the mean and sd of every layer, at `rows` records spread over the run.

    One row per record and run; a run that ended early has its last record as its last row, with its status.
    Mean and sd pool the units of a layer, at `stage`. Raises ValueError for an unknown stage.
    """
    if stage not in STAGES:
        raise ValueError(f"stage is {stage!r}; it must be one of {', '.join(STAGES)}")
    moments = {name: values[..., STAGES.index(stage)] for name, values in pooled_moments(history).items()}
    loss, accuracy = history.arrays["loss"], history.arrays["accuracy"]
    lines = []
    for run, style in enumerate(run_styles(history.experiment)):
        records = _spread(history, run, rows)
        for record in records:
            line = {
                "step": int(history.steps[record]),
                "run": style.label,
                "status": history.status[run] if record == records[-1] else "running",
                "loss, batch": float(loss[record, run, 0]),
                "loss, test": float(loss[record, run, 1]),
                "accuracy, batch": float(accuracy[record, run, 0]),
                "accuracy, test": float(accuracy[record, run, 1]),
            }
            for layer in range(len(history.experiment.widths)):
                line[f"layer {layer + 1} mean"] = float(moments["mean"][record, run, layer])
                line[f"layer {layer + 1} sd"] = float(moments["sd"][record, run, layer])
            lines.append(line)
    return pd.DataFrame(lines).sort_values(["step", "run"], kind="stable", ignore_index=True)


@remembered
def layer_table(history: History, *, rows: int = 6) -> pd.DataFrame:
    """Return γ, β, μ, σ and the moments of the output y of every layer, at `rows` records spread over the run.

    One row per record, run and layer; each number is the mean over the units of the layer.
    """
    before, after = STAGES.index("pre_norm"), STAGES.index("post_affine")
    arrays = history.arrays
    columns = {
        "γ": arrays["gamma"],
        "β": arrays["beta"],
        "μ": arrays["mean"][..., before, :],
        "σ": arrays["std"][..., before, :],
        "mean of y": arrays["mean"][..., after, :],
        "sd of y": arrays["std"][..., after, :],
    }
    lines = []
    for run, style in enumerate(run_styles(history.experiment)):
        for record in _spread(history, run, rows):
            for layer, width in enumerate(history.experiment.widths):
                means = {name: float(values[record, run, layer, :width].mean()) for name, values in columns.items()}
                lines.append({"step": int(history.steps[record]), "run": style.label, "layer": layer + 1, **means})
    return pd.DataFrame(lines).sort_values(["step", "run", "layer"], kind="stable", ignore_index=True)


def _spread(history: History, run: int, rows: int) -> np.ndarray:
    """Return at most `rows` records of a run, the first and the last among them."""
    last = max(0, int(history.recorded[run]) - 1)
    return np.unique(np.linspace(0, last, rows).round().astype(int))
