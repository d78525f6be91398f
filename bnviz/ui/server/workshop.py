"""The process in which a server trains, so that no page waits for a training's turn of the interpreter.

It loads torch, trains nothing itself, and forks for each task it is told of: a fork works on one task and ends with
it, and all of its memory is the system's again. `apart.py` speaks to it. A fork and the server have a connection of
their own: an `Order` comes first, then the fork sends one `Asks` after the other, each of which is answered by whether
it is to stop, and at last an `Ended`. Whoever finds that the other is gone ends.
"""

from __future__ import annotations

import gc
import os
import pkgutil
import signal
import socket
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pickle import dumps, loads
from threading import Lock
from typing import TYPE_CHECKING, Any

from bnviz.ui.server.work import Part, Task, work_on

if TYPE_CHECKING:
    from bnviz.datasets.table import Table
    from bnviz.history import History

BEAT = 0.05  # seconds between two questions
KINDNESS = 5  # by which the pages of the server go first


@dataclass(frozen=True)
class Order:
    """What to work on; with a reader's own data, their table and the name that the experiment has for it."""

    task: Task
    table: Table | None = None
    name: str = ""


@dataclass(frozen=True)
class News:
    """What is new of the result: records of a training, each part with its two numbers, or all rows so far."""

    parts: tuple[tuple[int, int, History], ...] = ()
    rows: Any = None


@dataclass(frozen=True)
class Asks:
    """How far the work has come; the answer tells whether to stop. One that pauses waits for it."""

    step: int
    losses: tuple[float, ...]
    news: News


@dataclass(frozen=True)
class Ended:
    """The last words: what had not been told, and the result, or why there is none."""

    asks: Asks
    result: Any = None
    error: BaseException | None = None


class Asking:
    """What the work calls, in any of its threads. A question is asked now and then, and its answer awaited at the next.

    So the work stands still for an answer only if that takes longer than `BEAT`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()
        self._stop = False
        self._asked = False
        self._at = 0.0
        self._step, self._partial = 0, None
        self._losses: tuple[float, ...] = ()
        self._told: Any = None

    def report(self, step: int, losses: Sequence[float], partial: Any = None, /) -> None:
        """Keep how far the work has come until the next question."""
        with self._lock:
            self._step, self._losses, self._partial = step, tuple(losses), partial

    def should_stop(self) -> bool:
        """Whether the work is to end."""
        with self._lock:
            if not self._stop and (now := time.monotonic()) - self._at >= BEAT:
                if self._asked:
                    self._stop = self._connection.recv()
                self._connection.send(self._question())
                self._asked, self._at = True, now
            return self._stop

    def end(self, result: Any = None, error: BaseException | None = None) -> None:
        """Send the last words."""
        with self._lock:
            self._connection.send(Ended(self._question(), result, error))

    def _question(self) -> Asks:
        return Asks(self._step, self._losses, self._news())

    def _news(self) -> News:
        told, self._told = self._told, self._partial
        if self._partial is None or self._partial is told:
            return News()
        if not isinstance(self._partial, tuple):
            return News(rows=self._partial)
        new: tuple[Part, ...] = self._partial[len(told or ()) :]
        return News(parts=tuple((part.first, part.last, part.history) for part in new))


def work_at(connection: Connection) -> None:
    """Work on the one task that comes over a connection."""
    from bnviz.datasets import own

    asking = Asking(connection)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the server is gone, or wants no more of it
        order: Order = connection.recv()
        if order.table is not None:
            own.hold(order.name, order.table)
        try:
            result = work_on(order.task, asking.report, asking.should_stop)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it is, the server is to tell
            asking.end(error=_fit_to_travel(error))
        else:
            asking.end(result)


def _fit_to_travel(error: BaseException) -> BaseException:
    """The error with where it came from as a note, or another that says the same where it cannot be sent."""
    trace = "".join(traceback.format_exception(error))
    try:
        found: BaseException = loads(dumps(error))
    except Exception:  # noqa: BLE001 - errors of libraries need not be made for it
        found = RuntimeError(f"{type(error).__name__}: {error}")
    found.add_note(trace)
    return found


def load() -> None:
    """Load what tasks need, and train once: what is there before a fork need not be made by each of them."""
    import bnviz.lessons
    from bnviz.experiment import Experiment, Run
    from bnviz.norms import NORMS
    from bnviz.training import train

    for module in pkgutil.walk_packages(bnviz.lessons.__path__, f"{bnviz.lessons.__name__}."):
        if not module.name.endswith("charts"):  # what draws is for pages
            import_module(module.name)
    train(Experiment(dataset="digits", widths=(8, 8), steps=3, runs=tuple(Run(norm=norm) for norm in NORMS)))
    gc.collect()
    gc.freeze()  # a collection in a fork would touch, and so copy, all of it


def main(file: int) -> None:
    """Fork for each connection that comes over the channel with this file descriptor, until that is closed."""
    from bnviz.datasets.own import files_closed

    channel = socket.socket(fileno=file)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the server that ends this process
    load()
    signal.signal(signal.SIGCHLD, _say_farewell)
    with files_closed():
        while True:
            _, files, _, _ = socket.recv_fds(channel, 1, 1)
            if not files:
                return
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                channel.close()
                os.nice(KINDNESS)
                work_at(Connection(files[0]))
                os._exit(0)
            os.close(files[0])


def _say_farewell(_signal: int, _frame: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
