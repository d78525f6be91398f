"""What one visitor waits for: a ticket for each place of the page in view, and what there is to tell of it.

A page asks and goes on; nothing holds up its script. A stream (`stream.py`) tells the browser what becomes of it, and
the place asks again when that is over. What a page no longer asks for is left.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from bnviz.ui.server.jobs import Ticket

Encode = Callable[[Any], bytes]
"""Makes bytes for the browser, compressed by gzip, of one part of a result that is not complete."""

_numbers = count(1)


@dataclass(eq=False)
class Watch:
    """A job that one place of a page waits for.

    id       names it to the browser; never used twice
    encode   makes bytes of each part of the result, for a place that shows parts in the browser; else None
    fills    whether the place is drawn again whenever the result has grown
    renewed  the run of the page in which the place last asked for it
    """

    ticket: Ticket[Any, Any]
    encode: Encode | None = None
    fills: bool = False
    renewed: int = 0
    id: str = field(default_factory=lambda: str(next(_numbers)))


class Desk:
    """The watches of one visitor, at most one for each place. The browser reads them under the desk's `token`."""

    def __init__(self, visitor: str) -> None:
        self.visitor = visitor
        self.token = secrets.token_urlsafe(24)
        self.readers = 0  # streams that were opened; only the last one is served
        self._lock = Lock()
        self._watches: dict[str, Watch] = {}
        self._run = 0
        _desks[self.token] = self

    def begin(self) -> None:
        """A page is run from its beginning: what it does not ask for again until `end` is left."""
        self._run += 1

    def end(self) -> None:
        """The page was run to its end."""
        for place, watch in self.watches().items():
            if watch.renewed < self._run:
                self.leave(place)

    def ask(
        self,
        place: str,
        key: str,
        join: Callable[[], Ticket[Any, Any]],
        encode: Encode | None = None,
        fills: bool = False,
    ) -> Watch:
        """Wait for the job `key` in a place of the page, instead of what it waited for before.

        `join` takes a ticket; what it raises is raised here.
        """
        with self._lock:
            before = self._watches.get(place)
            if before is not None and before.ticket.key == key:
                before.renewed = self._run
                return before
            if before is not None:
                del self._watches[place]
                before.ticket.leave(for_good=True)
            watch = Watch(join(), encode, fills, self._run)
            self._watches[place] = watch
            return watch

    def leave(self, place: str, key: str | None = None) -> None:
        """Wait no longer in a place, or there no longer for the job `key`."""
        with self._lock:
            watch = self._watches.get(place)
            if watch is None or (key is not None and watch.ticket.key != key):
                return
            del self._watches[place]
        watch.ticket.leave()

    def watches(self) -> dict[str, Watch]:
        """What the places wait for."""
        with self._lock:
            return dict(self._watches)


_desks: WeakValueDictionary[str, Desk] = WeakValueDictionary()


def desk_of(token: str) -> Desk | None:
    """The desk of a token, as long as its visitor's session is there."""
    return _desks.get(token)
