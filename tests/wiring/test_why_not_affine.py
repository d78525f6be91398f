"""Why not γx + β? What follows each control, and what stays."""

from urllib.parse import parse_qsl

import pandas as pd
import pytest

from bnviz.charts.curves import plot_accuracy
from bnviz.experiment import Experiment, Run
from bnviz.lessons.why_not_affine import charts, verdicts
from bnviz.lessons.why_not_affine.curves import CurveTask
from bnviz.lessons.why_not_affine.depths import DepthSweep, advantage
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, at_the_largest_rate, cells, map_experiment, shares
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment, steps_to_learn
from bnviz.styles import run_styles
from bnviz.ui.page import sweep_view
from bnviz.ui.page.sweep_view import Sweep, cell_table
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, training_queue
from tests.wiring.following import Page, Shown, dark, require, require_complete, result_of

pytestmark = pytest.mark.slow

FILE, ROOM = "pages/5_why_not_affine.py", "why_not_affine"
LOOK = {"theme": "light"}
ALWAYS = ("none", "affine", "batch")
RELATIVES = ("layer", "rms", "group", "weight", "dynamic_tanh")
AXES = (("lr", RATES), ("init_scale", SCALES))
FOLDS = {
    "cell": "What happens in the networks of the chosen cell?",
    "rows": "Is it only that batch norm cancels the initial scale?",
    "relatives": "How do the relatives of batch norm do?",
    "sigmoids": "Is it the same with sigmoids?",
    "depths": "Does it depend on depth, or on the inputs?",
}
"""Name → the question on it."""


def rows_of(norms, seeds, seed):
    """One network after the other: the run's number among those shown, and each of its seeds."""
    parts = []
    for number in range(seeds):
        for run, norm in enumerate(norms):
            task = CurveTask(map_experiment([norm], seed + number), AXES)
            parts.append(result_of(task).assign(run=run))
    return pd.concat(parts, ignore_index=True)


def must_show(*, threshold=0.85, seeds=1, rate=0.1, scale=1.0, overlay=0.0, prediction=None, seed=0, **added) -> Shown:
    """All of the page at these values, but for the maps, which `require_maps` compares."""
    rows = rows_of(ALWAYS, seeds, seed)
    cell = {"lr": rate, "init_scale": scale}
    return told(rows, threshold, prediction, seeds) + looked_into(rows, threshold, cell, seed) + closer(seed)


def told(rows, threshold, guess, seeds):
    """The settlement once there is a guess, and what is said of the rows."""
    trains = rows[(rows["status"] == "finished") & (rows["test_accuracy"] >= threshold)]
    trained = trains.groupby("run").size().reindex(range(3), fill_value=0).tolist()
    counts = [verdicts.Count(count, 49 * seeds) for count in trained]
    happened, why = verdicts.what_happened(*counts), verdicts.why(*counts, threshold)
    usual = shares(rows[rows["init_scale"] == 1.0], threshold)
    sentences = [verdicts.at_usual_scale(usual, ALWAYS), verdicts.not_immune(rows[rows["norm"] == "batch"])]
    if guess == happened:
        sentences.append(f"You guessed *{guess}*, and **that is what happened.** {why}")
    elif guess:
        sentences.append(f"You guessed *{guess}*. **What happened: {happened}.** {why}")
    return Shown(sentences=sentences)


def looked_into(rows, threshold, cell, seed):
    """The networks of the chosen cell, and the two profiles through it."""
    experiment = map_experiment(ALWAYS, seed)
    table = cells(rows, AXES, threshold)
    profiles = [
        charts.plot_profile(
            table, run_styles(experiment), dict(AXES), along=along, cell=cell, threshold=threshold, **LOOK
        )
        for along in ("lr", "init_scale")
    ]
    return Shown(charts=profiles, tables=[cell_table(Sweep(experiment, AXES, 1, "test"), rows, cell)])


def closer(seed):
    """Sigmoids and depths, whose folds are open."""
    experiment, best = sigmoid_experiment(seed), result_of(DepthSweep(seed))
    history = result_of(experiment)
    both = run_styles(Experiment(runs=(Run(norm="none"), Run(norm="batch"))))
    return Shown(
        sentences=[verdicts.sigmoid_verdict(steps_to_learn(history), 1000), verdicts.depth_verdict(advantage(best))],
        charts=[
            plot_accuracy(history.losses(), run_styles(experiment), status=history.status, **LOOK),
            charts.plot_depths(best, both, **LOOK),
        ],
    )


def require_maps(page, *, shown=ALWAYS, seeds=1, seed=0, added=(), **values):
    """Assert that the figures show the networks of these norms, at these values, and no others."""
    hero = page.component("maps")
    assert hero["values"] == {"threshold": 0.85, "rate": 0.1, "scale": 1.0, "overlay": 0.0, **values}
    assert hero["held"] == (tuple(shown) != ALWAYS)
    figures = [(hero, shown)]
    if added:
        figures.append((page.component("maps_added"), added))
    for data, norms in figures:
        given = data["scene"]["given"]
        rows = rows_of(norms, seeds, seed)
        assert [*given["maps"]] == [*given["curves"]] == [*norms]
        for run, norm in enumerate(norms):
            for _, row in rows[rows["run"] == run].iterrows():
                cell = SCALES.index(row["init_scale"]) * 7 + RATES.index(row["lr"])
                accuracy = -1.0 if row["status"] == "diverged" else row["test_accuracy"]
                assert given["maps"][norm][row["seed"] - seed][cell] == accuracy


def opened(page):
    """What the link to the lab opens."""
    links = [link.proto.query_string for link in page.app.get("page_link") if link.proto.query_string]
    return [Experiment.from_query(dict(parse_qsl(link))) for link in links]


MOVES = {
    "threshold": (0.5, 0.95),
    "rate": (2.2, 10.0),
    "scale": (0.01,),
    "prediction": (verdicts.ANSWERS[0], verdicts.ANSWERS[2]),
}
LONG = {"seeds": (2,), "overlay": (1.0,), **dict.fromkeys(RELATIVES, (True,))}
PRESSED = ("repeat", "skip", "maps", "played_player")


def opened_page(**query) -> Page:
    """The page with all folds open, whose work is done: that on depths takes longer than a page waits here."""
    must_show(seed=int(query.get("seed", "0")))
    page = Page(FILE, ROOM, **query)
    for fold in FOLDS:
        page.app.session_state[f"{ROOM}_{fold}_fold"] = True
    page.run()
    page.first = {name: page.control(name).value for name in page.controls() - {*PRESSED}}
    return page


@pytest.fixture(scope="module")
def page():
    return opened_page()


def test_every_control_is_moved(page):
    require_complete(page, [{name: values[0]} for name, values in {**MOVES, **LONG}.items()], PRESSED)


def test_first_sight_keeps_two_maps_back(page):
    require(page.move(), must_show())
    require_maps(page, shown=("none",))
    assert "What happened" not in page.text()


def test_a_dark_page_shows_the_same_in_dark_colors(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
    monkeypatch.setitem(LOOK, "theme", "dark")
    require(page, must_show())


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MOVES.items() for value in values])
def test_what_follows_a_control_follows_and_the_rest_stays(page, name, value):
    require(page.move(**{name: value}), must_show(**{name: value}))
    own = {} if name == "prediction" else {name: value}
    require_maps(page, shown=ALWAYS if name == "prediction" else ("none",), **own)


@pytest.mark.parametrize(
    "values",
    [
        {"rate": 0.46, "scale": 4.6, "threshold": 0.6, "prediction": verdicts.ANSWERS[1]},
        {"rate": 0.0046, "scale": 100.0, "threshold": 0.9, "overlay": 1.0, "prediction": verdicts.ANSWERS[2]},
    ],
    ids=str,
)
def test_controls_that_are_moved_together_are_told_apart(page, values):
    require(page.move(**values), must_show(**values))
    require_maps(page, **{name: value for name, value in values.items() if name != "prediction"})


def test_relatives_have_maps_of_their_own(page):
    rows_of(("rms", "dynamic_tanh"), 1, 0)  # a page does not wait for them
    page.move(prediction=verdicts.ANSWERS[2], rms=True, dynamic_tanh=True, threshold=0.9)
    require_maps(page, threshold=0.9, added=("rms", "dynamic_tanh"))
    assert page.component("maps_added")["values"] == {"threshold": 0.9, "rate": 0.1, "scale": 1.0}


def test_a_second_seed_waits_behind_a_button_until_others_have_trained_it(page):
    page.move(seeds=2, prediction=verdicts.ANSWERS[2])
    # Its networks are there already where another test of this process has asked for them.
    if "train" in page.controls():
        assert page.control("train").label == "Train the other 147 networks"
    must = must_show(seeds=2, prediction=verdicts.ANSWERS[2])
    require(page.run(), must)
    require_maps(page, seeds=2)
    assert "train" not in page.controls()


def test_the_links_open_the_chosen_cell_and_the_controls_of_the_largest_rate_in_the_lab(page):
    page.move(rate=2.2, scale=0.01)
    runs = tuple(Run(norm=norm, lr=2.2, init_scale=0.01) for norm in ALWAYS)
    cell = Experiment(widths=(32,) * 4, batch_size=64, steps=200, runs=runs)
    found = opened(page)
    assert len(found) == 2
    assert cell in found
    assert at_the_largest_rate() in found


def test_another_seed_is_another_seed_in_every_network():
    page = opened_page()
    must_show(seed=1)
    page.press("repeat")
    require(page.move(), must_show(seed=1))
    require_maps(page, shown=("none",), seed=1)
    assert page.app.query_params["seed"] == "1"
    assert {experiment.seed for experiment in opened(page)} == {1}
    assert page.control("repeat").label == "Repeat all with seed 2"


@pytest.mark.parametrize(
    ("seed", "trained"), [(71, (30, 6, 20)), (72, (6, 30, 40)), (73, (9, 9, 48)), (75, (2, 25, 3))]
)
def test_the_guess_is_settled_by_the_networks_that_it_names(seed, trained):
    """With rows that no training gave: there the plain network and γx + β hardly differ."""
    for norm, count in zip(ALWAYS, trained, strict=True):
        task = CurveTask(map_experiment([norm], seed), AXES)
        rows = result_of(CurveTask(map_experiment([norm]), AXES)).assign(
            seed=seed, status="finished", diverged_at=pd.NA
        )
        rows["test_accuracy"] = [0.9 if number < count else 0.1 for number in range(49)]
        training_queue()._results.keep(job_key(task), Done("finished", job_key(task), rows), 1)
    page = Page(FILE, ROOM, seed=str(seed))
    counts = [verdicts.Count(count, 49) for count in trained]
    for guess in verdicts.ANSWERS:
        page.move(prediction=guess)
        said = told(rows_of(ALWAYS, 1, seed), 0.85, guess, 1).sentences[-1]
        assert said in page.text()
        assert ("that is what happened" in said) == (guess == verdicts.what_happened(*counts))


@pytest.mark.parametrize(
    ("query", "folds"),
    [
        ({}, ()),
        ({"threshold": "0.5", "seeds": "1"}, ()),
        ({"rate": "2.2"}, ("cell",)),
        ({"scale": "22"}, ("cell",)),
        ({"rms": "on"}, ("relatives",)),
        ({"sigmoids": "on"}, ("sigmoids",)),
        ({"depths": "on", "layer": "on"}, ("depths", "relatives")),
    ],
    ids=str,
)
def test_an_old_link_opens_the_fold_that_it_points_at(query, folds):
    page = Page(FILE, ROOM, **query)
    found = {fold.label: fold.proto.expanded for fold in page.app.expander}
    assert {name for name, question in FOLDS.items() if found[question]} == {*folds}


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
