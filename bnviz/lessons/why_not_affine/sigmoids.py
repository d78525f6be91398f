"""How long until it has learned? Three hidden layers of 100 sigmoids: the setting of Ioffe & Szegedy's section 4.1."""

from typing import TYPE_CHECKING

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

NORMS = ("none", "affine", "batch")
LEARNED = 0.9
"""Test accuracy from which on a network counts as having learned."""


def sigmoid_experiment(seed: int = 0) -> Experiment:
    """The three networks on raw digits, batches of 60, at the rate 0.5."""
    runs = tuple(Run(norm=norm, lr=0.5) for norm in NORMS)
    return Experiment(
        widths=(100,) * 3, activation="sigmoid", steps=1000, batch_size=60, records=80, seed=seed, runs=runs
    )


@remembered
def steps_to_learn(history: "History") -> pd.DataFrame:
    """One row a run: run, norm, the first recorded step with a test accuracy of `LEARNED` (NaN if none), accuracy.

    `accuracy` is that of the last record.
    """
    test = history.losses().query("split == 'test'")
    groups = test.groupby(["run", "norm"])
    reached = test[test["accuracy"] >= LEARNED].groupby(["run", "norm"])["step"].min()
    return groups["accuracy"].last().to_frame().assign(step=reached).reset_index()[["run", "norm", "step", "accuracy"]]
