"""What trains for every visitor: a bounded queue of jobs, each shared by all who ask for the same.

Neither Streamlit nor torch is imported here: the work is a function given by the caller.

A visitor holds a `Ticket`, looks at it from time to time, and leaves it. A job that nobody waits for is canceled after
a moment of grace, because a rerun leaves and comes straight back; when the page of its last waiter is closed, it is
canceled at once. Each look also renews a lease, so that even a visitor who vanished without leaving does not keep the
worker busy.

One job computes at a time, or a few short ones where the work stands that. Short jobs need not wait for a long one: it
pauses while they run, and then goes on for as long as the last of them took before the next one runs. So short jobs
wait for short jobs, and a long one gets half of the time however many of them there are.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from threading import Condition
from types import TracebackType
from typing import Any, Generic, Protocol

from bnviz.ui.server.job_states import Done, Ending, QueueFull, Running, Waiting
from bnviz.ui.server.lanes import Job, Lane, Result, Task
from bnviz.ui.server.results import Results

logger = logging.getLogger(__name__)


class Report(Protocol):
    """What the work calls to make its progress readable."""

    def __call__(self, step: int, losses: Sequence[float], partial: Any = None, /) -> None:
        """`partial` is what there is of the result so far, in a value that will not change any more."""


Work = Callable[[Task, Report, Callable[[], bool]], Result]

LOOK_AROUND = 0.1  # seconds between two looks whether anybody's page is still open


class Ticket(Generic[Task, Result]):
    """One visitor's place at a job, until it is left."""

    def __init__(self, queue: JobQueue[Task, Result], job: Job[Task, Result]) -> None:
        self._queue = queue
        self._job = job

    def __enter__(self) -> Ticket[Task, Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    @property
    def key(self) -> str:
        """The name of the job."""
        return self._job.key

    @property
    def partial(self) -> Any:
        """The latest that was reported of the result."""
        return self._job.partial

    def look(self) -> Waiting | Running | Done[Result]:
        """Return the state of the job."""
        return self._queue._state(self._job)

    def wait(self, seconds: float) -> Waiting | Running | Done[Result]:
        """Return the state of the job: at once when it has ended, else after `seconds`."""
        self._job.ended.wait(seconds)
        return self.look()

    def leave(self, for_good: bool = False) -> None:
        """Wait no longer. `for_good`: the visitor wants something else now, and will not come straight back."""
        self._queue._leave(self._job, id(self), for_good)


class JobQueue(Generic[Task, Result]):
    """Run `work(task, report, should_stop)` for one job after the other, short ones first, else as they came.

    at_once: short jobs that are worked on at the same time;
    is_long: tells whether a task takes so long that short ones go first;
    capacity: jobs that may stand in line, short and long ones counted apart;
    deadline: seconds of work after which a job is ended with what it has;
    grace: seconds that a job survives its last waiter; lease: seconds that a waiter may go without polling;
    absence: seconds that a long job pauses for when the connection of its last waiter is lost, unless others want it;
    keep_bytes: size of the store of results, each measured by `size(result)`;
    present: tells whether the page of a visitor is still open; the server itself is the visitor "".
    `report(step, losses, partial)` makes progress readable; `should_stop()` is asked by the work between its steps.
    """

    def __init__(
        self,
        work: Work[Task, Result],
        *,
        size: Callable[[Result], int],
        at_once: int = 1,
        is_long: Callable[[Task], bool] = lambda _task: False,
        capacity: int = 12,
        deadline: float = 60.0,
        grace: float = 2.0,
        lease: float = 15.0,
        absence: float = 0.0,
        keep_bytes: int = 300_000_000,
        present: Callable[[str], bool] = lambda _visitor: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capacity = capacity
        self.deadline = deadline
        self._work = work
        self._size = size
        self._is_long = is_long
        self._grace = grace
        self._lease = lease
        self._absence = absence
        self._present = present
        self._clock = clock
        self._changed = Condition()
        self._short: Lane[Task, Result] = Lane("short", at_once)
        self._long: Lane[Task, Result] = Lane("long")
        self._owed = clock()  # until then the long job goes on
        self._shared: dict[str, Job[Task, Result]] = {}
        self._stopped = 0
        self._results: Results[Done[Result]] = Results(keep_bytes)

    @property
    def idle(self) -> bool:
        """Whether no job is at work or in line."""
        with self._changed:
            return self._short.idle and self._long.idle

    def result(self, key: str) -> Done[Result] | None:
        """Return what is kept under the key of a `Done`, or None when it was never made or is forgotten."""
        return self._results.get(key)

    def costs_nothing(self, key: str) -> bool:
        """Whether the result of the job `key` is kept, or being made for somebody."""
        with self._changed:
            return key in self._shared or self._results.get(key) is not None

    def keep(self, key: str, result: Result) -> bool:
        """Keep a result that was not made here, such as an uploaded one, under `key`; whether there is room for it."""
        return self._results.keep(key, Done("finished", key, result, at=time.time()), self._size(result))

    def join(self, key: str, task: Task, visitor: str = "") -> Ticket[Task, Result]:
        """Take a place at the job `key`, starting it with `task` unless it is under way or its result is kept.

        Raises QueueFull when the job is new and the line is full.
        """
        lane = self._long if self._is_long(task) else self._short
        with self._changed:
            kept = self._results.get(key)
            if kept is not None:
                job = Job(key, task, lane, done=kept)
                job.ended.set()
                return Ticket(self, job)
            self._cancel_abandoned()
            job_under_way = self._shared.get(key)
            if job_under_way is None:
                if len(lane.line) >= self.capacity:
                    raise QueueFull(len(lane.line))
                job_under_way = Job(key, task, lane)
                lane.line.append(job_under_way)
                self._shared[key] = job_under_way
                lane.start(self._run_jobs)
            ticket = Ticket(self, job_under_way)
            job_under_way.waiters[id(ticket)] = visitor
            job_under_way.lease = self._clock() + self._lease
            self._changed.notify_all()
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
            self._take_out_of_line(job)
        job.ended.wait(patience)
        return job.done

    def _state(self, job: Job[Task, Result]) -> Waiting | Running | Done[Result]:
        with self._changed:
            if job.done is not None:
                return job.done
            now = self._clock()
            job.lease = now + self._lease
            if job.started is None:
                self._cancel_abandoned()
                return Waiting(job.lane.ahead(job))
            return Running(job.step, job.losses, job.seconds(now), job.partial)

    def _leave(self, job: Job[Task, Result], ticket: int, for_good: bool) -> None:
        with self._changed:
            visitor = job.waiters.pop(ticket, None)
            if visitor is None:
                return
            job.left = visitor
            if not job.waiters:
                away = self._absence if job in self._long.at_work else 0.0
                stay = (0.0 if for_good else self._grace) if self._present(visitor) else away
                job.lease = self._clock() + stay
                self._changed.notify_all()

    def _end(self, job: Job[Task, Result], ending: Ending) -> None:
        # A job that is to end takes no newcomers: they want the whole training.
        job.stop = job.stop or ending
        if self._shared.get(job.key) is job:
            del self._shared[job.key]
        self._changed.notify_all()

    def _take_out_of_line(self, job: Job[Task, Result]) -> None:
        if job in job.lane.line:
            job.lane.line.remove(job)
            self._finish(job, Done(job.stop or "abandoned", job.key))

    def _cancel_abandoned(self) -> None:
        now = self._clock()
        for job in [job for job in self._shared.values() if job.lease < now]:
            self._end(job, "abandoned")
            self._take_out_of_line(job)

    def _should_stop(self, job: Job[Task, Result]) -> bool:
        """Whether the job is to end. A job that is to pause waits here, and so do all the threads that work on it."""
        with self._changed:
            while True:
                now = self._clock()
                self._look_after(job, now)
                if job.stop is None and (job.deserted or (job.lane is self._long and self._short.at_work)):
                    job.pause(now)
                    self._changed.wait(LOOK_AROUND)
                    continue
                job.go_on(now)
                return job.stop is not None

    def _look_after(self, job: Job[Task, Result], now: float) -> None:
        """End the job when there is a reason to."""
        if now - job.looked >= LOOK_AROUND:
            job.looked = now
            # Visitors whose pages are closed have not left yet when their scripts are asleep.
            visitors = list(job.waiters.values()) or [job.left]
            job.deserted = not any(self._present(visitor) for visitor in visitors)
        patient = self._absence > 0 and job.lane is self._long and not job.lane.line
        gives_way = job.is_preparation and bool(job.lane.line)
        if job.lease < now or (job.deserted and not patient) or gives_way:
            self._end(job, "abandoned")
        elif job.seconds(now) > self.deadline:
            self._end(job, "deadline")

    def _finish(self, job: Job[Task, Result], done: Done[Result]) -> None:
        if self._shared.get(job.key) is job:
            del self._shared[job.key]
        job.done = done
        job.ended.set()

    def _run_jobs(self, lane: Lane[Task, Result]) -> None:
        while True:
            with self._changed:
                self._cancel_abandoned()
                while not lane.line or (lane is self._short and self._is_owed()):
                    self._changed.wait(LOOK_AROUND if lane.line else None)
                    self._cancel_abandoned()
                job = lane.line.popleft()
                lane.at_work.append(job)
                job.started = self._clock()
            done = self._run(job)
            with self._changed:
                now = self._clock()
                if lane is self._short:
                    self._owed = now + job.seconds(now)
                lane.at_work.remove(job)
                self._finish(job, done)
                self._changed.notify_all()

    def _is_owed(self) -> bool:
        """Whether the long job is to go on before another short one begins."""
        going = any(not job.deserted and job.stop is None for job in self._long.at_work)
        return going and self._clock() < self._owed

    def _run(self, job: Job[Task, Result]) -> Done[Result]:
        def report(step: int, losses: Sequence[float], partial: Any = None, /) -> None:
            job.step, job.losses, job.partial = step, tuple(losses), partial

        try:
            result = self._work(job.task, report, lambda: self._should_stop(job))
            ending: Ending = job.stop or "finished"
            key = job.key
            if ending != "finished":
                # Kept apart from the whole result: whoever asks for this experiment later gets all of it.
                self._stopped += 1
                key = f"{job.key} {ending} {self._stopped}"
            done = Done(ending, key, result, seconds=job.seconds(self._clock()), at=time.time())
            if result is not None and ending != "abandoned":
                self._results.keep(key, done, self._size(result))
            return done
        except BaseException as error:
            logger.exception("A training failed")
            return Done("failed", job.key, reason=f"{type(error).__name__}: {error}", at=time.time())
