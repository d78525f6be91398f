"""The job queue of this server, which trains experiments and computes what lessons need besides."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from bnviz.costs import work
from bnviz.experiment import Experiment
from bnviz.history import RUNNING
from bnviz.kept import share
from bnviz.ui.private import is_present
from bnviz.ui.server.configuration import configuration
from bnviz.ui.server.jobs import Done, JobQueue, QueueFull, Report
from bnviz.ui.server.memory import give_back

if TYPE_CHECKING:
    import pandas as pd

    from bnviz.history import History
    from bnviz.training import Recorded


LONG = 1e10  # multiply-adds from which a task counts as long: some seconds
ABSENCE = 10.0  # seconds that a long training pauses for while its visitor's connection is lost


PART = 0.25  # seconds of training from which its next records are a part of their own
FIRST_PART = 0.05  # the same for the first, which somebody waits for


class Part:
    """Some records of a training that goes on or has just ended, those numbered `first` to `last` without `last`."""

    def __init__(self, recorded: Recorded, first: int, last: int) -> None:
        self.first, self.last = first, last
        self._recorded = recorded
        self._encoded: dict[Hashable, bytes] = {}
        self._lock = Lock()

    @property
    def history(self) -> History:
        """The records, put together anew at every call."""
        return self._recorded.part(self.first, self.last)

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


def job_key(task: Task) -> str:
    """Return the name under which a task is worked on and its result kept: all its settings, seed included."""
    return task.model_dump_json() if isinstance(task, Experiment) else repr(task)


# Not one of Streamlit's caches: a visitor's browser can ask Streamlit to clear those.
@cache
def training_queue() -> JobQueue[Task, Any]:
    """Return the queue that all visitors of this server share."""
    settings = configuration()
    return JobQueue(
        _work,
        size=_bytes,
        is_long=is_long,
        absence=ABSENCE,
        capacity=settings.queue,
        deadline=settings.deadline,
        keep_bytes=settings.results_bytes,
        present=is_present,
    )


def prepare(task: Task) -> None:
    """Work on a task so that its result is at hand, and wait for that: it gives way to visitors and begins again."""
    ending = None
    while ending in (None, "abandoned"):
        try:
            with training_queue().join(job_key(task), task) as ticket:
                while not isinstance(done := ticket.wait(1.0), Done):
                    pass
            ending = done.ending
        except QueueFull:
            time.sleep(1.0)


def is_long(task: Task) -> bool:
    """Whether short tasks are worked on while this one pauses."""
    return (work(task) if isinstance(task, Experiment) else getattr(task, "work", 0.0)) > LONG


def _work(task: Task, report: Report, should_stop: Callable[[], bool]) -> History | pd.DataFrame:
    try:
        if not isinstance(task, Experiment):
            frame = task.compute(report, should_stop)
            share(frame)  # all visitors see this very frame
            return frame
        return _train(task, report, should_stop)
    finally:
        give_back()


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
        parts, cut = (*parts, Part(recorded, first, last)), now
        report(*at, parts)

    return train(experiment, on_progress, should_stop, on_record)


def _bytes(result: Any) -> int:
    arrays = getattr(result, "arrays", None)
    if arrays is None:
        return int(result.memory_usage(deep=True).sum())
    return sum(array.nbytes for array in arrays.values())
