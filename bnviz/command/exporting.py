"""`python -m bnviz export`: a recording to one of its tables."""

import argparse

from bnviz.command.inputs import BadInput, require_output, writing
from bnviz.command.saying import say
from bnviz.history import History
from bnviz.rows import SUFFIXES, write_frame

TABLES = ("losses", "affine", "moments", "running", "weights", "percentiles", "histograms", "decision")
"""Methods of `History` that give a frame."""


def export_command(options: argparse.Namespace) -> bool:
    """Write one table; always True."""
    require_output(options.out, SUFFIXES)
    try:
        frame = getattr(History.load(options.recording), options.table)()
    except OSError as error:
        raise BadInput(f"{options.recording}: cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise BadInput(f"{options.recording}: {error}") from None
    with writing(options.out):
        write_frame(frame, options.out)
    say(f"{len(frame)} rows in {options.out}")
    return True
