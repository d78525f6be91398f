"""The figures of the lesson on scale: each works on its task in its place, draws the result and says what it shows."""

from __future__ import annotations

import streamlit as st

from bnviz.charts.curves import plot_weights
from bnviz.experiment import Experiment, Run
from bnviz.lessons.scale_decoupling import charts, periodic_charts, periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.charts import ScaledQuantity
from bnviz.lessons.scale_decoupling.decay import RISING, DecayEquivalence, length_ratio
from bnviz.lessons.scale_decoupling.equilibrium import equilibrium
from bnviz.lessons.scale_decoupling.equivalence import equivalence, largest_difference
from bnviz.lessons.scale_decoupling.growth import growth, growth_summary
from bnviz.lessons.scale_decoupling.kick import kick_effect
from bnviz.lessons.scale_decoupling.periodic import DECAYED, EVERY, PeriodicTraining, periodic_summary, thinned
from bnviz.lessons.scale_decoupling.scale import NORMS, ScaleSweep, effect
from bnviz.styles import run_styles
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, numbers, settle, theme
from bnviz.ui.page.stage import Stage
from bnviz.words import bounded, short


def draw_scaled(stage: Stage, sweep: ScaleSweep, eps: float, factor: float, guess: str | None) -> None:
    """Show output and gradient of the layer against a, the numbers at one a, and settle the prediction."""
    done = stage.obtain(sweep)
    if done is None or done.result is None:
        return
    table = done.result
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    now, unscaled, at_ten, plain = (
        effect(table, norm, eps, at)
        for norm, at in (("batch", factor), ("batch", 1.0), ("batch", 10.0), ("none", factor))
    )
    quantities: tuple[ScaledQuantity, ...] = ("output_sd", "gradient_ratio", "relative_step_ratio")
    with stage.picture:
        *places, words = [*st.columns(2), *st.columns(2)]
        for place, quantity in zip(places, quantities, strict=True):
            chart = charts.plot_scaled(table, styles, quantity=quantity, eps=eps, scale=factor, theme=theme())
            with place:
                figure(chart, f"scale_decoupling_{quantity}")
        with words:
            st.table(verdicts.scale_table({styles[0].label: plain, styles[1].label: now}), width="content")
            st.markdown(verdicts.scale_verdict(now, unscaled, eps, factor))
            settle(guess, verdicts.what_the_gradient_did(at_ten), verdicts.why_the_gradient(at_ten, eps))
        stage.show_caption()


def draw_kick(stage: Stage, experiment: Experiment, guess: str | None) -> None:
    """Play the two trainings with the kick, and settle who went on."""
    done = stage.show(experiment)
    if done is None or done.result is None or done.ending != "finished":
        return
    effects, (kick,) = kick_effect(done.result), experiment.interventions
    with stage.picture:
        settle(guess, verdicts.what_the_kick_did(effects), verdicts.why_the_kick(effects, kick.factor))
        with prose():
            st.markdown(verdicts.evaluation_verdict(effects[effects["norm"] == "batch"].iloc[0]))


def draw_growth(stage: Stage, experiment: Experiment, step: int) -> None:
    """Show the triangle of one update for both networks, and the length over all updates."""
    done = stage.obtain(experiment)
    if done is None or done.result is None or len(done.result.steps) < 2:
        return
    table, styles = growth(done.result), run_styles(experiment)
    with stage.picture:
        with st.container(horizontal=True):
            for run in (1, 0):
                chart = charts.plot_path(table, styles, run=run, step=step, theme=theme())
                figure(chart, f"scale_decoupling_path{run}", width="content")
        figure(charts.plot_growth(table, styles, step=step, theme=theme()), "scale_decoupling_growth")
        stage.show_caption()
        if done.ending == "finished":
            with prose():
                for _, row in growth_summary(table).sort_values("run", ascending=False).iterrows():
                    st.markdown(verdicts.growth_verdict(row, styles[row["run"]].label.capitalize()))


def draw_equivalence(stage: Stage, experiment: Experiment, norm: str, factor: float) -> None:
    """Show the three training losses and say whether the first and the third coincide."""
    done = stage.obtain(experiment)
    if done is None or done.result is None:
        return
    table = equivalence(done.result)
    with stage.picture:
        figure(charts.plot_coinciding(table, run_styles(experiment), theme=theme()), "scale_decoupling_coinciding")
        stage.show_caption()
        if done.ending != "finished":
            return
        same_rate, scaled_rate = (largest_difference(table, run) for run in (1, 2))
        numbers(
            {
                "largest difference of loss, rate a²·η": bounded(scaled_rate),
                "largest difference of loss, rate η": bounded(same_rate),
            }
        )
        with prose():
            st.markdown(verdicts.equivalence_verdict(scaled_rate, norm, factor))


def draw_decay(stage: Stage, task: DecayEquivalence) -> None:
    """Show the losses with decay, without, and at the rising rate, and say whether first and third coincide."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    table = done.result
    with stage.picture:
        figure(charts.plot_coinciding(table, run_styles(task.experiment), theme=theme()), "scale_decoupling_decaying")
        stage.show_caption()
        if done.ending != "finished":
            return
        difference = largest_difference(table, RISING)
        numbers(
            {
                "largest difference of loss, rising rate": bounded(difference),
                "last rate, times η": short(task.last_rate_ratio),
                "‖W‖ without decay over with, measured": short(length_ratio(table), 4),
                "the same, by theory": short(task.length_ratio, 4),
            }
        )
        with prose():
            st.markdown(verdicts.decay_verdict(difference))


def draw_equilibrium(stage: Stage, experiment: Experiment) -> None:
    """Show ‖W‖ from three starts and say whether decay and gradient steps came into balance."""
    done = stage.obtain(experiment)
    if done is None or done.result is None:
        return
    history, styles = done.result, run_styles(experiment)
    with stage.picture:
        figure(plot_weights(history.weights(), styles, theme=theme()), "scale_decoupling_balance")
        stage.show_caption()
        if done.ending != "finished":
            return
        balance = equilibrium(history)
        shares = zip(styles, balance["share"], strict=True)
        numbers({f"‖W‖⁴ over the formula, {style.label}": f"{share:.2f}" for style, share in shares})
        with prose():
            st.markdown(verdicts.equilibrium_verdict(balance))


def draw_periodic(stage: Stage, task: PeriodicTraining, guess: str | None) -> None:
    """Show loss and ‖W‖ over thousands of steps, count the spikes and say what it takes to have them."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    drawn, styles = thinned(done.result), run_styles(task.experiment)
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = periodic_charts.plot_periodic(drawn, styles, quantity="loss", every=EVERY, theme=theme())
            figure(chart, "scale_decoupling_periodic_loss")
        with right:
            chart = periodic_charts.plot_periodic(drawn, styles, quantity="weight_norm", every=EVERY, theme=theme())
            figure(chart, "scale_decoupling_periodic_length")
        stage.show_caption()
        if done.ending != "finished":
            return
        summary = periodic_summary(done.result, task.lr)
        batch = summary[summary["run"] == DECAYED].iloc[0]
        counts = zip(styles, summary["spikes"], strict=True)
        numbers({f"spikes, {style.label}": f"{count}" for style, count in counts})
        with prose():
            st.markdown(periodic_verdicts.periodic_verdict(summary, task.lr))
        settle(guess, periodic_verdicts.what_the_loss_did(int(batch["spikes"])), periodic_verdicts.why_it_jumps(batch))
