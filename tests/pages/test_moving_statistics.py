import json
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui.page.stage import Stage
from tests.pages.reading import components, judged

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = "pages/4_moving_statistics.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight_is_an_output_at_beta_a_loss_that_never_rises_and_a_doubt_that_is_right(page):
    said = judged(page)
    assert "Mean and spread of batch norm's outputs in this training: they are β and |γ| at every step" in said
    assert "the output went along" in said
    assert "mean and spread of every unit's output stayed" in said
    assert "How often batch norm's loss rose: never." in said
    assert "Batch norm's gradient has the motion of μ and σ in it." in said
    assert "γ and β would be out of date if μ and σ were kept." in said
    assert "Being out of date by a step is nothing special." in said
    assert "With batch norm the gradient of a mini-batch says less about that of all examples." in said
    assert "0.31 is there too with μ and σ held at those of all examples" in said
    assert not page.metric
    kicked, descended = (table.value for table in page.table)
    assert descended.loc["batch norm", "updates that raised the loss"] == "0 of 200"
    assert int(descended.loc["batch norm, detached", "updates that raised the loss"].split()[0]) > 17
    assert kicked.loc["batch norm", "mean of y moved by"].endswith("⁻⁸ sd")
    assert kicked.loc["batch norm", "spread of y times"] == "1"
    assert "The kick hurt batch norm's loss all the same" in said
    assert float(kicked.loc["batch norm", "right after"]) > 2 * float(kicked.loc["batch norm", "loss before"])


def link(page):
    """The parameters of the page's address."""
    return {name: value[-1] if isinstance(value, list) else value for name, value in page.query_params.items()}


def hero(page):
    """What the first figure is sent."""
    return next(json.loads(each.proto.json) for each in components(page) if each.key == "moving_statistics_shove")


def test_the_unit_stands_still_until_there_is_a_guess_and_then_is_shoved(page):
    assert hero(page)["held"]
    assert hero(page)["values"]["mean"] == 0
    assert "What happened" not in judged(page)
    page.radio(key="moving_statistics_output_prediction").set_value("they drift along with μ and σ").run()
    shown = hero(page)
    assert not shown["held"]
    assert shown["values"]["mean"] == 3
    assert shown["scene"]["given"]["guess"] == 0
    assert "**What happened: they are β and |γ| at every step.** γx + β puts out 5.00\u00a0±\u00a01.50" in judged(page)
    assert "mean" not in page.query_params
    page.radio(key="moving_statistics_output_prediction").set_value("they stay at 0 and 1").run()
    assert hero(page)["values"]["mean"] == 3
    assert hero(page)["scene"]["given"]["guess"] == 1


def test_who_wants_no_guess_sees_the_shove_too(page):
    page.button(key="moving_statistics_output_skip").click().run()
    assert hero(page)["values"]["mean"] == 3
    assert hero(page)["scene"]["given"]["guess"] is None


def test_a_unit_that_a_link_has_moved_stays_where_it_is(open_page):
    page = open_page(PAGE, mean="-1.5", size="4")
    page.button(key="moving_statistics_output_skip").click().run()
    assert hero(page)["values"]["mean"] == -1.5
    assert hero(page)["values"]["size"] == 4
    assert link(page) == {"mean": "-1.5", "size": "4"}


@pytest.mark.parametrize(
    ("query", "opened"),
    [
        ({}, set()),
        ({"eps": "0.1"}, {"training"}),
        ({"kind": "scale", "kicks": "2"}, {"hit"}),
        ({"rate": "0.5"}, {"foreseen"}),
        ({"updates": "0"}, {"small"}),
        ({"seed": "3", "rate": "0.5", "eps": "1"}, {"training", "foreseen"}),
    ],
)
def test_a_link_opens_the_folds_that_it_points_at(monkeypatch, query, opened):
    monkeypatch.setattr(Stage, "obtain", lambda self, task: None)
    monkeypatch.setattr(Stage, "show", lambda self, *task, **look: None)
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    page.switch_page(PAGE)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    drawn = {"eps": "training", "kind": "hit", "rate": "foreseen", "updates": "small"}
    keys = {widget.key for kind in ("select_slider", "radio") for widget in page.get(kind)}
    assert {fold for name, fold in drawn.items() if f"moving_statistics_{name}" in keys} == opened
    assert link(page) == query


def test_a_fold_that_is_closed_again_keeps_its_value_and_the_link(monkeypatch, open_page):
    monkeypatch.setattr(Stage, "obtain", lambda self, task: None)
    monkeypatch.setattr(Stage, "show", lambda self, *task, **look: None)
    page = open_page(PAGE)
    page.select_slider(key="moving_statistics_rate").set_value(0.5).run()
    for is_open in (False, True):
        page.session_state["moving_statistics_foreseen_fold"] = is_open
        page.run()
        assert link(page) == {"rate": "0.5"}
        assert not page.error
    assert page.select_slider(key="moving_statistics_rate").value == 0.5


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
    assert len(components(page)) == 3
    assert len(page.get("vega_lite_chart")) == 5
    assert not page.table
    assert "Batch norm's gradient has" not in judged(page)


def test_work_without_a_result_leaves_the_page_standing(open_page, monkeypatch):
    monkeypatch.setattr(Stage, "obtain", lambda self, task: None)
    monkeypatch.setattr(Stage, "show", lambda self, *task, **look: None)
    page = open_page(PAGE)
    assert not page.exception
    assert not page.get("vega_lite_chart")
