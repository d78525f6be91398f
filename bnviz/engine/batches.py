"""The mini-batches of an experiment: one seeded order, shared by all runs."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from bnviz.datasets import Split, load
from bnviz.engine.seeds import seeded_generator
from bnviz.experiment import Experiment


class Batch(NamedTuple):
    """x `[B, features]` and the labels as one_hot `[classes, B]` and as y `[B]`."""

    x: Tensor
    one_hot: Tensor
    y: Tensor


def load_data(experiment: Experiment) -> Split:
    """The experiment's training and test examples."""
    return load(
        experiment.dataset,
        seed=experiment.seed,
        standardize=experiment.standardize,
        noise=experiment.noise,
        offset=experiment.offset,
        label_noise=experiment.label_noise,
        n_train=experiment.n_train,
    )


def make_batch(x: Tensor, y: Tensor, classes: int) -> Batch:
    """A batch from x `[B, features]` and labels y `[B]`."""
    one_hot = torch.zeros(classes, len(y), dtype=x.dtype)
    one_hot[y, torch.arange(len(y))] = 1
    return Batch(x, one_hot, y)


def mini_batches(experiment: Experiment, split: Split, dtype: torch.dtype) -> Iterator[Batch]:
    """Mini-batch 0, 1, 2, … without end; each pass over the data is shuffled anew, its incomplete rest left out.

    A full batch keeps one order for ever.
    """
    x, y = torch.from_numpy(split.x_train).to(dtype), torch.from_numpy(split.y_train)
    if experiment.batch_size is None:
        full = make_batch(x, y, split.classes)
        while True:
            yield full
    size = experiment.batch_size
    generator = seeded_generator(experiment.seed, "batches")
    while True:
        order = torch.randperm(len(y), generator=generator)
        epoch = make_batch(x.index_select(0, order), y.index_select(0, order), split.classes)
        parts = zip(epoch.x.split(size), epoch.one_hot.split(size, 1), epoch.y.split(size), strict=True)
        for _, part in zip(range(len(y) // size), parts, strict=False):
            yield Batch(*part)
