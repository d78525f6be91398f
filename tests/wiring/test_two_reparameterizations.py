"""Is it the VAE trick? What follows each control, and what stays."""

from html import escape

import pytest

from bnviz.charts.graph import words
from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations import charts, verdicts
from bnviz.lessons.two_reparameterizations.direction import TurnedWeights, compared, dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import GradientEstimates, histogram, measured
from bnviz.lessons.two_reparameterizations.graph_charts import BATCH_NORM, VAE, WEIGHT_NORM
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines
from bnviz.norms import NORMS
from bnviz.words import short
from tests.wiring.following import Page, Shown, dark, require, require_complete, require_order, result_of, settlement

FILE, ROOM = "pages/10_two_reparameterizations.py", "two_reparameterizations"
LOOK = {"theme": "light"}
ASKED = 30  # degrees, in the words of the question


def must_show(
    *,
    function="square",
    mean=2.0,
    sd=1.0,
    samples=1,
    angle=30,
    factor=1.0,
    again=False,
    spread_prediction=None,
    turn_prediction=None,
    seed=0,
) -> Shown:
    """All of the page at these values."""
    found = measured(result_of(GradientEstimates(function, mean, sd, samples, seed)))
    asked = dependence(result_of(TurnedWeights(seed)), ASKED, 1.0)
    return (
        estimated(function, mean, sd, samples, spread_prediction, seed)
        + changed(angle, factor, again, turn_prediction, seed)
        + right_angles(seed)
        + Shown(sentences=[verdicts.verdict(found.ratio, asked)])
    )


def estimated(function, mean, sd, samples, guess, seed):
    task = GradientEstimates(function, mean, sd, samples, seed)
    frame, exact = result_of(task), task.exact
    found = measured(frame)
    score, pathwise = frame["score"].var(), frame["pathwise"].var()
    answer, why = verdicts.which_spreads_more(score / pathwise), verdicts.why_it_spreads(found, exact, samples)
    return Shown(
        numbers={
            "variance, score function": short(score),
            "the same, exact": short(exact.score / samples),
            "variance, pathwise": short(pathwise),
            "pathwise, exact": short(exact.pathwise / samples),
            "ratio": short(score / pathwise),
            "ratio, exact": short(exact.score / exact.pathwise, 4),
        },
        sentences=[settlement(guess, answer, why), verdicts.unbiased(found, exact, 100_000)],
        charts=[charts.plot_estimates(histogram(frame), gradient=exact.gradient, **LOOK)],
    )


def changed(angle, factor, again, guess, seed):
    """The numbers are of the change that the controls ask for; the prediction is of the turn that is asked about."""
    frame = result_of(TurnedWeights(seed))
    found, asked = dependence(frame, angle, factor, again), dependence(frame, ASKED, 1.0)
    pairs = compared(frame, angle, factor, again)
    light = LOOK["theme"] == "light"
    blue, noise = NORMS["batch"].color if light else NORMS["batch"].color_dark, PALETTES[LOOK["theme"]].classes[0]
    return Shown(
        numbers={
            "largest change of x̂": short((pairs["normalized_after"] - pairs["normalized_before"]).abs().max(), 2),
            "largest change of ε": short((pairs["noise_after"] - pairs["noise_before"]).abs().max(), 2),
            "‖∂x̂/∂w‖": short(found.sensitivity),
            "‖∂x̂/∂w·w‖": short(found.along, 1),
            "∂ε/∂φ": "0",
        },
        sentences=[
            verdicts.dependence_verdict(found, angle, factor, again),
            verdicts.leak_verdict(found),
            settlement(guess, verdicts.what_turning_did(asked), verdicts.why_turning(asked, ASKED)),
        ],
        charts=[
            charts.plot_compared(pairs, quantity="normalized", color=blue, **LOOK),
            charts.plot_compared(pairs, quantity="noise", color=noise, **LOOK),
        ],
    )


def right_angles(seed):
    cosines = largest_cosines(result_of(RightAngles(seed)))
    return Shown(
        numbers={
            "largest |cos|, weight normalization": short(cosines["weight"], 2),
            "largest |cos|, batch norm": short(cosines["batch"], 2),
            "largest |cos|, plain": short(cosines["none"], 2),
        },
        sentences=[verdicts.right_angle_verdict(cosines)],
    )


MOVES = {
    "function": ("wave",),
    "mean": (0.0, 3.0),
    "sd": (0.25, 2.0),
    "samples": (16,),
    "angle": (0, 90),
    "factor": (100.0, 0.01),
    "again": (True,),
    "spread_prediction": (verdicts.SPREAD_ANSWERS[0], verdicts.SPREAD_ANSWERS[3]),
    "turn_prediction": (verdicts.TURN_ANSWERS[0], verdicts.TURN_ANSWERS[2]),
}
TOGETHER = (
    {"function": "wave", "mean": 0.5, "sd": 0.1, "samples": 4, "spread_prediction": verdicts.SPREAD_ANSWERS[1]},
    {"function": "wave", "mean": 1.0, "sd": 0.25},
    {"angle": 0, "again": True, "turn_prediction": verdicts.TURN_ANSWERS[1]},
    {"angle": 60, "factor": 10.0, "again": True, "turn_prediction": verdicts.TURN_ANSWERS[0]},
    {"angle": 0, "factor": 0.1},
)


@pytest.fixture(scope="module")
def page():
    return Page(FILE, ROOM)


def test_every_control_is_moved(page):
    require_complete(page, [{name: values[0]} for name, values in MOVES.items()], ["repeat"])


def test_first_sight(page):
    require(page.move(), must_show())
    require_order(page, must_show())


def test_a_dark_page_shows_the_same_in_dark_colors(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
    monkeypatch.setitem(LOOK, "theme", "dark")
    require(page, must_show())
    assert f"turned by {ASKED}°" in page.control("turn_prediction").label
    pictures = [html.proto.body for html in page.app.get("html") if "<img" in html.proto.body]
    for graph, html in zip((VAE, BATCH_NORM, WEIGHT_NORM), pictures, strict=True):
        assert f'alt="{escape(words(graph))}"' in html
        assert f"**{graph.title}**" in page.text()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in MOVES.items() for value in values])
def test_what_follows_a_control_follows_and_the_rest_stays(page, name, value):
    require(page.move(**{name: value}), must_show(**{name: value}))


@pytest.mark.parametrize("values", TOGETHER, ids=str)
def test_controls_that_are_moved_together_are_told_apart(page, values):
    require(page.move(**values), must_show(**values))


def test_another_seed_is_another_seed_in_every_experiment():
    page = Page(FILE, ROOM).press("repeat")
    require(page, must_show(seed=1))
    assert page.app.query_params == {"seed": "1"}
    assert page.control("repeat").label == "Repeat all with seed 2"
