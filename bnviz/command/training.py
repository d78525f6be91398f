"""`python -m bnviz train`: one experiment to one recording."""

import argparse
import sys
from collections.abc import Sequence

from tqdm import tqdm

from bnviz.command.inputs import read_experiment, require_output, writing
from bnviz.command.saying import say
from bnviz.command.signals import Interruption
from bnviz.rows import write_atomically


def train_command(options: argparse.Namespace) -> bool:
    """Train, write the recording, and print how each run ended; False when interrupted.

    An interrupted training writes what it recorded; the statuses in the file say so.
    """
    require_output(options.out, [".npz"])
    experiment = read_experiment(options.experiment)
    with Interruption() as interrupted:
        from bnviz.training import train

        with tqdm(total=experiment.steps, desc="train", unit=" steps", file=sys.stderr) as bar:

            def on_progress(step: int, losses: Sequence[float]) -> None:
                bar.update(step - bar.n)

            history = train(experiment, on_progress, interrupted)
        with writing(options.out):
            write_atomically(options.out, history.save)
    losses = history.losses()
    for number, (run, status) in enumerate(zip(experiment.runs, history.status, strict=True)):
        last = losses[losses["run"] == number].groupby("split", observed=True)["accuracy"].last()
        accuracies = ", ".join(f"{split} accuracy {value:.3f}" for split, value in last.items())
        say(f"{run.label or run.norm}: {status}{'; ' if accuracies else ''}{accuracies}")
    return not interrupted.requested
