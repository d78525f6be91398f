"""Where does it train at all? Maps of networks over two fields, such as learning rate × initial scale."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import pandas as pd

from bnviz.cluster import shared_client
from bnviz.costs import work_in_a_sweep
from bnviz.experiment import Experiment, Run
from bnviz.grid import plan
from bnviz.kept import remembered
from bnviz.sweeps import sweep

RATES = (0.001, 0.0046, 0.022, 0.1, 0.46, 2.2, 10.0)
"""Learning rates of the map, evenly spaced on a log axis; 0.1 is among them."""
SCALES = (0.01, 0.046, 0.22, 1.0, 4.6, 22.0, 100.0)
"""Factors on the initial hidden weights, evenly spaced on a log axis; 1 is among them."""
USUAL_SCALE = 1.0
"""The factor at which the hidden weights start as they usually do."""

Axes = tuple[tuple[str, tuple[Any, ...]], ...]
"""Fields of `Run` or `Experiment` with their values; `depth` stands for the number of hidden layers."""


def map_experiment(norms: Sequence[str], seed: int = 0) -> Experiment:
    """What all networks of the page's maps share: four hidden layers of 32 ReLUs on raw digits, plain SGD."""
    runs = tuple(Run(norm=norm) for norm in norms)
    # Only the last record counts here, and each record evaluates the test set.
    return Experiment(widths=(32,) * 4, batch_size=64, steps=200, records=2, seed=seed, runs=runs)


def at_the_largest_rate(seed: int = 0) -> Experiment:
    """Batch norm from the usual weights at the rate 10: all of it; its hidden weights alone; all but those.

    The rest of each learns at 0.1.
    """
    runs = (
        Run(lr=10.0, label="all at 10"),
        Run(lr=0.1, hidden_lr_factor=100.0, label="hidden weights at 10"),
        Run(lr=10.0, hidden_lr_factor=0.01, label="all but those at 10"),
    )
    return map_experiment(("batch",), seed).model_copy(update={"runs": runs, "records": 60})


@dataclass(frozen=True)
class MapTask:
    """The networks of one map: one run and one seed, every combination of the values of the axes."""

    experiment: Experiment
    axes: Axes

    @property
    def steps(self) -> int:
        """How many networks there are: `report` counts those that are trained."""
        return prod(len(values) for _, values in self.axes)

    @property
    def work(self) -> float:
        """The estimated work of all of them, in multiply-adds."""
        return sum(map(work_in_a_sweep, networks_of(self.experiment, self.axes)))

    def compute(self, report: Callable[..., None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row a network, see `bnviz.sweep`; a swept depth has a column of its own.

        `report(networks, (), rows)` passes on the rows as they arrive. Where BNVIZ_DASK_SCHEDULER names a scheduler,
        the networks are trained there; raises ClusterError when it is not to be had.
        """
        frames: list[pd.DataFrame] = []

        def on_progress(done: int, _total: int, rows: pd.DataFrame) -> None:
            frames.append(rows)
            report(done, (), with_depth(pd.concat(frames)))

        seeds = (self.experiment.seed,)
        grid = _grid(self.experiment, self.axes)
        rows = sweep(self.experiment, grid, seeds, shared_client(), on_progress=on_progress, should_stop=should_stop)
        return with_depth(rows)


def map_tasks(experiment: Experiment, axes: Axes, seeds: int) -> list[MapTask]:
    """A task for each seed and run, the first seed of all runs first: `seeds` of them from the experiment's own."""
    return [
        MapTask(experiment.model_copy(update={"seed": experiment.seed + number, "runs": (run,)}), axes)
        for number in range(seeds)
        for run in experiment.runs
    ]


def with_depth(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a column `depth` in place of `widths`, if widths were swept."""
    if "widths" not in rows:
        return rows
    return rows.assign(depth=rows["widths"].map(len)).drop(columns="widths")


def _grid(experiment: Experiment, axes: Axes) -> dict[str, tuple[Any, ...]]:
    grid = dict(axes)
    if "depth" in grid:
        grid["widths"] = tuple(experiment.widths[:1] * depth for depth in grid.pop("depth"))
    return grid


@lru_cache(maxsize=64)
def networks_of(experiment: Experiment, axes: Axes) -> tuple[Experiment, ...]:
    """The networks of one seed, for what they cost. Raises InvalidExperiment when one of them cannot be trained."""
    return tuple(network.experiment for network in plan(experiment, _grid(experiment, axes), (experiment.seed,)))


def network_at(experiment: Experiment, cell: Mapping[str, Any], runs: Sequence[int]) -> Experiment:
    """The networks of one cell (field → value) as an experiment with some of its runs, recorded for playing back."""
    fields = {name: value for name, value in cell.items() if name in Experiment.model_fields}
    if "depth" in cell:
        fields["widths"] = experiment.widths[:1] * cell["depth"]
    changes = {name: value for name, value in cell.items() if name in Run.model_fields}
    chosen = tuple(Run(**dict(experiment.runs[run]) | changes) for run in runs)
    records = Experiment.model_fields["records"].default
    return Experiment(**dict(experiment) | fields | {"runs": chosen, "records": records})


@remembered
def gather(frames: Sequence[pd.DataFrame], runs: int) -> pd.DataFrame:
    """The rows of tasks in the order of `map_tasks`, each under the number of its run among `runs`."""
    numbered = [frame.assign(run=number % runs) for number, frame in enumerate(frames) if len(frame)]
    return pd.concat(numbered, ignore_index=True) if numbered else pd.DataFrame()


@remembered
def cells(rows: pd.DataFrame, axes: Axes, threshold: float) -> pd.DataFrame:
    """One row for each run and cell, over the seeds that are there.

    networks   how many
    diverged   how many of them diverged
    trained    how many of them came to the end with a test accuracy of at least `threshold`
    accuracy   mean test accuracy of those that did not diverge, NaN if all did
    low, high  the smallest and the largest of these accuracies
    ended      the step at which the first of them diverged, NaN if none did
    """
    fields = [name for name, _ in axes]
    judged = _judged(rows, threshold)
    groups = judged.groupby(["run", *fields], sort=False)
    return groups.agg(
        networks=("trained", "size"),
        diverged=("gone", "sum"),
        trained=("trained", "sum"),
        accuracy=("kept", "mean"),
        low=("kept", "min"),
        high=("kept", "max"),
        ended=("diverged_at", "min"),
    ).reset_index()


@remembered
def shares(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """One row a run: its networks so far, how many of them train, and the share of cells that train.

    share, sd   mean over the seeds and its standard deviation (NaN for one seed)
    """
    judged = _judged(rows, threshold)
    by_seed = judged.groupby(["run", "seed"])["trained"].mean().groupby("run").agg(share="mean", sd="std")
    counts = judged.groupby("run")["trained"].agg(networks="size", trained="sum")
    return counts.join(by_seed).reset_index()


def _judged(rows: pd.DataFrame, threshold: float) -> pd.DataFrame:
    gone = rows["status"] == "diverged"
    # The last finite record of a network that diverged says nothing about what it learned.
    kept = rows["test_accuracy"].where(~gone)
    return rows.assign(
        gone=gone, kept=kept, trained=kept >= threshold, diverged_at=rows["diverged_at"].astype("Float64")
    )
