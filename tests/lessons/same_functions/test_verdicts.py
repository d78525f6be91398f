"""Both branches of every sentence that the lesson on coordinates chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.identity import Found
from bnviz.lessons.same_functions.parting import Ending, Split

NAMES = ("batch norm", "γx + β", "plain")
AFFINE = Found(0.08, 0.08, 1e-17, 1e-16, 1e-4, 1.0)


def folded(**more) -> pd.Series:
    values = {"double": 8e-15, "single": 4e-6, "training": 2.0, "spread": 2.4, "examples": 360}
    return pd.Series({**values, "changed": 0, "changed_training": 5, "became_right": 2, "became_wrong": 2, **more})


@pytest.mark.parametrize(("changed", "answer"), [(0, "none"), (3, "some"), (180, "some"), (181, "most")])
def test_folding_is_named_by_the_answers_that_changed(changed, answer):
    assert verdicts.what_folding_did(folded(changed=changed)) == answer
    assert verdicts.why_folding(folded(changed=changed)).startswith(f"{changed} of 360 answers changed.")


def test_redundant_as_a_function_or_not():
    assert verdicts.redundancy_verdict(folded(), folded()).startswith("**Isn't that redundant? As a function, yes.**")
    assert verdicts.redundancy_verdict(folded(double=0.1), folded()).startswith("**Not the same in this run.**")
    assert verdicts.redundancy_verdict(folded(), folded(double=0.1)).startswith("**Not the same in this run.**")


def test_training_mode_is_far_or_near():
    far = verdicts.mode_verdict(folded())
    assert far.startswith("**This holds in evaluation only.**")
    assert "by up to 2, and 5 of 360 answers change: 2 from wrong to right, 2 from right to wrong, 1 from one" in far
    near = verdicts.mode_verdict(folded(training=0.01, changed_training=1, became_right=0, became_wrong=1))
    assert near.startswith("In this run training mode is close")
    assert near.endswith("1 of 360 answers change: 1 from right to wrong.")
    same = verdicts.mode_verdict(folded(training=0.0, changed_training=0, became_right=0, became_wrong=0))
    assert same.endswith("0 of 360 answers change.")


def test_no_difference_is_said_in_words():
    assert "and do not differ at all in 64-bit ones." in verdicts.why_folding(folded(double=0.0))
    assert "they differ by at most 4·10⁻⁶ in 32-bit numbers" in verdicts.why_folding(folded())
    assert "at the rate c²η do not differ at all; at the rate η" in verdicts.fixed_scale_verdict(0.7, 0.0, 2.0)


def test_a_fixed_scale_is_a_rate_or_nothing_or_something_else():
    rate = verdicts.fixed_scale_verdict(0.7, 9e-16, 2.0)
    assert rate.startswith("**γ works as a learning rate.** The losses of γ = 2 and of plain at the rate c²η")
    assert "at the rate η plain differs by up to 0.7" in rate
    assert verdicts.fixed_scale_verdict(0.0, 0.0, 1.0).startswith("**Here nothing tells the three apart.**")
    assert verdicts.fixed_scale_verdict(0.7, 0.1, 2.0).startswith("**Not the same in this run.**")
    assert "by up to ∞" in verdicts.fixed_scale_verdict(0.7, np.inf, 2.0)


@pytest.mark.parametrize(
    ("split", "answer"),
    [
        (Split(1e-15, 2.9, 6.7, 1.4, 5.2), "with the first update"),
        (Split(1e-15, 0.01, 6.7, 1.4, 5.2), "little by little"),
        (Split(1e-15, 1e-14, 1e-12, 1.4, 5.2), "never"),
    ],
)
def test_when_they_parted(split, answer):
    assert verdicts.what_parted(split) == answer


def test_the_reason_for_parting_claims_a_difference_only_where_there_is_one():
    assert "one function, and the first update already differs" in verdicts.why_parted(Split(1e-15, 2.9, 6.7, 1.4, 5.2))
    assert "one function, and small differences" in verdicts.why_parted(Split(1e-15, 0.01, 6.7, 1.4, 5.2))
    assert "not redundant" not in verdicts.why_parted(Split(1e-15, 1e-14, 1e-12, 1.4, 5.2))


def ends(*losses: float) -> list[Ending]:
    return [Ending(4 if np.isinf(loss) else 150, loss, bool(np.isinf(loss))) for loss in losses]


@pytest.mark.parametrize(
    ("losses", "beginning"),
    [
        ((0.10, 0.11, 0.12), "**Three walks, about the same in this run.**"),
        ((0.118, 0.047, 0.09), "**γx + β reached the lowest loss in this run.**"),
        ((0.02, np.inf, 2.3), "**Batch norm reached the lowest loss in this run.**"),
        ((0.02, np.inf, 0.021), "**Batch norm and plain reached the lowest losses, hardly apart in this run.**"),
        ((np.inf, np.inf, np.inf), "**All of them diverged.**"),
    ],
)
def test_who_reached_the_lowest_loss(losses, beginning):
    assert verdicts.walks_verdict(ends(*losses), NAMES).startswith(beginning)


def test_the_ends_are_listed_from_the_lowest_loss_on():
    words = verdicts.walks_verdict(ends(0.02, np.inf, 2.31), NAMES)
    assert "batch norm 0.02; plain 2.31 (guessing gives 2.30); γx + β diverged at step 5." in words


def test_who_pulls_on_the_length():
    exact = verdicts.identity_verdict(AFFINE, Found(0.04, 3e-17, 3e-17, 1e-16, 1e-4, 0.0), 0.0)
    assert "**γx + β: w and γ are pulled alike.**" in exact
    assert "**Batch norm: only γ is pulled.**" in exact
    slight = verdicts.identity_verdict(AFFINE, Found(0.04, 5e-6, 3e-17, 1e-6, 1e-4, 2e-4), 1e-5)
    assert "**Batch norm: all but only γ is pulled.**" in slight
    assert "ε = 10⁻⁵ leaves up to 2·10⁻⁴" in slight
    large = verdicts.identity_verdict(AFFINE, Found(0.04, 0.02, 3e-17, 1e-3, 1e-3, 0.66), 0.1)
    assert "**Batch norm with this ε pulls on w too.**" in large


def test_the_equations_for_lengths_hold_or_by_how_much_they_miss():
    held = Found(0.04, 0.04, 1e-17, 1e-17, 1e-4, 1.0)
    assert "hold for the next update: both sides are identical" in verdicts.change_verdict(held, held)
    missed = verdicts.change_verdict(held, held._replace(change_error=2e-6))
    assert "10⁻¹³ of its change for γx + β, 0.02 for batch norm" in missed


def test_what_folding_did_in_short():
    row = pd.Series({"examples": 360, "changed": 0, "double": 1e-15, "spread": 2.4})
    assert verdicts.why_folding_in_short(row) == (
        "0 of 360 answers changed, and the outputs are identical (rounding only)."
    )
    row = pd.Series({"examples": 360, "changed": 7, "double": 0.25, "spread": 2.4})
    assert verdicts.why_folding_in_short(row) == (
        "7 of 360 answers changed, and the outputs differ by up to 0.25, with a spread of 2.4."
    )


def at(angle: float, length: float, along: float = 0.0, loss: float = 0.5) -> pd.Series:
    return pd.Series({"angle": angle, "length": length, "along_ray": along, "loss": loss})


def test_rays_are_level_or_not():
    level = verdicts.ray_verdict(at(0, 1, 4.1), at(0, 1, 1e-16))
    assert level.startswith("**With batch norm every ray is level.**")
    assert "by 10⁻¹⁶ with batch norm and by 4.1 without" in level
    assert verdicts.ray_verdict(at(0, 1, 4.1), at(0, 1, 0.2)).startswith("**Here the two do not differ in that.**")
    assert verdicts.ray_verdict(at(0, 1, 0.0), at(0, 1, 0.0)).startswith("**Here the two do not differ in that.**")


@pytest.mark.parametrize(
    ("length", "change"),
    [(1.0, "shrank from 2 to 1"), (2.5, "grew from 2 to 2.5"), (2.0, "stayed 2;"), (2.00003, "grew from 2 by 3·10⁻⁵;")],
)
def test_a_walk_turns_and_its_length_changes_or_not(length, change):
    words = verdicts.walk_verdict(at(350, 2.0), at(20, length), "It")
    assert words.startswith("It turned by 30°")
    assert change in words
