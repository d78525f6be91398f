import pytest

from bnviz.lessons.scale_decoupling.kick import kick_experiment
from bnviz.lessons.scale_decoupling.periodic_verdicts import ANSWERS as PERIODIC_ANSWERS
from bnviz.lessons.scale_decoupling.scale import ScaleSweep
from bnviz.lessons.scale_decoupling.verdicts import GRADIENT_ANSWERS, KICK_ANSWERS
from bnviz.ui.page.stage import Course, _draw_progress
from bnviz.ui.server.jobs import Running
from bnviz.ui.server.training import prepare, training_queue
from tests.pages.reading import judged, metrics

PAGE = "pages/6_scale_decoupling.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_page_shows_its_charts_and_the_player(page):
    assert not page.exception
    assert len(page.get("bidi_component")) == 1
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


def test_a_tiny_scale_or_a_large_eps_ends_the_invariance(page):
    page.select_slider(key="scale_decoupling_factor").set_value(0.001).run()
    assert "Here the invariance is gone" in judged(page)
    page.select_slider(key="scale_decoupling_factor").set_value(10.0)
    page.select_slider(key="scale_decoupling_eps").set_value(1.0).run()
    assert not page.exception
    assert "Here the invariance is gone" in judged(page)
    assert "What happened: ten times smaller" not in judged(page)


def test_without_eps_the_smallest_scale_goes_unnoticed(page):
    page.select_slider(key="scale_decoupling_factor").set_value(0.001)
    page.select_slider(key="scale_decoupling_eps").set_value(0.0).run()
    assert "Batch norm does not notice a = 0.001" in judged(page)
    assert page.table[0].value.loc["batch norm", "‖∂L/∂W‖"] == "×1,000"


def test_predictions_are_settled_by_the_run(page):
    page.radio(key="scale_decoupling_gradient_prediction").set_value(GRADIENT_ANSWERS[2])
    page.radio(key="scale_decoupling_kick_prediction").set_value(KICK_ANSWERS[0]).run()
    said = judged(page)
    assert "You predicted *ten times smaller*, and that is what happened." in said
    assert "You predicted *both*; what happened is *only batch norm*." in said


def test_short_weights_disturb_batch_norm_too(page):
    page.select_slider(key="scale_decoupling_kick_factor").set_value(0.1).run()
    assert not page.exception
    assert "What happened: neither" in judged(page)
    assert "turns it 100 times as far" in judged(page)


def test_a_plain_network_that_diverges_is_named(page):
    page.select_slider(key="scale_decoupling_kick_factor").set_value(100.0).run()
    assert "plain diverged at step" in judged(page)
    assert "What happened: only batch norm" in judged(page)


def test_the_usual_initialization_hardly_grows(page):
    page.select_slider(key="scale_decoupling_init").set_value(1.0)
    page.select_slider(key="scale_decoupling_rate").set_value(0.1).run()
    assert not page.exception
    assert "became 1.001 times as long" in judged(page)


def test_curves_are_one_or_part_by_setting(page):
    page.toggle(key="scale_decoupling_exact").set_value(True).run()
    assert "The same training.**" in judged(page)
    page.toggle(key="scale_decoupling_exact").set_value(False)
    page.select_slider(key="scale_decoupling_equal_factor").set_value(0.001).run()
    assert "ε = 10⁻⁵ is no longer small beside it" in judged(page)
    page.radio(key="scale_decoupling_equal_norm").set_value("none").run()
    assert not page.exception
    assert "no rate makes up for it" in judged(page)


def test_usual_numbers_part_decay_from_the_rising_rate(page):
    page.toggle(key="scale_decoupling_decay_exact").set_value(False)
    page.select_slider(key="scale_decoupling_decay").set_value(0.1).run()
    assert not page.exception
    assert "Not the same in these numbers." in judged(page)


def test_labels_that_can_be_fitted_leave_no_balance(page):
    assert "In balance.** From three starts" in judged(page)
    page.toggle(key="scale_decoupling_noisy").set_value(False).run()
    assert not page.exception
    assert "Not in balance." in judged(page)


def test_the_long_training_waits_to_be_asked_for(page):
    assert "scale_decoupling_periodic_rate" in [slider.key for slider in page.select_slider]
    assert not any("spikes" in label for label in metrics(page))
    page.button(key="scale_decoupling_periodic_ask").click().run()
    page.radio(key="scale_decoupling_periodic_prediction").set_value(PERIODIC_ANSWERS[2]).run()
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 11
    assert int(metrics(page)["spikes, batch norm, decay"]) > 2
    assert metrics(page)["spikes, batch norm, no decay"] == "0"
    assert "Here it takes both, batch norm and decay." in judged(page)
    assert "You predicted *it jumps up again and again*, and that is what happened." in judged(page)
    assert "scale_decoupling_periodic_ask" not in [button.key for button in page.button]
    page.select_slider(key="scale_decoupling_periodic_rate").set_value(0.5).run()
    assert "it is not alone in jumping" in judged(page)
    page.select_slider(key="scale_decoupling_periodic_rate").set_value(0.1)
    page.toggle(key="scale_decoupling_hidden_only").set_value(True).run()
    assert not page.exception
    assert "No spike under batch norm with decay here." in judged(page)


def test_another_seed_is_in_the_link_and_in_every_experiment(page):
    before = page.table[0].value.loc["plain", "‖∂L/∂W‖"]
    next(button for button in page.button if "seed 1" in button.label).click().run()
    assert not page.exception
    assert page.query_params["seed"] == "1"
    assert page.table[0].value.loc["plain", "‖∂L/∂W‖"] != before


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


class Slot:
    """Remembers what is drawn into a place of the page."""

    def progress(self, share, text):
        self.share, self.words = share, text

    def text(self, words):
        self.words = words


def test_a_computation_shows_its_steps_and_a_training_its_losses_too():
    bar, numbers = Slot(), Slot()
    _draw_progress(Running(5, (), 1.0), ScaleSweep(), [], bar, numbers, Course(10))
    assert bar.share == 0.5
    assert bar.words == "Computing: step 5 of 10, about 1 s left"
    assert not hasattr(numbers, "words")
    _draw_progress(Running(60, (0.5,), 1.0), kick_experiment(), ["plain"], bar, numbers, Course(200))
    assert bar.words.startswith("Training: step 60 of 200")
    assert numbers.words == "training loss: plain 0.500"
