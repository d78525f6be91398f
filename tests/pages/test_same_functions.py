import pytest

from bnviz.lessons.same_functions.fixed_scale import OTHER_RATE, SAME_RATE, FixedScale, difference
from bnviz.lessons.same_functions.folding import Folding, folding_summary
from bnviz.lessons.same_functions.identity import ScaleIdentity, found
from bnviz.lessons.same_functions.parting import Parting, split
from bnviz.lessons.same_functions.plane import Walks, state
from bnviz.ui.page import stage as run_view
from bnviz.ui.server.jobs import JobQueue
from bnviz.words import short
from tests.pages.reading import compute, judged, metrics

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


def test_every_number_beside_a_figure_is_the_lessons(page):
    batch, affine = (row for _, row in folding_summary(compute(Folding())).iterrows())
    held, parted = compute(FixedScale()), split(compute(Parting(1.0)))
    pulls, walks = compute(ScaleIdentity()), compute(Walks())
    of_affine, of_batch = found(pulls, "affine"), found(pulls, "batch", 0.0)
    plain, turned = state(walks, "none", 60), state(walks, "batch", 60)
    assert metrics(page) == {
        "folded differs by, 32-bit": short(batch["single"], 2),
        "folded differs by, 64-bit": short(batch["double"], 2),
        "γx + β merged, 64-bit": short(affine["double"], 2),
        "training mode differs by": short(batch["training"]),
        "test accuracy": f"{batch['accuracy']:.3f}",
        "test accuracy, folded": f"{batch['accuracy_folded']:.3f}",
        "in training mode": f"{batch['accuracy_training']:.3f}",
        "difference from plain, rate c²η": short(difference(held, OTHER_RATE), 2),
        "difference from plain, rate η": short(difference(held, SAME_RATE), 2),
        "distance of γx + β, step 0": short(parted.start, 2),
        "after step 1": short(parted.first, 2),
        "at its last step": "diverged at step 5",
        "batch norm's own move, step 1": short(parted.moved, 2),
        "γx + β: |w·∂L/∂w − γ·∂L/∂γ|": short(of_affine.error, 1),
        "batch norm: |w·∂L/∂w|": short(of_batch.weight_part, 2),
        "its error against ε/(σ² + ε)·γ·∂L/∂γ": short(of_batch.error, 1),
        "γx + β: error of Δ(γ² − ‖w‖²)": short(of_affine.change_error, 1),
        "batch norm, ε = 0: error of Δ‖w‖²": short(of_batch.change_error, 1),
        "loss along the ray, plain": short(plain["along_ray"], 2),
        "loss along the ray, batch norm": short(turned["along_ray"], 1),
        "‖w‖, plain": short(plain["length"]),
        "‖w‖, batch norm": short(turned["length"]),
    }


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="same_functions_fold_prediction").set_value("none")
    page.radio(key="same_functions_part_prediction").set_value("never").run()
    said = judged(page)
    assert "You predicted *none*, and that is what happened." in said
    assert "You predicted *never*; what happened is *with the first update*." in said


def test_another_example_is_another_picture_of_the_same_run(page):
    before = metrics(page)
    page.select_slider(key="same_functions_example").set_value(9).run()
    assert not page.exception
    assert metrics(page) == before
    assert page.query_params["example"] == "9"


def test_at_a_smaller_rate_another_walk_gets_furthest(page):
    page.select_slider(key="same_functions_rate").set_value(0.1).run()
    assert "γx + β got furthest here." in judged(page)
    assert metrics(page)["at its last step"] == short(split(compute(Parting(0.1))).last, 2)


def test_a_scale_that_is_held_is_a_rate_or_at_one_nothing(page):
    said, shown = judged(page), metrics(page)
    assert "γ works as a learning rate." in said
    assert float(shown["difference from plain, rate η"]) > 0.1
    assert shown["difference from plain, rate c²η"] == "0"
    page.select_slider(key="same_functions_scale").set_value(1.0).run()
    assert not page.exception
    assert "Here nothing tells the three apart." in judged(page)
    assert page.query_params["scale"] == "1"


@pytest.mark.parametrize("depth", [1, 6])
def test_any_depth_starts_as_one_function(page, depth):
    page.select_slider(key="same_functions_depth").set_value(depth).run()
    assert not page.exception
    assert metrics(page)["distance of γx + β, step 0"][-3:] in ("⁻¹⁵", "⁻¹⁴")
    assert "What happened: with the first update." in judged(page)


def test_a_larger_eps_gives_the_weights_back_their_pull(page):
    page.select_slider(key="same_functions_eps").set_value(1e-5).run()
    assert "all but only γ is pulled" in judged(page)
    page.select_slider(key="same_functions_eps").set_value(1.0).run()
    assert not page.exception
    assert "Batch norm with this ε pulls on w too." in judged(page)


def test_the_walks_follow_start_rate_and_update(page):
    page.select_slider(key="same_functions_update").set_value(0).run()
    said = judged(page)
    assert "The plain w turned by 0° while its length stayed 2;" in said
    page.select_slider(key="same_functions_update").set_value(60)
    page.select_slider(key="same_functions_length").set_value(3.0)
    page.select_slider(key="same_functions_plane_rate").set_value(3.0).run()
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
