"""The sentences of the page *What it computes* that depend on its numbers."""

from __future__ import annotations

from dataclasses import replace

from bnviz.kept import remembered
from bnviz.lessons.what_it_computes.standardization import (
    Doubling,
    Gap,
    GradientSums,
    UnitBatch,
    backward,
    forward,
    statistics,
)
from bnviz.styles import SYMBOL_COLORS, Theme
from bnviz.words import number, tex

NEGLIGIBLE = 0.01  # share of the part along x̂ below which Σdx·x̂ is as good as 0
GROUPED = 3  # the unit whose values form two groups in the first table
GUESSES = ("y doubles", "y stays as it is", "y is halved", "y spreads, but does not double")
NUDGE = 0.01  # how far one of equal values is moved, to see what the others hide
ALL_BUT_DOUBLE = 1.99  # growth of the distances from β that two decimals would call double
SEEN = 0.005  # a change that two decimals may show


def after_doubling(found: Doubling, example: int) -> tuple[str, str]:
    """What happens to y when every value is doubled, in the words of `GUESSES`, and why."""
    before, after = number(found.before[example - 1]), number(found.after[example - 1])
    moves = f"y of example {example} " + (f"stays {before}" if before == after else f"goes from {before} to {after}")
    if len({*found.before, *found.after}) == 1:
        return GUESSES[1], f"Here every y is β = {before}, whatever the values are."
    divisor = f"√(σ² + ε) goes from {number(found.scale_before)} to {number(found.scale_after)}"
    if found.stays:
        left = f" (ε moves no y by more than {number(found.largest_change)})" if found.largest_change > SEEN else ""
        return GUESSES[1], f"μ and σ double as well, and the quotient (x − μ)/σ is the same: {moves}{left}."
    if found.doubles:
        return GUESSES[0], f"ε is so large that σ² hardly counts beside it: {divisor}, so that {moves}."
    growth = f"grow × {found.growth:.2f}" if found.growth < ALL_BUT_DOUBLE else "all but double"
    return GUESSES[3], f"ε does not grow with σ²: {divisor}. Distances from β {growth}, and {moves}."


def groups(gap: Gap | None, unit: int) -> str:
    """Whether the unit has two groups of values, and what standardizing did to them."""
    if gap is None:
        return f"This batch is too small, or too equal, to see a shape in it. Take eight examples of unit {GROUPED}."
    if not gap.two_groups:
        to_see = (
            "Go back to the first table, where it has"
            if unit == GROUPED
            else f"Now pick unit {GROUPED}: in the first table it has"
        )
        return f"Unit {unit} has no clear gap between its values. {to_see} two groups before, and two groups after."
    return (
        f"Unit {unit} has two groups of values, {gap.below} below and {gap.above} above a gap of {gap.before:.2f} "
        f"standard deviations. After standardizing the gap is {gap.after:.2f} standard deviations: still two groups, "
        "nothing like a bell."
    )


@remembered
def backward_formula(batch: UnitBatch, example: int, theme: Theme) -> tuple[str, str]:
    """The gradient of the page in LaTeX: in symbols, and with the numbers of one example, in the picture's colors."""
    row, colors = backward(batch).iloc[example - 1], SYMBOL_COLORS[theme]

    def colored(name: str, text: str) -> str:
        return rf"\textcolor{{{colors[name]}}}{{{text}}}"

    def added(value: float) -> str:
        return tex(value) if value < 0 else f"+{tex(value)}"

    symbols = (
        r"dx = \frac{"
        + colored("gamma", r"\gamma")
        + r"}{\sqrt{\sigma^2+\varepsilon}} \Bigl("
        + colored("y", "dy")
        + colored("mean", r"-\,\overline{dy}")
        + colored("var", r"-\,\hat x\,\overline{dy\,\hat x}")
        + r"\Bigr)"
    )
    numbers = (
        rf"dx_{{{example}}} = \frac{{{colored('gamma', tex(batch.gamma))}}}{{{tex(statistics(batch).scale)}}} \Bigl("
        + colored("y", tex(row["upstream"]))
        + colored("mean", added(row["mean_part"]))
        + colored("var", added(row["along_part"]))
        + rf"\Bigr) = {tex(row['dx'])}"
    )
    return symbols, numbers


def from_left_to_dx(batch: UnitBatch, example: int) -> str:
    """Return how what is left of the gradient becomes dx, with the numbers of one example."""
    row, scale = backward(batch).iloc[example - 1], statistics(batch).scale
    return (
        f"Of dy = {number(row['upstream'])} of example {example}, {number(row['rest'])} is left, as in the picture. "
        f"Times γ/√(σ² + ε) = {number(batch.gamma)}/{number(scale)} = {number(batch.gamma / scale)} this is "
        f"dx\u00a0=\u00a0{number(row['dx'])}."
    )


def what_is_left(batch: UnitBatch, sums: GradientSums, example: int) -> str:
    """How much of the gradient passes."""
    size = len(batch.values)
    if not any(batch.upstream):
        return "dy is 0 everywhere, so there is nothing to take away."
    if size == 2 and batch.eps == 0:
        return (
            "**With two examples nothing is left.** x̂ is −1 and +1 whatever the two values are, so x cannot "
            "change y, and the gradient is zero."
        )
    kept = f"What is left keeps {number(sums.kept)} of the squared length of dy."
    kept = f"{kept} γ = 0 then lets none of it through to x." if batch.gamma == 0 else kept
    if batch.constant:
        equal = "All values are equal, so x̂ = 0 and only the mean is taken away."
        return f"{kept} {equal} {_if_one_moved(batch, example)}".rstrip()
    usual = f"so a random dy keeps {number(sums.expected)} on average."
    if sums.left_along > NEGLIGIBLE:
        other = "the other" if size == 2 else "another"
        return (
            f"{kept} As a vector dy has {size} directions. One, the mean, is taken away whole. Of {other}, x̂, the "
            f"share ε/(σ² + ε) = {number(sums.left_along)} stays, {usual}"
        )
    if size == 2:
        return (
            f"{kept} Two examples have two directions, and both are taken away but for the share "
            f"ε/(σ² + ε) = {number(sums.left_along)}. At ε = 0 the gradient of a batch of two is zero."
        )
    return f"{kept} As a vector dy has {size} directions. Two of them are taken away, {usual}"


def _if_one_moved(batch: UnitBatch, example: int) -> str:
    """What one of equal values would do to its y: with a small ε almost anything, with a large one nothing to see."""
    moved = [*batch.values]
    moved[example - 1] += NUDGE
    before, after = number(batch.beta), number(forward(replace(batch, values=tuple(moved)))["y"].iloc[example - 1])
    if before == after:
        return ""
    return (
        f"It is an edge, not the rule: if example {example} alone moved by {NUDGE:g}, its y would go from {before} to "
        f"{after}."
    )


def what_the_sums_say(batch: UnitBatch, sums: GradientSums) -> str:
    """What Σdx = 0 means, and whether Σdx·x̂ is as good as 0 at this ε."""
    if batch.gamma == 0:
        return "Both sums are 0, as γ = 0: y is β whatever x is, and nothing reaches x."
    if not any(batch.upstream):
        return "Both sums are 0, as dy is."
    together = "Σ dx = 0 (rounding only): no update asks all values to move together, because y would not show it."
    if batch.constant:
        return f"{together} Σ dx·x̂ says nothing here: x̂ is 0 everywhere, and so is the sum, whatever dx is."
    along = f"Σ dx·x̂ = {number(sums.along)}"
    if sums.left_along <= NEGLIGIBLE:
        return (
            f"{together} {along} is 0 but for what ε leaves: none asks them to spread, because y would not show that "
            "either. So the gradient already accounts for the μ and σ² that will move with x."
        )
    return (
        f"{together} {along} would be 0 at ε = 0. With this ε the share {number(sums.left_along)} of the part along x̂ "
        "stays, because y does show some of a change of spread."
    )
