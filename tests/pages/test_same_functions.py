import pytest

from bnviz.ui.page import stage as run_view
from bnviz.ui.server.jobs import JobQueue
from tests.pages.reading import judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/2_same_functions.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight_answers_the_question_twice(page):
    said = judged(page)
    assert "What happened: none.** 0 of 360 answers changed." in said
    assert "Isn't that redundant? As a function, yes." in said
    assert "This holds in evaluation only." in said
    assert "What happened: with the first update." in said
    assert "As a way to train it is not redundant" in said
    assert "Batch norm got furthest here." in said
    assert "γx + β diverged at step 5" in said
    assert "Batch norm: only γ is pulled." in said
    assert "With batch norm every ray is level." in said
    shown = metrics(page)
    assert shown["folded differs by, 64-bit"].endswith("10⁻¹⁵")
    assert shown["folded differs by, 32-bit"].endswith("10⁻⁶")
    assert shown["distance of γx + β, step 0"].endswith("10⁻¹⁵")
    assert float(shown["after step 1"]) > 0.1
    assert shown["test accuracy"] == shown["test accuracy, folded"]


@pytest.mark.parametrize("depth", [1, 6])
def test_any_depth_starts_as_one_function(page, depth):
    page.select_slider(key="same_functions_depth").set_value(depth).run()
    assert not page.exception
    assert metrics(page)["distance of γx + β, step 0"][-3:] in ("⁻¹⁵", "⁻¹⁴")
    assert "What happened: with the first update." in judged(page)


@pytest.mark.parametrize("steps", [0, 1, 5])
def test_work_that_is_cut_short_shows_what_it_has_and_no_verdict(open_page, monkeypatch, steps):
    def work(task, report, should_stop):
        asked = iter(range(10_000))
        return task.compute(report, lambda: next(asked) >= steps and should_stop())

    queue = JobQueue(work, size=lambda _frame: 1, deadline=0.0)
    monkeypatch.setattr(run_view, "training_queue", lambda: queue)
    page = open_page(PAGE)
    assert not page.exception
    assert page.warning
    assert len(page.get("vega_lite_chart")) == (6 if steps else 3)
    said = judged(page)
    assert "What happened" not in said
    assert "got furthest" not in said
