"""The figures of the lesson on one function in several coordinates: each draws its result and says what it shows."""

from __future__ import annotations

import streamlit as st

from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.same_functions import charts, verdicts
from bnviz.lessons.same_functions.fixed_scale import OTHER_RATE, SAME_RATE, FixedScale, difference
from bnviz.lessons.same_functions.folding import Folding, folding_summary
from bnviz.lessons.same_functions.identity import ScaleIdentity, found
from bnviz.lessons.same_functions.parting import Parting, endings, split
from bnviz.lessons.same_functions.plane import NORMS, Walks, state, walked
from bnviz.styles import RunStyle, run_styles
from bnviz.ui.lessons.same_functions_fold import INPUTS as INPUTS_OF_FOLDING
from bnviz.ui.lessons.same_functions_fold import folding, outputs
from bnviz.ui.lessons.same_functions_planes import INPUTS, planes
from bnviz.ui.live import live
from bnviz.ui.page import story
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage

BARS = "same_functions_bars"


def draw_hero(settings: Settings, stage: Stage, task: Folding, guess: story.Guess) -> None:
    """Show batch norm folded into W and the outputs of a test example, and settle how many answers changed."""
    values = {name: settings.handle(BARS, given, default) for name, (given, default) in INPUTS_OF_FOLDING.items()}
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    with stage.picture:
        scene = folding(done.result, _styles("batch", "none"), len(task.experiment.widths))
        live(
            scene,
            key=BARS,
            values=values,
            on_release=settings.take,
            family=outputs(done.result),
            held=not guess.shown,
        )
    if done.ending == "finished":
        batch = folding_summary(done.result).iloc[0]
        guess.settle(verdicts.what_folding_did(batch), verdicts.why_folding_in_short(batch))


def draw_folding(stage: Stage, task: Folding, example: int) -> None:
    """Show all outputs of the network and of its folded twin, and by how much they differ."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    table, styles = done.result, _styles("batch", "none")
    of_batch = table[table["norm"] == "batch"]
    with stage.picture:
        left, right = st.columns(2)
        with left:
            figure(charts.plot_answer(of_batch, styles, example=example, theme=theme()), "same_functions_answer")
        with right:
            figure(charts.plot_agreement(of_batch, styles, example=example, theme=theme()), "same_functions_agreement")
        stage.show_caption()
        if done.ending != "finished":
            return
        batch, affine = (row for _, row in folding_summary(table).iterrows())
        with prose():
            st.markdown(verdicts.why_folding(batch))
            st.markdown(verdicts.redundancy_verdict(batch, affine))
            st.markdown(verdicts.mode_verdict(batch))


def draw_scale(stage: Stage, task: FixedScale) -> None:
    """Show γx + β with a fixed γ between two plain networks, and which of the two it is."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    table = done.result
    with stage.picture:
        styles = run_styles(task.experiment)
        figure(plot_run_losses(table, styles, broad=OTHER_RATE, theme=theme()), "same_functions_scale_loss")
        stage.show_caption()
        if done.ending != "finished":
            return
        same, other = difference(table, SAME_RATE), difference(table, OTHER_RATE)
        with prose():
            st.markdown(verdicts.fixed_scale_verdict(same, other, task.scale))


def draw_parting(stage: Stage, task: Parting, guess: story.Guess) -> None:
    """Show how the three networks part and what each walk reached, and settle when they parted."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    table, styles = done.result, run_styles(task.experiment)
    with stage.picture:
        left, right = st.columns(2)
        with left:
            figure(
                charts.plot_parting(table, styles, quantity="difference", theme=theme()), "same_functions_difference"
            )
        with right:
            figure(charts.plot_parting(table, styles, quantity="loss", theme=theme()), "same_functions_loss")
        stage.show_caption()
        if done.ending != "finished":
            return
        parted, ends = split(table), endings(table, task.steps)
        guess.settle(verdicts.what_parted(parted), verdicts.why_parted(parted))
        with prose():
            names = [style.label for style in styles]
            st.markdown(verdicts.walks_verdict(ends, names))


def draw_identity(stage: Stage, task: ScaleIdentity, eps: float) -> None:
    """Show w·∂L/∂w against γ·∂L/∂γ, and what the next update does to the lengths."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    table, styles = done.result, _styles("affine", "batch")
    affine, batch, exact = found(table, "affine"), found(table, "batch", eps), found(table, "batch", 0.0)
    with stage.picture:
        left, right = st.columns(2)
    with left:
        figure(charts.plot_identity(table, styles, eps=eps, theme=theme()), "same_functions_identity")
        stage.show_caption()
    if done.ending != "finished":
        return
    with right, prose():
        st.markdown(verdicts.identity_verdict(affine, batch, eps))
        st.markdown(verdicts.change_verdict(affine, exact))


def draw_planes(settings: Settings, seed: int) -> None:
    """Show the live planes, and what the rays and the walks are that the hand left."""
    key = "same_functions_planes"
    values = {name: settings.handle(key, given, default) for name, (given, default) in INPUTS.items()}
    live(planes(_styles(*NORMS), NORMS, seed), key=key, values=values, on_release=settings.take)
    table = walked(Walks(values["length"], values["angle"], values["plane_rate"], seed))
    plain, batch = (state(table, norm, int(values["update"])) for norm in NORMS)
    with prose():
        st.markdown(verdicts.ray_verdict(plain, batch))
        for norm, now, name in (("none", plain, "The plain w"), ("batch", batch, "With batch norm w")):
            st.markdown(verdicts.walk_verdict(state(table, norm, 0), now, name))


def _styles(*norms: str) -> tuple[RunStyle, ...]:
    return run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in norms)))
