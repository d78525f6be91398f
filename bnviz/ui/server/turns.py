"""Scripts of pages take turns: one computes at a time, about in the order in which they came.

All threads of a server share one interpreter. When a class opens its pages at once and a hundred scripts run side by
side, each gets a hundredth of it, and all of them end together, at the end. In turns the last ends no later, the first
at once, and somebody who comes by waits for those before and not for all. Two at a time would take the interpreter
from each other and from the thread that sends their messages: measured, a visit costs a quarter more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore, local

CROWD = 5  # scripts that wait for their turn
PATIENCE = 5.0  # seconds after which a script goes on without a turn, so that no slow page holds up all others


class Turns:
    """Lets one thread at a time compute; one that got no turn for `patience` seconds computes all the same."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        # Unlike a lock, it wakes those who wait in the order in which they came.
        self._place = Semaphore()
        self._own = local()
        self._waiting = 0
        self._counting = Lock()

    @property
    def crowded(self) -> bool:
        """Whether many scripts wait for their turn."""
        return self._waiting >= CROWD

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
        with self._counting:
            self._waiting += 1
        self._own.has_turn = self._place.acquire(timeout=self._patience)
        with self._counting:
            self._waiting -= 1

    def _give(self) -> bool:
        had = getattr(self._own, "has_turn", False)
        if had:
            self._own.has_turn = False
            self._place.release()
        return had


page_scripts = Turns()
"""The turns of all visitors of this server."""
