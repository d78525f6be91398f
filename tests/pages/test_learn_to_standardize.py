import pytest

from tests.pages.reading import judged, metrics

pytestmark = pytest.mark.slow

PAGE = "pages/3_learn_to_standardize.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight(page):
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 11
    said = judged(page)
    assert "It can be learned, in 39,167 steps." in said
    assert "What happened: more than 10,000" in said
    assert "What happened: batch norm" in said
    assert "Even when told to, γ and β do not standardize, and the loss ends higher." in said
    assert "Left to the task, they do not standardize." in said
    assert "Frozen statistics diverged at step" in said
    assert "Steps for nothing." in said
    assert "What happened: holding μ" in said
    assert "The statistics belong in the gradient." in said
    shown = metrics(page)
    assert shown["κ, from the examples"] == shown["κ, by the formula"] == "10,402"
    assert shown["steps, measured"] == shown["steps, by theory"] == "39,167"
    assert shown["steps, standardized"] == "1"
    assert shown["last b, mean held constant"] == "6"
    assert shown["noise of a batch, ¾γ²/B"] == "0.0469"


def test_a_link_sets_the_controls_and_bad_parts_are_named(open_page):
    app = open_page(PAGE, mean="2", drift="static", size="9")
    assert app.select_slider(key="learn_to_standardize_mean").value == 2.0
    assert app.radio(key="learn_to_standardize_drift").value == "static"
    assert "size" in app.error[0].value
