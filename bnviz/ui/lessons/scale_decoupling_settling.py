"""The live figure of weight decay: one w of two weights in batch norm's plane, without decay and with it."""

from __future__ import annotations

from bnviz.lessons.same_functions.plane import examples_of
from bnviz.lessons.scale_decoupling.settling import BATCH, DECAYS, RATES, REACH, SHORTEST, UPDATES, examples
from bnviz.styles import RunStyle
from bnviz.ui.live.scene import (
    Axis,
    Handle,
    Input,
    Mark,
    Panel,
    Scene,
    Step,
    bands,
    point,
    saying,
    segment,
    trace,
)

INPUTS = {
    "start_length": (Input("start_length", "first length of w", SHORTEST, REACH, 0.05, "w", "w"), 1.3),
    "start_angle": (Input("start_angle", "first angle of w", 0, 360, 1, "w", "w", format="degrees"), 200.0),
    "settle_rate": (Input("settle_rate", "learning rate", RATES[0], RATES[-1], symbol="η", choices=RATES), 0.3),
    "settle_decay": (Input("settle_decay", "weight decay", DECAYS[0], DECAYS[-1], symbol="λ", choices=DECAYS), 0.03),
    "settle_walk": (Input("settle_walk", "updates drawn", 0, UPDATES, 1, format="whole"), float(UPDATES)),
}
"""Name → input and where it begins."""

DASHES = {"free": (2, 4), "decayed": ()}
_BALANCE = (7, 5)
RUNS = {"free": "no decay", "decayed": "weight decay λ"}


def _step(title: str, words: str, length: float, decay: float) -> Step:
    """A step that plays all updates from a w of this length, at this decay."""
    begin = {"start_length": length, "start_angle": 200, "settle_rate": 0.3, "settle_decay": decay, "settle_walk": 0}
    return Step(title, words, {"settle_walk": UPDATES}, first=begin, duration=4000)


STEPS = (
    _step(
        "From outside",
        "Both begin long and see the same mini-batches. Without decay w only grows, and hardly turns any more. With "
        "decay it is drawn in to the dashed circle, and goes on turning there, to and fro.",
        1.3,
        0.03,
    ),
    _step(
        "From inside",
        "A short w gets large gradients: the first updates throw it out, and it comes to about the same "
        "circle. Where w began is forgotten.",
        0.1,
        0.03,
    ),
    _step(
        "Less decay",
        "A third of the decay: the circle is wider by about a fifth, and an update turns w about half as "
        "far. Decay cannot shrink a function that does not depend on ‖w‖. It sets the pace.",
        0.1,
        0.01,
    ),
)
_TEXT = (
    f"<p>Batches of {BATCH} of 200 examples. The dashed circle has the radius "
    "(η/(2λ)·mean of ‖g̃‖²)<sup>¼</sup>, g̃ = ‖w‖·∂L/∂w, with the gradients of the second half of this walk; lengths and "
    "turns are means over that half (of turns the root mean square), in balance √(2ηλ). The shade is the loss of all "
    "examples.</p>"
)
_HIGHEST, _LOWEST = 3.0, 0.1


def settling(styles: tuple[RunStyle, RunStyle], seed: int) -> Scene:
    """Two planes and the lengths of w: `styles` are those without decay and with it."""
    runs = dict(zip(RUNS, styles, strict=True))
    lengths = Panel(
        "lengths",
        "length of w",
        Axis(0, UPDATES, "update"),
        Axis(_LOWEST, _HIGHEST, "‖w‖ (log scale)", log=True, ticks=[0.1, 0.3, 1, 3]),
    )
    marks = [mark for name in RUNS for mark in _plane(name)]
    for name, dash in DASHES.items():
        marks.append(trace("lengths", "counts", f"lengths_{name}", color=name, upto="settle_walk", dash=dash))
    marks.append(trace("lengths", "level_x", "level_y", color="w", dash=_BALANCE))
    marks.append(saying("lengths", "dotted: no decay\nline: decay λ\ndashed: balance", (0.55, 0.78)))
    return Scene(
        inputs=[given for given, _ in INPUTS.values()],
        rows=[
            [
                *(
                    Panel(f"settle_{name}", title, Axis(-REACH, REACH, "w₁"), Axis(-REACH, REACH, "w₂"))
                    for name, title in RUNS.items()
                ),
                lengths,
            ]
        ],
        marks=marks,
        handles=[
            Handle(f"settle_{name}", ("start_angle", "start_length"), "start_x", "start_y", move="polar")
            for name in RUNS
        ],
        colors={
            "light": {
                "w": "#1f2328",
                "field_low": "#ffffff",
                "field_high": "#8592a0",
                **{name: style.color for name, style in runs.items()},
            },
            "dark": {
                "w": "#f0f3f6",
                "field_low": "#14171a",
                "field_high": "#7d8b99",
                **{name: style.color_dark for name, style in runs.items()},
            },
        },
        text=_TEXT,
        steps=STEPS,
        alternative=(
            "w begins at length {start_length}. After {settle_walk:whole} updates it is {now_length_free} long "
            "without decay and {now_length_decayed} with λ = {settle_decay}. Over the second half: {length_decayed} "
            "on average; decay and steps balance at {balance}; an update turns w by {turn_decayed:degrees}, in "
            "balance by {turn_balance:degrees}."
        ),
        sums="settling",
        given={**examples_of(seed), **examples(seed), "size": BATCH},
    )


def _plane(name: str) -> list[Mark]:
    panel = f"settle_{name}"
    circle, words = [], f"‖w‖ {{length_{name}}}\nturn {{turn_{name}}}°"
    said = [saying(panel, words, (0.03, 0.86), color=name)]
    if name == "decayed":
        circle = [trace(panel, "circle_x", "circle_y", color="w", dash=_BALANCE)]
        said = [
            saying(panel, words, (0.03, 0.86), color=name),
            saying(panel, "balance {balance}\nbalance {turn_balance}°", (0.42, 0.86), when="decays"),
        ]
    return [
        bands(panel, "plane_batch"),
        trace(panel, f"x_{name}", f"y_{name}", color=name, upto="settle_walk"),
        *circle,
        segment(panel, (0, 0), (f"now_x_{name}", f"now_y_{name}"), color=name),
        point(panel, f"now_x_{name}", f"now_y_{name}", color=name),
        point(panel, "start_x", "start_y", color="w", look="grip", name="w"),
        *said,
    ]
