"""Live figures as the script of a page sees them: what a hand leaves, and what of it is taken."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui import live as figures
from bnviz.ui.live.family import Family
from bnviz.ui.live.scene import Axis, Input, Panel, Scene
from bnviz.ui.server.stream import _packed

SCENE = Scene([Input("a", "a", 0, 1), Input("b", "b", 0, 1)], [[Panel("x", "x", Axis(0, 1))]], [], {}, "")
FAMILY = Family({"a": (0.0, 1.0)}, {"y": np.zeros((2, 3))})


@pytest.fixture
def page(monkeypatch):
    """A page with a figure, and the message that its browser sends when the button is pressed."""
    message: dict = {}
    shown: list = []

    def component(key, data, on_chosen_change):
        import streamlit as st

        def let_go():
            st.session_state[key] = message
            on_chosen_change()

        shown.append(data)
        st.button("let go", on_click=let_go)

    def script():
        import streamlit as st

        from bnviz.ui.live import live
        from tests.pages.test_live import FAMILY, SCENE

        values = {"a": 0.25, "b": st.session_state.get("b", 0.5)}

        def touch():
            st.session_state["touches"] = st.session_state.get("touches", 0) + 1

        st.text(str(live(SCENE, key="figure", values=values, family=FAMILY, on_touch=touch)))

    monkeypatch.setattr(figures, "_component", component)
    app = AppTest.from_function(script).run()
    return app, message, shown


def test_what_a_hand_leaves_is_kept_by_the_figure(page):
    app, message, shown = page
    assert app.text[0].value == "{'a': 0.25, 'b': 0.5}"
    message["chosen"] = {"values": {"a": 0.75}, "serial": 3}
    app.button[0].click().run()
    assert app.text[0].value == "{'a': 0.75, 'b': 0.5}"
    assert (shown[-1]["values"], shown[-1]["serial"]) == ({"a": 0.75, "b": 0.5}, 3)
    app.run()
    assert app.text[0].value == "{'a': 0.75, 'b': 0.5}"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"chosen": None},
        {"chosen": "a"},
        {"chosen": {"values": {"a": 7}, "serial": "now"}},
        {"chosen": {"values": [0.75]}},
        {"chosen": {"values": {"c": 0.5, "a": "0.75"}}},
    ],
)
def test_what_no_hand_can_have_left_changes_nothing(page, sent):
    app, message, shown = page
    message.update(sent)
    app.button[0].click().run()
    assert not app.exception
    assert app.text[0].value == "{'a': 0.25, 'b': 0.5}"
    assert shown[-1]["serial"] == 0


def test_the_browser_is_told_where_the_results_lie(page):
    _, _, shown = page
    assert shown[-1]["family"].rpartition("/")[2] in _packed
    assert shown[-1]["scene"] == SCENE.to_dict()
    json.dumps(shown[-1])


def test_a_page_hears_of_each_time_that_a_hand_lets_go(page):
    app, message, _ = page
    assert "touches" not in app.session_state
    message |= {"chosen": {"values": {"a": 0.75}, "serial": 1}}
    app.button[0].click().run()
    assert app.session_state["touches"] == 1
    app.run()
    assert app.session_state["touches"] == 1
