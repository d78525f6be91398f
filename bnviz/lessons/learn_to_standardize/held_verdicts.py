"""The words on networks whose statistics are held: kept from the first batch, or outside of the gradient."""

from __future__ import annotations

from math import isfinite

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.learn_to_standardize.detached import (
    BOTH_HELD,
    MEAN_HELD,
    SEEDS_DISAGREE_FROM,
    STD_HELD,
    TOY_RATE,
    TRUE,
)
from bnviz.lessons.learn_to_standardize.endings import ended, ending
from bnviz.lessons.learn_to_standardize.frozen import BATCH, FROZEN, SEEDS_DISAGREE, SHORTER
from bnviz.lessons.learn_to_standardize.verdicts import ALIKE
from bnviz.words import short

LEARNED = 0.5  # test accuracy on ten digits from which a network counts as having learned them
HELD_ANSWERS = ("holding μ", "holding σ", "about the same")
_NO_ORDER = "**No order to rely on at this rate.**"
_TURNS = "Another seed, or rounding alone, turns the order."


@remembered
def frozen_verdict(result: pd.DataFrame, lr: float) -> str:
    """Return what became of frozen statistics beside batch norm, at one learning rate."""
    frozen, batch, shorter = (result.iloc[run] for run in (FROZEN, BATCH, SHORTER))
    at = f"At the rate {short(lr)}"
    broken = [not isfinite(row["loss"]) for row in (frozen, batch)]
    if broken == [True, True]:
        return f"**Both diverged.** {at} neither of the two could be trained."
    if broken == [True, False]:
        head = "Not in this run" if lr in SEEDS_DISAGREE else "Not at this rate"
        return (
            f"**{head}: frozen statistics {frozen['status']}.** {at} batch norm trains on: loss "
            f"{short(batch['loss'])}, test accuracy {batch['accuracy']:.3f}. {_with_shorter_steps(shorter)}"
        )
    if broken == [False, True]:
        return f"**Batch norm {batch['status']}.** {at} frozen statistics trained on: loss {short(frozen['loss'])}."
    measured = (
        f"{at} the training loss is {short(frozen['loss'])} with frozen statistics and {short(batch['loss'])} with "
        f"batch norm, and the test accuracy {frozen['accuracy']:.3f} against {batch['accuracy']:.3f}."
    )
    if lr in SEEDS_DISAGREE:
        return f"{_NO_ORDER} {measured} {_TURNS} Compare other rates."
    if max(frozen["loss"], batch["loss"]) <= ALIKE * min(frozen["loss"], batch["loss"]):
        return f"**About the same in this run.** {measured}"
    lower = "Frozen statistics have" if frozen["loss"] < batch["loss"] else "Batch norm has"
    return f"**{lower} the lower training loss.** {measured} Compare other rates."


def _with_shorter_steps(row: pd.Series) -> str:
    """What the control says: the same frozen network, whose hidden weights take shorter steps."""
    if not isfinite(row["loss"]):
        return f"With steps of the hidden weights ten times shorter the frozen network {row['status']} in this run."
    return (
        "The same frozen network with steps of the hidden weights ten times shorter trains in this run: loss "
        f"{short(row['loss'])}, test accuracy {row['accuracy']:.3f}. So a perfect start can be enough. What is "
        "wrong at this rate is the length of the steps: the σ of the first batch divides it for ever."
    )


@remembered
def what_hurt_more(ends: pd.DataFrame) -> str:
    """Return which of μ and σ does more harm when the gradient holds it constant."""
    mean, std = float(ending(ends, MEAN_HELD)["loss"]), float(ending(ends, STD_HELD)["loss"])
    if mean == std or max(mean, std) <= ALIKE * min(mean, std):
        return HELD_ANSWERS[2]
    return HELD_ANSWERS[0] if mean > std else HELD_ANSWERS[1]


@remembered
def held_verdict(ends: pd.DataFrame, lr: float) -> str:
    """Return the losses behind `what_hurt_more`."""
    true, std, mean, both = (ended(ending(ends, run)) for run in (TRUE, STD_HELD, MEAN_HELD, BOTH_HELD))
    losses = f"Loss at the end: true gradient {true}, σ held {std}, μ held {mean}, both held {both}."
    if lr >= SEEDS_DISAGREE_FROM:
        return f"{losses} Which of μ and σ costs more if it is held? {_TURNS}"
    worse = what_hurt_more(ends)
    if worse == HELD_ANSWERS[2]:
        return f"{losses} Holding μ and holding σ cost about the same in this run."
    return f"{losses} Of the two, {worse} costs more."


@remembered
def detached_verdict(ends: pd.DataFrame, lr: float) -> str:
    """Return what holding both statistics constant costs."""
    true, both = ending(ends, TRUE), ending(ends, BOTH_HELD)
    if not isfinite(true["loss"]):
        return f"**With the true gradient, the run diverged at step {true['diverged_at']:.0f}.**"
    if not isfinite(both["loss"]):
        return f"**With both held constant, the run diverged at step {both['diverged_at']:.0f}.**"
    accuracy = f"test accuracy {both['accuracy']:.3f} against {true['accuracy']:.3f}"
    ratio = both["loss"] / true["loss"]
    if lr >= SEEDS_DISAGREE_FROM:
        times = f"With both held constant the loss ends {short(ratio, 2)} times as high"
        return f"{_NO_ORDER} {times}: {accuracy}. {_TURNS}"
    if ratio <= ALIKE:
        less = "lower" if ratio < 1 / ALIKE else "about the same in this run"
        return f"**No clear harm here.** With both held constant the loss is {less}: {accuracy}."
    learned = "The network learns" if both["accuracy"] >= LEARNED else "The network has hardly learned"
    return (
        f"**It should.** The runs differ in their gradients alone. With both held constant the loss ends "
        f"{short(ratio, 2)} times as high. {learned}: {accuracy}."
    )


@remembered
def bias_verdict(frame: pd.DataFrame) -> str:
    """Return what the two gradients did to b, and that the loss did not notice."""
    true, detached = (frame[frame["run"] == run] for run in (0, 1))
    pace = detached["b"].diff().dropna()
    moved = float(frame["loss"].max() - frame["loss"].min())
    still = "the loss stays at" if moved <= 1e-9 else f"the loss moves by {short(moved, 1)} around"
    return (
        f"**Steps for nothing.** With the mean held constant, b grows by {short(float(pace.mean()), 4)} in every step "
        f"(the rate is {short(TOY_RATE)}) and reaches {short(float(detached['b'].iloc[-1]), 3)}, while {still} "
        f"{short(float(frame['loss'].mean()), 3)}. By the true gradient b moves by at most "
        f"{short(float(true['b'].abs().max()), 1)}."
    )
