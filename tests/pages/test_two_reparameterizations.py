import pytest

from tests.pages.reading import judged, metrics

PAGE = "pages/10_two_reparameterizations.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight_is_a_figure_that_waits_and_folds(page):
    assert not page.exception
    assert len(page.get("vega_lite_chart")) == 0
    assert metrics(page) == {}
    assert "No: the last line is the same" in judged(page)
    assert "What happened" not in judged(page)


def test_unfolded_it_shows_graphs_estimators_and_what_follows(page):
    for fold in ("estimates", "dependence", "relative"):
        page.session_state[f"two_reparameterizations_{fold}_fold"] = True
    page.session_state["two_reparameterizations_spread_skipped"] = True
    page.run()
    pictures = [item.proto.body for item in page.get("html") if "data:image/svg+xml" in item.proto.body]
    assert len(pictures) == 1
    assert all('alt="Computation graph, ' in picture for picture in pictures)
    assert len(page.get("vega_lite_chart")) == 3
    said = judged(page)
    assert "The score function's variance is 5.44 (" in said
    assert "a ratio of 21.75" in said
    assert "What happened: the score function's, more than tenfold." in said
    assert "Both are right on average." in said
    assert "With w turned by 30°: x̂ moves" in said
    assert "Neither depends on the length of w" in said
    assert "The same right angle." in said


def test_a_link_sets_the_controls(open_page):
    app = open_page(PAGE, function="wave", sd="0.25", angle="90", again="on")
    assert not app.exception
    assert not app.error
    assert app.radio(key="two_reparameterizations_function").value == "wave"
    assert app.session_state["two_reparameterizations_sd"] == 0.25
    assert app.select_slider(key="two_reparameterizations_angle").value == 90
    assert app.toggle(key="two_reparameterizations_again").value
    assert app.query_params["sd"] == "0.25"
