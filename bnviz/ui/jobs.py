"""One worker that trains for every visitor: a bounded queue of jobs, each shared by all who ask for the same.

Neither Streamlit nor torch is imported here: the work is a function given by the caller.

A visitor holds a `Ticket`, polls it, and leaves it at the end of a `with` block. Streamlit ends a script by an
exception, so a rerun, a closed tab and a pressed Stop button all leave that way. A job that nobody waits for is
canceled after a moment of grace, because a rerun leaves and comes straight back; when the page of its last waiter is
closed, it is canceled at once. Each poll also renews a lease, so that even a visitor who vanished without leaving does
not keep the worker busy. A class that waits for one job is let go a few at a time, and polls less often than one
visitor does: otherwise it would take the time that others, and the work itself, need.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from bnviz.ui.job_states import Done, Ending, QueueFull, Running, Waiting
from bnviz.ui.results import Results

logger = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")


class Report(Protocol):
    """What the work calls to make its progress readable."""

    def __call__(self, step: int, losses: Sequence[float], partial: Any = None, /) -> None:
        """`partial` is what there is of the result so far, in a value that will not change any more."""


Work = Callable[[Task, Report, Callable[[], bool]], Result]

LOOK_AROUND = 0.1  # seconds between two looks whether anybody's page is still open
POLLS = 100  # a second, of all waiters together
POLLS_IN_LINE = 25  # the same while their jobs have not begun: there is less to tell
SPACING = 0.02  # seconds between two waiters of one job who go on with its result


@dataclass(eq=False)
class _Job(Generic[Task, Result]):
    key: str
    task: Task
    lease: float
    waiters: dict[int, str] = field(default_factory=dict)  # ticket → visitor
    step: int = 0
    losses: tuple[float, ...] = ()
    partial: Any = None
    started: float | None = None
    looked: float = 0.0
    let_go: int = 0
    stop: Ending | None = None
    done: Done[Result] | None = None
    ended: Event = field(default_factory=Event)


class Ticket(Generic[Task, Result]):
    """One visitor's place at a job. Use as a context manager; poll with `wait`."""

    def __init__(self, queue: JobQueue[Task, Result], job: _Job[Task, Result]) -> None:
        self._queue = queue
        self._job = job

    def __enter__(self) -> Ticket[Task, Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue._leave(self._job, id(self))

    def wait(self, seconds: float) -> Waiting | Running | Done[Result]:
        """Return the state of the job: at once when it has ended, else after `seconds`, or later in a crowd."""
        if self._job.done is None:
            polls = POLLS_IN_LINE if self._job.started is None else POLLS
            self._job.ended.wait(max(seconds, self._queue._crowd / polls))
            if self._job.done is not None:
                time.sleep(SPACING * self._queue._count_out(self._job))
        return self._queue._state(self._job)


class JobQueue(Generic[Task, Result]):
    """Run `work(task, report, should_stop)` for one job at a time, in the order of arrival.

    capacity: jobs that may stand in line; deadline: seconds after which a job is ended with what it has;
    grace: seconds that a job survives its last waiter; lease: seconds that a waiter may go without polling;
    keep_bytes: size of the store of results, each measured by `size(result)`;
    present: tells whether the page of a visitor is still open.
    `report(step, losses, partial)` makes progress readable; `should_stop()` is asked by the work between its steps.
    """

    def __init__(
        self,
        work: Work[Task, Result],
        *,
        size: Callable[[Result], int],
        capacity: int = 12,
        deadline: float = 60.0,
        grace: float = 2.0,
        lease: float = 15.0,
        keep_bytes: int = 300_000_000,
        present: Callable[[str], bool] = lambda _visitor: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capacity = capacity
        self.deadline = deadline
        self._work = work
        self._size = size
        self._grace = grace
        self._lease = lease
        self._present = present
        self._clock = clock
        self._crowd = 0
        self._changed = Condition()
        self._line: deque[_Job[Task, Result]] = deque()
        self._shared: dict[str, _Job[Task, Result]] = {}
        self._at_work: _Job[Task, Result] | None = None
        self._worker: Thread | None = None
        self._stopped = 0
        self._results: Results[Done[Result]] = Results(keep_bytes)

    @property
    def idle(self) -> bool:
        """Whether no job is at work or in line."""
        with self._changed:
            return self._at_work is None and not self._line

    def result(self, key: str) -> Done[Result] | None:
        """Return what is kept under the key of a `Done`, or None when it was never made or is forgotten."""
        return self._results.get(key)

    def keep(self, key: str, result: Result) -> None:
        """Keep a result that was not made here, such as an uploaded one, under `key`."""
        self._results.keep(key, Done("finished", key, result, at=time.time()), self._size(result))

    def join(self, key: str, task: Task, visitor: str = "") -> Ticket[Task, Result]:
        """Take a place at the job `key`, starting it with `task` unless it is under way or its result is kept.

        Raises QueueFull when the job is new and the line is full.
        """
        with self._changed:
            kept = self._results.get(key)
            if kept is not None:
                job = _Job(key, task, lease=self._clock(), done=kept)
                job.ended.set()
                return Ticket(self, job)
            self._cancel_abandoned()
            job_under_way = self._shared.get(key)
            if job_under_way is None:
                if len(self._line) >= self.capacity:
                    raise QueueFull(len(self._line))
                job_under_way = _Job(key, task, lease=0.0)
                self._line.append(job_under_way)
                self._shared[key] = job_under_way
                self._start_worker()
                self._changed.notify()
            ticket = Ticket(self, job_under_way)
            job_under_way.waiters[id(ticket)] = visitor
            self._crowd += 1
            job_under_way.lease = self._clock() + self._lease
            return ticket

    def stop(self, key: str, visitor: str = "", patience: float = 10.0) -> Done[Result] | None:
        """End the job `key` and return what it has; wait at most `patience` seconds for that.

        None when there is no such job or others than `visitor` wait for it: then it goes on. A job in line has no
        result. (The visitor's own script may still hold a ticket: Streamlit begins a rerun before the last run of
        the script has noticed that it is over.)
        """
        with self._changed:
            job = self._shared.get(key)
            if job is None or set(job.waiters.values()) - {visitor}:
                return None
            self._end(job, "stopped")
            if job in self._line:
                self._line.remove(job)
                self._finish(job, Done("stopped", job.key))
        job.ended.wait(patience)
        return job.done

    def _state(self, job: _Job[Task, Result]) -> Waiting | Running | Done[Result]:
        with self._changed:
            if job.done is not None:
                return job.done
            now = self._clock()
            job.lease = now + self._lease
            if job.started is None:
                self._cancel_abandoned()
                return Waiting(self._line.index(job) + (self._at_work is not None))
            return Running(job.step, job.losses, now - job.started, job.partial)

    def _leave(self, job: _Job[Task, Result], ticket: int) -> None:
        with self._changed:
            visitor = job.waiters.pop(ticket, None)
            if visitor is None:
                return
            self._crowd -= 1
            if not job.waiters:
                job.lease = self._clock() + (self._grace if self._present(visitor) else 0.0)

    def _count_out(self, job: _Job[Task, Result]) -> int:
        with self._changed:
            job.let_go += 1
            return job.let_go - 1

    def _is_deserted(self, job: _Job[Task, Result], now: float) -> bool:
        """Whether the pages of all who wait are closed. They have not left yet when their scripts are asleep."""
        if now - job.looked < LOOK_AROUND:
            return False
        job.looked = now
        return bool(job.waiters) and not any(self._present(visitor) for visitor in job.waiters.values())

    def _end(self, job: _Job[Task, Result], ending: Ending) -> None:
        # A job that is to end takes no newcomers: they want the whole training.
        job.stop = job.stop or ending
        if self._shared.get(job.key) is job:
            del self._shared[job.key]

    def _cancel_abandoned(self) -> None:
        now = self._clock()
        for job in [job for job in self._shared.values() if job.lease < now]:
            self._end(job, "abandoned")
        for job in [job for job in self._line if job.stop == "abandoned"]:
            self._line.remove(job)
            self._finish(job, Done("abandoned", job.key))

    def _should_stop(self, job: _Job[Task, Result], started: float) -> bool:
        with self._changed:
            now = self._clock()
            if job.lease < now or self._is_deserted(job, now):
                self._end(job, "abandoned")
            elif now - started > self.deadline:
                self._end(job, "deadline")
            return job.stop is not None

    def _finish(self, job: _Job[Task, Result], done: Done[Result]) -> None:
        if self._shared.get(job.key) is job:
            del self._shared[job.key]
        job.done = done
        job.ended.set()

    def _start_worker(self) -> None:
        if self._worker is None:
            self._worker = Thread(target=self._run_jobs, name="bnviz-training", daemon=True)
            self._worker.start()

    def _run_jobs(self) -> None:
        while True:
            with self._changed:
                self._at_work = None
                self._cancel_abandoned()
                while not self._line:
                    self._changed.wait()
                job = self._line.popleft()
                self._at_work = job
                job.started = self._clock()
            done = self._run(job, job.started)
            with self._changed:
                if done.result is not None and done.ending != "abandoned":
                    self._results.keep(done.key, done, self._size(done.result))
                self._finish(job, done)

    def _run(self, job: _Job[Task, Result], started: float) -> Done[Result]:
        def report(step: int, losses: Sequence[float], partial: Any = None, /) -> None:
            job.step, job.losses, job.partial = step, tuple(losses), partial

        try:
            result = self._work(job.task, report, lambda: self._should_stop(job, started))
        except Exception as error:
            logger.exception("A training failed")
            return Done("failed", job.key, reason=f"{type(error).__name__}: {error}", at=time.time())
        ending: Ending = job.stop or "finished"
        key = job.key
        if ending != "finished":
            # Kept apart from the whole result: whoever asks for this experiment later gets all of it.
            self._stopped += 1
            key = f"{job.key} {ending} {self._stopped}"
        return Done(ending, key, result, seconds=self._clock() - started, at=time.time())
