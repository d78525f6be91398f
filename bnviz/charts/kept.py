"""Charts that are built once: a class that opens one page asks for the same figures a hundred times.

With the chart its specification is kept (`bnviz.charts.drawn`), once somebody has asked for it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec

import altair as alt
import numpy as np
import pandas as pd

MOST = 96
"""Charts that are kept: the figures of a few pages in both themes."""

P = ParamSpec("P")


class _Place:
    """Where a chart is kept. The lock is its own, so that only those who ask for this chart wait while it is built."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.chart: alt.LayerChart | None = None


_places: OrderedDict[Hashable, _Place] = OrderedDict()
_lock = Lock()


def kept(plot: Callable[P, alt.LayerChart]) -> Callable[P, alt.LayerChart]:
    """Let `plot` return the chart that it made for equal arguments before, as long as that is among the last `MOST`.

    Nobody may change the chart.
    """

    @wraps(plot)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> alt.LayerChart:
        try:
            key = (plot.__module__, plot.__name__, _content(args), _content(kwargs))
            hash(key)
        except TypeError:  # something that has no content to compare
            return plot(*args, **kwargs)
        with _lock:
            place = _places.setdefault(key, _Place())
            _places.move_to_end(key)
            while len(_places) > MOST:
                _places.popitem(last=False)
        with place.lock:
            if place.chart is None:  # as it still is after an attempt that failed
                place.chart = plot(*args, **kwargs)
            return place.chart

    return drawn


def _content(value: Any) -> Hashable:
    """What tells arguments apart: a frame by a digest of its rows, any other value with its type."""
    if isinstance(value, pd.DataFrame):
        rows = pd.util.hash_pandas_object(value, index=False).to_numpy()
        kinds = tuple(map(str, value.dtypes))
        return (*map(_content, value.columns), kinds, hashlib.blake2b(rows.tobytes()).digest())
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, list | tuple):
        return type(value).__name__, *map(_content, value)
    if isinstance(value, Mapping):
        return tuple((name, _content(part)) for name, part in value.items())
    return type(value).__name__, value
