"""Where each sentence of the lesson on moving statistics changes."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.moving_statistics import verdicts
from bnviz.lessons.moving_statistics.agreement_verdicts import agreement_verdict
from tests.lessons.edges import require_edge

MOVES = {"output_move": 1.0, "kept_move": 2.0, "output_log_sd": 1.0, "kept_log_sd": 2.0, "z_move": 0.1, "z_drift": 2.0}
DRIFT, STAY, EXACT = verdicts.OUTPUT_ANSWERS


def layers(affine=None, **batch):
    usual = {"layer": 0, "mean_move": 1.0, "output_mean_move": 1.0, "mean_gap": 0, "sd_gap": 0}
    usual |= {"beta_reach": 0.0, "gamma_reach": 0.0}
    return pd.DataFrame([{"norm": "affine", **usual, **(affine or {})}, {"norm": "batch", **usual, **batch}])


def output(**batch):
    return verdicts.what_the_output_did(layers(**batch))


def kicked(loss_before=1.0, loss=2.0, loss_later=1.0, **moves):
    rows = []
    for norm in ("affine", "layer", "batch"):
        shift, log_sd = moves.get(norm, (0.0, 0.0))
        rows.append({"norm": norm, "shift": shift, "log_sd": log_sd})
    return pd.DataFrame(rows).assign(loss_before=loss_before, loss=loss, loss_later=loss_later)


def after_kick(kind="noise", **moves):
    return verdicts.kick_verdict(kicked(**moves), kind, 1)


def hurt(**losses):
    return verdicts.kick_loss_verdict(kicked(**losses), 1)


def descended(plain=None, detached=None, **batch):
    usual = {"rises": 0, "updates": 1_000_000, "loss": 1.0, "tiny_first": 1.0, "tiny_last": 1.0, **MOVES}
    parts = {"none": plain or {}, "batch_detached": detached or {}, "batch": batch}
    return pd.DataFrame([{"norm": norm, **usual, **own} for norm, own in parts.items()])


def fell(loss):
    return verdicts.why_the_loss(descended(detached={"loss": loss}))


def foretold(**rows):
    return verdicts.decrease_verdict(descended(**rows))


def kept(**batch):
    return verdicts.kept_verdict(descended(**batch))


def agreed(first, second=0.0, error=0.0):
    rows = [("none", 4, first), ("none", 8, second), ("batch", 4, 0.0), ("batch", 8, 0.0)]
    return agreement_verdict(pd.DataFrame(rows, columns=["norm", "size", "mean"]).assign(error=error))


STAYED, MOVED = "output stayed", "output moved too"
UNIT, FACTOR = "over the units of one example", "cancels a common factor"
ON, OFF = "has the motion of μ and σ in it", "gradient is off here"
EDGES = {
    "mean from β": (lambda x: output(mean_gap=x), 0.01, STAY, DRIFT),
    "spread from |γ|": (lambda x: output(sd_gap=x), 0.01, STAY, "the spread is not |γ|"),
    "β from 0": (lambda x: output(beta_reach=x), 0.01, STAY, EXACT),
    "|γ| from 1": (lambda x: output(gamma_reach=x), 0.01, STAY, EXACT),
    "why, spread": (lambda x: verdicts.why_the_output(layers(sd_gap=x), 1.0), 0.01, "", "With ε = 1"),
    "β's own move": (lambda x: verdicts.drift_verdict(layers(mean_gap=x)), 0.01, "own move", ""),
    "β makes up for it": (
        lambda x: verdicts.drift_verdict(layers({"mean_move": 2.0, "output_mean_move": x})),
        1.0,
        "not half of that arrived",
        "went along",
    ),
    "shift of batch norm": (lambda x: after_kick(batch=(x, 0)), 0.001, STAYED, MOVED),
    "spread of batch norm": (lambda x: after_kick(batch=(0, x)), 0.001, STAYED, MOVED),
    "shift of affine": (lambda x: after_kick(affine=(x, 0)), 0.001, "", "With γx + β mean and spread moved"),
    "spread of affine": (lambda x: after_kick(affine=(0, x)), 0.001, "", "With γx + β mean and spread moved"),
    "shift of layer norm": (lambda x: after_kick("scale", layer=(x, 0)), 0.001, FACTOR, UNIT),
    "spread of layer norm": (lambda x: after_kick("scale", layer=(0, x)), 0.001, FACTOR, UNIT),
    "a kick that hurts": (lambda x: hurt(loss=x), 1.25, "did not hurt", "loss all the same"),
    "made up for": (lambda x: hurt(loss=2.0, loss_later=x), 1.25, "made up for it", "made up for part"),
    "the detached falls less": (lambda x: fell(x), 1.25, "about the same", "falls less"),
    "first tiny step, above": (lambda x: foretold(tiny_first=1 + x), 0.001, ON, OFF),
    "first tiny step, below": (lambda x: foretold(tiny_first=1 - x), 0.001, ON, OFF),
    "last tiny step": (lambda x: foretold(tiny_last=1 - x), 0.001, ON, OFF),
    "tiny steps of the detached": (
        lambda x: foretold(detached={"tiny_last": 1 - x}),
        0.001,
        "the detached gradient comes close",
        "not the slope",
    ),
    "kept, mean": (lambda x: kept(kept_move=x), 1.0, "would not have hurt", "would be out of date"),
    "kept, spread": (lambda x: kept(kept_log_sd=x), 1.0, "would not have hurt", "would be out of date"),
    "moves add up": (lambda x: kept(z_drift=x, z_move=0.1), 1.0, "hardly adds up", "moves add up"),
    "one size behind": (agreed, 0.05, "No clear disadvantage", "of some mini-batches"),
    "one size behind, for certain": (
        lambda x: agreed(x, error=0.1),
        0.2 * 2**0.5,
        "No clear disadvantage",
        "of some mini-batches",
    ),
    "all sizes behind": (lambda x: agreed(1.0, x), 0.05, "of some mini-batches", "of a mini-batch"),
}
ABOVE = {
    "very little": (lambda x: kept(kept_move=x, output_move=1e-4), 0.01, "would be very little,", "would be little,"),
    "little": (lambda x: kept(kept_move=x, output_move=1e-4), 0.1, "would be little,", "would be much,"),
    "a little drift": (lambda x: kept(z_drift=x, z_move=1e-3), 0.5, "little too", "That is not little"),
    "made up for part": (lambda x: hurt(loss=2.0, loss_later=x), 1.6, "made up for part", "did not make up for it"),
    "the detached does better": (lambda x: fell(x), 0.8, "does better", "about the same"),
    "a tenth of the updates": (
        lambda x: verdicts.what_the_loss_did(descended(rises=int(x))),
        100_000,
        "less than a tenth",
        "a tenth of them or more",
    ),
}
"""Here the threshold itself counts as above."""


@pytest.mark.parametrize("edge", EDGES)
def test_a_sentence_changes_above_its_threshold(edge):
    if "tiny step" in edge or "behind" in edge:  # a difference of two numbers near 1 is not exact
        say, at, below, above = EDGES[edge]
        assert below in say(0.99 * at)
        assert above in say(1.01 * at)
        assert above not in say(0.99 * at)
    else:
        require_edge(*EDGES[edge])


@pytest.mark.parametrize("edge", ABOVE)
def test_a_sentence_changes_at_its_threshold(edge):
    require_edge(*ABOVE[edge], counts_below=False)


def test_one_rise_is_not_never_and_the_detached_does_worse_from_one_more_rise_on():
    assert verdicts.what_the_loss_did(descended(rises=0)) == "never"
    assert verdicts.what_the_loss_did(descended(rises=1)) == verdicts.RISE_ANSWERS[1]
    assert "about the same" in verdicts.why_the_loss(descended(rises=3, detached={"rises": 3}))
    assert "Only the gradient of the first" in verdicts.why_the_loss(descended(rises=3, detached={"rises": 9}))
    few = verdicts.why_the_loss(descended(rises=3, detached={"rises": 8, "loss": 2.0}))
    assert "The detached run hardly rises more often here, but it falls less" in few
    assert "does not rise more often here" in verdicts.why_the_loss(
        descended(rises=3, detached={"rises": 3, "loss": 2.0})
    )


def test_every_number_of_a_sentence_is_that_of_its_run():
    frame = layers({"mean_move": 1.1, "output_mean_move": 1.2}, mean_move=2.1, output_mean_move=2.2)
    said = verdicts.drift_verdict(frame)
    assert "With γx + β, μ moved by 1.1 σ and the mean of y by 1.2 of its" in said
    assert "With batch norm, μ moved by 2.1 σ and the mean of y by 2.2, which" in said
    deeper = pd.concat([frame.assign(mean_move=9.0), frame.assign(layer=1)])
    assert verdicts.drift_verdict(deeper) == said
    reached = layers(mean_gap=0.001, sd_gap=0.002, beta_reach=0.3, gamma_reach=0.4)
    assert "within 0.001 of β and its standard deviation within 0.002 of |γ|." in verdicts.why_the_output(reached, 1)
    assert "moved β by up to 0.3 from 0 and |γ| by up to 0.4 from 1." in verdicts.why_the_output(reached, 1)
    rows = descended({"rises": 1, "tiny_first": 1.1, "tiny_last": 1.2}, {"rises": 9, "tiny_last": 0.2}, rises=2)
    assert "batch norm 2 of 1000000, detached 9 of 1000000, plain 1 of 1000000." in verdicts.why_the_loss(rows)
    said = verdicts.decrease_verdict(rows)
    assert "batch norm 1.0000 and 1.0000, detached 1.0000 and 0.2000, plain 1.1000 and 1.2000 (first" in said
    assert "too long" not in said
    assert "2 times as far, and its spread 3 times as much" in kept(kept_log_sd=3.0)
    losses = kicked(1.0, 2.0, np.inf)
    losses.loc[0, ["loss_before", "loss", "loss_later"]] = [4.0, 5.0, 6.0]
    assert "batch norm 1, 2, diverged; γx + β 4, 5, 6." in verdicts.kick_loss_verdict(losses, 1)
