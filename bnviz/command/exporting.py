"""`python -m bnviz export`: a recording to one of its tables, and to files that play it."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bnviz.command.inputs import BadInput, require_output, writing
from bnviz.command.saying import say
from bnviz.history import History
from bnviz.rows import SUFFIXES, write_atomically, write_frame

TABLES = ("losses", "affine", "moments", "running", "weights", "percentiles", "histograms", "decision")
"""Methods of `History` that give a frame."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that plays a whole recording: the end of its name, what --help says, and what writes it."""

    suffix: str
    words: str
    write: Callable[[History, Path], None]


def _html(history: History, path: Path) -> None:
    history.to_html(path)


def _gif(history: History, path: Path) -> None:
    history.to_gif(path)


KINDS: Mapping[str, Kind] = {
    "html": Kind(".html", "one file that plays the recording in any browser, without a network", _html),
    "gif": Kind(".gif", "an animation of the recording, for slides and messages", _gif),
}
"""By the names of their options."""


def export_command(options: argparse.Namespace) -> bool:
    """Write what was asked for; always True."""
    wanted = {kind: path for name, kind in KINDS.items() if (path := getattr(options, name))}
    _require(options, wanted)
    try:
        history = History.load(options.recording)
        frame = getattr(history, options.table)() if options.table else None
    except OSError as error:
        raise BadInput(f"{options.recording}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise BadInput(f"{options.recording}: {error}") from None
    if frame is not None:
        with writing(options.out):
            write_frame(frame, options.out)
        say(f"{len(frame)} rows in {options.out}")
    for kind, path in wanted.items():
        with writing(path):
            write_atomically(path, partial(kind.write, history))
        say(f"{len(history.steps)} recorded steps in {path}")
    return True


def _require(options: argparse.Namespace, wanted: Mapping[Kind, Path]) -> None:
    """Raise BadInput unless there is something to write, and all of it can be written."""
    if options.table and options.out is None:
        raise BadInput(f"export {options.table}: say where the table goes: -o FILE.csv or -o FILE.parquet.")
    if options.out is not None and not options.table:
        raise BadInput(f"export -o {options.out}: name the table that goes there: {', '.join(TABLES)}.")
    if not options.table and not wanted:
        files = " or ".join(f"--{name} FILE{kind.suffix}" for name, kind in KINDS.items())
        raise BadInput(f"export: name a table and -o FILE{', or ' if files else ''}{files}.")
    if options.out is not None:
        require_output(options.out, SUFFIXES)
    for kind, path in wanted.items():
        require_output(path, [kind.suffix])
