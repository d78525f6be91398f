"""Scale leaves the weights: what follows each control, and what stays."""

import pytest

from bnviz.charts.curves import plot_weights
from bnviz.experiment import Experiment, Run
from bnviz.lessons.scale_decoupling import charts, periodic_charts, periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.decay import DecayEquivalence, length_ratio
from bnviz.lessons.scale_decoupling.equilibrium import EVERY, Equilibrium, equilibrium
from bnviz.lessons.scale_decoupling.equivalence import equivalence, equivalence_experiment, largest_difference
from bnviz.lessons.scale_decoupling.growth import growth, growth_experiment, growth_summary
from bnviz.lessons.scale_decoupling.hand import longer
from bnviz.lessons.scale_decoupling.kick import kick_effect, kick_experiment
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics, at_once
from bnviz.lessons.scale_decoupling.periodic import PeriodicTraining, periodic_summary, thinned
from bnviz.lessons.scale_decoupling.scale import ScaleSweep, effect
from bnviz.styles import run_styles
from bnviz.ui.lessons.scale_decoupling_settling import INPUTS
from bnviz.ui.player import player_table
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, training_queue
from tests.wiring.following import (
    Page,
    Shown,
    dark,
    require,
    require_complete,
    require_order,
    result_of,
    settled,
    settlement,
)

pytestmark = pytest.mark.slow

FILE, ROOM = "pages/6_scale_decoupling.py", "scale_decoupling"
LOOK = {"theme": "light"}


def must_show(
    *,
    factor=10.0,
    eps=1e-5,
    kick_factor=10.0,
    init=0.2,
    rate=0.3,
    update=5,
    equal_factor=10.0,
    equal_norm="batch",
    exact=False,
    decay=0.03,
    decay_exact=True,
    noisy=True,
    w_angle=320.0,
    gradient_prediction=None,
    kick_prediction=None,
    seed=0,
    **hand,
) -> Shown:
    """All of the page at these values, but for the long training."""
    return (
        dragged(w_angle, gradient_prediction, seed)
        + scaled(factor, eps, seed)
        + kicked(kick_factor, kick_prediction, seed)
        + grown(init, rate, update, seed)
        + equal(equal_factor, equal_norm, exact, seed)
        + decayed(decay, decay_exact, seed)
        + balanced(noisy, seed)
    )


def dragged(angle, guess, seed):
    """The settlement of w made ten times as long, at the angle of the hand."""
    plain, batch = longer(angle, seed)
    why = verdicts.why_the_gradient(plain, batch)
    return Shown(sentences=[settled(guess, verdicts.what_the_gradient_did(batch.gradient_ratio), why)] if guess else [])


def scaled(factor, eps, seed):
    """W times a: the table and its sentence at the a of the slider."""
    table = result_of(ScaleSweep(seed=seed))
    plain, batch, unscaled = (
        effect(table, norm, eps, a) for norm, a in (("none", factor), ("batch", factor), ("batch", 1.0))
    )
    styles = run_styles(Experiment(runs=(Run(norm="none"), Run(norm="batch"))))
    return Shown(
        sentences=[verdicts.scale_verdict(batch, unscaled, eps, factor)],
        charts=[
            charts.plot_scaled(table, styles, quantity=quantity, eps=eps, scale=factor, **LOOK)
            for quantity in ("output_sd", "gradient_ratio", "relative_step_ratio")
        ],
        tables=[verdicts.scale_table({"plain": plain, "batch norm": batch})],
    )


def kicked(factor, guess, seed):
    effects = kick_effect(result_of(kick_experiment(factor, seed)))
    batch = effects[effects["norm"] == "batch"].iloc[0]
    answer = verdicts.what_the_kick_did(effects)
    return Shown(
        sentences=[
            settlement(guess, answer, verdicts.why_the_kick(effects, factor)),
            verdicts.evaluation_verdict(batch, at_once(result_of(KickStatistics(factor, seed)))),
        ]
    )


def grown(init, rate, update, seed):
    """The picture of update 5 starts from the weights after 4."""
    experiment = growth_experiment(init, rate, seed)
    table, styles = growth(result_of(experiment)), run_styles(experiment)
    rows = growth_summary(table).set_index("norm", drop=False)
    step = update - 1
    return Shown(
        sentences=[
            verdicts.growth_verdict(rows.loc["batch"], "Batch norm"),
            verdicts.growth_verdict(rows.loc["none"], "Plain"),
        ],
        charts=[
            charts.plot_path(table, styles, run=1, step=step, **LOOK),
            charts.plot_path(table, styles, run=0, step=step, **LOOK),
            charts.plot_growth(table, styles, step=step, **LOOK),
        ],
    )


def equal(factor, norm, exact, seed):
    experiment = equivalence_experiment(factor, norm, exact, seed)
    table = equivalence(result_of(experiment))
    same_rate, scaled_rate = largest_difference(table, 1), largest_difference(table, 2)
    return Shown(
        sentences=[verdicts.equivalence_verdict(scaled_rate, norm, factor, same_rate)],
        charts=[charts.plot_coinciding(table, run_styles(experiment), **LOOK)],
    )


def decayed(decay, exact, seed):
    task = DecayEquivalence(decay, exact, seed)
    table = result_of(task)
    difference = largest_difference(table, 2)
    kept = 1 - 0.1 * decay  # 1 − ηλ
    return Shown(
        sentences=[verdicts.decay_verdict(difference, kept**-599, length_ratio(table), kept**-300)],
        charts=[charts.plot_coinciding(table, run_styles(task.experiment), **LOOK)],
    )


def balanced(noisy, seed):
    task = Equilibrium(noisy, seed)
    table = result_of(task)
    drawn = table[table["step"] % EVERY == 0].reset_index(drop=True)
    return Shown(
        sentences=[verdicts.equilibrium_verdict(equilibrium(table, task.steps))],
        charts=[plot_weights(drawn, run_styles(task.experiment), **LOOK)],
    )


def periodic(rate, hidden_only, guess, seed=0):
    task = PeriodicTraining(rate, hidden_only, seed)
    table, styles = result_of(task), run_styles(task.experiment)
    summary = periodic_summary(table, rate)
    answer = periodic_verdicts.what_the_loss_did(int(summary["spikes"].iloc[0]))
    return Shown(
        sentences=[
            periodic_verdicts.periodic_verdict(summary, rate),
            settlement(guess, answer, periodic_verdicts.why_it_jumps(summary.iloc[0])),
        ],
        charts=[
            periodic_charts.plot_periodic(thinned(table), styles, quantity=quantity, every=5, **LOOK)
            for quantity in ("loss", "weight_norm")
        ],
    )


MOVES = {
    "w_length": (4.0,),
    "w_angle": (100.0,),
    "plane_rate": (1000.0,),
    "walk": (60.0,),
    "start_length": (0.3,),
    "start_angle": (45.0,),
    "settle_rate": (1.0,),
    "settle_decay": (0.01,),
    "settle_walk": (90.0,),
    "factor": (0.001, 1.0),
    "eps": (1.0, 0.0),
    "kick_factor": (0.1, 100.0),
    "init": (1.0,),
    "rate": (0.1,),
    "update": (1, 60),
    "equal_factor": (0.001,),
    "equal_norm": ("none",),
    "exact": (True,),
    "decay": (0.1,),
    "decay_exact": (False,),
    "noisy": (False,),
    "gradient_prediction": (verdicts.GRADIENT_ANSWERS[2], verdicts.GRADIENT_ANSWERS[1]),
    "kick_prediction": (verdicts.KICK_ANSWERS[2], verdicts.KICK_ANSWERS[0]),
}
LONG = {
    "periodic_rate": (0.5,),
    "hidden_only": (True,),
    "periodic_prediction": (periodic_verdicts.ANSWERS[2], periodic_verdicts.ANSWERS[0]),
}
HAND = {"w_length": 0.4, "w_angle": 320.0, "plane_rate": 0.3, "walk": 0.0}
SETTLING = {name: default for name, (_, default) in INPUTS.items()}
PRESSED = ("periodic_ask", "repeat", "gradient_skip", "hand", "settling")
FOLDS = [f"{ROOM}_{name}" for name in ("scaling", "kicking", "growing", "equaling", "decaying", "balancing", "jumping")]
# Shown by the browser from what the server sends it: see the test of the player's table.
PLAYED = ("kick_player",)


@pytest.fixture(scope="module")
def page():
    return Page(FILE, ROOM, folds=FOLDS)


def test_every_control_is_moved(page):
    require_complete(page, [{name: values[0]} for name, values in {**MOVES, **LONG}.items()], [*PRESSED, *PLAYED])


def test_first_sight(page):
    require(page.move(), must_show())
    require_order(page, must_show())


def test_a_dark_page_shows_the_same_in_dark_colors(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
    monkeypatch.setitem(LOOK, "theme", "dark")
    require(page, must_show())


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MOVES.items() for value in values])
def test_what_follows_a_control_follows_and_the_rest_stays(page, name, value):
    require(page.move(**{name: value}), must_show(**{name: value}))
    figure = page.component("hand")
    moved = {key: each for key, each in {name: value}.items() if key in HAND}
    if name == "gradient_prediction":  # the first guess makes w longer
        moved = {"w_length": figure["values"]["w_length"]}
    assert figure["values"] == HAND | moved
    assert figure["held"] == (name != "gradient_prediction")
    settling = page.component("settling")
    assert settling["values"] == SETTLING | {key: each for key, each in {name: value}.items() if key in SETTLING}


@pytest.mark.parametrize(
    "values",
    [
        {"factor": 0.001, "eps": 0.0, "gradient_prediction": verdicts.GRADIENT_ANSWERS[2]},
        {"factor": 500.0, "eps": 1e-3, "update": 33, "kick_prediction": verdicts.KICK_ANSWERS[1]},
    ],
    ids=str,
)
def test_controls_that_are_moved_together_are_told_apart(page, values):
    require(page.move(**values), must_show(**values))


def test_the_player_has_the_kicked_networks(page):
    page.app.session_state["scale_decoupling_kick_as_table"] = True
    page.move(kick_factor=0.1)
    (table,) = page.app.dataframe
    del page.app.session_state["scale_decoupling_kick_as_table"]
    assert table.value.to_csv() == player_table(result_of(kick_experiment(0.1))).to_csv()


def test_another_seed_is_another_seed_in_every_experiment():
    page = Page(FILE, ROOM, folds=FOLDS).press("repeat")
    require(page, must_show(seed=1))
    assert page.app.query_params == {"seed": "1"}
    assert page.control("repeat").label == "Repeat all with seed 2"
    # With a length that no training gave: else what is measured cannot be told from the theory.
    task = DecayEquivalence(0.01, True, 1)
    table = result_of(DecayEquivalence(seed=1))
    longer = table["weight_norm"].where(table["run"] != 2, 1.5 * table["weight_norm"])
    training_queue()._results.keep(job_key(task), Done("finished", job_key(task), table.assign(weight_norm=longer)), 1)
    require(page.move(decay=0.01), must_show(decay=0.01, seed=1))


@pytest.fixture(scope="module")
def long_page():
    return Page(FILE, ROOM, folds=FOLDS).press("periodic_ask")


@pytest.mark.parametrize(
    "values",
    [
        {"periodic_prediction": periodic_verdicts.ANSWERS[2]},
        {"periodic_rate": 0.5, "periodic_prediction": periodic_verdicts.ANSWERS[0]},
        {"hidden_only": True},
    ],
    ids=str,
)
def test_the_long_training_follows_its_own_controls(long_page, values):
    asked = {"periodic_rate": 0.2, "hidden_only": False, "periodic_prediction": None} | values
    long_page.move(**values)
    require(long_page, must_show() + periodic(*asked.values()))


def test_the_long_training_once_asked_for_is_not_offered_again(long_page):
    assert "periodic_ask" not in long_page.controls()
