"""What `vl-convert-python` draws: here, or in a process of its own.

Once it has drawn, it keeps some 80 MB for as long as its process lives: more than a server has to spare that shares
690 MB among a class.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 120  # seconds
_DRAWS = """
import json, sys, vl_convert
name, source, options = json.load(sys.stdin)
try:
    found = getattr(vl_convert, name)(source, **options)
except (RuntimeError, ValueError) as error:
    sys.exit(str(error).partition("\\n")[0])
sys.stdout.buffer.write(found.encode() if isinstance(found, str) else found)
"""
_apart = False


@contextmanager
def drawing_apart() -> Iterator[None]:
    """Draw in processes of their own during the block, each of which ends with its picture."""
    global _apart  # of the whole server: it begins before the first thread of a visitor, and ends after the last
    _apart = True
    try:
        yield
    finally:
        _apart = False


def drawn(name: str, source: dict[str, Any] | str, **options: Any) -> bytes:
    """Return what the function `name` of vl-convert makes of a specification or an SVG.

    Raises ValueError with its words where it cannot draw that.
    """
    if not _apart:
        import vl_convert

        try:
            found: bytes | str = getattr(vl_convert, name)(source, **options)
        except RuntimeError as error:
            raise ValueError(str(error).partition("\n")[0]) from None
        return found.encode() if isinstance(found, str) else found
    asked = json.dumps([name, source, options], allow_nan=False).encode()
    done = subprocess.run([sys.executable, "-P", "-c", _DRAWS], input=asked, capture_output=True, timeout=PATIENCE)
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip())
    return done.stdout
