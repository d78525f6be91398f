"""The networks of a map with the way that each took: its test accuracy at some steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bnviz.cluster import shared_client
from bnviz.experiment import Experiment
from bnviz.grid import plan
from bnviz.lessons.why_not_affine.maps import Axes, MapTask
from bnviz.rows import frame_of
from bnviz.sweeps import divide, rows_of

RECORDS = 16
"""Steps at which the test accuracy is kept: enough to see when a network learns, and a tenth of the training."""

_AT = "test_accuracy_at_"


@dataclass(frozen=True)
class CurveTask(MapTask):
    """The networks of one map, as `MapTask` trains them, with columns for the accuracy along the way."""

    def compute(self, report: Callable[..., None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """The rows of `MapTask.compute`, the same to the bit, and the columns that `curves` reads.

        Networks that are trained on a cluster come without those.
        """
        if shared_client() is not None:
            return super().compute(report, should_stop)
        # Torch is loaded where something is trained, and not before.
        from bnviz.recorder import recorded_steps
        from bnviz.training import train_losses

        recorded = self.experiment.model_copy(update={"records": RECORDS})
        networks = plan(recorded, dict(self.axes), (recorded.seed,))
        steps = recorded_steps(recorded.steps, RECORDS)
        frames: list[pd.DataFrame] = []
        for chunk in divide(networks):
            runs = tuple(network.experiment.runs[0] for network in chunk)
            losses = train_losses(recorded.model_copy(update={"runs": runs}), should_stop)
            if any(status.startswith("stopped") for status in losses.status):
                break
            rows = frame_of(chunk, {network.key: row for network, row in zip(chunk, rows_of(losses), strict=True)})
            accuracy = pd.DataFrame(
                losses.accuracy[:, :, 1].T,
                index=[network.place for network in chunk],
                columns=[f"{_AT}{step}" for step in steps[: len(losses.accuracy)]],
            )
            frames.append(rows.join(accuracy))
            report(sum(map(len, frames)), (), pd.concat(frames))
        return pd.concat(frames).sort_index() if frames else pd.DataFrame()


def curve_tasks(experiment: Experiment, axes: Axes, seeds: int) -> list[MapTask]:
    """A task for each seed and run, in the order of `maps.map_tasks`."""
    return [
        CurveTask(experiment.model_copy(update={"seed": experiment.seed + number, "runs": (run,)}), axes)
        for number in range(seeds)
        for run in experiment.runs
    ]


def steps_of(rows: pd.DataFrame) -> list[int]:
    """The steps at which the accuracy of these networks was kept, ascending."""
    return sorted(int(str(name).removeprefix(_AT)) for name in rows if str(name).startswith(_AT))


def curve(row: Mapping[Any, Any], steps: Sequence[int]) -> list[float]:
    """The test accuracies of one network at the steps, as far as it came; none where they were not kept."""
    found = [row.get(f"{_AT}{step}") for step in steps]
    return [float(value) for value in found if value is not None and not pd.isna(value)]
