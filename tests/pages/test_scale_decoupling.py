import pytest

from bnviz.lessons.scale_decoupling.scale import ScaleSweep
from bnviz.ui.server.training import prepare, training_queue
from tests.pages.reading import components, judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/6_scale_decoupling.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_page_shows_its_charts_and_the_player(page):
    assert not page.exception
    assert len(components(page)) == 1
    assert len(page.get("vega_lite_chart")) == 9


def test_the_first_sight_is_invariance_a_kick_survived_a_right_angle_and_one_curve(page):
    said = judged(page)
    assert "Batch norm does not notice a = 10" in said
    assert "What happened: ten times smaller" in said
    assert "What happened: only batch norm" in said
    assert "shows no such trouble" in said
    assert "Batch norm: a right angle every time." in said
    assert "Plain: no right angle." in said
    assert "The same training, for any purpose." in said
    shown = metrics(page)
    assert shown["‖W‖ without decay over with, measured"] == shown["the same, by theory"] == "2.463"
    assert "at the rising rate, the losses differ by" in said
    assert page.table[0].value.loc["batch norm"].tolist() == ["1", "×0.1", "×0.01"]


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
