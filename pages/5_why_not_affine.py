"""Why not γx + β? Maps of where networks train, the sigmoid network, and depth."""

import streamlit as st

from bnviz.costs import work, work_in_a_sweep
from bnviz.lessons.why_not_affine import verdicts
from bnviz.lessons.why_not_affine.depths import DepthSweep
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, map_experiment
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment
from bnviz.norms import NORMS
from bnviz.ui.lessons.why_not_affine import draw_depths, draw_sigmoids, look_into, tell_maps
from bnviz.ui.page import frame
from bnviz.ui.page.lesson import limit, predict, sources
from bnviz.ui.page.settings import Settings
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.sweep_view import Sweep, choose_tasks, cost_words, show_maps
from bnviz.ui.page.waiting import section

ALWAYS = ("none", "affine", "batch")
RELATIVES = ("layer", "rms", "group", "weight", "dynamic_tanh")


@section
def maps(settings: Settings, seed: int) -> None:
    """Fill the maps, settle both predictions, and look into one cell."""
    affine_guess = predict(
        "Does γx + β train in more cells than the plain network (β only)?",
        verdicts.AFFINE_ANSWERS,
        "why_not_affine_affine",
    )
    batch_guess = predict("And batch norm, compared with γx + β?", verdicts.BATCH_ANSWERS, "why_not_affine_batch")

    st.header("Where does it train at all?")
    with st.container(horizontal=True):
        threshold = settings.slider(
            "threshold",
            "A network trains if its test accuracy is at least",
            (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95),
            0.85,
            help="A dot marks the cells that reach it. Guessing gives 0.1.",
            width=340,
        )
        seeds = settings.slider(
            "seeds", "Seeds", (1, 2, 3), 1, help="Networks in each cell, from different weights.", format_func=str
        )
    with st.container(horizontal=True):
        added = [
            norm
            for norm in RELATIVES
            if settings.toggle(norm, NORMS[norm].label, help=f"Add the map of {NORMS[norm].label}.")
        ]
    axes = (("lr", RATES), ("init_scale", SCALES))
    sweep = Sweep(map_experiment((*ALWAYS, *added), seed), axes, seeds, "why_not_affine", free=1)
    tasks = choose_tasks(sweep)
    st.caption(
        "Four hidden layers of 32 ReLUs on digits, 200 updates on batches of 64, no momentum. Both axes are "
        "logarithmic. Dot: it trains. Cross: a loss or a weight left the range of numbers. Dark without a mark: it "
        "stayed near guessing. Look at how far the marked region reaches, and click on a cell to look into it."
    )
    map_stage = reserve_figure("why_not_affine", (720, 1670))
    with frame.prose():
        st.markdown(
            "The scale of a plain layer is that of γW, for x is Wh: both letters name one number, and it has to be "
            "right. In front of batch norm a factor a on W cancels, as long as ε is small beside the variance:"
        )
        st.latex(r"\gamma\,(Wh)+\beta=(\gamma W)\,h+\beta")
        st.latex(r"\mathrm{BN}(aWh)=\mathrm{BN}(Wh)")
    st.header("Look into one cell")
    with st.container(horizontal=True):
        rate = settings.slider("rate", "Learning rate η", RATES, 0.1, help="The column; a click on a map sets it too.")
        scale = settings.slider(
            "scale", "Initial scale", SCALES, 1.0, help="The row: a factor on the usual initial hidden weights."
        )
    cell_stage = reserve_figure("why_not_affine_cell", (560, 1040))
    found = show_maps(
        map_stage, sweep, tasks, threshold, {"lr": "why_not_affine_rate", "init_scale": "why_not_affine_scale"}
    )
    if found.complete:
        with map_stage.picture:
            tell_maps(sweep, found, threshold, affine_guess, batch_guess)
    if len(found.rows):
        with cell_stage.picture:
            look_into(sweep, found.rows, threshold, {"lr": rate, "init_scale": scale})


@section
def sigmoids(settings: Settings, seed: int) -> None:
    """Train the sigmoid networks of the paper."""
    st.header("Sigmoids instead of ReLUs")
    experiment = sigmoid_experiment(seed)
    sigmoids = settings.toggle(
        "sigmoids",
        f"Train them: {cost_words(len(experiment.runs), work(experiment), experiment.steps)}",
        help="Takes some seconds.",
    )
    st.caption(
        "Three hidden layers of 100 sigmoids on digits, batches of 60, rate 0.5. Look at when each curve passes 0.9."
    )
    sigmoid_stage = reserve_figure("why_not_affine_sigmoid", (420, 480)) if sigmoids else None
    st.page_link("app.py", label="Watch five layers of sigmoids at work on the first page", icon=":material/help:")
    if sigmoid_stage:
        draw_sigmoids(sigmoid_stage, experiment)


@section
def depths(settings: Settings, seed: int) -> None:
    """Train at four depths, and a control."""
    st.header("Depth, and a control")
    depth_task = DepthSweep(seed)
    depth_cost = sum(map(work_in_a_sweep, depth_task.networks))
    depths = settings.toggle(
        "depths",
        f"Train them: {cost_words(depth_task.steps, depth_cost, depth_task.updates)}",
        help="Takes some seconds.",
    )
    st.caption(
        "ReLU networks of width 32 on digits with 2, 5, 10 and 20 hidden layers, four learning rates each, of which "
        "the best counts. The control has three layers and standardized inputs."
    )
    depth_stage = reserve_figure("why_not_affine_depth", (420, 510)) if depths else None
    if depth_stage:
        draw_depths(depth_stage, depth_task)


with frame.page("pages/5_why_not_affine.py"):
    st.title("γx + β renames the weights and leaves training as picky as before")
    with frame.prose():
        settings = Settings("why_not_affine")
        seed = settings.seed()
        st.markdown(
            "Make two guesses, then watch the maps fill in. Every cell is a network of its own, trained from the "
            "learning rate and the initial scale of its column and row. The initial scale is a factor on the usual "
            "random initial weights of the hidden layers. The larger the region in which networks learn, "
            "the less exactly both have to be chosen. Does a layer γx + β, which may learn its scale, make it larger?"
        )
    maps(settings, seed)
    sigmoids(settings, seed)
    depths(settings, seed)

    limit(
        "Batch norm is not immune. No batch norm follows the output layer, so its weights still ask for a rate that "
        "suits them, and in the hidden layers a bad scale is a bad pace. The maps depend on the threshold and on 200 "
        "updates: slow is not the same as unable. Where rate and initial scale suit a plain network, there may "
        "be little to gain: good preprocessing and a good initialization are the search for that place."
    )
    sources(
        "Ioffe & Szegedy 2015, Batch Normalization, abstract: higher rates, less care about initialization.",
        "Bjorck, Gomes, Selman & Weinberger 2018, Understanding Batch Normalization: larger rates as the reason.",
        "Ioffe & Szegedy 2015, section 4.1: three hidden layers of 100 sigmoids, on MNIST there.",
    )
    settings.repeat_with_another_seed()
    settings.keep()
