"""Jobs and the two lanes in which they stand: short ones, and long ones that make room for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Generic, TypeVar

from bnviz.ui.server.job_states import Done, Ending

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(eq=False)
class Job(Generic[Task, Result]):
    """A task with those who wait for it.

    lease      time until which it goes on without a sign of life from them
    started    time at which its lane took it up; None before
    paused     seconds since then in which it had to pause
    looked     time of the last look whether their pages are open; if none is, it is `deserted`
    left       who was the last to leave
    stop       how it is to end, before it has noticed
    """

    key: str
    task: Task
    lane: Lane[Task, Result]
    lease: float = 0.0
    waiters: dict[int, str] = field(default_factory=dict)  # ticket → visitor
    step: int = 0
    losses: tuple[float, ...] = ()
    partial: Any = None
    started: float | None = None
    paused: float = 0.0
    pausing: float | None = None
    looked: float = 0.0
    deserted: bool = False
    left: str = ""
    stop: Ending | None = None
    done: Done[Result] | None = None
    ended: Event = field(default_factory=Event)

    @property
    def is_preparation(self) -> bool:
        """Whether the server asked for it by itself, and no visitor has joined."""
        return bool(self.waiters) and not any(self.waiters.values())

    def seconds(self, now: float) -> float:
        """Seconds of work until `now`, without pauses."""
        if self.started is None:
            return 0.0
        return (now if self.pausing is None else self.pausing) - self.started - self.paused

    def pause(self, now: float) -> None:
        """Count the time from now on as a pause, unless one has begun."""
        self.pausing = now if self.pausing is None else self.pausing

    def go_on(self, now: float) -> None:
        """Count the time from now on as work."""
        if self.pausing is not None:
            self.paused += now - self.pausing
            self.pausing = None


@dataclass(eq=False)
class Lane(Generic[Task, Result]):
    """Jobs that so many threads work on in the order of arrival."""

    name: str
    workers: int = 1
    line: deque[Job[Task, Result]] = field(default_factory=deque)
    at_work: list[Job[Task, Result]] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)

    @property
    def idle(self) -> bool:
        """Whether nothing is at work or in line."""
        return not self.at_work and not self.line

    def ahead(self, job: Job[Task, Result]) -> int:
        """How many jobs run before one that stands in line here."""
        return self.line.index(job) + len(self.at_work)

    def start(self, work: Callable[[Lane[Task, Result]], None]) -> None:
        """Start the threads unless they live."""
        self.threads = [thread for thread in self.threads if thread.is_alive()]
        while len(self.threads) < self.workers:
            thread = Thread(target=work, args=(self,), name=f"bnviz-{self.name}", daemon=True)
            self.threads.append(thread)
            thread.start()
