"""The words of the lesson on one function in several coordinates that depend on a result."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import pandas as pd

from bnviz.lessons.same_functions.folding import EXAMPLES
from bnviz.lessons.same_functions.identity import Found
from bnviz.lessons.same_functions.parting import TAIL, Ending, Split
from bnviz.words import short

FOLD_ANSWERS = ("none", "some", "most")
PART_ANSWERS = ("with the first update", "little by little", "never")

ROUNDING = 1e-9  # differences of 64-bit outputs up to which only rounding is at work
NOTICED = 0.1  # share of what batch norm's own outputs moved, from which a difference counts
ALIKE = 1.25  # ratio of two losses up to which there is no clear advantage
SLIGHT = 0.01  # share of γ·∂L/∂γ below which a pull on w is all but none
GUESSING = log(10)  # cross-entropy of a network that gives each of ten digits the same probability


def what_folding_did(row: pd.Series) -> str:
    """Return which answer the run gave: how many of the test answers changed when the network was folded."""
    if row["changed"] == 0:
        return FOLD_ANSWERS[0]
    return FOLD_ANSWERS[1] if row["changed"] <= row["examples"] / 2 else FOLD_ANSWERS[2]


def why_folding(row: pd.Series) -> str:
    """Return the differences of the outputs behind `what_folding_did`."""
    return (
        f"{row['changed']:.0f} of {row['examples']:.0f} answers changed. The outputs have a spread (standard "
        f"deviation) of {short(row['spread'], 2)}. Before and after folding they {_differ(row['single'])} in 32-bit "
        f"numbers, and {_differ(row['double'])} in 64-bit ones."
    )


def why_folding_in_short(row: pd.Series) -> str:
    """Return the same in one sentence, for the place of the scene."""
    counted = f"{row['changed']:.0f} of {row['examples']:.0f} answers changed, and the outputs"
    if row["double"] <= ROUNDING:
        return f"{counted} are identical (rounding only)."
    return f"{counted} differ by up to {short(row['double'], 2)}, with a spread of {short(row['spread'], 2)}."


def redundancy_verdict(batch: pd.Series, affine: pd.Series) -> str:
    """Return whether the functions are the same, which is the first half of the answer to the question."""
    if max(batch["double"], affine["double"]) <= ROUNDING:
        return (
            "**Isn't that redundant? As a function, yes.** What differs is rounding. Linear layers and ReLUs compute "
            "whatever a batch-norm network computes in evaluation, and the same is true of γx + β. Neither can "
            "represent more than a plain network."
        )
    return (
        "**Not the same in this run.** The difference is more than rounding, so the folded network is another function."
    )


def mode_verdict(batch: pd.Series) -> str:
    """Return how far training mode is from evaluation mode, which is what was folded."""
    differences = (
        f"With μ and σ² of test batches of {EXAMPLES} its outputs differ from evaluation mode by up to "
        f"{short(batch['training'])}, and {batch['changed_training']:.0f} of {batch['examples']:.0f} answers change"
        f"{_turned(batch)}."
    )
    if batch["training"] > NOTICED * batch["spread"]:
        return (
            f"**This holds in evaluation only.** {differences} In training mode an output depends on the other "
            "examples of its batch, and no fixed linear layer can do that."
        )
    return f"In this run training mode is close to evaluation mode as well. {differences}"


def _turned(batch: pd.Series) -> str:
    """How the answers changed in training mode: an accuracy hides what became right beside what became wrong."""
    right, wrong = int(batch["became_right"]), int(batch["became_wrong"])
    kinds = {
        "from wrong to right": right,
        "from right to wrong": wrong,
        "from one wrong digit to another": int(batch["changed_training"]) - right - wrong,
    }
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    return f": {listed}" if listed else ""


def _differ(by: float) -> str:
    return "do not differ at all" if by == 0 else f"differ by at most {short(by, 2)}"


def fixed_scale_verdict(same: float, other: float, scale: float) -> str:
    """Return which plain network γx + β with γ = `scale` is, by the largest difference of their losses.

    `same` is that from the plain network at the same rate η, `other` that from the one at the rate c²η.
    """
    if other > ROUNDING:
        return f"**Not the same in this run.** Plain at the rate c²η differs from γ = c by up to {short(other, 2)}."
    alike = f"The losses of γ = {short(scale)} and of plain at the rate c²η {_differ(other)}"
    if same <= ROUNDING:
        return f"**Here nothing tells the three apart.** {alike}, and c²η is η. Choose another c."
    return (
        f"**γ works as a learning rate.** {alike}; at the rate η plain differs by up to {short(same, 2)}. So why not "
        "γx + β? Held, it is a plain network with another rate; trained, it changes that rate as it goes. Nothing in "
        "it standardizes."
    )


def what_parted(split: Split) -> str:
    """Return which answer the run gave: when γx + β and batch norm parted."""
    if max(split.first, split.last) <= ROUNDING:
        return PART_ANSWERS[2]
    return PART_ANSWERS[0] if split.first >= NOTICED * split.moved else PART_ANSWERS[1]


def why_parted(split: Split) -> str:
    """Return the distances behind `what_parted`."""
    distances = (
        f"The outputs of the two differed by at most {short(split.start, 2)} at step 0, and by {short(split.first, 2)} "
        f"after one update. That update moved batch norm's own outputs by up to {short(split.moved, 2)}, those of γx + "
        f"β by up to {short(split.own_moved, 2)}."
    )
    parted = what_parted(split)
    if parted == PART_ANSWERS[2]:
        return distances
    when = (
        "the first update already differs" if parted == PART_ANSWERS[0] else "small differences of the updates add up"
    )
    return f"{distances} **As a way to train it is not redundant**: the start is one function, and {when}."


def walks_verdict(endings: Sequence[Ending], names: Sequence[str]) -> str:
    """Return who reached the lowest loss, if anybody clearly did. `names` are those of the runs."""
    ranked = sorted(zip(names, endings, strict=True), key=lambda pair: pair[1].loss)
    listed = "; ".join(f"{name} {_ending(ending)}" for name, ending in ranked)
    losses = f"Training loss, mean of the last {TAIL} mini-batches: {listed}."
    (best, first), (_, last) = ranked[0], ranked[-1]
    if first.diverged:
        return f"**All of them diverged.** {losses}"
    if last.loss <= ALIKE * first.loss:
        return f"**Three walks, about the same in this run.** {losses}"
    near = [name for name, ending in ranked if ending.loss <= ALIKE * first.loss]
    if len(near) > 1:
        return f"**{_capital(' and '.join(near))} reached the lowest losses, hardly apart in this run.** {losses}"
    return (
        f"**{_capital(best)} reached the lowest loss in this run.** {losses} One start, three walks. "
        "At another rate or depth their order may be another: move the sliders."
    )


def _ending(ending: Ending) -> str:
    if ending.diverged:
        return f"diverged at step {ending.step + 1}"
    guess = f" (guessing gives {GUESSING:.2f})" if ending.loss >= 0.9 * GUESSING else ""
    return f"{short(ending.loss)}{guess}"


def _capital(name: str) -> str:
    # str.capitalize would lower the rest, and γ has no use for an upper case here.
    return name[0].upper() + name[1:] if name[0].isascii() else name


def identity_verdict(affine: Found, batch: Found, eps: float) -> str:
    """Return who pulls on the length of w in either layer."""
    sides = (
        f"**γx + β: w and γ are pulled alike.** w·∂L/∂w reaches {short(affine.weight_part, 2)} and differs from "
        f"γ·∂L/∂γ by at most {short(affine.error, 1)}: one and the same scale, carried twice."
    )
    pull = f"|w·∂L/∂w| is at most {short(batch.weight_part, 2)}, |γ·∂L/∂γ| reaches {short(batch.gamma_part, 2)}"
    if batch.weight_part <= ROUNDING * batch.gamma_part:
        return f"{sides} **Batch norm: only γ is pulled.** {pull}. The gradient only turns w, however long it is."
    kept = f"ε = {short(eps)} leaves up to {short(batch.share, 2)} of the pull, the share ε/(σ² + ε)"
    if batch.weight_part <= SLIGHT * batch.gamma_part:
        return f"{sides} **Batch norm: all but only γ is pulled.** {pull}; {kept}."
    return f"{sides} **Batch norm with this ε pulls on w too.** {pull}; {kept}. A large ε makes it more like γx + β."


def change_verdict(affine: Found, exact: Found) -> str:
    """Return whether the lengths changed in the update that followed as the two equations say; `exact` is ε = 0."""
    shares = [found.change_error / found.largest_change for found in (affine, exact)]
    if max(shares) <= ROUNDING:
        return "Both equations below hold for the next update: both sides are identical (rounding only)."
    return (
        f"The next update misses the equations below by up to {short(shares[0], 1)} of its change for γx + β, "
        f"{short(shares[1], 1)} for batch norm at ε = 0."
    )


def ray_verdict(plain: pd.Series, batch: pd.Series) -> str:
    """Return whether the loss is level along the rays through where the two walks are."""
    values = (
        f"Along the ray through the end of its walk the loss changes by {short(batch['along_ray'], 1)} with batch norm "
        f"and by {short(plain['along_ray'], 2)} without."
    )
    if batch["along_ray"] <= ROUNDING < plain["along_ray"]:
        return f"**With batch norm every ray is level.** {values}"
    return f"**Here the two do not differ in that.** {values}"


def walk_verdict(start: pd.Series, now: pd.Series, name: str) -> str:
    """Return how far one walk has turned and how its length has changed since `start`."""
    turn = abs((now["angle"] - start["angle"] + 180) % 360 - 180)
    before, after = start["length"], now["length"]
    lengths = f"from {short(before)} to {short(after)}"
    if short(before) == short(after):
        lengths = f"from {short(before)} by {short(abs(after - before), 1)}"
    if abs(after - before) <= ROUNDING * before:
        change = f"stayed {short(before)}"
    else:
        change = f"shrank {lengths}" if after < before else f"grew {lengths}"
    return f"{name} turned by {turn:.0f}° while its length {change}; loss {short(now['loss'])}."
