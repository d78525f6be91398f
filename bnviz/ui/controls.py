"""Every field of an experiment as a control, and back: widgets ↔ the arguments of `Experiment`.

A draft is the mapping that `Experiment(**draft)` takes, except that it may be wrong: what was typed is kept and
judged as a whole by `Experiment`, whose messages name field, value, range and fix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from bnviz.datasets import DATASETS
from bnviz.experiment import ACTIVATIONS, Experiment, Run
from bnviz.limits import APP
from bnviz.norms import NORMS

Draft = dict[str, Any]
NARROW = 150  # pixels: two controls side by side on a phone
Kind = Literal["number", "whole", "optional", "switch", "choice", "text"]


@dataclass(frozen=True)
class Control:
    """One field as a widget. `step` is what the buttons of a number add; `used_by` tells when it has an effect."""

    field: str
    label: str
    help: str
    kind: Kind
    step: float | None = None
    options: tuple[str, ...] = ()
    name: Callable[[str], str] = str
    used_by: Callable[[Mapping[str, Any]], bool] = lambda _values: True


def _norm(*keys: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda run: run["norm"] in keys


def _has_plane(draft: Mapping[str, Any]) -> bool:
    return DATASETS[draft["dataset"]].features == 2


_ACTIVATION_NAMES = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "gelu": "GELU",
    "linear": "linear (none)",
}

EXPERIMENT_MAIN: tuple[Control, ...] = (
    Control(
        "dataset",
        "Data",
        "What the networks learn to classify.",
        "choice",
        options=tuple(DATASETS),
        name=lambda key: DATASETS[key].label,
    ),
    Control(
        "activation",
        "Activation",
        "The function after each hidden layer.",
        "choice",
        options=ACTIVATIONS,
        name=_ACTIVATION_NAMES.__getitem__,
    ),
    Control("steps", "Steps", "How many updates of the weights.", "whole", 50),
    Control("batch_size", "Batch size B", "Examples in a mini-batch; empty for all of them.", "optional", 8),
    Control("seed", "Seed", "Fixes data, initial weights and mini-batches; all runs share them.", "whole", 1),
)

EXPERIMENT_MORE: tuple[Control, ...] = (
    Control(
        "standardize", "Standardize the inputs", "Give each input mean 0 and sd 1 over the training set.", "switch"
    ),
    Control("offset", "Offset of the inputs", "A number added to every input.", "number", 1.0),
    Control(
        "noise",
        "Noise of the points",
        "Standard deviation of the noise on points in the plane.",
        "number",
        0.05,
        used_by=_has_plane,
    ),
    Control("label_noise", "Label noise", "Share of the training labels drawn anew at random.", "number", 0.1),
    Control("n_train", "Training examples", "How many to train on; empty for all.", "optional", 100),
    Control("records", "Recorded steps", "At most this many steps are recorded and played back.", "whole", 20),
    Control(
        "dtype",
        "Precision",
        "Number format of the training; float64 takes longer.",
        "choice",
        options=("float32", "float64"),
    ),
)

RUN_MAIN: tuple[Control, ...] = (
    Control(
        "norm",
        "Normalization",
        "What stands between the linear layer and the activation.",
        "choice",
        options=tuple(NORMS),
        name=lambda key: NORMS[key].label,
    ),
    Control("lr", "Learning rate η", "Factor on the gradient in each update.", "number", 0.1),
    Control("init_scale", "Initial scale", "Factor on the initial hidden weights.", "number", 0.5),
)

RUN_MORE: tuple[Control, ...] = (
    Control("label", "Name", "How the run is called in figures; empty for a name made from its settings.", "text"),
    Control("optimizer", "Optimizer", "The rule of the update.", "choice", options=("sgd", "adam"), name=str.upper),
    Control(
        "momentum",
        "Momentum of SGD",
        "Share of the last update that is repeated.",
        "number",
        0.1,
        used_by=lambda run: run["optimizer"] == "sgd",
    ),
    Control("weight_decay", "Weight decay λ", "Adds λW to the gradient of the hidden weights.", "number", 0.001),
    Control("decay_head", "Decay the last layer too", "Apply weight decay to the output layer as well.", "switch"),
    Control("hidden_lr_factor", "Rate of hidden weights", "Factor on η for the hidden weights only.", "number", 1.0),
    Control("train_affine", "Train γ and β", "Off: they stay at 1 and 0.", "switch"),
    Control("train_weights", "Train hidden weights", "Off: they stay as they were drawn.", "switch"),
    Control("train_head", "Train the last layer", "Off: the output layer stays as it was drawn.", "switch"),
    Control(
        "eps",
        "ε",
        "Added to the variance inside the square root.",
        "number",
        1e-5,
        used_by=lambda run: run["norm"] not in ("none", "affine", "center", "weight", "dynamic_tanh"),
    ),
    Control(
        "norm_momentum",
        "Momentum of running μ, σ²",
        "Weight of the new batch, as in PyTorch (0.1 here is 0.9 elsewhere).",
        "number",
        0.05,
        used_by=lambda run: NORMS[run["norm"]].running,
    ),
    Control("groups", "Groups", "Number of groups of units; divides every width.", "whole", 1, used_by=_norm("group")),
    Control(
        "dyt_alpha",
        "Initial α",
        "Slope inside dynamic tanh at the start.",
        "number",
        0.1,
        used_by=_norm("dynamic_tanh"),
    ),
    Control(
        "rmax",
        "Bound of r",
        "Largest correction of the scale; 1 is none.",
        "number",
        0.5,
        used_by=_norm("batch_renorm"),
    ),
    Control(
        "dmax",
        "Bound of d",
        "Largest correction of the shift; 0 is none.",
        "number",
        0.5,
        used_by=_norm("batch_renorm"),
    ),
    Control(
        "noise_mean",
        "Noise of the mean",
        "Spread of the random shift in each step.",
        "number",
        0.1,
        used_by=_norm("batch_noisy"),
    ),
    Control(
        "noise_std",
        "Noise of the sd",
        "Spread of the random factor in each step; 1 is none.",
        "number",
        0.05,
        used_by=_norm("batch_noisy"),
    ),
)


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
        with st.expander("More about data, network and recording"):
            changed |= _grid(EXPERIMENT_MORE, changed, key, columns=4)
            own = st.toggle(
                "A width for each layer",
                len(set(draft["widths"])) > 1,
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
    most = int(APP["runs"].high)
    for number, (column, run) in enumerate(zip(st.columns(len(runs)), runs, strict=True)):
        with column, st.container(border=True):
            st.markdown(f"**Run {number + 1}**")
            run = dict(run)
            for control in RUN_MAIN:
                run[control.field] = draw(control, run, f"{key}_run{number + 1}")
            with st.expander("More"):
                run |= _grid(RUN_MORE, run, f"{key}_run{number + 1}", columns=1)
            with st.container(horizontal=True):
                if st.button("Copy", key=f"{key}_copy{number + 1}", disabled=len(runs) >= most):
                    action = ("copy", number)
                if st.button("Remove", key=f"{key}_remove{number + 1}", disabled=len(runs) == 1):
                    action = ("remove", number)
            runs[number] = run
    if st.button("Add a run", key=f"{key}_add", icon=":material/add:", disabled=len(runs) >= most):
        action = ("add", 0)
    if action:
        runs = _rearranged(runs, *action)
    return {**draft, "runs": tuple(runs)}, action is not None


def intervention_controls(draft: Draft, key: str) -> tuple[Draft, bool]:
    """Draw one row a blow to the weights; return the draft and whether rows were added or removed."""
    kicks, removed = [dict(kick) for kick in draft["interventions"]], None
    for number, kick in enumerate(kicks):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for control in _KICK:
                kick[control.field] = draw(control, kick, f"{key}_kick{number + 1}", width=200)
            if st.button("Remove", key=f"{key}_unkick{number + 1}"):
                removed = number
    added = st.button(
        "Add a blow to the weights",
        key=f"{key}_kick",
        icon=":material/bolt:",
        disabled=len(kicks) >= APP["interventions"].high,
        help="After a step that you choose, multiply the hidden weights of every run by a factor.",
    )
    if removed is not None:
        del kicks[removed]
    if added:
        kicks.append({"step": max(int(draft["steps"]) // 2, 0), "factor": 10.0, "layers": "hidden"})
    return {**draft, "interventions": tuple(kicks)}, added or removed is not None


_KICK = (
    Control("step", "After step", "The update after which the weights are multiplied.", "whole", 10),
    Control("factor", "Multiply hidden weights by", "One factor for all hidden weights of every run.", "number", 1.0),
)


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
    shown = [control for control in controls if control.used_by(values)]
    found: Draft = {}
    for start in range(0, len(shown), columns):
        cells = st.columns(columns, vertical_alignment="bottom") if columns > 1 else [st.container()]
        for cell, control in zip(cells, shown[start : start + columns], strict=False):
            with cell:
                found[control.field] = draw(control, {**values, **found}, key)
    return found


def _widths(widths: Sequence[int], own: bool, key: str) -> tuple[int, ...]:
    """Draw depth and width, or with `own` a field for the width of each layer."""
    depth = int(
        st.number_input(
            "Hidden layers",
            value=len(widths),
            min_value=1,
            max_value=int(APP["depth"].high),
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
