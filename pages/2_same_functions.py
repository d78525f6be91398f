"""Same functions, different coordinates: folding, walks that part, who carries the scale, and a plane of weights."""

import streamlit as st

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.fixed_scale import SCALES, FixedScale
from bnviz.lessons.same_functions.folding import Folding
from bnviz.lessons.same_functions.identity import EPSILONS, ScaleIdentity
from bnviz.lessons.same_functions.parting import Parting
from bnviz.ui.lessons.same_functions import draw_folding, draw_identity, draw_parting, draw_planes, draw_scale
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.waiting import section


@section
def folding(settings: Settings, seed: int) -> None:
    """Fold a trained network into plain layers and compare the outputs."""
    fold_guess = predict(
        "A batch-norm network has been trained on digits. Its γ, β, μ and σ are folded into the weights and biases of "
        "plain linear layers. How many of its 360 test answers change?",
        verdicts.FOLD_ANSWERS,
        "same_functions_fold",
    )

    st.header("Fold it: what is left is plain layers")
    example = settings.slider(
        "example",
        "Test example",
        range(1, 61),
        1,
        help="Whose ten outputs the left picture shows.",
        format_func=str,
        width=420,
    )
    folding_stage = reserve_figure(
        "same_functions_folding",
        (790, 1570),
        "Three hidden layers of 64 ReLUs, 200 updates. Look at whether the discs sit on the ends of the bars and on "
        "the diagonal: they come from a network that has linear layers and ReLUs, and nothing else.",
    )
    with frame.prose():
        st.markdown("In evaluation μ and σ² are fixed numbers, so batch norm is a straight line and merges with W:")
        st.latex(r"W'=\frac{\gamma}{\sqrt{\sigma^2+\varepsilon}}\,W")
        st.latex(r"b'=\beta-\frac{\gamma\mu}{\sqrt{\sigma^2+\varepsilon}}")
        st.markdown("The question's alternative merges without any statistics, in training too:")
        st.latex(r"\gamma\,(Wu)+\beta=(\gamma W)\,u+\beta")
    draw_folding(folding_stage, Folding(seed), example - 1, fold_guess)


@section
def fixed_scale(settings: Settings, seed: int) -> None:
    """Hold γ at a number: a learning rate."""
    st.header("Held at a number, γ is a learning rate")
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
    st.header("One function at the start, three walks")
    with frame.prose():
        st.markdown(
            "Take μ and σ of the first mini-batch from an untrained batch-norm network and give them to two other "
            "networks: one puts them into the γ and β of γx + β, the other into W and b. On that mini-batch all three "
            "are now the same function. From here on they take the same mini-batches at the same rate. In the other "
            "two an update of W leaves γ, β and b alone; in batch norm it also moves μ and σ, and with them the W′ and "
            "b′ of the formula above."
        )
    part_guess = predict(
        "When do the outputs of γx + β and of batch norm become different?",
        verdicts.PART_ANSWERS,
        "same_functions_part",
    )
    with st.container(horizontal=True):
        rate = settings.slider(
            "rate", "Learning rate η", (0.03, 0.1, 0.3, 1.0), 1.0, help="The same for all parameters of all three."
        )
        depth = settings.slider("depth", "Hidden layers", (1, 3, 6), 3, help="Each of 64 ReLUs.", format_func=str)
    parting_stage = reserve_figure(
        "same_functions_parting",
        (700, 1420),
        "Digits, batches of 64, plain SGD, 64-bit numbers. Left: how far the outputs are from batch norm's. Right: "
        "what each walk is worth. The page opens with the largest rate. Try 0.1 as well: there the order may be "
        "another one. The other two start with statistics that batch norm computed for them.",
    )
    draw_parting(parting_stage, Parting(rate, depth, seed), part_guess)


@section
def identity(settings: Settings, seed: int) -> None:
    """Compare what the gradient asks of w and of γ."""
    st.header("Who carries the scale")
    with frame.prose():
        st.markdown(
            "In γx + β a unit's output depends on the product γw alone, so making γ larger and making w longer are the "
            "same wish, and gradient descent grants it twice. Batch norm divides the length of w out again, and the "
            "wish can reach γ only. For every unit of γx + β, with w its row of weights:"
        )
        st.latex(r"w\cdot\frac{\partial L}{\partial w}=\gamma\,\frac{\partial L}{\partial\gamma}")
        st.markdown("And of batch norm, where nothing is left of it at ε = 0:")
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
        (520, 990),
        "Two hidden layers of 64 ReLUs after 20 updates at η = 0.1, 64-bit numbers. Move ε and watch the circles leave "
        "the level line for the diagonal.",
    )
    with frame.prose():
        st.markdown(
            "For the lengths after one update of plain gradient descent this means, for γx + β and for batch norm at "
            "ε\u00a0=\u00a00:"
        )
        st.latex(
            r"\Delta(\gamma^2-\|w\|^2)=\eta^2\Bigl(\bigl(\tfrac{\partial L}{\partial\gamma}\bigr)^2"
            r"-\bigl\|\tfrac{\partial L}{\partial w}\bigr\|^2\Bigr)"
        )
        st.latex(r"\Delta\|w\|^2=\eta^2\bigl\|\tfrac{\partial L}{\partial w}\bigr\|^2")
    draw_identity(identity_stage, ScaleIdentity(seed), eps)


@section
def plane(settings: Settings, seed: int) -> None:
    """Walk through a plane of two weights."""
    st.header("The same, in a plane of two weights")
    with frame.prose():
        st.markdown(
            "A neuron with two weights shows its whole landscape. Both see the same 200 examples, γ = 1 and β = 0 stay "
            "as they are. Drag w, and the start from which both walk: rings of equal loss without batch norm, rays "
            "with it. There the length of w leaves the loss alone, and the gradient stands at a right angle to w."
        )
    draw_planes(settings, seed)


with frame.page("pages/2_same_functions.py"):
    st.title("Redundant as a function, another way to walk through the weights")
    with frame.prose():
        settings = Settings("same_functions")
        seed = settings.seed()
        st.markdown(
            "Fold a trained batch-norm network into plain layers and compare the outputs. Then start both kinds of "
            "network as one and the same function, train them alike, and watch the distance between them. γ and β can "
            "undo the normalization, so both describe the same functions. Training does not move functions, "
            "though: it moves the numbers that describe them."
        )
    folding(settings, seed)
    fixed_scale(settings, seed)
    parting(settings, seed)
    identity(settings, seed)
    plane(settings, seed)

    limit(
        "Folding holds in evaluation mode. In training mode μ and σ come from the batch, and only for one batch that "
        "never changes could γ and β take their place. The identity of batch norm is exact at ε = 0, and the two "
        "equations for lengths belong to plain gradient descent, without momentum or weight decay. Different "
        "coordinates are another walk, which need not be a better one. Three small networks and a neuron "
        "do not tell how fast batch norm trains in general."
    )
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
