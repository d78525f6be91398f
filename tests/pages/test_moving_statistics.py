from dataclasses import replace

import pytest

from bnviz.ui.page.stage import Stage
from tests.pages.reading import components, judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/4_moving_statistics.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


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


def test_a_link_sets_the_controls(open_page):
    page = open_page(PAGE, eps="0.1", kind="scale", kicks="3", rate="0.5", updates="0", seed="2")
    assert not page.exception
    assert not page.error
    assert page.select_slider(key="moving_statistics_kicks").value == 3
    assert page.radio(key="moving_statistics_kind").value == "scale"
    assert page.query_params["seed"] == "2"
    assert page.select_slider(key="moving_statistics_rate").value == 0.5


def test_work_that_was_stopped_shows_its_pictures_and_gives_no_verdict(open_page, monkeypatch):
    whole, shown = Stage.obtain, Stage.show
    monkeypatch.setattr(Stage, "obtain", lambda self, task: replace(whole(self, task), ending="stopped"))
    monkeypatch.setattr(
        Stage, "show", lambda self, *task, **look: replace(shown(self, *task, **look), ending="stopped")
    )
    page = open_page(PAGE, seed="0")
    assert not page.exception
    assert len(components(page)) == 1
    assert len(page.get("vega_lite_chart")) == 5
    assert not page.metric
    assert not page.table
    assert "What happened" not in judged(page)


def test_work_without_a_result_leaves_the_page_standing(open_page, monkeypatch):
    monkeypatch.setattr(Stage, "obtain", lambda self, task: None)
    monkeypatch.setattr(Stage, "show", lambda self, *task, **look: None)
    page = open_page(PAGE)
    assert not page.exception
    assert not page.get("vega_lite_chart")
