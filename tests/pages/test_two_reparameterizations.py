import pytest

from tests.pages.reading import judged, metrics

PAGE = "pages/10_two_reparameterizations.py"


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def test_the_first_sight_is_two_graphs_an_estimator_that_gains_and_a_value_that_follows(page):
    assert not page.exception
    pictures = [item.proto.body for item in page.get("html") if "data:image/svg+xml" in item.proto.body]
    assert len(pictures) == 3
    assert all('alt="Computation graph, ' in picture for picture in pictures)
    assert len(page.get("vega_lite_chart")) == 3
    shown, said = metrics(page), judged(page)
    assert shown["ratio, exact"] == "21.75"
    assert shown["the same, exact"] == "87"
    assert shown["pathwise, exact"] == "4"
    assert float(shown["ratio"]) == pytest.approx(21.75, rel=0.04)
    assert "What happened: the score function's, more than tenfold." in said
    assert "Both are right on average." in said
    assert shown["largest change of ε"] == "0"
    assert "With w turned by 30°: x̂ moves" in said
    assert "Neither lets scale leak" in said
    assert "What happened: x̂ alone." in said
    assert "The same right angle." in said
    assert "No: the form is shared, the purpose is not." in said
    assert "here that cut the variance of the estimate" in said


def test_a_link_sets_the_controls(open_page):
    app = open_page(PAGE, function="wave", sd="0.25", angle="90", again="on")
    assert not app.exception
    assert not app.error
    assert app.radio(key="two_reparameterizations_function").value == "wave"
    assert app.select_slider(key="two_reparameterizations_angle").value == 90
    assert app.toggle(key="two_reparameterizations_again").value
    assert app.query_params["sd"] == "0.25"
