"""Only who asks for the same result waits, and what is shared is digested once."""

import gc
from dataclasses import dataclass
from threading import Event, Thread

import numpy as np
import pandas as pd
import pytest

from bnviz import kept as module
from bnviz.kept import Keep, share


@dataclass(frozen=True)
class Value:
    numbers: tuple[float, ...]


class Same:
    """Equal to itself alone."""


@pytest.fixture
def kinds():
    """A kept function that tells the type of what it is given, and what it was called with."""
    calls = []

    @Keep(8)
    def kind(value):
        calls.append(value)
        return type(value).__name__

    kind.calls = calls
    return kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Value((1.0,)), Value((1,))),
        (Value((0.0,)), Value((-0.0,))),
        (Same(), Same()),
        (pd.Series([1.0], index=["a"]), pd.Series([1.0], index=["b"])),
        ("1", 1),
        (np.float64(1), 1.0),
    ],
)
def test_what_differs_in_anything_is_told_apart(kinds, one, other):
    for value in (one, other, one, other):
        kinds(value)
    assert len(kinds.calls) == 2


def test_equal_values_are_one(kinds):
    for value in (Value((1.0,)), float("nan"), pd.Series([1.0, np.nan])):
        kinds(value)
    for value in (Value((1.0,)), float("nan"), pd.Series([1.0, np.nan])):
        kinds(value)
    assert len(kinds.calls) == 3


def test_who_asks_for_another_result_does_not_wait():
    started, go_on = Event(), Event()

    @Keep(8)
    def slow(number):
        if number == 1:
            started.set()
            assert go_on.wait(20)
        return number

    found = []
    threads = [Thread(target=lambda: found.append(slow(1)), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert started.wait(20)
    assert slow(2) == 2
    assert not found
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert found == [1, 1]


def test_a_shared_frame_is_digested_once_and_others_every_time(kinds, monkeypatch):
    digests = []
    digest = module._digest
    monkeypatch.setattr(module, "_digest", lambda frame: digests.append(len(frame)) or digest(frame))
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    kinds(frame)
    kinds(frame)
    assert digests == [2, 2]
    share(frame)
    kinds(frame)
    kinds(frame)
    assert digests == [2, 2, 2]
    frame = pd.DataFrame({"x": [1.0, 3.0]})
    kinds(frame)
    assert len(kinds.calls) == 2


def test_what_is_gone_is_not_remembered():
    frame, one = pd.DataFrame({"x": [1.0]}), Same()
    share(frame)
    Keep(8)(lambda value: None)(one)
    frames, names = len(module._shared), len(module._names)
    del frame, one
    gc.collect()
    assert (len(module._shared), len(module._names)) == (frames - 1, names - 1)
