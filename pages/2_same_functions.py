"""Same functions, different coordinates: folding, walks that part, who carries the scale, and a plane of weights."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.fixed_scale import SCALES, FixedScale
from bnviz.lessons.same_functions.folding import Folding
from bnviz.lessons.same_functions.identity import EPSILONS, ScaleIdentity
from bnviz.lessons.same_functions.parting import Parting
from bnviz.ui.lessons.same_functions import (
    draw_folding,
    draw_hero,
    draw_identity,
    draw_parting,
    draw_planes,
    draw_scale,
)
from bnviz.ui.lessons.same_functions_planes import INPUTS as PLANE
from bnviz.ui.page import frame, story
from bnviz.ui.page.lesson import sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.waiting import section

FILE = "pages/2_same_functions.py"


@section
def hero(settings: Settings, seed: int) -> None:
    """Ask how many answers change when batch norm is folded away, and show it sliding into W."""
    guess = story.ask(
        "The batch norm of a network that has learned digits is taken out: its γ, β, and the now fixed μ, σ, are "
        "folded into the weights and biases of plain layers.",
        "How many of its 360 test answers change?",
        verdicts.FOLD_ANSWERS,
        "same_functions_fold",
    )
    draw_hero(settings, reserve_figure("same_functions_hero", (700, 1090)), Folding(seed), guess)


def folding(settings: Settings, seed: int) -> None:
    """Compare all outputs of a trained network and of its folded twin."""
    folding_stage = reserve_figure(
        "same_functions_folding",
        (790, 1570),
        "Three hidden layers of 64 ReLUs, 200 updates. Look at whether the discs sit on the ends of the bars and on "
        "the diagonal: they come from a network that has linear layers and ReLUs, and nothing else.",
    )
    with frame.prose():
        st.markdown(
            "In evaluation μ and σ² are fixed numbers, so batch norm only scales and shifts, and merges with W:"
        )
        st.latex(r"W'=\frac{\gamma}{\sqrt{\sigma^2+\varepsilon}}\,W")
        st.latex(r"b'=\beta-\frac{\gamma\mu}{\sqrt{\sigma^2+\varepsilon}}")
        st.markdown("γx + β of an input u, with x = Wu, merges without μ and σ, in training too:")
        st.latex(r"\gamma\,(Wu)+\beta=(\gamma W)\,u+\beta")
    draw_folding(folding_stage, Folding(seed), int(st.session_state.get("same_functions_example", 1)) - 1)


def fixed_scale(settings: Settings, seed: int) -> None:
    """Hold γ at a number: a learning rate."""
    with frame.prose():
        st.markdown(
            "If γ is one more factor of W, what does it do in training? Hold it at a number c, and let a plain network "
            "start with V = cW in place of W. By the chain rule ∂L/∂W = c·∂L/∂V, so an update of W at the rate η moves "
            "cW as the plain network moves V at the rate c²η:"
        )
        st.latex(
            r"c\,\bigl(W-\eta\,\tfrac{\partial L}{\partial W}\bigr)"
            r"=V-c^2\eta\,\tfrac{\partial L}{\partial V}"
        )
    scale = settings.slider(
        "scale", "γ held at c", SCALES, 2.0, help="The scale of every unit, from the first update to the last."
    )
    scale_stage = reserve_figure(
        "same_functions_scale",
        (640, 710),
        "Two hidden layers of 64 ReLUs on digits, 100 updates at η = 0.03, 64-bit numbers. Look at whether the dashes "
        "of γx + β lie on the broad curve of the plain network at the rate c²η.",
    )
    draw_scale(scale_stage, FixedScale(scale, seed))


@section
def parting(settings: Settings, seed: int) -> None:
    """Start three networks as one function, and watch them part."""
    st.subheader("One function at the start, three walks")
    with frame.prose():
        st.markdown(
            "Before training, μ and σ of the first mini-batch go into γ and β of γx + β, and into W and b of a plain "
            "network. On that mini-batch all three compute the same. Then they train at one rate on the same batches."
        )
    if story.waits():
        settings.leave("rate", "depth")
        return
    guess = story.ask(
        "Guess first, then see their curves.",
        "When do the outputs of γx + β and of batch norm become different?",
        verdicts.PART_ANSWERS,
        "same_functions_part",
        gathered=False,
        pointed_at=not settings.asked.keys().isdisjoint(("rate", "depth")),
    )
    if not guess.shown:
        settings.leave("rate", "depth")
        return
    with st.container(horizontal=True):
        rate = settings.slider(
            "rate", "Learning rate η", (0.03, 0.1, 0.3, 1.0), 1.0, help="The same for all parameters of all three."
        )
        depth = settings.slider("depth", "Hidden layers", (1, 3, 6), 3, help="Each of 64 ReLUs.", format_func=str)
    parting_stage = reserve_figure(
        "same_functions_parting",
        (520, 1020),
        "Digits, batches of 64, SGD. Try rate 0.1 as well: the order of the losses may be another.",
    )
    draw_parting(parting_stage, Parting(rate, depth, seed), guess)


def identity(settings: Settings, seed: int) -> None:
    """Compare what the gradient asks of w and of γ."""
    with frame.prose():
        st.markdown(
            "In γx + β a unit's output depends on the product γw, so a larger γ and a longer w do the same, and "
            "gradient descent changes both. Batch norm divides the length of w out, and only γ is left. Let w·∂L/∂w be "
            "how fast the loss changes as w, a unit's row of weights, grows longer, and γ·∂L/∂γ the same of γ. In γx + "
            "β:"
        )
        st.latex(r"w\cdot\frac{\partial L}{\partial w}=\gamma\,\frac{\partial L}{\partial\gamma}")
        st.markdown("In batch norm, where the right side is 0 at ε = 0:")
        st.latex(
            r"w\cdot\frac{\partial L}{\partial w}="
            r"\frac{\varepsilon}{\sigma^2+\varepsilon}\;\gamma\,\frac{\partial L}{\partial\gamma}"
        )
    eps = settings.slider(
        "eps",
        "ε",
        EPSILONS,
        0.0,
        help="The number added to the variance inside the root, in training too. PyTorch's default is 10⁻⁵.",
        width=420,
    )
    identity_stage = reserve_figure(
        "same_functions_identity",
        (520, 800),
        "Two hidden layers of 64 ReLUs after 20 updates at η = 0.1, 64-bit numbers. Move ε and watch the circles leave "
        "the level line for the diagonal.",
    )
    with frame.prose():
        st.markdown(
            "So one update of plain gradient descent at the rate η changes the lengths, for γx + β and for batch norm "
            "at ε\u00a0=\u00a00, by"
        )
        st.latex(
            r"\Delta(\gamma^2-\|w\|^2)=\eta^2\Bigl(\bigl(\tfrac{\partial L}{\partial\gamma}\bigr)^2"
            r"-\bigl\|\tfrac{\partial L}{\partial w}\bigr\|^2\Bigr)"
        )
        st.latex(r"\Delta\|w\|^2=\eta^2\bigl\|\tfrac{\partial L}{\partial w}\bigr\|^2")
    draw_identity(identity_stage, ScaleIdentity(seed), eps)


def plane(settings: Settings, seed: int) -> None:
    """Walk through a plane of two weights."""
    with frame.prose():
        st.markdown(
            "The loss of a unit with two weights, w₁ and w₂, fits into one picture. With and without batch norm the "
            "unit sees the same 200 examples; γ = 1 and β = 0 stay as they are. Drag w, and the start of both walks. "
            "Equal losses lie on rings without batch norm, and on rays with it: there the loss does not depend on the "
            "length of w, and the gradient stands at a right angle to w."
        )
    draw_planes(settings, seed)


@section
def closer(question: str, name: str, draw: Callable[[Settings, int], None], *controls: str) -> None:
    """Fold an experiment with these controls away under its question."""
    story.look_closer(question, f"same_functions_{name}", partial(draw, settings, seed), **settings.fold(*controls))


with frame.page(FILE):
    story.title(FILE)
    settings = Settings("same_functions")
    seed = settings.seed()
    hero(settings, seed)
    parting(settings, seed)
    story.answer(
        "Redundant as a function: folded away, batch norm leaves every output as it was. Not as a way to train: from "
        "one function, the first update already leads elsewhere.",
        "folding holds in evaluation, since in training μ and σ come from the batch. Another walk need not be a better "
        "one, and three small networks do not tell how fast batch norm trains in general.",
    )
    st.subheader("Look closer")
    closer("How exactly does it fold?", "folding", folding)
    closer("What does γ do if it is held constant?", "holding", fixed_scale, "scale")
    closer("Who carries the scale, w or γ?", "carrying", identity, "eps")
    closer("How does it look in a plane of two weights?", "walking", plane, *PLANE)
    sources(
        "Ioffe & Szegedy 2015, Batch Normalization, section 3.1: in evaluation it is a linear transform, with γ "
        "and β composed into it; section 3.3: the scale of the weights.",
        "Salimans & Kingma 2016, Weight Normalization: length and direction of w as separate parameters.",
        "Kohler and others 2018, Exponential convergence rates for Batch Normalization: The power of length-direction "
        "decoupling in non-convex optimization.",
        "Folding after training is standard practice; PyTorch offers it as torch.nn.utils.fuse_linear_bn_eval.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
