"""`python -m bnviz script`: an experiment to a script of plain PyTorch."""

import argparse

from bnviz.command.inputs import read_experiment, require_output, writing
from bnviz.command.saying import say
from bnviz.export.script import BESIDE, script


def script_command(options: argparse.Namespace) -> bool:
    """Write the script, and its data beside it; always True."""
    require_output(options.out, [".py"])
    beside = options.out.with_suffix(BESIDE)
    require_output(beside, [BESIDE])
    made = script(read_experiment(options.experiment), options.out.stem)
    with writing(options.out):
        made.save(options.out)
    say(f"{options.out} reads {beside}; run it with python {options.out}")
    return True
