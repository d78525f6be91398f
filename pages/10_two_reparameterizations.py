"""Is it the VAE trick? A die beside a batch, the two graphs, two gradient estimators, and what x̂ and ε depend on."""

import streamlit as st

from bnviz.lessons.two_reparameterizations.direction import ANGLES, FACTORS, TurnedWeights
from bnviz.lessons.two_reparameterizations.gradient_estimates import WAVE
from bnviz.lessons.two_reparameterizations.graph_charts import WEIGHT_NORM
from bnviz.lessons.two_reparameterizations.last_line import TURN
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles
from bnviz.lessons.two_reparameterizations.verdicts import SPREAD_ANSWERS, TURN_ANSWERS
from bnviz.ui.lessons.two_reparameterizations import (
    draw_arrows,
    draw_dependence,
    draw_estimates,
    draw_graphs,
    draw_line,
    draw_right_angles,
    settle_the_turn,
)
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure, reserve_line
from bnviz.ui.page.story import answer, ask, look_closer, title
from bnviz.ui.page.waiting import section

FILE, ROOM = "pages/10_two_reparameterizations.py", "two_reparameterizations"
SCENE = (
    "A variational autoencoder (VAE) writes a random z as σ·ε + m: its encoder gives m and σ, a die ε. Batch norm "
    "writes y as γ·x̂ + β. A reader of the question asked: is it the same trick?"
)
QUESTION = (
    f"Turn the weights w below batch norm by {TURN:g}°, for the same batch, and the encoder's, for the same roll of "
    "the die. What changes?"
)


@section
def hero(settings: Settings, seed: int) -> None:
    """Ask what a turn of the weights moves, and let it be turned."""
    guess = ask(SCENE, QUESTION, TURN_ANSWERS, ROOM)
    settle_the_turn(guess, seed)
    draw_line(settings, seed, guess)


def estimates(settings: Settings, seed: int) -> None:
    """Estimate a gradient twice."""
    with frame.prose():
        st.markdown(
            "For a gradient inside an expectation. A VAE must differentiate an average over random z with respect to "
            "the μ of their distribution. Two estimators do it from a sample. The score function multiplies the value "
            "f(z) by noise. The pathwise estimator writes z = μ + σε first, so that μ stands inside f, and "
            "differentiates there:"
        )
        st.latex(r"\frac{\partial}{\partial\mu}\,\mathrm{E}\,f(z)=\mathrm{E}\Bigl[f(z)\,\frac{z-\mu}{\sigma^2}\Bigr]")
        st.latex(r"\frac{\partial}{\partial\mu}\,\mathrm{E}\,f(z)=\mathrm{E}\bigl[f'(\mu+\sigma\varepsilon)\bigr]")
    guess = ask(
        "Both are right on average.",
        "Of which do the estimates spread more (variance)?",
        SPREAD_ANSWERS,
        f"{ROOM}_spread",
        gathered=False,
    )
    function = settings.choice(
        "function",
        "f(z)",
        {"square": "z²", "wave": f"sin({WAVE:g}z)"},
        "square",
        help="What is averaged: a smooth bowl, or a fast wave.",
    )
    task = draw_arrows(settings, function, seed, held=not guess.shown)
    if guess.shown:
        draw_estimates(reserve_figure("two_reparameterizations_estimates", (500, 700)), task, guess)


def dependence(settings: Settings, seed: int) -> None:
    """Turn and stretch the weights of a unit on real data, and do it once more."""
    with frame.prose():
        st.markdown(
            "One unit with random weights w on 128 handwritten digits; the small constant in the root is 0. On the "
            "dashed line stands what did not move."
        )
    with st.container(horizontal=True):
        angle = settings.slider(
            "angle", "Turn w by (degrees)", ANGLES, 30, help="In a plane with a random direction.", width=360
        )
        factor = settings.slider("factor", "Multiply w by", FACTORS, 1.0, help="The axis is logarithmic.")
        again = settings.toggle(
            "again", "Do it once more", help="The same batch goes through a second time, and ε is drawn a second time."
        )
    draw_dependence(
        reserve_figure("two_reparameterizations_dependence", (560, 1060)), TurnedWeights(seed), angle, factor, again
    )
    with frame.prose():
        st.latex(r"\frac{\partial\hat x}{\partial w}\,w=0,\qquad\frac{\partial\varepsilon}{\partial\varphi}=0")


def relative(seed: int) -> None:
    """Look at weight normalization."""
    with frame.prose():
        st.markdown(
            "Salimans and Kingma split each weight vector into a length g and a direction v/‖v‖, and called that a "
            "reparameterization too. Like batch norm it takes the scale out of the weights, so its gradient is at "
            "right angles to v. Unlike batch norm it looks at no batch, and like batch norm it draws nothing. Measured "
            "in a layer of 64 ReLUs on 128 digits, at initialization:"
        )
        st.latex(r"w=\frac{g}{\|v\|}\,v\;\Rightarrow\;v\cdot\frac{\partial L}{\partial v}=0")
    draw_graphs(WEIGHT_NORM)
    draw_right_angles(reserve_line("two_reparameterizations_angles", (60, 130)), RightAngles(seed))


@section
def folds(settings: Settings, seed: int) -> None:
    """Fold away what a closer look shows."""
    asked = settings.asked
    look_closer(
        "What is the trick for?",
        f"{ROOM}_estimates",
        lambda: estimates(settings, seed),
        asked=asked,
        controls=("function", "mean", "sd", "throw", "samples"),
    )
    look_closer(
        "Is it so with real weights and data?",
        f"{ROOM}_dependence",
        lambda: dependence(settings, seed),
        asked=asked,
        controls=("angle", "factor", "again"),
    )
    look_closer(
        "Which reparameterization is nearer to batch norm?", f"{ROOM}_relative", lambda: relative(seed), asked=asked
    )


with frame.page(FILE):
    title(FILE)
    settings = Settings(ROOM)
    seed = settings.seed()
    hero(settings, seed)
    answer(
        "No: the last line is the same, its purpose is not. The VAE's ε is drawn apart from all weights, so that the "
        "gradient comes back to the encoder by m and σ; x̂ is computed from the batch and follows the direction of w, "
        "so that the scale is left to γ alone.",
        "in mini-batches μ and σ of the batch vary at random, so x̂ of one example is noisy; that is a side effect. A "
        "small constant in the root lets a little of the scale of w through. And the VAE's trick needs a loss that "
        "can be differentiated.",
    )
    st.subheader("Look closer")
    folds(settings, seed)
    sources(
        "Kingma & Welling 2014, Auto-Encoding Variational Bayes, section 2.4: the reparameterization trick.",
        "Rezende, Mohamed & Wierstra 2014, Stochastic Backpropagation: gradients through random variables.",
        "Williams 1992, Simple Statistical Gradient-Following Algorithms: the score function estimator; it is what is "
        "left for discrete choices, usually with a baseline that lowers its variance and is left out here.",
        "Salimans & Kingma 2016, Weight Normalization, section 2.1: length, direction, and the right angle to v.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 3: the gradient through μ and σ of the batch.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
