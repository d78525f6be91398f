"""The figures of the lesson on γ and β: each works on its task in its place, draws it and says what it shows."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, isnan

import pandas as pd
import streamlit as st

from bnviz.charts.curves import plot_loss
from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.learn_to_standardize import charts, verdicts
from bnviz.lessons.learn_to_standardize.conditioning import Conditioning, contours, curve, fit
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TRUE, Detached, DriftingBias
from bnviz.lessons.learn_to_standardize.drift import FLOOR, NORMS, Drift, drift_summary
from bnviz.lessons.learn_to_standardize.endings import ending, endings
from bnviz.lessons.learn_to_standardize.frozen import frozen_result
from bnviz.lessons.learn_to_standardize.self_standardizing import TOLD, SelfStandardizing
from bnviz.styles import run_styles
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, numbers, settle, theme
from bnviz.ui.page.stage import Stage
from bnviz.words import short

TINY = 1e-9  # below this a number is rounding, and its digits mean nothing
_HELD = {"true gradient": TRUE, "σ held": STD_HELD, "μ held": MEAN_HELD, "both held": BOTH_HELD}


def draw_conditioning(stage: Stage, task: Conditioning, mean: float, spread: float, guess: str | None) -> None:
    """Show the descent on raw and on standardized inputs, and the steps needed against the mean."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return
    table = done.result
    raw, standardized = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    now, easy, at_ten = fit(table, mean, spread), fit(table, 0.0, 1.0), fit(table, 10.0, 1.0)
    with stage.picture:
        left, right = st.columns(2)
        for place, style, title, (m, s) in (
            (left, raw, "Inputs as they are", (mean, spread)),
            (right, standardized, "Inputs standardized", (0.0, 1.0)),
        ):
            path = table[(table["mean"] == m) & (table["spread"] == s)]
            with place:
                chart = charts.plot_descent(path, contours(m, s), title=title, style=style, theme=theme())
                figure(chart, f"learn_to_standardize_descent{int(style is raw)}")
        stage.show_caption()
        numbers(
            {
                "κ, from the examples": _count(now.condition),
                "κ, by the formula": _count(now.condition_in_theory),
                "steps, measured": _count(now.steps),
                "steps, by theory": _count(now.steps_in_theory),
                "steps, standardized": _count(easy.steps),
            }
        )
        chart = charts.plot_steps_needed(curve(table, spread), mean=mean, style=raw, theme=theme())
        figure(chart, "learn_to_standardize_steps")
        with prose():
            st.markdown(verdicts.conditioning_verdict(now, mean, spread))
        settle(guess, verdicts.what_it_needed(at_ten), verdicts.why_it_needed(at_ten, easy))


def draw_drift(stage: Stage, task: Drift, drift: str, guess: str | None) -> None:
    """Show losses and β for one drift, and the table of all four."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return
    chosen = done.result[done.result["drift"] == drift]
    summary = drift_summary(done.result)
    losses = summary[summary["drift"] == drift].set_index("norm")["loss"]
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = plot_run_losses(
                chosen, styles, axis_title="½·mean square error (log scale)", floor=FLOOR, theme=theme()
            )
            figure(chart, "learn_to_standardize_drift_loss")
        with right:
            chart = charts.plot_tracked(
                chosen,
                styles,
                field="beta",
                target="needed",
                title="β, and the β that fits best",
                axis_title="β (no unit)",
                note="Dotted, in the color of each: the β that fits it best now.",
                theme=theme(),
            )
            figure(chart, "learn_to_standardize_drift_beta")
        stage.show_caption()
        numbers(
            {
                "loss, γx + β": short(losses["affine"]),
                "loss, batch norm": short(losses["batch"]),
                "noise of a batch, ¾γ²/B": short(FLOOR),
            }
        )
        settle(guess, verdicts.who_won(losses), verdicts.why_drift(losses, drift, task.size))
        with prose():
            st.markdown(f"All four, with inputs that move by {short(task.size)}; losses over the second half:")
            st.markdown(verdicts.drift_table(summary))


def draw_told(stage: Stage, task: SelfStandardizing) -> None:
    """Show how near the units come to mean 0 and sd 1, and the losses of the task."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    table, styles = done.result, list(run_styles(task.experiment))
    # The other dashes of one color are hard to tell apart.
    styles[TOLD] = replace(styles[TOLD], dash=())
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = charts.plot_standardization_error(table, styles, field="mean_error", theme=theme())
            figure(chart, "learn_to_standardize_told_mean")
        with right:
            chart = charts.plot_standardization_error(table, styles, field="std_error", theme=theme())
            figure(chart, "learn_to_standardize_told_std")
        figure(plot_run_losses(table, styles, theme=theme()), "learn_to_standardize_told_loss")
        stage.show_caption()
        if done.ending != "finished":
            return
        ends = endings(table, task.steps)
        with prose():
            st.markdown(verdicts.told_verdict(ends, task.rate))
            st.markdown(verdicts.free_verdict(ends))


def draw_frozen(stage: Stage, experiment: Experiment) -> None:
    """Show the losses with frozen statistics and with batch norm, and which of the two came out better."""
    done = stage.obtain(experiment)
    if done is None or done.result is None:
        return
    history = done.result
    with stage.picture:
        chart = plot_loss(history.losses(), run_styles(experiment), status=history.status, theme=theme())
        figure(chart, "learn_to_standardize_frozen")
        stage.show_caption()
        if done.ending != "finished":
            return
        result = frozen_result(history)
        numbers(
            {
                f"{what}, {name}": text
                for (_, row), name in zip(result.iterrows(), ("frozen", "batch norm"), strict=True)
                for what, text in (("training loss", _loss(row)), ("test accuracy", _accuracy(row)))
            }
        )
        with prose():
            st.markdown(verdicts.frozen_verdict(result, experiment.runs[0].lr))


def draw_bias(stage: Stage, task: DriftingBias) -> None:
    """Show b by the true gradient and by the one that holds the mean constant."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    labels = {"batch": "true gradient", "batch_detached": "mean held constant"}
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm, label=label) for norm, label in labels.items())))
    with stage.picture:
        chart = charts.plot_tracked(
            done.result, styles, field="b", title="The bias b", axis_title="b (no unit)", theme=theme()
        )
        figure(chart, "learn_to_standardize_bias")
        stage.show_caption()
        last = done.result.groupby("run").tail(1).set_index("run")
        numbers(
            {
                f"{what}, {style.label}": short(last[field][run], 1 if abs(last[field][run]) < TINY else 3)
                for what, field in (("last b", "b"), ("last loss", "loss"))
                for run, style in enumerate(styles)
            }
        )
        with prose():
            st.markdown(verdicts.bias_verdict(done.result))


def draw_detached(stage: Stage, task: Detached, guess: str | None) -> None:
    """Show the losses of the four gradients, and settle which statistic matters more."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    with stage.picture:
        figure(
            plot_run_losses(done.result, run_styles(task.experiment), theme=theme()), "learn_to_standardize_detached"
        )
        stage.show_caption()
        if done.ending != "finished":
            return
        ends = endings(done.result, task.steps)
        numbers({f"test accuracy, {name}": _accuracy(ending(ends, run)) for name, run in _HELD.items()})
        settle(guess, verdicts.what_hurt_more(ends), verdicts.why_it_hurt(ends))
        with prose():
            st.markdown(verdicts.detached_verdict(ends))


def _loss(row: pd.Series) -> str:
    return short(row["loss"]) if isfinite(row["loss"]) else "diverged"


def _accuracy(row: pd.Series) -> str:
    return f"{row['accuracy']:.3f}" if not isnan(row["accuracy"]) else "diverged"


def _count(number: float) -> str:
    if isnan(number):
        return "given up"
    return f"{number:,.0f}" if number >= 1000 else short(number, 4)
