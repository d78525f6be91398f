"""What the folds say of their trainings, over seeds and controls: no sentence without the numbers that carry it."""

import numpy as np
import pytest

from bnviz import train
from bnviz.lessons.moving_statistics import verdicts
from bnviz.lessons.moving_statistics.agreement import HELD, UPDATES, Agreement, agreement_summary
from bnviz.lessons.moving_statistics.agreement_verdicts import CLEAR, agreement_verdict
from bnviz.lessons.moving_statistics.deep_kick import KINDS, MOST_KICKS, DeepKick, kick_summary
from bnviz.lessons.moving_statistics.descent import RATES, Descent, descent_summary
from bnviz.lessons.moving_statistics.verdicts import FEW, HURT, OUTPUT_ANSWERS, RISE_ANSWERS, SAME, UNMOVED
from bnviz.lessons.moving_statistics.wandering import EPSILONS, drift, drift_experiment
from tests.lessons.driven import ALL, PRECISIONS, SEEDS
from tests.pages.reading import compute

pytestmark = pytest.mark.slow


def in_turn(values, precisions=PRECISIONS):
    """(value, seed, precision): each seed with one value in turn, and one in 64-bit numbers; all with DRIVE_ALL."""
    if ALL:
        return [(value, seed, precision) for precision in precisions for seed in SEEDS for value in values]
    rows = [(values[seed % len(values)], seed, "float32") for seed in SEEDS]
    return rows + [(values[0], 0, precision) for precision in precisions if precision == "float64"]


@pytest.mark.parametrize(("rate", "seed", "precision"), in_turn(RATES, ["float32"]))
def test_descent(rate, seed, precision):
    summary = descent_summary(compute(Descent(rate, seed)))  # which is in 64-bit numbers
    plain, detached, batch = (verdicts.row_of(summary, norm) for norm in ("none", "batch_detached", "batch"))
    said = verdicts.rise_verdict(summary)
    assert (RISE_ANSWERS[0] in said) == (batch["rises"] == 0)
    assert ("Only the gradient" in said) == (detached["rises"] > batch["rises"] + FEW)
    assert ("hardly rises more often" in said) <= (0 < detached["rises"] - batch["rises"] <= FEW)
    if "falls less" in said:
        assert detached["loss"] > HURT * batch["loss"]
    if "about the same" in said:
        assert 1 / HURT <= detached["loss"] / batch["loss"] <= HURT
    foretold = verdicts.decrease_verdict(summary)
    exact = max(abs(batch["tiny_first"] - 1), abs(batch["tiny_last"] - 1)) <= 0.001
    assert ("has the motion of μ and σ in it" in foretold) == exact
    assert ("too long" in foretold) <= (plain["rises"] > 0)
    stale = "would be out of date" in verdicts.kept_verdict(summary)
    assert stale == (batch["kept_move"] > batch["output_move"] and batch["kept_log_sd"] > batch["output_log_sd"])


@pytest.mark.parametrize(("updates", "seed", "precision"), in_turn([150]))
def test_kicks(updates, seed, precision):
    frame = compute(PRECISIONS[precision](DeepKick(seed, updates)))
    for kind in KINDS:
        for kicks in range(1, MOST_KICKS + 1):
            summary = kick_summary(frame, kind, kicks)
            rows = {norm: verdicts.row_of(summary, norm) for norm in ("affine", "layer", "batch")}
            moved = {norm: max(row["shift"], row["log_sd"]) > UNMOVED for norm, row in rows.items()}
            said = verdicts.kick_verdict(summary, kind, kicks)
            assert ("unit's output stayed" in said) == (not moved["batch"])
            assert ("With γx + β mean and spread moved" in said) == moved["affine"]
            assert ("cancels a common factor" in said) == (kind == "scale" and not moved["layer"])
            batch, said = rows["batch"], verdicts.kick_loss_verdict(summary, kicks)
            assert ("all the same" in said) == (batch["loss"] > HURT * batch["loss_before"])
            if "all the same" in said:
                assert ("made up for it" in said) == (batch["loss_later"] <= HURT * batch["loss_before"])


@pytest.mark.parametrize(("updates", "seed", "precision"), in_turn(UPDATES))
def test_agreement(updates, seed, precision):
    frame = compute(PRECISIONS[precision](Agreement(updates, seed, draws=20 if ALL else 10)))
    summary, cosines = agreement_summary(frame), frame.groupby(["norm", "size"])["cosine"]
    mean, error = (table.unstack("norm") for table in (cosines.mean(), cosines.std() / cosines.size() ** 0.5))
    chance = {norm: 2 * np.hypot(error["none"], error[norm]).clip(lower=CLEAR / 2) for norm in ("batch", HELD)}
    behind = mean["none"] - mean["batch"] > chance["batch"]
    said = agreement_verdict(summary)
    assert ("gradient of a mini-batch says less" in said) == bool(behind.all())
    assert ("of some mini-batches" in said) == bool(behind.any() and not behind.all())
    gap, left = (mean["none"][64] - mean[norm][64] for norm in ("batch", HELD))
    assert ("Of the gap" in said) == bool(behind[64])
    if behind[64]:
        assert ("no more than chance makes" in said) == (left <= chance[HELD][64])
        assert ("not their noise" in said) == (chance[HELD][64] < left < gap - chance[HELD][64])


@pytest.mark.parametrize(("eps", "seed", "precision"), in_turn(EPSILONS))
def test_drift(eps, seed, precision):
    layers = drift(train(PRECISIONS[precision](drift_experiment(eps, seed))))
    worst = layers[layers["norm"] == "batch"].max()
    said = verdicts.output_verdict(layers, eps)
    assert worst["mean_gap"] <= SAME
    assert (OUTPUT_ANSWERS[2] in said) == (worst["sd_gap"] <= SAME)
    assert ("what is left of σ shows" in said) == (worst["sd_gap"] > SAME)
    affine = verdicts.row_of(layers[layers["layer"] == 2], "affine")
    along = affine["output_mean_move"] > affine["mean_move"] / 2
    assert ("went along" in verdicts.drift_verdict(layers)) == along
