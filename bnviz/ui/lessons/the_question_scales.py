"""The live figure of the initial scale of the weights, on which the fate of the race's networks may hang."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.lessons.the_question.scales import NETWORKS, SCALES, reach, scale_tasks
from bnviz.lessons.why_not_affine.curves import curve, steps_of
from bnviz.norms import NORMS
from bnviz.ui.live import live
from bnviz.ui.live.family import Family
from bnviz.ui.live.scene import Axis, Handle, Input, Mark, Panel, Scene, Step, path, point, saying, upright
from bnviz.ui.page import hiding, story
from bnviz.ui.page.address import asked_to_open
from bnviz.ui.page.frame import prose
from bnviz.ui.page.stage import Stage, reserve_figure
from bnviz.ui.server.training import job_key, training_queue

KEY = "the_question_scales"
WANTED = f"{KEY}_wanted"
"""In the session: the seed for which the reader wants the networks trained."""
SCALE = Input("scale", "initial scale of the weights", SCALES[0], SCALES[-1], symbol="×", choices=SCALES)
_GRIP = 0.5
_STEPS = (
    Step("Half as large", "Weights half as large. Which of the networks does not mind?", {"scale": 0.5}),
    Step("Eight times as large", "Weights eight times as large. Who learns now?", {"scale": 8.0}),
    Step("Sixteen times", "Twice as large again. Is larger always better?", {"scale": 16.0}),
)


def draw_scales(seed: int, *, held: bool) -> None:
    """Show the race's networks from every scale under a slider; once that is moved, train them.

    `held` while the race waits for a guess. What was trained for somebody else is there at once.
    """
    with prose():
        st.markdown(
            "The race began with weights that make the signals of sigmoids smaller from layer to layer. Move the "
            "slider: here are the same networks, rate and batches, from weights up to sixteen times as large."
        )
    stage = reserve_figure(KEY, (590, 870), bar_below=True)
    rows = None if held else _trained(stage, seed)
    with stage.picture:
        live(
            scales(),
            key=KEY,
            values={"scale": 1.0},
            on_touch=partial(_ask_for, seed),
            family=networks(rows or {}, waits=rows is None),
            held=held,
        )
        with prose():
            st.markdown(story.WAITS if hiding.hides() else reach(rows or {}))


def _ask_for(seed: int) -> None:
    st.session_state[WANTED] = seed


def _trained(stage: Stage, seed: int) -> dict[str, pd.DataFrame] | None:
    """The networks that are trained so far, by normalization; None while nobody wants them and not all are kept."""
    if WANTED not in st.session_state and asked_to_open(KEY):
        _ask_for(seed)  # a link of the time when this stood in a fold
    tasks = scale_tasks(seed)
    kept = all(training_queue().result(job_key(task)) for task in tasks)
    if not kept and st.session_state.get(WANTED) != seed:
        return None
    found, _ = stage.obtain_in_turn(tasks, "network")
    return {norm: done.result for norm, done in zip(NORMS_IN_RACE, found, strict=False) if done.result is not None}


def networks(rows: Mapping[str, pd.DataFrame], *, waits: bool = False) -> Family:
    """Over the scale, for each normalization, names that begin with it:

    scales, accuracy  of all scales and the accuracy that the network from each ends with
    steps, curve      steps and accuracies of the network from this scale, up to the number `upto`
    now               the last of them

    Of a normalization without rows there are no points. `waits` is 1 while nothing is trained, else 0.
    """
    arrays: dict[str, np.ndarray] = {"waits": np.full(len(SCALES), int(waits))}
    for norm in NORMS_IN_RACE:
        ordered = rows[norm].sort_values("init_scale") if norm in rows else pd.DataFrame()
        steps = steps_of(ordered)
        curves = [curve(row, steps) for row in ordered.to_dict("records")] or [[] for _ in SCALES]
        ends = np.array([each[-1] if each else np.nan for each in curves])
        padded = np.array([[*each, *each[-1:] * (len(steps) - len(each))] for each in curves])
        known = len(ordered)
        arrays |= {
            f"{norm}_scales": np.tile(SCALES[:known], (len(SCALES), 1)),
            f"{norm}_accuracy": np.tile(ends[:known], (len(SCALES), 1)),
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
    marks.append(saying("over", f"Move the slider:\n{NETWORKS} networks train.", (0.4, 0.25), when="waits"))
    marks.append(point("over", "scale", _GRIP, color="text", look="grip"))
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
                    flat=0.6,
                    low=True,
                ),
                Panel(
                    "along",
                    "On the way, from this scale",
                    Axis(0, race().steps, "update"),
                    accuracy,
                    flat=0.6,
                    low=True,
                ),
            ]
        ],
        marks=marks,
        handles=[Handle("over", ("scale",), "scale", y=_GRIP)],
        colors={
            "light": {norm: NORMS[norm].color for norm in NORMS_IN_RACE},
            "dark": {norm: NORMS[norm].color_dark for norm in NORMS_IN_RACE},
        },
        text=f'<p>From × <span data-number="scale"></span>, test accuracy: {words}.</p>',
        steps=_STEPS,
        alternative="Test accuracy over the initial scale of the weights, and on the way from one of them. "
        "[waits: Nothing is trained yet: that begins when the slider is moved. ]"
        "From initial weights times {scale} it ends at: "
        + ", ".join(f"{NORMS[norm].label} {{{norm}_now}}" for norm in NORMS_IN_RACE)
        + ".",
    )
