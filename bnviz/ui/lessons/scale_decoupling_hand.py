"""The live figure of the page on scale: one w in the planes of a plain and of a batch-norm neuron, and its walk."""

from __future__ import annotations

from collections.abc import Sequence

from bnviz.lessons.same_functions.plane import NORMS, REACH, SHORTEST, UPDATES, examples_of
from bnviz.lessons.scale_decoupling.hand import FROM, RATES, TIMES, largest_stable_rate
from bnviz.styles import RunStyle, Theme
from bnviz.ui.live.scene import (
    Axis,
    Handle,
    Input,
    Mark,
    Panel,
    Scene,
    Step,
    arrow,
    bands,
    path,
    point,
    right_angle,
    saying,
    segment,
)
from bnviz.words import short

INPUTS = {
    "w_length": (Input("w_length", "length of w", SHORTEST, REACH, 0.05, "w", "w"), FROM),
    "w_angle": (Input("w_angle", "angle of w", 0, 360, 1, "w", "w", format="degrees"), 320.0),
    "plane_rate": (Input("plane_rate", "learning rate", RATES[0], RATES[-1], symbol="η", choices=RATES), 0.3),
    "walk": (Input("walk", "updates drawn", 0, UPDATES, 1, format="whole"), 0.0),
}
"""Name → input and where it begins."""
POWERS = (1, 0, -1)
"""The power of ‖w‖ in each answer of `verdicts.GRADIENT_ANSWERS`."""

ARROW, LONGEST = 2.0, 100.0
"""An arrow is so many times the gradient: the update at this rate. What does not fit in is cut by the panel."""
_FARTHER = 100.0  # times the length of w: a ray leaves the plane
_COLORS: dict[Theme, dict[str, str]] = {
    "light": {"w": "#1f2328", "guess": "#57606a", "field_low": "#ffffff", "field_high": "#8592a0"},
    "dark": {"w": "#f0f3f6", "guess": "#b1bac4", "field_low": "#14171a", "field_high": "#7d8b99"},
}
_KEY = f"<p>One shade, one loss. The arrow is −{ARROW:g}·∂L/∂w, the update at η = {ARROW:g}. ‖ ‖ is a length.</p>"


def steps(seed: int) -> tuple[Step, ...]:
    """The steps through the planes; the last names the rate above which the plain walk of this seed diverges."""
    return (
        Step(
            "Ten times longer",
            "The same direction, ten times as long. Plain crosses rings of equal loss. With batch norm the loss is the "
            "same all along the dotted ray, and the arrow is a tenth as long.",
            {"w_length": TIMES * FROM},
            first={"w_angle": 320, "w_length": FROM, "walk": 0},
        ),
        Step(
            "A right angle",
            "So the gradient has no part along w: with batch norm the arrow stands at a right angle wherever you drag "
            "w; in the plain plane only here and there.",
            {"w_angle": 290, "w_length": 2.0, "walk": 0},
        ),
        Step(
            "Pythagoras",
            "One update, η = 2: w and −η∂L/∂w are the short sides, the new w is the long one. A step at a right angle "
            "can only lengthen w.",
            {"w_angle": 320, "w_length": 1.0, "plane_rate": ARROW, "walk": 1},
        ),
        Step(
            "It turns less",
            "The same with w twice as long: batch norm's arrow is half as long, and the tangent of w's turn is a "
            "quarter. With every update w grows, and so turns less.",
            {"w_angle": 320, "w_length": 2.0, "plane_rate": ARROW, "walk": 1},
        ),
        Step(
            "Any rate",
            f"η = 1,000. Plain diverges, as at every rate above {short(largest_stable_rate(seed))} (2 divided by its "
            "largest curvature). Batch norm leaps once, is long then, and crawls: it does not diverge. "
            "Try small rates.",
            {"w_angle": 200, "w_length": 0.4, "plane_rate": 1000, "walk": 60},
        ),
    )


def hand(styles: Sequence[RunStyle], seed: int, guess: int | None) -> Scene:
    """The planes of (w₁, w₂): bands of loss, a w to move, the gradient there, and the walk that begins at it.

    `guess` is the number of the answer that the reader gave, None before; it is drawn beside what happens.
    """
    runs = dict(zip(NORMS, styles, strict=True))
    marks = [mark for norm in NORMS for mark in _plane(norm, guessed=guess is not None and norm == "batch")]
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[
            [
                Panel(f"plane_{norm}", style.label, Axis(-REACH, REACH, "w₁"), Axis(-REACH, REACH, "w₂"))
                for norm, style in runs.items()
            ]
        ],
        marks=marks,
        handles=[Handle(f"plane_{norm}", ("w_angle", "w_length"), "w_x", "w_y", move="polar") for norm in NORMS],
        colors={
            "light": {**_COLORS["light"], **{norm: style.color for norm, style in runs.items()}},
            "dark": {**_COLORS["dark"], **{norm: style.color_dark for norm, style in runs.items()}},
        },
        text=_KEY,
        steps=steps(seed),
        alternative="The loss over two weights w, in rings for plain and in rays for batch norm. "
        "w of length {w_length} at {w_angle:degrees}: "
        + "; ".join(
            f"{style.label}, loss {{loss_{norm}}}, gradient {{gradient_{norm}}} at {{turn_{norm}:degrees}} to w"
            f"[walk: , and after update {{walk:whole}} loss {{now_loss_{norm}}} at length {{now_length_{norm}}}]"
            for norm, style in runs.items()
        )
        + ".",
        sums="hand_of_two",
        given={
            **examples_of(seed),
            "updates": UPDATES,
            "from": FROM,
            "guess": None if guess is None else POWERS[guess],
        },
    )


def _plane(norm: str, guessed: bool) -> list[Mark]:
    panel, down = f"plane_{norm}", (f"down_x_{norm}", f"down_y_{norm}")
    at, by = ("w_x", "w_y"), ("guess_x", "guess_y")
    guess = arrow(panel, at, by, color="guess", name="your guess", factor=ARROW, most=LONGEST)
    return [
        bands(panel, panel),
        segment(panel, (0, 0), at, color="w", beyond=_FARTHER, dash=(2, 4)),
        segment(panel, (0, 0), (f"hand_x_{norm}", f"hand_y_{norm}"), color=norm),
        path(panel, f"path_x_{norm}", f"path_y_{norm}", color=norm, upto="walk"),
        segment(panel, (0, 0), at, color="w"),
        right_angle(panel, at, down, angle=f"turn_{norm}", color="w"),
        *([guess] if guessed else []),
        arrow(panel, at, down, color=norm, name="−∂L/∂w", factor=ARROW, most=LONGEST),
        point(panel, f"now_x_{norm}", f"now_y_{norm}", color=norm),
        point(panel, *at, color="w", look="grip", name="w"),
        saying(panel, f"loss {{loss_{norm}}}", (0.03, 0.07), strong=True),
        saying(
            panel,
            f"‖∂L/∂w‖ = {{gradient_{norm}}}\nat {{turn_{norm}:degrees}} to w",
            (0.03, 0.15),
            color=norm,
        ),
        saying(
            panel,
            f"after update {{walk:whole}}: loss {{now_loss_{norm}}}\n"
            f"‖w‖ = {{now_length_{norm}}}, turned by {{turned_{norm}:degrees}}",
            (0.03, 0.92),
            color=norm,
            when="walk",
        ),
    ]
