"""The figures of the lesson on maps: each works on its task in its place, draws the result and says what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.charts.curves import plot_accuracy
from bnviz.experiment import Experiment, Run
from bnviz.lessons.why_not_affine import charts, verdicts
from bnviz.lessons.why_not_affine.depths import NORMS, DepthSweep, advantage
from bnviz.lessons.why_not_affine.maps import USUAL_SCALE, network_at, shares
from bnviz.lessons.why_not_affine.sigmoids import steps_to_learn
from bnviz.styles import run_styles
from bnviz.ui.lessons.why_not_affine_maps import INPUTS, maps_scene
from bnviz.ui.live import live
from bnviz.ui.page.contents import LAB
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage
from bnviz.ui.page.story import Guess
from bnviz.ui.page.sweep_view import Sweep, cell_table, show_profiles
from bnviz.ui.server.budget import bounds

FIGURE = "why_not_affine_maps"
"""Key of the hero, whose values are those of the page."""


def show_scene(
    stage: Stage, key: str, sweep: Sweep, rows: pd.DataFrame, settings: Settings, *, shown: bool, story: bool = True
) -> None:
    """Draw the maps as one live figure; of a story only the plain map is `shown` before there is a guess."""
    norms = [run.norm for run in sweep.experiment.runs]
    scene = maps_scene(sweep, rows, shown=norms if shown else norms[:1], story=story)
    values = {each.name: settings.handle(FIGURE, each, INPUTS[each.name][1]) for each in scene.inputs}
    with stage.picture:
        live(scene, key=key, values=values, on_release=settings.take, held=not shown)


def settle_maps(guess: Guess, sweep: Sweep, rows: pd.DataFrame, threshold: float) -> None:
    """Say in which maps clearly more networks train than in the plain one."""
    table = shares(rows, threshold)
    norms = [run.norm for run in sweep.experiment.runs]
    plain, affine, batch = (verdicts.count_of(table, norms.index(norm)) for norm in ("none", "affine", "batch"))
    guess.settle(verdicts.what_happened(plain, affine, batch), f"{verdicts.why(plain, affine, batch, threshold)}")


def tell_rows(sweep: Sweep, rows: pd.DataFrame, threshold: float) -> None:
    """Say what the row of the usual initialization holds, and where batch norm fails."""
    norms = [run.norm for run in sweep.experiment.runs]
    usual = rows[rows["init_scale"] == USUAL_SCALE]
    with prose():
        st.markdown(verdicts.at_usual_scale(shares(usual, threshold), norms))
        st.markdown(verdicts.not_immune(rows[rows["run"] == norms.index("batch")]))


def look_into(sweep: Sweep, rows: pd.DataFrame, threshold: float, cell: Mapping[str, Any]) -> None:
    """Show the networks of one cell in numbers, and the profiles through the cell."""
    st.table(cell_table(sweep, rows, cell))
    show_profiles(sweep, rows, threshold, cell)


def link_to_lab(sweep: Sweep, cell: Mapping[str, Any]) -> None:
    """Lead to the lab with the networks of a cell, as many as it trains side by side."""
    runs = list(range(len(sweep.experiment.runs)))[: int(bounds()["runs"].high)]
    st.page_link(
        LAB,
        label="Open the networks of the chosen cell in the lab",
        icon=":material/science:",
        query_params=network_at(sweep.experiment, cell, runs).to_query(),
    )


def draw_sigmoids(stage: Stage, experiment: Experiment) -> None:
    """Show the test accuracy of the sigmoid networks and how long each took to learn."""
    done = stage.obtain(experiment)
    if done is None or done.result is None:
        return
    history = done.result
    with stage.picture:
        chart = plot_accuracy(history.losses(), run_styles(experiment), status=history.status, theme=theme())
        figure(chart, "why_not_affine_sigmoids")
        if done.ending == "finished":
            with prose():
                st.markdown(verdicts.sigmoid_verdict(steps_to_learn(history), experiment.steps))


def draw_depths(stage: Stage, task: DepthSweep) -> None:
    """Show the best accuracy at each depth, and whether batch norm was ahead."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    best = done.result
    if done.ending != "finished":
        return
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    with stage.picture:
        figure(charts.plot_depths(best, styles, theme=theme()), "why_not_affine_depths")
        with prose():
            st.markdown(verdicts.depth_verdict(advantage(best)))
