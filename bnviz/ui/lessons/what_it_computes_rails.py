"""The live figure of the page *What it computes*: the values of one unit on three rails, as x, as x̂ and as y."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files

from bnviz.lessons.what_it_computes.standardization import START_BATCH
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, band, bracket, dots, note, rings, tracks

_FORMULA = files(__package__).joinpath("what_it_computes_formula.html").read_text(encoding="utf-8")
# The range of x: that of the unit, or the first of the others that holds all values. A hand cannot leave it, so that
# the axis stays as it is while values are moved.
_HOME = {1: (-2.0, 18.0), 2: (0.0, 22.0), 3: (-10.0, 10.0)}  # twice the first table fits
_WIDER = (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
_STANDARD = Axis(-5.0, 5.0)
"""Of x̂ and of y, so that γ = 1, β = 0 draws upright lines. With B examples no x̂ lies beyond √(B − 1), at most 3.9."""
_GUESSED = [*["ring: your guess, x doubled"] * 3, "ring: your guess, say 1.5 times as far from β"]
_ABOVE, _BELOW = 44, -52  # pixels from a rail to its bracket


def window(values: Sequence[float], unit: int) -> tuple[float, float]:
    """The range of x that is drawn, and within which values may be moved."""
    low, high = _HOME[unit]
    if low <= min(values) and max(values) <= high:
        return low, high
    reach = next(reach for reach in _WIDER if max(map(abs, values)) <= reach)
    return -reach, reach


def rails(
    values: Sequence[float], unit: int, *, reach: float, epsilons: Sequence[float], guess: int | None = None
) -> Scene:
    """Dots that can be dragged on the rail of x, the mean and the spread of all, γ and β on the rail of y.

    `values` are x of the unit's examples; γ and β go from −`reach` to `reach`, and ε is one of `epsilons`. `guess` is
    the number of the reader's answer, None before there is one: rings say where it has y when every x is doubled.
    """
    low, high = window(values, unit)
    names = [f"x{number + 1}" for number in range(len(values))]
    step = (high - low) / 200
    numbers = range(1, len(values) + 1)
    inputs = [
        Input("mean", "all values together", low, high, step, "μ", "mean", group="shift", of=names),
        Input("sd", "their spread", step, (high - low) / 2, step, "σ", "var", group="stretch", of=names),
        Input("gamma", "learned scale", -reach, reach, 0.1, "γ", "gamma"),
        Input("beta", "learned shift", -reach, reach, 0.1, "β", "beta"),
        Input("eps", "small constant", min(epsilons), max(epsilons), symbol="ε", color="eps", choices=epsilons),
        Input("example", "example to follow", 1, len(values), 1, "", "x", format="whole", choices=[*numbers]),
        *(
            Input(name, f"of example {number}", low, high, step, "x", "x", folded=True)
            for number, name in zip(numbers, names, strict=True)
        ),
    ]
    handles = [
        Handle("x", ("mean",), "mean", raised=_ABOVE),
        Handle("x", ("sd",), "sd_end", base="mean", raised=_ABOVE),
        Handle("y", ("beta",), "beta", raised=_BELOW),
        Handle("y", ("gamma",), "gamma_end", base="beta", raised=_BELOW),
        *(
            Handle("x", (name,), ("x", number - 1), picks={"example": number})
            for number, name in zip(numbers, names, strict=True)
        ),
    ]
    marks: list[Mark] = [
        tracks(("x", "x"), ("normalized", "normalized"), ("y", "y"), picked="example"),
        band("x", "mean", "sd", color="var", tick="mean"),
        band("normalized", 0, "normalized_sd", color="var", tick="mean"),
        bracket("x", "mean", "sd", color="var", tick="mean", raised=_ABOVE, names=("μ", "σ")),
        bracket("y", "beta", "gamma", color="gamma", tick="beta", raised=_BELOW, names=("β", "γ")),
        *(dots(name, name, name, picked="example", numbers=True) for name in ("x", "normalized", "y")),
    ]
    if guess is not None:
        marks += [rings("y", "guess_y", color="text"), note("y", "", _GUESSED[guess], raised=66)]
    return Scene(
        inputs=inputs,
        rows=[
            [Panel("x", "x", Axis(low, high), above=86, below=36)],
            [Panel("normalized", "x̂", _STANDARD, above=74, below=36)],
            [Panel("y", "y", _STANDARD, above=74, below=96)],
        ],
        marks=marks,
        handles=handles,
        colors=SYMBOL_COLORS,
        text=_FORMULA,
        beside=True,
        steps=_steps(unit, len(values)),
        alternative=f"{len(values)} examples as dots on three rails: x, standardized x̂, and the output y. "
        "x has mean μ {mean} and spread σ {sd}; x̂ has mean 0 and spread {normalized_sd}; γ is {gamma}, β is {beta}. "
        "Example {example:whole}: x {own_x}, x̂ {own_normalized}, y {own_y}.",
        sums="standardize",
        given={"size": len(values)} if guess is None else {"size": len(values), "guess": guess},
    )


def _steps(unit: int, size: int) -> list[Step]:
    """Steps that begin from the first table, so that each shows what it says, whatever was moved before."""
    low, high = _HOME[unit]
    first = START_BATCH[:size, unit - 1].tolist()
    # To the side on which the x̂ of the example that is followed at first moves far enough to be seen.
    away = round(low + (0.9 if unit == 2 else 0.1) * (high - low), 1)

    def values(*moved: float) -> dict[str, float]:
        return {f"x{number}": round(value, 1) for number, value in enumerate(moved, 1)}

    pair = "But of two examples x̂ is −1 and 1 whatever they are."
    return [
        Step(
            "Move one",
            "One value, of example 2, moves far out. μ and σ belong to the whole batch, so they follow. "
            + (pair if size == 2 else "The other x stay, but their x̂ move."),
            {**values(*first), "x2": away},
            "mean",
        ),
        Step(
            "Shift all",
            "All values move by the same amount, and μ goes along. x − μ is what it was: x̂ and y stand still.",
            values(*(value + (high - low) / 4 for value in first)),
            "mean",
        ),
        Step(
            "Double all",
            "Every value is doubled. μ and σ double as well, and cancel it: x̂ and y stand still. So y does not "
            "tell how large the values were.",
            {**values(*(2 * value for value in first)), "eps": 1e-5},
            "var",
        ),
        Step("γ", "γ stretches y around β. x̂ stands still.", {"gamma": 2.5}, "gamma"),
        Step("β", "β slides y. Together they give y any spread and mean, whatever x had.", {"beta": -1.5}, "beta"),
        Step(
            "A large ε",
            "ε is added to σ². Where it is not small beside σ², x̂ spreads less than 1, and doubling every value would "
            "change y.",
            {**values(*first), "eps": 10},
            "eps",
        ),
    ]


def rail_values(values: Sequence[float], settings: Mapping[str, float]) -> dict[str, float]:
    """What the inputs of the figure say: x of each example, and gamma, beta, eps and example of `settings`."""
    of_examples = {f"x{number}": value for number, value in enumerate(values, 1)}
    return {**of_examples, **{name: settings[name] for name in ("gamma", "beta", "eps", "example")}}


def moved(chosen: Mapping[str, float]) -> dict[int, float]:
    """The values of x that a hand left: number of the example → value."""
    return {int(name[1:]): value for name, value in chosen.items() if name[0] == "x"}
