"""The figures of the lesson on moving statistics: each works on its task in its place and says what it shows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bnviz.experiment import Experiment
from bnviz.history import History
from bnviz.lessons.moving_statistics import charts, verdicts
from bnviz.lessons.moving_statistics.agreement import Agreement, agreement_summary
from bnviz.lessons.moving_statistics.charts import KickedQuantity
from bnviz.lessons.moving_statistics.deep_kick import DeepKick, kick_summary
from bnviz.lessons.moving_statistics.descent import Descent, descent_summary
from bnviz.lessons.moving_statistics.wandering import drift
from bnviz.styles import run_styles
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, numbers, settle, theme
from bnviz.ui.page.stage import Stage
from bnviz.ui.player import layer_table
from bnviz.words import short


def draw_drift(stage: Stage, experiment: Experiment, guess: str | None) -> None:
    """Play γ, β, μ, σ and the output's moments, and settle what the output did."""
    done = stage.show(experiment, view="layer", table=_means)
    if done is None or done.result is None or done.ending != "finished":
        return
    with stage.picture:
        layers = drift(done.result)
        deepest = layers[layers["layer"] == layers["layer"].max()]
        affine, batch = (verdicts.row_of(deepest, norm) for norm in ("affine", "batch"))
        worst = layers[layers["norm"] == "batch"]
        numbers(
            {
                "μ moved, γx + β": f"{short(affine['mean_move'])} σ",
                "mean of y moved, γx + β": f"{short(affine['output_mean_move'])} sd",
                "μ moved, batch norm": f"{short(batch['mean_move'])} σ",
                "mean of y moved, batch norm": f"{short(batch['output_mean_move'])} sd",
                "largest |mean of y − β|": short(worst["mean_gap"].max(), 2),
                "largest |sd of y − |γ||": short(worst["sd_gap"].max(), 2),
            }
        )
        settle(guess, verdicts.what_the_output_did(layers), verdicts.why_the_output(layers, experiment.runs[1].eps))
        with prose():
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


def draw_descent(stage: Stage, task: Descent, guess: str | None) -> None:
    """Show the loss on one full batch and what the gradient foretold, and settle how often the loss rose."""
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
        settle(guess, verdicts.what_the_loss_did(summary), verdicts.why_the_loss(summary))
        with prose():
            st.markdown(verdicts.decrease_verdict(summary))
            st.subheader("What if the next step kept this step's μ and σ?")
            st.markdown("How far means move in one update of this run, mean over all updates and units:")
        numbers(verdicts.kept_numbers(summary))
        with prose():
            st.markdown(verdicts.kept_verdict(summary))


def draw_agreement(stage: Stage, task: Agreement) -> None:
    """Show how well gradients of mini-batches agree with the full one, and say whether batch norm is behind."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    summary = agreement_summary(done.result)
    with stage.picture:
        figure(
            charts.plot_gradient_agreement(summary, run_styles(task.experiment), theme=theme()),
            "moving_statistics_agreement",
        )
        stage.show_caption()
        if done.ending == "finished":
            with prose():
                st.markdown(verdicts.agreement_verdict(summary))
