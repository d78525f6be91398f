"""The arithmetic of the rails and its twin in Python: the same numbers for any mini-batch."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bnviz.lessons.what_it_computes.standardization import START_BATCH, UnitBatch, forward, statistics
from bnviz.ui.lessons.what_it_computes import EPSILONS

ALIKE = 1e-12
values = st.floats(-1000, 1000).map(lambda value: round(value, 6))


def require_same(ask, batch: UnitBatch, picked: int) -> None:
    inputs = {f"x{number}": x for number, x in enumerate(batch.values, 1)}
    inputs |= {"gamma": batch.gamma, "beta": batch.beta, "eps": batch.eps, "example": picked}
    found = ask("sums", "standardize", inputs, {"size": len(batch.values)})
    frame, moments = forward(batch), statistics(batch)
    # Rounding in x − μ is that of x.
    size = max(map(abs, batch.values))
    near = ALIKE * max(1.0, size / moments.scale) * max(1.0, abs(batch.gamma))
    for name in ("x", "normalized", "y"):
        assert found[name] == pytest.approx(frame[name].tolist(), rel=ALIKE, abs=near)
        assert found[f"own_{name}"] == found[name][picked - 1]
    sd = math.sqrt(moments.var)
    scale = {"mean": moments.mean, "var": moments.var, "scale": moments.scale, "sd": sd, "sd_end": moments.mean + sd}
    assert {name: found[name] for name in scale} == pytest.approx(scale, rel=ALIKE, abs=ALIKE * max(1.0, size**2))
    assert found["gamma_end"] == batch.beta + batch.gamma
    assert found["normalized_sd"] == pytest.approx(frame["normalized"].std(ddof=0), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize("unit", [0, 1, 2])
@pytest.mark.parametrize("size", [2, 3, 8, 16])
def test_both_compute_the_same_on_the_first_table(ask, eps, unit, size):
    values = tuple(START_BATCH[:size, unit])
    for gamma, beta in ((1.5, 0.5), (-0.7, -2.0), (0.0, 3.0)):
        require_same(ask, UnitBatch(values, (0.0,) * size, gamma, beta, eps), size)


@settings(deadline=None, max_examples=200)
@given(st.lists(values, min_size=2, max_size=16), st.floats(-3, 3), st.floats(-3, 3), st.sampled_from(EPSILONS[2:]))
@example([0.1, 0.1, 0.1], 1.0, 0.0, 1e-5)
@example([-1000.0, 1000.0], 3.0, -3.0, 10.0)
def test_both_compute_the_same_for_any_values(ask, x, gamma, beta, eps):
    spread = float(np.std(x))
    if 0 < spread < 1e-3 * max(map(abs, x)):
        return  # what is left after subtraction is mostly rounding, of both
    require_same(ask, UnitBatch(tuple(x), (0.0,) * len(x), gamma, beta, eps), 1)


def test_all_equal_at_eps_zero_is_undefined_as_the_page_says(ask):
    found = ask("sums", "standardize", {"x1": 3, "x2": 3, "gamma": 1, "beta": 0, "eps": 0, "example": 1}, {"size": 2})
    assert found["own_normalized"] is None  # no number
    with pytest.raises(ValueError, match="0 by 0"):
        UnitBatch((3.0, 3.0), (0.0, 0.0), eps=0.0)
