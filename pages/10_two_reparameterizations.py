"""Is it the VAE trick? The two computation graphs, two gradient estimators, and what x̂ and ε depend on."""

import streamlit as st

from bnviz.lessons.two_reparameterizations.direction import ANGLES, FACTORS, TurnedWeights
from bnviz.lessons.two_reparameterizations.gradient_estimates import WAVE, GradientEstimates
from bnviz.lessons.two_reparameterizations.graph_charts import BATCH_NORM, VAE, WEIGHT_NORM
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles
from bnviz.lessons.two_reparameterizations.verdicts import SPREAD_ANSWERS, TURN_ANSWERS, verdict
from bnviz.ui.lessons.two_reparameterizations import (
    ASKED_ANGLE,
    draw_dependence,
    draw_estimates,
    draw_graphs,
    draw_right_angles,
)
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure, reserve_line
from bnviz.ui.page.waiting import section


@section
def comparison(settings: Settings, seed: int) -> None:
    """Estimate a gradient twice, turn the weights, and say what the two tricks share."""
    st.header("What the trick is for: a gradient inside an expectation")
    with frame.prose():
        st.markdown(
            "A VAE must differentiate an average over random z with respect to the μ of their distribution. Two "
            "estimators do it from a sample. The score function multiplies the value f(z) by noise. The pathwise "
            "estimator writes z = μ + σε first, so that μ stands inside f, and differentiates there:"
        )
        st.latex(r"\frac{\partial}{\partial\mu}\,\mathrm{E}\,f(z)=\mathrm{E}\Bigl[f(z)\,\frac{z-\mu}{\sigma^2}\Bigr]")
        st.latex(r"\frac{\partial}{\partial\mu}\,\mathrm{E}\,f(z)=\mathrm{E}\bigl[f'(\mu+\sigma\varepsilon)\bigr]")
    spread_guess = predict(
        "Both are right on average. Of which do the estimates spread more (variance)?",
        SPREAD_ANSWERS,
        "two_reparameterizations_spread",
    )
    with st.container(horizontal=True):
        function = settings.choice(
            "function",
            "f(z)",
            {"square": "z²", "wave": f"sin({WAVE:g}z)"},
            "square",
            help="What is averaged: a smooth bowl, or a fast wave.",
        )
        mean = settings.slider(
            "mean",
            "μ",
            (0.0, 0.5, 1.0, 2.0, 3.0),
            2.0,
            help="Mean of z; the gradient is taken with respect to it.",
            width=220,
        )
        sd = settings.slider("sd", "σ", (0.1, 0.25, 0.5, 1.0, 2.0), 1.0, help="Standard deviation of z.", width=220)
        samples = settings.slider(
            "samples",
            "Draws per estimate",
            (1, 4, 16, 64),
            1,
            help="An estimate is the mean over this many draws.",
            width=220,
        )
    estimates = GradientEstimates(function, mean, sd, samples, seed)
    estimates_stage = reserve_figure(
        "two_reparameterizations_estimates",
        (720, 950),
        caption=(
            f"{estimates.estimates:,} estimates of each kind, made from the same draws. Look at the widths. For z² "
            "and one draw the variances are μ⁴/σ² + 14μ² + 15σ² and 4σ². Then choose the wave."
        ),
    )

    st.header("What is shared, and what is not")
    turn_guess = predict(
        f"The weights w of a batch-norm unit are turned by {ASKED_ANGLE}°, and the batch stays the same. In a VAE the "
        "weights of the encoder are turned likewise, with the same draw. What changes?",
        TURN_ANSWERS,
        "two_reparameterizations_turn",
    )
    with st.container(horizontal=True):
        angle = settings.slider(
            "angle", "Turn w by (degrees)", ANGLES, ASKED_ANGLE, help="In a plane with a random direction.", width=360
        )
        factor = settings.slider("factor", "Multiply w by", FACTORS, 1.0, help="The axis is logarithmic.")
        again = settings.toggle(
            "again", "Do it once more", help="The same batch goes through a second time, and ε is drawn a second time."
        )
    dependence_stage = reserve_figure(
        "two_reparameterizations_dependence",
        (720, 1270),
        caption=(
            "One unit with random weights on the full batch of 128 digits, 64-bit numbers; the small number in the "
            "root is 0. Look at which dots leave the dashed line."
        ),
    )
    with frame.prose():
        st.latex(r"\frac{\partial\hat x}{\partial w}\,w=0,\qquad\frac{\partial\varepsilon}{\partial\varphi}=0")

    st.header("The nearest relative: weight normalization")
    with frame.prose():
        st.markdown(
            "Salimans and Kingma split each weight vector into a length g and a direction v/‖v‖, and called that a "
            "reparameterization too. Like batch norm it takes the scale out of the weights, so its gradient is at "
            "right angles to v. Unlike batch norm it looks at no batch, and like batch norm it draws nothing."
        )
        st.latex(r"w=\frac{g}{\|v\|}\,v\;\Rightarrow\;v\cdot\frac{\partial L}{\partial v}=0")
    draw_graphs(WEIGHT_NORM)
    angles_stage = reserve_line(
        "two_reparameterizations_angles",
        (180, 320),
        caption=(
            "A layer of 64 ReLUs on 128 digits, at initialization, 64-bit numbers; the small number in the root is 0."
        ),
    )

    st.header("So, is it the same trick?")
    with frame.prose():
        verdict_place = st.container()
    found = draw_estimates(estimates_stage, estimates, spread_guess)
    turned = draw_dependence(dependence_stage, TurnedWeights(seed), angle, factor, again, turn_guess)
    draw_right_angles(angles_stage, RightAngles(seed))
    if found and turned:
        verdict_place.markdown(verdict(found.ratio, turned))


with frame.page("pages/10_two_reparameterizations.py"):
    st.title("Batch norm has the form of the VAE trick, and another purpose")
    with frame.prose():
        settings = Settings("two_reparameterizations")
        seed = settings.seed()
        st.markdown(
            "Compare the two graphs, let both estimators guess a gradient, then turn the weights and watch what moves. "
            "A comment under the question saw the likeness: a variational autoencoder writes a random z as "
            "μ + σ·ε, and batch norm writes y as β + γ·x̂. Is it the same trick?"
        )

    st.header("Two graphs, one last line")
    draw_graphs(VAE, BATCH_NORM)
    st.caption(
        "Look at the box above the last line. ε is drawn: no arrow comes back to it, and nothing in the graph leads to "
        "it. x̂ is computed: the gradient passes through it to w, by x itself and by μ and σ of the batch."
    )

    comparison(settings, seed)

    limit(
        "In mini-batches μ and σ of the batch do vary at random, so that x̂ of one example is noisy. But that noise is "
        "a side effect: nothing is differentiated through the choice of the batch. A small number above 0 in the root "
        "lets a little of the scale of w through. And the pathwise estimator needs an f that can be differentiated; "
        "for discrete choices the score function is what is left, usually with a baseline that lowers its variance "
        "and is left out here."
    )
    sources(
        "Kingma & Welling 2014, Auto-Encoding Variational Bayes, section 2.4: the reparameterization trick.",
        "Rezende, Mohamed & Wierstra 2014, Stochastic Backpropagation: gradients through random variables.",
        "Williams 1992, Simple Statistical Gradient-Following Algorithms: the score function estimator.",
        "Salimans & Kingma 2016, Weight Normalization, section 2.1: length, direction, and the right angle to v.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 3: the gradient through μ and σ of the batch.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
