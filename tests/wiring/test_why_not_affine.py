"""Why not γx + β? What follows each control, and what stays."""

from urllib.parse import parse_qsl

import pandas as pd
import pytest

from bnviz.charts.curves import plot_accuracy
from bnviz.experiment import Experiment, Run
from bnviz.lessons.why_not_affine import charts, verdicts
from bnviz.lessons.why_not_affine.depths import DepthSweep, advantage
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, MapTask, cells, map_experiment, shares
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment, steps_to_learn
from bnviz.norms import NORMS
from bnviz.styles import run_styles
from bnviz.ui.page import sweep_view
from bnviz.ui.page.sweep_view import Sweep, cell_table
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, training_queue
from tests.wiring.following import Page, Shown, dark, require, require_complete, require_order, result_of, settlement

pytestmark = pytest.mark.slow

FILE, ROOM = "pages/5_why_not_affine.py", "why_not_affine"
LOOK = {"theme": "light"}
RELATIVES = ("layer", "rms", "group", "weight", "dynamic_tanh")
AXES = (("lr", RATES), ("init_scale", SCALES))


def rows_of(norms, seeds, seed):
    """One network after the other: the run's number among those shown, and each of its seeds."""
    parts = []
    for number in range(seeds):
        for run, norm in enumerate(norms):
            task = MapTask(map_experiment([norm], seed + number), AXES)
            parts.append(result_of(task).assign(run=run))
    return pd.concat(parts, ignore_index=True)


def must_show(
    *,
    threshold=0.85,
    seeds=1,
    rate=0.1,
    scale=1.0,
    sigmoids=False,
    depths=False,
    affine_prediction=None,
    batch_prediction=None,
    seed=0,
    **added,
) -> Shown:
    """All of the page at these values; `added` holds the switches of further maps."""
    norms = ["none", "affine", "batch", *(norm for norm in RELATIVES if added.get(norm))]
    rows = rows_of(norms, seeds, seed)
    cell = {"lr": rate, "init_scale": scale}
    return (
        told(norms, rows, threshold, affine_prediction, batch_prediction, 49 * seeds)
        + maps(norms, rows, threshold, cell, seed)
        + (sigmoid(seed) if sigmoids else Shown())
        + (deep(seed) if depths else Shown())
    )


def told(norms, rows, threshold, affine_guess, batch_guess, networks):
    """The counts, from the rows alone: a network trains that came to its end with that accuracy."""
    trains = rows[(rows["status"] == "finished") & (rows["test_accuracy"] >= threshold)]
    trained = trains.groupby("run").size().reindex(range(len(norms)), fill_value=0).tolist()
    plain, affine, batch = (verdicts.Count(count, networks) for count in trained[:3])
    usual = shares(rows[rows["init_scale"] == 1.0], threshold)
    return Shown(
        numbers={
            f"{NORMS[norm].label}, networks that train": f"{count} of {networks}"
            for norm, count in zip(norms, trained, strict=True)
        },
        sentences=[
            verdicts.verdict(shares(rows, threshold), norms),
            verdicts.not_immune(rows[rows["norm"] == "batch"]),
            verdicts.at_usual_scale(usual, norms),
            settlement(affine_guess, verdicts.what_affine_did(plain, affine), verdicts.why_affine(plain, affine)),
            settlement(batch_guess, verdicts.what_batch_did(affine, batch), verdicts.why_batch(affine, batch)),
            f"All maps together: {networks * len(norms)} networks × 200 updates, about ",
        ],
    )


def maps(norms, rows, threshold, cell, seed):
    """A map a run with the chosen cell in it, the networks of the cell, and the two profiles through it."""
    experiment, values = map_experiment(norms, seed), dict(AXES)
    styles = run_styles(experiment)
    pictures = []
    for run, style in enumerate(styles):
        own = rows[rows["run"] == run]
        (share,) = shares(own, threshold).to_dict("records")
        note = verdicts.share_note(share["trained"], share["networks"], 49, share["share"], share["sd"])
        table = cells(own, AXES, threshold)
        pictures.append(
            charts.plot_map(table, style, values, threshold=threshold, note=note, cell=cell, pick=True, **LOOK)
        )
    table = cells(rows, AXES, threshold)
    profiles = [
        charts.plot_profile(table, styles, values, along=along, cell=cell, threshold=threshold, **LOOK)
        for along in ("lr", "init_scale")
    ]
    return Shown(charts=[*pictures, *profiles], tables=[cell_table(Sweep(experiment, AXES, 1, "test"), rows, cell)])


def sigmoid(seed):
    experiment = sigmoid_experiment(seed)
    history = result_of(experiment)
    return Shown(
        sentences=[verdicts.sigmoid_verdict(steps_to_learn(history), 1000)],
        charts=[plot_accuracy(history.losses(), run_styles(experiment), status=history.status, **LOOK)],
    )


def deep(seed):
    best = result_of(DepthSweep(seed))
    styles = run_styles(Experiment(runs=(Run(norm="none"), Run(norm="batch"))))
    return Shown(sentences=[verdicts.depth_verdict(advantage(best))], charts=[charts.plot_depths(best, styles, **LOOK)])


def opened(page):
    """What the links to the lab open."""
    links = [link.proto.query_string for link in page.app.get("page_link") if link.proto.query_string]
    return [Experiment.from_query(dict(parse_qsl(link))) for link in links]


MOVES = {
    "threshold": (0.5, 0.95),
    **dict.fromkeys(RELATIVES, (True,)),
    "rate": (2.2, 10.0),
    "scale": (0.01,),
    "affine_prediction": (verdicts.AFFINE_ANSWERS[0],),
    "batch_prediction": (verdicts.BATCH_ANSWERS[3], verdicts.BATCH_ANSWERS[1]),
}
LONG = {"seeds": (2,), "sigmoids": (True,), "depths": (True,)}
MAPS = ("map0_0.1_1", "map1_0.1_1", "map2_0.1_1")  # of the cell that is chosen at first


@pytest.fixture(scope="module")
def page():
    return Page(FILE, ROOM)


def test_every_control_is_moved(page):
    require_complete(page, [{name: values[0]} for name, values in {**MOVES, **LONG}.items()], [*MAPS, "repeat"])


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


@pytest.mark.parametrize(
    "values",
    [
        {"rate": 0.46, "scale": 4.6, "threshold": 0.6, "affine_prediction": verdicts.AFFINE_ANSWERS[1]},
        {"rms": True, "dynamic_tanh": True, "rate": 0.0046, "scale": 100.0, "threshold": 0.9},
        {"sigmoids": True, "depths": True},
    ],
    ids=str,
)
def test_controls_that_are_moved_together_are_told_apart(page, values):
    require(page.move(**values), must_show(**values))


def test_what_folds_away_an_outcome_names_the_network_that_it_is_about(page):
    page.move()
    folds = [fold for fold in page.app.expander if fold.label.startswith("What happened")]
    texts = {fold.label.partition("?")[0]: fold.markdown[0].value for fold in folds}
    assert "With γx + β " in texts["What happened with γx + β"]
    assert "With batch norm " in texts["What happened with batch norm"]


def test_a_second_seed_waits_behind_a_button_that_states_what_is_left_until_others_have_trained_it(page):
    page.move(seeds=2)
    # Its networks are there already where another test of this process has asked for them.
    if "train" in page.controls():
        assert page.control("train").label == "Train the other 147 networks"
        assert page.numbers() == must_show().numbers
    must = must_show(seeds=2)
    require(page.run(), must)
    assert "train" not in page.controls()


def test_links_open_the_chosen_cell_in_the_lab(page):
    page.move(rate=2.2, scale=0.01, layer=True, rms=True)
    runs = [Run(norm=norm, lr=2.2, init_scale=0.01) for norm in ("none", "affine", "batch", "layer", "rms")]
    wanted = [
        Experiment(widths=(32,) * 4, batch_size=64, steps=200, runs=tuple(each))
        for each in (*([run] for run in runs), runs[:4])
    ]
    assert opened(page) == wanted


def test_another_seed_is_another_seed_in_every_network():
    page = Page(FILE, ROOM).press("repeat")
    require(page, must_show(seed=1))
    assert page.app.query_params == {"seed": "1"}
    assert {experiment.seed for experiment in opened(page)} == {1}
    assert page.control("repeat").label == "Repeat all with seed 2"


@pytest.mark.parametrize(
    ("seed", "trained"), [(71, (30, 6, 20)), (72, (6, 30, 40)), (73, (9, 9, 48)), (74, (20, 3, 9)), (75, (2, 25, 3))]
)
def test_predictions_are_settled_by_the_two_networks_that_they_name(seed, trained):
    """With rows that no training gave: there the plain network and γx + β hardly differ."""
    for norm, count in zip(("none", "affine", "batch"), trained, strict=True):
        task = MapTask(map_experiment([norm], seed), AXES)
        rows = result_of(MapTask(map_experiment([norm]), AXES)).assign(seed=seed, status="finished", diverged_at=pd.NA)
        rows["test_accuracy"] = [0.9 if number < count else 0.1 for number in range(49)]
        training_queue()._results.keep(job_key(task), Done("finished", job_key(task), rows), 1)
    page = Page(FILE, ROOM, seed=str(seed))
    require(page, must_show(seed=seed))
    guesses = {"affine_prediction": verdicts.AFFINE_ANSWERS[0], "batch_prediction": verdicts.BATCH_ANSWERS[2]}
    require(page.move(**guesses), must_show(**guesses, seed=seed))


@pytest.mark.parametrize("lr", RATES)
@pytest.mark.parametrize("init_scale", [SCALES[0], SCALES[-1]])
def test_a_click_puts_the_cell_into_the_controls(monkeypatch, lr, init_scale):
    clicked = {"lr": lr * (1 + 1e-12), "init_scale": init_scale}
    state = {"map": {"selection": {"cell": [clicked]}}, "rate": 0.1, "scale": 1.0}
    monkeypatch.setattr(sweep_view.st, "session_state", state)
    sweep_view._pick("map", dict(AXES), {"lr": "rate", "init_scale": "scale"})
    assert (state["rate"], state["scale"]) == (lr, init_scale)
    state["map"] = {"selection": {"cell": []}}
    sweep_view._pick("map", dict(AXES), {"lr": "rate", "init_scale": "scale"})
    assert (state["rate"], state["scale"]) == (lr, init_scale)
