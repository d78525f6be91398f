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
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, numbers, settle, theme
from bnviz.ui.page.literal import literal
from bnviz.ui.page.stage import Stage
from bnviz.ui.page.sweep_view import Found, Sweep, cell_table, show_profiles
from bnviz.ui.server.budget import bounds

LAB = "pages/12_training_lab.py"


def tell_maps(sweep: Sweep, found: Found, threshold: float, affine_guess: str | None, batch_guess: str | None) -> None:
    """Say in how many cells each network trains, and settle both predictions. The first runs are plain and affine."""
    table = shares(found.rows, threshold)
    styles = run_styles(sweep.experiment)
    norms = [run.norm for run in sweep.experiment.runs]
    plain, affine, batch = (verdicts.count_of(table, norms.index(norm)) for norm in ("none", "affine", "batch"))
    counts = zip(table["run"], table["trained"], table["networks"], strict=True)
    numbers({f"{styles[run].label}, networks that train": f"{trained} of {total}" for run, trained, total in counts})
    with prose():
        own = found.rows[found.rows["run"] == norms.index("batch")]
        st.markdown(f"{verdicts.verdict(table, norms)} {verdicts.not_immune(own)}")
        usual = found.rows[found.rows["init_scale"] == USUAL_SCALE]
        st.markdown(verdicts.at_usual_scale(shares(usual, threshold), norms))
    settle(affine_guess, verdicts.what_affine_did(plain, affine), verdicts.why_affine(plain, affine), "with γx + β")
    settle(batch_guess, verdicts.what_batch_did(affine, batch), verdicts.why_batch(affine, batch), "with batch norm")


def look_into(sweep: Sweep, rows: pd.DataFrame, threshold: float, cell: Mapping[str, Any]) -> None:
    """Show the networks of one cell, links that train them in the lab, and the profiles through the cell."""
    st.table(cell_table(sweep, rows, cell))
    _links(sweep, cell)
    show_profiles(sweep, rows, threshold, cell)


def _links(sweep: Sweep, cell: Mapping[str, Any]) -> None:
    styles, runs = run_styles(sweep.experiment), range(len(sweep.experiment.runs))
    with st.container(horizontal=True):
        for run in runs:
            st.page_link(
                LAB,
                label=f"Open {literal(styles[run].label)} in the lab",
                icon=":material/science:",
                query_params=network_at(sweep.experiment, cell, [run]).to_query(),
            )
        together = list(runs)[: int(bounds()["runs"].high)]
        st.page_link(
            LAB,
            label=f"Open {'the first ' if len(together) < len(runs) else 'all '}{len(together)} side by side",
            icon=":material/science:",
            query_params=network_at(sweep.experiment, cell, together).to_query(),
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
