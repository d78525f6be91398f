import pytest

from bnviz import train
from bnviz.lessons.learn_to_standardize.conditioning import Conditioning, fit
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TRUE, Detached, DriftingBias
from bnviz.lessons.learn_to_standardize.drift import FLOOR, Drift, drift_summary
from bnviz.lessons.learn_to_standardize.endings import endings
from bnviz.lessons.learn_to_standardize.frozen import frozen_experiment, frozen_result
from bnviz.lessons.learn_to_standardize.verdicts import DRIFT_ANSWERS, HELD_ANSWERS, STEPS_ANSWERS
from bnviz.words import short
from tests.pages.reading import compute, judged, metrics

PAGE = "pages/3_learn_to_standardize.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight(page):
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 11
    said = judged(page)
    assert "It can be learned, in 39,167 steps." in said
    assert "What happened: more than 10,000" in said
    assert "What happened: batch norm" in said
    assert "Even when told to, γ and β do not standardize, and the loss ends higher." in said
    assert "Left to the task, they do not standardize." in said
    assert "Frozen statistics diverged at step" in said
    assert "Steps for nothing." in said
    assert "What happened: holding μ" in said
    assert "The statistics belong in the gradient." in said
    shown = metrics(page)
    assert shown["κ, from the examples"] == shown["κ, by the formula"] == "10,402"
    assert shown["steps, measured"] == shown["steps, by theory"] == "39,167"
    assert shown["steps, standardized"] == "1"
    assert shown["last b, mean held constant"] == "6"
    assert shown["noise of a batch, ¾γ²/B"] == "0.0469"


def test_every_number_beside_a_figure_is_the_lessons(page):
    now = fit(compute(Conditioning()), 10.0, 1.0)
    swing = drift_summary(compute(Drift())).set_index(["drift", "norm"]).loc["sine", "loss"]
    result = frozen_result(train(frozen_experiment(0.5))).set_index("norm")
    bias = compute(DriftingBias()).groupby("run").tail(1).set_index("run")
    held = endings(compute(Detached()), Detached().steps).set_index("run")["accuracy"]
    assert metrics(page) == {
        "κ, from the examples": f"{now.condition:,.0f}",
        "κ, by the formula": f"{now.condition_in_theory:,.0f}",
        "steps, measured": f"{now.steps:,.0f}",
        "steps, by theory": f"{now.steps_in_theory:,.0f}",
        "steps, standardized": "1",
        "loss, γx + β": short(swing["affine"]),
        "loss, batch norm": short(swing["batch"]),
        "noise of a batch, ¾γ²/B": short(FLOOR),
        "training loss, frozen": "diverged",
        "test accuracy, frozen": "diverged",
        "training loss, batch norm": short(result.loc["batch", "loss"]),
        "test accuracy, batch norm": f"{result.loc['batch', 'accuracy']:.3f}",
        "last b, true gradient": short(bias.loc[0, "b"], 1),
        "last b, mean held constant": "6",
        "last loss, true gradient": "0.5",
        "last loss, mean held constant": "0.5",
        "test accuracy, true gradient": f"{held[TRUE]:.3f}",
        "test accuracy, σ held": f"{held[STD_HELD]:.3f}",
        "test accuracy, μ held": f"{held[MEAN_HELD]:.3f}",
        "test accuracy, both held": f"{held[BOTH_HELD]:.3f}",
    }


def test_mean_and_spread_choose_between_easy_slow_and_out_of_reach(page):
    page.select_slider(key="learn_to_standardize_mean").set_value(0.0).run()
    assert "Nothing in the way." in judged(page)
    assert metrics(page)["κ, by the formula"] == "1"
    page.select_slider(key="learn_to_standardize_mean").set_value(10.0)
    page.select_slider(key="learn_to_standardize_spread").set_value(0.1).run()
    assert not page.exception
    assert "Out of reach here." in judged(page)
    assert metrics(page)["steps, measured"] == "given up"
    assert page.query_params["spread"] == "0.1"


@pytest.mark.parametrize(
    ("drift", "size", "answer"),
    [("static", 4.0, "γx + β"), ("jump", 4.0, "batch norm"), ("ramp", 4.0, "about the same"), ("ramp", 1.0, "γx + β")],
)
def test_the_winner_of_a_drift_is_that_of_the_run_and_the_table_shows_all_four(page, drift, size, answer):
    page.radio(key="learn_to_standardize_drift").set_value(drift)
    page.select_slider(key="learn_to_standardize_size").set_value(size).run()
    assert not page.exception
    said = judged(page)
    assert f"What happened: {answer}." in said
    assert all(f"| {name} |" in said for name in ("static", "jump", "ramp", "sine"))


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="learn_to_standardize_steps_prediction").set_value(STEPS_ANSWERS[3])
    page.radio(key="learn_to_standardize_drift_prediction").set_value(DRIFT_ANSWERS[0])
    page.radio(key="learn_to_standardize_held_prediction").set_value(HELD_ANSWERS[1]).run()
    said = judged(page)
    assert "You predicted *more than 10,000*, and that is what happened." in said
    assert "You predicted *γx + β*; what happened is *batch norm*." in said
    assert "You predicted *holding σ*; what happened is *holding μ*." in said
    page.radio(key="learn_to_standardize_drift").set_value("static").run()
    assert "You predicted *γx + β*, and that is what happened." in judged(page)


def test_told_at_a_large_rate_they_diverge(page):
    page.select_slider(key="learn_to_standardize_told_rate").set_value(0.1).run()
    assert not page.exception
    assert "It diverged, at step" in judged(page)


def test_frozen_statistics_win_at_a_small_rate_and_diverge_at_a_large_one(page):
    assert metrics(page)["test accuracy, frozen"] == "diverged"
    page.select_slider(key="learn_to_standardize_frozen_rate").set_value(0.1).run()
    assert not page.exception
    assert "Frozen statistics have the lower training loss." in judged(page)
    page.select_slider(key="learn_to_standardize_frozen_rate").set_value(0.2).run()
    assert "Batch norm has the lower training loss." in judged(page)


def test_the_harm_of_held_statistics_depends_on_the_rate(page):
    before = metrics(page)["test accuracy, both held"]
    page.select_slider(key="learn_to_standardize_held_rate").set_value(1.0).run()
    assert not page.exception
    assert float(metrics(page)["test accuracy, both held"]) > float(before) + 0.05


def test_another_seed_is_in_the_link_and_in_the_experiments(page):
    before = metrics(page)
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    after = metrics(page)
    assert after["loss, batch norm"] != before["loss, batch norm"]
    assert after["test accuracy, both held"] != before["test accuracy, both held"]


def test_a_link_sets_the_controls_and_bad_parts_are_named(open_page):
    app = open_page(PAGE, mean="2", drift="static", size="9")
    assert app.select_slider(key="learn_to_standardize_mean").value == 2.0
    assert app.radio(key="learn_to_standardize_drift").value == "static"
    assert "size" in app.error[0].value
