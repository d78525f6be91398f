"""The figures of the lesson on the two reparameterizations."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import streamlit as st

from bnviz.charts.graph import WIDTH, Graph, svg, words
from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations import charts, verdicts
from bnviz.lessons.two_reparameterizations.direction import TurnedWeights, compared, dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates, histogram, measured
from bnviz.lessons.two_reparameterizations.last_line import TURN, LastLine
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines
from bnviz.norms import NORMS
from bnviz.ui.lessons.two_reparameterizations_estimates import INPUTS as ARROWS
from bnviz.ui.lessons.two_reparameterizations_estimates import estimators
from bnviz.ui.lessons.two_reparameterizations_line import INPUTS, last_line
from bnviz.ui.live import live
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, theme
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import Stage
from bnviz.ui.page.story import Guess


def draw_graphs(*graphs: Graph) -> None:
    """Show computation graphs side by side, or one below the other where there is no room.

    Each stands under its title, grows with the size of text, and is never wider than its place.
    """
    style = f"width:{WIDTH / 16}rem;max-width:100%;height:auto;display:block"
    with st.container(horizontal=True, gap="large"):
        for graph in graphs:
            picture = b64encode(svg(graph, theme()).encode()).decode()
            with st.container(width="content"):
                st.markdown(f"**{graph.title}**")
                st.html(f'<img src="data:image/svg+xml;base64,{picture}" alt="{escape(words(graph))}" style="{style}">')


def draw_line(settings: Settings, seed: int, guess: Guess) -> None:
    """Show the live figure of the last line that both have, held before there is a guess, and with that."""
    key = "two_reparameterizations_line"
    values = {name: settings.handle(key, given, default) for name, (given, default) in INPUTS.items()}
    scene = last_line(seed, guess.number(verdicts.TURN_ANSWERS))
    live(scene, key=key, values=values, on_release=settings.take, held=not guess.shown)


def settle_the_turn(guess: Guess, seed: int) -> None:
    """Say what a turn of w does to the x̂ and the ε of the figure."""
    normalized, noise = LastLine(seed).moved_by_a_turn()
    guess.settle(verdicts.what_turning_did(normalized, noise), verdicts.why_turning(normalized, TURN))


def draw_arrows(settings: Settings, function: str, seed: int, *, held: bool) -> GradientEstimates:
    """Show what single draws say, no more than the draws while it is `held`, and return the task of many estimates."""
    key = "two_reparameterizations_arrows"
    values = {name: settings.handle(key, given, default) for name, (given, default) in ARROWS.items()}
    live(estimators(function, seed, shown=not held), key=key, values=values, on_release=settings.take, held=held)
    return GradientEstimates(function, values["mean"], values["sd"], int(values["samples"]), seed)


def draw_estimates(stage: Stage, task: GradientEstimates, guess: Guess) -> None:
    """Show what the two estimators gave, and settle the guess by theory, with what was measured."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return
    found, exact = measured(done.result), task.exact
    with stage.picture:
        figure(
            charts.plot_estimates(histogram(done.result), gradient=exact.gradient, theme=theme()),
            "two_reparameterizations_estimates",
        )
        if done.ending != "finished":
            return
        guess.settle(verdicts.which_spreads_more(exact.ratio), verdicts.why_it_spreads(found, exact, task.samples))
        with prose():
            st.markdown(verdicts.unbiased(found, exact, len(done.result)))


def draw_dependence(stage: Stage, task: TurnedWeights, angle: int, factor: float, again: bool) -> None:
    """Show x̂ and ε after a change of w against before."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return
    found = dependence(done.result, angle, factor, again)
    pairs = compared(done.result, angle, factor, again)
    blue = NORMS["batch"].color if theme() == "light" else NORMS["batch"].color_dark
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = charts.plot_compared(pairs, quantity="normalized", color=blue, theme=theme())
            figure(chart, "two_reparameterizations_normalized")
        with right:
            chart = charts.plot_compared(pairs, quantity="noise", color=PALETTES[theme()].classes[0], theme=theme())
            figure(chart, "two_reparameterizations_noise")
        with prose():
            st.markdown(verdicts.dependence_verdict(found, angle, factor, again))
            st.markdown(verdicts.leak_verdict(found))


def draw_right_angles(stage: Stage, task: RightAngles) -> None:
    """Say for which layers the gradient is at right angles to the weights."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    with stage.picture, prose():
        st.markdown(verdicts.right_angle_verdict(largest_cosines(done.result)))
