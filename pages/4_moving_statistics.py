"""μ and σ move: a unit shoved by hand, kinks that follow the data, and trainings in which nothing is held still."""

import streamlit as st

from bnviz.lessons.moving_statistics import verdicts
from bnviz.lessons.moving_statistics.agreement import UPDATES, Agreement
from bnviz.lessons.moving_statistics.deep_kick import MOST_KICKS, DeepKick
from bnviz.lessons.moving_statistics.descent import RATES, Descent
from bnviz.lessons.moving_statistics.wandering import EPSILONS, drift_experiment
from bnviz.ui.lessons.moving_statistics import (
    draw_agreement,
    draw_descent,
    draw_drift,
    draw_kicks,
    draw_kinks,
    draw_shove,
    shove_after_the_guess,
)
from bnviz.ui.lessons.moving_statistics_kinks import INPUTS as CLOUD
from bnviz.ui.page import frame, story
from bnviz.ui.page.lesson import sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve, reserve_figure
from bnviz.ui.page.waiting import section


def kick() -> None:
    """One kick more; after the last of them, start over."""
    st.session_state["moving_statistics_kicks"] = (st.session_state["moving_statistics_kicks"] + 1) % (MOST_KICKS + 1)


@section
def hero(settings: Settings, seed: int) -> None:
    """Shove the inputs of one unit."""
    guess = story.ask(
        "γ and β were fitted to the μ and σ of one step. Then the layers below change, and with them μ and σ. Are γ "
        "and β out of date?",
        "All inputs of a unit grow by 3. What do the mean and the spread of its outputs do under batch norm?",
        verdicts.OUTPUT_ANSWERS,
        "moving_statistics_output",
    )
    shove_after_the_guess(settings, guess)
    draw_shove(settings, guess, seed)


@section
def kinks(settings: Settings, seed: int) -> None:
    """Drag a cloud of points through the plane of two inputs."""
    st.subheader("The same with two inputs: where do ReLUs bend?")
    if story.waits():
        settings.leave(*(each.name for each in CLOUD))
    else:
        draw_kinks(settings, seed)


@section
def training(settings: Settings, seed: int) -> None:
    """Play a training, and see what the output does while μ and σ move."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "Over the mini-batch B of a training step, whatever the layers below did to μ and σ, batch norm's "
                "outputs y have, by its formula, this mean and this standard deviation:"
            )
            st.latex(r"\operatorname{mean}_B(y)=\beta")
            st.latex(r"\operatorname{sd}_B(y)=|\gamma|\,\frac{\sigma}{\sqrt{\sigma^2+\varepsilon}}")
        eps = settings.slider(
            "eps",
            "ε",
            EPSILONS,
            1e-5,
            help="The number added to the variance inside the root. PyTorch's default is 10⁻⁵.",
        )
        stage = reserve(
            "moving_statistics_drift",
            (1130, 1525),
            caption=(
                "Three layers of 64 ReLUs on digits, batches of 64, rate 0.1, from the same weights on the same "
                "batches. In the two lowest rows a line at 0 says: mean β, spread |γ|."
            ),
        )
        draw_drift(stage, drift_experiment(eps, seed))

    story.look_closer(
        "Does it hold while a network trains?",
        "moving_statistics_training",
        draw,
        **settings.fold("eps"),
    )


@section
def kicked(settings: Settings, seed: int) -> None:
    """Kick the lower layers of a trained network."""

    def draw() -> None:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = settings.choice(
                "kind",
                "Kick to the weights of the three lower layers",
                {"scale": "times 10", "noise": "noise of half their spread"},
                "noise",
                help="Each kick comes on top of the ones before.",
            )
            kicks = settings.slider(
                "kicks",
                "Kicks so far",
                range(MOST_KICKS + 1),
                1,
                help="0 is the network as it was trained.",
                width=200,
                format_func=str,
            )
            label = "Kick the lower layers" if kicks < MOST_KICKS else "Start over"
            st.button(
                label, on_click=kick, key="moving_statistics_kick", width=200
            )  # one width, so that it stays in its place
        stage = reserve_figure(
            "moving_statistics_kicked",
            (660, 1275),
            caption=(
                "Four layers of 64 ReLUs on digits, trained for 150 updates of 64 at rate 0.1. The fourth layer's "
                "outputs on one and the same mini-batch, in training mode. Layer norm takes μ and σ over the units of "
                "one example."
            ),
        )
        draw_kicks(stage, DeepKick(seed), kind, kicks)

    story.look_closer(
        "What if the layers below are hit hard?",
        "moving_statistics_hit",
        draw,
        **settings.fold("kind", "kicks"),
    )


@section
def descent(settings: Settings, seed: int) -> None:
    """Descend on one fixed batch, and count how often the loss rises."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "With all examples in one batch, μ and σ are functions of the weights like everything else, and the "
                "loss is one function L(w). Its gradient accounts for how μ(w) and σ(w) will answer to the step. The "
                "detached run computes the same outputs, but its gradient takes μ and σ for constants."
            )
            st.latex(
                r"g=\frac{dL}{dw}=\frac{\partial L}{\partial w}"
                r"+\frac{\partial L}{\partial \mu}\frac{d\mu}{dw}+\frac{\partial L}{\partial \sigma}\frac{d\sigma}{dw}"
            )
            st.latex(r"L(w-\eta g)=L(w)-\eta\,\|g\|^2+O(\eta^2)")
        rate = settings.slider("rate", "Learning rate η", RATES, 0.2, help="The same for all parameters and networks.")
        stage = reserve_figure(
            "moving_statistics_descent",
            (1140, 2200),
            caption=(
                "256 digits as one batch, 200 steps; three layers of 64 ReLUs, 64-bit numbers, ε = 10⁻⁵. g is the "
                "gradient that the run uses, the detached one for the detached run."
            ),
        )
        draw_descent(stage, Descent(rate, seed))

    story.look_closer(
        "Does the gradient know that μ and σ will move? And are other networks out of date by a step too?",
        "moving_statistics_foreseen",
        draw,
        **settings.fold("rate"),
    )


@section
def small_batches(settings: Settings, seed: int) -> None:
    """Ask how well the gradients of small batches agree."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "A mini-batch has its own μ and σ, and they differ from those of the next one by chance. How well does "
                "its gradient then agree with that of all training examples? As a control, the same weights with μ and "
                "σ held at those of all examples: what is behind there is not the noise of μ and σ."
            )
        updates = settings.slider(
            "updates", "Updates before", UPDATES, 50, help="How long both networks train before they stand still."
        )
        stage = reserve_figure(
            "moving_statistics_agreement",
            (645, 840),
            caption=(
                "Three layers of 64 ReLUs on digits, trained with batches of 64 at rate 0.1; then 20 random batches "
                "of each size, the same for all. Each is compared with its own gradient on all examples."
            ),
        )
        draw_agreement(stage, Agreement(updates, seed))

    story.look_closer(
        "How well do the gradients of small batches agree?",
        "moving_statistics_small",
        draw,
        **settings.fold("updates"),
    )


with frame.page("pages/4_moving_statistics.py"):
    story.title("pages/4_moving_statistics.py")
    settings = Settings("moving_statistics")
    seed = settings.seed()
    hero(settings, seed)
    story.answer(
        "In training it does not hurt γ and β: they act on values standardized with μ and σ of this very batch, so "
        "mean and spread of the output are β and |γ|, whatever the layers below did.",
        "Which example gets which value still changes, as in every network. In small batches μ and σ are noisy. "
        "Evaluation uses running averages, which lag behind. And ε has to be small beside σ².",
    )
    kinks(settings, seed)
    st.subheader("Look closer")
    training(settings, seed)
    kicked(settings, seed)
    descent(settings, seed)
    small_batches(settings, seed)
    sources(
        "Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.7.1: the statistics of a unit are set by γ and "
        "β, no longer by the layers below.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 2: the gradient must account for the normalization.",
        "Santurkar, Tsipras, Ilyas & Madry 2018, How Does Batch Normalization Help Optimization?: how well gradients "
        "predict the loss.",
        "Balestriero & Baraniuk 2022, Batch Normalization Explained: the kinks of a layer follow its inputs.",
        "Ioffe 2017, Batch Renormalization: small batches, and training against running statistics.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
