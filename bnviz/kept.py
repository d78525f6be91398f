"""Results of pure functions that are kept: a class that opens one page asks for the same ones a hundred times.

Arguments are compared by their content, frames too. To digest a frame takes a millisecond, and much longer where it is
large; one that nobody will change is declared so by `share`, and digested once.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import wraps
from itertools import count
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary, ref

import numpy as np
import pandas as pd

P = ParamSpec("P")
T = TypeVar("T")


class _Place:
    """Where a result is kept. The lock is its own, so that only those who ask for this result wait for it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.filled = False
        self.result: Any = None


class Keep:
    """A decorator: the function returns what it returned for equal arguments before, if that is among the last `most`.

    Nobody may change what such a function returns. What fails is tried again.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()
        self._lock = Lock()

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def kept(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                key = (function.__module__, function.__qualname__, _content(args), _content(kwargs))
                hash(key)
            except TypeError:  # something that has no content to compare
                return function(*args, **kwargs)
            place = self._place(key)
            with place.lock:
                if not place.filled:
                    place.result = function(*args, **kwargs)
                    place.filled = True
                    if isinstance(place.result, pd.DataFrame):
                        share(place.result)
                return place.result

        return kept

    def _place(self, key: Hashable) -> _Place:
        with self._lock:
            place = self._places.setdefault(key, _Place())
            self._places.move_to_end(key)
            while len(self._places) > self.most:
                self._places.popitem(last=False)
            return place


remembered = Keep(256)
"""For small results of lessons: a summary, a number, a sentence."""


# By the identity of a shared frame, as long as it lives: the frame, and its digest once somebody has asked for it.
_shared: dict[int, tuple[ref[pd.DataFrame], list[Hashable]]] = {}
_names: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
_numbers = count()
_naming = Lock()


def share(frame: pd.DataFrame) -> None:
    """Declare that nobody will change this frame: its digest is taken once."""
    key = id(frame)
    _shared[key] = ref(frame, lambda _: _shared.pop(key, None)), []


def _content(value: Any) -> Hashable:
    """What tells arguments apart: a frame by a digest of its rows, any other value with its type."""
    if isinstance(value, pd.DataFrame):
        return _content_of_frame(value)
    if isinstance(value, pd.Series):
        rows = pd.util.hash_pandas_object(value).to_numpy()
        return "series", value.name, str(value.dtype), hashlib.blake2b(rows.tobytes()).digest()
    if isinstance(value, float):  # in which NaN equals itself, and 0 and −0 differ
        return type(value).__name__, value.hex()
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, list | tuple):
        return type(value).__name__, *map(_content, value)
    if isinstance(value, Mapping):
        return tuple((name, _content(part)) for name, part in value.items())
    if is_dataclass(value) and value.__hash__ is not None and type(value).__hash__ is not object.__hash__:
        return type(value).__name__, *(_content(getattr(value, field.name)) for field in fields(value))
    if type(value).__hash__ is object.__hash__ and value is not None:
        # It is only equal to itself, as a recording is. The key must not keep it alive.
        with _naming:
            return type(value).__name__, _names.setdefault(value, next(_numbers))
    return type(value).__name__, value


def _content_of_frame(frame: pd.DataFrame) -> Hashable:
    found = _shared.get(id(frame))
    if found is None or found[0]() is not frame:
        return _digest(frame)
    if not found[1]:
        found[1].append(_digest(frame))
    return found[1][0]


def _digest(frame: pd.DataFrame) -> Hashable:
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    kinds = tuple(map(str, frame.dtypes))
    return (*map(_content, frame.columns), kinds, hashlib.blake2b(rows.tobytes()).digest())
