"""Both branches of every sentence that the lesson on maps chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.why_not_affine import verdicts
from bnviz.lessons.why_not_affine.verdicts import Count

NORMS = ["none", "affine", "batch"]


def of(trained: int) -> Count:
    return Count(trained, 49)


@pytest.mark.parametrize(
    ("plain", "affine", "batch", "answer"),
    [
        (1, 1, 23, "batch norm alone"),
        (0, 0, 0, "neither"),
        (0, 2, 2, "neither"),
        (0, 3, 2, "γx + β alone"),
        (4, 9, 23, "both others"),
        (20, 3, 9, "neither"),
        (5, 3, 35, "batch norm alone"),
    ],
)
def test_what_the_maps_show_is_always_one_of_the_answers(plain, affine, batch, answer):
    assert answer in verdicts.ANSWERS
    assert verdicts.what_happened(of(plain), of(affine), of(batch)) == answer


@pytest.mark.parametrize(
    ("plain", "affine", "words"),
    [
        (1, 1, "Plain and γx + β are about the same in this run."),
        (3, 5, "Plain and γx + β are about the same in this run."),
        (3, 6, "In this run γx + β trains in more cells than plain."),
        (6, 3, "In this run plain trains in more cells than γx + β."),
    ],
)
def test_two_cells_are_luck_and_three_are_said(plain, affine, words):
    said = verdicts.why(of(plain), of(affine), of(23), 0.85)
    counts = f"From an accuracy of 0.85 on, {plain} of 49 plain networks train, {affine} of 49 with γx + β and 23 of 49"
    assert said == f"{counts} with batch norm. {words}"


def test_the_row_at_the_usual_scale_stands_alone():
    usual = pd.DataFrame({"run": range(3), "trained": [1, 0, 4], "networks": 7})
    assert verdicts.at_usual_scale(usual, NORMS).startswith("At scale 1 alone")
    assert verdicts.at_usual_scale(usual, NORMS).endswith("train: plain 1 of 7, γx + β 0 of 7, batch norm 4 of 7.")


def test_where_batch_norm_fails_is_read_from_its_rows():
    rows = pd.DataFrame(
        [(100.0, 0.022, 0.4), (1.0, 10.0, 0.1), (1.0, 0.022, 0.9)], columns=["init_scale", "lr", "test_accuracy"]
    )
    words = verdicts.not_immune(rows)
    assert "From weights 100 times larger, at rate 0.022, batch norm ends at a test accuracy of 0.40" in words
    assert "from the usual ones, at rate 10, at 0.10" in words


def test_the_note_of_a_map_says_how_far_it_is():
    assert verdicts.share_note(0, 0, 49, 0.0, 0.0) == "Waiting: 49 networks."
    assert verdicts.share_note(3, 22, 49, 0.1, np.nan) == "3 of 22 networks so far train."
    assert verdicts.share_note(23, 49, 49, 23 / 49, np.nan) == "23 of 49 train: 47\u00a0%."
    assert verdicts.share_note(46, 98, 49, 0.469, 0.02) == "46 of 98 train: 47\u00a0% ± 2\u00a0% (sd over seeds)."


def learned(plain, affine, batch) -> pd.DataFrame:
    return pd.DataFrame({"norm": ["none", "affine", "batch"], "step": [plain, affine, batch]})


def test_sigmoids_learn_early_or_late():
    early = verdicts.sigmoid_verdict(learned(np.nan, 718.0, 38.0), 1000)
    assert early.startswith("**Batch norm is there long before the others.**")
    assert "plain not within 1,000, γx + β 718, batch norm 38." in early
    for late in (learned(50.0, 60.0, 38.0), learned(50.0, 60.0, np.nan), learned(np.nan, np.nan, np.nan)):
        assert verdicts.sigmoid_verdict(late, 1000).startswith("**No clear advantage for batch norm here.**")


def gains(*raw: float, control: tuple[float, ...] = (0.0,)) -> pd.DataFrame:
    frame = pd.DataFrame({"control": [False] * len(raw) + [True] * len(control)})
    return frame.assign(depth=[*(2, 5, 10, 20)[: len(raw)], *(2, 20)[: len(control)]], gain=[*raw, *control])


def test_depth_tells_or_does_not():
    words = verdicts.depth_verdict(gains(-0.003, 0.014, 0.08, 0.36, control=(0.005, 0.34)))
    assert words == (
        "**The gain depends on depth.** With the best of four rates each, batch norm is ahead at 10 layers (+0.08), "
        "20 layers (+0.36); about the same at 2 layers (+0.00), 5 layers (+0.01). On standardized inputs it is ahead "
        "at 20 layers (+0.34); about the same at 2 layers (+0.01)."
    )
    words = verdicts.depth_verdict(gains(-0.1, 0.0))
    assert words.startswith("**No clear advantage at any of these depths.**")
    assert "about the same at 5 layers (+0.00); behind at 2 layers (−0.10)." in words
    assert verdicts.depth_verdict(gains(0.1, 0.2)).startswith("**Batch norm is ahead at every depth here.**")


class TestThresholds:
    """A step to either side of each number that decides which sentence is written."""

    @pytest.mark.parametrize(("other", "clear"), [(54, False), (56, True)])
    def test_a_twentieth_of_the_networks_tells_two_maps_apart(self, other, clear):
        plain, many = Count(50, 100), Count(other, 100)
        assert verdicts.more(many, plain) == clear
        assert not verdicts.more(plain, many)
        assert verdicts.what_happened(plain, plain, many) == verdicts.ANSWERS[2 if clear else 3]
        assert verdicts.what_happened(plain, many, plain) == verdicts.ANSWERS[1 if clear else 3]
        assert ("about the same" in verdicts.why(plain, many, plain, 0.5)) == (not clear)

    @pytest.mark.parametrize(("batch", "early"), [(50.0, True), (51.0, False)])
    @pytest.mark.parametrize("others", [(100.0, 400.0), (400.0, 100.0)])
    def test_half_of_the_time_of_the_faster_other_is_long_before(self, others, batch, early):
        words = verdicts.sigmoid_verdict(learned(*others, batch), 1000)
        assert words.startswith("**Batch norm is there long before" if early else "**No clear advantage")

    @pytest.mark.parametrize(
        ("gain", "words"), [(0.041, "ahead"), (0.039, "about the same"), (-0.039, "about the same"), (-0.041, "behind")]
    )
    def test_four_points_of_accuracy_are_a_lead(self, gain, words):
        said = verdicts.depth_verdict(gains(gain, control=(gain,)))
        assert f"batch norm is {words} at 2 layers" in said
        assert f"On standardized inputs it is {words} at 2 layers" in said
        assert said.startswith("**Batch norm is ahead at every depth") == (words == "ahead")
