"""The mini-batches of an experiment: one seeded order, shared by all runs."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from bnviz.datasets import Split, load
from bnviz.engine.seeds import seeded_generator
from bnviz.experiment import Experiment


class Batch(NamedTuple):
    """x `[B, features]`, the labels y `[B]`, and the loss's target −one-hot/B `[classes, B]`."""

    x: Tensor
    y: Tensor
    target: Tensor


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
        sha256=experiment.data.sha256 if experiment.data else None,
    )


def make_batch(x: Tensor, y: Tensor, classes: int) -> Batch:
    """A batch from x `[B, features]` and labels y `[B]`."""
    return Batch(x, y, _target(y, classes, len(y), x.dtype))


def _target(y: Tensor, classes: int, size: int, dtype: torch.dtype) -> Tensor:
    target = torch.zeros(classes, len(y), dtype=dtype)
    target[y, torch.arange(len(y))] = -1 / size
    return target


def mini_batches(experiment: Experiment, split: Split, dtype: torch.dtype) -> Iterator[Batch]:
    """Mini-batch 0, 1, 2, … without end; each pass over the data is shuffled anew, its incomplete rest left out.

    A full batch keeps one order forever.
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
        shuffled_x, shuffled_y = x.index_select(0, order), y.index_select(0, order)
        target = _target(shuffled_y, split.classes, size, dtype)
        parts = zip(shuffled_x.split(size), shuffled_y.split(size), target.split(size, 1), strict=True)
        for _, part in zip(range(len(y) // size), parts, strict=False):
            yield Batch(*part)
