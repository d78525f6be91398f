"""`python -m bnviz script`: an experiment to a script of plain PyTorch, or to a notebook."""

import argparse

from bnviz.command.inputs import read_experiment, require_output, writing
from bnviz.command.saying import say
from bnviz.export.notebook import notebook
from bnviz.export.script import BESIDE, script


def script_command(options: argparse.Namespace) -> bool:
    """Write the script and its data beside it, or a notebook, by the suffix of the output; always True."""
    require_output(options.out, [".py", ".ipynb"])
    if options.out.suffix == ".ipynb":
        text = notebook(read_experiment(options.experiment))
        with writing(options.out):
            options.out.write_text(text, encoding="utf-8")
        say(f"{options.out} holds its data; open it with Jupyter")
        return True
    beside = options.out.with_suffix(BESIDE)
    require_output(beside, [BESIDE])
    made = script(read_experiment(options.experiment), options.out.stem)
    with writing(options.out):
        made.save(options.out)
    say(f"{options.out} reads {beside}; run it with python {options.out}")
    return True
