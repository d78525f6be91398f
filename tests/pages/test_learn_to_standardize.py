import pytest

from tests.pages.reading import judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/3_learn_to_standardize.py"
CONTROLS = {"drift": "sine", "told_rate": "0.01", "frozen_rate": "0.5", "held_rate": "0.1"}


def test_the_first_sight_is_a_question_and_a_picture_that_waits(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert [title.value for title in page.title] == ["Could γ and β learn it?"]
    assert not page.get("vega_lite_chart")
    assert "39,167" not in judged(page)
    page.button(key="learn_to_standardize_steps_skip").click().run()
    assert "**What happened: more than 10,000.** It takes 39,167 steps; with standardized inputs 1 step." in judged(
        page
    )


def test_the_folds_hold_the_experiments(open_page):
    page = open_page(PAGE, **CONTROLS)
    assert not page.exception
    assert not metrics(page)
    assert not page.warning  # a network that diverges on purpose is no fault
    assert len(page.get("vega_lite_chart")) == 8
    said = judged(page)
    for words in (
        "**Batch norm has the lower loss.**",
        "Even when told to, γ and β do not standardize within these updates.",
        "So a perfect standardization alone does not help the task here: its gradient has to know μ and σ.",
        "Not at this rate: frozen statistics diverged at step",
        "ten times shorter trains in this run",
        "Steps for nothing.",
        "**It should.**",
        "Of the two, holding μ costs more.",
    ):
        assert words in said


def test_a_link_sets_the_controls_and_bad_parts_are_named(open_page):
    app = open_page(PAGE, mean="2", drift="static", size="9")
    assert app.session_state["learn_to_standardize_mean"] == 2.0
    assert app.radio(key="learn_to_standardize_drift").value == "static"
    assert "size" in app.error[0].value
