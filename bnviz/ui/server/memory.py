"""Memory: how much this server may take, and settings of the C library by which it keeps less, where it is glibc."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2
_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where Linux tells a container how many bytes it may take: its control groups of version 2, and of version 1."""


def bytes_allowed() -> float:
    """How much memory the machine has or, where that is less, the container may take; infinite where none tells."""
    found = float("inf")
    with suppress(AttributeError, OSError, ValueError):  # no such question on this system
        found = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in _LIMITS:
        with suppress(OSError, ValueError):  # no such file, or no limit: the word "max"
            found = min(found, float(path.read_text(encoding="ascii")))
    return found


@cache
def _glibc() -> Any:
    """The C library, None where it is another one."""
    try:
        library = ctypes.CDLL(None)
        return library if hasattr(library, "gnu_get_libc_version") else None
    except (OSError, TypeError):
        return None


def keep_few_arenas() -> bool:
    """Share two arenas of malloc between all threads, unless the environment says otherwise; whether that was done.

    Threads come and go here, and each arena keeps what it once held. To be called before they come.
    """
    library = _glibc()
    return library is not None and "MALLOC_ARENA_MAX" not in os.environ and bool(library.mallopt(_ARENA_MAX, ARENAS))


def give_back() -> None:
    """Return memory that is free inside of the process to the system. Takes some milliseconds."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
