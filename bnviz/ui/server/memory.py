"""Memory that a long-running server would otherwise keep: settings of the C library, where it is glibc."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any

_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2


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
