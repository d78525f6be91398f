import json

import pytest

from bnviz.lessons.scale_decoupling.scale import ScaleSweep
from bnviz.ui.page.stage import Stage
from bnviz.ui.server.training import prepare, training_queue
from tests.pages.reading import components, judged

pytestmark = pytest.mark.slow

PAGE = "pages/6_scale_decoupling.py"


FOLDS = {
    "scaling": "factor=10",
    "kicking": "kick_factor=10",
    "growing": "update=5",
    "equaling": "exact=off",
    "decaying": "decay_exact=off",
    "balancing": "noisy=on",
    "jumping": "hidden_only=on",
}


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_before_anything_is_unfolded_there_is_one_picture_and_no_number_in_large_type(page):
    assert not page.exception
    assert len(components(page)) == 1
    assert not page.get("vega_lite_chart")
    assert not page.metric


def test_the_guess_is_settled_in_the_place_of_the_scene(page):
    assert "What happened" not in judged(page)
    page.radio(key="scale_decoupling_gradient_prediction").set_value("unchanged").run()
    said = judged(page)
    assert (
        "You guessed *unchanged*. **What happened: ten times smaller.** From ‖w‖ = 0.4 to 4 batch norm's loss" in said
    )


def test_w_gets_longer_with_the_guess_unless_a_link_has_moved_it(page, open_page):
    def hero(page):
        return next(json.loads(each.proto.json) for each in components(page) if each.key == "scale_decoupling_hand")

    assert hero(page)["values"]["w_length"] == 0.4
    page.radio(key="scale_decoupling_gradient_prediction").set_value("unchanged").run()
    assert hero(page)["values"]["w_length"] == 4
    assert "w_length" not in page.query_params
    moved = open_page(PAGE, w_length="2")
    moved.button(key="scale_decoupling_gradient_skip").click().run()
    assert hero(moved)["values"]["w_length"] == 2


def test_first_sights_of_the_folds(open_page):
    page = open_page(PAGE, **dict(asked.split("=") for asked in FOLDS.values()))
    said = judged(page)
    assert "Batch norm does not notice a = 10" in said
    assert "What happened: only batch norm" in said
    assert "what was out of date are the running averages" in said
    assert "Batch norm: a right angle every time." in said
    assert "Plain: no right angle." in said
    assert "All but the same training." in said
    assert "without decay W ends 2.463 times as long; theory says 2.463." in said
    assert "In balance." in said
    assert page.table[0].value.loc["batch norm"].tolist() == ["1", "×0.1", "×0.01"]
    assert not page.metric


@pytest.mark.parametrize("fold", FOLDS)
def test_a_link_opens_the_fold_that_it_points_at_and_no_other(open_page, monkeypatch, fold):
    for name in ("obtain", "show"):
        monkeypatch.setattr(Stage, name, lambda *arguments, **named: None)
    page = open_page(PAGE, **dict([FOLDS[fold].split("=")]))
    opened = {each.label for each in page.expander if each.proto.expanded}
    assert len(opened) == 1
    assert {key for key in FOLDS if page.session_state[f"scale_decoupling_{key}_fold"]} == {fold}


def test_a_fold_that_is_closed_keeps_its_part_of_the_link(open_page, monkeypatch):
    for name in ("obtain", "show"):
        monkeypatch.setattr(Stage, name, lambda *arguments, **named: None)
    page = open_page(PAGE, noisy="off")
    page.session_state["scale_decoupling_balancing_fold"] = False
    page.run()
    assert not [toggle for toggle in page.toggle if toggle.key == "scale_decoupling_noisy"]
    assert page.query_params["noisy"] == "off"
    assert not page.error


def test_a_link_with_a_value_that_a_long_slider_lacks_is_told_where_it_begins_and_ends(open_page):
    page = open_page(PAGE, update="61", factor="-1")
    said = page.error[0].value.replace("\\", "")
    assert "update = '61': must be one of 1, 2, 3, …, 60." in said
    assert "factor = '-1': must be one of 0.001, 0.002, 0.005, …, 1000." in said
    assert page.select_slider(key="scale_decoupling_update").value == 5


def test_a_computation_is_shared_and_kept_like_a_training():
    task = ScaleSweep(seed=12, width=8, examples=16)
    prepare(task)
    done = training_queue().result(repr(task))
    assert done is not None
    assert done.ending == "finished"
    assert len(done.result) > 0
