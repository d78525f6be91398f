"""Data sets: what the seed fixes, what the options change, and what must stay untouched."""

import random
import socket
import subprocess
import sys

import numpy as np
import pytest

from bnviz.datasets import DATASETS, Split, load

PLANE = [name for name, data in DATASETS.items() if data.features == 2]
EVERY = list(DATASETS)


def same(one: Split, other: Split) -> bool:
    fields = ("x_train", "y_train", "x_test", "y_test")
    return all(np.array_equal(getattr(one, field), getattr(other, field)) for field in fields)


@pytest.mark.parametrize("name", EVERY)
def test_shapes_and_types_follow_the_registry(name):
    data, split = DATASETS[name], load(name, seed=0)
    assert split.x_train.shape == (data.examples, data.features)
    assert split.x_test.shape == (data.test_examples, data.features)
    assert split.x_train.dtype == split.x_test.dtype == np.float64
    assert split.y_train.dtype == split.y_test.dtype == np.int64
    assert split.classes == data.classes == len(np.unique(split.y_train)) == len(np.unique(split.y_test))
    assert np.isfinite(split.x_train).all()


@pytest.mark.parametrize("name", EVERY)
def test_the_seed_fixes_everything_and_changes_everything(name):
    assert same(load(name, seed=3, label_noise=0.2), load(name, seed=3, label_noise=0.2))
    one, other = load(name, seed=3), load(name, seed=4)
    assert not np.array_equal(one.x_train, other.x_train)
    assert not np.array_equal(one.x_test, other.x_test)


@pytest.mark.parametrize("name", EVERY)
def test_global_random_state_is_left_alone_and_not_read(name):
    before, before_python = np.random.get_state(), random.getstate()  # noqa: NPY002
    one = load(name, seed=1, label_noise=0.1)
    after = np.random.get_state()  # noqa: NPY002
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert random.getstate() == before_python
    np.random.random(5)  # noqa: NPY002
    assert same(one, load(name, seed=1, label_noise=0.1))


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_downloaded(name, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a data set opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    load(name, seed=0)


def test_importing_the_registry_is_light():
    code = (
        "import sys, bnviz.datasets as d; assert len(d.DATASETS) == 6;"
        "print([m for m in ('sklearn', 'mnist1d', 'scipy', 'torch', 'requests') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("n_train", [10, 77, None])
def test_classes_are_balanced_in_every_prefix(name, n_train):
    split = load(name, seed=5, n_train=n_train)
    # The whole set of digits has 174 to 183 images a class.
    allowed = 9 if name == "digits" and n_train is None else 1
    assert np.ptp(np.bincount(split.y_train, minlength=split.classes)) <= allowed
    assert np.ptp(np.bincount(split.y_test, minlength=split.classes)) == 0


@pytest.mark.parametrize("name", EVERY)
def test_fewer_examples_are_the_first_ones_with_the_same_test_set(name):
    few, all_of_them = load(name, seed=2, n_train=50), load(name, seed=2)
    assert np.array_equal(few.x_train, all_of_them.x_train[:50])
    assert np.array_equal(few.y_train, all_of_them.y_train[:50])
    assert np.array_equal(few.x_test, all_of_them.x_test)


@pytest.mark.parametrize("name", EVERY)
def test_no_example_is_in_both_sets_or_lost(name):
    split = load(name, seed=0)
    rows = np.concatenate([split.x_train, split.x_test])
    if name == "digits":
        from sklearn.datasets import load_digits

        oracle = load_digits().data / 16
        assert np.array_equal(np.sort(rows, axis=0), np.sort(oracle, axis=0))
    assert len(np.unique(rows, axis=0)) == len(rows)


def test_digits_keep_their_labels():
    from sklearn.datasets import load_digits

    oracle = {pixels.tobytes(): label for pixels, label in zip(*load_digits(return_X_y=True), strict=True)}
    split = load("digits", seed=8)
    assert all(oracle[(16 * x).tobytes()] == y for x, y in zip(split.x_train, split.y_train, strict=True))


@pytest.mark.parametrize("name", EVERY)
def test_standardize_uses_the_training_moments(name):
    raw, split = load(name, seed=1, n_train=200), load(name, seed=1, n_train=200, standardize=True)
    mean, sd = raw.x_train.mean(axis=0), raw.x_train.std(axis=0)
    varies = sd > 0
    np.testing.assert_allclose(split.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(split.x_train.std(axis=0)[varies], 1, rtol=1e-12)
    np.testing.assert_allclose(split.x_test[:, varies], ((raw.x_test - mean) / np.where(varies, sd, 1))[:, varies])


def test_standardize_centers_constant_features_only():
    raw, split = load("digits", seed=1), load("digits", seed=1, standardize=True)
    constant = np.ptp(raw.x_train, axis=0) == 0
    assert constant.any(), "the corner pixels of digits are always white"
    assert (split.x_train[:, constant] == 0).all()
    np.testing.assert_array_equal(split.x_test[:, constant], (raw.x_test - raw.x_train.mean(axis=0))[:, constant])


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("standardize", [False, True])
def test_offset_comes_last_and_moves_every_coordinate(name, standardize):
    base = load(name, seed=0, standardize=standardize)
    moved = load(name, seed=0, standardize=standardize, offset=-2.5)
    np.testing.assert_array_equal(moved.x_train, base.x_train - 2.5)
    np.testing.assert_array_equal(moved.x_test, base.x_test - 2.5)


@pytest.mark.parametrize("name", EVERY)
def test_label_noise_redraws_the_stated_share_of_training_labels(name):
    clean, noisy = load(name, seed=6), load(name, seed=6, label_noise=0.3)
    assert np.array_equal(clean.x_train, noisy.x_train)
    assert np.array_equal(clean.y_test, noisy.y_test)
    wrong = np.mean(clean.y_train != noisy.y_train)
    assert wrong <= 0.3
    # A redrawn label is right by chance once in `classes` draws; 4 standard errors of that share.
    redrawn, chance = 0.3 * len(clean.y_train), 1 / clean.classes
    spread = 0.3 * np.sqrt(chance * (1 - chance) / redrawn)
    assert wrong == pytest.approx(0.3 * (1 - chance), abs=4 * spread)


def test_all_labels_redrawn_leave_accuracy_at_chance():
    clean, noisy = load("mnist1d", seed=0), load("mnist1d", seed=0, label_noise=1.0)
    assert np.mean(clean.y_train == noisy.y_train) == pytest.approx(0.1, abs=0.02)
    more, less = load("digits", seed=0, label_noise=0.5), load("digits", seed=0, label_noise=0.1)
    truth = load("digits", seed=0).y_train
    changed = less.y_train != truth
    assert np.array_equal(more.y_train[changed], less.y_train[changed])


@pytest.mark.parametrize("name", PLANE)
def test_noise_is_a_standard_deviation_in_the_plane(name):
    exact, noisy = load(name, seed=0, noise=0.0), load(name, seed=0, noise=0.2)
    residual = noisy.x_train - exact.x_train
    assert residual.std() == pytest.approx(0.2, rel=0.06)
    assert residual.mean() == pytest.approx(0.0, abs=0.02)
    assert np.array_equal(exact.y_train, noisy.y_train)


@pytest.mark.parametrize("name", ["digits", "mnist1d"])
def test_noise_is_ignored_where_documented(name):
    assert same(load(name, seed=0, noise=0.0), load(name, seed=0, noise=3.0))


def test_shapes_in_the_plane_are_the_ones_named():
    exact = {name: load(name, seed=0, noise=0.0) for name in PLANE}
    x, y = exact["circles"].x_train, exact["circles"].y_train
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), np.where(y == 0, 1.0, 0.5))

    x, y = exact["xor"].x_train, exact["xor"].y_train
    assert np.array_equal(x.prod(axis=1) < 0, y == 1)
    assert np.abs(x).max() <= 1

    x, y = exact["moons"].x_train, exact["moons"].y_train
    side = np.where(y == 0, 1, -1)[:, None]
    np.testing.assert_allclose(np.linalg.norm(x + side * [0.5, 0.25], axis=1), 1)
    assert ((side * (x + side * [0.5, 0.25]))[:, 1] >= 0).all()

    x, y = exact["spirals"].x_train, exact["spirals"].y_train
    turned = np.arctan2(x[:, 1], x[:, 0]) - 1.5 * np.pi * np.linalg.norm(x, axis=1) - np.pi * y
    np.testing.assert_allclose(np.cos(turned), 1)


def test_mnist1d_has_the_distribution_of_the_package():
    """Oracle: the package's own generator, whose global seeding is undone here."""
    from mnist1d.data import get_dataset_args, make_dataset

    state, state_python = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        package = make_dataset(get_dataset_args())
    finally:
        np.random.set_state(state)  # noqa: NPY002
        random.setstate(state_python)
    ours = load("mnist1d", seed=0)
    squares = []
    for digit in range(10):
        theirs = package["x"][package["y"] == digit]
        mine = ours.x_train[ours.y_train == digit]
        error = np.sqrt(theirs.var(axis=0) / len(theirs) + mine.var(axis=0) / len(mine))
        squares.append(((theirs.mean(axis=0) - mine.mean(axis=0)) / error) ** 2)
        np.testing.assert_allclose(mine.std(axis=0), theirs.std(axis=0), atol=0.2)
    # Squared differences in units of their standard error average 1 if the distributions are the same.
    assert np.mean(squares) < 1.5

    # How alike values at a distance are: the package's seeds differ by less than half of what is allowed here.
    everything = [
        np.concatenate([package["x"], package["x_test"]]),
        np.concatenate([ours.x_train, ours.x_test]),
    ]
    for distance, allowed in ((1, 0.005), (2, 0.01), (4, 0.02)):
        theirs, mine = (np.mean(x[:, distance:] * x[:, :-distance]) for x in everything)
        assert mine == pytest.approx(theirs, abs=allowed)


def test_mnist1d_can_be_learned_from_its_inputs():
    from sklearn.neighbors import KNeighborsClassifier

    split = load("mnist1d", seed=0)
    accuracy = KNeighborsClassifier(1).fit(split.x_train, split.y_train).score(split.x_test, split.y_test)
    assert accuracy > 0.4, "chance is 0.1"


def test_the_caller_may_change_what_it_got():
    first = load("digits", seed=0)
    first.x_train[:] = 9
    first.y_train[:] = 9
    assert load("digits", seed=0).x_train.max() == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "cats"}, ["dataset = 'cats'", "moons", "mnist1d"]),
        ({"n_train": 1438}, ["n_train = 1438", "from 2 to 1437", "training examples"]),
        ({"n_train": 1}, ["n_train = 1:", "from 2 to 1437"]),
        ({"n_train": 20.5}, ["n_train = 20.5", "whole number"]),
        ({"seed": -1}, ["seed = -1", "from 0"]),
        ({"seed": 0.5}, ["seed = 0.5", "whole number"]),
        ({"noise": -0.1}, ["noise = -0.1", "from 0"]),
        ({"noise": float("nan")}, ["noise = nan", "from 0"]),
        ({"offset": float("inf")}, ["offset = inf", "from -1e+06 to 1e+06"]),
        ({"label_noise": 1.5}, ["label_noise = 1.5", "from 0 to 1"]),
    ],
)
def test_bad_values_are_named_with_their_range(options, words):
    with pytest.raises(ValueError, match=words[0]) as caught:
        load(**{"name": "digits", "seed": 0} | options)
    assert all(word in str(caught.value) for word in words)
