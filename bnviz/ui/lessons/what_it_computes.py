"""The mini-batch of the page *What it computes*: its settings in the URL, its controls, and the table to edit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.lessons.what_it_computes.standardization import START_BATCH, START_UPSTREAM, UnitBatch
from bnviz.links import STRANGE
from bnviz.words import short

UNITS = tuple(range(1, START_BATCH.shape[1] + 1))
LARGEST_BATCH = len(START_BATCH)
# From PyTorch's smallest useful choices to values that drown the variance of the batch.
EPSILONS = (0.0, 1e-8, 1e-5, 1e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
REACH = 3.0  # of γ and β, to either side of 0
LARGEST_VALUE = 1000.0  # of a cell, to either side of 0
UPSTREAM = "dy"


@dataclass(frozen=True)
class Settings:
    """What the controls of the page say; `unit` and `example` count from 1."""

    unit: int = 1
    example: int = 3
    size: int = 8
    eps: float = 1e-5
    gamma: float = 1.5
    beta: float = 0.5


def _whole(low: int, high: int) -> tuple[Callable[[str], float], Callable[[float], bool], str]:
    return int, lambda value: low <= value <= high, f"must be a whole number from {low} to {high}"


_REAL = (float, lambda value: isfinite(value) and abs(value) <= REACH, f"must be a number from {-REACH:g} to {REACH:g}")
_RULES: Mapping[str, tuple[Callable[[str], float], Callable[[float], bool], str]] = {
    "unit": _whole(1, len(UNITS)),
    "example": _whole(1, LARGEST_BATCH),
    "size": _whole(1, LARGEST_BATCH),
    "eps": (float, EPSILONS.__contains__, f"must be one of {', '.join(f'{eps:g}' for eps in EPSILONS)}"),
    "gamma": _REAL,
    "beta": _REAL,
}


def read_query(query: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Return the settings that a URL asks for, and what is wrong with it: name → message."""
    values: dict[str, Any] = {}
    problems = {}
    for name, text in query.items():
        if name not in _RULES:
            problems[name] = STRANGE
            continue
        kind, allowed, rule = _RULES[name]
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not allowed(value):
            problems[name] = f"{rule}."
        else:
            values[name] = value
    settings = Settings(**values)
    if settings.example > settings.size:
        if "example" in query:
            problems["example"] = f"must be at most the batch size, {settings.size}."
        settings = replace(settings, example=min(Settings.example, settings.size))
    return settings, problems


def to_query(settings: Settings) -> dict[str, str]:
    """Return the URL parameters of the settings, leaving out what is at its default."""
    defaults = asdict(Settings())
    return {name: f"{value:g}" for name, value in asdict(settings).items() if value != defaults[name]}


def start_table() -> pd.DataFrame:
    """Return the table that the page opens with: a column a unit, and the gradient dy; the index is the example."""
    table = pd.DataFrame(START_BATCH, columns=[column_of(unit) for unit in UNITS])
    table[UPSTREAM] = START_UPSTREAM
    table.index = pd.RangeIndex(1, LARGEST_BATCH + 1, name="example")
    return table


def column_of(unit: int) -> str:
    """Return the name of a unit's column."""
    return f"unit {unit}"


def table_problems(table: pd.DataFrame) -> list[str]:
    """Return a sentence for each cell that is not a number between -1000 and 1000."""
    inside = table.apply(pd.to_numeric, errors="coerce").abs() <= LARGEST_VALUE
    return [
        f"Example {example}, {column}: type a number from −{LARGEST_VALUE:g} to {LARGEST_VALUE:g}."
        for example, column in itertools.product(table.index, table.columns)
        if not inside.loc[example, column]
    ]


def unit_batch(table: pd.DataFrame, settings: Settings) -> UnitBatch:
    """Return the chosen unit of a table without problems. Raises ValueError where batch norm is not defined."""
    columns = table.astype(float)
    return UnitBatch(
        tuple(columns[column_of(settings.unit)].tolist()),
        tuple(columns[UPSTREAM].tolist()),
        settings.gamma,
        settings.beta,
        settings.eps,
    )


def open_page(query: Mapping[str, str]) -> dict[str, str]:
    """Take the settings from the URL on arrival; return what was wrong with it."""
    if "what_it_computes_unit" in st.session_state:
        return {}
    settings, problems = read_query(query)
    for name, value in asdict(settings).items():
        st.session_state[f"what_it_computes_{name}"] = value
    keep_edits()
    return problems


def pick(example: int) -> None:
    """Follow another example."""
    st.session_state["what_it_computes_example"] = example


def keep_edits() -> None:
    """Start a new editor from the table as it stands now; without this a change of its size would drop the edits."""
    state = st.session_state
    state["what_it_computes_table"] = _table_now()
    state["what_it_computes_editor"] = state.get("what_it_computes_editor", 0) + 1


def _table_now() -> pd.DataFrame:
    """The table with the reader's edits, all rows."""
    return st.session_state.get("what_it_computes_edited", start_table())


def offer_doubling() -> None:
    """Draw the button that doubles every value of the picked unit, as far as the table takes them."""
    unit = st.session_state["what_it_computes_unit"]
    st.button(
        "Double this unit",
        key="what_it_computes_double",
        on_click=_double,
        disabled=not bool((2 * _numbers(unit)).abs().max() <= LARGEST_VALUE),
        help=f"Doubles every value of unit {unit} in the table. “Back to the first table” undoes it.",
    )


def _double() -> None:
    unit = st.session_state["what_it_computes_unit"]
    st.session_state["what_it_computes_edited"] = _table_now().assign(**{column_of(unit): 2 * _numbers(unit)})
    keep_edits()


def _numbers(unit: int) -> pd.Series:
    return pd.to_numeric(_table_now()[column_of(unit)], errors="coerce")


def start_again() -> None:
    """Put the first table back."""
    st.session_state["what_it_computes_edited"] = start_table()
    keep_edits()


def _resize() -> None:
    keep_edits()
    _keep_example_in_batch()


def _keep_example_in_batch() -> None:
    """Follow an example that the batch has.

    While batch sizes change faster than the page follows, the browser still names an example by the options it shows.
    If the script's shorter list has none such, Streamlit hands the option's text on as the value.
    """
    example, size = st.session_state["what_it_computes_example"], st.session_state["what_it_computes_size"]
    pick(min(int(example), size) if str(example).isdecimal() and int(example) > 0 else 1)


def controls() -> Settings:
    """Draw the controls and return what they say."""
    # Setting a value anew each time keeps it when the choices beside it change.
    _keep_example_in_batch()
    left, right = st.columns(2)
    with left:
        unit = st.radio(
            "Unit", UNITS, horizontal=True, key="what_it_computes_unit", help="Each unit is normalized by itself."
        )
        example = st.selectbox(
            "Example",
            range(1, st.session_state["what_it_computes_size"] + 1),
            key="what_it_computes_example",
            help="The value that is traced in formula, table and pictures.",
        )
        size = st.slider(
            "Batch size B",
            1,
            LARGEST_BATCH,
            key="what_it_computes_size",
            on_change=_resize,
            help="How many examples share their mean and variance. Try two, then one.",
        )
    with right:
        eps = st.select_slider(
            "ε",
            EPSILONS,
            key="what_it_computes_eps",
            format_func=short,
            help="Added to the variance. PyTorch uses 10⁻⁵; steps on a log scale.",
        )
        gamma = st.slider("γ", -REACH, REACH, step=0.1, key="what_it_computes_gamma", help="The unit's learned scale.")
        beta = st.slider("β", -REACH, REACH, step=0.1, key="what_it_computes_beta", help="The unit's learned shift.")
    st.button(
        "Back to the first table",
        key="what_it_computes_start_again",
        on_click=start_again,
        help="Undo every change of the mini-batch.",
    )
    return Settings(unit, example, size, eps, gamma, beta)


def edit(size: int, unit: int) -> pd.DataFrame:
    """Draw the table of the first `size` examples, `unit` marked, and return it as the reader left it."""
    state = st.session_state
    helps = {
        column_of(unit): "Double-click a cell, tap it twice, or press Enter on it, to change it." for unit in UNITS
    }
    helps[UPSTREAM] = "The gradient of the loss with respect to y, for the unit that is picked."
    table = st.data_editor(
        state["what_it_computes_table"].iloc[:size],
        key=f"what_it_computes_editor_{state['what_it_computes_editor']}",
        num_rows="fixed",
        width="stretch",
        # The same for every batch size, so that the controls below it on a phone do not move while they are moved.
        height=35 * 9 + 2,
        column_config={
            "_index": st.column_config.Column("#", help="The number of the example."),
            **{
                name: st.column_config.NumberColumn(
                    label=f"{name} ✓" if name == column_of(unit) else name,
                    help=text,
                    min_value=-LARGEST_VALUE,
                    max_value=LARGEST_VALUE,
                    required=True,
                    format="%.2f",
                )
                for name, text in helps.items()
            },
        },
    )
    state["what_it_computes_edited"] = pd.concat([table, state["what_it_computes_table"].iloc[size:]])
    return table
