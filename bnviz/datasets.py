"""Seeded data sets behind one signature: `load(name, seed=…)` returns training and test examples.

Importing this module costs numpy only; mnist1d is imported by the data set that needs it.
Nothing is downloaded, and numpy's global random state is neither read nor changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from numbers import Integral
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bnviz.limits import LIBRARY, Bound

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Maker = Callable[[np.random.Generator, float], tuple[Floats, Labels]]

# One random stream for each purpose: more label noise must not move the points. The numbers are arbitrary
# and fixed forever, since changing them changes every recorded experiment.
_POINTS, _LABEL_NOISE = 0x706F696E, 0x6C61626C


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


def load(
    name: str,
    *,
    seed: int,
    standardize: bool = False,
    noise: float = 0.1,
    offset: float = 0.0,
    label_noise: float = 0.0,
    n_train: int | None = None,
) -> Split:
    """Make one data set: generate, split, standardize, shift, and corrupt labels, in this order.

    Standardizing maps a feature x to (x − mean) / sd with the mean and the biased sd of the *training*
    examples; a feature that is constant there is centered only. The offset is added afterwards, so that it is
    what the network sees: with `standardize=True, offset=5` every feature has mean 5 and sd 1.

    Args:
        name: a key of `DATASETS`.
        seed: fixes the points, the split and the corrupted labels. Every `n_train` has the same test set.
        standardize: see above.
        noise: sd of the Gaussian noise on both coordinates of moons, circles, spirals and xor (which are 2 to
            4 wide); ignored by digits and mnist1d. Whatever the noise, the same seed moves the same points
            along the same directions.
        offset: number added to every feature of every example, test set included.
        label_noise: fraction of the training labels, rounded to whole examples, that are replaced by a class
            drawn uniformly from all classes, the right one included; so label_noise · (1 − 1/classes) of the
            labels are expected to be wrong (Zhang et al. 2017, arXiv:1611.03530). Test labels stay clean.
        n_train: number of training examples; None takes all. Every prefix of the training set holds the
            classes in equal numbers, up to one example (digits: while the rarest class lasts).

    Returns:
        A `Split` with arrays of its own, free to be changed by the caller.

    Raises:
        ValueError: naming the field, its value, the allowed range and the fix.
    """
    if name not in DATASETS:
        raise ValueError(f"dataset = {name!r}: must be one of {', '.join(DATASETS)}; choose one.")
    data = DATASETS[name]
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
    inputs, labels = data.make(generator, noise)
    order = _balanced_order(labels, generator)
    test, train = order[: data.test_examples], order[data.test_examples :][:count]
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


def _corrupt(labels: Labels, fraction: float, classes: int, generator: np.random.Generator) -> Labels:
    """Redraw round(fraction · n) labels; a larger fraction redraws the same ones and more."""
    chosen = generator.permutation(len(labels))[: round(fraction * len(labels))]
    redrawn = generator.integers(classes, size=len(labels))
    corrupted = labels.copy()
    corrupted[chosen] = redrawn[chosen]
    return corrupted


_PLANE_TRAIN, _PLANE_TEST = 1000, 500
_PLANE_CLASS = (_PLANE_TRAIN + _PLANE_TEST) // 2
_PLANE_LABELS: Labels = np.repeat(np.arange(2, dtype=np.int64), _PLANE_CLASS)


def _blur(points: Floats, noise: float, generator: np.random.Generator) -> tuple[Floats, Labels]:
    return points + noise * generator.standard_normal(points.shape), _PLANE_LABELS


def _moons(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    """Upper half circle around (−1/2, −1/4) and lower half circle around (1/2, 1/4), radius 1."""
    angle = np.pi * generator.random(2 * _PLANE_CLASS)
    half_circle = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    return _blur(np.where(_PLANE_LABELS[:, None] == 0, half_circle, -half_circle), noise, generator)


def _circles(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    """Circles of radius 1 and 1/2 around the origin."""
    angle = 2 * np.pi * generator.random(2 * _PLANE_CLASS)
    radius = np.where(_PLANE_LABELS == 0, 1.0, 0.5)
    return _blur(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), noise, generator)


def _spirals(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    """Two arms of an Archimedean spiral, r = 2t and 1.5 turns for t in [0, 1], half a turn apart."""
    # √t spreads the points evenly along the arm instead of crowding them in the middle.
    t = np.sqrt(generator.random(2 * _PLANE_CLASS))
    angle = 3 * np.pi * t + np.pi * _PLANE_LABELS
    return _blur(2 * t[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), noise, generator)


def _xor(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    """Uniform in the square [−1, 1]²; class 1 where the coordinates have opposite signs."""
    size = generator.random((2 * _PLANE_CLASS, 2))
    side = generator.choice([-1.0, 1.0], size=2 * _PLANE_CLASS)
    signs = np.column_stack([side, np.where(_PLANE_LABELS == 0, side, -side)])
    return _blur(signs * size, noise, generator)


def _digits(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    del generator, noise  # real images: nothing is drawn
    return _digit_images()


@lru_cache(maxsize=1)
def _digit_images() -> tuple[Floats, Labels]:
    """The file that `sklearn.datasets.load_digits` reads: 64 pixels and the label a row.

    Importing scikit-learn for it would take a second and 70 MB.
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("scikit-learn is missing: its package brings the digits; pip install scikit-learn")
    table = np.loadtxt(Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz", delimiter=",")
    images = np.ascontiguousarray(table[:, :-1]) / 16  # stored as whole numbers from 0 to 16
    targets = table[:, -1].astype(np.int64)
    images.flags.writeable = targets.flags.writeable = False  # shared by every caller
    return images, targets


_SIGNAL_CLASS = 500


def _mnist1d(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    """MNIST-1D: each template is padded, dilated, scaled, translated, made noisy, sheared and subsampled.

    After `mnist1d.transform` (Greydanus & Kobak, arXiv:2011.14439), with the package's templates and default
    sizes, but drawn from a `Generator`: the package seeds numpy's and Python's global generators, and its
    loader downloads. The whole set has mean 0 and sd 1, as published.
    """
    del noise  # the noise is part of the published recipe
    from mnist1d.data import get_templates

    templates = np.asarray(get_templates()["x"], dtype=np.float64)
    classes, template_length = templates.shape
    labels = np.repeat(np.arange(classes, dtype=np.int64), _SIGNAL_CLASS)
    n, length, final_length = len(labels), template_length + 60, 40

    padded = np.zeros((n, length))
    padded[:, :template_length] = templates[labels] + 1e-8  # tells a zero of the template from padding
    padded_length = template_length + generator.integers(36, 61, size=n)
    signal = _resample(padded, padded_length, length)
    signal *= 1 + 0.4 * (generator.random((n, 1)) - 0.5)
    shift = generator.integers(48, size=(n, 1))
    signal = np.take_along_axis(signal, (np.arange(length) - shift) % length, axis=1)

    smooth = 0.25 * _gaussian_filter(generator.standard_normal((n, length)), sd=2)
    signal = np.where(signal == 0, smooth, signal) + 0.02 * generator.standard_normal((n, length))
    signal -= 0.75 * (generator.random((n, 1)) - 0.5) * np.linspace(-0.5, 0.5, length)
    signal = _resample(signal, np.full(n, length), final_length)
    return (signal - signal.mean()) / signal.std(), labels


def _gaussian_filter(rows: Floats, sd: int) -> Floats:
    """Convolve each row with a Gaussian cut off at four sd, the row being mirrored at its ends."""
    reach = 4 * sd
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sd) ** 2)
    mirrored = np.pad(rows, ((0, 0), (reach, reach)), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(mirrored, len(kernel), axis=1)
    return windows @ (kernel / kernel.sum())


def _resample(rows: Floats, lengths: NDArray[np.int64], size: int) -> Floats:
    """Stretch the first `lengths[i]` values of row i over `size` equally spaced points, linearly."""
    place = np.linspace(0, lengths - 1, size, axis=1)
    left = np.minimum(place.astype(np.int64), lengths[:, None] - 2)
    share = place - left
    return (1 - share) * np.take_along_axis(rows, left, 1) + share * np.take_along_axis(rows, left + 1, 1)


def _plane(label: str, explanation: str, make: Maker) -> DataSet:
    source = "generated here"
    return DataSet(label, 2, 2, _PLANE_TRAIN, _PLANE_TEST, None, explanation, source, make)


DATASETS: dict[str, DataSet] = {
    "moons": _plane("Moons", "Two half circles that reach into each other.", _moons),
    "circles": _plane("Circles", "A small circle inside a larger one.", _circles),
    "spirals": _plane("Spirals", "Two spiral arms of 1.5 turns each, wound around each other.", _spirals),
    "xor": _plane("XOR", "A square in four quarters; opposite quarters share a class.", _xor),
    "digits": DataSet(
        label="Digits",
        features=64,
        classes=10,
        examples=1437,
        test_examples=360,
        positions=None,
        explanation="Real handwritten digits, images of 8×8 pixels scaled to [0, 1].",
        source="UCI Optical Recognition of Handwritten Digits (Alpaydin & Kaynak 1998), in scikit-learn",
        make=_digits,
    ),
    "mnist1d": DataSet(
        label="MNIST-1D",
        features=40,
        classes=10,
        examples=4000,
        test_examples=1000,
        positions=40,
        explanation="Ten shapes, one a digit, shifted, stretched and buried in noise: signals of 40 values.",
        source="Greydanus & Kobak, arXiv:2011.14439; generated here from the mnist1d package's templates",
        make=_mnist1d,
    ),
}
