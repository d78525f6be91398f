"""The live figure of the initial scale of the weights, on which the fate of the race's networks may hang."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.lessons.the_question.scales import SCALES, reach, scale_tasks
from bnviz.lessons.why_not_affine.curves import curve, steps_of
from bnviz.norms import NORMS
from bnviz.ui.live import live
from bnviz.ui.live.family import Family
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, path, upright
from bnviz.ui.page.frame import prose
from bnviz.ui.page.stage import reserve_figure

SCALE = Input("scale", "initial scale of the weights", SCALES[0], SCALES[-1], symbol="×", choices=SCALES)
_STEPS = (
    Step("As in the race", "Scale 1 is the start of the race above.", {"scale": 1.0}),
    Step("Half as large", "Weights half as large. Which of the networks does not mind?", {"scale": 0.5}),
    Step("Eight times as large", "Weights eight times as large. Who learns now?", {"scale": 8.0}),
)


def draw_scales(seed: int) -> None:
    """Train the race's networks from every scale, and show them under a slider."""
    with prose():
        st.markdown(
            "The race began with weights that make the signals of sigmoids smaller from layer to layer. Here are the "
            "same networks, rate and batches, from weights up to sixteen times as large."
        )
    stage = reserve_figure("the_question_scales", (760, 1240))
    found, _ = stage.obtain_in_turn(scale_tasks(seed), "network")
    rows = {norm: done.result for norm, done in zip(NORMS_IN_RACE, found, strict=False) if done.result is not None}
    if len(rows) < len(NORMS_IN_RACE):
        return
    with stage.picture:
        live(scales(), key="the_question_scales", values={"scale": 1.0}, family=networks(rows))
        with prose():
            st.markdown(reach(rows))


def networks(rows: Mapping[str, pd.DataFrame]) -> Family:
    """Over the scale, for each normalization, names that begin with it:

    scales, accuracy  of all scales and the accuracy that the network from each ends with
    steps, curve      steps and accuracies of the network from this scale, up to the number `upto`
    now               the last of them
    """
    arrays: dict[str, np.ndarray] = {}
    for norm, found in rows.items():
        ordered = found.sort_values("init_scale")
        steps = steps_of(ordered)
        curves = [curve(row, steps) for _, row in ordered.iterrows()]
        ends = np.array([each[-1] for each in curves])
        padded = np.array([[*each, *[each[-1]] * (len(steps) - len(each))] for each in curves])
        arrays |= {
            f"{norm}_scales": np.tile(SCALES, (len(SCALES), 1)),
            f"{norm}_accuracy": np.tile(ends, (len(SCALES), 1)),
            f"{norm}_steps": np.tile(np.array(steps), (len(SCALES), 1)),
            f"{norm}_curve": padded,
            f"{norm}_upto": np.array([len(each) - 1 for each in curves]),
            f"{norm}_now": ends,
        }
    return Family({"scale": SCALES}, arrays)


def scales() -> Scene:
    """Accuracy over the initial scale, and along the training from the chosen one."""
    accuracy = Axis(0, 1, "test accuracy")
    marks: list[Mark] = [upright("over", "scale")]
    for norm in NORMS_IN_RACE:
        dash = NORMS[norm].dash
        marks.append(path("over", f"{norm}_scales", f"{norm}_accuracy", color=norm, dash=dash))
        marks.append(path("along", f"{norm}_steps", f"{norm}_curve", color=norm, dash=dash, upto=f"{norm}_upto"))
    words = ", ".join(
        f'<b class="of-run" data-symbol="{norm}">{NORMS[norm].label}</b> <span data-number="{norm}_now"></span>'
        for norm in NORMS_IN_RACE
    )
    return Scene(
        inputs=[SCALE],
        rows=[
            [
                Panel(
                    "over",
                    f"After {race().steps} updates",
                    Axis(SCALES[0], SCALES[-1], "initial scale (log scale)", log=True, ticks=SCALES),
                    accuracy,
                    flat=0.75,
                ),
                Panel("along", "On the way, from this scale", Axis(0, race().steps, "update"), accuracy, flat=0.75),
            ]
        ],
        marks=marks,
        handles=[Handle("over", ("scale",), "scale", y=0.5)],
        colors={
            "light": {norm: NORMS[norm].color for norm in NORMS_IN_RACE},
            "dark": {norm: NORMS[norm].color_dark for norm in NORMS_IN_RACE},
        },
        text=f'<p>From × <span data-number="scale"></span>, test accuracy: {words}.</p>',
        steps=_STEPS,
        alternative="Test accuracy over the initial scale of the weights, and on the way from one of them. "
        "From initial weights times {scale} it ends at: "
        + ", ".join(f"{NORMS[norm].label} {{{norm}_now}}" for norm in NORMS_IN_RACE)
        + ".",
    )
