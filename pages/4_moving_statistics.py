"""μ and σ move: the output's moments while they do, a kick from below, descent on one batch, and small batches."""

import streamlit as st

from bnviz.lessons.moving_statistics import verdicts
from bnviz.lessons.moving_statistics.agreement import UPDATES, Agreement
from bnviz.lessons.moving_statistics.deep_kick import MOST_KICKS, DeepKick
from bnviz.lessons.moving_statistics.descent import RATES, Descent
from bnviz.lessons.moving_statistics.wandering import EPSILONS, drift_experiment
from bnviz.ui.lessons.moving_statistics import draw_agreement, draw_descent, draw_drift, draw_kicks
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve, reserve_figure
from bnviz.ui.page.waiting import section


def kick() -> None:
    """One kick more; after the last of them, start over."""
    st.session_state["moving_statistics_kicks"] = (st.session_state["moving_statistics_kicks"] + 1) % (MOST_KICKS + 1)


@section
def moving(settings: Settings, seed: int) -> None:
    """Play a training, and see what the output does while μ and σ move."""
    output_guess = predict(
        "Weights, γ and β are trained together, and μ and σ of every unit move. What do the mean and the spread of the "
        "output y do under batch norm?",
        verdicts.OUTPUT_ANSWERS,
        "moving_statistics_output",
    )

    st.header("Watch them move")
    eps = settings.slider(
        "eps", "ε", EPSILONS, 1e-5, help="The number added to the variance inside the root. PyTorch's default is 10⁻⁵."
    )
    drift_stage = reserve(
        "moving_statistics_drift",
        (1200, 1670),
        caption=(
            "Three layers of 64 ReLUs on digits, batches of 64, rate 0.1, from the same weights on the same batches. "
            "Every row has one axis for both networks. Look at the two lowest rows: a line at 0 says that the output "
            "has just the mean β and the spread |γ| of this step, whatever μ and σ were. Where μ and σ hardly drift "
            "under batch norm, the kick further down is the harder test."
        ),
    )
    with frame.prose():
        st.latex(r"\operatorname{mean}_B(y)=\beta")
        st.latex(r"\operatorname{sd}_B(y)=|\gamma|\,\frac{\sigma}{\sqrt{\sigma^2+\varepsilon}}")
    draw_drift(drift_stage, drift_experiment(eps, seed), output_guess)


@section
def kicked(settings: Settings, seed: int) -> None:
    """Kick the lower layers of a trained network."""
    st.header("Kick the layers below")
    with frame.prose():
        st.markdown(
            "A training moves the lower layers a little at a time. Hit them hard instead, in a trained network of four "
            "layers, and look at the fourth layer's output on one and the same mini-batch, before and after. Layer "
            "norm is there for comparison: it takes μ and σ over the units of one example instead of the examples of "
            "one unit."
        )
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
    kick_stage = reserve_figure(
        "moving_statistics_kicked",
        (700, 1310),
        caption=(
            "Four layers of 64 ReLUs on digits, trained for 150 updates of 64 at rate 0.1; then taken in training "
            "mode, with the batch's own μ and σ. Evaluation is another matter: it uses running averages of μ and σ, "
            "which know of a kick only after some more batches. And what stays is mean and spread: which example gets "
            "which value may well change."
        ),
    )
    draw_kicks(kick_stage, DeepKick(seed), kind, kicks)


@section
def descent(settings: Settings, seed: int) -> None:
    """Descend on one fixed batch, and count how often the loss rises."""
    st.header("One fixed batch: does the loss ever rise?")
    with frame.prose():
        st.markdown(
            "With all examples in one batch, μ and σ are functions of the weights like everything else, and the loss "
            "is one function L(w). Its gradient accounts for how μ(w) and σ(w) will answer to the step. For comparison "
            "there is batch norm with μ and σ detached, that is, cut off from the gradient: the same output, but its "
            "gradient takes them for constants, as if they were not going to move."
        )
        st.latex(
            r"g=\frac{dL}{dw}=\frac{\partial L}{\partial w}"
            r"+\frac{\partial L}{\partial \mu}\frac{d\mu}{dw}+\frac{\partial L}{\partial \sigma}\frac{d\sigma}{dw}"
        )
        st.latex(r"L(w-\eta g)=L(w)-\eta\,\|g\|^2+O(\eta^2)")
    rise_guess = predict(
        "256 digits as one batch, 200 steps of plain gradient descent. How often does batch norm's loss rise?",
        verdicts.RISE_ANSWERS,
        "moving_statistics_rise",
    )
    rate = settings.slider("rate", "Learning rate η", RATES, 0.2, help="The same for all parameters and networks.")
    descent_stage = reserve_figure(
        "moving_statistics_descent",
        (1160, 2140),
        caption=(
            "Three layers of 64 ReLUs, 64-bit numbers, ε = 10⁻⁵. Left: look for crosses. Right: how far the loss fell, "
            "divided by η‖g‖², the fall that the gradient predicts for a short step. At 1 it fell that far; below 0 it "
            "rose. g is the gradient that the run uses, the detached one for the detached run."
        ),
    )
    draw_descent(descent_stage, Descent(rate, seed), rise_guess)


@section
def small_batches(settings: Settings, seed: int) -> None:
    """Ask how well the gradients of small batches agree."""
    st.header("Small batches: is the doubt right?")
    with frame.prose():
        st.markdown(
            "A mini-batch has its own μ and σ, and they differ from those of the next mini-batch for no reason but "
            "chance. How well does its gradient then agree with the gradient of all training examples?"
        )
    updates = settings.slider(
        "updates", "Updates before", UPDATES, 50, help="How long both networks train before they stand still."
    )
    agreement_stage = reserve_figure(
        "moving_statistics_agreement",
        (570, 690),
        caption=(
            "Three layers of 64 ReLUs on digits, trained with batches of 64 at rate 0.1; then 20 random batches of "
            "each size, the same for both networks. Cosine of the two gradients, over all trained parameters: 1 is "
            "the same direction, 0 a right angle."
        ),
    )
    draw_agreement(agreement_stage, Agreement(updates, seed))


with frame.page("pages/4_moving_statistics.py"):
    st.title("μ and σ move, but β and γ alone set the output's mean and spread")
    with frame.prose():
        settings = Settings("moving_statistics")
        seed = settings.seed()
        st.markdown(
            "Play a training and watch μ and σ move while γ and β are learned. The doubt: γₜ and βₜ were fitted to the "
            "μₜ and σₜ of this step, and at the next step the weights below have changed, so μ and σ are others. "
            "Are γ and β then out of date?"
        )
    moving(settings, seed)
    kicked(settings, seed)
    descent(settings, seed)
    small_batches(settings, seed)

    limit(
        "The mean is β and the spread |γ| per batch and in training mode, as long as ε is small beside σ². In small "
        "batches μ and σ are noisy, and the gradient with them. Evaluation replaces them by running averages, which "
        "lag behind. That the loss on one batch does not rise was seen at these rates, in these 200 steps and without "
        "weight decay; it is no law. And it is the loss of one batch: with mini-batches every step has another one."
    )
    sources(
        "Goodfellow, Bengio & Courville 2016, Deep Learning, section 8.7.1: the statistics of a unit are set by γ and "
        "β, no longer by the layers below.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 2: the gradient must account for the normalization.",
        "Santurkar, Tsipras, Ilyas & Madry 2018, How Does Batch Normalization Help Optimization?: how well gradients "
        "predict the loss.",
        "Ioffe 2017, Batch Renormalization: small batches, and training against running statistics.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
