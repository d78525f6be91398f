"""What the controls of the lab say now, read before any of them is drawn: the line above them says it at once.

A draft is the mapping that `Experiment(**draft)` takes, except that it may be wrong: what was typed is kept and
judged as a whole by `Experiment`, whose messages name field, value, range and fix. A control that is not drawn says
nothing, and the draft keeps its field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from bnviz.ui.lab.fields import EXPERIMENT, KICK, RATE, RUN, Control

Draft = dict[str, Any]


class Said(Protocol):
    """What the widgets of the page say, by key: `st.session_state` is one."""

    def get(self, key: str, default: Any, /) -> Any:
        """Return what the widget says, or the default if it is not drawn."""


# Switches that show a field for each layer or run in the place of one for all, and that one.
OWN_WIDTHS, OWN_RATES, RATE_OF_ALL = "own_widths", "own_rates", "lr"


def heard(draft: Draft, said: Said, key: str) -> Draft:
    """Return the draft with what the controls say whose keys begin with `key`."""
    found = draft | _heard(EXPERIMENT, draft, said, key)
    found["widths"] = _widths(draft["widths"], said, key)
    runs = [run | _heard(RUN, run, said, f"{key}_run{number}") for number, run in enumerate(draft["runs"], start=1)]
    if len(runs) > 1 and not own_rates(draft, said, key):
        rate = _said(RATE, said, f"{key}_{RATE_OF_ALL}", runs[0]["lr"])
        runs = [run | {"lr": rate} for run in runs]
    found["runs"] = tuple(runs)
    found["interventions"] = tuple(
        kick | _heard(KICK, kick, said, f"{key}_kick{number}")
        for number, kick in enumerate(draft["interventions"], start=1)
    )
    return found


def own_widths(draft: Draft, said: Said, key: str) -> bool:
    """Whether each layer has a field for its width."""
    return bool(said.get(f"{key}_{OWN_WIDTHS}", len(set(draft["widths"])) > 1))


def own_rates(draft: Draft, said: Said, key: str) -> bool:
    """Whether each run has a field for its learning rate."""
    return bool(said.get(f"{key}_{OWN_RATES}", len({run["lr"] for run in draft["runs"]}) > 1))


def _heard(controls: Iterable[Control], values: Mapping[str, Any], said: Said, key: str) -> Draft:
    return {each.field: _said(each, said, f"{key}_{each.field}", values[each.field]) for each in controls}


def _said(control: Control, said: Said, name: str, before: Any) -> Any:
    value = said.get(name, before)
    if control.kind == "text":
        return value or None
    return before if value is None and control.kind != "optional" else value


def _widths(widths: tuple[int, ...], said: Said, key: str) -> tuple[int, ...]:
    depth = int(said.get(f"{key}_depth", None) or len(widths))
    extended = [*widths, *[widths[-1]] * depth][:depth]
    if own_widths({"widths": widths}, said, key):
        return tuple(
            int(said.get(f"{key}_width{number}", None) or width) for number, width in enumerate(extended, start=1)
        )
    return (int(said.get(f"{key}_width", None) or widths[0]),) * depth
