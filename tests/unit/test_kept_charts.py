"""Charts are built once for equal arguments, and anew for others."""

import altair as alt
import numpy as np
import pandas as pd
import pytest

from bnviz.charts.kept import MOST, kept
from bnviz.kept import Keep


@pytest.fixture
def plot():
    calls = []

    @Keep(MOST)
    def plot(frame, styles=(), *, step=0, notes=None):
        calls.append(step)
        return alt.layer(alt.Chart(frame).mark_point())

    plot.calls = calls
    return plot


def frame(last=2.0):
    return pd.DataFrame({"x": [1.0, last, np.nan], "name": ["a", "b", "c"]})


def test_equal_arguments_give_the_same_chart(plot):
    first = plot(frame(), ["a"], step=3)
    assert plot(frame(), ["a"], step=3) is first
    assert len(plot.calls) == 1


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((frame(last=2.5), ["a"]), {"step": 3}),
        ((frame().rename(columns={"x": "z"}), ["a"]), {"step": 3}),
        ((frame().iloc[::-1], ["a"]), {"step": 3}),
        ((frame().astype({"x": "float32"}), ["a"]), {"step": 3}),
        ((frame(), ["b"]), {"step": 3}),
        ((frame(), ["a"]), {"step": 3.0}),
        ((frame(), ["a"]), {"step": True}),
        ((frame(), ["a"]), {"step": 3, "notes": {"a": np.arange(3)}}),
    ],
)
def test_other_arguments_give_another_chart(plot, args, kwargs):
    plot(frame(), ["a"], step=3)
    plot(*args, **kwargs)
    assert len(plot.calls) == 2


def test_a_frame_without_comparable_content_is_drawn_each_time(plot):
    lists = pd.DataFrame({"x": [[1], [2]]})
    plot(lists)
    plot(lists)
    assert len(plot.calls) == 2


def test_the_least_recently_used_is_forgotten(plot):
    for step in range(MOST):
        plot(frame(), step=step)
    plot(frame(), step=0)
    plot(frame(), step=MOST)
    plot(frame(), step=0)
    assert len(plot.calls) == MOST + 1
    plot(frame(), step=1)
    assert len(plot.calls) == MOST + 2


def test_what_fails_is_not_kept(plot):
    @kept
    def broken(_frame):
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            broken(frame())
