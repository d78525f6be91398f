"""What bnviz uses of Streamlit beyond its documentation is there and does what it is used for."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit import runtime
from streamlit.config import get_config_options
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
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


@pytest.mark.parametrize("option", ["runner.postScriptGC", "global.maxCachedMessageAge"])
def test_the_undocumented_options_of_the_configuration_exist(option):
    assert option in get_config_options()
    assert f"{option.partition('.')[2]} = " in (ROOT / ".streamlit/config.toml").read_text(encoding="utf-8")


def modules_of_streamlit(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    found = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {module for module in found if module.split(".")[0] == "streamlit"}


def test_nobody_else_imports_from_inside_of_streamlit():
    files = [ROOT / "app.py", *ROOT.glob("pages/*.py"), *(ROOT / "bnviz").rglob("*.py")]
    insiders = {file.name for file in files if modules_of_streamlit(file)}
    assert insiders == {"private.py"}
