"""The figures of the lesson on moving statistics: each works on its task in its place and says what it shows."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
import streamlit as st

from bnviz.experiment import Experiment
from bnviz.history import History
from bnviz.lessons.moving_statistics import charts, verdicts
from bnviz.lessons.moving_statistics.agreement import Agreement, agreement_summary
from bnviz.lessons.moving_statistics.agreement_verdicts import agreement_verdict
from bnviz.lessons.moving_statistics.charts import KickedQuantity
from bnviz.lessons.moving_statistics.deep_kick import DeepKick, kick_summary
from bnviz.lessons.moving_statistics.descent import Descent, descent_summary
from bnviz.lessons.moving_statistics.shove_verdicts import what_the_shove_did, why_the_shove
from bnviz.lessons.moving_statistics.wandering import drift
from bnviz.styles import run_styles
from bnviz.ui.lessons.moving_statistics_kinks import INPUTS as CLOUD_INPUTS
from bnviz.ui.lessons.moving_statistics_kinks import START as CLOUD
from bnviz.ui.lessons.moving_statistics_kinks import kinks_scene
from bnviz.ui.lessons.moving_statistics_shove import INPUTS, SHOVED, START, shove_of, shove_scene
from bnviz.ui.live import live
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage
from bnviz.ui.page.story import Guess
from bnviz.ui.player import layer_table

_SHOVE, _KINKS = "moving_statistics_shove", "moving_statistics_kinks"


def shove_after_the_guess(settings: Settings, guess: Guess) -> None:
    """Shove the unit once the reader has guessed, unless a hand or a link has moved it already."""
    key = "moving_statistics_shoved"
    if guess.shown and not st.session_state.get(key):
        st.session_state[key] = True
        if st.session_state.get("moving_statistics_mean", 0.0) == START.mean and "mean" not in settings.asked:
            settings.take({"mean": SHOVED})


def draw_shove(settings: Settings, guess: Guess, seed: int) -> None:
    """Show the unit's inputs and outputs, and settle what the outputs do where the hand has left it."""
    # Once there is a guess the unit is shoved, so that this is where the page begins then.
    start = asdict(START) | ({"mean": SHOVED} if guess.shown else {})
    values = {name: settings.handle(_SHOVE, each, start[name]) for name, each in INPUTS.items()}
    live(
        shove_scene(seed, guess.number(verdicts.OUTPUT_ANSWERS)),
        key=_SHOVE,
        values=values,
        on_release=settings.take,
        held=not guess.shown,
    )
    shoved = shove_of(values)
    guess.settle(what_the_shove_did(shoved, seed), why_the_shove(shoved, seed))


def draw_kinks(settings: Settings, seed: int) -> None:
    """Show the cloud and the lines at which the units bend."""
    values = {each.name: settings.handle(_KINKS, each, CLOUD[each.name]) for each in CLOUD_INPUTS}
    live(kinks_scene(seed), key=_KINKS, values=values, on_release=settings.take)


def draw_drift(stage: Stage, experiment: Experiment) -> None:
    """Play γ, β, μ, σ and the output's moments, and say what the output did."""
    done = stage.show(experiment, view="layer", table=_means)
    if done is None or done.result is None or done.ending != "finished":
        return
    layers = drift(done.result)
    with stage.picture, prose():
        st.markdown(verdicts.output_verdict(layers, experiment.runs[1].eps))
        st.markdown(verdicts.drift_verdict(layers))


def _means(history: History) -> pd.DataFrame:
    """Means over the units of a layer."""
    return layer_table(history).round(4)


def draw_kicks(stage: Stage, task: DeepKick, kind: str, kicks: int) -> None:
    """Show what the kicks did to mean and spread of each unit above them."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    styles = run_styles(task.experiment)
    quantities: tuple[KickedQuantity, ...] = ("shift", "sd_ratio")
    with stage.picture:
        for column, quantity in zip(st.columns(2), quantities, strict=True):
            chart = charts.plot_kicked(done.result, styles, quantity=quantity, kind=kind, kicks=kicks, theme=theme())
            with column:
                figure(chart, f"moving_statistics_kicked_{quantity}")
        stage.show_caption()
        if done.ending != "finished":
            return
        summary = kick_summary(done.result, kind, kicks)
        labels = {run.norm: style.label for run, style in zip(task.experiment.runs, styles, strict=True)}
        st.table(verdicts.kick_table(summary, labels), width="content")
        with prose():
            st.markdown(verdicts.kick_verdict(summary, kind, kicks))
            st.markdown(verdicts.kick_loss_verdict(summary, kicks))


def draw_descent(stage: Stage, task: Descent) -> None:
    """Show the loss on one full batch, what the gradient foretold, and how often the loss rose."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    styles = run_styles(task.experiment)
    with stage.picture:
        left, right = st.columns(2)
        with left:
            figure(charts.plot_rises(done.result, styles, theme=theme()), "moving_statistics_rises")
        with right:
            figure(charts.plot_decrease(done.result, styles, theme=theme()), "moving_statistics_decrease")
        stage.show_caption()
        if done.ending != "finished":
            return
        summary = descent_summary(done.result)
        labels = {run.norm: style.label for run, style in zip(task.experiment.runs, styles, strict=True)}
        st.table(verdicts.descent_table(summary, labels), width="content")
        with prose():
            st.markdown(verdicts.rise_verdict(summary))
            st.markdown(verdicts.decrease_verdict(summary))
            st.markdown(verdicts.kept_verdict(summary))
            st.markdown(verdicts.every_network_verdict(summary))


def draw_agreement(stage: Stage, task: Agreement) -> None:
    """Show how well gradients of mini-batches agree with the full one, and say whether batch norm is behind."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    summary = agreement_summary(done.result)
    with stage.picture:
        figure(
            charts.plot_gradient_agreement(summary, run_styles(task.compared), theme=theme()),
            "moving_statistics_agreement",
        )
        stage.show_caption()
        if done.ending == "finished":
            with prose():
                st.markdown(agreement_verdict(summary))
