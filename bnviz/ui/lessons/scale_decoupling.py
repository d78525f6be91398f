"""The figures of the lesson on scale: each works on its task in its place, draws the result and says what it shows."""

from __future__ import annotations

import streamlit as st

from bnviz.charts.curves import plot_weights
from bnviz.experiment import Experiment, Run
from bnviz.lessons.scale_decoupling import charts, periodic_charts, periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.charts import ScaledQuantity
from bnviz.lessons.scale_decoupling.decay import RISING, DecayEquivalence, length_ratio
from bnviz.lessons.scale_decoupling.equilibrium import Equilibrium, equilibrium
from bnviz.lessons.scale_decoupling.equilibrium import thinned as thinned_lengths
from bnviz.lessons.scale_decoupling.equivalence import equivalence, largest_difference
from bnviz.lessons.scale_decoupling.growth import growth, growth_summary
from bnviz.lessons.scale_decoupling.hand import FROM, TIMES, longer
from bnviz.lessons.scale_decoupling.kick import kick_effect
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics, at_once
from bnviz.lessons.scale_decoupling.periodic import DECAYED, EVERY, PeriodicTraining, periodic_summary, thinned
from bnviz.lessons.scale_decoupling.scale import NORMS, ScaleSweep, effect
from bnviz.styles import run_styles
from bnviz.ui.lessons.scale_decoupling_hand import INPUTS, hand
from bnviz.ui.lessons.scale_decoupling_settling import INPUTS as SETTLING
from bnviz.ui.lessons.scale_decoupling_settling import settling
from bnviz.ui.live import live
from bnviz.ui.page import story
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, settle, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage

HAND = "scale_decoupling_hand"


def lengthen_after_the_guess(settings: Settings, guess: story.Guess) -> None:
    """Make w ten times as long once the reader has guessed, unless a hand or a link has moved it already."""
    key = "scale_decoupling_lengthened"
    if guess.shown and not st.session_state.get(key):
        st.session_state[key] = True
        if st.session_state.get("scale_decoupling_w_length", FROM) == FROM and "w_length" not in settings.asked:
            settings.take({"w_length": TIMES * FROM})


def draw_hand(settings: Settings, seed: int, guess: story.Guess) -> None:
    """Show the planes with the hand of two weights, and settle what the gradient does when w gets ten times as long."""
    # Once there is a guess w is longer, so that this is where the page begins then.
    start = {name: default for name, (_, default) in INPUTS.items()}
    start |= {"w_length": TIMES * FROM} if guess.shown else {}
    values = {name: settings.handle(HAND, given, start[name]) for name, (given, _) in INPUTS.items()}
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    scene = hand(styles, seed, guess.number(verdicts.GRADIENT_ANSWERS))
    live(scene, key=HAND, values=values, on_release=settings.take, held=not guess.shown)
    plain, batch = longer(values["w_angle"], seed)
    guess.settle(verdicts.what_the_gradient_did(batch.gradient_ratio), verdicts.why_the_gradient(plain, batch))


def draw_scaled(stage: Stage, sweep: ScaleSweep, eps: float, factor: float) -> None:
    """Show output and gradient of the layer against a, and what they are at one a."""
    done = stage.obtain(sweep)
    if done is None or done.result is None:
        return
    table = done.result
    styles = run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in NORMS)))
    now, unscaled, plain = (
        effect(table, norm, eps, at) for norm, at in (("batch", factor), ("batch", 1.0), ("none", factor))
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
        stage.show_caption()


def draw_kick(
    stage: Stage, statistics: Stage, experiment: Experiment, control: KickStatistics, guess: str | None
) -> None:
    """Play the two trainings with the kick, settle who went on, and say what evaluation has to do with it."""
    done = stage.show(experiment)
    if done is None or done.result is None or done.ending != "finished":
        return
    effects, (kick,) = kick_effect(done.result), experiment.interventions
    with stage.picture:
        settle(guess, verdicts.what_the_kick_did(effects), verdicts.why_the_kick(effects, kick.factor))
    found = statistics.obtain(control)
    if found is None or found.result is None or found.ending != "finished":
        return
    with statistics.picture, prose():
        st.markdown(verdicts.evaluation_verdict(effects[effects["norm"] == "batch"].iloc[0], at_once(found.result)))


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
        with prose():
            st.markdown(verdicts.equivalence_verdict(scaled_rate, norm, factor, same_rate))


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
        with prose():
            st.markdown(
                verdicts.decay_verdict(
                    largest_difference(table, RISING), task.last_rate_ratio, length_ratio(table), task.length_ratio
                )
            )


def draw_settling(settings: Settings, seed: int) -> None:
    """Show the planes in which w settles where decay and gradient steps balance."""
    key = "scale_decoupling_settling"
    values = {name: settings.handle(key, given, default) for name, (given, default) in SETTLING.items()}
    with_decay, without = run_styles(Experiment(runs=(Run(norm="batch"), Run(norm="batch", label="no decay"))))
    live(settling((without, with_decay), seed), key=key, values=values, on_release=settings.take)


def draw_equilibrium(stage: Stage, task: Equilibrium) -> None:
    """Show ‖W‖ from three starts and say whether decay and gradient steps came into balance."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    with stage.picture:
        chart = plot_weights(thinned_lengths(done.result), run_styles(task.experiment), theme=theme())
        figure(chart, "scale_decoupling_balance")
        stage.show_caption()
        if done.ending == "finished":
            with prose():
                st.markdown(verdicts.equilibrium_verdict(equilibrium(done.result, task.steps)))


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
        with prose():
            st.markdown(periodic_verdicts.periodic_verdict(summary, task.lr))
        settle(guess, periodic_verdicts.what_the_loss_did(int(batch["spikes"])), periodic_verdicts.why_it_jumps(batch))
