"""What the page on what batch norm computes says, held against its numbers for every value of its controls."""

import itertools
import re
from dataclasses import replace

import numpy as np
import pytest

from bnviz.lessons.what_it_computes import verdicts
from bnviz.lessons.what_it_computes.standardization import (
    START_BATCH,
    START_UPSTREAM,
    UnitBatch,
    backward,
    doubling,
    gradient_sums,
)
from bnviz.ui.lessons.what_it_computes import EPSILONS

SIZES = (2, 3, 8, 16)
GAMMAS = (-0.7, 0.0, 3.0)
BETAS = (0.0, 0.5)


def standardized(x: np.ndarray, eps: float) -> np.ndarray:
    return (x - x.mean()) / np.sqrt(x.var() + eps)


def batches(eps: float):
    for unit, size, gamma, beta in itertools.product(range(3), SIZES, GAMMAS, BETAS):
        yield UnitBatch(tuple(START_BATCH[:size, unit]), tuple(START_UPSTREAM[:size]), gamma, beta, eps)
    if eps:
        for gamma, beta, values in itertools.product(
            GAMMAS, BETAS, [(4.0,) * 5, (4.0, 4.0, 4.01), (0.1, -0.1, 0.0), (0.3, -0.3)]
        ):
            yield UnitBatch(values, tuple(START_UPSTREAM[: len(values)]), gamma, beta, eps)


@pytest.mark.parametrize("eps", EPSILONS)
def test_what_doubling_does_is_one_of_the_answers_and_the_one_that_the_outputs_gave(eps):
    for batch in batches(eps):
        happened, why = verdicts.after_doubling(doubling(batch), 1)
        x = np.array(batch.values)
        before, after = (batch.gamma * standardized(factor * x, eps) + batch.beta for factor in (1, 2))
        far, moved = np.abs(before - batch.beta).max(), np.abs(after - before).max()
        stays, doubles = moved <= 0.01 * far + 1e-9, np.abs(after - 2 * before).max() <= 0.01 * far + 1e-9
        assert happened == verdicts.GUESSES[1 if stays else 0 if doubles else 3], batch
        if far > 1e-9:
            grown = np.abs(after - batch.beta).max() / far
            assert 1 - 1e-9 <= grown <= 2 + 1e-9
            said = re.search(r"from β (?:grow × ([0-9.]+)|all but double)", why)
            assert bool(said) == (happened == verdicts.GUESSES[3])
            assert not said or float(said[1] or 1.995) == pytest.approx(grown, abs=0.006)
        if stays and moved < 0.005:
            assert "goes" not in why or "moves no y" not in why


@pytest.mark.parametrize("eps", EPSILONS)
def test_what_is_said_of_the_gradient_is_what_changes_of_the_inputs_would_do(eps):
    """Directions of x that do not move y are those of which the sums say so."""
    for batch in batches(eps):
        sums, x, dy = gradient_sums(batch), np.array(batch.values), np.array(batch.upstream)
        said = verdicts.what_the_sums_say(batch, sums)
        if batch.gamma == 0:
            assert "γ = 0" in said
            continue
        assert "Σ dx = 0 (rounding only)" in said
        if batch.constant:
            assert "says nothing here" in said
            continue
        # Stretched by a hair, how far does y move against what moving one value as far would do?
        hair = 1e-6
        moved = standardized(x.mean() + (1 + hair) * (x - x.mean()), eps) - standardized(x, eps)
        answer = np.linalg.norm(moved) / np.linalg.norm(hair * (x - x.mean()) / np.sqrt(x.var() + eps))
        assert ("y would not show that either" in said) == (answer <= 0.01 + 1e-5), (batch, answer)
        slope = (batch.gamma / np.sqrt(x.var() + eps)) * (dy @ standardized(x, eps)) * sums.left_along
        assert sums.along == pytest.approx(slope, abs=1e-9 * (1 + abs(batch.gamma) / np.sqrt(x.var() + eps)))


@pytest.mark.parametrize("eps", EPSILONS)
def test_how_many_directions_are_said_to_go_is_what_a_random_gradient_loses(eps):
    generator = np.random.default_rng(5)
    for unit, size in itertools.product(range(3), (2, 3, 8)):
        x = np.array(START_BATCH[:size, unit])
        hat, dy = standardized(x, eps), generator.normal(size=(4000, size))
        left = dy - dy.mean(axis=1, keepdims=True) - np.outer(dy @ hat / size, hat)
        shares = (left**2).sum(axis=1) / (dy**2).sum(axis=1)
        batch = UnitBatch(tuple(x), (1.0, *(0.0,) * (size - 1)), eps=eps)
        sums = gradient_sums(batch)
        assert sums.expected == pytest.approx(shares.mean(), abs=1e-12 + 4 * shares.std() / 4000**0.5)
        said = verdicts.what_is_left(batch, sums, 1)
        whole = sums.expected < (size - 2 + 1e-4) / size + 1e-12
        words = "nothing is left" if eps == 0 else "both are taken away but for the share"
        assert (("Two of the" if size > 2 else words) in said) == whole


def test_equal_values_are_said_to_be_an_edge_where_one_step_aside_moves_far():
    batch = UnitBatch((4.0,) * 8, tuple(START_UPSTREAM[:8]), 1.5, 0.5, 1e-5)
    said = verdicts.what_is_left(batch, gradient_sums(batch), 3)
    x = np.full(8, 4.0)
    x[2] += 0.01
    after = (1.5 * standardized(x, 1e-5) + 0.5)[2]
    assert f"from 0.50 to {after:.2f}" in said
    assert after > 3
    # Where no such step can be seen, no edge is claimed.
    for other in (replace(batch, eps=10.0), replace(batch, gamma=0.0)):
        said = verdicts.what_is_left(other, gradient_sums(other), 3)
        assert "It is an edge" not in said
        assert said.endswith("only the mean is taken away.")
    assert "γ = 0 then lets none of it through" in said


def test_the_gradient_beside_the_rails_is_the_gradient_of_the_rule():
    """dx of the page against differences of the loss dy·y."""
    for eps, gamma in itertools.product((1e-3, 1.0, 10.0), (-0.7, 1.5)):
        x, dy = START_BATCH[:8, 0], START_UPSTREAM[:8]
        dx = backward(UnitBatch(tuple(x), tuple(dy), gamma, 0.5, eps))["dx"]
        for place, hair in itertools.product(range(8), (1e-6,)):
            up, down = x.copy(), x.copy()
            up[place] += hair
            down[place] -= hair
            slope = gamma * dy @ (standardized(up, eps) - standardized(down, eps)) / (2 * hair)
            assert dx[place] == pytest.approx(slope, abs=1e-7)
