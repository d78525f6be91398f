"""Scripts of pages take turns: one computes at a time, then in turn the first and the last of those who wait.

All threads of a server share one interpreter. When a class opens its pages at once and a hundred scripts run side by
side, each gets a hundredth of it, and all of them end together, at the end. In turns the last ends no later and the
first at once. Two at a time would take the interpreter from each other and from the thread that sends their messages:
measured, a visit costs a quarter more.

Of a hundred who came at the same moment it does not matter who is next. Who was there before them is the first, and
who comes by later, or has only paused, is the last: both go on soon, where in one order one of the two would wait for
all. A script that has waited for `PATIENCE` goes on without a turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, local

CROWD = 5  # scripts that wait for their turn
PATIENCE = 5.0  # seconds after which a script goes on without a turn, so that no slow page holds up all others


class Turns:
    """Lets one thread at a time compute; one that got no turn for `patience` seconds computes all the same."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._lock = Lock()
        self._free = True
        self._waiting: list[Event] = []
        self._last_is_next = True
        self._own = local()

    @property
    def crowded(self) -> bool:
        """Whether many scripts wait for their turn."""
        return len(self._waiting) >= CROWD

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and keep it to the end of the block."""
        self._take()
        try:
            yield
        finally:
            self._give()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Let others compute during the block, in which the thread only waits; then wait for a turn again.

        Does nothing in a thread that has no turn.
        """
        had = self._give()
        try:
            yield
        finally:
            if had:
                self._take()

    def _take(self) -> None:
        with self._lock:
            if self._free:
                self._free, self._own.has_turn = False, True
                return
            called = Event()
            self._waiting.append(called)
        in_time = called.wait(self.patience)
        with self._lock:
            if not in_time and called in self._waiting:
                self._waiting.remove(called)
            # It may have been called while its patience ended.
            self._own.has_turn = called.is_set()

    def _give(self) -> bool:
        had = getattr(self._own, "has_turn", False)
        if had:
            self._own.has_turn = False
            with self._lock:
                if self._waiting:
                    self._waiting.pop(-1 if self._last_is_next else 0).set()
                    self._last_is_next = not self._last_is_next
                else:
                    self._free = True
        return had


page_scripts = Turns()
"""The turns of all visitors of this server."""
