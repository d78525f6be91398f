"""What commands print, and what becomes of it when nobody can read it."""

import os
import sys
from typing import TextIO


def say(text: str) -> None:
    """Print a line on stdout. When that is closed or full the line is lost: what counts is in a file by then."""
    _print(text, sys.stdout)


def complain(text: str) -> None:
    """Print an error on stderr, as one line."""
    _print(" ".join(["bnviz:", *text.split()]), sys.stderr)


def open_stderr() -> None:
    """Have a stderr to write to even where it was closed from the start."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - to the end of the process


def silence(stream: TextIO) -> None:
    """Send what is left in the buffer of a broken stream nowhere, or Python would complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _print(text: str, stream: TextIO | None) -> None:
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except OSError:
        silence(stream)
