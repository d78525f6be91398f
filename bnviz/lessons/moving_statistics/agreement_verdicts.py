"""The words about how well gradients of small batches agree."""

from __future__ import annotations

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.moving_statistics.agreement import HELD
from bnviz.lessons.moving_statistics.verdicts import BATCH

CLEAR = 0.05  # difference of two mean cosines that counts, where two standard errors are not more


@remembered
def agreement_verdict(summary: pd.DataFrame) -> str:
    """Return whether small batches blur batch norm's gradient more than the plain network's."""
    cosine = summary.pivot_table(index="size", columns="norm", values="mean")
    smallest, largest = cosine.index.min(), cosine.index.max()
    values = "; ".join(
        f"{size} examples: batch norm {_two(cosine['batch'][size])}, plain {_two(cosine['none'][size])}"
        for size in (smallest, BATCH, largest)
        if size in cosine.index
    )
    gap = cosine["none"] - cosine["batch"]
    behind = gap > _chance(summary, "batch")
    if behind.all():
        head = (
            "**With batch norm the gradient of a mini-batch says less about that of all examples.** This alone does "
            "not show slower training."
        )
    elif behind.any():
        sizes = ", ".join(str(size) for size in cosine.index[behind])
        head = (
            "**With batch norm the gradient of some mini-batches says less about that of all examples:** those of "
            f"{sizes} examples."
        )
    else:
        head = "**No clear disadvantage here.**"
    control = _about_held_statistics(cosine, _chance(summary, HELD)[BATCH]) if behind.get(BATCH) else ""
    return (
        f"{head} Mean cosine: {values}.{control} γ and β are out of date in none of these batches: each batch's "
        "output still has mean β and spread |γ|, up to ε."
    )


def _chance(summary: pd.DataFrame, norm: str) -> pd.Series:
    """By size, how far this run's mean cosine must be from the plain one's: `CLEAR`, or two standard errors."""
    error = summary.pivot_table(index="size", columns="norm", values="error")
    return (2 * (error["none"] ** 2 + error[norm] ** 2) ** 0.5).clip(lower=CLEAR)


def _about_held_statistics(cosine: pd.DataFrame, chance: float) -> str:
    """What the control says of the gap between plain and batch norm in batches of the usual size."""
    none, batch, held = (float(cosine[norm][BATCH]) for norm in ("none", "batch", HELD))
    gap, left = none - batch, none - held
    measured = (
        f" Of the gap of {_two(gap)} at {BATCH} examples, {_two(max(left, 0.0))} is there too with μ and σ held at "
        f"those of all examples ({_two(held)})"
    )
    if left <= chance:
        return f"{measured}, no more than chance makes: the gap goes with the batch's own μ and σ."
    if gap - left <= chance:
        return f"{measured}: the noise of μ and σ is not what makes it."
    return f"{measured}: that part is not their noise."


def _two(value: float) -> str:
    """Two decimals, and no minus before zero."""
    return f"{round(value, 2) + 0.0:.2f}"
