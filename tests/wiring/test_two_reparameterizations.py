"""Is it the VAE trick? What follows each control, and what stays."""

import json
from html import escape

import pytest

from bnviz.charts.graph import words
from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations import charts, verdicts
from bnviz.lessons.two_reparameterizations.direction import TurnedWeights, compared, dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates, histogram, measured
from bnviz.lessons.two_reparameterizations.graph_charts import WEIGHT_NORM
from bnviz.lessons.two_reparameterizations.last_line import LastLine
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines
from bnviz.norms import NORMS
from bnviz.ui.lessons.two_reparameterizations_estimates import INPUTS, estimators
from bnviz.ui.lessons.two_reparameterizations_line import START, last_line
from tests.wiring import following
from tests.wiring.following import Page, Shown, dark, require, require_complete, require_order, result_of

FILE, ROOM = "pages/10_two_reparameterizations.py", "two_reparameterizations"
FOLDS = [f"{ROOM}_{name}" for name in ("estimates", "dependence", "relative")]
ARROWS = {name: default for name, (_, default) in INPUTS.items()}
LOOK = {"theme": "light"}


def must_show(
    *,
    function="square",
    mean=2.0,
    sd=1.0,
    samples=16,
    angle=30,
    factor=1.0,
    again=False,
    prediction=None,
    spread_prediction=None,
    seed=0,
    **_figure,
) -> Shown:
    """All of the page at these values, every fold open."""
    return (
        turned(prediction, seed)
        + estimated(function, mean, sd, samples, spread_prediction, seed)
        + changed(angle, factor, again, seed)
        + Shown(sentences=[verdicts.right_angle_verdict(largest_cosines(result_of(RightAngles(seed))))])
    )


def settled(guess, happened, why):
    if guess is None:
        return []
    if guess == happened:
        return [f"You guessed *{guess}*, and **that is what happened.** {why}"]
    return [f"You guessed *{guess}*. **What happened: {happened}.** {why}"]


def turned(guess, seed):
    line = LastLine(seed)
    moved = abs(line.at(turn=80.0).normalized - line.at().normalized).max()
    return Shown(sentences=settled(guess, "x̂ alone", verdicts.why_turning(moved, 60)))


def estimated(function, mean, sd, samples, guess, seed):
    task = GradientEstimates(function, mean, sd, int(samples), seed)
    frame, exact = result_of(task), task.exact
    found = measured(frame)
    answer = verdicts.which_spreads_more(exact.score / exact.pathwise)
    return Shown(
        sentences=[
            following.settled(guess, answer, verdicts.why_it_spreads(found, exact, int(samples))),
            verdicts.unbiased(found, exact, 100_000),
        ],
        charts=[charts.plot_estimates(histogram(frame), gradient=exact.gradient, **LOOK)],
    )


def changed(angle, factor, again, seed):
    """What is said is of the change that the controls ask for."""
    frame = result_of(TurnedWeights(seed))
    found, pairs = dependence(frame, angle, factor, again), compared(frame, angle, factor, again)
    light = LOOK["theme"] == "light"
    blue, noise = NORMS["batch"].color if light else NORMS["batch"].color_dark, PALETTES[LOOK["theme"]].classes[0]
    return Shown(
        sentences=[verdicts.dependence_verdict(found, angle, factor, again), verdicts.leak_verdict(found)],
        charts=[
            charts.plot_compared(pairs, quantity="normalized", color=blue, **LOOK),
            charts.plot_compared(pairs, quantity="noise", color=noise, **LOOK),
        ],
    )


MOVES = {
    "function": ("wave",),
    "mean": (0.0, 3.0),
    "sd": (0.25, 2.0),
    "samples": (4.0,),
    "throw": (7.0,),
    "angle": (0, 90),
    "factor": (100.0, 0.01),
    "again": (True,),
    "spread_prediction": (verdicts.SPREAD_ANSWERS[0], verdicts.SPREAD_ANSWERS[3]),
    "graph": (1.0,),
    "turn": (80.0,),
    "length": (0.5,),
    "roll": (4,),
    "batch": (2,),
    "scale": (2.0,),
    "shift": (-1.5,),
    # Last: the page remembers that a guess was made.
    "prediction": (verdicts.TURN_ANSWERS[0], verdicts.TURN_ANSWERS[2]),
}
TOGETHER = (
    {"function": "wave", "mean": 0.5, "sd": 0.1, "samples": 4, "spread_prediction": verdicts.SPREAD_ANSWERS[1]},
    {"function": "wave", "mean": 1.0, "sd": 0.25},
    {"angle": 0, "again": True, "prediction": verdicts.TURN_ANSWERS[1]},
    {"angle": 60, "factor": 10.0, "again": True, "prediction": verdicts.TURN_ANSWERS[0]},
    {"angle": 0, "factor": 0.1},
)


def opened() -> Page:
    """The page with every fold open, for a reader who wants no guess in the fold that asks for one."""
    page = Page(FILE, ROOM, FOLDS)
    page.app.session_state[f"{ROOM}_spread_skipped"] = True
    return page.run()


@pytest.fixture(scope="module")
def page():
    return opened()


def test_every_control_is_moved(page):
    require_complete(page, [{name: values[0]} for name, values in MOVES.items()], ["repeat", "line", "arrows", "skip"])


def test_first_sight(page):
    require(page.move(), must_show())
    require_order(page, must_show())


def test_a_dark_page_shows_the_same_in_dark_colors(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
    monkeypatch.setitem(LOOK, "theme", "dark")
    require(page, must_show())
    assert "w below batch norm by 60°" in page.control("prediction").label
    pictures = [html.proto.body for html in page.app.get("html") if "<img" in html.proto.body]
    assert [f'alt="{escape(words(WEIGHT_NORM))}"' in html for html in pictures] == [True]
    assert f"**{WEIGHT_NORM.title}**" in page.text()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MOVES.items() for value in values])
def test_what_follows_a_control_follows_and_the_rest_stays(page, name, value):
    require(page.move(**{name: value}), must_show(**{name: value}))
    require_figure(page, **{name: value})


def require_figure(page: Page, **values) -> None:
    figure = page.component("line")
    said = values.get("prediction") and verdicts.TURN_ANSWERS.index(values["prediction"])
    assert figure["values"] == {**START, **{name: value for name, value in values.items() if name in START}}
    assert figure["scene"] == json.loads(json.dumps(last_line(values.get("seed", 0), said).to_dict()))
    assert figure["held"] == (values.get("prediction") is None)
    arrows = page.component("arrows")
    assert arrows["values"] == {**ARROWS, **{name: value for name, value in values.items() if name in ARROWS}}
    scene = estimators(values.get("function", "square"), values.get("seed", 0))
    assert arrows["scene"] == json.loads(json.dumps(scene.to_dict()))
    assert not arrows["held"]


def test_before_a_guess_nothing_is_given_away():
    page = Page(FILE, ROOM)
    assert "What happened" not in page.text()
    assert page.component("line")["held"]


def test_the_arrows_and_many_estimates_wait_for_the_guess_of_their_fold():
    page = Page(FILE, ROOM, FOLDS, function="wave")
    arrows = page.component("arrows")
    assert arrows["held"]
    assert arrows["scene"] == json.loads(json.dumps(estimators("wave", 0, shown=False).to_dict()))
    assert [mark["kind"] for mark in arrows["scene"]["marks"] if mark["kind"] == "estimates"] == []
    assert len(page.charts()) == 2, "those of the other fold"
    assert "The true gradient is" not in page.text()
    assert "Their means" not in page.text()
    assert "measured" not in page.text().lower().replace("measured in a layer", "")
    page.control("spread_prediction").set_value(verdicts.SPREAD_ANSWERS[1])
    page.run()
    assert page.component("arrows")["scene"] == json.loads(json.dumps(estimators("wave", 0).to_dict()))
    assert len(page.charts()) == 3


@pytest.mark.parametrize(
    ("query", "fold"),
    [
        ({"function": "wave"}, "estimates"),
        ({"mean": "3", "sd": "0.5"}, "estimates"),
        ({"samples": "64"}, "estimates"),
        ({"angle": "90"}, "dependence"),
        ({"factor": "100", "again": "on"}, "dependence"),
        ({}, None),
        ({"turn": "80", "roll": "3"}, None),
    ],
    ids=str,
)
def test_a_link_opens_the_fold_that_it_points_at(query, fold):
    page = Page(FILE, ROOM, **query)
    named = {"estimates": "function", "dependence": "angle"}
    assert {name for name, control in named.items() if control in page.controls()} == ({fold} if fold else set())
    assert page.app.query_params == query
    assert not page.app.error


@pytest.mark.parametrize("values", TOGETHER, ids=str)
def test_controls_that_are_moved_together_are_told_apart(page, values):
    require(page.move(**values), must_show(**values))


def test_another_seed_is_another_seed_in_every_experiment():
    page = opened().press("repeat")
    require(page, must_show(seed=1))
    require_figure(page, seed=1)
    assert page.app.query_params == {"seed": "1"}
    assert page.control("repeat").label == "Repeat all with seed 2"
