"""Both branches of every sentence that the lesson on maps chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.why_not_affine import verdicts
from bnviz.lessons.why_not_affine.verdicts import Count

NORMS = ["none", "affine", "batch"]


def of(trained: int) -> Count:
    return Count(trained, 49)


def shares(*trained: int) -> pd.DataFrame:
    return pd.DataFrame({"run": range(len(trained)), "trained": trained, "networks": 49})


@pytest.mark.parametrize(
    ("plain", "affine", "answer"),
    [
        (1, 1, "too few to tell"),
        (0, 0, "too few to tell"),
        (3, 0, "too few to tell"),
        (4, 4, "in about as many"),
        (4, 2, "in about as many"),
        (1, 10, "in more"),
        (15, 5, "in fewer"),
    ],
)
def test_affine_against_plain(plain, affine, answer):
    assert verdicts.what_affine_did(of(plain), of(affine)) == answer
    reason = verdicts.why_affine(of(plain), of(affine))
    assert f"With γx + β {affine} of 49 networks train, without it {plain} of 49." in reason
    assert ("too few to rank" in reason) == (answer == "too few to tell")
    assert ("under another name" in reason) == (answer in ("in about as many", "too few to tell"))
    assert ("not the walk" in reason) == (answer in ("in more", "in fewer"))


@pytest.mark.parametrize(
    ("affine", "batch", "answer", "words"),
    [
        (1, 23, "in more than five times as many", "scale cancels"),
        (0, 23, "in more than five times as many", "scale cancels"),
        (10, 30, "in up to five times as many", "scale cancels"),
        (20, 21, "in about as many", "no clear advantage"),
        (20, 10, "in fewer", "no clear advantage"),
        (1, 3, "too few to tell", "Lower the threshold"),
    ],
)
def test_batch_against_affine(affine, batch, answer, words):
    assert verdicts.what_batch_did(of(affine), of(batch)) == answer
    reason = verdicts.why_batch(of(affine), of(batch))
    assert reason.startswith(f"With batch norm {batch} of 49 networks train, with γx + β {affine} of 49.")
    for others in ("scale cancels", "no clear advantage", "Lower the threshold"):
        assert (others in reason) == (others == words)


@pytest.mark.parametrize(
    ("trained", "beginning"),
    [
        ((1, 1, 23), "**Batch norm is less picky, and not immune.**"),
        ((0, 1, 15), "**Batch norm is less picky, and not immune.**"),
        ((0, 0, 15), "**Only batch norm trains, and not everywhere.**"),
        ((0, 0, 3), "**Too few networks train to compare.**"),
        ((20, 0, 19), "**No clear advantage for batch norm here.**"),
    ],
)
def test_the_verdict_on_the_maps_states_its_counts(trained, beginning):
    words = verdicts.verdict(shares(*trained), NORMS)
    plain, affine, batch = trained
    assert words.startswith(beginning)
    assert f"Batch norm: {batch} of 49 networks train; γx + β: {affine} of 49; plain: {plain} of 49." in words


def test_a_relative_that_trains_too_is_no_only():
    assert "Only" not in verdicts.verdict(shares(0, 0, 15, 1), [*NORMS, "layer"])


def test_the_row_at_the_usual_scale_stands_alone():
    usual = pd.DataFrame({"run": range(3), "trained": [1, 0, 4], "networks": 7})
    assert "At scale 1 alone" in verdicts.at_usual_scale(usual, NORMS)
    assert verdicts.at_usual_scale(usual, NORMS).endswith("train: plain 1 of 7, γx + β 0 of 7, batch norm 4 of 7.")


def test_where_batch_norm_fails_is_read_from_its_rows():
    rows = pd.DataFrame(
        [(100.0, 0.022, 0.4), (1.0, 10.0, 0.1), (1.0, 0.022, 0.9)], columns=["init_scale", "lr", "test_accuracy"]
    )
    words = verdicts.not_immune(rows)
    assert "Weights 100 times as long at the rate 0.022 end at a test accuracy of 0.40" in words
    assert "the usual ones at the rate 10 at 0.10" in words


def test_the_note_of_a_map_says_how_far_it_is():
    assert verdicts.share_note(0, 0, 49, 0.0, 0.0) == "Waiting: 49 networks."
    assert verdicts.share_note(3, 22, 49, 0.1, np.nan) == "3 of 22 networks so far train."
    assert verdicts.share_note(23, 49, 49, 23 / 49, np.nan) == "23 of 49 train: 47 %."
    assert verdicts.share_note(46, 98, 49, 0.469, 0.02) == "46 of 98 train: 47 % ± 2 % (sd over seeds)."


def learned(plain, affine, batch) -> pd.DataFrame:
    return pd.DataFrame({"norm": ["none", "affine", "batch"], "step": [plain, affine, batch]})


def test_sigmoids_learn_early_or_late():
    early = verdicts.sigmoid_verdict(learned(np.nan, 718.0, 38.0), 1000)
    assert early.startswith("**Batch norm is there long before the others.**")
    assert "plain not within 1,000, γx + β 718, batch norm 38." in early
    assert "ahead of the plain network here" in early
    assert "ahead of the plain" not in verdicts.sigmoid_verdict(learned(700.0, 718.0, 38.0), 1000)
    for late in (learned(50.0, 60.0, 38.0), learned(50.0, 60.0, np.nan), learned(np.nan, np.nan, np.nan)):
        assert verdicts.sigmoid_verdict(late, 1000).startswith("**No clear advantage for batch norm here.**")


def gains(*raw: float, control: float) -> pd.DataFrame:
    frame = pd.DataFrame({"control": [False] * len(raw) + [True], "depth": [*(2, 5, 10, 20)[: len(raw)], 3]})
    frame["none"], frame["gain"] = 0.6, [*raw, control]
    return frame.assign(batch=frame["none"] + frame["gain"])


def test_depth_tells_or_does_not():
    words = verdicts.depth_verdict(gains(-0.003, 0.014, 0.08, 0.36, control=0.005))
    assert words.startswith("**Depth is where it tells.**")
    assert "ahead at depth 10, 20; level at depth 2, 5." in words
    assert "plain 0.600, batch norm 0.605, no clear advantage here." in words
    words = verdicts.depth_verdict(gains(-0.1, 0.0, control=-0.1))
    assert words.startswith("**No clear advantage at any of these depths.**")
    assert "level at depth 5; behind at depth 2." in words
    assert "batch norm is behind: plain 0.600, batch norm 0.500." in words
    assert "batch norm is ahead: plain" in verdicts.depth_verdict(gains(0.0, control=0.1))


class TestThresholds:
    """A step to either side of each number that decides which sentence is written."""

    @pytest.mark.parametrize(
        ("other", "answer", "words"),
        [
            (44, 2, "not the walk"),
            (46, 1, "under another name"),
            (54, 1, "under another name"),
            (56, 0, "not the walk"),
        ],
    )
    def test_a_twentieth_of_the_networks_tells_affine_from_plain(self, other, answer, words):
        plain, affine = Count(50, 100), Count(other, 100)
        assert verdicts.what_affine_did(plain, affine) == verdicts.AFFINE_ANSWERS[answer]
        assert words in verdicts.why_affine(plain, affine)

    @pytest.mark.parametrize(
        ("batch", "answer", "clear"),
        [(4, 0, False), (6, 1, False), (14, 1, False), (16, 2, True), (50, 2, True), (51, 3, True)],
    )
    def test_a_twentieth_and_five_times_tell_batch_norm_from_affine(self, batch, answer, clear):
        affine = Count(10, 100)
        assert verdicts.what_batch_did(affine, Count(batch, 100)) == verdicts.BATCH_ANSWERS[answer]
        assert ("scale cancels" in verdicts.why_batch(affine, Count(batch, 100))) == clear

    @pytest.mark.parametrize(("batch", "clear"), [(14, False), (16, True)])
    def test_a_twentieth_is_an_advantage_over_plain(self, batch, clear):
        table = pd.DataFrame({"run": range(3), "trained": [10, 11, batch], "networks": 100})
        assert verdicts.verdict(table, NORMS).startswith("**Batch norm is less picky" if clear else "**No clear")

    @pytest.mark.parametrize(("trained", "few"), [(3, True), (4, False)])
    def test_fewer_than_four_are_too_few(self, trained, few):
        for one, other in ((0, trained), (trained, 0)):
            assert (verdicts.what_affine_did(of(one), of(other)) == verdicts.TOO_FEW) == few
            assert (verdicts.what_batch_did(of(one), of(other)) == verdicts.TOO_FEW) == few
            assert ("Too few" in verdicts.verdict(shares(one, 9, other), NORMS)) == few

    @pytest.mark.parametrize(("batch", "early"), [(50.0, True), (51.0, False)])
    @pytest.mark.parametrize("others", [(100.0, 400.0), (400.0, 100.0)])
    def test_half_of_the_time_of_the_faster_other_is_long_before(self, others, batch, early):
        words = verdicts.sigmoid_verdict(learned(*others, batch), 1000)
        assert words.startswith("**Batch norm is there long before" if early else "**No clear advantage")

    @pytest.mark.parametrize(("affine", "ahead"), [(89.0, True), (91.0, False)])
    def test_a_tenth_of_the_time_puts_affine_ahead_of_plain(self, affine, ahead):
        assert ("ahead of the plain" in verdicts.sigmoid_verdict(learned(100.0, affine, 9.0), 1000)) == ahead

    @pytest.mark.parametrize(
        ("gain", "raw", "control"),
        [(0.021, "ahead", "is ahead"), (0.019, "level", "no clear"), (-0.019, "level", "no clear"),
         (-0.021, "behind", "is behind")],
    )  # fmt: skip
    def test_two_points_of_accuracy_are_a_lead(self, gain, raw, control):
        words = verdicts.depth_verdict(gains(gain, control=gain))
        assert f"batch norm is {raw} at depth 2. " in words
        assert control in words.partition("depth 2. ")[2]
        assert words.startswith("**Depth is where it tells.**") == (raw == "ahead")
