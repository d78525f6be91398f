"""The live figure of the page *Is it the VAE trick?*: ε from a die and x̂ from a batch, and the last line of both."""

from __future__ import annotations

from dataclasses import replace

from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations.graph_charts import BATCH_NORM, VAE
from bnviz.lessons.two_reparameterizations.last_line import BATCHES, ROLLS, START_TURN, TURN, LastLine
from bnviz.styles import SYMBOL_COLORS, Theme
from bnviz.ui.live.graphs import graph
from bnviz.ui.live.scene import (
    Axis,
    Handle,
    Input,
    Panel,
    Scene,
    Step,
    band,
    bracket,
    die,
    dots,
    note,
    rings,
    tracks,
)

INPUTS: dict[str, tuple[Input, float]] = {
    "graph": (Input("graph", "VAE to batch norm", 0, 1, 0.05), 0.0),
    "turn": (Input("turn", "direction of w", 0, 180, 5, color="normalized", format="degrees"), START_TURN),
    "length": (Input("length", "length of w", 0.25, 2, color="x", choices=(0.25, 0.5, 1.0, 2.0)), 1.0),
    "roll": (
        Input("roll", "roll of the die", 1, ROLLS, 1, color="noise", choices=[*range(1, ROLLS + 1)], format="whole"),
        1,
    ),
    "batch": (
        Input("batch", "mini-batch", 1, BATCHES, 1, color="x", choices=[*range(1, BATCHES + 1)], format="whole"),
        1,
    ),
    "scale": (Input("scale", "σ and γ, the scale", 0.1, 2.0, 0.1, color="gamma"), 1.0),
    "shift": (Input("shift", "m and β, the shift", -2.0, 2.0, 0.1, color="beta"), 0.0),
}
"""Inputs of the figure with their defaults, by their names in the link."""
START = {name: default for name, (_, default) in INPUTS.items()}

_THEMES: tuple[Theme, Theme] = ("light", "dark")
_GRADIENT: dict[Theme, str] = {"light": "#0b5394", "dark": "#7ab8ff"}
_COLORS = {
    theme: {**SYMBOL_COLORS[theme], "noise": PALETTES[theme].classes[0], "gradient": _GRADIENT[theme]}
    for theme in _THEMES
}
_INKS = (
    *(("text", "text"), ("noise", "x"), ("beta", "beta"), ("gamma", "gamma")),
    *(("noise", "normalized"), ("y", "y"), ("text", "text")),
)
_STANDARD, _OUTPUT = Axis(-4, 4), Axis(-5, 5)
_BELOW = -52  # pixels from a rail to its bracket
_STEPS = (
    Step(
        "Turn w",
        f"w turns by {TURN:g}°: other x, another μ and σ, and so other x̂, which leave their rings. ε fills its rings: "
        "no weight leads to the die.",
        {**START, "graph": 1.0, "turn": START_TURN + TURN},
        "normalized",
    ),
    Step(
        "Roll",
        "The die is rolled once more: other ε, and other z. Batch norm has no die: the same batch gives the same x̂.",
        {**START, "roll": 4},
        "noise",
    ),
    Step(
        "One box",
        "The VAE's graph turns into batch norm's. Every box keeps its place, and only the die gives way: to the batch. "
        "There w comes in, and there the gradient finds its way back to w.",
        {**START, "graph": 1.0},
        "x",
        first={"graph": 0.0},
        duration=2400,
    ),
    Step(
        "Lengthen w",
        "w is twice as long, and so is every x. μ and σ double as well: x̂ stays in its rings, as ε does.",
        {**START, "graph": 1.0, "length": 2.0},
        "x",
    ),
    Step(
        "The last line",
        "σ and γ stretch, m and β shift: here the two are the same. (In a VAE, m and σ come out of the encoder; γ and "
        "β are learned as they are.)",
        {**START, "scale": 1.6, "shift": 1.0},
        "gamma",
    ),
    Step(
        "Another batch",
        "The thick example meets others. Its x stays and its x̂ moves: batch norm has noise too. But no gradient is "
        "taken through the choice of the batch.",
        START,
        "x",
    ),
)


def last_line(seed: int, guess: int | None = None) -> Scene:
    """Two columns: on the left a die, ε and z; on the right the values x of a batch, x̂ and y.

    `guess` is the number of the reader's answer, None before there is one: each rail says what it has its dots do.
    """
    line = LastLine(seed)
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[
            [_rail("graph", "", _STANDARD, above=144, below=8, bare=True)],
            [_rail("die", "", _STANDARD, above=84, bare=True), _rail("x", "x", Axis(-6, 8), above=84)],
            [_rail("noise", "ε", _STANDARD), _rail("normalized", "x̂", _STANDARD)],
            [_rail("z", "z", _OUTPUT, below=88), _rail("y", "y", _OUTPUT, below=88)],
        ],
        columns=True,
        marks=[
            graph(
                "graph",
                (VAE, BATCH_NORM),
                share="graph",
                inks=_INKS,
                titles=(VAE.title, BATCH_NORM.title),
                die=1,
                roll="roll",
                dots="normalized",
            ),
            die("die", "roll", "noise", "noise", color="noise"),
            tracks(("noise", "noise"), ("z", "z")),
            tracks(("x", "x"), ("normalized", "normalized"), ("y", "y"), picked="first"),
            note("die", "VAE: ε from a die", "", raised=60),
            note("x", "Batch norm: x̂ from a batch U, x = U·w", "", raised=60),
            *(note(name, "", _ringed(name, guess), raised=40) for name in ("noise", "normalized")),
            band("x", "mean", "sd", color="var", tick="mean"),
            rings("noise", "noise_before", color="noise"),
            rings("normalized", "normalized_before", color="normalized"),
            bracket("z", "shift", "scale", color="gamma", tick="beta", raised=_BELOW, names=("m", "σ")),
            bracket("y", "shift", "scale", color="gamma", tick="beta", raised=_BELOW, names=("β", "γ")),
            dots("noise", "noise", "noise"),
            dots("z", "z", "y"),
            *(dots(name, name, name, picked="first") for name in ("x", "normalized", "y")),
        ],
        handles=[
            Handle(panel, (name,), at, base=base, raised=_BELOW)
            for panel in ("z", "y")
            for name, at, base in (("shift", "shift", 0.0), ("scale", "scale_end", "shift"))
        ],
        colors=_COLORS,
        steps=[*_STEPS[:-1], replace(_STEPS[-1], values={**START, "graph": 1.0, "batch": line.strangest})],
        alternative="VAE: roll {roll:whole} of the die gives ε, and z is {scale} times ε plus {shift}. Batch norm: of "
        "a batch with mean {mean} and spread {sd} it makes x̂, and y is {scale} times x̂ plus {shift}. Above them "
        "stands a graph, which is the VAE's at 0 and batch norm's at 1, here at {graph}. In the VAE the weights lead "
        "to m and σ, and none to the die; in batch norm they lead to the batch, and the gradient comes back that way. "
        "Since the start ε has moved by up to {noise_moved}, x̂ by up to {normalized_moved}.",
        sums="last_line",
        given={"draws": line.draws.tolist(), "batches": line.batches.tolist(), "start": START},
    )


def _ringed(name: str, guess: int | None) -> str:
    """What stands beside the rings of a rail."""
    words = "ring: where it began"
    if guess is None:
        return words
    moving = (("normalized",), ("noise",), ("noise", "normalized"), ())[guess]
    return f"{words}; your guess: it {'moves' if name in moving else 'stays'}"


def _rail(name: str, title: str, axis: Axis, *, above: int = 48, below: int = 30, bare: bool = False) -> Panel:
    return Panel(name, title, axis, above=above, below=below, bare=bare)
