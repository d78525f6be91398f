"""The mini-batch of the page *What it computes*: its settings in the URL, its controls, and the table to edit."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import isfinite
from typing import Any

import pandas as pd
import streamlit as st

from bnviz.lessons.what_it_computes.standardization import START_BATCH, START_UPSTREAM, UnitBatch
from bnviz.lessons.what_it_computes.verdicts import GUESSES
from bnviz.links import STRANGE
from bnviz.ui.lessons.what_it_computes_gradient import gradient
from bnviz.ui.lessons.what_it_computes_rails import moved, rail_values, rails
from bnviz.ui.live import live
from bnviz.ui.page.story import Guess

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
    x: tuple[float, ...] = ()
    """The values of the unit, one an example, where they are not those of the first table."""


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
        if name == "x":
            continue
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
    if "x" in query:
        moved = _read_values(query["x"], settings.size)
        settings = replace(settings, x=moved)
        if not moved:
            problems["x"] = (
                f"must be {settings.size} numbers from {-LARGEST_VALUE:g} to {LARGEST_VALUE:g}, joined by _."
            )
    return settings, problems


def _read_values(text: str, size: int) -> tuple[float, ...]:
    """The values that a link gives the unit, none unless there is a number within reach for each example."""
    try:
        values = tuple(float(part) for part in text.split("_"))
    except ValueError:
        return ()
    return values if len(values) == size and all(abs(value) <= LARGEST_VALUE for value in values) else ()


def to_query(settings: Settings) -> dict[str, str]:
    """Return the URL parameters of the settings, leaving out what is at its default."""
    defaults = asdict(Settings())
    texts = {name: _text(value) for name, value in asdict(settings).items() if value != defaults[name]}
    if settings.x and texts["x"] == _text(tuple(START_BATCH[: settings.size, settings.unit - 1])):
        del texts["x"]
    return texts


def _text(value: Any) -> str:
    return "_".join(map(_text, value)) if isinstance(value, tuple) else f"{value:g}"


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


def with_values(settings: Settings, table: pd.DataFrame) -> Settings:
    """Return the settings with the values of the unit, as a link has to hold them; none where one is no number."""
    values = pd.to_numeric(table[column_of(settings.unit)], errors="coerce")
    return settings if values.isna().any() else replace(settings, x=tuple(values.tolist()))


def open_page(query: Mapping[str, str]) -> dict[str, str]:
    """Take the settings from the URL on arrival; return what was wrong with it."""
    if "what_it_computes_unit" in st.session_state:
        return {}
    settings, problems = read_query(query)
    for name, value in asdict(settings).items():
        if name != "x":
            st.session_state[f"what_it_computes_{name}"] = value
    _put(settings.unit, dict(enumerate(settings.x, 1)))
    keep_edits()
    return problems


def take(unit: int, chosen: Mapping[str, float]) -> None:
    """Take what a hand left in the live figure of a unit: its values, and the settings that it has handles for."""
    for name in ("gamma", "beta", "eps"):
        if name in chosen:
            st.session_state[f"what_it_computes_{name}"] = float(chosen[name])
    if "example" in chosen:
        st.session_state["what_it_computes_example"] = int(chosen["example"])
    _put(unit, moved(chosen))
    keep_edits()


def _put(unit: int, values: Mapping[int, float]) -> None:
    """Give examples of a unit other values: number of the example → value."""
    table = _table_now().copy()
    for example, value in values.items():
        table.loc[example, column_of(unit)] = value
    st.session_state["what_it_computes_edited"] = table


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
    """Follow an example that the batch has."""
    example, size = st.session_state["what_it_computes_example"], st.session_state["what_it_computes_size"]
    st.session_state["what_it_computes_example"] = min(example, size)


def controls() -> Settings:
    """Draw the controls that the figure has no handles for, and return what all of them say."""
    _keep_example_in_batch()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = st.radio(
            "Unit", UNITS, horizontal=True, key="what_it_computes_unit", help="Each unit is normalized by itself."
        )
        size = st.slider(
            "Batch size B",
            1,
            LARGEST_BATCH,
            key="what_it_computes_size",
            on_change=_resize,
            help="How many examples share their mean and variance. Try two, then one.",
            width=260,
        )
        offer_doubling()
        st.button(
            "Back to the first table",
            key="what_it_computes_start_again",
            on_click=start_again,
            help="Undo every change of the values.",
        )
    state = st.session_state
    return Settings(
        unit=unit,
        example=state["what_it_computes_example"],
        size=size,
        eps=state["what_it_computes_eps"],
        gamma=state["what_it_computes_gamma"],
        beta=state["what_it_computes_beta"],
    )


def draw_rails(table: pd.DataFrame, settings: Settings, guess: Guess) -> None:
    """Show the live figure of a table without problems, held before there is a guess, and with that."""
    values = table[column_of(settings.unit)].astype(float).tolist()
    scene = rails(values, settings.unit, reach=REACH, epsilons=EPSILONS, guess=guess.number(GUESSES))
    live(
        scene,
        key="what_it_computes_rails",
        values=rail_values(values, asdict(settings)),
        # Of another unit only once it is drawn: a reader may press it while the hand's message is on its way.
        on_release=partial(take, settings.unit),
        held=not guess.shown,
    )


def draw_gradient(batch: UnitBatch, example: int) -> None:
    """Show the live figure of the backward pass."""
    live(gradient(batch, example), key="what_it_computes_gradient", values={"taken": 0.0})


def current(size: int) -> pd.DataFrame:
    """The table of the first `size` examples as the reader left it."""
    return _table_now().iloc[:size]


def edit(size: int, unit: int) -> None:
    """Draw the table of the first `size` examples, `unit` marked, and keep it as the reader left it."""
    st.caption(
        "Double-click or double-tap a cell, or press Enter on it. dy is the gradient of the loss that arrives at the "
        "outputs of the picked unit."
    )
    state = st.session_state
    if f"what_it_computes_editor_{state['what_it_computes_editor']}" not in state:
        state["what_it_computes_table"] = _table_now()  # the editor was folded away, and begins anew
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
