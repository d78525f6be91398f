"""How runs and symbols look, the same in every formula, chart and the player: label, color and dash."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS
from bnviz.words import typeset

Theme = Literal["light", "dark"]

# One color a symbol, in formula, table and picture, with a contrast of 4.5 to 1 or more on the theme's background.
SYMBOL_COLORS: dict[Theme, dict[str, str]] = {
    "light": {
        "x": "#1f2328",
        "mean": "#a63c00",
        "var": "#7a3fb0",
        "eps": "#57606a",
        "normalized": "#0063a0",
        "gamma": "#00704f",
        "beta": "#b0305a",
        "y": "#7a5c00",
    },
    "dark": {
        "x": "#f0f3f6",
        "mean": "#ff9b5e",
        "var": "#c9a6f5",
        "eps": "#b1bac4",
        "normalized": "#6fc3ff",
        "gamma": "#3fd0a4",
        "beta": "#ff8fb0",
        "y": "#f2c14e",
    },
}

_EXTRA_DASHES: tuple[tuple[int, ...], ...] = ((7, 4), (2, 3), (10, 3, 2, 3), ())


@dataclass(frozen=True)
class RunStyle:
    """Label, colors (hex, on light and on dark backgrounds) and dash (pixels; empty is solid) of one run."""

    label: str
    color: str
    color_dark: str
    dash: tuple[int, ...]


def run_styles(experiment: Experiment) -> tuple[RunStyle, ...]:
    """One style a run, in order. Labels are unique; runs of one normalization differ by dash.

    A run without a label of its own is named after its normalization and, where several runs share that, after the
    fields in which it differs from them.
    """
    labels = _labels(experiment.runs)
    seen: Counter[str] = Counter()
    styles = []
    for run, label in zip(experiment.runs, labels, strict=True):
        norm = NORMS[run.norm]
        dashes = (norm.dash, *(dash for dash in _EXTRA_DASHES if dash != norm.dash))
        styles.append(RunStyle(label, norm.color, norm.color_dark, dashes[seen[run.norm] % len(dashes)]))
        seen[run.norm] += 1
    return tuple(styles)


def _labels(runs: tuple[Run, ...]) -> list[str]:
    labels = []
    for run in runs:
        twins = [other for other in runs if other.norm == run.norm]
        differing = [
            name
            for name in type(run).model_fields
            if name not in ("norm", "label") and len({getattr(twin, name) for twin in twins}) > 1
        ]
        details = ", ".join(typeset(f"{name} {getattr(run, name)}") for name in differing)
        default = NORMS[run.norm].label + (f", {details}" if details else "")
        labels.append(run.label or default)
    counts = Counter(labels)
    taken = set(labels)
    unique: list[str] = []
    for label in labels:
        name, number = label, 1
        while name in unique or (counts[label] > 1 and name in taken):
            name, number = f"{label} ({number})", number + 1
        unique.append(name)
    return unique
