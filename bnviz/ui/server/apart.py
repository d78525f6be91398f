"""Work that is done in processes of their own, on a server with many visitors: what speaks to `workshop.py`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import bnviz
from bnviz.cluster import VARIABLE
from bnviz.datasets.own import table_of
from bnviz.experiment import Experiment
from bnviz.ui.server.jobs import Report
from bnviz.ui.server.work import Part, Task
from bnviz.ui.server.workshop import Asks, Ended, Order

if TYPE_CHECKING:
    from bnviz.history import History


class WorkLost(RuntimeError):
    """The process that worked on a task has ended before it: killed, perhaps for want of memory."""


class Workshop:
    """The process that forks for each task. It is started by :meth:`open`, and again when it was lost."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def open(self) -> None:
        """Start it, without waiting until it can work."""
        with self._lock:
            self._start()

    def close(self) -> None:
        """End it; what its forks still work on ends with their next question."""
        with self._lock:
            self._end()

    def fork(self) -> Connection:
        """A connection to a new fork."""
        here, there = Pipe()
        with self._lock, there:
            if self._process is None or self._process.poll() is not None:
                self._start()
            try:
                self._send(there)
            except OSError:  # lost in this very moment
                self._start()
                self._send(there)
        return here

    def _send(self, connection: Connection) -> None:
        assert self._channel is not None
        socket.send_fds(self._channel, [b"."], [connection.fileno()])

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def _start(self) -> None:
        self._end()
        self._channel, there = socket.socketpair()
        root = str(Path(bnviz.__file__).parents[1])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        # Not by `-m`: what it sends is to have the names that it has here.
        begin = f"from bnviz.ui.server.workshop import main; main({there.fileno()})"
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", begin],
                pass_fds=[there.fileno()],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
            )


_workshop: Workshop | None = None


@contextmanager
def working_apart() -> Iterator[None]:
    """Have the work of this server done in processes of their own during the block.

    Not where the system cannot fork, nor where a Dask cluster does the work: its client is one of this process.
    """
    global _workshop  # of the whole server: it is opened before the first task, and closed after the last
    if sys.platform != "linux" or os.environ.get(VARIABLE):
        yield
        return
    _workshop = Workshop()
    _workshop.open()
    try:
        yield
    finally:
        _workshop.close()
        _workshop = None


def is_open() -> bool:
    """Whether :func:`work_on` may be called."""
    return _workshop is not None


def work_on(task: Task, report: Report, should_stop: Callable[[], bool]) -> Any:
    """Do what `work_on` of `work.py` does, in a process of its own. Raises WorkLost, and what that raises."""
    if _workshop is None:
        raise RuntimeError("work is done apart only within working_apart()")
    partial: Any = None

    def take(asks: Asks) -> None:
        nonlocal partial
        news = asks.news
        if news.parts:
            partial = (*(partial or ()), *(_part(*each) for each in news.parts))
        elif news.rows is not None:
            partial = news.rows
        report(asks.step, asks.losses, partial)

    order = _order(task)
    try:
        connection, said = _begun(_workshop, order)
        with connection:
            while isinstance(said, Asks):
                take(said)
                connection.send(should_stop())
                said = connection.recv()
    except (EOFError, OSError):
        raise WorkLost("the process that worked on it has ended; the server may lack memory") from None
    take(said.asks)
    if said.error is not None:
        raise said.error
    return said.result


def _begun(workshop: Workshop, order: Order) -> tuple[Connection, Asks | Ended]:
    """A fork that works on the order, and its first words. One that has none was perhaps told of by a dying process."""
    for last in (False, True):
        connection = workshop.fork()
        try:
            connection.send(order)
            return connection, connection.recv()
        except (EOFError, OSError):
            connection.close()
            if last:
                raise
    raise AssertionError("one of the two tries returns or raises")


def _order(task: Task) -> Order:
    if not isinstance(task, Experiment) or task.data is None:
        return Order(task)
    return Order(task, table_of(task.dataset, task.data.sha256), task.dataset)


def _part(first: int, last: int, history: History) -> Part:
    return Part(first, last, lambda: history)
