"""Runs that are trained as one tensor program: a network, its optimizer and its tape.

An experiment with many runs is several programs, because one that fits the processor's cache is faster. How runs are
divided changes no result.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch

from bnviz.engine.batches import Batch
from bnviz.engine.linear import linear_maps
from bnviz.engine.losses import losses_and_gradient
from bnviz.engine.network import Network, group_key
from bnviz.engine.tape import Tape
from bnviz.engine.updates import Updates
from bnviz.experiment import Experiment, Intervention

CACHE_BYTES = 6 * 2**20
"""How much one program's activations may take: within a few percent of the best from width 16 to 256 with 2 MiB of L2
cache; smaller programs spend more of their time between the operations."""


class Program:
    """The runs `places` of the experiment, in lock-step. `first` is the number of runs in earlier programs."""

    def __init__(self, experiment: Experiment, places: Sequence[int], first: int):
        dtype = getattr(torch, experiment.dtype)
        runs = [experiment.runs[place] for place in places]
        self.network = Network(experiment, runs, dtype)
        self.optimizer = Updates(experiment, runs, dtype)
        self.tape = Tape()
        self.places = tuple(places)
        self.here = slice(first, first + len(places))

    def gradients(self, batch: Batch) -> list[float]:
        """Forward and backward pass on one mini-batch: fills the tape and the gradients; each run's loss."""
        logits = self.network.forward(batch.x, training=True, tape=self.tape)
        losses, dlogits = losses_and_gradient(logits, batch.target)
        self.network.backward(dlogits, self.tape)
        return losses.tolist()

    def update(self) -> None:
        """One step of every run's optimizer."""
        self.optimizer.step(self.network.parameters.flat, self.network.gradients.flat)

    def intervene(self, kicks: Sequence[Intervention], batch: Batch) -> None:
        """Multiply weights, and take the gradients anew."""
        for kick in kicks:
            self.network.multiply_weights(kick.factor, kick.layers)
        self.gradients(batch)

    def end_run(self, k: int) -> None:
        """Let run k, which diverged, idle with finite numbers from now on."""
        self.network.clear_run(k)
        self.optimizer.stop_run(k)


def runs_that_fit(experiment: Experiment) -> int:
    """How many runs of this size one program should hold."""
    *hidden, _ = linear_maps(experiment)
    values = experiment.features + 2 * sum(each.units * each.values for each in hidden)  # z and φ(y) of every layer
    bytes_a_run = values * experiment.examples_per_step * (4 if experiment.dtype == "float32" else 8)
    return max(1, CACHE_BYTES // bytes_a_run)


def make_programs(experiment: Experiment) -> tuple[list[Program], list[int]]:
    """The programs, and for each run in their order its place in the experiment.

    Runs with a kernel in common stand next to each other, since they share its calls.
    """
    keys = [group_key(run) for run in experiment.runs]
    order = sorted(range(len(keys)), key=lambda k: (keys.index(keys[k]), k))
    size = runs_that_fit(experiment)
    # Equal chunks rather than full ones and a rest.
    count = -(-len(order) // size)
    bounds = [len(order) * i // count for i in range(count + 1)]
    pairs = pairwise(bounds)
    return [Program(experiment, order[start:end], start) for start, end in pairs], order


def one_program_a_run(experiment: Experiment) -> list[Program]:
    """A program for each run, in their order: networks to be taken in hand one by one."""
    return [Program(experiment, [run], run) for run in range(len(experiment.runs))]
