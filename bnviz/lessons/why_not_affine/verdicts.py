"""The words of the lesson on maps that depend on a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isinf, isnan
from typing import NamedTuple

import pandas as pd

from bnviz.kept import remembered
from bnviz.words import percent

QUESTION = "The plain map fills first. Which others will train in clearly more cells?"
ANSWERS = ("both others", "γx + β alone", "batch norm alone", "neither")

CLOSE = 0.05  # share of the networks below which two maps are about the same: two cells more or fewer are luck
CLEAR = 0.04  # test accuracy by which one network must lead another: seeds move it by .03
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


def more(one: Count, other: Count) -> bool:
    """Whether one map has clearly more networks that train."""
    return one.share > other.share + CLOSE


def what_happened(plain: Count, affine: Count, batch: Count) -> str:
    """Return which answer the maps gave."""
    ahead = (more(affine, plain), more(batch, plain))
    return {(True, True): ANSWERS[0], (True, False): ANSWERS[1], (False, True): ANSWERS[2]}.get(ahead, ANSWERS[3])


def why(plain: Count, affine: Count, batch: Count, threshold: float) -> str:
    """Return the counts behind `what_happened`, and how plain and γx + β compare."""
    counts = (
        f"From an accuracy of {threshold:g} on, {plain} plain networks train, {affine} with γx + β and {batch} with "
        "batch norm."
    )
    if more(affine, plain) or more(plain, affine):
        few, many = ("plain", "γx + β") if more(affine, plain) else ("γx + β", "plain")
        return f"{counts} In this run {many} trains in more cells than {few}."
    return f"{counts} Plain and γx + β are about the same in this run."


def at_usual_scale(usual: pd.DataFrame, norms: Sequence[str]) -> str:
    """Return how many networks train from the usual initialization; `usual` is `shares` of those alone."""
    names = {"none": "plain", "affine": "γx + β", "batch": "batch norm"}
    counts = ", ".join(f"{name} {count_of(usual, norms.index(norm))}" for norm, name in names.items())
    return f"At scale 1 alone, the usual initialization, these networks train: {counts}."


def not_immune(batch: pd.DataFrame) -> str:
    """Return how batch norm ends from the longest weights at a small rate, and at the largest rate.

    `batch` holds its rows of the page's map.
    """
    longest, largest = batch["init_scale"].max(), batch["lr"].max()
    slow = batch[(batch["init_scale"] == longest) & (batch["lr"] == SMALL_RATE)]
    fast = batch[(batch["init_scale"] == 1.0) & (batch["lr"] == largest)]
    return (
        f"From weights {longest:g} times larger, at rate {SMALL_RATE:g}, batch norm ends at a test accuracy of "
        f"{slow['test_accuracy'].mean():.2f}; from the usual ones, at rate {largest:g}, at "
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
    return f"**Batch norm is there long before the others.** {said}"


@remembered
def depth_verdict(gains: pd.DataFrame) -> str:
    """Return at which depths batch norm was ahead of the plain network, each at its best rate."""
    raw = gains[~gains["control"]]
    ahead = raw.loc[raw["gain"] > CLEAR, "depth"].tolist()
    opening = "**The gain depends on depth.**" if ahead else "**No clear advantage at any of these depths.**"
    if len(ahead) == len(raw):
        opening = "**Batch norm is ahead at every depth here.**"
    return (
        f"{opening} With the best of four rates each, batch norm is {_by_outcome(raw)}. On standardized inputs it is "
        f"{_by_outcome(gains[gains['control']])}."
    )


def _by_outcome(gains: pd.DataFrame) -> str:
    """The depths at which batch norm was ahead, about level and behind, with its lead."""
    outcomes = (
        ("ahead", gains["gain"] > CLEAR),
        ("about the same", gains["gain"].abs() <= CLEAR),
        ("behind", gains["gain"] < -CLEAR),
    )
    parts = [
        f"{words} at {', '.join(f'{depth} layers ({_signed(gain)})' for depth, gain in _pairs(gains[chosen]))}"
        for words, chosen in outcomes
        if chosen.any()
    ]
    return "; ".join(parts)


def _pairs(gains: pd.DataFrame) -> Iterator[tuple[int, float]]:
    return zip(gains["depth"].tolist(), gains["gain"].tolist(), strict=True)


def _signed(gain: float) -> str:
    return f"{round(gain, 2) + 0.0:+.2f}".replace("-", "−")  # + 0: no −0.00
