"""What whoever runs the server may set, by environment variables or in `.streamlit/secrets.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated

import streamlit as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bnviz.limits import HOSTED, LAPTOP, Bound
from bnviz.ui.server.memory import bytes_allowed

PREFIX = "BNVIZ_"
ROOM = 1e9  # bytes: a class on a server with processes takes more than one with a thread, which does with 700 MB
_MOST = f"{PREFIX}MAX_"
_READ_ELSEWHERE = {f"{PREFIX}DASK_SCHEDULER"}

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
# A host or two in a header: no separator that could begin another directive or another header.
Hosts = Annotated[str, Field(pattern=r"^[^;,\r\n]*$")]


class Configuration(BaseModel):
    """Every setting with its default; `BNVIZ_HOSTED` sets `hosted`, and so on.

    hosted              whether many visitors share the server: sets the bounds and the deadline
    deadline_seconds    after how long a training is ended with what it has; 60 when hosted, else 600
    queue               how many trainings may wait in line
    processes           how many short trainings are worked on at the same time, each in a process of its own; with 0,
                        trainings run one by one in a thread of the server; 2 when hosted with `ROOM` for them, else 0
    results_megabytes   memory for the recordings that are kept for all visitors; 100 when hosted, else 150
    frame_ancestors     who may embed the app: sources of the policy's directive, such as `https://school.example`
    most                field → its upper bound, in place of that in :mod:`bnviz.limits`; `BNVIZ_MAX_STEPS` and so on
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hosted: bool = False
    deadline_seconds: Seconds | None = None
    queue: Count = 40
    processes: Annotated[int, Field(ge=0)] | None = None
    results_megabytes: Count | None = None
    frame_ancestors: Hosts = "'self'"
    most: Mapping[str, Seconds] = {}

    @property
    def deadline(self) -> float:
        """Seconds after which a training is ended."""
        return self.deadline_seconds or (60.0 if self.hosted else 600.0)

    @property
    def at_once(self) -> int:
        """How many processes work on short trainings at the same time; 0 where a thread of the server does."""
        if self.processes is None:
            return 2 if self.hosted and bytes_allowed() >= ROOM else 0
        return self.processes

    @property
    def results_bytes(self) -> int:
        """Bytes that the recordings that are kept for all visitors may take."""
        return 1_000_000 * (self.results_megabytes or (100 if self.hosted else 150))

    @property
    def bounds(self) -> Mapping[str, Bound]:
        """The bounds on what the app trains."""
        base = HOSTED if self.hosted else LAPTOP
        found = {name: replace(bound, high=self.most.get(name, bound.high)) for name, bound in base.items()}
        # A recording that the store has no room for would be made again at every touch of its page.
        kept = min(found["recording"].high, self.results_bytes)
        return found | {"recording": replace(found["recording"], high=kept)}


def read(environment: Mapping[str, str]) -> Configuration:
    """Return the configuration that the variables describe; those without the prefix are none of its business.

    Raises ValueError naming every variable that is unknown or has a bad value.
    """
    given = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    most = {name.removeprefix(_MOST).lower(): text for name, text in given.items() if name.startswith(_MOST)}
    plain = {
        name.removeprefix(PREFIX).lower(): text
        for name, text in given.items()
        if not name.startswith(_MOST) and name not in _READ_ELSEWHERE
    }
    problems = [f"{_MOST}{name.upper()}: there is no such bound." for name in most if name not in HOSTED]
    try:
        found = Configuration.model_validate({**plain, "most": most})
    except ValidationError as error:
        for detail in error.errors():
            name = PREFIX + "_".join(str(part) for part in detail["loc"]).upper().replace("MOST_", "MAX_", 1)
            problems.append(f"{name} = {detail['input']!r}: {detail['msg']}.")
        raise ValueError(" ".join(problems)) from None
    if problems:
        raise ValueError(" ".join(problems))
    return found


@cache
def configuration() -> Configuration:
    """Return the configuration of this server. Raises ValueError for a bad one."""
    st.secrets.load_if_toml_exists()  # puts what stands at the top level of the file into the environment
    return read(os.environ)
