from dataclasses import replace

import pytest

from bnviz.lessons.moving_statistics.verdicts import OUTPUT_ANSWERS, RISE_ANSWERS
from bnviz.ui.page.stage import Stage
from tests.pages.reading import judged, metrics

PAGE = "pages/4_moving_statistics.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_page_shows_the_player_a_table_and_its_charts(page):
    assert not page.exception
    assert len(page.get("bidi_component")) == 1
    assert len(page.get("vega_lite_chart")) == 5
    assert list(page.dataframe[0].value.columns[-2:]) == ["mean of y", "sd of y"]


def test_the_first_sight_is_an_output_at_beta_a_loss_that_never_rises_and_a_doubt_that_is_right(page):
    said = judged(page)
    assert "What happened: they are β and |γ| at every step" in said
    assert "β did not make up for it" in said
    assert "mean and spread of every unit's output stayed" in said
    assert "What happened: never" in said
    assert "Batch norm's gradient has the motion of μ and σ in it." in said
    assert "γ and β would be stale if μ and σ were kept." in said
    assert "The doubt has a point for the gradient, not for γ and β." in said
    shown = metrics(page)
    kicked, descended = (table.value for table in page.table)
    assert descended.loc["batch norm", "updates that raised the loss"] == "0 of 200"
    assert int(descended.loc["batch norm, detached", "updates that raised the loss"].split()[0]) > 17
    assert kicked.loc["batch norm", "mean of y moved by"].endswith("⁻⁸ sd")
    assert kicked.loc["batch norm", "spread of y times"] == "1"
    assert "The kick hurt all the same" in said
    assert float(kicked.loc["batch norm", "right after"]) > 2 * float(kicked.loc["batch norm", "loss before"])
    assert float(shown["μ moved, γx + β"].split()[0]) > 1


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="moving_statistics_output_prediction").set_value(OUTPUT_ANSWERS[0])
    page.radio(key="moving_statistics_rise_prediction").set_value(RISE_ANSWERS[0]).run()
    said = judged(page)
    assert f"You predicted *{OUTPUT_ANSWERS[0]}*; what happened is *{OUTPUT_ANSWERS[2]}*." in said
    assert "You predicted *never*, and that is what happened." in said


def test_a_large_eps_shows_in_the_spread(page):
    page.select_slider(key="moving_statistics_eps").set_value(1.0).run()
    assert not page.exception
    assert "What happened: the mean is β at every step, the spread is not |γ|" in judged(page)
    assert "With ε = 1 the spread is" in judged(page)
    assert page.query_params["eps"] == "1"


def test_the_button_deals_one_kick_more_and_then_starts_over(page):
    for kicks, words in ((2, "twice."), (3, "3 times."), (0, "No kick yet. Press the button."), (1, "once.")):
        page.button(key="moving_statistics_kick").click().run()
        assert not page.exception
        assert page.select_slider(key="moving_statistics_kicks").value == kicks
        assert words in judged(page)
        assert page.button(key="moving_statistics_kick").label == (
            "Start over" if kicks == 3 else "Kick the lower layers"
        )


def test_a_factor_cancels_in_layer_norm_and_not_in_affine_layers(page):
    page.radio(key="moving_statistics_kind").set_value("scale").run()
    assert "Layer norm cancels a common factor as well" in judged(page)
    spread = page.table[0].value["spread of y times"]
    assert spread["layer norm"] == "1"
    assert "The kick did not hurt batch norm's loss." in judged(page)
    assert page.table[0].value["20 updates later"]["γx + β"] == "diverged"
    assert 800 < float(spread["γx + β"].replace(",", "")) < 1050


@pytest.mark.parametrize("rate", [0.05, 1.0])
def test_batch_norms_loss_never_rises_at_other_rates(page, rate):
    page.select_slider(key="moving_statistics_rate").set_value(rate).run()
    assert not page.exception
    rises = page.table[1].value["updates that raised the loss"]
    assert rises["batch norm"] == "0 of 200"
    assert ("whole steps at this rate are too long" in judged(page)) == (rises["plain"] != "0 of 200")


@pytest.mark.parametrize("updates", [0, 300])
def test_agreement_is_judged_for_networks_of_another_age(page, updates):
    page.select_slider(key="moving_statistics_updates").set_value(updates).run()
    assert not page.exception
    assert "The doubt has a point for the gradient" in judged(page)


def test_a_link_sets_the_controls(open_page):
    page = open_page(PAGE, eps="0.1", kind="scale", kicks="3", rate="0.5", updates="0", seed="2")
    assert not page.exception
    assert not page.error
    assert page.select_slider(key="moving_statistics_kicks").value == 3
    assert page.radio(key="moving_statistics_kind").value == "scale"
    assert page.query_params["seed"] == "2"
    assert page.select_slider(key="moving_statistics_rate").value == 0.5


def test_another_seed_is_in_the_link_and_in_every_experiment(page):
    before, kicked = metrics(page), page.table[0].value
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    for label in ("μ moved, γx + β", "mean of y, plain"):
        assert metrics(page)[label] != before[label]
    assert (page.table[0].value.loc["γx + β"] != kicked.loc["γx + β"]).all()


def test_work_that_was_stopped_shows_its_pictures_and_gives_no_verdict(open_page, monkeypatch):
    whole = Stage.obtain
    monkeypatch.setattr(Stage, "obtain", lambda self, task: replace(whole(self, task), ending="stopped"))
    page = open_page(PAGE, seed="0")
    assert not page.exception
    assert len(page.get("bidi_component")) == 1
    assert len(page.get("vega_lite_chart")) == 5
    assert not page.metric
    assert not page.table
    assert "What happened" not in judged(page)


def test_work_without_a_result_leaves_the_page_standing(open_page, monkeypatch):
    monkeypatch.setattr(Stage, "obtain", lambda self, task: None)
    page = open_page(PAGE)
    assert not page.exception
    assert not page.get("vega_lite_chart")
