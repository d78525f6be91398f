import pytest

from bnviz.lessons.two_reparameterizations.verdicts import SPREAD_ANSWERS, TURN_ANSWERS
from tests.pages.reading import judged, metrics

PAGE = "pages/10_two_reparameterizations.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight_is_two_graphs_an_estimator_that_gains_and_a_value_that_follows(page):
    assert not page.exception
    pictures = [item.proto.body for item in page.get("html") if "data:image/svg+xml" in item.proto.body]
    assert len(pictures) == 3
    assert all('alt="Computation graph, ' in picture for picture in pictures)
    assert len(page.get("vega_lite_chart")) == 3
    shown, said = metrics(page), judged(page)
    assert shown["ratio, exact"] == "21.75"
    assert shown["the same, exact"] == "87"
    assert shown["pathwise, exact"] == "4"
    assert float(shown["ratio"]) == pytest.approx(21.75, rel=0.04)
    assert "What happened: the score function's, more than tenfold." in said
    assert "Both are right on average." in said
    assert shown["largest change of ε"] == "0"
    assert "With w turned by 30°: x̂ moves" in said
    assert "Neither lets scale leak" in said
    assert "What happened: x̂ alone." in said
    assert "The same right angle." in said
    assert "No: the form is shared, the purpose is not." in said
    assert "here that cut the variance of the estimate" in said


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="two_reparameterizations_spread_prediction").set_value(SPREAD_ANSWERS[0])
    page.radio(key="two_reparameterizations_turn_prediction").set_value(TURN_ANSWERS[2]).run()
    said = judged(page)
    assert "You predicted *the score function's, more than tenfold*, and that is what happened." in said
    assert "You predicted *both*; what happened is *x̂ alone*." in said


@pytest.mark.parametrize(
    ("mean", "sd", "answer", "verdict"),
    [
        (2.0, 1.0, SPREAD_ANSWERS[3], "pathwise is not always better"),
        (1.0, 0.25, SPREAD_ANSWERS[2], "neither better nor worse"),
        (2.0, 0.1, SPREAD_ANSWERS[0], "here that cut the variance of the estimate"),
    ],
)
def test_a_wave_turns_the_verdict_around_by_its_spread(page, mean, sd, answer, verdict):
    page.radio(key="two_reparameterizations_function").set_value("wave")
    page.select_slider(key="two_reparameterizations_mean").set_value(mean)
    page.select_slider(key="two_reparameterizations_sd").set_value(sd).run()
    assert not page.exception
    assert f"What happened: {answer}." in judged(page)
    assert verdict in judged(page)


def test_a_bowl_at_its_bottom_gains_less_than_tenfold(page):
    page.select_slider(key="two_reparameterizations_mean").set_value(0.0).run()
    assert metrics(page)["ratio, exact"] == "3.75"
    assert f"What happened: {SPREAD_ANSWERS[1]}." in judged(page)


def test_more_draws_shrink_both_variances_and_keep_the_ratio(page):
    page.select_slider(key="two_reparameterizations_samples").set_value(16).run()
    shown = metrics(page)
    assert shown["pathwise, exact"] == "0.25"
    assert float(shown["ratio"]) == pytest.approx(21.75, rel=0.04)
    assert "whatever the number of draws behind an estimate (here 16)" in judged(page)


def test_stretching_moves_neither_and_once_more_moves_the_noise(page):
    page.select_slider(key="two_reparameterizations_angle").set_value(0).run()
    assert "Nothing has been changed yet." in judged(page)
    page.select_slider(key="two_reparameterizations_factor").set_value(100.0).run()
    said = judged(page)
    assert "With w times 100: x̂ stays" in said
    assert "; ε stays." in said
    page.select_slider(key="two_reparameterizations_factor").set_value(1.0)
    page.toggle(key="two_reparameterizations_again").set_value(True).run()
    assert not page.exception
    assert "With everything done once more: x̂ stays to the last bit; ε is another one" in judged(page)
    # What the prediction asks about is one and the same turn, wherever the sliders stand.
    assert "What happened: x̂ alone." in judged(page)


def test_another_seed_is_in_the_link_and_in_every_experiment(page):
    before = metrics(page)
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    after = metrics(page)
    for name in ("variance, score function", "‖∂x̂/∂w‖", "largest |cos|, plain"):
        assert after[name] != before[name]


def test_a_link_sets_the_controls(open_page):
    app = open_page(PAGE, function="wave", sd="0.25", angle="90", again="on")
    assert not app.exception
    assert not app.error
    assert app.radio(key="two_reparameterizations_function").value == "wave"
    assert app.select_slider(key="two_reparameterizations_angle").value == 90
    assert app.toggle(key="two_reparameterizations_again").value
    assert app.query_params["sd"] == "0.25"
