"""Could γ and β learn it? A ravine and a bowl, drifting inputs, γ and β told to standardize, frozen and held μ, σ."""

import streamlit as st

from bnviz.lessons.learn_to_standardize import conditioning, drift, frozen, self_standardizing, verdicts
from bnviz.lessons.learn_to_standardize import detached as held
from bnviz.lessons.learn_to_standardize.bowl import needed
from bnviz.lessons.learn_to_standardize.detached import Detached, DriftingBias
from bnviz.ui.lessons.learn_to_standardize import (
    draw_bias,
    draw_conditioning,
    draw_detached,
    draw_drift,
    draw_free,
    draw_frozen,
    draw_told,
    hero,
)
from bnviz.ui.page import frame, story
from bnviz.ui.page.lesson import sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.waiting import section

FILE, ROOM = "pages/3_learn_to_standardize.py", "learn_to_standardize"


def first_screen(settings: Settings) -> None:
    """Guess how many steps it takes, and see the ball roll."""
    guess = story.ask(
        "γx + β can standardize inputs x of mean m and spread s: γ = 1/s, β = −m/s. Will gradient descent find such "
        "values? Below, one unit.",
        "The unit shall put out 2x̂ + ½, where x̂ is the standardized x. With m = 10 and s = 1, how many steps does "
        "γx + β need? (With m = 0: one.)",
        verdicts.STEPS_ANSWERS,
        f"{ROOM}_steps",
    )
    at_ten, standardized = needed(10.0, 1.0), needed(0.0, 1.0)
    guess.settle(verdicts.what_it_needed(at_ten), verdicts.why_it_needed(at_ten, standardized))
    hero(settings, guess)


@section
def other_inputs(settings: Settings, seed: int) -> None:
    """Count the steps for every mean."""

    def draw() -> None:
        mean, spread = (float(st.session_state[f"{ROOM}_{name}"]) for name in ("mean", "spread"))
        with frame.prose():
            st.markdown(
                "Mean m and spread s are those of the picture on top. H is the matrix of the second derivatives of the "
                "loss. Its condition number κ is the largest curvature of the loss over the smallest:"
            )
            st.latex(r"H=\begin{pmatrix}m^2+s^2&m\\m&1\end{pmatrix}")
            st.latex(r"\kappa+2+\frac1\kappa=\frac{(m^2+s^2+1)^2}{s^2}")
            st.markdown(
                "At the rate 1 over the largest curvature, the distance to the goal along the flat direction "
                "shrinks by the share 1/κ in each step. How many steps it takes depends on the start, too. "
                "Standardized inputs have κ = 1. Below, γx + β is fitted to 2u + ½, with u = (x − m)/s, on "
                f"{conditioning.EXAMPLES} examples from γ = 1, β = 0, until ½·mean squared error ≤ "
                f"{conditioning.TOLERANCE:g}. Descents are given up after {conditioning.CAP:,} steps."
            )
        stage = reserve_figure(f"{ROOM}_conditioning", (430, 470))
        draw_conditioning(stage, conditioning.Conditioning(mean, spread, seed))

    story.look_closer("How many steps do other inputs take?", f"{ROOM}_conditioning", draw, asked=settings.asked)


@section
def finding_again(settings: Settings, seed: int) -> None:
    """Let the inputs drift, and see who keeps up."""

    def draw() -> None:
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
        raw = settings.toggle(
            "raw",
            "The target is made from the raw input",
            help="Off: the target is 2u + ½ and does not move with the mean. On: it is 2x + ½ and moves along.",
        )
        with frame.prose():
            st.markdown(
                f"A unit learns {drift.target(raw)} from x = m + u, where u has mean 0 and spread 1. Batches of "
                f"{drift.EXAMPLES}, plain gradient descent; γx + β and batch norm each have the best of "
                f"{len(drift.RATES)} rates from {drift.RATES[0]:g} to {drift.RATES[-1]:g}."
            )
        stage = reserve_figure(f"{ROOM}_drift", (760, 1340))
        draw_drift(stage, drift.Drift(size, seed, raw), kind)

    story.look_closer(
        "Who keeps up when the mean moves?",
        f"{ROOM}_drift",
        draw,
        **settings.fold("drift", "size", "raw"),
    )


@section
def told(settings: Settings, seed: int) -> None:
    """Give γ and β a loss of their own that asks for standardization."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "In a network, every layer's inputs move while the layers below learn. Let us ask for standardization "
                "outright: γ and β of every unit, y = γx + β, descend a loss of their own, with mean and sd (standard "
                "deviation) over the batch, while the weights learn the task, to tell digits apart, at rate 0.1. Four "
                "hidden layers of 64 ReLUs, batches of 64, 300 updates."
            )
            st.latex(r"\tfrac12\left(\operatorname{mean}(y)^2+(\operatorname{sd}(y)-1)^2\right)")
        rate = settings.slider(
            "told_rate",
            "Rate of γ and β on their own loss",
            self_standardizing.RATES,
            0.01,
            help="The weights learn the task at rate 0.1 in all four networks.",
            width=420,
        )
        stage = reserve_figure(f"{ROOM}_told", (1130, 1700))
        draw_told(stage, self_standardizing.SelfStandardizing(rate, seed))

    story.look_closer(
        "What if γ and β are told to standardize?",
        f"{ROOM}_told",
        draw,
        **settings.fold("told_rate"),
    )


@section
def left_to_the_task(settings: Settings, seed: int) -> None:
    """See where γ and β go when only the task trains them."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "The task is to tell digits apart: four hidden layers of 64 ReLUs, batches of 64, 300 updates at rate "
                "0.1. For comparison, the loss with computed μ and σ, and no γ, β; sd is the standard deviation."
            )
        stage = reserve_figure(f"{ROOM}_free", (1130, 1700))
        draw_free(stage, self_standardizing.SelfStandardizing(seed=seed))

    story.look_closer("Left to the task, do they standardize?", f"{ROOM}_free", draw, asked=settings.asked)


@section
def kept_forever(settings: Settings, seed: int) -> None:
    """Start standardized, and keep μ and σ of the first batch."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "What if γ and β need not learn to standardize, because μ and σ of the first batch B₀ are frozen there "
                "(frozen statistics)? Each layer starts standardized and is γx + β from then on. Three hidden layers "
                "of 64 ReLUs on digits, batches of 64, 200 updates."
            )
            st.latex(r"y=\gamma\,\frac{x-\mu_{B_0}}{\sqrt{\sigma_{B_0}^2+\varepsilon}}+\beta")
        rate = settings.slider(
            "frozen_rate",
            "Learning rate η",
            frozen.RATES,
            0.5,
            help="The same for all parameters, but for the hidden weights of the third network: a tenth of it.",
        )
        stage = reserve_figure(f"{ROOM}_frozen", (600, 760))
        draw_frozen(stage, frozen.frozen_experiment(rate, seed))

    story.look_closer(
        "Is a perfect start enough?",
        f"{ROOM}_frozen",
        draw,
        **settings.fold("frozen_rate"),
    )


@section
def detached(settings: Settings, seed: int) -> None:
    """Leave μ and σ out of the gradient."""

    def draw() -> None:
        with frame.prose():
            st.markdown(
                "Batch norm computes μ and σ in the forward pass, and its gradient takes into account that they "
                "depend on the weights. Suppose it did not. The smallest example has a bias b in front of a layer "
                "that subtracts the mean: b cancels, whatever it is. The target is 1 above the output, so that the "
                "gradient always asks for more."
            )
            st.latex(r"\hat x=(u+b)-\operatorname{mean}(u+b)")
        draw_bias(reserve_figure(f"{ROOM}_bias", (420, 480)), DriftingBias(seed))
        with frame.prose():
            st.markdown(
                "In a network, let dy be the gradient of the loss with respect to the output y, and dx that with "
                "respect to x. On the way from dy to dx, batch norm takes away two terms, for the paths through μ and "
                "through σ. Holding μ constant leaves out the first, holding σ constant the second."
            )
            st.latex(r"dx=\frac{\gamma}{\sqrt{\sigma^2+\varepsilon}}\,(dy-p_\mu-p_\sigma)")
            st.latex(r"p_\mu=\operatorname{mean}(dy)")
            st.latex(r"p_\sigma=\hat x\operatorname{mean}(dy\,\hat x)")
            st.markdown(
                "Four networks start as one, have the same forward pass, and differ in what their gradients leave "
                "out. Three hidden layers of 64 ReLUs on digits, batches of 64, 300 updates, plain gradient descent."
            )
        rate = settings.slider(
            "held_rate",
            "Learning rate η",
            held.RATES,
            0.1,
            help="The same for all parameters of the four networks.",
        )
        draw_detached(reserve_figure(f"{ROOM}_detached", (560, 700)), Detached(rate, seed))

    story.look_closer(
        "Must the gradient know μ and σ?",
        f"{ROOM}_detached",
        draw,
        **settings.fold("held_rate"),
    )


with frame.page(FILE):
    story.title(FILE)
    settings = Settings(ROOM)
    seed = settings.seed()
    first_screen(settings)
    story.answer(
        "γ and β can represent standardization, but gradient descent finds it slowly where inputs are far from "
        "standardized, has to find it again whenever they move, and nothing in the loss asks for it. Batch norm does "
        "not search: it computes μ and σ from each batch.",
        "where inputs stay put and are well scaled, γ and β are found in a few steps, and γx + β has no noise from the "
        "batch. The counts are of plain gradient descent. "
        "Next: do μ and σ, which keep moving, hurt the layers above?",
    )
    st.subheader("Look closer")
    other_inputs(settings, seed)
    finding_again(settings, seed)
    told(settings, seed)
    left_to_the_task(settings, seed)
    kept_forever(settings, seed)
    detached(settings, seed)
    sources(
        "LeCun, Bottou, Orr & Müller 1998, Efficient BackProp: why inputs should have mean 0 and equal spread, by the "
        "conditioning of the Hessian.",
        "Ioffe & Szegedy 2015, Batch Normalization, section 2: the bias b, and statistics inside the gradient.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
