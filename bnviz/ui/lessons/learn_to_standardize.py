"""The figures of the lesson on γ and β: each works on its task in its place, draws it and says what it shows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from bnviz.charts.curves import plot_loss
from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.learn_to_standardize import charts, held_verdicts, verdicts
from bnviz.lessons.learn_to_standardize.conditioning import Conditioning, curve, fit
from bnviz.lessons.learn_to_standardize.detached import Detached, DriftingBias
from bnviz.lessons.learn_to_standardize.drift import FLOOR, NORMS, Drift, drift_summary
from bnviz.lessons.learn_to_standardize.endings import endings
from bnviz.lessons.learn_to_standardize.frozen import SHORTER, frozen_result
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD, SelfStandardizing
from bnviz.styles import RunStyle, run_styles
from bnviz.ui.lessons.learn_to_standardize_bowls import INPUTS, bowls
from bnviz.ui.live import live
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage
from bnviz.ui.page.story import Guess

HERO = "learn_to_standardize_bowls"


def hero(settings: Settings, guess: Guess) -> None:
    """Show the live figure: held, and of standardized inputs, until there is a guess."""
    values = {name: settings.handle(HERO, given, default) for name, (given, default) in INPUTS.items()}
    if not guess.shown and "mean" not in settings.asked:
        values["mean"] = 0.0
    marked = verdicts.GUESSED.get(guess.said or "", 0)
    live(bowls(*_pair(), marked), key=HERO, values=values, on_release=settings.take, held=not guess.shown)


def draw_conditioning(stage: Stage, task: Conditioning) -> None:
    """Show the steps needed against the mean, by theory and by descents."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return
    table = done.result
    with stage.picture:
        chart = charts.plot_steps_needed(curve(table), mean=task.mean, style=_pair()[0], theme=theme())
        figure(chart, "learn_to_standardize_steps")
        with prose():
            now = fit(table, task.mean, task.spread)
            st.markdown(verdicts.conditioning_verdict(now, task.mean, task.spread))


def draw_drift(stage: Stage, task: Drift, drift: str) -> None:
    """Show losses and β for one drift, and the table of all four."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return
    chosen = done.result[done.result["drift"] == drift]
    summary = drift_summary(done.result)
    losses = summary[summary["drift"] == drift].set_index("norm")["loss"]
    styles = _pair()
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = plot_run_losses(
                chosen,
                styles,
                axis_title="½·mean squared error (log scale)",
                floor=FLOOR,
                floor_note="Dotted: what the noise of μ and σ costs batch norm.",
                theme=theme(),
            )
            figure(chart, "learn_to_standardize_drift_loss")
        with right:
            chart = charts.plot_tracked(
                chosen,
                styles,
                field="beta",
                target="needed",
                title="β, and the β that fits best",
                axis_title="β",
                note="Dotted, in the color of each: the β that fits it best now.",
                theme=theme(),
            )
            figure(chart, "learn_to_standardize_drift_beta")
        with prose():
            st.markdown(verdicts.drift_verdict(losses, drift, task.size, task.raw))
            st.markdown(verdicts.drift_table(summary))


def draw_told(stage: Stage, task: SelfStandardizing) -> None:
    """Show how near the units come to mean 0 and sd 1, and the losses of the task, with the control."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    table, styles = done.result, _self_styles(task)
    with stage.picture:
        _draw_errors(table[table["run"].isin([FREE, TOLD])], styles, "told")
        figure(plot_run_losses(table, styles, theme=theme()), "learn_to_standardize_told_loss")
        if done.ending != "finished":
            return
        ends = endings(table, task.steps)
        with prose():
            st.markdown(verdicts.told_verdict(ends, task.rate))
            st.markdown(verdicts.unforeseen_verdict(ends))


def draw_free(stage: Stage, task: SelfStandardizing) -> None:
    """Show the same of the network that only the task trains."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    table = done.result[done.result["run"].isin([FREE, COMPUTED])]
    styles = _self_styles(task)
    with stage.picture:
        _draw_errors(table[table["run"] == FREE], styles, "free")
        figure(plot_run_losses(table, styles, theme=theme()), "learn_to_standardize_free_loss")
        if done.ending != "finished":
            return
        with prose():
            st.markdown(verdicts.free_verdict(endings(done.result, task.steps)))


def draw_frozen(stage: Stage, experiment: Experiment) -> None:
    """Show the losses with frozen statistics, with batch norm and with shorter steps, and what they say."""
    done = stage.obtain(experiment, may_diverge=True)
    if done is None or done.result is None:
        return
    history = done.result
    styles = list(run_styles(experiment))
    styles[SHORTER] = replace(styles[SHORTER], dash=(2, 3))
    with stage.picture:
        chart = plot_loss(history.losses(), styles, status=history.status, theme=theme())
        figure(chart, "learn_to_standardize_frozen")
        if done.ending != "finished":
            return
        with prose():
            st.markdown(held_verdicts.frozen_verdict(frozen_result(history), experiment.runs[0].lr))


def draw_bias(stage: Stage, task: DriftingBias) -> None:
    """Show b by the true gradient and by the one that holds the mean constant."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    labels = {"batch": "true gradient", "batch_detached": "mean held constant"}
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm, label=label) for norm, label in labels.items())))
    with stage.picture:
        chart = charts.plot_tracked(done.result, styles, field="b", title="The bias b", axis_title="b", theme=theme())
        figure(chart, "learn_to_standardize_bias")
        with prose():
            st.markdown(held_verdicts.bias_verdict(done.result))


def draw_detached(stage: Stage, task: Detached) -> None:
    """Show the losses of the four gradients, and what each cost."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    with stage.picture:
        figure(
            plot_run_losses(done.result, run_styles(task.experiment), theme=theme()), "learn_to_standardize_detached"
        )
        if done.ending != "finished":
            return
        ends = endings(done.result, task.steps)
        with prose():
            st.markdown(held_verdicts.detached_verdict(ends, task.lr))
            st.markdown(held_verdicts.held_verdict(ends, task.lr))


def _pair() -> tuple[RunStyle, RunStyle]:
    affine, batch = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    return affine, batch


def _self_styles(task: SelfStandardizing) -> list[RunStyle]:
    styles = list(run_styles(task.experiment))
    # The other dashes of one color are hard to tell apart.
    styles[TOLD] = replace(styles[TOLD], dash=())
    return styles


def _draw_errors(table: pd.DataFrame, styles: list[RunStyle], name: str) -> None:
    left, right = st.columns(2)
    with left:
        chart = charts.plot_standardization_error(table, styles, field="mean_error", theme=theme())
        figure(chart, f"learn_to_standardize_{name}_mean")
    with right:
        chart = charts.plot_standardization_error(table, styles, field="std_error", theme=theme())
        figure(chart, f"learn_to_standardize_{name}_std")
