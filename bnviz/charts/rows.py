"""What is drawn of a frame that is too long, too wide or not finite, and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from bnviz.charts.numbers import AS_TICK

# Altair refuses to embed more than 5,000 rows, and a browser draws fewer faster.
MOST_ROWS = 4500
_FEWEST_STEPS = 20
# A kick to the weights may throw a run far off. What is farther away than so many times what was before is cut off.
_FAR_ON_A_LOG_AXIS, _FAR = 1e3, 20
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def thin(
    frame: pd.DataFrame,
    series: Sequence[str],
    *,
    most_series: int = MOST_ROWS // _FEWEST_STEPS,
    what: str = "lines",
) -> tuple[pd.DataFrame, list[str]]:
    """Keep at most `most_series` evenly spaced series and then as many steps as `MOST_ROWS` allows.

    A series is one combination of values in the columns `series`; the first and the last step stay.
    Returns the kept rows and the sentences that say what was left out.
    """
    notes = []
    groups = frame.groupby(list(series), sort=True).ngroup()
    count = int(groups.max()) + 1
    if count > most_series:
        frame = frame[groups.isin(_evenly(count, most_series))]
        notes.append(f"{most_series} of {count} {what} drawn.")
    steps = np.unique(frame["step"].to_numpy())
    most_steps = max(2, MOST_ROWS // min(count, most_series))
    if len(steps) > most_steps:
        frame = frame[frame["step"].isin(steps[_evenly(len(steps), most_steps)])]
        notes.append(f"{most_steps} of {len(steps)} recorded steps drawn.")
    return frame, notes


def _evenly(count: int, most: int) -> np.ndarray:
    return np.linspace(0, count - 1, most).round().astype(int)


def on_log_axis(values: pd.Series, low: float, high: float) -> tuple[pd.Series, list[str]]:
    """Clip to what a log axis shows: [low, high], and no lower than the smallest positive value.

    NaN and infinite values become NaN (not drawn). Returns the values and the sentences about the clipping.
    """
    finite = values.where(np.isfinite(values))
    positive = finite[finite > 0]
    floor = max(low, float(positive.min())) if len(positive) else low
    notes = []
    if (finite < floor).any():
        notes.append(f"Values below {_number(floor)} are drawn at the bottom edge.")
    if (finite > high).any():
        notes.append(f"Values above {_number(high)} are drawn at the top edge.")
    return finite.clip(floor, high), notes


def before_kick(frame: pd.DataFrame, interventions: Sequence[int]) -> pd.DataFrame:
    """The rows from before the first kick to the weights; none where there is no kick."""
    return frame[frame["step"] <= min(interventions)] if interventions else frame.head(0)


def near(before: pd.Series, low: float, high: float) -> tuple[float, float]:
    """Narrow the range of a log axis to what compares with the values from before a kick to the weights."""
    finite = before[np.isfinite(before) & (before > 0)]
    if finite.empty:
        return low, high
    return (
        max(low, float(finite.min()) / _FAR_ON_A_LOG_AXIS),
        min(high, float(finite.max()) * _FAR_ON_A_LOG_AXIS),
    )


def log_axis(values: pd.Series, title: str) -> dict[str, Any]:
    """Scale and axis of a log y axis that spans the values, with at most a dozen ticks, at round numbers."""
    low, high = float(values.min()), float(values.max())
    decades = np.log10(high / low)
    margin = 10 ** (0.04 * decades + 0.01)
    low, high = low / margin, high * margin
    if decades < 0.7:
        size = 10 ** np.floor(np.log10(high - low))
        gap = next(size * part for part in (0.2, 0.5, 1, 2) if (high - low) / (size * part) <= 6)
        ticks = (np.arange(np.ceil(low / gap), np.floor(high / gap) + 1) * gap).tolist()
    else:
        powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        parts = (1, 2, 5) if decades < 3 else (1,)
        ticks = [part * power for power in powers for part in parts if low <= part * power <= high]
        ticks = ticks[:: ceil(len(ticks) / 8)]
    axis = alt.Axis(title=title, values=ticks, format=".3~g")
    if min(ticks) < 1e-3 or max(ticks) >= 1e3:
        axis.labelExpr = AS_TICK
    return {"scale": alt.Scale(type="log", domain=[low, high], nice=False), "axis": axis}


def _number(value: float) -> str:
    if 1e-3 <= value < 1e5:
        return f"{value:.1g}" if value < 10 else f"{value:,.0f}"
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    power = "10" + str(int(exponent)).translate(_RAISED)
    return power if mantissa == "1" else f"{mantissa}·{power}"


def shared_range(values: np.ndarray, before: np.ndarray | None = None) -> tuple[float, float]:
    """A range for all runs that a diverging one cannot stretch.

    The central 96 % of the finite values, widened by half of its length on both sides, but no wider than the
    values themselves; a margin of 5 % is added. (0, 1) if nothing is finite. `before` are the values from before a
    kick to the weights: the range ends where these could not be read any more.
    """
    if before is not None and np.isfinite(before).any():
        calm = shared_range(before)
        reach = _FAR * (calm[1] - calm[0])
        return shared_range(values[np.isfinite(values)].clip(calm[0] - reach, calm[1] + reach))
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = np.quantile(finite, [0.02, 0.98])
    reach = 0.5 * (high - low)
    low, high = max(low - reach, finite.min()), min(high + reach, finite.max())
    margin = 0.05 * (high - low) or max(0.05 * abs(high), 0.5)
    return float(low - margin), float(high + margin)


def outside_note(values: np.ndarray, span: tuple[float, float]) -> list[str]:
    """The sentence for values that `span` cuts off, if there are any."""
    finite = values[np.isfinite(values)]
    if ((finite < span[0]) | (finite > span[1])).any():
        return ["Values beyond the axis are cut off."]
    return []


def last_values(frame: pd.DataFrame, field: str) -> str:
    """The last value of each run, for a screen reader."""
    last = frame.sort_values("step").groupby("run").tail(1).sort_values("run")
    ends = zip(last["name"], last["step"], last[field], strict=True)
    return "Last values: " + "; ".join(f"{name} {value:.3g} at step {step:,}" for name, step, value in ends) + "."
