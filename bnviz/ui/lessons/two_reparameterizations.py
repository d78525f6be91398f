"""The figures of the lesson on the two reparameterizations."""

from __future__ import annotations

from base64 import b64encode
from html import escape

import streamlit as st

from bnviz.charts.graph import WIDTH, Graph, svg, words
from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations import charts, verdicts
from bnviz.lessons.two_reparameterizations.direction import Dependence, TurnedWeights, compared, dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates, Measured, histogram, measured
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines
from bnviz.norms import NORMS
from bnviz.ui.page.frame import prose
from bnviz.ui.page.lesson import figure, numbers, settle, theme
from bnviz.ui.page.stage import Stage
from bnviz.words import short

ASKED_ANGLE = 30  # degrees of the turn that the reader predicts


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


def draw_estimates(stage: Stage, task: GradientEstimates, guess: str | None) -> Measured | None:
    """Show what the two estimators gave, their variances in theory and measured, and settle the prediction."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.result.empty:
        return None
    found, exact = measured(done.result), task.exact
    with stage.picture:
        figure(
            charts.plot_estimates(histogram(done.result), gradient=exact.gradient, theme=theme()),
            "two_reparameterizations_estimates",
        )
        stage.show_caption()
        numbers(
            {
                "variance, score function": short(found.score),
                "the same, exact": short(exact.score / task.samples),
                "variance, pathwise": short(found.pathwise),
                "pathwise, exact": short(exact.pathwise / task.samples),
                "ratio": short(found.ratio),
                "ratio, exact": short(exact.ratio, 4),
            }
        )
        if done.ending != "finished":
            return None
        settle(guess, verdicts.which_spreads_more(found.ratio), verdicts.why_it_spreads(found, exact, task.samples))
        with prose():
            st.markdown(verdicts.unbiased(found, exact, len(done.result)))
    return found


def draw_dependence(
    stage: Stage, task: TurnedWeights, angle: int, factor: float, again: bool, guess: str | None
) -> Dependence | None:
    """Show x̂ and ε after a change of w against before, and settle what a turn does; returns the effect of that turn."""
    done = stage.obtain(task)
    if done is None or done.result is None or done.ending != "finished":
        return None
    found = dependence(done.result, angle, factor, again)
    pairs, asked = compared(done.result, angle, factor, again), dependence(done.result, ASKED_ANGLE, 1.0)
    blue = NORMS["batch"].color if theme() == "light" else NORMS["batch"].color_dark
    with stage.picture:
        left, right = st.columns(2)
        with left:
            chart = charts.plot_compared(pairs, quantity="normalized", color=blue, theme=theme())
            figure(chart, "two_reparameterizations_normalized")
        with right:
            chart = charts.plot_compared(pairs, quantity="noise", color=PALETTES[theme()].classes[0], theme=theme())
            figure(chart, "two_reparameterizations_noise")
        stage.show_caption()
        numbers(
            {
                "largest change of x̂": short(found.normalized_moved, 2),
                "largest change of ε": short(found.noise_moved, 2),
                "‖∂x̂/∂w‖": short(found.sensitivity),
                "‖∂x̂/∂w·w‖": short(found.along, 1),
                "∂ε/∂φ": "0",
            }
        )
        with prose():
            st.markdown(verdicts.dependence_verdict(found, angle, factor, again))
            st.markdown(verdicts.leak_verdict(found))
        settle(guess, verdicts.what_turning_did(asked), verdicts.why_turning(asked, ASKED_ANGLE))
    return asked


def draw_right_angles(stage: Stage, task: RightAngles) -> None:
    """Say for which layers the gradient is at right angles to the weights."""
    done = stage.obtain(task)
    if done is None or done.result is None:
        return
    cosines = largest_cosines(done.result)
    with stage.picture:
        labels = (("weight", "weight normalization"), ("batch", "batch norm"), ("none", "plain"))
        numbers({f"largest |cos|, {label}": short(cosines[norm], 2) for norm, label in labels})
        stage.show_caption()
        with prose():
            st.markdown(verdicts.right_angle_verdict(cosines))
