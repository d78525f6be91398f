"""Scripts of pages take turns: one computes at a time, then in turn the first and the last of those who wait.

All threads of a server share one interpreter. When a class opens its pages at once and a hundred scripts run side by
side, each gets a hundredth of it, and all of them end together, at the end. In turns the last ends no later and the
first at once. Two at a time would take the interpreter from each other and from the thread that sends their messages:
measured, a visit costs a quarter more.

Of a hundred who came at the same moment it does not matter who is next. Who was there before them is the first, and
who comes by later, or has only paused, is the last: both go on soon, where in one order one of the two would wait for
all. A script that has computed for `PATIENCE` while others wait loses its turn to the first of them, and goes on
without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, local

CROWD = 5  # scripts that wait for their turn
PATIENCE = 5.0  # seconds that a turn may last, so that no slow page holds up all others
LOOK = 0.01  # seconds between two looks of those who wait behind the first whether it has taken the turn


class Turns:
    """Lets one thread at a time compute; one that does so for longer than `patience` seconds no longer counts."""

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self._clock = clock
        self._lock = Lock()
        # A turn is an event that is set when it begins.
        self._present: Event | None = None
        self._since = 0.0
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
        mine = Event()
        with self._lock:
            self._waiting.append(mine)
            if self._present is None:
                self._begin(mine)
        while not mine.wait(max(self._left(), LOOK)):
            with self._lock:
                if self._left() <= 0 and self._waiting[:1] == [mine]:
                    self._begin(mine)
        self._own.turn = mine

    def _left(self) -> float:
        """Seconds that the present turn may still last."""
        return self._since + self.patience - self._clock()

    def _begin(self, turn: Event) -> None:
        self._waiting.remove(turn)
        self._present, self._since = turn, self._clock()
        turn.set()

    def _give(self) -> bool:
        mine: Event | None = getattr(self._own, "turn", None)
        if mine is None:
            return False
        self._own.turn = None
        with self._lock:
            if self._present is mine:  # else it has lasted for too long, and another has begun
                self._present = None
                if self._waiting:
                    self._begin(self._waiting[-1 if self._last_is_next else 0])
                    self._last_is_next = not self._last_is_next
        return True


page_scripts = Turns()
"""The turns of all visitors of this server."""
