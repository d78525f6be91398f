"""How deep may it be? The best accuracy over learning rates at several depths, and that on standardized inputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from bnviz.cluster import shared_client
from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered
from bnviz.sweeps import sweep

DEPTHS = (2, 5, 10, 20)
RATES = (0.03, 0.1, 0.3, 1.0)
NORMS = ("none", "batch")
CONTROL_DEPTHS = (2, 20)
"""Of the control, which differs from the others in its standardized inputs alone."""


@dataclass(frozen=True)
class DepthSweep:
    """ReLU networks of width 32 on raw digits at every depth and rate; the control has standardized ones.

    Every network is trained for the same number of updates, so a deeper one has no more time than a shallow one.
    """

    seed: int = 0
    updates: int = 300

    @property
    def experiments(self) -> tuple[Experiment, Experiment]:
        """What the networks on raw inputs share, and the control."""
        runs = tuple(Run(norm=norm) for norm in NORMS)
        raw = Experiment(widths=(32,), steps=self.updates, batch_size=64, records=2, seed=self.seed, runs=runs)
        return raw, raw.model_copy(update={"standardize": True})

    @property
    def networks(self) -> tuple[Experiment, ...]:
        """What is trained at each depth and rate, both runs in one, for what it costs."""
        raw, control = self.experiments
        deep = [raw.model_copy(update={"widths": (32,) * depth}) for depth in DEPTHS]
        others = [control.model_copy(update={"widths": (32,) * depth}) for depth in CONTROL_DEPTHS]
        return tuple(network for network in (*deep, *others) for _ in RATES)

    @property
    def steps(self) -> int:
        """How many networks `report` counts."""
        return len(NORMS) * len(self.networks)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each depth and run: control, depth, run, norm, accuracy, lr.

        accuracy, lr   the best test accuracy at the end of all rates, and the rate that gave it; 0 if all diverged
        """
        raw, control = self.experiments
        frames: list[pd.DataFrame] = []
        for experiment, depths in ((raw, DEPTHS), (control, CONTROL_DEPTHS)):
            before = sum(len(frame) for frame in frames)
            rows = sweep(
                experiment,
                {"widths": [(32,) * depth for depth in depths], "lr": RATES},
                (self.seed,),
                shared_client(),
                on_progress=partial(_count, report, before),
                should_stop=should_stop,
            )
            if len(rows):
                frames.append(rows.assign(control=experiment.standardize, depth=rows["widths"].map(len)))
        return best_of_rates(pd.concat(frames)) if frames else pd.DataFrame()


def _count(
    report: Callable[[int, Sequence[float]], None], before: int, done: int, _total: int, _rows: pd.DataFrame
) -> None:
    report(before + done, ())


def best_of_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """The row of the best rate for each depth and run; a network that diverged counts as accuracy 0."""
    accuracy = rows["test_accuracy"].where(rows["status"] == "finished", 0.0)
    ranked = rows.assign(accuracy=accuracy).sort_values("accuracy", ascending=False, kind="stable")
    best = ranked.groupby(["control", "depth", "run"]).first().reset_index()
    return best[["control", "depth", "run", "norm", "accuracy", "lr"]]


@remembered
def advantage(best: pd.DataFrame) -> pd.DataFrame:
    """One row a depth and control: `gain`, batch norm's best accuracy less the plain network's."""
    table = best.pivot_table(index=["control", "depth"], columns="norm", values="accuracy")
    return table.assign(gain=table["batch"] - table["none"]).reset_index()
