"""The live figure of two weights: the loss of a plain and of a batch-norm neuron, and walks on it."""

from __future__ import annotations

from collections.abc import Sequence

from bnviz.lessons.same_functions.plane import RATES, REACH, SHORTEST, UPDATES, examples_of
from bnviz.styles import RunStyle, Theme
from bnviz.ui.live.scene import (
    Axis,
    Handle,
    Input,
    Mark,
    Panel,
    Scene,
    arrow,
    bands,
    path,
    point,
    right_angle,
    segment,
    upright,
)

INPUTS = {
    "w_angle": (Input("w_angle", "angle of w", 0, 360, 1, "w", "w", format="degrees"), 330.0),
    "w_length": (Input("w_length", "length of w", SHORTEST, REACH, 0.05, "w", "w"), 2.5),
    "angle": (Input("angle", "angle of the start", 0, 360, 1, "○", "start", format="degrees"), 170.0),
    "length": (Input("length", "length of the start", SHORTEST, REACH, 0.05, "○", "start"), 2.0),
    "plane_rate": (Input("plane_rate", "learning rate", RATES[0], RATES[-1], symbol="η", choices=RATES), 0.3),
    "update": (Input("update", "updates drawn", 0, UPDATES, 1, format="whole"), 60.0),
}
"""Name → input and where it begins."""

ARROW, LONGEST = 2.5, 1.6
"""How an arrow is drawn: times the gradient, and at most so long, in the unit of the axes."""
_FARTHER = 100.0  # times the length of w: a ray leaves the plane
_COLORS: dict[Theme, dict[str, str]] = {
    "light": {"w": "#1f2328", "start": "#57606a", "field_low": "#ffffff", "field_high": "#8592a0"},
    "dark": {"w": "#f0f3f6", "start": "#b1bac4", "field_low": "#14171a", "field_high": "#7d8b99"},
}
_FACT = """<p><b class="of-run" data-symbol="{norm}">{label}</b> at w: loss <span data-number="loss_{norm}"></span>, a
gradient of length <span data-number="gradient_{norm}"></span> at <span data-number="turn_{norm}"
data-format="degrees"></span> to w. The walk, after <span data-number="update" data-format="whole"></span> updates: loss
<span data-number="now_loss_{norm}"></span>, ‖w‖ from <span data-number="length"></span> to
<span data-number="now_length_{norm}"></span>.</p>"""
_SHADES = """<p>The faintest band is a loss of about <span data-number="shade_low"></span>, the strongest of
<span data-number="shade_high"></span>; from band to band it grows by half. An arrow points against
the gradient and is {arrow:g} times as long, but never longer than {longest:g}.</p>"""


def planes(styles: Sequence[RunStyle], norms: Sequence[str], seed: int) -> Scene:
    """The planes of (w₁, w₂), and below of angle and length: bands of loss, a w to move, and walks from a start."""
    marks: list[Mark] = []
    for norm in norms:
        marks += [*_plane(norm), *_polar(norm)]
    rows = [
        [
            Panel(f"plane_{norm}", style.label, Axis(-REACH, REACH, "w₁"), Axis(-REACH, REACH, "w₂"))
            for norm, style in zip(norms, styles, strict=True)
        ],
        [
            Panel(
                f"polar_{norm}",
                f"{style.label}, by angle and length",
                Axis(0, 360, "angle of w (degrees)", ticks=[0, 90, 180, 270, 360]),
                Axis(SHORTEST, REACH, "length ‖w‖ (log scale)", log=True, ticks=[0.1, 0.2, 0.5, 1, 2, 4]),
            )
            for norm, style in zip(norms, styles, strict=True)
        ],
    ]
    runs = dict(zip(norms, styles, strict=True))
    facts = "".join(_FACT.format(norm=norm, label=style.label) for norm, style in runs.items())
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=rows,
        marks=marks,
        handles=_handles(norms),
        colors={
            "light": {**_COLORS["light"], **{norm: style.color for norm, style in runs.items()}},
            "dark": {**_COLORS["dark"], **{norm: style.color_dark for norm, style in runs.items()}},
        },
        text=f'<div class="facts">{facts}{_SHADES.format(arrow=ARROW, longest=LONGEST)}</div>',
        alternative="The loss over two weights w, in rings for plain and in rays for batch norm. "
        "At w, of length {w_length} and angle {w_angle:degrees}: "
        + "; ".join(
            f"{style.label}, loss {{loss_{norm}}}, gradient at {{turn_{norm}:degrees}} to w, and after "
            f"{{update:whole}} updates from the start loss {{now_loss_{norm}}} at length {{now_length_{norm}}}"
            for norm, style in runs.items()
        )
        + ".",
        sums="two_weights",
        given={**examples_of(seed), "updates": UPDATES},
    )


def _plane(norm: str) -> list[Mark]:
    panel, down = f"plane_{norm}", (f"down_x_{norm}", f"down_y_{norm}")
    return [
        bands(panel, panel),
        segment(panel, (0, 0), ("w_x", "w_y"), color="w", beyond=_FARTHER, dash=(2, 4)),
        path(panel, f"path_x_{norm}", f"path_y_{norm}", color=norm, upto="update"),
        segment(panel, (0, 0), ("w_x", "w_y"), color="w"),
        right_angle(panel, ("w_x", "w_y"), down, angle=f"turn_{norm}", color="w"),
        arrow(panel, ("w_x", "w_y"), down, color=norm, name="−∂L/∂w", factor=ARROW, most=LONGEST),
        point(panel, f"now_x_{norm}", f"now_y_{norm}", color=norm),
        point(panel, "start_x", "start_y", color="start", look="ring", name="start"),
        point(panel, "w_x", "w_y", color="w", look="grip", name="w"),
    ]


def _polar(norm: str) -> list[Mark]:
    panel = f"polar_{norm}"
    return [
        bands(panel, panel),
        upright(panel, "w_angle", color="w"),
        path(panel, f"path_angle_{norm}", f"path_length_{norm}", color=norm, upto="update", round_trip=360.0),
        point(panel, f"now_angle_{norm}", f"now_length_{norm}", color=norm),
        point(panel, "angle", "length", color="start", look="ring", name="start"),
        point(panel, "w_angle", "w_length", color="w", look="grip", name="w"),
    ]


def _handles(norms: Sequence[str]) -> list[Handle]:
    found = []
    for norm in norms:
        for (angle, length), (x, y) in (
            (("w_angle", "w_length"), ("w_x", "w_y")),
            (("angle", "length"), ("start_x", "start_y")),
        ):
            found.append(Handle(f"plane_{norm}", (angle, length), x, y, move="polar"))
            found.append(Handle(f"polar_{norm}", (angle, length), angle, length, move="xy"))
    return found
