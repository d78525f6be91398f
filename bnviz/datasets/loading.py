"""From a data set and a seed to training and test examples."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from numpy.typing import NDArray

from bnviz.datasets.base import Labels, Split
from bnviz.datasets.own import described, is_own, sizes_for_testing, table_of
from bnviz.datasets.registry import DATASETS
from bnviz.limits import LIBRARY, Bound

# One random stream for each purpose: more label noise must not move the points. The numbers are arbitrary
# and fixed forever, since changing them changes every recorded experiment.
_POINTS, _LABEL_NOISE = 0x706F696E, 0x6C61626C


def load(
    name: str,
    *,
    seed: int,
    standardize: bool = False,
    noise: float = 0.1,
    offset: float = 0.0,
    label_noise: float = 0.0,
    n_train: int | None = None,
    sha256: str | None = None,
) -> Split:
    """Make one data set: generate, split, standardize, shift, and corrupt labels, in this order.

    Standardizing maps a feature x to (x − mean) / sd with the mean and the biased sd of the *training*
    examples; a feature that is constant there is centered only. The offset is added afterwards, so that it is
    what the network sees: with `standardize=True, offset=5` every feature has mean 5 and sd 1.

    Args:
        name: a key of `DATASETS`, or "csv:PATH" (`bnviz.datasets.own`).
        seed: fixes the points, the split and the corrupted labels. Every `n_train` has the same test set.
        standardize: see above.
        noise: sd of the Gaussian noise on both coordinates of moons, circles, spirals and xor (which are 2 to
            4 wide); ignored by all others. Whatever the noise, the same seed moves the same points
            along the same directions.
        offset: number added to every feature of every example, test set included.
        label_noise: fraction of the training labels, rounded to whole examples, that are replaced by a class
            drawn uniformly from all classes, the right one included; so label_noise · (1 − 1/classes) of the
            labels are expected to be wrong (Zhang et al. 2017, arXiv:1611.03530). Test labels stay clean.
        n_train: number of training examples; None takes all. Every prefix of the training set holds the
            classes in equal numbers, up to one example (digits and own data: while the rarest class lasts).
        sha256: of the file of own data, where it must be that very file.

    Own data are split by the seed too: of each class a fifth is for testing, rounded, at least one example and never
    all. So every class is in both sets, and has in the test set the share that it has in the file.

    Returns:
        A `Split` with arrays of its own, free to be changed by the caller.

    Raises:
        ValueError: naming the field, its value, the allowed range and the fix.
    """
    if name not in DATASETS and not is_own(name):
        raise ValueError(f"dataset = {name!r}: must be one of {', '.join(DATASETS)}; choose one.")
    table = None if name in DATASETS else table_of(name, sha256)
    data = DATASETS[name] if table is None else described(name, table)
    count = data.examples if n_train is None else n_train
    bounds = {field: LIBRARY[field] for field in ("seed", "noise", "offset", "label_noise")}
    bounds["n_train"] = Bound(LIBRARY["n_train"].low, data.examples, f"{name} has no more", "training examples")
    values = {"seed": seed, "noise": noise, "offset": offset, "label_noise": label_noise, "n_train": count}
    for field, value in values.items():
        if field in ("seed", "n_train") and not isinstance(value, Integral):
            raise ValueError(f"{field} = {value!r}: must be a whole number; {bounds[field].fix}.")
        if problem := bounds[field].problem(field, value):
            raise ValueError(problem)

    generator = _stream(seed, _POINTS)
    if table is None:
        inputs, labels = data.make(generator, noise)
        order = _balanced_order(labels, generator)
        test, train = order[: data.test_examples], order[data.test_examples :]
    else:
        inputs, labels = table.x, table.y
        test, train = _by_class(labels, sizes_for_testing(labels), generator)
    train = train[:count]
    x_train, x_test = inputs[train], inputs[test]
    if standardize:
        mean, sd = x_train.mean(axis=0), x_train.std(axis=0)
        sd = np.where(np.ptp(x_train, axis=0) == 0, 1.0, sd)
        x_train, x_test = (x_train - mean) / sd, (x_test - mean) / sd
    y_train = _corrupt(labels[train], label_noise, data.classes, _stream(seed, _LABEL_NOISE))
    return Split(x_train + offset, y_train, x_test + offset, labels[test], data.classes)


def _stream(seed: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, purpose])))


def _balanced_order(labels: Labels, generator: np.random.Generator) -> NDArray[np.intp]:
    """Shuffle so that classes take turns: round r has the r-th example of every class, in random order."""
    shuffled = generator.permutation(len(labels))
    rounds = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels[shuffled] == label)
        rounds[members] = np.arange(len(members))
    return shuffled[np.argsort(rounds + generator.random(len(labels)))]


def _by_class(
    labels: Labels, tests: NDArray[np.int64], generator: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Take so many examples of each class for testing; in both parts the classes take turns."""
    order = _balanced_order(labels, generator)
    rank = np.empty(len(labels), np.int64)
    for label in range(len(tests)):
        members = np.flatnonzero(labels[order] == label)
        rank[members] = np.arange(len(members))
    for_testing = rank < tests[labels[order]]
    train = order[~for_testing]
    return order[for_testing], train[_balanced_order(labels[train], generator)]


def _corrupt(labels: Labels, fraction: float, classes: int, generator: np.random.Generator) -> Labels:
    """Redraw round(fraction · n) labels; a larger fraction redraws the same ones and more."""
    chosen = generator.permutation(len(labels))[: round(fraction * len(labels))]
    redrawn = generator.integers(classes, size=len(labels))
    corrupted = labels.copy()
    corrupted[chosen] = redrawn[chosen]
    return corrupted
