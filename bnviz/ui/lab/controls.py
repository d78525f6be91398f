"""Every field of an experiment as a control. What the controls say is read by `heard`, before they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from bnviz.experiment import Experiment, Run
from bnviz.ui.lab.fields import NORM, RATE, RUN_MORE, Control
from bnviz.ui.lab.heard import OWN_RATES, OWN_WIDTHS, RATE_OF_ALL, Draft, own_rates, own_widths
from bnviz.ui.lab.own import choices
from bnviz.ui.private import Place
from bnviz.ui.server.budget import bounds

NARROW = 150  # pixels: two controls side by side on a phone


def draft_of(experiment: Experiment) -> Draft:
    """Return the draft that makes `experiment`."""
    return experiment.model_dump()


def widths(draft: Draft, key: str) -> None:
    """Draw depth and width, or a field for the width of each layer."""
    with st.container(horizontal=True):
        st.number_input(
            "Hidden layers",
            value=len(draft["widths"]),
            min_value=1,
            max_value=int(bounds()["depth"].high),
            key=f"{key}_depth",
            help="How many hidden layers the networks have.",
            width=NARROW,
        )
        own = own_widths(draft, st.session_state, key)
        if own:
            for number, width in enumerate(draft["widths"], start=1):
                _width(f"Layer {number}", width, f"{key}_width{number}")
        else:
            _width("Width", draft["widths"][0], f"{key}_width")
    st.toggle("A width for each layer", own, key=f"{key}_{OWN_WIDTHS}", help="Set the number of units layer by layer.")


def rates(draft: Draft, key: str) -> None:
    """Draw the learning rate of all runs, or a field for that of each."""
    runs = draft["runs"]
    own = own_rates(draft, st.session_state, key)
    if own or len(runs) == 1:
        for number, run in enumerate(runs, start=1):
            draw(RATE, run, f"{key}_run{number}", of=_of_run(number, runs))
    else:
        draw(RATE, {"lr": runs[0]["lr"]}, key, name=RATE_OF_ALL)
    if len(runs) > 1:
        st.toggle("A rate for each run", own, key=f"{key}_{OWN_RATES}", help="Set the learning rates one by one.")


def run_list(draft: Draft, key: str) -> Draft | None:
    """Draw a row a run: its normalization, and buttons to copy and remove it. Return the draft if they changed it."""
    runs, action = draft["runs"], None
    most = int(bounds()["runs"].high)
    for number, run in enumerate(runs, start=1):
        draw(NORM, run, f"{key}_run{number}", of=_of_run(number, runs))
        with st.container(horizontal=True):
            if st.button(f"Copy run {number}", key=f"{key}_copy{number}", disabled=len(runs) >= most):
                action = ("copy", number - 1)
            if st.button(f"Remove run {number}", key=f"{key}_remove{number}", disabled=len(runs) == 1):
                action = ("remove", number - 1)
    if st.button("Add a run", key=f"{key}_add", icon=":material/add:", disabled=len(runs) >= most):
        action = ("add", 0)
    return {**draft, "runs": tuple(_rearranged(list(runs), *action))} if action else None


def kick_list(draft: Draft, controls: Sequence[Control], key: str) -> Draft | None:
    """Draw a row a kick to the weights, and a button for one more. Return the draft if buttons changed it."""
    kicks, removed = list(draft["interventions"]), None
    for number, kick in enumerate(kicks, start=1):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for control in controls:
                draw(control, kick, f"{key}_kick{number}", width=NARROW)
            if st.button(f"Remove kick {number}", key=f"{key}_unkick{number}"):
                removed = number - 1
    added = st.button(
        "Add a kick to the weights",
        key=f"{key}_kick",
        icon=":material/bolt:",
        disabled=len(kicks) >= bounds()["interventions"].high,
        help="After a step that you choose, multiply the hidden weights of every run by a factor.",
    )
    if removed is None and not added:
        return None
    if removed is not None:
        del kicks[removed]
    if added:
        kicks.append({"step": max(int(draft["steps"]) // 2, 0), "factor": 10.0, "layers": "hidden"})
    return {**draft, "interventions": tuple(kicks)}


def run_cards(draft: Draft, key: str) -> None:
    """Draw a card a run with the settings that no part of the line opens."""
    for number, column in enumerate(st.columns(len(draft["runs"])), start=1):
        with column, st.container(border=True):
            st.markdown(f"**Run {number}**")
            grid(RUN_MORE, draft["runs"][number - 1], f"{key}_run{number}", columns=1)


def grid(controls: Sequence[Control], values: Mapping[str, Any], key: str, columns: int) -> None:
    """Draw those of the controls that have an effect, in rows of so many columns."""
    cells: Iterator[Place] = iter(())
    for control in controls:
        if not control.used_by(values):
            continue
        if (cell := next(cells, None)) is None:
            cells = iter(st.columns(columns, vertical_alignment="bottom") if columns > 1 else [st.container()])
            cell = next(cells)
        with cell:
            draw(control, values, key)


def draw(
    control: Control,
    values: Mapping[str, Any],
    key: str,
    *,
    width: int | Literal["stretch"] = "stretch",
    of: str = "",
    name: str = "",
) -> None:
    """Draw one control showing `values[control.field]`; `of` is what it is of, where several look alike.

    Its key ends with `name`, by default that of the field.
    """
    value, label = values[control.field], f"{control.label}{of}"
    own = f"{key}_{name or control.field}"
    off = not control.used_by(values)
    if control.kind == "choice":
        options = choices(value) if control.field == "dataset" else control.options
        index = options.index(value) if value in options else 0
        st.selectbox(label, options, index, format_func=control.name, key=own, help=control.help, width=width)
    elif control.kind == "switch":
        st.toggle(label, value, key=own, help=control.help, disabled=off)
    elif control.kind == "text":
        st.text_input(label, value or "", key=own, help=control.help, max_chars=60)
    elif control.kind == "number":
        st.number_input(
            label, value=float(value), step=control.step, format="%g", key=own, help=control.help, disabled=off,
            width=width,
        )  # fmt: skip
    else:
        st.number_input(
            label,
            value=None if value is None else int(value),
            step=int(control.step or 1),
            key=own,
            help=control.help,
            placeholder="all",
            disabled=off,
            width=width,
        )


def _of_run(number: int, runs: Sequence[Draft]) -> str:
    return f", run {number}" if len(runs) > 1 else ""


def _width(label: str, width: int, key: str) -> None:
    st.number_input(label, value=int(width), step=8, key=key, help="Units of the layer.", width=NARROW)


def _rearranged(runs: list[Draft], action: str, number: int) -> list[Draft]:
    if action == "remove":
        return runs[:number] + runs[number + 1 :]
    new = runs[number] if action == "copy" else Run(lr=runs[-1]["lr"]).model_dump()
    place = number + 1 if action == "copy" else len(runs)
    return [*runs[:place], dict(new), *runs[place:]]
