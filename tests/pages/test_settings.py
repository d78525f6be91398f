"""The controls of a lesson and the link that keeps them."""

import pytest
from streamlit.testing.v1 import AppTest


def script():
    import streamlit as st

    from bnviz.ui.page.settings import Settings

    settings = Settings("demo")
    seed = settings.seed()
    rate = settings.slider("rate", "Rate", (0.1, 1.0, 10.0), 1.0, help="A rate.")
    norm = settings.choice("norm", "Normalization", {"batch": "batch norm", "none": "plain"}, "batch", help="Which.")
    exact = settings.toggle("exact", "Exact", help="Whether.")
    settings.repeat_with_another_seed()
    settings.keep()
    st.text(f"{seed} {rate} {norm} {exact}")


@pytest.fixture
def opened():
    def opened(**query: str) -> AppTest:
        app = AppTest.from_function(script)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


def link(app: AppTest) -> dict[str, str]:
    """The parameters of the page's link; those that a script wrote are lists, those that a test wrote are not."""
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def test_a_link_without_parameters_means_the_defaults_and_stays_so(opened):
    app = opened()
    assert app.text[0].value == "0 1.0 batch False"
    assert link(app) == {}
    assert not app.error


def test_a_link_sets_every_control_and_is_kept(opened):
    query = {"seed": "3", "rate": "10", "norm": "none", "exact": "on"}
    app = opened(**query)
    assert app.text[0].value == "3 10.0 none True"
    assert link(app) == query
    assert not app.error


def test_what_the_reader_sets_is_in_the_link_and_leaves_it_with_the_default(opened):
    app = opened()
    app.select_slider(key="demo_rate").set_value(0.1)
    app.toggle(key="demo_exact").set_value(True).run()
    assert app.text[0].value == "0 0.1 batch True"
    assert link(app) == {"rate": "0.1", "exact": "on"}
    app.select_slider(key="demo_rate").set_value(1.0)
    app.toggle(key="demo_exact").set_value(False).run()
    assert link(app) == {}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"rate": "2"}, "must be one of 0.1, 1, 10."),
        ({"seed": "-1"}, "- seed = -1: must be from 0 to 4,294,967,295;"),
        ({"seed": "x"}, "- seed must be a whole number."),
    ],
)
def test_what_a_link_must_not_say_is_named_and_dropped(opened, query, message):
    app = opened(**query)
    assert app.text[0].value == "0 1.0 batch False"
    assert message in app.error[0].value.replace("\\", "")
    assert link(app) == {}


def test_a_strangers_parameter_is_left_out_without_alarm(opened):
    app = opened(utm_source="mail")
    assert not app.error
    assert "Not of this page, and left out of its link: utm" in app.caption[0].value
    assert link(app) == {}


def test_another_seed_is_one_click_away(opened):
    app = opened(seed="7")
    app.button(key="demo_repeat").click().run()
    assert app.text[0].value.startswith("8 ")
    assert link(app) == {"seed": "8"}
