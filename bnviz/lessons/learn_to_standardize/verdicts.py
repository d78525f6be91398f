"""The words of the lesson on whether γ and β could learn to standardize, as far as they depend on a result."""

from __future__ import annotations

from math import isfinite, isnan

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.learn_to_standardize.conditioning import CAP, TOLERANCE, Fit
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TOY_RATE, TRUE
from bnviz.lessons.learn_to_standardize.drift import DRIFTS
from bnviz.lessons.learn_to_standardize.endings import ending
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD
from bnviz.words import short

STEPS_ANSWERS = ("at most 10", "11 to 100", "101 to 10,000", "more than 10,000")
DRIFT_ANSWERS = ("γx + β", "batch norm", "about the same")
HELD_ANSWERS = ("holding μ", "holding σ", "about the same")

EASY = 3.0  # condition number up to which nothing is in the way of gradient descent
ALIKE = 1.25  # ratio of two losses up to which they count as about the same: one seed, mini-batches
LEARNED = 0.5  # test accuracy on ten digits from which a network counts as having learned them
THERE = 0.1  # distance from mean 0 and sd 1 that still counts as standardized


def what_it_needed(at_ten: Fit) -> str:
    """Return which answer the run gave for inputs of mean 10."""
    for answer, most in zip(STEPS_ANSWERS, (10, 100, 10_000), strict=False):
        if at_ten.steps <= most:
            return answer
    return STEPS_ANSWERS[-1]


def why_it_needed(at_ten: Fit, standardized: Fit) -> str:
    """Return the reason for `what_it_needed`, with the numbers of the run."""
    return (
        f"It took {_steps(at_ten)}; with standardized inputs it took {_steps(standardized)}. On inputs that are all "
        f"near 10, a change of γ looks almost like a change of β. The loss is steep where both change together and "
        f"nearly flat where one makes up for the other: κ = {at_ten.condition:,.0f} times flatter."
    )


def _steps(found: Fit) -> str:
    if isnan(found.steps):
        return f"more than {CAP:,} steps"
    return "1 step" if found.steps == 1 else f"{found.steps:,.0f} steps"


def conditioning_verdict(found: Fit, mean: float, spread: float) -> str:
    """Return how hard γ and β are to fit to inputs of this mean and standard deviation."""
    inputs = f"Inputs with mean {short(mean)} and standard deviation {short(spread)}"
    if isnan(found.steps):
        return (
            f"**Out of reach here.** {inputs} have κ = {found.condition:,.0f}. After {CAP:,} steps the loss was still "
            f"above {short(TOLERANCE)}; theory asks for {found.steps_in_theory:,.0f} steps."
        )
    if found.condition <= EASY:
        return f"**Nothing in the way.** {inputs} have κ = {short(found.condition)}, and it took {_steps(found)}."
    return (
        f"**It can be learned, in {_steps(found)}.** {inputs} have κ = {short(found.condition, 4)}. The γ and β that "
        "make up for mean and spread exist, and gradient descent does get there; the flat direction sets the pace."
    )


def who_won(losses: pd.Series) -> str:
    """Return which answer the losses over the second half gave; `losses` has the keys "affine" and "batch"."""
    affine, batch = float(losses["affine"]), float(losses["batch"])
    if max(affine, batch) <= ALIKE * min(affine, batch):
        return DRIFT_ANSWERS[2]
    return DRIFT_ANSWERS[0] if affine < batch else DRIFT_ANSWERS[1]


def why_drift(losses: pd.Series, drift: str, size: float) -> str:
    """Return the reason for `who_won`."""
    measured = f"Mean loss over the second half: γx + β {short(losses['affine'])}, batch norm {short(losses['batch'])}."
    winner = who_won(losses)
    if winner == DRIFT_ANSWERS[1]:
        return (
            f"{measured} When the inputs move by {short(size)}, the right β moves by {short(2 * size)}, and γ and β "
            "need steps to follow. μ and σ are taken anew in every batch."
        )
    if winner == DRIFT_ANSWERS[2]:
        return f"{measured} Here β lags about as much as the noise of μ and σ costs."
    if drift == "static":
        return (
            f"{measured} Nothing moves, so γ and β need to be found once. Batch norm takes μ and σ from 64 examples, "
            "and their noise never leaves its output."
        )
    return (
        f"{measured} The move is too small or too slow to leave γ and β behind, and batch norm pays for the noise of "
        "μ and σ in 64 examples."
    )


@remembered
def drift_table(summary: pd.DataFrame) -> str:
    """Return all four drifts as a Markdown table: losses with the best rates, and who had the lower loss."""
    lines = [
        "| inputs | γx + β | batch norm | lower loss |",
        "|---|---|---|---|",
    ]
    for drift in DRIFTS:
        part = summary[summary["drift"] == drift].set_index("norm")
        cells = [drift]
        for norm in ("affine", "batch"):
            # A rate that wraps into a line of its own is hard to read on a phone.
            cells.append(f"{short(part['loss'][norm])} (η\u00a0{short(part['rate'][norm])})")
        lines.append("| " + " | ".join([*cells, who_won(part["loss"])]) + " |")
    return "\n".join(lines)


@remembered
def told_verdict(ends: pd.DataFrame, rate: float) -> str:
    """Return how far γ and β came when they were told to standardize, and what that did for the task."""
    told, computed = ending(ends, TOLD), ending(ends, COMPUTED)
    if not isnan(told["diverged_at"]):
        return (
            f"**It diverged, at step {told['diverged_at']:.0f}.** At the rate {short(rate)} γ and β overshoot: the "
            "curvature of their own loss grows with the mean square of z, and z changes with every layer below that "
            "overshoots too."
        )
    if max(told["mean_error"], told["std_error"]) <= THERE:
        task = f"The loss of the task is {short(told['loss'])}; with computed μ and σ it is {short(computed['loss'])}."
        return f"**They got there.** At the end {_errors(told)}. {task}"
    return (
        f"**Even when told to, γ and β do not standardize{_loss_beside(told, computed)}** At the end {_errors(told)}; "
        f"with computed μ and σ {_errors(computed)}. The loss of the task is {short(told['loss'])} against "
        f"{short(computed['loss'])}. Every unit faces a problem like the first one of this page, on inputs that move "
        "with the layers below."
    )


def _loss_beside(told: pd.Series, computed: pd.Series) -> str:
    if told["loss"] > ALIKE * computed["loss"]:
        return ", and the loss ends higher."
    return ", and the loss ends lower." if computed["loss"] > ALIKE * told["loss"] else "."


@remembered
def free_verdict(ends: pd.DataFrame) -> str:
    """Return where γ and β go when only the task trains them."""
    free, computed = ending(ends, FREE), ending(ends, COMPUTED)
    if not isnan(free["diverged_at"]):
        return "Left to the loss of the task, γx + β diverged here."
    if max(free["mean_error"], free["std_error"]) <= THERE:
        return f"**Left to the task, they standardize** in this run: {_errors(free)}."
    losses = f"The loss of the task ends at {short(free['loss'])}, with computed μ and σ at {short(computed['loss'])}"
    clear = max(free["loss"], computed["loss"]) > ALIKE * min(free["loss"], computed["loss"])
    return (
        f"**Left to the task, they do not standardize.** At the end {_errors(free)}: nothing in the loss asks for mean "
        f"0 and standard deviation 1. {losses}"
        + ("." if clear else ": no clear difference. In this network, at this rate, nothing needs them to.")
    )


def _errors(row: pd.Series) -> str:
    return f"|mean| is {short(row['mean_error'], 2)} and |sd − 1| {short(row['std_error'], 2)}"


@remembered
def frozen_verdict(result: pd.DataFrame, lr: float) -> str:
    """Return what became of frozen statistics beside batch norm, at one learning rate."""
    frozen, batch = (result[result["norm"] == norm].iloc[0] for norm in ("batch_frozen", "batch"))
    at = f"At the rate {short(lr)}"
    broken = [not isfinite(row["loss"]) for row in (frozen, batch)]
    if broken == [True, True]:
        return f"**Both diverged.** {at} neither of the two could be trained."
    if broken == [True, False]:
        return (
            f"**Frozen statistics {frozen['status']}.** {at} batch norm trains on: loss {short(batch['loss'])}, test "
            f"accuracy {batch['accuracy']:.3f}. A perfect start is not enough: once updates have moved what "
            "the layers below put out, nothing brings the outputs back to mean 0 and standard deviation 1."
        )
    if broken == [False, True]:
        return f"**Batch norm {batch['status']}.** {at} frozen statistics trained on: loss {short(frozen['loss'])}."
    measured = (
        f"{at} the training loss is {short(frozen['loss'])} with frozen statistics and {short(batch['loss'])} with "
        f"batch norm, and the test accuracy {frozen['accuracy']:.3f} against {batch['accuracy']:.3f}."
    )
    if max(frozen["loss"], batch["loss"]) <= ALIKE * min(frozen["loss"], batch["loss"]):
        return f"**No clear difference.** {measured}"
    if frozen["loss"] < batch["loss"]:
        return (
            f"**Frozen statistics have the lower training loss.** {measured} A good start is worth a lot, and at "
            "this rate nothing more is needed. Compare larger rates."
        )
    return f"**Batch norm has the lower training loss.** {measured} Statistics of step 0 are out of date by now."


@remembered
def what_hurt_more(ends: pd.DataFrame) -> str:
    """Return which of μ and σ does more harm when the gradient holds it constant."""
    mean, std = float(ending(ends, MEAN_HELD)["loss"]), float(ending(ends, STD_HELD)["loss"])
    if mean == std or max(mean, std) <= ALIKE * min(mean, std):
        return HELD_ANSWERS[2]
    return HELD_ANSWERS[0] if mean > std else HELD_ANSWERS[1]


@remembered
def why_it_hurt(ends: pd.DataFrame) -> str:
    """Return the losses behind `what_hurt_more`, and what holding both does."""
    true, std, mean, both = (_ended(ending(ends, run)) for run in (TRUE, STD_HELD, MEAN_HELD, BOTH_HELD))
    losses = f"Loss at the end: true gradient {true}, σ held {std}, μ held {mean}, both held {both}."
    if what_hurt_more(ends) == HELD_ANSWERS[0]:
        return (
            f"{losses} Without the path through μ, an update tries to shift all outputs of a unit together, which "
            "the next forward pass takes back."
        )
    return f"{losses} The harm depends on the rate: compare other rates."


@remembered
def detached_verdict(ends: pd.DataFrame) -> str:
    """Return what holding both statistics constant costs."""
    true, both = ending(ends, TRUE), ending(ends, BOTH_HELD)
    if not isfinite(both["loss"]):
        return f"**With both held constant, the run diverged at step {both['diverged_at']:.0f}.**"
    accuracy = f"test accuracy {both['accuracy']:.3f} against {true['accuracy']:.3f}"
    ratio = both["loss"] / true["loss"]
    if ratio <= ALIKE:
        return f"**No clear harm here.** With both held constant: {accuracy}."
    learned = (
        "Nothing blows up: the network learns, with steps that partly cancel in the next forward pass."
        if both["accuracy"] >= LEARNED
        else "Nothing blows up, but the network has hardly learned."
    )
    return (
        f"**The statistics belong in the gradient.** With both held constant the loss ends {short(ratio, 2)} times as "
        f"high, {accuracy}. {learned}"
    )


def _ended(row: pd.Series) -> str:
    return short(row["loss"]) if isfinite(row["loss"]) else f"diverged at step {row['diverged_at']:.0f}"


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
