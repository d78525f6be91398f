"""Which range an axis of γ, β, μ or σ gets: all values, unless a few would flatten the others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bnviz.ui.player.payload import _drawn_units, _quantile, _quantize, axis_limits

CALM_RUN = np.linspace(-1, 1, 41)


def limits(*runs: np.ndarray) -> tuple[float, float, bool]:
    """The range of runs of one unit."""
    return axis_limits(np.stack(runs, 1)[..., None].astype(float))


def test_the_range_is_that_of_all_values():
    assert limits(CALM_RUN, 3 * CALM_RUN) == (-3.0, 3.0, False)
    assert limits(np.full(41, np.nan), CALM_RUN + 5) == (4.0, 6.0, False)


def test_a_missing_quantity_has_a_range_all_the_same():
    assert limits(np.full(5, np.nan)) == (0.0, 1.0, False)
    assert limits(np.array([np.inf, -np.inf])) == (0.0, 1.0, False)


@pytest.mark.parametrize("value", [0.0, 1.0, -40.0, 1e6])
def test_a_constant_stands_in_the_middle_of_a_range(value: float):
    low, high, clipped = limits(np.full(7, value))
    assert low < value < high
    assert (low + high) / 2 == pytest.approx(value)
    assert high - low >= max(1, 0.02 * abs(value)) - 1e-9
    assert not clipped


@pytest.mark.parametrize("factor", [2, 20, 24])
def test_a_run_of_up_to_25_times_the_calmest_keeps_its_place(factor: float):
    # The far run is half of all values, so that the central 98 % of them reach as far.
    low, high, clipped = limits(CALM_RUN, factor * CALM_RUN)
    assert (low, high, clipped) == (-factor, factor, False)


def test_a_run_that_exploded_is_cut_at_25_times_the_calmest():
    calm = np.tile([-1.0, 1.0], 50)
    low, high, clipped = limits(calm, 1e6 * calm)
    assert (low, high, clipped) == (-25, 25, True)
    assert limits(1e6 * calm, 1e-3 * calm) == (-5, 5, True)


def test_one_value_in_a_hundred_does_not_flatten_the_others():
    spiked = np.append(np.tile([0.0, 1.0], 100), 20.0)
    low, high, clipped = limits(spiked)
    assert (low, high, clipped) == (0, 1.5, True)
    assert limits(-spiked) == (-1.5, 0, True)
    near = np.append(np.tile([0.0, 1.0], 100), 5.9)
    assert limits(near) == (0, 5.9, False)


def test_what_was_before_a_kick_stays_readable():
    before, after = np.tile([0.0, 1.0], 20), np.tile([-30.0, 20.0], 20)
    kicked = np.concatenate([before, after])[:, None, None]
    assert axis_limits(kicked) == (-30, 20, False)
    assert axis_limits(kicked, calm=40) == (-4, 5, True)
    assert axis_limits(np.concatenate([before, 3 * before])[:, None, None], calm=40) == (0, 3, False)


def test_what_lies_outside_gets_the_code_of_the_nearest_end():
    codes = _quantize(np.array([-9, 0, 0.5, 1, 9, np.nan, np.inf, -np.inf]), 0.0, 1.0)
    assert codes.tolist() == [0, 0, 32767, 65534, 65534, 65535, 65535, 65535]


def test_a_value_is_at_most_half_a_code_away():
    low, high = -3.0, 11.0
    values = np.linspace(low, high, 997)
    codes = _quantize(values, low, high)
    assert codes.dtype == np.uint16
    np.testing.assert_allclose(low + (high - low) * codes / 65534, values, atol=0.5001 * (high - low) / 65534)


@pytest.mark.parametrize("width", [1, 2, 31, 32, 33, 64, 512])
def test_units_are_drawn_evenly(width: int):
    units = _drawn_units(width)
    assert len(units) == min(width, 32)
    assert (units[0], units[-1]) == (0, width - 1)
    gaps = np.diff(units)
    assert gaps.size == 0 or gaps.max() - gaps.min() <= 1


@given(
    arrays(float, st.integers(1, 40), elements=st.floats(-1e6, 1e6)),
    st.sampled_from([0.0, 0.01, 0.5, 0.99, 1.0]),
)
def test_quantiles_are_those_of_numpy(values, share):
    np.testing.assert_allclose(_quantile(values, share), np.quantile(values, share), rtol=1e-12, atol=1e-9)
