"""Where each sentence of the lesson on what batch norm computes changes, and whose numbers it names."""

from dataclasses import replace

import pytest

from bnviz.lessons.what_it_computes import verdicts
from bnviz.lessons.what_it_computes.standardization import (
    Doubling,
    Gap,
    GradientSums,
    UnitBatch,
    doubling,
    gradient_sums,
    widest_gap,
)
from tests.lessons.edges import require_edge

SUMS = GradientSums(total=0.0, along=0.5, left_along=0.2, kept=0.7, expected=0.51)
BATCH = UnitBatch((1.0, 2.0, 4.0, 8.0), (0.5, -0.5, 1.0, 0.0), 1.5, 0.25, 0.1)
DOUBLED = Doubling(10.0, 1.5, 2.5, (1.0, 2.0), (3.0, 4.0), 1.25, 2.0, False, False)


def test_the_part_along_the_normalized_values_counts_from_a_hundredth_on():
    require_edge(
        lambda x: verdicts.what_the_sums_say(BATCH, replace(SUMS, left_along=x)),
        0.01,
        "is 0 but for what ε leaves",
        "would be 0 at ε = 0. With this ε the share",
    )
    assert "the share 0.20 of the part" in verdicts.what_the_sums_say(replace(BATCH, gamma=-1.0), SUMS)
    assert "Σ dx·x̂ = 0.50" in verdicts.what_the_sums_say(BATCH, SUMS)
    assert "γ = 0" in verdicts.what_the_sums_say(replace(BATCH, gamma=0.0), SUMS)
    assert "as dy is" in verdicts.what_the_sums_say(replace(BATCH, upstream=(0.0,) * 4), SUMS)
    assert "says nothing here" in verdicts.what_the_sums_say(replace(BATCH, values=(2.0,) * 4), SUMS)


def test_a_gap_counts_from_one_standard_deviation_on():
    require_edge(
        lambda x: verdicts.groups(Gap(3, 5, x, x), 2),
        1.0,
        "Unit 2 has no clear gap",
        "Unit 2 has two groups of values, 3 below and 5 above a gap of 1.00",
    )
    assert "above a gap of 1.50 standard deviations. After standardizing the gap is 1.25 standard" in verdicts.groups(
        Gap(3, 5, 1.5, 1.25), 2
    )


@pytest.mark.parametrize(("eps", "stays"), [(0.0, True), (0.1, True), (0.5, False), (1.0, False)])
def test_y_stays_up_to_a_hundredth_of_its_distance_from_beta(eps, stays):
    batch = UnitBatch((-3.0, 3.0), (0.0, 0.0), 2.0, 5.0, eps)
    found = doubling(batch)
    # y − β = ±γ·3/√(9 + ε), and ±γ·6/√(36 + ε) when doubled
    assert found.growth == pytest.approx(2 * (9 + eps) ** 0.5 / (36 + eps) ** 0.5)
    assert found.stays is stays is (found.growth - 1 <= 0.01)
    assert (verdicts.after_doubling(found, 1)[0] == "y stays as it is") is stays


def test_what_doubling_did_names_the_numbers_of_the_example():
    happened, why = verdicts.after_doubling(DOUBLED, 2)
    assert happened == "y spreads, but does not double"
    assert "ε does not grow with σ²: √(σ² + ε) goes from 1.50 to 2.50. Distances from β grow × 1.25," in why
    assert "y of example 2 goes from 2.00 to 4.00" in why
    happened, why = verdicts.after_doubling(replace(DOUBLED, stays=True), 1)
    assert happened == "y stays as it is"
    assert "the same: y of example 1 goes from 1.00 to 3.00 (ε moves no y by more than 2.00)." in why
    happened, why = verdicts.after_doubling(replace(DOUBLED, stays=True, largest_change=0.004, after=(1.001, 2.0)), 1)
    assert why.endswith("the same: y of example 1 stays 1.00.")
    assert verdicts.after_doubling(replace(DOUBLED, doubles=True), 1)[0] == "y doubles"
    assert verdicts.after_doubling(replace(DOUBLED, before=(1.0, 1.0), after=(1.0, 1.0)), 1)[0] == "y stays as it is"
    assert "whatever" not in verdicts.after_doubling(replace(DOUBLED, before=(1.0, 1.0), after=(2.0, 2.0)), 1)[1]


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (
            BATCH,
            "0.70 of the squared length of dy. As a vector dy has 4 directions. One, the mean, is taken away whole. Of "
            "another, x̂, the share ε/(σ² + ε) = 0.20 stays, so a random dy keeps 0.51 on average.",
        ),
        (replace(BATCH, gamma=0.0), "dy. γ = 0 then lets none of it through to x. As a vector dy has 4"),
        (replace(BATCH, upstream=(0.0,) * 4), "dy is 0 everywhere"),
        (replace(BATCH, values=(2.0,) * 4), "All values are equal, so x̂ = 0 and only the mean is taken away."),
        (UnitBatch((1.0, 2.0), (1.0, 0.0), eps=0.0), "With two examples nothing is left."),
        (UnitBatch((1.0, 2.0), (1.0, 0.0), eps=10.0), "Of the other, x̂, the share ε/(σ² + ε) = 0.20 stays, so a"),
        (
            UnitBatch((1.0, 2.0, 4.0), (1.0, 0.0, 0.0), eps=0.0),
            "= 0.20 stays, so a",
        ),
    ],
)
def test_what_is_left_depends_on_the_batch(batch, words):
    assert words in verdicts.what_is_left(batch, SUMS, 1)
    if len(batch.values) == 4:
        require_edge(
            lambda x: verdicts.what_is_left(BATCH, replace(SUMS, left_along=x), 1), 0.01, "Two of them", "One, the mean"
        )


@pytest.mark.parametrize("size", [4, 5, 8, 9, 16])
def test_the_gap_has_a_quarter_of_the_batch_on_either_side(size):
    quarter = -(-size // 4)
    for below in range(1, size):
        values = tuple([0.0 + 0.01 * k for k in range(below)] + [9.0 + 0.01 * k for k in range(size - below)])
        gap = widest_gap(UnitBatch(values, (0.0,) * size))
        assert gap.below + gap.above == size
        assert min(gap.below, gap.above) >= quarter
        assert gap.two_groups == (quarter <= below <= size - quarter)
        if gap.two_groups:
            assert gap.below == below
            assert gap.before == pytest.approx(gap.after)


def test_a_gap_needs_four_examples_that_differ():
    assert widest_gap(UnitBatch((1.0, 2.0, 9.0), (0.0,) * 3)) is None
    assert widest_gap(UnitBatch((1.0, 1.0, 9.0, 9.0), (0.0,) * 4)) is not None
    assert widest_gap(UnitBatch((2.0,) * 4, (0.0,) * 4)) is None


def test_the_shares_are_those_of_their_definition():
    sums = gradient_sums(BATCH)
    var = 7.1875  # of 1, 2, 4, 8
    assert sums.left_along == pytest.approx(0.1 / (var + 0.1))
    assert gradient_sums(replace(BATCH, upstream=(0.0,) * 4)).kept == 0
    assert gradient_sums(replace(BATCH, upstream=(3.0,) * 4)).kept == pytest.approx(0)
