"""The formula of batch norm with live numbers, beside the table that they come from."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import streamlit as st

from bnviz.lessons.what_it_computes.standardization import UnitBatch, column_moments, forward, statistics
from bnviz.styles import SYMBOL_COLORS, Theme
from bnviz.words import number


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "bnviz_formula", html=_read("formula.html"), css=_read("formula.css"), js=_read("formula.js")
)


def formula(
    batch: UnitBatch, *, unit: int, example: int, theme: Theme, key: str, on_example: Callable[[int], None]
) -> None:
    """Show both moments, x̂ and y of one example with their numbers, and every example of the unit in a table.

    Pointing at a symbol, or pressing its name, lights it up together with the cells that it is computed from.
    Pressing the number of an example calls `on_example` with it. `unit` and `example` count from 1.
    """

    def picked() -> None:
        on_example(int(st.session_state[key].example))

    _component(key=key, data=formula_data(batch, unit=unit, example=example, theme=theme), on_example_change=picked)


def formula_data(batch: UnitBatch, *, unit: int, example: int, theme: Theme) -> dict[str, Any]:
    """What the browser is sent: every number as the text that it shows."""
    found, frame, moments = statistics(batch), forward(batch), column_moments(batch)
    columns = [name for name in frame.columns if name != "example"]
    rows = frame.to_dict("records")
    values = {
        "mean": found.mean,
        "var": found.var,
        "eps": batch.eps,
        "gamma": batch.gamma,
        "beta": batch.beta,
        **{name: rows[example - 1][name] for name in ("x", "normalized", "y")},
    }
    return {
        "caption": f"Unit {unit}, {len(frame)} examples. Press a number to follow that example.",
        "colors": SYMBOL_COLORS[theme],
        "example": example,
        "values": {name: number(value) for name, value in values.items()},
        "rows": [{"example": int(row["example"]), **{name: number(row[name]) for name in columns}} for row in rows],
        "moments": {row: {name: number(float(moments.loc[row, name])) for name in columns} for row in moments.index},
    }
