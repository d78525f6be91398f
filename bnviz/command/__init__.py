"""The command line: experiments and grids in files, recordings and tables out.

arguments          what may be asked for
training           `train`: one experiment to one recording
sweeping           `sweep`: a grid to a table that can be taken up again
exporting          `export`: a recording to one of its tables, and to files that play it
scripting          `script`: an experiment to a script of plain PyTorch
inputs, saying     what is read and refused; what is printed
signals            how a command is interrupted
"""

import sys
from collections.abc import Sequence

from bnviz.cluster import ClusterError
from bnviz.command.arguments import parser
from bnviz.command.inputs import BadInput
from bnviz.command.saying import complain, open_stderr, silence

FINE, BAD_INPUT, LOST, INTERRUPTED = 0, 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, 2 for bad input, 130 when interrupted, 1 for a lost cluster.

    An error is one line on stderr. When whoever reads stderr leaves, that is an interruption.
    """
    open_stderr()
    try:
        options = parser().parse_args(arguments)
        finished = options.command(options)
    except BadInput as error:
        complain(str(error))
        return BAD_INPUT
    except ClusterError as error:
        complain(str(error))
        return LOST
    except BrokenPipeError:
        silence(sys.stderr)
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    return FINE if finished else INTERRUPTED
