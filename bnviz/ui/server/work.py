"""What a task is, and the work on it: an experiment is trained, anything else computed. No Streamlit here."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from bnviz.experiment import Experiment
from bnviz.history import RUNNING
from bnviz.ui.server.jobs import Report

if TYPE_CHECKING:
    import pandas as pd

    from bnviz.history import History
    from bnviz.training import Recorded

PART = 0.25  # seconds of training from which its next records are a part of their own
FIRST_PART = 0.05  # the same for the first, which somebody waits for


class Part:
    """Some records of a training that goes on or has just ended, those numbered `first` to `last` without `last`."""

    def __init__(self, first: int, last: int, records: Callable[[], History]) -> None:
        self.first, self.last = first, last
        self._records = records
        self._encoded: dict[Hashable, bytes] = {}
        self._lock = Lock()

    @property
    def history(self) -> History:
        """The records; they may be put together anew at every call."""
        return self._records()

    def encoded(self, name: Hashable, encode: Callable[[History], bytes]) -> bytes:
        """What `encode` makes of the records; made once for all who ask for it by the same name."""
        with self._lock:
            if name not in self._encoded:
                self._encoded[name] = encode(self.history)
            return self._encoded[name]


class Computation(Protocol):
    """What is done for a lesson besides training: a frozen value, named in full by its `repr`.

    One that may take more than a few seconds has a `work`, its multiply-adds.
    """

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""

    def compute(self, report: Report, should_stop: Callable[[], bool]) -> pd.DataFrame:
        """Return the result; `report(step, ())` makes progress readable, `should_stop()` asks for an early end.

        `report(step, (), rows)` shows the visitor what there is of the result so far.
        """


Task = Experiment | Computation


def work_on(task: Task, report: Report, should_stop: Callable[[], bool]) -> History | pd.DataFrame:
    """Return what the task leads to; `report` makes progress readable, `should_stop()` is asked from time to time.

    What `report` gets of a training is a tuple of `Part`.
    """
    if isinstance(task, Experiment):
        return _train(task, report, should_stop)
    return task.compute(report, should_stop)


def _train(experiment: Experiment, report: Report, should_stop: Callable[[], bool]) -> History:
    """Train, and report the records in parts as they are made: `partial` is a tuple of them."""
    # Imported by the worker, not by the pages: loading torch takes seconds.
    from bnviz.training import train

    parts: tuple[Part, ...] = ()
    at: tuple[int, tuple[float, ...]] = (0, ())
    cut = time.monotonic()

    def on_progress(step: int, losses: Sequence[float]) -> None:
        nonlocal at
        at = step, tuple(losses)
        report(*at, parts)

    def on_record(recorded: Recorded) -> None:
        nonlocal parts, cut
        # The last record is kept back: it goes with the word how each run ended.
        last = recorded.records - (RUNNING in recorded.status)
        first, now = parts[-1].last if parts else 0, time.monotonic()
        if last <= first or (RUNNING in recorded.status and now - cut < (PART if parts else FIRST_PART)):
            return
        parts, cut = (*parts, Part(first, last, partial(recorded.part, first, last))), now
        report(*at, parts)

    return train(experiment, on_progress, should_stop, on_record)
