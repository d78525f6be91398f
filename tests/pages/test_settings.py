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


def script_with_a_figure():
    import streamlit as st

    from bnviz.ui.live.scene import Input
    from bnviz.ui.page.settings import Settings

    settings = Settings("demo")
    turn = settings.handle("demo_figure", Input("turn", "angle", 0, 360), 170.0)
    rate = settings.handle("demo_figure", Input("rate", "rate", 0.1, 10, choices=(0.1, 1.0, 10.0)), 1.0)
    # In the place of the figure: a widget with its key, as which it stays for as long as the page is open.
    st.button("turn it", key="demo_figure", on_click=settings.take, args=({"turn": 90, "rate": 0.1},))
    settings.keep()
    st.text(f"{turn} {rate}")


def test_what_a_hand_leaves_is_in_the_link_and_a_link_is_where_it_begins():
    app = AppTest.from_function(script_with_a_figure).run()
    assert (app.text[0].value, link(app)) == ("170.0 1.0", {})
    app.button[0].click().run()
    assert (app.text[0].value, link(app)) == ("90.0 0.1", {"turn": "90", "rate": "0.1"})
    again = AppTest.from_function(script_with_a_figure)
    again.query_params["turn"] = "12.5"
    assert again.run().text[0].value == "12.5 1.0"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"turn": "361"}, "turn = '361': must be from 0 to 360."),
        ({"turn": "nan"}, "turn = 'nan': must be from 0 to 360."),
        ({"turn": "north"}, "turn = 'north': must be from 0 to 360."),
        ({"rate": "2"}, "rate = '2': must be one of 0.1, 1, 10."),
    ],
)
def test_a_value_that_no_hand_can_leave_is_ignored_and_named(query, said):
    app = AppTest.from_function(script_with_a_figure)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert app.text[0].value == "170.0 1.0"
    assert said in app.error[0].value.replace("\\", "")
    assert link(app) == {}


def test_a_browser_that_missed_the_first_run_shows_the_same_values(opened):
    # Streamlit says only once that a value was set; in every later run it is what a control begins with.
    app = opened(rate="10", norm="none", exact="on").run()
    slider, norm, exact = app.select_slider(key="demo_rate"), app.radio(key="demo_norm"), app.toggle(key="demo_exact")
    assert not slider.proto.set_value
    assert [slider.proto.options[int(place)] for place in slider.proto.default] == ["10"]
    assert norm.proto.options[norm.proto.default] == "plain"
    assert exact.proto.default


def overlooking():
    import streamlit as st

    from bnviz.ui.live.scene import Input
    from bnviz.ui.page.settings import Settings
    from bnviz.ui.page.waiting import section, whole_page

    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    with whole_page():
        settings = Settings("demo")
        settings.handle("figure", Input("angle", "angle", 0, 360), 30.0)
        settings.keep()
    if runs == 1 and st.session_state["move"]:
        settings.take({"angle": 90.0})
    st.session_state["figure"] = "drawn"
    # Outside of the page, as Streamlit runs a section by itself.
    section(lambda: st.text("a section"))()


@pytest.mark.parametrize(("move", "runs"), [(False, 1), (True, 2)])
def test_a_control_is_heard_though_another_section_was_run_in_its_place(move, runs):
    app = AppTest.from_function(overlooking)
    app.session_state["move"] = move
    app.run()
    assert not app.exception
    assert app.session_state["runs"] == runs
    assert link(app) == ({"angle": "90"} if move else {})
