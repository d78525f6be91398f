"""A store of results that forgets the least recently used ones when it grows past a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Results(Generic[Value]):
    """Keep values by key within `limit` bytes, dropping the least recently used first.

    A value larger than the limit on its own is not kept at all.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """Bytes held at the moment, by the sizes that callers gave."""
        return self._bytes

    def get(self, key: str) -> Value | None:
        """Return the value kept under `key` and mark it as just used, or None."""
        with self._lock:
            entry = self._kept.get(key)
            if entry is None:
                return None
            self._kept.move_to_end(key)
            return entry[0]

    def keep(self, key: str, value: Value, size: int) -> bool:
        """Keep `value`, whose size in bytes is `size`, and forget what no longer fits; False when it is too large."""
        with self._lock:
            if key in self._kept:
                self._bytes -= self._kept.pop(key)[1]
            if size > self.limit:
                return False
            self._kept[key] = (value, size)
            self._bytes += size
            while self._bytes > self.limit:
                self._bytes -= self._kept.popitem(last=False)[1][1]
            return True
