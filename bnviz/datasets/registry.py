"""The data sets that are made here: generators, and the registry `DATASETS`.

Importing this module costs numpy only; mnist1d is imported by the data set that needs it.
Nothing is downloaded, and numpy's global random state is neither read nor changed.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bnviz.datasets.base import DataSet, Floats, Labels, Maker

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
