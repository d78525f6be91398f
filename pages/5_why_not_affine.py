"""Why not γx + β? Maps of where networks train; below them sigmoids, depth, and relatives of batch norm."""

import streamlit as st

from bnviz.lessons.why_not_affine import verdicts
from bnviz.lessons.why_not_affine.depths import DepthSweep
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, at_the_largest_rate, map_experiment, network_at
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment
from bnviz.norms import NORMS
from bnviz.ui.lessons.why_not_affine import (
    FIGURE,
    draw_depths,
    draw_sigmoids,
    link_to_lab,
    look_into,
    settle_maps,
    show_scene,
    tell_rows,
)
from bnviz.ui.page import frame, story
from bnviz.ui.page.contents import LAB
from bnviz.ui.page.lesson import sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve, reserve_figure
from bnviz.ui.page.sweep_view import Found, Sweep, choose_tasks, obtain_rows
from bnviz.ui.page.waiting import section

ALWAYS = ("none", "affine", "batch")
RELATIVES = ("layer", "rms", "group", "weight", "dynamic_tanh")
AXES = (("lr", RATES), ("init_scale", SCALES))
SCENE = (
    "147 networks learn digits: 49 plain ones, 49 with γx + β in each layer, 49 with batch norm. Each has its own "
    "learning rate and scale of the initial weights. Paint your guess on the two blank maps."
)


@section
def maps(settings: Settings, seed: int) -> None:
    """Fill the maps once there is a guess, settle it, and look into the cell that is chosen."""
    guess = story.ask(SCENE, verdicts.QUESTION, verdicts.ANSWERS, "why_not_affine")
    stage = reserve_figure("why_not_affine", (700, 1400), bar_below=True)
    below = st.container(horizontal=True, vertical_alignment="bottom")
    with below:
        seeds = settings.slider(
            "seeds", "Seeds", (1, 2, 3), 1, help="Networks in each cell, from different weights.", format_func=str
        )
        sweep = Sweep(map_experiment(ALWAYS, seed), AXES, seeds, "why_not_affine", free=1, curves=True)
        tasks = choose_tasks(sweep, say_cost=False)
    found = obtain_rows(stage, sweep, tasks)
    show_scene(stage, FIGURE, sweep, found.rows, settings, shown=guess.shown)
    values = st.session_state
    threshold, cell = (
        values["why_not_affine_threshold"],
        {"lr": values["why_not_affine_rate"], "init_scale": values["why_not_affine_scale"]},
    )
    with below:
        link_to_lab(sweep, cell)
    if found.complete:
        settle_maps(guess, sweep, found.rows, threshold)
    if guess.shown:
        answer()
    st.header("Look closer")
    story.look_closer(
        "What happens in the networks of the chosen cell?",
        "why_not_affine_cell",
        lambda: play(sweep, found, threshold, cell),
        asked=settings.asked,
        controls=("rate", "scale"),
    )
    story.look_closer(
        "Is it only that batch norm cancels the initial scale?",
        "why_not_affine_rows",
        lambda: rows(sweep, found, threshold),
        asked=settings.asked,
    )
    story.look_closer(
        "How do the relatives of batch norm do?",
        "why_not_affine_relatives",
        lambda: relatives(settings, seed, seeds),
        asked=settings.asked,
        controls=RELATIVES,
    )


def answer() -> None:
    """Answer the question of the page."""
    story.answer(
        "γx + β is a plain layer under another name, and as picky about learning rate and initial scale; batch norm "
        "learns in many more of these cells.",
        "Two layers learn about as well without it, and where rate and scale suit a plain network there may be little "
        "to gain. Slow is not unable: these are 200 updates.",
    )


def play(sweep: Sweep, found: Found, threshold: float, cell: dict[str, float]) -> None:
    """Play the three networks of the chosen cell, and show them in numbers."""
    reserve("why_not_affine_played").show(network_at(sweep.experiment, cell, range(len(ALWAYS))))
    if len(found.rows):
        look_into(sweep, found.rows, threshold, cell)


def rows(sweep: Sweep, found: Found, threshold: float) -> None:
    """Show why a factor cancels, and what is left without it."""
    with frame.prose():
        st.markdown(
            "In γx + β, x is Wh, weights times inputs, so the scale of the layer is that of γW: γ and the size of W "
            "are two names for one number, which has to be right. In front of batch norm (BN) a factor a on W cancels, "
            "as long as ε, the small number added to the variance, is small beside it:"
        )
        st.latex(r"\gamma\,(Wh)+\beta=(\gamma W)\,h+\beta")
        st.latex(r"\mathrm{BN}(aWh)=\mathrm{BN}(Wh)")
        st.markdown(
            "So at first batch norm puts out the same in all rows of its map. What is left of the scale is the pace: "
            "at the same rate, the direction of longer weights changes more slowly. And no batch norm follows γ, β and "
            "the output layer, so they still ask for a rate that suits them: at the rate 10 batch norm learns from no "
            "scale, but from scale 1 it does with the hidden weights alone at 10 and all else at 0.1."
        )
        st.page_link(
            LAB,
            label="Train the three in the lab: all at 10, the hidden weights alone, all but those",
            icon=":material/science:",
            query_params=at_the_largest_rate(sweep.experiment.seed).to_query(),
        )
    if found.complete:
        tell_rows(sweep, found.rows, threshold)


def relatives(settings: Settings, seed: int, seeds: int) -> None:
    """Add the maps of other normalizations."""
    st.caption("Each switch adds the map of one of them: 49 networks a seed.")
    with st.container(horizontal=True):
        added = [norm for norm in RELATIVES if settings.toggle(norm, NORMS[norm].label, help=NORMS[norm].explanation)]
    if not added:
        return
    sweep = Sweep(map_experiment(added, seed), AXES, seeds, "why_not_affine_added", free=seeds, curves=True)
    stage = reserve_figure("why_not_affine_added", (640, 1400), bar_below=True)
    found = obtain_rows(stage, sweep, sweep.tasks)
    show_scene(stage, f"{FIGURE}_added", sweep, found.rows, settings, shown=True, story=False)


@section
def sigmoids(settings: Settings, seed: int) -> None:
    """Train the sigmoid networks of the paper."""
    is_open = story.look_closer(
        "Is it the same with sigmoids?",
        "why_not_affine_sigmoids",
        lambda: train_sigmoids(seed),
        asked=settings.asked,
        controls=("sigmoids",),
    )
    settings.keep_fold("sigmoids", is_open)


def train_sigmoids(seed: int) -> None:
    """Three hidden layers of sigmoids."""
    st.caption(
        "Three hidden layers of 100 sigmoids on digits, batches of 60, rate 0.5, from the usual initial weights, which "
        "shrink what sigmoids pass on. Look at when each curve passes 0.9."
    )
    draw_sigmoids(reserve_figure("why_not_affine_sigmoid", (420, 480)), sigmoid_experiment(seed))


@section
def depths(settings: Settings, seed: int) -> None:
    """Train at four depths, and a control."""
    is_open = story.look_closer(
        "Does it depend on depth, or on the inputs?",
        "why_not_affine_depths",
        lambda: train_depths(seed),
        asked=settings.asked,
        controls=("depths",),
    )
    settings.keep_fold("depths", is_open)


def train_depths(seed: int) -> None:
    """Four depths on raw inputs, two of them on standardized ones as well."""
    st.caption(
        "ReLU networks of width 32 on digits with 2, 5, 10 and 20 hidden layers, four learning rates each, of which "
        "the best counts. Diamonds: the same with standardized inputs, at 2 and at 20 layers."
    )
    draw_depths(reserve_figure("why_not_affine_depth", (420, 510)), DepthSweep(seed))


with frame.page("pages/5_why_not_affine.py"):
    story.title("pages/5_why_not_affine.py")
    settings = Settings("why_not_affine")
    seed = settings.seed()
    maps(settings, seed)
    sigmoids(settings, seed)
    depths(settings, seed)
    sources(
        "Ioffe & Szegedy 2015, Batch Normalization, abstract: higher rates, less care about initialization.",
        "Bjorck, Gomes, Selman & Weinberger 2018, Understanding Batch Normalization: larger rates as the reason.",
        "Ioffe & Szegedy 2015, section 4.1: three hidden layers of 100 sigmoids, on MNIST there.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
