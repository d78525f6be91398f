"""The command line: experiments and grids in files, recordings and tables out.

arguments          what may be asked for
training           `train`: one experiment to one recording
sweeping           `sweep`: a grid to a table that can be taken up again
exporting          `export`: a recording to one of its tables
inputs, signals    what is read and refused; how a command is interrupted
"""

import sys
from collections.abc import Sequence

from bnviz.cluster import ClusterError
from bnviz.command.arguments import parser
from bnviz.command.inputs import BadInput

FINE, BAD_INPUT, LOST, INTERRUPTED = 0, 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 2 for bad input, 130 when interrupted, 1 for a lost cluster.

    An error is one line on stderr.
    """
    try:
        options = parser().parse_args(arguments)
        finished = options.command(options)
    except BadInput as error:
        return _complain(error, BAD_INPUT)
    except ClusterError as error:
        return _complain(error, LOST)
    except KeyboardInterrupt:
        return INTERRUPTED
    return FINE if finished else INTERRUPTED


def _complain(error: Exception, status: int) -> int:
    print("bnviz:", *str(error).split(), file=sys.stderr)
    return status
