"""Every field of an experiment as a control, and back: widgets ↔ the arguments of `Experiment`.

A draft is the mapping that `Experiment(**draft)` takes, except that it may be wrong: what was typed is kept and
judged as a whole by `Experiment`, whose messages name field, value, range and fix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from bnviz.experiment import Experiment, Run
from bnviz.ui.lab.fields import EXPERIMENT_MAIN, EXPERIMENT_MORE, KICK, RUN_MAIN, RUN_MORE, Control
from bnviz.ui.private import Place
from bnviz.ui.server.budget import bounds

Draft = dict[str, Any]
NARROW = 150  # pixels: two controls side by side on a phone
MORE = "lab_more"  # the fold of data, network and recording; unlike the controls in it, it outlives their values


def more_of_run(number: int) -> str:
    """Return the key of the fold of a run, counted from 1."""
    return f"lab_more_run{number}"


def draft_of(experiment: Experiment) -> Draft:
    """Return the draft that makes `experiment`."""
    return experiment.model_dump()


def experiment_controls(draft: Draft, key: str) -> Draft:
    """Draw the controls of data and network, and return the draft with what they say."""
    changed = dict(draft)
    main = {control.field: control for control in EXPERIMENT_MAIN}
    with st.container(border=True):
        row = st.container(horizontal=True)
        with row:
            for name in ("dataset", "activation"):
                changed[name] = draw(main[name], changed, key, width=170)
        shape = st.container(horizontal=True)
        with row:
            for name in ("steps", "batch_size", "seed"):
                changed[name] = draw(main[name], changed, key, width=NARROW)
        own = len(set(draft["widths"])) > 1
        # What a fold holds costs as much as all that is in sight; it is drawn while it is open.
        fold = st.expander("More about data, network and recording", key=MORE, on_change="rerun")
        if fold.open:
            with fold:
                changed |= _grid(EXPERIMENT_MORE, changed, key, columns=4)
                own = st.toggle(
                    "A width for each layer",
                    own,
                    key=f"{key}_own_widths",
                    help="Set the number of units layer by layer.",
                )
        with shape:
            changed["widths"] = _widths(changed["widths"], own, key)
    return changed


def run_controls(draft: Draft, key: str) -> tuple[Draft, bool]:
    """Draw one card a run with its controls; return the draft and whether runs were added, copied or removed."""
    runs = list(draft["runs"])
    action: tuple[str, int] | None = None
    most = int(bounds()["runs"].high)
    for number, (column, run) in enumerate(zip(st.columns(len(runs)), runs, strict=True)):
        with column, st.container(border=True):
            st.markdown(f"**Run {number + 1}**")
            run = dict(run)
            for control in RUN_MAIN:
                run[control.field] = draw(control, run, f"{key}_run{number + 1}")
            fold = st.expander(f"More of run {number + 1}", key=more_of_run(number + 1), on_change="rerun")
            if fold.open:
                with fold:
                    run |= _grid(RUN_MORE, run, f"{key}_run{number + 1}", columns=1)
            with st.container(horizontal=True):
                if st.button(f"Copy run {number + 1}", key=f"{key}_copy{number + 1}", disabled=len(runs) >= most):
                    action = ("copy", number)
                if st.button(f"Remove run {number + 1}", key=f"{key}_remove{number + 1}", disabled=len(runs) == 1):
                    action = ("remove", number)
            runs[number] = run
    if st.button("Add a run", key=f"{key}_add", icon=":material/add:", disabled=len(runs) >= most):
        action = ("add", 0)
    if action:
        runs = _rearranged(runs, *action)
    return {**draft, "runs": tuple(runs)}, action is not None


def intervention_controls(draft: Draft, key: str) -> tuple[Draft, bool]:
    """Draw one row a kick to the weights; return the draft and whether rows were added or removed."""
    kicks, removed = [dict(kick) for kick in draft["interventions"]], None
    for number, kick in enumerate(kicks):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for control in KICK:
                kick[control.field] = draw(control, kick, f"{key}_kick{number + 1}", width=200)
            if st.button(f"Remove kick {number + 1}", key=f"{key}_unkick{number + 1}"):
                removed = number
    added = st.button(
        "Add a kick to the weights",
        key=f"{key}_kick",
        icon=":material/bolt:",
        disabled=len(kicks) >= bounds()["interventions"].high,
        help="After a step that you choose, multiply the hidden weights of every run by a factor.",
    )
    if removed is not None:
        del kicks[removed]
    if added:
        kicks.append({"step": max(int(draft["steps"]) // 2, 0), "factor": 10.0, "layers": "hidden"})
    return {**draft, "interventions": tuple(kicks)}, added or removed is not None


def draw(control: Control, values: Mapping[str, Any], key: str, width: int | Literal["stretch"] = "stretch") -> Any:
    """Draw one control showing `values[control.field]` and return what it says now."""
    value = values[control.field]
    name = f"{key}_{control.field}"
    off = not control.used_by(values)
    if control.kind == "choice":
        index = control.options.index(value) if value in control.options else 0
        return st.selectbox(
            control.label, control.options, index, format_func=control.name, key=name, help=control.help, width=width
        )
    if control.kind == "switch":
        return st.toggle(control.label, value, key=name, help=control.help, disabled=off)
    if control.kind == "text":
        return st.text_input(control.label, value or "", key=name, help=control.help, max_chars=60) or None
    if control.kind == "number":
        return st.number_input(
            control.label, value=float(value), step=control.step, format="%g", key=name, help=control.help,
            disabled=off, width=width,
        )  # fmt: skip
    whole = st.number_input(
        control.label,
        value=None if value is None else int(value),
        step=int(control.step or 1),
        key=name,
        help=control.help,
        placeholder="all",
        disabled=off,
        width=width,
    )
    return whole if control.kind == "optional" or whole is not None else value


def _grid(controls: Sequence[Control], values: Mapping[str, Any], key: str, columns: int) -> Draft:
    found: Draft = {}
    cells: Iterator[Place] = iter(())
    for control in controls:
        # Whether one is of use may depend on one that stands before it.
        now = {**values, **found}
        if not control.used_by(now):
            continue
        if (cell := next(cells, None)) is None:
            cells = iter(st.columns(columns, vertical_alignment="bottom") if columns > 1 else [st.container()])
            cell = next(cells)
        with cell:
            found[control.field] = draw(control, now, key)
    return found


def _widths(widths: Sequence[int], own: bool, key: str) -> tuple[int, ...]:
    """Draw depth and width, or with `own` a field for the width of each layer."""
    depth = int(
        st.number_input(
            "Hidden layers",
            value=len(widths),
            min_value=1,
            max_value=int(bounds()["depth"].high),
            key=f"{key}_depth",
            help="How many hidden layers the networks have.",
            width=NARROW,
        )
    )
    if not own:
        return (_width("Width", widths[0], f"{key}_width"),) * depth
    extended = [*widths, *[widths[-1]] * depth][:depth]
    return tuple(
        _width(f"Layer {number}", width, f"{key}_width{number}") for number, width in enumerate(extended, start=1)
    )


def _width(label: str, width: int, key: str) -> int:
    return int(st.number_input(label, value=int(width), step=8, key=key, help="Units of the layer.", width=NARROW))


def _rearranged(runs: list[Draft], action: str, number: int) -> list[Draft]:
    if action == "remove":
        return runs[:number] + runs[number + 1 :]
    new = runs[number] if action == "copy" else Run(lr=runs[-1]["lr"]).model_dump()
    place = number + 1 if action == "copy" else len(runs)
    return [*runs[:place], dict(new), *runs[place:]]
