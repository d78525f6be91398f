"""How runs that a lesson stepped itself came to their end."""

from math import isfinite

import numpy as np
import pandas as pd

from bnviz.kept import remembered
from bnviz.words import short

LATE = 20  # last mini-batches over which a number is averaged, because they differ


@remembered
def endings(frame: pd.DataFrame, steps: int) -> pd.DataFrame:
    """One row a run, for a frame with `step`, `run`, `loss` and other numbers that was computed to its end.

    run
    diverged_at   the step at which the run's rows break off, before `steps`; NaN when it finished
    loss, …       means over the last `LATE` steps, NaN left out; of a run that diverged the loss is infinite and the
                  others are NaN
    """
    rows = []
    for run, part in frame.groupby("run"):
        last = part["step"].max()
        late = part[part["step"] > last - LATE].drop(columns=["step", "run"]).mean()
        if last < steps:
            late[:] = np.nan
            late["loss"] = np.inf
        rows.append({"run": run, "diverged_at": last + 1 if last < steps else np.nan, **late})
    return pd.DataFrame(rows)


def ending(ends: pd.DataFrame, run: int) -> pd.Series:
    """The row of `endings` for one run."""
    return ends[ends["run"] == run].iloc[0]


def ended(row: pd.Series) -> str:
    """How a run ended, in words, from its row of `endings`: with this loss, or "diverged at step k"."""
    return short(row["loss"]) if isfinite(row["loss"]) else f"diverged at step {row['diverged_at']:.0f}"
