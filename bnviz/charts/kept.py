"""Charts that are built once: a class that opens one page asks for the same figures a hundred times."""

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

_charts: OrderedDict[Hashable, alt.LayerChart] = OrderedDict()
_lock = Lock()


def kept(plot: Callable[P, alt.LayerChart]) -> Callable[P, alt.LayerChart]:
    """Let `plot` return the chart that it made for equal arguments before, as long as that is among the last `MOST`.

    Nobody may change the chart. Others who ask meanwhile wait, since building takes the interpreter all the same.
    """

    @wraps(plot)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> alt.LayerChart:
        try:
            key = (plot.__module__, plot.__name__, _content(args), _content(kwargs))
            hash(key)
        except TypeError:  # something that has no content to compare
            return plot(*args, **kwargs)
        with _lock:
            if key not in _charts:
                _charts[key] = plot(*args, **kwargs)
            _charts.move_to_end(key)
            while len(_charts) > MOST:
                _charts.popitem(last=False)
            return _charts[key]

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
