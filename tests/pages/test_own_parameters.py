"""Parameters of the frame and the browser: no page takes them for its own, calls them strangers, or drops them."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.experiment import Experiment
from bnviz.ui.page.contents import PAGES
from bnviz.ui.page.own_parameters import OWN, is_own, own, without_own
from bnviz.ui.page.stage import Stage

PLAYER = "player__step"  # player.step, as `open_page` takes it


@pytest.fixture(autouse=True)
def no_training(monkeypatch):
    monkeypatch.setattr(Stage, "obtain", lambda *arguments, **named: None)
    monkeypatch.setattr(Stage, "obtain_in_turn", lambda *arguments, **named: ([], None))
    monkeypatch.setattr(Stage, "show", lambda *arguments, **named: None)


def link(app: AppTest) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[-1] for name, value in app.query_params.items()}


def test_a_query_falls_into_the_pages_and_the_frames_own():
    query = {"seed": "3", "player.step": "12", "presenter": "1", "players": "2", "run1.step": "4"}
    assert own(query) == {"player.step": "12", "presenter": "1"}
    assert without_own(query) == {"seed": "3", "players": "2", "run1.step": "4"}


def test_no_experiment_has_a_field_of_these_names():
    assert not any(is_own(field) for field in Experiment.model_fields)
    assert all(is_own(name) for name in OWN)


@pytest.mark.parametrize("file", [page.file for page in PAGES])
def test_a_page_keeps_them_and_drops_a_stranger(open_page, said, file):
    app = open_page(file, presenter="1", seed="2", newsletter="7", **{PLAYER: "12"})
    assert not app.exception
    kept = link(app)
    assert own(kept) == {"presenter": "1", "player.step": "12"}
    assert "newsletter" not in kept
    assert "newsletter" in said(app)
    assert "player.step" not in said(app)
    assert app.session_state["presenter"]


@pytest.mark.parametrize("file", [page.file for page in PAGES])
def test_no_control_of_a_page_has_such_a_name(open_page, file):
    app = open_page(file)
    data = [json.loads(element.proto.json or "null") for element in app.get("bidi_component")]
    inputs = [each["name"] for found in data if found and "scene" in found for each in found["scene"]["inputs"]]
    assert [name for name in inputs if is_own(name)] == []
    room = file.removesuffix(".py").partition("_")[2]
    kinds = ("select_slider", "slider", "radio", "toggle", "selectbox")
    keys = [widget.key for kind in kinds for widget in app.get(kind) if widget.key]
    assert [key for key in keys if is_own(key.removeprefix(f"{room}_"))] == []


def test_a_link_opens_the_folds_that_it_names_and_no_other(open_page):
    app = open_page("pages/6_scale_decoupling.py", open="scaling-growing", kick_factor="100")
    begins = {
        name: app.session_state[f"scale_decoupling_{name}_begins_open"] for name in ("scaling", "kicking", "growing")
    }
    assert begins == {"scaling": True, "kicking": False, "growing": True}
    assert link(app) == {"open": "scaling-growing", "kick_factor": "100"}


@pytest.mark.parametrize(("guess", "shown"), [("shown", True), ("no", False)])
def test_a_link_gives_away_what_its_maker_had_seen(open_page, guess, shown):
    app = open_page("pages/6_scale_decoupling.py", guess=guess)
    buttons = [button.key for button in app.button]
    assert any(key.endswith("_skip") for key in buttons) is not shown


def test_presenter_mode_follows_its_switch_into_the_link(open_page):
    app = open_page("pages/6_scale_decoupling.py", factor="0.001", presenter="1")
    app.toggle(key="frame_presenter").set_value(False).run()
    assert link(app) == {"factor": "0.001"}
    app.toggle(key="frame_presenter").set_value(True).run()
    assert link(app) == {"factor": "0.001", "presenter": "1"}
    assert app.session_state["presenter"]
