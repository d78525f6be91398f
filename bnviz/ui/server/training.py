"""The job queue of this server, which trains experiments and computes what lessons need besides."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from bnviz.costs import work
from bnviz.experiment import Experiment
from bnviz.kept import share
from bnviz.ui.private import is_present
from bnviz.ui.server import apart
from bnviz.ui.server.configuration import configuration
from bnviz.ui.server.jobs import Done, JobQueue, QueueFull, Report
from bnviz.ui.server.memory import give_back
from bnviz.ui.server.work import Task, work_on

LONG = 1e10  # multiply-adds from which a task counts as long: some seconds
ABSENCE = 10.0  # seconds that a long training pauses for while its visitor's connection is lost


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
        at_once=settings.at_once if apart.is_open() else 1,
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


def _work(task: Task, report: Report, should_stop: Callable[[], bool]) -> Any:
    try:
        result: Any = (apart.work_on if apart.is_open() else work_on)(task, report, should_stop)
        if not isinstance(task, Experiment):
            share(result)  # all visitors see this very frame
        return result
    finally:
        give_back()


def _bytes(result: Any) -> int:
    arrays = getattr(result, "arrays", None)
    if arrays is None:
        return int(result.memory_usage(deep=True).sum())
    return sum(array.nbytes for array in arrays.values())
