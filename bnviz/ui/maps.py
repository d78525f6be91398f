"""The words of the lesson on maps that depend on a result."""

from __future__ import annotations

from math import isinf, isnan

import pandas as pd

from bnviz.ui.words import short

AFFINE_ANSWERS = ("in more", "in about as many", "in fewer")
BATCH_ANSWERS = ("in fewer", "in about as many", "in up to five times as many", "in more than five times as many")

CLOSE = 0.05  # share of the cells below which two maps count as about alike
CLEAR = 0.02  # test accuracy by which one network must lead another
MANY = 5.0
SMALL_RATE = 0.022


def share_of(shares: pd.DataFrame, run: int) -> float:
    """Return the share of the cells in which a run trains."""
    return float(shares.set_index("run")["share"][run])


def what_affine_did(plain: float, affine: float) -> str:
    """Return which answer the maps gave on γx + β, from the shares of cells."""
    if abs(affine - plain) <= CLOSE:
        return AFFINE_ANSWERS[1]
    return AFFINE_ANSWERS[0 if affine > plain else 2]


def why_affine(plain: float, affine: float) -> str:
    """Return the reason for `what_affine_did`, with its numbers."""
    counts = f"γx + β trains in {affine:.0%} of the cells, the plain network in {plain:.0%}."
    if abs(affine - plain) <= CLOSE:
        return f"{counts} γ(Wh) + β is (γW)h + β: a plain layer under another name, with the same scale to get right."
    return (
        f"{counts} The functions are the same, but not the walk: γ and W both move one scale, so that the rate that "
        "suits them is another one."
    )


def what_batch_did(affine: float, batch: float) -> str:
    """Return which answer the maps gave on batch norm against γx + β, from the shares of cells."""
    if abs(batch - affine) <= CLOSE:
        return BATCH_ANSWERS[1]
    if batch < affine:
        return BATCH_ANSWERS[0]
    return BATCH_ANSWERS[3] if affine == 0 or batch / affine > MANY else BATCH_ANSWERS[2]


def why_batch(affine: float, batch: float) -> str:
    """Return the reason for `what_batch_did`, with its numbers."""
    counts = f"Batch norm trains in {batch:.0%} of the cells, γx + β in {affine:.0%}"
    counts += "." if affine == 0 else f": {short(batch / affine, 2)} times as many."
    if batch > affine + CLOSE:
        return (
            f"{counts} The initial scale cancels in each layer, so values neither fade nor explode on their way up. "
            "What is left of the scale is a pace: at the same rate, longer weights turn more slowly."
        )
    return f"{counts} By this threshold there is no clear advantage here."


def verdict(shares: pd.DataFrame, plain: int, batch: int) -> str:
    """Return what the maps of batch norm and the plain network show together."""
    ours, theirs = share_of(shares, batch), share_of(shares, plain)
    if ours <= theirs + CLOSE:
        return "**No clear advantage for batch norm here.** Lower or raise the threshold and see what that depends on."
    rest = f"In {1 - ours:.0%} of the cells batch norm does not train either"
    if theirs == 0:
        return f"**Only batch norm trains, and not everywhere.** {rest}."
    return (
        f"**Batch norm is less picky, and not immune.** It trains in {short(ours / theirs, 2)} times as many cells as "
        f"the plain network. {rest}."
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
    spread = "" if isnan(sd) else f" ± {sd:.2f} (sd over seeds)"
    return f"{trained} of {networks} train: {share:.2f}{spread}."


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
