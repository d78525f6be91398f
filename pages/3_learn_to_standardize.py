"""Could γ and β learn it? Conditioning, drifting inputs, γ and β told to standardize, frozen and detached μ and σ."""

import streamlit as st

from bnviz.lessons.learn_to_standardize import conditioning, drift, frozen, self_standardizing, verdicts
from bnviz.lessons.learn_to_standardize.detached import Detached, DriftingBias
from bnviz.ui.lessons.learn_to_standardize import (
    draw_bias,
    draw_conditioning,
    draw_detached,
    draw_drift,
    draw_frozen,
    draw_told,
)
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.waiting import section


@section
def finding_once(settings: Settings, seed: int) -> None:
    """Move the inputs, and see what it takes γ and β to make up for it."""
    steps_guess = predict(
        "u has mean 0 and standard deviation 1. A unit is to put out 2u + ½, but receives x = 10 + u. How many steps "
        "of gradient descent does γx + β need to fit it? (From u itself one is enough.)",
        verdicts.STEPS_ANSWERS,
        "learn_to_standardize_steps",
    )

    st.header("Finding γ and β once")
    with st.container(horizontal=True):
        mean = settings.slider(
            "mean",
            "Mean m of the inputs",
            conditioning.MEANS,
            10.0,
            help="The inputs are x = m + s·u, where u has mean 0 and variance 1.",
        )
        spread = settings.slider(
            "spread",
            "Standard deviation s",
            conditioning.SPREADS,
            1.0,
            help="A spread far from 1 is a problem too, even with mean 0.",
        )
    conditioning_stage = reserve_figure(
        "learn_to_standardize_conditioning",
        (1090, 1700),
        "γx + β is fitted to 2u + ½ on 256 examples by full-batch gradient descent from γ = 1, β = 0, at the rate 1 "
        f"over the largest curvature, until ½·mean square error ≤ {conditioning.TOLERANCE:g}. Descents are given up "
        f"after {conditioning.CAP:,} steps. Look at whether the path runs straight to the lowest loss, or into a "
        "valley and then along its floor.",
    )
    with frame.prose():
        st.latex(r"H=\begin{pmatrix}m^2+s^2&m\\m&1\end{pmatrix}")
        st.latex(r"\kappa+2+\frac1\kappa=\frac{(m^2+s^2+1)^2}{s^2}")
        st.markdown(
            "κ, the condition number, is the largest curvature over the smallest. In each step the slow direction "
            "loses a share 1/κ of its length, so the number of steps grows like κ. Standardized inputs have κ = 1."
        )
    draw_conditioning(conditioning_stage, conditioning.Conditioning(seed), mean, spread, steps_guess)


@section
def finding_again(settings: Settings, seed: int) -> None:
    """Let the inputs drift, and see who keeps up."""
    st.header("Finding them again and again")
    with st.container(horizontal=True):
        kind = settings.choice(
            "drift",
            "The mean of the inputs",
            {"static": "stays (static)", "jump": "jumps", "ramp": "rises (ramp)", "sine": "swings (sine)"},
            "sine",
            help="How the mean m moves during the 600 steps.",
        )
        size = settings.slider(
            "size",
            "It moves by",
            drift.SIZES,
            4.0,
            help="In standard deviations of the inputs. Without effect when the mean stays.",
        )
    drift_guess = predict(
        "A unit learns 2u + ½ from x = m + u while the mean m moves as chosen. γx + β and batch norm each have "
        "their own best learning rate. Which has the lower loss over the second half?",
        verdicts.DRIFT_ANSWERS,
        "learn_to_standardize_drift",
    )
    drift_stage = reserve_figure(
        "learn_to_standardize_drift",
        (860, 1500),
        f"Batches of {drift.EXAMPLES}, plain gradient descent, the best of {len(drift.RATES)} rates from "
        f"{drift.RATES[0]:g} to {drift.RATES[-1]:g} for each. The dotted level on the left, ¾γ²/B, is the loss that is "
        "left by the noise of μ and σ: a mean of B examples is off by a variance of 1/B, a standard deviation by half "
        "of that. On the right, look at how far each β is from the dotted line of its own color.",
    )
    draw_drift(drift_stage, drift.Drift(size, seed), kind, drift_guess)


@section
def told(settings: Settings, seed: int) -> None:
    """Give γ and β a loss of their own that asks for standardization."""
    st.header("γ and β told to standardize")
    with frame.prose():
        st.markdown(
            "In a network, every layer's inputs move while the layers below learn. So let us ask for standardization "
            "outright: γ and β of every unit descend a loss of their own, while the weights learn the task."
        )
        st.latex(r"\tfrac12\left(\operatorname{mean}(y)^2+(\operatorname{sd}(y)-1)^2\right),\quad y=\gamma z+\beta")
    told_rate = settings.slider(
        "told_rate",
        "Rate of γ and β on their own loss",
        self_standardizing.RATES,
        0.01,
        help="The weights learn the task at rate 0.1 in all three networks.",
        width=420,
    )
    told_stage = reserve_figure(
        "learn_to_standardize_told",
        (1180, 1780),
        "Four hidden layers of 64 ReLUs on digits, batches of 64, 300 updates. Look at whether the curve of "
        "those that were told comes down, and what the loss below does meanwhile.",
    )
    draw_told(told_stage, self_standardizing.SelfStandardizing(told_rate, seed))


@section
def kept_forever(settings: Settings, seed: int) -> None:
    """Start standardized, and keep μ and σ of the first batch."""
    st.header("A perfect start, kept forever")
    with frame.prose():
        st.markdown(
            "What if γ and β need not learn anything, because μ and σ of the first batch are known? Then each layer "
            "starts standardized and is γx + β from then on."
        )
        st.latex(r"y=\gamma\,\frac{x-\mu_{B_0}}{\sqrt{\sigma_{B_0}^2+\varepsilon}}+\beta")
    frozen_rate = settings.slider(
        "frozen_rate",
        "Learning rate η",
        frozen.RATES,
        0.5,
        help="The same for all parameters of both networks.",
    )
    frozen_stage = reserve_figure(
        "learn_to_standardize_frozen",
        (720, 910),
        "Three hidden layers of 64 ReLUs on digits, batches of 64, 200 updates. Compare rate 0.5 with rate 0.1, where "
        "the order may be another one.",
    )
    draw_frozen(frozen_stage, frozen.frozen_experiment(frozen_rate, seed))


@section
def detached(settings: Settings, seed: int) -> None:
    """Leave μ and σ out of the gradient."""
    st.header("The gradient has to know μ and σ")
    with frame.prose():
        st.markdown(
            "Batch norm computes μ and σ in the forward pass, and its gradient takes into account that they depend on "
            "the weights. Suppose it did not. The smallest example has a bias b in front of a layer that subtracts "
            "the mean: b cancels, whatever it is."
        )
        st.latex(r"\hat x=(u+b)-\operatorname{mean}(u+b)")
    bias_stage = reserve_figure(
        "learn_to_standardize_bias",
        (540, 710),
        "Batch of 64, rate 0.1, a target that is 1 above the output, so that the gradient always asks for more.",
    )
    with frame.prose():
        st.markdown(
            "In a network, the gradient of batch norm has two terms for the paths through μ and through σ. Holding μ "
            "constant leaves out the first, holding σ constant the second."
        )
        st.latex(r"dx=\frac{\gamma}{\sqrt{\sigma^2+\varepsilon}}\,(dy-p_\mu-p_\sigma)")
        st.latex(r"p_\mu=\operatorname{mean}(dy)")
        st.latex(r"p_\sigma=\hat x\operatorname{mean}(dy\,\hat x)")
    held_guess = predict(
        "Four networks start as one, have the same forward pass, and differ in what their gradients leave out. Which "
        "does more harm?",
        verdicts.HELD_ANSWERS,
        "learn_to_standardize_held",
    )
    held_rate = settings.slider(
        "held_rate",
        "Learning rate η",
        (0.03, 0.1, 0.3, 1.0),
        0.1,
        help="The same for all parameters of the four networks.",
    )
    detached_stage = reserve_figure(
        "learn_to_standardize_detached",
        (720, 890),
        "Three hidden layers of 64 ReLUs on digits, batches of 64, 300 updates, plain gradient descent.",
    )
    draw_bias(bias_stage, DriftingBias(seed))
    draw_detached(detached_stage, Detached(held_rate, seed), held_guess)


with frame.page("pages/3_learn_to_standardize.py"):
    st.title("γ and β could standardize, but slowly, and over and over")
    with frame.prose():
        settings = Settings("learn_to_standardize")
        seed = settings.seed()
        st.markdown(
            "Move the inputs of a unit away from mean 0 and watch what it takes γ and β to make up for it. With "
            "γ = 1/σ and β = −μ/σ, γx + β does standardize: the belief that γ and β could do it is right about what "
            "can be *represented*. This page asks three other questions. How long does gradient descent take to find "
            "these values? What if μ and σ move meanwhile? And does anything in the loss ask for them?"
        )
    finding_once(settings, seed)
    finding_again(settings, seed)
    told(settings, seed)
    kept_forever(settings, seed)
    detached(settings, seed)

    with frame.prose():
        st.header("So: could γ and β learn it?")
        st.markdown(
            "They can represent it. Finding it by gradient descent is ill-conditioned when the inputs are far from "
            "standardized. What was found is out of date when the inputs move, and in a network they move because the "
            "layers below learn. And nothing in the loss of the task asks for it. Batch norm does not search: it "
            "computes μ and σ from each batch, passes the gradient through them, and leaves γ and β the task."
        )
    limit(
        "Inputs that stay put and are well scaled: there is nothing to make up for, γx + β is found in a few steps, "
        "and it has no noise from the batch, so it wins (choose the static mean above). The same goes for small or "
        "slow drifts and for a good start at a small learning rate. The step counts are those of plain gradient "
        "descent; methods that rescale directions, such as Newton's, do not see κ. The drift is that of one unit with "
        "inputs we move by hand, and the networks are small."
    )
    sources(
        "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp: why inputs should have mean 0 and equal spread, by the "
        "conditioning of the Hessian.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 2: the bias b, and statistics inside the gradient.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
