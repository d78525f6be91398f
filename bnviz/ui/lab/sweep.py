"""The sweep of the lab: its experiment over any two fields, as maps that fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.experiment import Experiment
from bnviz.lessons.why_not_affine.maps import network_at
from bnviz.styles import run_styles
from bnviz.ui.lab import state as lab
from bnviz.ui.page import made
from bnviz.ui.page.frame import prose
from bnviz.ui.page.literal import literal
from bnviz.ui.page.stage import reserve_figure
from bnviz.ui.page.sweep_view import Sweep, cell_table, choose_tasks, show_maps, show_profiles
from bnviz.words import short

SWEEPING = "lab_sweeping"  # the switch between one experiment and a sweep
MOST_SEEDS = 5


@dataclass(frozen=True)
class Range:
    """A field that can be swept: its name for readers, the values to choose from, and the ends of the first choice."""

    label: str
    values: tuple[Any, ...]
    first: tuple[Any, Any]


_DECADES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
RANGES: dict[str, Range] = {
    "lr": Range("Learning rate η", _DECADES, (0.003, 3.0)),
    "init_scale": Range("Initial scale", (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0), (0.03, 30.0)),
    "depth": Range("Hidden layers", (1, 2, 3, 5, 7, 10, 15, 20), (1, 10)),
    "batch_size": Range("Batch size B", (2, 4, 8, 16, 32, 64, 128, 256), (4, 128)),
    "weight_decay": Range("Weight decay λ", (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1), (0.0, 0.1)),
    "momentum": Range("Momentum of SGD", (0.0, 0.5, 0.8, 0.9, 0.95, 0.99), (0.0, 0.99)),
    "eps": Range("ε", (1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0), (1e-8, 1.0)),
    "norm_momentum": Range("Momentum of running μ, σ²", (0.01, 0.03, 0.1, 0.3, 0.5, 1.0), (0.01, 1.0)),
    "label_noise": Range("Label noise", (0.0, 0.1, 0.2, 0.3, 0.5), (0.0, 0.5)),
}


def sweep_tab(base: Experiment) -> None:
    """Draw the controls of a sweep from `base`, its maps once they are asked for, and files to take away."""
    with prose():
        st.markdown(
            "Each run above becomes a map. In every cell two of its settings are replaced by those of the column and "
            "the row; everything else stays as it is set above."
        )
    with st.container(border=True):
        x = _axis("x", "Columns", list(RANGES), "lr")
        y = _axis("y", "Rows", [field for field in RANGES if field != x[0]], "init_scale")
        with st.container(horizontal=True):
            seeds = st.slider("Seeds", 1, MOST_SEEDS, 1, key="lab_sweep_seeds", help="Networks in a cell.", width=200)
            threshold = st.slider(
                "A network trains from test accuracy", 0.0, 1.0, 0.85, 0.05, key="lab_sweep_threshold", width=300
            )
    # Only the last record counts here, and each record evaluates the test set.
    sweep = Sweep(base.model_copy(update={"records": 2}), (x, y), int(seeds), "lab_sweep")
    tasks = choose_tasks(sweep)
    stage = reserve_figure("lab_sweep", (420, 420))
    st.caption("Dot: it trains. Cross: it diverged. Click on a cell, or choose it here, to look into it.")
    keys = {field: _cell_control(field, values) for field, values in sweep.axes}
    after = st.container()
    if not tasks:
        return
    found = show_maps(stage, sweep, tasks, threshold, keys)
    if found.rows.empty:
        return
    with after:
        cell = {field: st.session_state[key] for field, key in keys.items()}
        st.table(cell_table(sweep, found.rows, cell))
        _open_buttons(sweep, cell)
        show_profiles(sweep, found.rows, threshold, cell)
        _downloads(found.rows)


def _axis(place: str, label: str, fields: list[str], first: str) -> tuple[str, tuple[Any, ...]]:
    """Draw the choice of one axis: its field, and the range of its values."""
    with st.container(horizontal=True):
        field = st.selectbox(
            label,
            fields,
            fields.index(first) if first in fields else 0,
            format_func=lambda name: RANGES[name].label,
            key=f"lab_sweep_{place}",
            help="The field that changes along this side of the map.",
            width=240,
        )
        values = RANGES[field].values
        low, high = st.select_slider(
            "From and to",
            values,
            RANGES[field].first,
            format_func=short,
            key=f"lab_sweep_{place}_{field}",
            help="All values of the list between these two.",
            width=420,
        )
    return field, values[values.index(low) : values.index(high) + 1]


def _cell_control(field: str, values: tuple[Any, ...]) -> str:
    """Draw the choice of a cell's value in one field, and return the key of the widget."""
    key = f"lab_sweep_cell_{field}"
    # A value that the range has left behind cannot be shown.
    if st.session_state.get(key) not in values:
        st.session_state[key] = values[len(values) // 2]
    st.selectbox(RANGES[field].label, values, format_func=short, key=key, width=240)
    return key


def _open_buttons(sweep: Sweep, cell: Mapping[str, Any]) -> None:
    styles = run_styles(sweep.experiment)
    with st.container(horizontal=True):
        for run, style in enumerate(styles):
            st.button(
                f"Open {literal(style.label)} of this cell",
                key=f"lab_sweep_open{run}",
                icon=":material/play_arrow:",
                on_click=_open,
                args=(network_at(sweep.experiment, cell, [run]),),
            )


def _open(experiment: Experiment) -> None:
    lab.load(experiment)
    st.session_state[SWEEPING] = False


def _downloads(rows: pd.DataFrame) -> None:
    """Offer the rows as files, made when they are asked for; the best of two records says nothing and is left out."""
    table = rows.drop(columns=[name for name in rows if str(name).startswith("best_")])
    with st.container(horizontal=True):
        for kind in ("csv", "parquet"):
            st.download_button(
                f"Download rows (.{kind})",
                partial(made.rows, lambda: table, kind),
                f"bnviz-sweep.{kind}",
                made.TYPES[kind],
                key=f"lab_sweep_{kind}",
                on_click="ignore",
            )
