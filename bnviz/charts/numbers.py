"""Numbers on axes and in tips as readers write them: what `bnviz.words.short` does, where Vega would write 1.0e+16."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bnviz.words import short

IN_WORDS = "_in_words"
"""Ending of the columns that hold what a tip says."""

_SIZE = "abs(datum.value)"
_PARTS = f"split(format({_SIZE}, '.2~e'), 'e')"
_EXPONENT = f"abs(toNumber({_PARTS}[1]))"


def _digit(of: str) -> str:
    return f"slice('⁰¹²³⁴⁵⁶⁷⁸⁹', {of}, {of} + 1)"


# Of a tick: plain with up to six digits, or with a power of ten where zeros would have to be counted.
AS_TICK = (
    f"datum.value == 0 || ({_SIZE} >= 0.001 && {_SIZE} < 100000) ? format(datum.value, ',.6~r') : "
    f"(datum.value < 0 ? '−' : '') + ({_PARTS}[0] == '1' ? '' : {_PARTS}[0] + '·') + '10' + "
    f"({_SIZE} < 1 ? '⁻' : '') + ({_EXPONENT} >= 10 ? {_digit(f'floor({_EXPONENT} / 10)')} : '') + "
    f"{_digit(f'{_EXPONENT} % 10')}"
)


def told(frame: pd.DataFrame, *fields: str) -> pd.DataFrame:
    """Return the frame with a text column for each of the fields, which `tip` shows."""
    return frame.assign(**{_text(field): frame[field].map(short) for field in fields})


def tip(field: str, title: str | None = None) -> alt.Tooltip:
    """Return what a tip says of a field of a frame that `told` returned."""
    return alt.Tooltip(f"{_text(field)}:N", title=title or field)


def _text(field: str) -> str:
    return f"{field}{IN_WORDS}"
