"""The live figure of a unit whose inputs are shoved: above the inputs, below the outputs of both networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bnviz.lessons.moving_statistics.shove import BATCHES, SIZES, Shove, inputs_of
from bnviz.norms import NORMS
from bnviz.styles import SYMBOL_COLORS, Theme
from bnviz.ui.live.many import elsewhere, name, span, swarm, zone, zone_name
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, bracket

REACH = 8.0  # all rails go from −REACH to REACH
SHOVED = 3.0
INPUTS = {
    each.name: each
    for each in (
        Input("mean", "mean of inputs", -4.0, 4.0, 0.1, "μ", "mean"),
        Input("sd", "spread of inputs", 0.25, 2.5, 0.05, "σ", "var"),
        Input("shape", "shape of inputs", 0.0, 1.0, 0.05),
        Input("size", "batch size", SIZES[0], SIZES[-1], choices=SIZES, format="whole"),
        Input("number", "which batch", 1, BATCHES, 1, format="whole"),
        Input("evaluating", "evaluation", 0, 1, choices=(0, 1), format="switch"),
        Input("after", "batches since the shove", 0.0, 50.0, 1.0, format="whole"),
        Input("gamma", "learned scale", -3.0, 3.0, 0.1, "γ", "gamma"),
        Input("beta", "learned shift", -3.0, 3.0, 0.1, "β", "beta"),
    )
}
START = Shove()
_GROUPS: dict[Theme, dict[str, str]] = {
    "light": {"first": "#c0318c", "second": "#7d7200", "third": "#00788c"},
    "dark": {"first": "#ff8fd0", "second": "#d6c93f", "third": "#45cfe0"},
}
_BAR = 84  # pixels above a rail: where the brackets are
_STEPS = (
    Step(
        "Shove",
        "The layers below have changed, and all inputs grow by 3. γx + β passes that on. Batch norm subtracts the new "
        "μ: its outputs, a dot for each of 256 examples, stand still.",
        {"mean": SHOVED, "sd": 1.0, "shape": 0.0, "size": 256, "evaluating": 0},
        "mean",
    ),
    Step(
        "Stretch",
        "Now the inputs lie wider apart; with γx + β the outputs too. Batch norm divides by the new σ, and again no "
        "dot moves.",
        {"sd": 2.0, "evaluating": 0},
        "var",
    ),
    Step(
        "Change the shape",
        "The colors, three groups of examples, change places. Batch norm's mean and spread stay, yet every example "
        "gets another value: this part of the motion passes.",
        {"shape": 1.0, "evaluating": 0},
    ),
    Step(
        "Four examples",
        "Mean and spread are β and |γ|. But with other companions the ringed example lands elsewhere (rings: twelve "
        "batches): μ and σ of four examples are noisy. Move “which batch”.",
        {"mean": 0.0, "sd": 1.0, "shape": 0.0, "size": 4, "evaluating": 0},
    ),
    Step(
        "Evaluate",
        "To evaluate, batch norm takes running averages of μ and σ. Right after a shove they are old, and its outputs "
        "slide away like those of γx + β.",
        {"mean": SHOVED, "sd": 1.0, "shape": 0.0, "size": 256, "evaluating": 1, "after": 0.0},
        "mean",
    ),
    Step(
        "Let averages follow",
        "Each further batch moves the averages a tenth of the way. γ and β are what they were, and the outputs come "
        "back. The averages were out of date, not γ and β.",
        {"evaluating": 1, "after": 40.0},
        "mean",
    ),
)


def shove_scene(seed: int, guess: int | None) -> Scene:
    """Rails of the inputs, of γx + β and of batch norm; `guess` is the number of the reader's answer."""
    runs = {norm: NORMS[norm] for norm in ("affine", "batch")}
    return Scene(
        inputs=list(INPUTS.values()),
        rows=[[Panel(panel, title, Axis(-REACH, REACH), above=124, below=34)] for panel, title in _RAILS],
        marks=[*_inputs(), *_outputs("affine"), *_outputs("batch")],
        handles=[
            Handle("x", ("mean",), "mean", raised=_BAR),
            Handle("x", ("sd",), "sd_end", base="mean", raised=_BAR),
        ],
        colors={
            "light": SYMBOL_COLORS["light"] | _GROUPS["light"] | {norm: run.color for norm, run in runs.items()},
            "dark": SYMBOL_COLORS["dark"] | _GROUPS["dark"] | {norm: run.color_dark for norm, run in runs.items()},
        },
        steps=_STEPS,
        alternative="Inputs with mean {mean} and spread {sd}, in batches of {size:whole}. Outputs with γx + β: mean "
        "{affine_mean}, spread {affine_sd}. With batch norm, evaluation {evaluating:switch}: mean {batch_mean}, spread "
        "{batch_sd}. β is {beta}, γ {gamma}.",
        sums="shove",
        given={**inputs_of(seed).to_dict(), "guess": guess},
    )


def shove_of(values: Mapping[str, float]) -> Shove:
    """What the inputs of the figure say."""
    counts = ("size", "number", "evaluating")
    given: dict[str, Any] = {name: int(value) if name in counts else value for name, value in values.items()}
    return Shove(**given)


_RAILS = (("x", "x"), ("affine", "y"), ("batch", "y"))


def _inputs() -> list[Mark]:
    used = zone("x", "used_mean", "used_sd", color="var", tick="mean")
    return [
        used,
        swarm("x", "x", group="group", who="everyone", colors=[*_GROUPS["light"]], faint=True),
        swarm("x", "own_x", group="own_group", who="own", colors=[*_GROUPS["light"]], ringed=True),
        zone_name(used, "μ ± σ that batch norm takes", "μ ± σ"),
        bracket("x", "mean", "sd", color="var", tick="mean", raised=_BAR, names=("μ", "σ")),
        name("x", ["Inputs x of one unit"]),
    ]


def _outputs(norm: str) -> list[Mark]:
    words = {
        "affine": ["γx + β, fitted before the shove"],
        "batch": ["Batch norm, training: μ and σ of this batch", "Batch norm, evaluation: running averages"],
    }[norm]
    fitted = zone(norm, "beta", "gamma", color="gamma", tick="beta")
    marks = [
        fitted,
        swarm(norm, f"y_{norm}", group="own_group", who="own", colors=[*_GROUPS["light"]], ringed=True),
        elsewhere(norm, f"followed_{norm}", group=("group", 0)),
        zone_name(fitted, "β ± |γ|"),
        span(norm, f"{norm}_mean", f"{norm}_sd", raised=_BAR, name="mean ± spread"),
        name(norm, words, which="evaluating" if norm == "batch" else 0, color=norm),
    ]
    if norm == "batch":
        guessed = zone(norm, "guess_mean", "guess_sd", color="text", height=72, dashed=True)
        marks += [guessed, zone_name(guessed, "your guess")]
    return marks
