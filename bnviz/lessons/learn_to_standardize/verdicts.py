"""The words of the lesson on whether γ and β could learn to standardize, as far as they depend on a result."""

from __future__ import annotations

from math import isfinite, isnan

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.learn_to_standardize.conditioning import CAP, TOLERANCE, Fit
from bnviz.lessons.learn_to_standardize.drift import DRIFTS, FLOOR
from bnviz.lessons.learn_to_standardize.endings import ended, ending
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD, UNFORESEEN
from bnviz.words import short

STEPS_ANSWERS = ("at most 10", "11 to 100", "101 to 10,000", "more than 10,000")
GUESSED = {"at most 10": 10, "11 to 100": 100, "101 to 10,000": 10_000}
"""Answer → the last number of steps that it names."""
DRIFT_ANSWERS = ("γx + β", "batch norm", "about the same")
_LEARNS_WITHOUT = (
    " This network, at this rate and from this start, learns without. Whether a network needs "
    "standardized layers depends on its depth, its rate and its initial weights: see *Why not γx + β?*"
)

EASY = 3.0  # condition number up to which nothing is in the way of gradient descent
CLOSE_BY = 2  # steps up to which the start lay so well that the flat direction does not show
ALIKE = 1.25  # ratio of two losses up to which they count as about the same: one seed, mini-batches
LOW = 0.5  # loss on ten digits up to which a network counts as having learned them; chance is 2.3
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
        f"It takes {_steps(at_ten)}; with standardized inputs {_steps(standardized)}. With x near 10, γ and β do "
        f"almost the same: the loss is steep where both grow, and {at_ten.condition:,.0f} times flatter where one "
        "makes up for the other."
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
    if found.steps <= CLOSE_BY:
        return (
            f"**The start lies well.** {inputs} have κ = {short(found.condition)}, but it took {_steps(found)}: from "
            "γ = 1, β = 0 there is next to nothing to go along the flat direction."
        )
    return (
        f"**It can be learned, in {_steps(found)}.** {inputs} have κ = {short(found.condition, 4)}. The γ and β that "
        "make up for mean and spread exist, and gradient descent does get there; the flat direction sets the pace. "
        f"Theory says {found.steps_in_theory:,.0f}."
    )


def who_won(losses: pd.Series) -> str:
    """Return which answer the losses over the second half gave; `losses` has the keys "affine" and "batch"."""
    affine, batch = float(losses["affine"]), float(losses["batch"])
    if max(affine, batch) <= ALIKE * min(affine, batch):
        return DRIFT_ANSWERS[2]
    return DRIFT_ANSWERS[0] if affine < batch else DRIFT_ANSWERS[1]


def drift_verdict(losses: pd.Series, drift: str, size: float, raw: bool = False) -> str:
    """Return who kept up with the inputs, and why."""
    winner = who_won(losses)
    measured = (
        f"Mean loss over the second half: γx + β {short(losses['affine'])}, batch norm {short(losses['batch'])}. "
        f"For comparison: the noise of μ and σ from 64 examples alone makes {short(FLOOR)} on average."
    )
    if winner == DRIFT_ANSWERS[2]:
        return f"**About the same in this run.** {measured}"
    lower = f"**{winner[0].upper() if winner == DRIFT_ANSWERS[1] else winner[0]}{winner[1:]} has the lower loss.**"
    return f"{lower} {measured} {_why_drift(winner, drift, size, raw)}"


def _why_drift(winner: str, drift: str, size: float, raw: bool) -> str:
    if drift == "static":
        return "Nothing moves, so γ and β need to be found once, and γx + β has no noise."
    if raw:
        return (
            "Here the target contains what moves: γ = 2, β = ½ fit all the time. Batch norm takes the mean away, and "
            f"its right β moves by {short(2 * size)}."
        )
    if winner == DRIFT_ANSWERS[1]:
        return (
            f"When the inputs move by {short(size)}, the β that γx + β needs moves by {short(2 * size)}, and it lags. "
            "Batch norm takes μ and σ anew from every batch."
        )
    return f"The β that γx + β needs moves by {short(2 * size)}, but it keeps up well enough to lose less than that."


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
    """Return how far γ and β came when they were told to standardize, and how the task fared."""
    told, computed = ending(ends, TOLD), ending(ends, COMPUTED)
    if not isnan(told["diverged_at"]):
        return (
            f"**It diverged, at step {told['diverged_at']:.0f}**, with γ and β descending their own loss at the rate "
            f"{short(rate)}. With computed μ and σ the task ends at a loss of {short(computed['loss'])}."
        )
    task = (
        f"The loss of the task ends at {short(told['loss'])}, with computed μ and σ "
        f"{_beside(told['loss'], computed['loss'])} {short(computed['loss'])}."
    )
    if max(told["mean_error"], told["std_error"]) <= THERE:
        return f"**They got there.** At the end {_errors(told)}. {task}"
    return (
        f"**Even when told to, γ and β do not standardize within these updates.** At the end {_errors(told)}; with "
        f"computed μ and σ both are 0, but for ε and rounding. {task}"
    )


@remembered
def unforeseen_verdict(ends: pd.DataFrame) -> str:
    """Return what the control says about the loss of the told: whether falling short of standardization is to blame."""
    told, computed, control = (ending(ends, run) for run in (TOLD, COMPUTED, UNFORESEEN))
    measured = (
        "The control (*computed, not in the gradient*) has exact μ and σ, but the gradient of its weights takes both "
        f"for constants, as that of the told network takes γ and β. It ends at a loss of {ended(control)}"
    )
    if control["loss"] <= ALIKE * computed["loss"]:
        beside = f"{_beside(control['loss'], computed['loss'])} {short(computed['loss'])}"
        return f"{measured}, with μ and σ in the gradient {beside}."
    against = f", the told network at {short(told['loss'])}" if isfinite(told["loss"]) else ""
    return (
        f"{measured}{against}. **So a perfect standardization alone does not help the task here: its gradient has to "
        "know μ and σ.** In nothing else does the control differ from the network that ends at "
        f"{short(computed['loss'])}."
    )


def _beside(loss: float, other: float) -> str:
    """How a loss stands to another one."""
    if max(loss, other) <= ALIKE * min(loss, other):
        return "about the same in this run:"
    return "lower:" if other < loss else "higher:"


@remembered
def free_verdict(ends: pd.DataFrame) -> str:
    """Return where γ and β go when only the task trains them."""
    free, computed = ending(ends, FREE), ending(ends, COMPUTED)
    if not isnan(free["diverged_at"]):
        return "Left to the loss of the task, γx + β diverged here."
    if max(free["mean_error"], free["std_error"]) <= THERE:
        return f"**Left to the task, they standardize** in this run: {_errors(free)}."
    return (
        f"**Left to the task, they do not standardize.** At the end {_errors(free)}: nothing in the loss asks for mean "
        f"0 and standard deviation 1. The loss of the task ends at {short(free['loss'])}, with computed μ and σ "
        f"{_beside(free['loss'], computed['loss'])} {short(computed['loss'])}."
        + (_LEARNS_WITHOUT if free["loss"] <= LOW else "")
    )


def _errors(row: pd.Series) -> str:
    return f"|mean| is {short(row['mean_error'], 2)} and |sd\u00a0−\u00a01| {short(row['std_error'], 2)}"
