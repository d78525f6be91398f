"""Data that a visitor has brought: held in the session, and let go with it.

Results are shared between visitors by their settings, the hash of own data included. Who knows that hash, say from
somebody's recording, has not the data yet: a session gets at results and tables of what it has brought itself.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import streamlit as st

from bnviz.datasets import own
from bnviz.datasets.table import Table
from bnviz.experiment import Experiment
from bnviz.own_data import OwnData

_KEY = "own_data"
KEPT = 2  # tables: the one in the line, and that of the picture from before


@dataclass
class Brought:
    """What a session has brought: the tables of late, and what there is to say of each that it ever had."""

    tables: deque[Table] = field(default_factory=lambda: deque(maxlen=KEPT))
    known: dict[str, set[OwnData]] = field(default_factory=dict)
    latest: dict[str, OwnData] = field(default_factory=dict)


def _brought() -> Brought:
    return st.session_state.setdefault(_KEY, Brought())


def bring(name: str, table: Table) -> OwnData:
    """Hold a table for this session; experiments on the data set `name` are trained on it."""
    mine, data = _brought(), OwnData.of(table)
    mine.tables.append(table)
    mine.known.setdefault(name, set()).add(data)
    mine.latest[name] = data
    own.hold(name, table)
    return data


def latest(name: str) -> OwnData | None:
    """What there is to say of the data set that this session has brought under this name."""
    return _brought().latest.get(name)


def problem(experiment: Experiment) -> str | None:
    """What is wrong with an experiment whose data this session has not brought, in a sentence."""
    if experiment.data is None or experiment.data in _brought().known.get(experiment.dataset, ()):
        return None
    return not_here(experiment.dataset)


def not_here(name: str) -> str:
    """The sentence for data that are not here."""
    return f"dataset = {own.file_name(name)}: {own.NOT_HERE}."
