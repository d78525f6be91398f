"""Both branches of every sentence that the lesson on maps chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.ui import maps


def shares(plain: float, batch: float) -> pd.DataFrame:
    return pd.DataFrame({"run": [0, 1], "share": [plain, batch]})


@pytest.mark.parametrize(
    ("plain", "affine", "answer"),
    [(0.02, 0.04, "in about as many"), (0.02, 0.2, "in more"), (0.3, 0.1, "in fewer")],
)
def test_affine_against_plain(plain, affine, answer):
    assert maps.what_affine_did(plain, affine) == answer
    reason = maps.why_affine(plain, affine)
    assert f"γx + β trains in {affine:.0%} of the cells, the plain network in {plain:.0%}." in reason
    assert ("under another name" in reason) == (answer == "in about as many")
    assert ("not the walk" in reason) == (answer != "in about as many")


@pytest.mark.parametrize(
    ("affine", "batch", "answer", "clear"),
    [
        (0.02, 0.47, "in more than five times as many", True),
        (0.0, 0.47, "in more than five times as many", True),
        (0.2, 0.6, "in up to five times as many", True),
        (0.4, 0.42, "in about as many", False),
        (0.4, 0.2, "in fewer", False),
    ],
)
def test_batch_against_affine(affine, batch, answer, clear):
    assert maps.what_batch_did(affine, batch) == answer
    assert ("scale cancels" in maps.why_batch(affine, batch)) == clear
    assert ("no clear advantage" in maps.why_batch(affine, batch)) != clear


def test_the_verdict_on_the_maps():
    assert "It trains in 12 times as many cells as the plain network. In 53%" in maps.verdict(shares(0.04, 0.47), 0, 1)
    assert maps.verdict(shares(0.0, 0.47), 0, 1).startswith("**Only batch norm trains, and not everywhere.**")
    assert "No clear advantage" in maps.verdict(shares(0.0, 0.0), 0, 1)
    assert "No clear advantage" in maps.verdict(shares(0.5, 0.4), 0, 1)


def test_where_batch_norm_fails_is_read_from_its_rows():
    rows = pd.DataFrame(
        [(100.0, 0.022, 0.4), (1.0, 10.0, 0.1), (1.0, 0.022, 0.9)], columns=["init_scale", "lr", "test_accuracy"]
    )
    words = maps.not_immune(rows)
    assert "Weights 100 times as long at the rate 0.022 end at a test accuracy of 0.40" in words
    assert "the usual ones at the rate 10 at 0.10" in words


def test_the_note_of_a_map_says_how_far_it_is():
    assert maps.share_note(0, 0, 49, 0.0, 0.0) == "Waiting: 49 networks."
    assert maps.share_note(3, 22, 49, 0.1, np.nan) == "3 of 22 networks so far train."
    assert maps.share_note(23, 49, 49, 23 / 49, np.nan) == "23 of 49 train: 0.47."
    assert maps.share_note(46, 98, 49, 0.469, 0.02) == "46 of 98 train: 0.47 ± 0.02 (sd over seeds)."


def learned(plain, affine, batch) -> pd.DataFrame:
    return pd.DataFrame({"norm": ["none", "affine", "batch"], "step": [plain, affine, batch]})


def test_sigmoids_learn_early_or_late():
    early = maps.sigmoid_verdict(learned(np.nan, 718.0, 38.0), 1000)
    assert early.startswith("**Batch norm is there long before the others.**")
    assert "plain not within 1,000, γx + β 718, batch norm 38." in early
    assert "ahead of the plain network here" in early
    assert "ahead of the plain" not in maps.sigmoid_verdict(learned(700.0, 718.0, 38.0), 1000)
    for late in (learned(50.0, 60.0, 38.0), learned(50.0, 60.0, np.nan), learned(np.nan, np.nan, np.nan)):
        assert maps.sigmoid_verdict(late, 1000).startswith("**No clear advantage for batch norm here.**")


def gains(*raw: float, control: float) -> pd.DataFrame:
    frame = pd.DataFrame({"control": [False] * len(raw) + [True], "depth": [*(2, 5, 10, 20)[: len(raw)], 3]})
    frame["none"], frame["gain"] = 0.6, [*raw, control]
    return frame.assign(batch=frame["none"] + frame["gain"])


def test_depth_tells_or_does_not():
    words = maps.depth_verdict(gains(-0.003, 0.014, 0.08, 0.36, control=0.005))
    assert words.startswith("**Depth is where it tells.**")
    assert "ahead at depth 10, 20; level at depth 2, 5." in words
    assert "plain 0.600, batch norm 0.605, no clear advantage here." in words
    words = maps.depth_verdict(gains(-0.1, 0.0, control=-0.1))
    assert words.startswith("**No clear advantage at any of these depths.**")
    assert "level at depth 5; behind at depth 2." in words
    assert "batch norm is behind: plain 0.600, batch norm 0.500." in words
    assert "batch norm is ahead: plain" in maps.depth_verdict(gains(0.0, control=0.1))
