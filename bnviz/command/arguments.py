"""What the command line takes."""

import argparse
from pathlib import Path
from typing import NoReturn

from bnviz.command.exporting import KINDS, TABLES, export_command
from bnviz.command.inputs import BadInput
from bnviz.command.scripting import script_command
from bnviz.command.sweeping import sweep_command
from bnviz.command.training import train_command


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are of one line like all others."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message}; see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; `options.command(options)` runs the one that was named."""
    top = _Parser(prog="python -m bnviz", description="Train small networks and see what batch norm does, in files.")
    commands = top.add_subparsers(title="commands", required=True, metavar="train | sweep | export | script")
    for add in (_add_train, _add_sweep, _add_export, _add_script):
        add(commands)
    return top


def _add_train(commands: argparse._SubParsersAction) -> None:
    train = commands.add_parser("train", help="train an experiment and keep its recording")
    train.add_argument("experiment", help="the experiment as JSON: a file, or - for stdin")
    train.add_argument("-o", "--out", type=Path, required=True, metavar="FILE.npz", help="where the recording goes")
    train.set_defaults(command=train_command)


def _add_sweep(commands: argparse._SubParsersAction) -> None:
    sweep = commands.add_parser(
        "sweep",
        help="train a grid of networks, one row each; go on where an earlier sweep ended",
        description="Train every run of the experiment at every point of the grid with every seed. Rows that the "
        "output holds already are kept and not trained again.",
    )
    sweep.add_argument("experiment", help="the experiment as JSON: a file, or - for stdin")
    sweep.add_argument(
        "--grid", action="append", default=[], metavar="FIELD=VALUE,…", help="values of one field, such as lr=0.01,0.1"
    )
    sweep.add_argument("--grid-file", metavar="FILE.json", help='the same as JSON, such as {"lr": [0.01, 0.1]}')
    sweep.add_argument(
        "--seeds", default="3", metavar="N or N,N,…", help="how many seeds (from 0), or which: 7, for one; default 3"
    )
    sweep.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help="where the rows go: .parquet or .csv"
    )
    sweep.set_defaults(command=sweep_command)


def _add_export(commands: argparse._SubParsersAction) -> None:
    export = commands.add_parser(
        "export",
        help="write a table of a recording, or a file that plays it",
        description="Write one table, files that play the recording, or both at once.",
    )
    export.add_argument("recording", type=Path, help="an .npz file of `train` or of the app")
    export.add_argument("table", choices=TABLES, nargs="?", help="which table")
    export.add_argument("-o", "--out", type=Path, metavar="FILE", help="where the table goes: .parquet or .csv")
    for name, kind in KINDS.items():
        export.add_argument(f"--{name}", type=Path, metavar=f"FILE{kind.suffix}", help=kind.words)
    export.set_defaults(command=export_command)


def _add_script(commands: argparse._SubParsersAction) -> None:
    script = commands.add_parser(
        "script",
        help="write an experiment as a script of plain PyTorch, or as a notebook",
        description="The script needs torch and numpy, and the .npz file beside it, which holds data and initial "
        "weights. It ends with one line of JSON: the training loss of each run at the last record. A notebook "
        "(.ipynb) says the same cell by cell, and holds its data itself.",
    )
    script.add_argument("experiment", help="the experiment as JSON: a file, or - for stdin")
    script.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help="where it goes: .py or .ipynb")
    script.set_defaults(command=script_command)
