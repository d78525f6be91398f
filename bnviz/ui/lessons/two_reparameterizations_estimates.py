"""The live figure of two estimators of one gradient: an arrow for each draw, and their mean."""

from __future__ import annotations

from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations.gradient_estimates import WAVE
from bnviz.lessons.two_reparameterizations.rolls import DRAWS, REACH, ROLLS, START_DRAWS, Rolls
from bnviz.styles import SYMBOL_COLORS, Theme
from bnviz.ui.live.many import estimates
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, bracket, dots, note

INPUTS: dict[str, tuple[Input, float]] = {
    "mean": (Input("mean", "mean of z", 0.0, 3.0, 0.1, symbol="μ", color="beta"), 2.0),
    "sd": (Input("sd", "spread of z", 0.1, 2.0, 0.05, symbol="σ", color="gamma"), 1.0),
    "throw": (
        Input("throw", "roll of the die", 1, ROLLS, 1, color="y", choices=[*range(1, ROLLS + 1)], format="whole"),
        1,
    ),
    "samples": (Input("samples", "draws in a roll", 1, DRAWS[-1], 1, choices=DRAWS, format="whole"), START_DRAWS),
}
"""Inputs of the figure with their defaults, by their names in the link."""

TITLES = {"score": "Score function: f(z)·(z − μ)/σ²", "pathwise": "Pathwise: f′(z)"}
_TITLE = 270  # pixels from a rail to the line of its title
_BELOW = -52  # pixels from a rail to its bracket
_Z = Axis(-4, 8)
_THEMES: tuple[Theme, Theme] = ("light", "dark")


def estimators(function: str, seed: int, *, shown: bool = True) -> Scene:
    """Two columns, one an estimator: arrows above a rail of z, one scale for both; μ and σ are handles on it.

    Before they are `shown` there are the draws alone.
    """
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[[Panel(way, "z", _Z, above=290, below=88) for way in TITLES]],
        marks=[
            *(_arrows(way, title) if shown else _waiting(way, title) for way, title in TITLES.items()),
            *(
                bracket(way, "mean", "sd", color="gamma", tick="beta", raised=_BELOW, names=("μ", "σ"))
                for way in TITLES
            ),
            *(dots(way, "z", "y") for way in TITLES),
        ],
        handles=[
            Handle(way, (name,), at, base=base, raised=_BELOW)
            for way in TITLES
            for name, at, base in (("mean", "mean", 0.0), ("sd", "sd_end", "mean"))
        ],
        colors={
            theme: {**SYMBOL_COLORS[theme], **dict(zip(TITLES, PALETTES[theme].classes, strict=False))}
            for theme in _THEMES
        },
        text=_WORDS if shown else _WAITING,
        alternative=_ALTERNATIVE if shown else "Dots at {samples:whole} draws of z, with mean {mean} and spread {sd}.",
        sums="estimates",
        given={"function": function, "wave": WAVE, "reach": REACH, "draws": Rolls(seed).draws.tolist()},
    )


def _arrows(way: str, title: str) -> Mark:
    words = f"thick: this roll {{{way}_estimate}}; dashed: truth {{gradient}}"
    return estimates(way, way, x="z", color=way, title=title, words=words)


def _waiting(way: str, title: str) -> Mark:
    return note(way, title, "The arrows come with your guess.", raised=_TITLE, color=way)


_WAITING = (
    "<p>A dot is a draw of z. From each an estimator makes an arrow, which is what this draw says of the gradient. "
    "The mean of all arrows is its estimate, and every other roll of the die gives another one.</p>"
)
_ALTERNATIVE = (
    "Arrows at {samples:whole} draws of z, with mean {mean} and spread {sd}. The true gradient is {gradient}; in roll "
    "{throw:whole} the score function says {score_estimate}, the pathwise estimator {pathwise_estimate}."
)
_WORDS = (
    "<p>A thin arrow is what one draw says; it has no head where it is longer than the picture. The thick one is the "
    f"mean of this roll, a ring that of each of {ROLLS} rolls. Score function: on average "
    '<b data-symbol="score" data-number="score_mean"></b>, spread '
    '<b data-symbol="score" data-number="score_spread"></b>. Pathwise: on average '
    '<b data-symbol="pathwise" data-number="pathwise_mean"></b>, spread '
    '<b data-symbol="pathwise" data-number="pathwise_spread"></b>.</p>'
)
