"""The live figure of the maps: a map a run, the color scale with the threshold, and the curves of the chosen cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import pandas as pd

from bnviz.lessons.why_not_affine.curves import curve, steps_of
from bnviz.lessons.why_not_affine.maps import RATES, SCALES
from bnviz.styles import Theme, run_styles
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, cells, color_scale, curves
from bnviz.ui.page.sweep_view import Sweep

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
INPUTS = {
    "threshold": (
        Input("threshold", "trains from test accuracy", 0.5, 0.95, choices=THRESHOLDS),
        0.85,
    ),
    "rate": (Input("rate", "learning rate", RATES[0], RATES[-1], symbol="η", choices=RATES), 0.1),
    "scale": (Input("scale", "initial scale", SCALES[0], SCALES[-1], choices=SCALES), 1.0),
    "overlay": (Input("overlay", "lay γx + β over plain", 0.0, 1.0, 0.05), 0.0),
}
"""Name → input and where it begins."""

IN_A_ROW = 3
FLAT = 0.56
"""Height of a map on a phone, in its width: three of them are to be seen on two screens."""
_COLORS: Mapping[Theme, Mapping[str, str]] = {"light": {"lost": "#c9ced4"}, "dark": {"lost": "#4b525a"}}
_RATES = Axis(RATES[0] / sqrt(RATES[1] / RATES[0]), RATES[-1] * sqrt(RATES[-1] / RATES[-2]), "learning rate η", True)
_SCALES = Axis(SCALES[0] / sqrt(SCALES[1] / SCALES[0]), SCALES[-1] * sqrt(SCALES[-1] / SCALES[-2]), "", True)

STEPS = (
    Step(
        "Read a cell",
        "One cell is one network: its learning rate, its scale of the initial weights. Dot: it trains. Cross: it "
        "diverged. Point at cells to see curves.",
        {"overlay": 0.0, "rate": 0.1, "scale": 1.0},
    ),
    Step(
        "Lay γx + β over plain",
        "γx + β slides over plain, into the middle of each cell: hardly a difference. With x = Wh, weights times "
        "inputs, it is (γW)h + β: a plain layer with two names for one scale.",
        {"overlay": 1.0},
    ),
    Step(
        "Go down a column",
        "From weights 100 times smaller only batch norm does better than guessing: it divides by a spread 100 times "
        "smaller. A factor on the weights cancels.",
        {"overlay": 0.0, "rate": 0.1, "scale": 0.01},
    ),
    Step(
        "Where batch norm fails",
        "From weights 100 times larger batch norm puts out the same at first, but small steps hardly turn so long a "
        "W. And at rate 10 it learns from no scale.",
        {"overlay": 0.0, "rate": 0.022, "scale": 100.0},
    ),
    Step(
        "Lower the bar",
        "Drag the mark on the color scale, or let this step do it: from 0.5 on, more networks count on every map. "
        "Batch norm stays far ahead.",
        {"overlay": 0.0, "threshold": 0.5},
    ),
)


def maps_scene(sweep: Sweep, rows: pd.DataFrame, *, shown: Sequence[str], story: bool) -> Scene:
    """The maps of a sweep's runs, of which `rows` are there, one a network; `shown` norms are not kept back.

    With a `story` there are steps, γx + β may be laid over plain, and a guess painted on what is kept back.
    """
    norms = [run.norm for run in sweep.experiment.runs]
    styles = run_styles(sweep.experiment)
    name = f"{sweep.experiment.seed} {sweep.seeds}"
    marks: list[Mark] = []
    for norm in norms:
        over = "none" if story and norm == "affine" else None
        compared = "affine" if story and norm == "none" else None
        paint = story and norm != "none"
        size = {"columns": len(RATES), "rows": len(SCALES)}
        marks += cells(norm, norm, of=name, **size, paint=paint, over=over, compared=compared)
    # What is laid over a map comes after it.
    marks.sort(key=lambda mark: mark.kind == "laid")
    steps = steps_of(rows)
    runs = [{"norm": norm, "label": style.label, "dash": style.dash} for norm, style in zip(norms, styles, strict=True)]
    marks.append(color_scale("colors", "threshold", words=("test accuracy after 200 updates", "trains from")))
    marks.append(curves("curves", runs, steps=steps, at="threshold", seeds=sweep.seeds))
    panels = [
        Panel(norm, style.label, _axis(_RATES, RATES[::2]), _axis(_SCALES, SCALES, "initial scale"), flat=FLAT)
        for norm, style in zip(norms, styles, strict=True)
    ]
    below = [
        Panel("colors", "", Axis(0.0, 1.0), above=82),
        Panel("curves", "", Axis(0, sweep.experiment.steps, ticks=[0, 50, 100, 150, 200]), above=140),
    ]
    inputs = [given for key, (given, _) in INPUTS.items() if story or key != "overlay"]
    return Scene(
        inputs=inputs,
        rows=[*(panels[start : start + IN_A_ROW] for start in range(0, len(panels), IN_A_ROW)), below],
        marks=marks,
        handles=[Handle("colors", ("threshold",), "threshold", raised=22)],
        steps=STEPS if story else (),
        colors={
            "light": {**_COLORS["light"], **{norm: each.color for norm, each in zip(norms, styles, strict=True)}},
            "dark": {**_COLORS["dark"], **{norm: each.color_dark for norm, each in zip(norms, styles, strict=True)}},
        },
        alternative=_alternative(norms, [style.label for style in styles], shown),
        sums="maps",
        given=given_of(sweep, rows, shown),
    )


def given_of(sweep: Sweep, rows: pd.DataFrame, shown: Sequence[str]) -> dict[str, Any]:
    """What the arithmetic of the maps is given: accuracy and curve of each network of the norms `shown`."""
    steps, size, seeds = steps_of(rows), len(RATES) * len(SCALES), range(sweep.seeds)
    maps: dict[str, list[list[float | None]]] = {norm: [[None] * size for _ in seeds] for norm in shown}
    ways: dict[str, list[list[list[float]]]] = {norm: [[[] for _ in seeds] for _ in range(size)] for norm in shown}
    for row in rows[rows["norm"].isin(shown)].to_dict("records") if len(rows) else ():
        seed = row["seed"] - sweep.experiment.seed
        cell = SCALES.index(row["init_scale"]) * len(RATES) + RATES.index(row["lr"])
        maps[row["norm"]][seed][cell] = -1.0 if row["status"] == "diverged" else float(row["test_accuracy"])
        ways[row["norm"]][cell][seed] = [round(accuracy, 3) for accuracy in curve(row, steps)]
    return {"rates": RATES, "scales": SCALES, "steps": steps, "maps": maps, "curves": ways}


def _axis(axis: Axis, ticks: Sequence[float], label: str = "") -> Axis:
    return Axis(axis.low, axis.high, label or axis.label, axis.log, ticks)


def _alternative(norms: Sequence[str], labels: Sequence[str], shown: Sequence[str]) -> str:
    said = [
        f"{label}: {{trained_{norm}:whole}} of {{networks_{norm}:whole}} networks train; in the cell {{here_{norm}}}"
        for norm, label in zip(norms, labels, strict=True)
        if norm in shown
    ]
    kept = [label for norm, label in zip(norms, labels, strict=True) if norm not in shown]
    waiting = f" Kept back until there is a guess: {', '.join(kept)}." if kept else ""
    return (
        "Maps of networks over learning rate and initial scale. Rate {rate:exact}, scale {scale:exact}, a network "
        f"trains from {{threshold:exact}}. {'. '.join(said)}. A dash: diverged, or not trained yet.{waiting}"
    )
