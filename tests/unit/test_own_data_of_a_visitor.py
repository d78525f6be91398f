"""What a session may train on: what it has brought, by name and content, and nothing else."""

import pytest
import streamlit as st

from bnviz import Experiment
from bnviz.datasets.table import read_table
from bnviz.own_data import OwnData
from bnviz.ui.server import own_data
from bnviz.ui.server.budget import refused

ONE, OTHER = (read_table(b"1,x\n2,y\n3,x\n4,y\n" + last) for last in (b"5,x\n", b"6,y\n"))


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def on(name: str, table) -> Experiment:
    return Experiment(dataset=name, data=OwnData.of(table), batch_size=2)


def test_a_session_trains_on_what_it_has_brought():
    assert list(refused(on("csv:a.csv", ONE))) == ["dataset"]
    own_data.bring("csv:a.csv", ONE)
    assert refused(on("csv:a.csv", ONE)) == {}


def test_the_same_name_is_not_the_same_content():
    own_data.bring("csv:a.csv", ONE)
    assert list(refused(on("csv:a.csv", OTHER))) == ["dataset"]
    assert list(refused(on("csv:b.csv", ONE))) == ["dataset"]


def test_a_later_file_of_the_same_name_leaves_the_picture_of_the_earlier_one():
    own_data.bring("csv:a.csv", ONE)
    own_data.bring("csv:a.csv", OTHER)
    assert refused(on("csv:a.csv", ONE)) == refused(on("csv:a.csv", OTHER)) == {}
    assert own_data.latest("csv:a.csv") == OwnData.of(OTHER)


def test_a_session_keeps_few_tables():
    for number in range(own_data.KEPT + 3):
        own_data.bring(f"csv:{number}.csv", ONE)
    assert len(st.session_state["own_data"].tables) == own_data.KEPT
