"""Scale leaves the weights: a hand of two weights, W times a, a kick, growth, the rate that counts, and decay."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.lessons.scale_decoupling import periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.decay import DecayEquivalence
from bnviz.lessons.scale_decoupling.equilibrium import Equilibrium
from bnviz.lessons.scale_decoupling.equivalence import equivalence_experiment
from bnviz.lessons.scale_decoupling.growth import growth_experiment
from bnviz.lessons.scale_decoupling.kick import kick_experiment
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics
from bnviz.lessons.scale_decoupling.periodic import RATES, PeriodicTraining
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES, ScaleSweep
from bnviz.ui.lessons.scale_decoupling import (
    draw_decay,
    draw_equilibrium,
    draw_equivalence,
    draw_growth,
    draw_hand,
    draw_kick,
    draw_periodic,
    draw_scaled,
    draw_settling,
    lengthen_after_the_guess,
)
from bnviz.ui.lessons.scale_decoupling_settling import INPUTS as SETTLING
from bnviz.ui.page import frame, story
from bnviz.ui.page.lesson import ask_before, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve, reserve_figure, reserve_line
from bnviz.ui.page.waiting import section

FILE = "pages/6_scale_decoupling.py"


@section
def hero(settings: Settings, seed: int) -> None:
    """Ask what the gradient does when w gets ten times as long, and show it in two planes."""
    guess = story.ask(
        "A unit with two inputs u and two weights w: plain, and with batch norm, which divides w·u by its spread. Each "
        "point is a w; the stronger its shade, the larger its loss. The arrow shows where the gradient sends w.",
        "Batch norm's w is made ten times as long. What happens to its gradient ∂L/∂w?",
        verdicts.GRADIENT_ANSWERS,
        "scale_decoupling_gradient",
    )
    lengthen_after_the_guess(settings, guess)
    draw_hand(settings, seed, guess)


def scaled(settings: Settings, seed: int) -> None:
    """Multiply W by a."""
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
    draw_scaled(scaled_stage, ScaleSweep(seed=seed), eps, factor)


def kicked(settings: Settings, seed: int) -> None:
    """Multiply the weights in the middle of a training."""
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
    statistics_stage = reserve_line("scale_decoupling_kick_statistics", (110, 250))
    draw_kick(
        kick_stage,
        statistics_stage,
        kick_experiment(kick_factor, seed),
        KickStatistics(kick_factor, seed),
        kick_guess,
    )


def growing(settings: Settings, seed: int) -> None:
    """Watch W grow by steps at right angles."""
    with frame.prose():
        st.markdown(
            "If the length of W changes nothing, the loss is the same all along W, so its gradient g is at right "
            "angles to W. With W written as one long list w, a step w′ = w − ηg of gradient descent makes a right "
            "triangle: w and ηg are the short sides, w′ the long one. Steps with momentum or of Adam stand at other "
            "angles. Plain weights may grow as well; what they lack is the right angle."
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


def equal_rates(settings: Settings, seed: int) -> None:
    """Train longer weights with a larger rate."""
    with frame.prose():
        st.markdown(
            "With W a times as long the gradient is 1/a as long, so an update turns W 1/a² as far. Multiply the rate "
            "by a² and nothing is left of the difference. With plain gradient descent the effective rate sets how far "
            "an update turns W (with Adam, a times the rate is enough):"
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


def decaying(settings: Settings, seed: int) -> None:
    """Replace weight decay by a rising rate."""
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


def balance(settings: Settings, seed: int) -> None:
    """See where decay and gradient steps balance."""
    with frame.prose():
        st.markdown(
            "Steps at right angles lengthen W, decay shortens it. While the gradients, measured at length 1 (g̃), keep "
            "their size, the two come into balance at one length, wherever W started, and every update turns W by "
            "about √(2ηλ) (radians). E is the mean over the updates:"
        )
        st.latex(r"\|W\|^4=\frac{\eta}{2\lambda}\,\mathrm{E}\,\|\tilde g\|^2,\quad\tilde g=\|W\|\,g")
    draw_settling(settings, seed)
    with frame.prose():
        st.markdown("And in a layer of 64 units, trained on digits:")
    noisy = settings.toggle(
        "noisy",
        "Replace 30 % of the training labels",
        True,
        help="Off: labels that the network can fit; its gradients, and the length, come out smaller.",
    )
    balance_stage = reserve_figure(
        "scale_decoupling_balance",
        (560, 840),
        caption=(
            "One hidden layer of 64 ReLUs with batch norm on digits, η = 0.2, λ = 0.03, 2,000 updates. Look at "
            "whether the three lengths meet, and what happens to them afterwards."
        ),
    )
    draw_equilibrium(balance_stage, Equilibrium(noisy, seed))


def jumps(settings: Settings, seed: int) -> None:
    """And where they do not."""
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


@section
def closer(question: str, name: str, draw: Callable[[Settings, int], None], *controls: str) -> None:
    """Fold an experiment with these controls away under its question."""
    story.look_closer(question, f"scale_decoupling_{name}", partial(draw, settings, seed), **settings.fold(*controls))


with frame.page(FILE):
    story.title(FILE)
    settings = Settings("scale_decoupling")
    seed = settings.seed()
    hero(settings, seed)
    story.answer(
        "Under batch norm the length of W sets only the pace: with W a times as long, output and loss stay, the "
        "gradient is 1/a as long, and an update turns W 1/a² as far.",
        "where the variance of Wu is as small as ε, in evaluation until the running averages have followed, and in the "
        "output layer, which has no batch norm. With Adam, which divides the gradient's length out, 1/a² becomes 1/a.",
    )
    st.subheader("Look closer")
    closer("Does a layer of 64 units notice it?", "scaling", scaled, "factor", "eps")
    closer("What if all weights are multiplied in mid-training?", "kicking", kicked, "kick_factor")
    closer("Does every update lengthen W?", "growing", growing, "init", "rate", "update")
    closer(
        "Can a larger rate make up for longer weights?", "equaling", equal_rates, "equal_factor", "equal_norm", "exact"
    )
    closer("What is left of weight decay?", "decaying", decaying, "decay", "decay_exact")
    closer("Where do decay and gradient steps balance?", "balancing", balance, "noisy", *SETTLING)
    closer("Where do decay and gradient steps not balance?", "jumping", jumps, "periodic_rate", "hidden_only")
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
