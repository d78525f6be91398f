"""What a data set is, and what comes of one: examples to train on and examples to test with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Maker = Callable[[np.random.Generator, float], tuple[Floats, Labels]]


@dataclass(frozen=True)
class DataSet:
    """What a data set is, and how to make it.

    `examples` is the number of training examples (the default and the most that can be asked for);
    `positions` is the length of the signal where neighboring features are neighbors in space, else None;
    `make(generator, noise)` returns all inputs [examples + test_examples, features] and their labels.
    """

    label: str
    features: int
    classes: int
    examples: int
    test_examples: int
    positions: int | None
    explanation: str
    source: str
    make: Maker


@dataclass(frozen=True, eq=False)
class Split:
    """Training inputs [n, features] and labels [n], and the same for the test set; float64 and int64."""

    x_train: Floats
    y_train: Labels
    x_test: Floats
    y_test: Labels
    classes: int
