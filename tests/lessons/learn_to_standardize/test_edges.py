"""Where each sentence of the lesson on γ and β changes."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.learn_to_standardize import held_verdicts, verdicts
from bnviz.lessons.learn_to_standardize.conditioning import Fit
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TRUE
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD, UNFORESEEN
from tests.lessons.edges import require_edge

FIT = Fit(10.0, 5.0, 10.0, 5)


def needed(steps):
    return verdicts.what_it_needed(FIT._replace(steps=steps))


def conditioned(condition):
    return verdicts.conditioning_verdict(FIT._replace(condition=condition), 1.0, 1.0)


def won(affine=1.0, batch=1.0):
    return verdicts.who_won(pd.Series({"affine": affine, "batch": batch}))


def ends(**changed):
    runs = {"told": TOLD, "free": FREE, "computed": COMPUTED, "unforeseen": UNFORESEEN}
    usual = {"diverged_at": np.nan, "loss": 1.0, "mean_error": 0.0, "std_error": 0.0}
    return pd.DataFrame([{"run": run, **usual, **changed.get(name, {})} for name, run in runs.items()])


def told(**own):
    return verdicts.told_verdict(ends(told=own), 0.01)


def free(**own):
    return verdicts.free_verdict(ends(free=own))


def frozen(own=1.0, batch=1.0):
    rows = [("batch_frozen", own, 0.25), ("batch", batch, 0.75), ("batch_frozen", 5.0, 0.5)]
    table = pd.DataFrame(rows, columns=["norm", "loss", "accuracy"]).assign(status="finished")
    return held_verdicts.frozen_verdict(table, 0.1)


def held(true=1.0, std=1.0, mean=1.0, both=1.0, accuracy=0.9):
    losses = {TRUE: true, STD_HELD: std, MEAN_HELD: mean, BOTH_HELD: both}
    return pd.DataFrame([{"run": run, "loss": loss, "accuracy": accuracy} for run, loss in losses.items()])


def harm(both, accuracy=0.9):
    return held_verdicts.detached_verdict(held(both=both, accuracy=accuracy), 0.1)


def biased(loss):
    rows = [(step, run, 0.1 * step * run, loss * (step == 2) * run) for step in range(3) for run in (0, 1)]
    return held_verdicts.bias_verdict(pd.DataFrame(rows, columns=["step", "run", "b", "loss"]))


LIKE = "about the same"
EDGES = {
    "ten steps": (needed, 10.0, "at most 10", "11 to 100"),
    "a hundred steps": (needed, 100.0, "11 to 100", "101 to 10,000"),
    "ten thousand steps": (needed, 10_000.0, "101 to 10,000", "more than 10,000"),
    "κ of easy inputs": (conditioned, 3.0, "Nothing in the way", "It can be learned"),
    "drift, affine higher": (lambda x: won(affine=x), 1.25, LIKE, "batch norm"),
    "drift, batch norm higher": (lambda x: won(batch=x), 1.25, LIKE, "γx + β"),
    "told, mean": (lambda x: told(mean_error=x), 0.1, "They got there", "do not standardize"),
    "told, spread": (lambda x: told(std_error=x), 0.1, "They got there", "do not standardize"),
    "told, loss": (lambda x: told(loss=x, mean_error=1), 1.25, LIKE, "σ lower: 1."),
    "told, loss of computed": (
        lambda x: verdicts.told_verdict(ends(told={"mean_error": 1}, computed={"loss": x}), 0.01),
        1.25,
        LIKE,
        "higher:",
    ),
    "free, mean": (lambda x: free(mean_error=x), 0.1, "they standardize", "do not standardize"),
    "free, spread": (lambda x: free(std_error=x), 0.1, "they standardize", "do not standardize"),
    "free, loss": (lambda x: free(mean_error=1, loss=x), 1.25, LIKE, "with computed μ and σ lower: 1."),
    "free, learned": (lambda x: free(mean_error=1, loss=x), 0.5, "learns without", ""),
    "the control, loss": (
        lambda x: verdicts.unforeseen_verdict(ends(unforeseen={"loss": x})),
        1.25,
        LIKE,
        "So a perfect standardization alone",
    ),
    "frozen, higher": (lambda x: frozen(own=x), 1.25, "About the same", "Batch norm has the lower"),
    "frozen, lower": (lambda x: frozen(batch=x), 1.25, "About the same", "Frozen statistics have the lower"),
    "both held, lower": (lambda x: held_verdicts.detached_verdict(held(true=x), 0.1), 1.25, LIKE, "the loss is lower"),
    "μ held": (lambda x: held_verdicts.what_hurt_more(held(mean=x)), 1.25, LIKE, "holding μ"),
    "σ held": (lambda x: held_verdicts.what_hurt_more(held(std=x)), 1.25, LIKE, "holding σ"),
    "both held": (harm, 1.25, "No clear harm", "It should."),
    "a moving loss": (biased, 1e-9, "the loss stays at", "the loss moves by"),
}


@pytest.mark.parametrize("edge", EDGES)
def test_a_sentence_changes_at_its_threshold(edge):
    require_edge(*EDGES[edge])


def test_half_of_the_digits_is_learned():
    require_edge(lambda x: harm(2.0, x), 0.5, "hardly learned", "The network learns", counts_below=False)


def test_every_number_of_a_sentence_is_that_of_its_run():
    told, free, computed = (
        {"loss": loss, "mean_error": loss / 10 + 0.01, "std_error": loss / 10 + 0.02} for loss in (3, 5, 7)
    )
    table = ends(told=told, free=free, computed=computed)
    said = verdicts.told_verdict(table, 0.01)
    assert (
        "At the end |mean| is 0.31 and |sd\u00a0−\u00a01| 0.32; with computed μ and σ both are 0, but for ε and "
        "rounding." in said
    )
    assert "The loss of the task ends at 3, with computed μ and σ higher: 7." in said
    said = verdicts.free_verdict(table)
    assert "At the end |mean| is 0.51 and |sd\u00a0−\u00a01| 0.52: nothing" in said
    assert "The loss of the task ends at 5, with computed μ and σ higher: 7." in said
    there = verdicts.told_verdict(ends(told={"loss": 3}, computed={"loss": 7}), 0.1)
    assert there.endswith("The loss of the task ends at 3, with computed μ and σ higher: 7.")
    lost = frozen(2, 3)
    assert "is 2 with frozen statistics and 3 with batch norm, and the test accuracy 0.250 against 0.750." in lost
    broken = frozen(np.inf, 3)
    assert "At the rate 0.1 batch norm trains on: loss 3, test accuracy 0.750." in broken
    assert "trains in this run: loss 5, test accuracy 0.500." in broken
    control = verdicts.unforeseen_verdict(ends(told=told, computed=computed, unforeseen={"loss": 9}))
    assert "It ends at a loss of 9, the told network at 3." in control
    assert control.endswith("that ends at 7.")
    assert frozen(2, np.inf).endswith("At the rate 0.1 frozen statistics trained on: loss 2.")
    why = held_verdicts.held_verdict(held(1, 2, 3, 4), 0.1)
    assert why.startswith("Loss at the end: true gradient 1, σ held 2, μ held 3, both held 4.")
    both = held(2, both=5).assign(accuracy=[0.1, 0.2, 0.3, 0.4])
    assert "ends 2.5 times as high. The network has hardly learned: test accuracy 0.400 against 0.100." in (
        held_verdicts.detached_verdict(both, 0.1)
    )
    measured = verdicts.drift_verdict(pd.Series({"affine": 3.0, "batch": 1.0}), "sine", 2.0)
    assert "Mean loss over the second half: γx + β 3, batch norm 1. For comparison: the noise" in measured
    assert "When the inputs move by 2, the β that γx + β needs moves by 4, and it lags." in measured
