"""What bnviz uses of Streamlit beyond its documentation is there and does what it is used for."""

import ast
import asyncio
import inspect
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
import streamlit
import streamlit as st
from streamlit import config, runtime
from streamlit.config import get_config_options
from streamlit.runtime import app_session
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunnerEvent
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from bnviz.ui import private

ROOT = Path(__file__).resolve().parents[2]


class Sessions:
    def is_active_session(self, name):
        return name == "open"


def test_a_visitor_is_present_while_a_page_of_the_session_is_open(monkeypatch):
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", Sessions)
    assert private.is_present("open")
    assert not private.is_present("closed")
    assert private.is_present("")


def test_without_a_server_nobody_is_missing(monkeypatch):
    monkeypatch.setattr(runtime, "exists", lambda: False)
    assert private.is_present("anyone")
    assert private.visitor() == ""


def test_what_is_replaced_above_is_there():
    assert callable(runtime.Runtime.is_active_session)
    assert isinstance(st.container(), private.Place)


def test_a_file_that_was_read_is_dropped(monkeypatch):
    files = MemoryUploadedFileManager("/upload")
    files.add_file("me", UploadedFileRec("file", "a.json", "application/json", b"{}"))
    context = SimpleNamespace(session_id="me", uploaded_file_mgr=files)
    monkeypatch.setattr(private, "get_script_run_ctx", lambda: context)
    private.forget_file(SimpleNamespace(file_id="file"))
    assert files.get_files("me", ["file"]) == []
    assert private.visitor() == "me"


def test_the_page_that_streamlit_serves_has_the_script_that_the_policy_allows():
    assert "<script" in private.index_page()


def test_late_scripts_are_what_streamlit_loads_for_figures_and_controls_and_no_page_names():
    scripts = private.late_scripts()
    static = Path(streamlit.__file__).parent / "static"
    assert all((static / script).is_file() for script in scripts)
    assert {script.removeprefix("static/js/").split(".")[0] for script in scripts} >= {"BidiComponent", "Html", "Radio"}
    assert not [script for script in scripts if script in private.index_page()]


@pytest.mark.parametrize("option", ["runner.postScriptGC", "global.maxCachedMessageAge"])
def test_the_undocumented_options_of_the_configuration_exist(option):
    assert option in get_config_options()
    assert f"{option.partition('.')[2]} = " in (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")


class Session:
    """As much of Streamlit's session as decides when a script is started."""

    def __init__(self, loop):
        self._event_loop, self._state, self._scriptrunner = loop, None, None
        self.heard, self.started = [], []


class Script:
    """A script that has ended, or one that takes further requests."""

    def __init__(self, ended):
        self.ended, self.taken = ended, []

    def request_rerun(self, data):
        if not self.ended:
            self.taken.append(data)
        return not self.ended


def start(session, data):
    session.started.append((data, list(session.heard)))
    session._scriptrunner = Script(ended=False)


@pytest.fixture
def asked(monkeypatch):
    """What a session has heard and started once it was asked for `requests`, given what script it has."""

    def asked(script, *requests, then=lambda session: None):
        async def run():
            session = Session(asyncio.get_running_loop())
            session._scriptrunner = script
            with private.hearing_scripts_out():
                session._event_loop.call_soon(session.heard.append, "the last word")
                for data in requests:
                    AppSession._create_scriptrunner(session, data)
                then(session)
                await asyncio.sleep(0.01)
            return session

        monkeypatch.setattr(AppSession, "_create_scriptrunner", start)
        return asyncio.run(run())

    return asked


def test_a_script_is_heard_out_before_the_next_one(asked):
    assert asked(Script(ended=True), "next").started == [("next", ["the last word"])]


def test_where_there_was_no_script_the_next_starts_at_once(asked):
    assert asked(None, "next").started == [("next", [])]


def test_of_two_requests_meanwhile_the_second_goes_to_the_script_of_the_first(asked):
    session = asked(Script(ended=True), "next", "one more")
    assert [data for data, _ in session.started] == ["next"]
    assert session._scriptrunner.taken == ["one more"]


def test_a_session_that_ends_meanwhile_starts_nothing(asked):
    def end(session):
        session._state = AppSessionState.SHUTDOWN_REQUESTED

    assert asked(Script(ended=True), "next", then=end).started == []


def test_the_session_of_streamlit_has_what_is_read_of_it():
    source = inspect.getsource(AppSession)
    for name in ("_scriptrunner", "_event_loop", "_state"):
        assert f"self.{name} = " in source or f"self.{name}: " in source
    assert "success = self._scriptrunner.request_rerun(rerun_data)" in source
    assert "self._create_scriptrunner(rerun_data)" in source


class Hearing:
    """As much of Streamlit's session as hears what scripts say; the loop comes to it when the test lets it."""

    def __init__(self):
        self.calls, self.heard = [], []

    def _call_soon_on_event_loop(self, call):
        self.calls.append(call)

    def _handle_scriptrunner_event_on_event_loop(self, sender, event, forward_msg=None, *_):
        self.heard.append((sender and sender.name, forward_msg or event.name))
        if forward_msg == "answered":
            self.say(sender, "the answer")

    def say(self, sender, message):
        AppSession._on_scriptrunner_event(
            self, sender, event=ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg=message
        )

    def tell(self, sender, event):
        AppSession._on_scriptrunner_event(self, sender, event=event)

    def listen(self):
        calls, self.calls = self.calls, []
        for call in calls:
            call()
        return len(calls)


def test_what_a_script_says_is_heard_in_order_and_at_one_call():
    with private.telling_together():
        session, script = Hearing(), SimpleNamespace(name="a")
        for word in "one", "two", "three":
            session.say(script, word)
        assert session.listen() == 1
        assert [word for _, word in session.heard] == ["one", "two", "three"]
        session.say(script, "four")
        assert session.listen() == 1
        assert session.heard[-1] == ("a", "four")


def test_what_is_said_before_and_after_an_event_is_heard_before_and_after_it():
    with private.telling_together():
        session, first, second = Hearing(), SimpleNamespace(name="a"), SimpleNamespace(name="b")
        session.say(first, "one")
        session.tell(first, ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS)
        session.tell(second, ScriptRunnerEvent.SCRIPT_STARTED)
        session.say(first, "too late")
        session.say(second, "two")
        session.listen()
    expected = [("a", "one"), ("a", "SCRIPT_STOPPED_WITH_SUCCESS"), ("b", "SCRIPT_STARTED")]
    assert session.heard == [*expected, ("a", "too late"), ("b", "two")]


def test_what_is_said_while_the_loop_listens_is_heard_once():
    with private.telling_together():
        session, script = Hearing(), SimpleNamespace(name="a")
        session.say(script, "answered")
        session.say(script, "two")
        while session.listen():
            pass
    assert [word for _, word in session.heard] == ["answered", "two", "the answer"]


def test_an_event_of_no_script_is_heard_too():
    with private.telling_together():
        session = Hearing()
        session.tell(None, ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS)
        session.listen()
    assert session.heard == [(None, "SCRIPT_STOPPED_WITH_SUCCESS")]


def test_every_message_is_heard_once_whoever_is_faster():
    with private.telling_together():
        session, script = Hearing(), SimpleNamespace(name="a")
        speaking = Thread(target=lambda: [session.say(script, str(number)) for number in range(5000)])
        speaking.start()
        while speaking.is_alive():
            session.listen()
        speaking.join()
        session.listen()
    assert [word for _, word in session.heard] == [str(number) for number in range(5000)]


def test_the_theme_is_collected_once_and_as_before(monkeypatch):
    found = config.get_options_for_section("theme.light")
    looked = []
    options = config.get_config_options
    monkeypatch.setattr(config, "get_config_options", lambda: looked.append(1) or options())
    with private.reading_the_theme_once():
        assert [config.get_options_for_section("theme.light") for _ in range(3)] == [found] * 3
        assert len(looked) == 1
        assert config.get_options_for_section("theme.dark") != found
    config.get_options_for_section("theme.light")
    assert len(looked) > 2, "as before"


def test_all_mendings_end_with_the_app():
    def replaced():
        return (
            AppSession._create_scriptrunner,
            AppSession._on_scriptrunner_event,
            config.get_options_for_section,
        )

    before = replaced()
    with private.mended():
        assert not {*before} & {*replaced()}
    assert replaced() == before


def test_streamlit_collects_the_theme_at_each_run_and_wakes_the_loop_for_each_word():
    assert "theme_opts = config.get_options_for_section(section)" in inspect.getsource(app_session)
    source = inspect.getsource(AppSession._on_scriptrunner_event)
    assert source.count("self._call_soon_on_event_loop(") == 1


def modules_of_streamlit(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {module for module in found if module.split(".")[0] == "streamlit"}


def test_nobody_else_imports_from_inside_of_streamlit():
    files = [ROOT / "app.py", *ROOT.glob("pages/*.py"), *(ROOT / "bnviz").rglob("*.py")]
    insiders = {file.name for file in files if modules_of_streamlit(file)}
    assert insiders == {"private.py"}
