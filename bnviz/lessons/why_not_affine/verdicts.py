"""The words of the lesson on maps that depend on a result."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf, isnan
from typing import NamedTuple

import pandas as pd

from bnviz.kept import remembered
from bnviz.words import percent

AFFINE_ANSWERS = ("in more", "in about as many", "in fewer")
BATCH_ANSWERS = ("in fewer", "in about as many", "in up to five times as many", "in more than five times as many")
TOO_FEW = "too few to tell"

CLOSE = 0.05  # share of the networks below which two maps count as about alike
FEW = 4  # networks that train in one of two maps, below which they do not compare: 3 against 0 may be chance
CLEAR = 0.02  # test accuracy by which one network must lead another
MANY = 5.0
SMALL_RATE = 0.022


class Count(NamedTuple):
    """How many networks of a map train."""

    trained: int
    networks: int

    @property
    def share(self) -> float:
        """The share of the networks that train."""
        return self.trained / self.networks

    def __str__(self) -> str:
        """Return the count in words, such as "15 of 49"."""
        return f"{self.trained} of {self.networks}"


def count_of(shares: pd.DataFrame, run: int) -> Count:
    """Return how many networks of a run train, from `maps.shares`."""
    row = shares[shares["run"] == run].iloc[0]
    return Count(int(row["trained"]), int(row["networks"]))


def what_affine_did(plain: Count, affine: Count) -> str:
    """Return which answer the maps gave on γx + β, or that too few networks train."""
    if _too_few(plain, affine):
        return TOO_FEW
    if abs(affine.share - plain.share) <= CLOSE:
        return AFFINE_ANSWERS[1]
    return AFFINE_ANSWERS[0 if affine.share > plain.share else 2]


def why_affine(plain: Count, affine: Count) -> str:
    """Return the reason for `what_affine_did`, with its numbers."""
    counts = f"With γx + β {affine} networks train, without it {plain}."
    same = "γ(Wh) + β is (γW)h + β: a plain layer under another name, with the same scale to get right."
    if _too_few(plain, affine):
        return f"{counts} That is too few to rank the two, and it makes both of them picky. {same}"
    if abs(affine.share - plain.share) <= CLOSE:
        return f"{counts} {same}"
    return (
        f"{counts} The functions are the same, but not the walk: γ and W both move one scale, so that the rate that "
        "suits them is another one."
    )


def what_batch_did(affine: Count, batch: Count) -> str:
    """Return which answer the maps gave on batch norm against γx + β, or that too few networks train."""
    if _too_few(affine, batch):
        return TOO_FEW
    if abs(batch.share - affine.share) <= CLOSE:
        return BATCH_ANSWERS[1]
    if batch.share < affine.share:
        return BATCH_ANSWERS[0]
    return BATCH_ANSWERS[3 if batch.share > MANY * affine.share else 2]


def why_batch(affine: Count, batch: Count) -> str:
    """Return the reason for `what_batch_did`, with its numbers."""
    counts = f"With batch norm {batch} networks train, with γx + β {affine}."
    if _too_few(affine, batch):
        return f"{counts} Lower the threshold to compare them."
    if batch.share > affine.share + CLOSE:
        return (
            f"{counts} The initial scale cancels in each layer, so values neither fade nor explode on their way up. "
            "What is left of the scale is a pace: at the same rate, longer weights turn more slowly."
        )
    return f"{counts} By this threshold there is no clear advantage here."


@remembered
def verdict(shares: pd.DataFrame, norms: Sequence[str]) -> str:
    """Return what the maps of batch norm, γx + β and the plain network show together; `norms` names the runs."""
    batch, affine, plain = (count_of(shares, norms.index(norm)) for norm in ("batch", "affine", "none"))
    counts = f"Batch norm: {batch} networks train; γx + β: {affine}; plain: {plain}."
    if _too_few(plain, batch):
        return f"**Too few networks train to compare.** {counts} Lower the threshold."
    if batch.share <= plain.share + CLOSE:
        return f"**No clear advantage for batch norm here.** {counts} Move the threshold and see what that depends on."
    others = shares.loc[shares["run"] != norms.index("batch"), "trained"]
    if (others == 0).all():
        return f"**Only batch norm trains, and not everywhere.** {counts}"
    return f"**Batch norm is less picky, and not immune.** {counts}"


def _too_few(one: Count, other: Count) -> bool:
    return max(one.trained, other.trained) < FEW


def at_usual_scale(usual: pd.DataFrame, norms: Sequence[str]) -> str:
    """Return how many networks train from the usual initialization; `usual` is `shares` of those alone."""
    names = {"none": "plain", "affine": "γx + β", "batch": "batch norm"}
    counts = ", ".join(f"{name} {count_of(usual, norms.index(norm))}" for norm, name in names.items())
    return (
        f"That a small or large initial scale cancels is built into batch norm. At scale 1 alone, the usual "
        f"initialization, these networks train: {counts}."
    )


def not_immune(batch: pd.DataFrame) -> str:
    """Return how batch norm ends from the longest weights at a small rate, and at the largest rate.

    `batch` holds its rows of the page's map.
    """
    longest, largest = batch["init_scale"].max(), batch["lr"].max()
    slow = batch[(batch["init_scale"] == longest) & (batch["lr"] == SMALL_RATE)]
    fast = batch[(batch["init_scale"] == 1.0) & (batch["lr"] == largest)]
    return (
        f"Weights {longest:g} times as long at the rate {SMALL_RATE:g} end at a test accuracy of "
        f"{slow['test_accuracy'].mean():.2f}, the usual ones at the rate {largest:g} at "
        f"{fast['test_accuracy'].mean():.2f}."
    )


def share_note(trained: int, networks: int, expected: int, share: float, sd: float) -> str:
    """Return the line under the name of a map: how many of its cells train, so far or in all."""
    if networks == 0:
        return f"Waiting: {expected} networks."
    if networks % expected:
        return f"{trained} of {networks} networks so far train."
    spread = "" if isnan(sd) else f" ± {percent(sd)} (sd over seeds)"
    return f"{trained} of {networks} train: {percent(share)}{spread}."


@remembered
def sigmoid_verdict(steps: pd.DataFrame, last: int) -> str:
    """Return how long the sigmoid networks took, and whether batch norm was clearly faster."""
    by_norm = steps.set_index("norm")["step"]
    names = {"none": "plain", "affine": "γx + β", "batch": "batch norm"}
    times = {norm: float(by_norm[norm]) if not pd.isna(by_norm[norm]) else float("inf") for norm in names}
    said = ", ".join(
        f"{name} {f'not within {last:,}' if isinf(times[norm]) else f'{times[norm]:,.0f}'}"
        for norm, name in names.items()
    )
    said = f"First recorded step with a test accuracy of 0.90: {said}."
    first = min(times["none"], times["affine"])
    if isinf(times["batch"]) or times["batch"] > first / 2:
        return f"**No clear advantage for batch norm here.** {said}"
    helped = (
        " γx + β is ahead of the plain network here: other coordinates, another walk."
        if times["affine"] < 0.9 * times["none"]
        else ""
    )
    return f"**Batch norm is there long before the others.** {said}{helped}"


@remembered
def depth_verdict(gains: pd.DataFrame) -> str:
    """Return at which depths batch norm was ahead of the plain network, each at its best rate."""
    raw = gains[~gains["control"]]
    ahead = raw.loc[raw["gain"] > CLEAR, "depth"].tolist()
    even = raw.loc[raw["gain"].abs() <= CLEAR, "depth"].tolist()
    behind = raw.loc[raw["gain"] < -CLEAR, "depth"].tolist()
    parts = [
        f"{words} at depth {', '.join(str(depth) for depth in depths)}"
        for words, depths in (("ahead", ahead), ("level", even), ("behind", behind))
        if depths
    ]
    opening = "**Depth is where it tells.**" if ahead else "**No clear advantage at any of these depths.**"
    return f"{opening} With the best of four rates each, batch norm is {'; '.join(parts)}. {_control(gains)}"


def _control(gains: pd.DataFrame) -> str:
    row = gains[gains["control"]].iloc[0]
    pair = f"plain {row['none']:.3f}, batch norm {row['batch']:.3f}"
    if abs(row["gain"]) <= CLEAR:
        return f"The control, {row['depth']} layers on standardized inputs: {pair}, no clear advantage here."
    lead = "ahead" if row["gain"] > 0 else "behind"
    return f"In the control, {row['depth']} layers on standardized inputs, batch norm is {lead}: {pair}."
