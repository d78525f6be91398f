"""The recipe of an experiment in words, part by part: what the line above the picture says. No Streamlit here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bnviz.activations import ACTIVATIONS
from bnviz.datasets import DATASETS
from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS
from bnviz.ui.lab.fields import DATA, RECORDING, RUN_MORE, Control, data_name
from bnviz.words import typeset

MOST_DIFFERENCES = 3  # settings away from their defaults that are named; of more, how many


def runs_in_words(draft: Mapping[str, Any]) -> str:
    """Return what is compared: "plain and batch norm", and "2 × batch norm" for two of a kind."""
    names = Counter(_name(run) for run in draft["runs"])
    return listed(f"{count} × {name}" if count > 1 else name for name, count in names.items())


def data_in_words(draft: Mapping[str, Any]) -> str:
    """Return the data set, and in what it is not as it comes."""
    label = data_name(draft["dataset"])
    name = label.lower() if label.istitle() and draft["dataset"] in DATASETS else label
    return ", ".join([name, *_differences(DATA[1:], draft, Experiment().model_dump())])


def network_in_words(draft: Mapping[str, Any]) -> str:
    """Return depth, width and activation: "5 × 64 sigmoid", or the width of each layer: "8-4 tanh"."""
    widths = draft["widths"]
    shape = f"{len(widths)} × {widths[0]}" if len(set(widths)) == 1 else "-".join(map(str, widths))
    return f"{shape} {ACTIVATIONS[draft['activation']].label}"


def rates_in_words(draft: Mapping[str, Any]) -> str:
    """Return the learning rate of all runs, or those of each."""
    rates = [run["lr"] for run in draft["runs"]]
    return written(rates[0]) if len(set(rates)) == 1 else listed(map(written, rates))


def steps_in_words(draft: Mapping[str, Any]) -> str:
    """Return how many steps there are, of how many examples each."""
    size = draft["batch_size"]
    return f"{draft['steps']:,} steps of {'all examples' if size is None else size}"


def kicks_in_words(draft: Mapping[str, Any]) -> str:
    """Return what happens to the weights in mid-training: "×10 at step 300"."""
    kicks = [f"×{written(kick['factor'])} at step {kick['step']}" for kick in draft["interventions"]]
    return f"weights {listed(kicks)}" if kicks else "no kick"


def others_in_words(draft: Mapping[str, Any]) -> str:
    """Return which settings that no part of the line names are away from their defaults, and in which runs."""
    runs, defaults = draft["runs"], Run().model_dump()
    found = _differences(RECORDING, draft, Experiment().model_dump())
    for control in RUN_MORE:
        names: dict[str, list[str]] = {}
        for run in runs if control.field != "label" else ():
            for words in _differences([control], run, defaults):
                names.setdefault(words, []).append(_name(run))
        found += [words if len(of) == len(runs) else f"{words} ({listed(of)})" for words, of in names.items()]
    left = len(found) - MOST_DIFFERENCES
    return ", ".join([*found[:MOST_DIFFERENCES], f"{left} more"] if left > 0 else found)


def listed(parts: Iterable[str]) -> str:
    """Return the parts as a sentence lists them: a, b and c."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def written(value: float) -> str:
    """Write a setting with all of its digits, as readers write numbers: 0.25, 10⁻⁵."""
    return typeset(f"{value:g}")


def _differences(controls: Sequence[Control], values: Mapping[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    """What is away from its default, of the settings that have an effect."""
    return [
        _in_words(control, values[control.field])
        for control in controls
        if values[control.field] != defaults[control.field] and control.used_by(values)
    ]


def _in_words(control: Control, value: Any) -> str:
    label = control.label[0].lower() + control.label[1:]
    if control.kind == "switch":
        return label if value else f"{label}: off"
    if control.kind == "choice":
        return control.name(value)
    return f"{label} {written(value)}"


def _name(run: Mapping[str, Any]) -> str:
    return run["label"] or NORMS[run["norm"]].label
