"""The lab's state in a session: the draft that the controls show, and what was trained last.

Held in the session are texts only (the draft, and keys of results); recordings stay in the server's store.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import streamlit as st

from bnviz.costs import work
from bnviz.datasets.own import is_own
from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.lessons.the_question.race import RACE
from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.links import STRANGE, read_query
from bnviz.ui.lab import own
from bnviz.ui.lab.controls import draft_of
from bnviz.ui.lab.heard import Draft, heard
from bnviz.ui.page.address import keep_in_address
from bnviz.ui.server.budget import nearest_allowed, refused, share_of_budget
from bnviz.ui.server.own_data import not_here
from bnviz.ui.server.training import job_key, training_queue
from bnviz.value import NO_SUCH_FIELD
from bnviz.words import short, typeset

START = PRESETS[0].experiment
IN_FLIGHT = 5.0  # seconds for which a busy browser may still send the query of before the last change
_DRAFT, _VERSION, _WRITTEN, _SHOWN = "lab_draft", "lab_version", "lab_written_queries", "lab_shown"


def open_lab(query: Mapping[str, str]) -> dict[str, str]:
    """Take the draft from the URL when it is not the one that this session wrote, and train what it says.

    Without parameters the session's last draft is kept, or one begins that plays at once if some does at no cost.
    Returns what was wrong with the URL: field → message.
    """
    asked = dict(query)
    if asked and not _is_own(asked):
        experiment, problems = read_query(asked)
        welcome, too_much = _within_limits(experiment)
        load(welcome)
        strangers = {name: STRANGE for name, message in problems.items() if message.endswith(NO_SUCH_FIELD)}
        return problems | strangers | too_much
    if _DRAFT not in st.session_state:
        _begin()
    return {}


def _begin() -> None:
    """Show the first preset or the race, whichever this server has already; else wait for the reader to train."""
    at_no_cost = [each for each in (START, RACE) if training_queue().costs_nothing(job_key(each))]
    if at_no_cost:
        load(at_no_cost[0])
    else:
        rewrite(draft_of(START))


def _is_own(query: dict[str, str]) -> bool:
    """Whether this session wrote the query, as the last one or so shortly before that it may be under way still."""
    return any(query == written and time.monotonic() < until for written, until in st.session_state.get(_WRITTEN, []))


def _remember(query: dict[str, str]) -> None:
    now = time.monotonic()
    before = [(old, min(until, now + IN_FLIGHT)) for old, until in st.session_state.get(_WRITTEN, []) if old != query]
    st.session_state[_WRITTEN] = [(old, until) for old, until in before if until > now] + [(query, math.inf)]


def _within_limits(experiment: Experiment) -> tuple[Experiment, dict[str, str]]:
    """Return the experiment, or the nearest one that this server trains, and what was refused about it."""
    problems = refused(experiment)
    return (nearest_allowed(experiment) or START) if problems else experiment, problems


def load(experiment: Experiment, result: str | None = None) -> None:
    """Show `experiment` in the controls and train it, or play the recording kept under `result`."""
    st.session_state[_SHOWN] = (experiment.to_json(), result)
    rewrite(draft_of(experiment))


def rewrite(draft: Draft) -> None:
    """Replace the draft from outside of its widgets, which start anew from it."""
    st.session_state[_DRAFT] = draft
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


def draft() -> Draft:
    """Return the draft, with what the widgets say now."""
    st.session_state[_DRAFT] = own.settled(heard(st.session_state[_DRAFT], st.session_state, widget_key()))
    return st.session_state[_DRAFT]


def widget_key() -> str:
    """Return the prefix of the controls' keys, a new one whenever the draft was replaced."""
    return f"lab{st.session_state[_VERSION]}"


def shown() -> tuple[Experiment, str | None] | None:
    """Return the experiment that is on the stage, and the key of its recording when that was uploaded.

    None until something was trained.
    """
    if _SHOWN not in st.session_state:
        return None
    text, result = st.session_state[_SHOWN]
    return Experiment.from_json(text, files=False), result


def show(experiment: Experiment) -> None:
    """Put `experiment` on the stage."""
    st.session_state[_SHOWN] = (experiment.to_json(), None)


def judge(values: Draft) -> tuple[Experiment | None, dict[str, str]]:
    """Return the experiment that the draft makes, or what is wrong with it: field → message."""
    if is_own(values["dataset"]) and not values.get("data"):
        # What a browser sends names no file that is opened.
        return None, {"dataset": not_here(values["dataset"])}
    try:
        experiment = Experiment(**values)
    except InvalidExperiment as error:
        return None, error.problems
    problems = refused(experiment)
    return (None, problems) if problems else (experiment, {})


def suggestion(values: Draft) -> Experiment | None:
    """Return the nearest experiment that this server trains, when the draft asks for a valid one that it refuses."""
    if is_own(values["dataset"]) and "dataset" in judge(values)[1]:
        return None
    try:
        experiment = Experiment(**values)
    except InvalidExperiment:
        return None
    return nearest_allowed(experiment) if refused(experiment) else None


def work_in_words(experiment: Experiment) -> str:
    """Return the estimated work of the experiment and its share of what this server does for one training."""
    share = 100 * share_of_budget(experiment)
    return (
        f"{short(work(experiment), 2)} multiply-adds, {'less than 1' if share < 1 else f'{share:.0f}'} % of what one "
        "training may take here."
    )


def differences(asked: Draft, offered: Experiment) -> str:
    """Return what an offer changes, field by field, in the words of a link."""
    new = draft_of(offered)
    return "; ".join(
        f"{name} {_plain(new[name])} instead of {_plain(value)}" for name, value in asked.items() if value != new[name]
    )


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        many = all(isinstance(part, int) for part in value) and len(set(value)) == 1
        return f"{len(value)} × {value[0]}" if many else str(len(value))
    return "all" if value is None else typeset(str(value))


def query_of(experiment: Experiment) -> dict[str, str]:
    """Return the parameters of a link that opens the lab with `experiment`."""
    # Never empty: without parameters the lab would begin with another.
    return experiment.to_query() or {"steps": str(experiment.steps)}


def write_query(experiment: Experiment) -> None:
    """Keep the URL in step with the controls."""
    query = query_of(experiment)
    keep_in_address(query)
    _remember(query)
