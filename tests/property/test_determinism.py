"""One experiment has one History, to the last bit, whatever stands beside a run."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, History, train
from tests.property.strategies import small_experiments

pytestmark = pytest.mark.slow

SHARED = {"edges", "grid_x", "grid_y", "points", "point_labels", "example_x", "example_y"}
"""Arrays without an axis for the run."""


def difference(one: np.ndarray, other: np.ndarray) -> str | None:
    """What differs, bit for bit, or None."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return f"{one.shape} {one.dtype} against {other.shape} {other.dtype}"
    if np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        return None
    first = tuple(int(i) for i in np.argwhere((one != other) & ~((one != one) & (other != other)))[0])
    return f"at {first}: {one[first]!r} against {other[first]!r}"


def differences(one: History, other: History, run: int | None = None) -> dict[str, str]:
    """What differs between two histories, or between one run of the first and the second, which is it alone."""
    arrays = dict(one.arrays)
    recorded, records = one.recorded, len(one.steps)
    if run is not None:
        # A history that goes on for other runs is longer than the one of a run that diverged.
        records = len(other.steps)
        arrays = {name: a if name in SHARED else a[:records, run : run + 1] for name, a in arrays.items()}
        recorded = recorded[run : run + 1]
    arrays |= {"steps": one.steps[:records], "recorded": recorded}
    others = dict(other.arrays) | {"steps": other.steps, "recorded": other.recorded}
    assert arrays.keys() == others.keys()
    return {name: found for name, a in arrays.items() if (found := difference(a, others[name]))}


def alone(experiment: Experiment, run: int) -> Experiment:
    """The experiment with this run only."""
    return Experiment(**dict(experiment) | {"runs": (experiment.runs[run],)})


@given(small_experiments())
def test_runs_together_equal_each_alone(experiment):
    together = train(experiment)
    for k in range(len(experiment.runs)):
        single = train(alone(experiment, k))
        assert single.status == together.status[k : k + 1]
        assert differences(together, single, k) == {}


@given(small_experiments(), st.randoms(use_true_random=False))
def test_the_order_of_runs_does_not_matter(experiment, random):
    order = list(range(len(experiment.runs)))
    random.shuffle(order)
    shuffled = train(Experiment(**dict(experiment) | {"runs": tuple(experiment.runs[k] for k in order)}))
    straight = train(experiment)
    assert shuffled.status == tuple(straight.status[k] for k in order)
    for name, values in straight.arrays.items():
        expected = values if name in SHARED else values[:, order]
        assert difference(expected, shuffled.arrays[name]) is None, name


@given(small_experiments(runs=st.integers(1, 3)))
def test_the_same_experiment_gives_the_same_history(experiment):
    first, second = train(experiment), train(Experiment.from_json(experiment.to_json()))
    assert first.status == second.status
    assert differences(first, second) == {}
