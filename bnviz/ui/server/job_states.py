"""How it stands with a job: in line, at work, ended, or refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

Result = TypeVar("Result")
Ending = Literal["finished", "stopped", "deadline", "failed", "abandoned"]


class QueueFull(RuntimeError):
    """No room for another job; `waiting` jobs stand in line already."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"{waiting} trainings are waiting already; yours would be number {waiting + 1}")
        self.waiting = waiting


@dataclass(frozen=True)
class Waiting:
    """In line: `ahead` jobs are to run first, the one at work included."""

    ahead: int


@dataclass(frozen=True)
class Running:
    """At work: the latest report of the job, and the seconds since it started."""

    step: int
    losses: tuple[float, ...]
    seconds: float
    partial: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class Done(Generic[Result]):
    """Ended: how, with what result or for what reason, and the key under which the result is kept.

    `seconds` is how long the work took, `at` the wall-clock time of its end (seconds since the epoch).
    """

    ending: Ending
    key: str
    result: Result | None = None
    reason: str | None = None
    seconds: float = 0.0
    at: float = 0.0
