"""The job queue of this server, training experiments with the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from bnviz.experiment import Experiment
from bnviz.ui.jobs import Done, JobQueue, Report

if TYPE_CHECKING:
    from bnviz.history import History


def job_key(experiment: Experiment) -> str:
    """Return the name under which an experiment is trained and kept: its own JSON, seed included."""
    return experiment.model_dump_json()


@st.cache_resource(show_spinner=False)
def training_queue() -> JobQueue[Experiment, History]:
    """Return the queue that all visitors of this server share."""
    return JobQueue(_train, size=_bytes)


def prepare(experiment: Experiment) -> None:
    """Train an experiment so that its result is at hand, and wait for that."""
    with training_queue().join(job_key(experiment), experiment) as ticket:
        while not isinstance(ticket.wait(1.0), Done):
            pass


def _train(experiment: Experiment, report: Report, should_stop: Callable[[], bool]) -> History:
    # Imported by the worker, not by the pages: loading torch takes seconds.
    from bnviz.engine import train

    return train(experiment, on_progress=report, should_stop=should_stop)


def _bytes(history: History) -> int:
    return sum(array.nbytes for array in history.arrays.values())
