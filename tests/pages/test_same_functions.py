import json
import re

import pytest

from bnviz.ui.page import stage as run_view
from bnviz.ui.server.jobs import JobQueue
from tests.pages.reading import components, judged

pytestmark = pytest.mark.slow

PAGE = "pages/2_same_functions.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


FOLDS = {"holding": "scale=2", "carrying": "eps=0", "walking": "w_angle=330"}


SKIP = "same_functions_part_skip"


def test_before_anything_is_unfolded_there_is_one_picture_and_after_the_second_guess_two_more(page):
    for curves in (0, 2):
        assert not page.exception
        assert len(components(page)) == 1
        assert len(page.get("vega_lite_chart")) == curves
        assert not page.metric
        if not curves:
            page.radio(key="same_functions_part_prediction").set_value("never").run()
    assert "You guessed *never*. **What happened: with the first update.**" in judged(page)


def test_a_link_to_the_walks_shows_them_before_the_guess(open_page):
    page = open_page(PAGE, depth="1")
    page.select_slider(key="same_functions_depth").set_value(3).run()
    assert "depth" not in page.query_params
    assert len(page.get("vega_lite_chart")) == 2
    assert "**What happened: with the first update.**" in judged(page)


def test_the_guess_is_settled_in_the_place_of_the_scene(page):
    assert "What happened: none." not in judged(page)
    page.radio(key="same_functions_fold_prediction").set_value("some").run()
    said = judged(page)
    assert (
        "You guessed *some*. **What happened: none.** 0 of 360 answers changed, and the outputs are identical" in said
    )


def test_first_sights(page):
    for fold in ("folding", *FOLDS):
        page.session_state[f"same_functions_{fold}_fold"] = True
    page.button(key=SKIP).click().run()
    said = judged(page)
    assert "0 of 360 answers changed." in said
    assert "Isn't that redundant? As a function, yes." in said
    assert "This holds in evaluation only." in said
    assert "What happened: with the first update." in said
    assert "As a way to train it is not redundant" in said
    assert "Batch norm reached the lowest loss in this run." in said
    assert "γx + β diverged at step 5" in said
    assert "γ works as a learning rate." in said
    assert "Batch norm: only γ is pulled." in said
    assert "Both equations below hold for the next update" in said
    assert "With batch norm every ray is level." in said
    assert not page.metric


@pytest.mark.parametrize("fold", FOLDS)
def test_a_link_opens_the_fold_that_it_points_at_and_no_other(open_page, monkeypatch, fold):
    monkeypatch.setattr(run_view.Stage, "obtain", lambda *arguments, **named: None)
    page = open_page(PAGE, **dict([FOLDS[fold].split("=")]))
    assert {key for key in FOLDS if page.session_state[f"same_functions_{key}_fold"]} == {fold}


def test_a_link_with_an_example_opens_the_figure_with_it(open_page):
    page = open_page(PAGE, example="42")
    (figure,) = (json.loads(element.proto.json) for element in components(page))
    assert figure["values"] == {"example": 42, "fold": 0, "mode": 0}
    assert page.query_params["example"] == "42"


@pytest.mark.parametrize("depth", [1, 6])
def test_any_depth_starts_as_one_function(page, depth):
    page.button(key=SKIP).click().run()
    page.select_slider(key="same_functions_depth").set_value(depth).run()
    assert not page.exception
    said = judged(page)
    assert re.search(r"at most [\d.]+·10⁻¹[⁴⁵] at step 0", said)
    assert "What happened: with the first update." in said


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_work_that_is_cut_short_shows_what_it_has_and_no_verdict(open_page, monkeypatch, steps):
    def work(task, report, should_stop):
        asked = iter(range(10_000))
        return task.compute(report, lambda: next(asked) >= steps and should_stop())

    queue = JobQueue(work, size=lambda _frame: 1, deadline=0.0)
    monkeypatch.setattr(run_view, "training_queue", lambda: queue)
    page = open_page(PAGE)
    page.button(key=SKIP).click().run()
    assert not page.exception
    assert page.warning
    assert len(components(page)) == 1
    assert len(page.get("vega_lite_chart")) == (2 if steps else 0)
    said = judged(page)
    assert "What happened" not in said
    assert "the lowest loss" not in said
