import pytest

from bnviz.ui import run_view
from bnviz.ui.jobs import JobQueue
from tests.pages.reading import judged, metrics

PAGE = "pages/2_same_functions.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_page_shows_all_its_charts(page):
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 10


def test_the_first_sight_answers_the_question_twice(page):
    said = judged(page)
    assert "What happened: none.** 0 of 360 answers changed." in said
    assert "Isn't that redundant? As a function, yes." in said
    assert "This holds in evaluation only." in said
    assert "What happened: with the first update." in said
    assert "As a way to train it is not redundant" in said
    assert "γx + β got furthest here." in said
    assert "Batch norm: only γ is pulled." in said
    assert "With batch norm every ray is level." in said
    shown = metrics(page)
    assert shown["folded differs by, 64-bit"].endswith("10⁻¹⁵")
    assert shown["folded differs by, 32-bit"].endswith("10⁻⁶")
    assert shown["distance of γx + β, step 0"].endswith("10⁻¹⁵")
    assert float(shown["after step 1"]) > 0.1
    assert shown["test accuracy"] == shown["test accuracy, folded"]


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="same_fold_prediction").set_value("none")
    page.radio(key="same_part_prediction").set_value("never").run()
    said = judged(page)
    assert "You predicted *none*, and that is what happened." in said
    assert "You predicted *never*; what happened is *with the first update*." in said


def test_another_example_is_another_picture_of_the_same_run(page):
    before = metrics(page)
    page.select_slider(key="same_example").set_value(9).run()
    assert not page.exception
    assert metrics(page) == before
    assert page.query_params["example"] == "9"


def test_at_the_largest_rate_batch_norm_gets_furthest(page):
    page.select_slider(key="same_rate").set_value(1.0).run()
    said = judged(page)
    assert "Batch norm got furthest here." in said
    assert "γx + β diverged at step" in said


def test_a_scale_that_is_held_is_a_rate_or_at_one_nothing(page):
    said, shown = judged(page), metrics(page)
    assert "γ works as a learning rate." in said
    assert float(shown["difference from plain, rate η"]) > 0.1
    assert shown["difference from plain, rate c²η"] == "0"
    page.select_slider(key="same_scale").set_value(1.0).run()
    assert not page.exception
    assert "Here nothing tells the three apart." in judged(page)
    assert page.query_params["scale"] == "1"


@pytest.mark.parametrize("depth", [1, 6])
def test_any_depth_starts_as_one_function(page, depth):
    page.select_slider(key="same_depth").set_value(depth).run()
    assert not page.exception
    assert metrics(page)["distance of γx + β, step 0"][-3:] in ("⁻¹⁵", "⁻¹⁴")
    assert "What happened: with the first update." in judged(page)


def test_a_larger_eps_gives_the_weights_back_their_pull(page):
    page.select_slider(key="same_eps").set_value(1e-5).run()
    assert "all but only γ is pulled" in judged(page)
    page.select_slider(key="same_eps").set_value(1.0).run()
    assert not page.exception
    assert "Batch norm with this ε pulls on w too." in judged(page)


def test_the_walks_follow_start_rate_and_update(page):
    page.select_slider(key="same_update").set_value(0).run()
    said = judged(page)
    assert "The plain w turned by 0° while its length stayed 2;" in said
    page.select_slider(key="same_update").set_value(60)
    page.select_slider(key="same_length").set_value(3.0)
    page.select_slider(key="same_plane_rate").set_value(3.0).run()
    assert not page.exception
    assert "The plain w turned by" in judged(page)
    assert "10²" in metrics(page)["‖w‖, plain"]
    assert "With batch norm every ray is level." in judged(page)


def test_another_seed_is_in_the_link_and_in_every_experiment(page):
    before = metrics(page)
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    after = metrics(page)
    for label in ("training mode differs by", "after step 1", "loss along the ray, plain"):
        assert after[label] != before[label]


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
    assert len(page.get("vega_lite_chart")) == (10 if steps else 7)
    said = judged(page)
    assert "What happened" not in said
    assert "got furthest" not in said
