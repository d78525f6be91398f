"""Scale leaves the weights: W times a, a kick in mid-training, the growth of ‖W‖, and the rate that counts."""

import streamlit as st

from bnviz.lessons.scale_decoupling import periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.decay import DecayEquivalence
from bnviz.lessons.scale_decoupling.equilibrium import equilibrium_experiment
from bnviz.lessons.scale_decoupling.equivalence import equivalence_experiment
from bnviz.lessons.scale_decoupling.growth import growth_experiment
from bnviz.lessons.scale_decoupling.kick import kick_experiment
from bnviz.lessons.scale_decoupling.periodic import RATES, PeriodicTraining
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES, ScaleSweep
from bnviz.ui.lessons.scale_decoupling import (
    draw_decay,
    draw_equilibrium,
    draw_equivalence,
    draw_growth,
    draw_kick,
    draw_periodic,
    draw_scaled,
)
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import ask_before, limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve, reserve_figure
from bnviz.ui.page.waiting import section


@section
def scaled(settings: Settings, seed: int) -> None:
    """Multiply W by a."""
    gradient_guess = predict(
        "The weights W of a batch-norm layer are multiplied by ten. What happens to their gradient ∂L/∂W?",
        verdicts.GRADIENT_ANSWERS,
        "scale_decoupling_gradient",
    )

    st.header("Multiply W by a")
    with st.container(horizontal=True):
        factor = settings.slider(
            "factor",
            "Factor a on W",
            SCALES,
            10.0,
            help="All weights of the layer are multiplied by this number; the axis is logarithmic.",
            width=420,
        )
        eps = settings.slider(
            "eps",
            "ε",
            EPSILONS,
            1e-5,
            help="The number added to the variance inside the root. PyTorch's default is 10⁻⁵.",
        )
    scaled_stage = reserve_figure(
        "scale_decoupling_scaled",
        (810, 1540),
        caption=(
            "One layer of 64 ReLUs on 128 digits, at initialization, in 64-bit numbers. Look at where the solid line "
            "of batch norm leaves the dotted one: there ε is no longer small beside the variance."
        ),
    )
    with frame.prose():
        st.latex(r"\mathrm{BN}(aWu)=\mathrm{BN}(Wu)")
        st.latex(r"\frac{\partial L}{\partial (aW)}=\frac1a\,\frac{\partial L}{\partial W}\qquad(\varepsilon=0)")
    draw_scaled(scaled_stage, ScaleSweep(seed=seed), eps, factor, gradient_guess)


@section
def kicked(settings: Settings, seed: int) -> None:
    """Multiply the weights in the middle of a training."""
    st.header("A kick in mid-training")
    kick_guess = predict(
        "Two networks of three ReLU layers have trained for 100 updates. Then all their hidden weights are multiplied. "
        "Which of them goes on training as if nothing had happened?",
        verdicts.KICK_ANSWERS,
        "scale_decoupling_kick",
    )
    kick_factor = settings.slider(
        "kick_factor",
        "Hidden weights times",
        (0.1, 0.5, 2.0, 10.0, 100.0),
        10.0,
        help="Applied once, to all hidden layers of both networks, after update 100.",
        width=420,
    )
    kick_stage = reserve(
        "scale_decoupling_kick",
        (1380, 1920),
        caption=(
            "Digits, batches of 64, rate 0.1, ε = 10⁻⁵. Look at the training loss when the step counter passes 100, "
            "and then at the test accuracy."
        ),
    )
    draw_kick(kick_stage, kick_experiment(kick_factor, seed), kick_guess)


@section
def growing(settings: Settings, seed: int) -> None:
    """Watch W grow by steps at right angles."""
    st.header("A step at right angles can only lengthen")
    with frame.prose():
        st.markdown(
            "If the length of W changes nothing, the loss is level along W, so its gradient g is at right angles to W. "
            "A step w′ = w − ηg of plain gradient descent then makes a right triangle: w and ηg are the short "
            "sides, w′ the long one."
        )
        st.latex(r"w\cdot g=0\;\Rightarrow\;\|w'\|^2=\|w\|^2+\eta^2\|g\|^2")
    with st.container(horizontal=True):
        init_scale = settings.slider(
            "init",
            "Initial weights times",
            (0.1, 0.2, 0.5, 1.0),
            0.2,
            help="1 is the usual initialization for ReLUs (He and others 2015). Shorter weights turn faster.",
        )
        rate = settings.slider(
            "rate",
            "Learning rate η",
            (0.03, 0.1, 0.3, 1.0),
            0.3,
            help="The same for all parameters.",
        )
        update = settings.slider(
            "update", "Update", range(1, 61), 5, help="Which of the 60 updates the triangles show.", format_func=str
        )
    growth_stage = reserve_figure(
        "scale_decoupling_growth",
        (1020, 1620),
        caption=(
            "W of one hidden layer of 64 ReLUs on digits, ε = 0, 64-bit numbers. The pictures show true lengths and "
            "true angles between one W and the next; where the turn leads in the other 4,094 dimensions is left out."
        ),
    )
    draw_growth(growth_stage, growth_experiment(init_scale, rate, seed), update - 1)


@section
def equal_rates(settings: Settings, seed: int) -> None:
    """Train longer weights with a larger rate."""
    st.header("Longer weights with a larger rate: the same training")
    with frame.prose():
        st.markdown(
            "The gradient shrinks by a while W grows by a, so an update turns W by 1/a² of the angle. Multiply the "
            "rate by a² and nothing is left of the difference. What a direction feels is the effective rate:"
        )
        st.latex(r"\eta_{\text{effective}}=\frac{\eta}{\|W\|^2}")
    with st.container(horizontal=True):
        equal_factor = settings.slider(
            "equal_factor",
            "Initial hidden weights times a",
            (0.001, 0.01, 0.1, 10.0, 100.0),
            10.0,
            help="The third run multiplies its rate for the hidden weights by a².",
        )
        network = settings.choice(
            "equal_norm",
            "Network",
            {"batch": "batch norm", "none": "plain"},
            "batch",
            help="The plain network is the control: its output depends on the scale of W.",
        )
        exact = settings.toggle(
            "exact",
            "ε = 0 and 64-bit numbers",
            help="Off: ε = 10⁻⁵ and 32-bit numbers, as networks are usually trained.",
        )
    equal_stage = reserve_figure(
        "scale_decoupling_equal",
        (610, 750),
        caption="Three hidden layers of 64 ReLUs on digits. Look at whether the dotted line stays on the broad one.",
    )
    draw_equivalence(equal_stage, equivalence_experiment(equal_factor, network, exact, seed), network, equal_factor)


@section
def decaying(settings: Settings, seed: int) -> None:
    """Replace weight decay by a rising rate."""
    st.header("Weight decay is a rising rate")
    with frame.prose():
        st.markdown(
            "Weight decay shortens W a little in every update. In front of batch norm that cannot simplify the "
            "function, since the length of W does not enter it. It raises the effective rate. Leave the decay out and "
            "let the rate of the hidden weights rise instead, and the training is the same:"
        )
        st.latex(r"\eta_t=\eta\,(1-\eta\lambda)^{-(2t+1)}")
    with st.container(horizontal=True):
        decay = settings.slider(
            "decay",
            "Weight decay λ",
            (0.01, 0.03, 0.1),
            0.03,
            help="Added to the gradient of the hidden weights as λ·W.",
        )
        decay_exact = settings.toggle(
            "decay_exact",
            "ε = 0 and 64-bit numbers",
            True,
            help="Off: ε = 10⁻⁵ and 32-bit numbers, as networks are usually trained.",
        )
    decay_stage = reserve_figure(
        "scale_decoupling_decay",
        (630, 860),
        caption="Three hidden layers of 64 ReLUs with batch norm on digits, η = 0.1, 300 updates.",
    )
    draw_decay(decay_stage, DecayEquivalence(decay, decay_exact, seed))


@section
def balance(settings: Settings, seed: int) -> None:
    """See where decay and gradient steps balance."""
    st.header("Where decay and gradient steps balance")
    with frame.prose():
        st.markdown(
            "Steps at right angles lengthen W, decay shortens it. While the gradients keep their size, the two come "
            "into balance at one length, wherever W started, and every update turns W by about √(2ηλ):"
        )
        st.latex(r"\|W\|^4=\frac{\eta}{2\lambda}\,\mathrm{E}\,\|\tilde g\|^2,\quad\tilde g=\|W\|\,g")
    noisy = settings.toggle(
        "noisy",
        "Replace 30 % of the training labels",
        True,
        help="Labels that cannot all be fitted keep the gradients from fading.",
    )
    balance_stage = reserve_figure(
        "scale_decoupling_balance",
        (560, 840),
        caption=(
            "One hidden layer of 64 ReLUs with batch norm on digits, η = 0.2, λ = 0.03, 2,000 updates. Look at "
            "whether the three lengths meet, and what happens to them afterwards."
        ),
    )
    draw_equilibrium(balance_stage, equilibrium_experiment(noisy, seed))


@section
def jumps(settings: Settings, seed: int) -> None:
    """And where they do not."""
    st.header("Where they do not balance: jumps")
    periodic_guess = predict(periodic_verdicts.QUESTION, periodic_verdicts.ANSWERS, "scale_decoupling_periodic")
    with st.container(horizontal=True):
        periodic_rate = settings.slider(
            "periodic_rate", "Learning rate η", RATES, 0.2, help="The same for all parameters of all three networks."
        )
        hidden_only = settings.toggle(
            "hidden_only",
            "Decay the hidden weights only",
            help="Off: the weights of the output layer decay as well.",
        )
    periodic_task = PeriodicTraining(periodic_rate, hidden_only, seed)
    periodic_stage = None
    if ask_before(
        "scale_decoupling_periodic",
        "Train three networks for 3,000 steps",
        "Full batches of 400 digits: about as much work as all experiments above together.",
    ):
        periodic_stage = reserve_figure(
            "scale_decoupling_periodic",
            (740, 1450),
            caption=(
                f"Two hidden layers of 32 ReLUs, λ = 0.01 where there is decay. {periodic_verdicts.DEFINITION} "
                "Look at what the length of W does before each dot and after it."
            ),
        )
    if periodic_stage:
        draw_periodic(periodic_stage, periodic_task, periodic_guess)


with frame.page("pages/6_scale_decoupling.py"):
    st.title("Under batch norm, the size of the weights sets nothing but the pace")
    with frame.prose():
        settings = Settings("scale_decoupling")
        seed = settings.seed()
        st.markdown(
            "Make the weights of a layer larger or smaller and watch what notices it. In a plain layer y = Wu + β, W "
            "sets the size of the output. In y = γ·(Wu − μ)/√(σ² + ε) + β the factor cancels, and the size of the "
            "output is left to γ alone. W keeps a direction, and its length decides how fast that direction turns."
        )
        st.markdown(
            "Of the question, this serves “isn't it redundant?” and “why not γx + β?”: it shows what the other "
            "coordinates are good for."
        )
    scaled(settings, seed)
    kicked(settings, seed)
    growing(settings, seed)
    equal_rates(settings, seed)
    decaying(settings, seed)
    balance(settings, seed)
    jumps(settings, seed)

    limit(
        "ε: shrink W until the variance of Wu is as small as ε, and the invariance is gone. Evaluation: the running "
        "averages follow a change of scale with a delay. The length of W still sets the pace, so a bad scale is a bad "
        "rate in disguise. The growth by Pythagoras needs plain gradient descent: momentum and Adam add up older "
        "gradients, which are not at right angles to today's W, and weight decay shortens W. The output layer is not "
        "followed by batch norm, and none of this holds for its weights."
    )
    sources(
        "Ioffe & Szegedy 2015, Batch Normalization, section 3.3: same output, and the gradient divided by a.",
        "Salimans & Kingma 2016, Weight Normalization, section 2.1: a gradient at right angles to w, and ‖w‖ grows.",
        "van Laarhoven 2017, L2 Regularization versus Batch and Weight Normalization: the effective rate η/‖w‖².",
        "Hoffer, Banner, Golan & Soudry 2018, Norm matters: the effective step size.",
        "Li & Arora 2019, An Exponential Learning Rate Schedule for Deep Learning: decay as a rising rate.",
        "Wan, Zhu, Zhang & Sun 2020, Spherical Motion Dynamics: the equilibrium of decay and gradient steps.",
        "Kosson, Messmer & Jaggi 2023, Rotational Equilibrium: the same for other optimizers.",
        "Lobacheva, Kodryan, Chirkova, Malinin & Vetrov 2021, On the Periodic Behavior of Neural Network Training "
        "with Batch Normalization and Weight Decay: jumps that return.",
        "Arora, Li & Lyu 2019, Theoretical Analysis of Auto Rate-Tuning by Batch Normalization: growth as a safeguard.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
