"""Families: what the browser looks up is what was computed, for every value of the controls and between them."""

import numpy as np
import pytest

from bnviz.ui.live.family import Family, pack_family

RATES, LENGTHS = (0.03, 0.1, 0.3, 1.0), (1.0, 2.0, 4.0)
_random = np.random.default_rng(1)
ONE = Family(
    {"rate": RATES},
    {"loss": _random.normal(size=(4, 7)), "count": np.arange(4 * 3).reshape(4, 3), "end": _random.normal(size=4)},
    frozenset({"loss"}),
)
TWO = Family(
    {"rate": RATES, "length": LENGTHS},
    {
        "loss": _random.normal(size=(4, 3, 5)),
        "turn": _random.normal(size=(4, 3, 2, 2)),
        "n": np.arange(12).reshape(4, 3),
    },
    frozenset({"turn"}),
)


@pytest.fixture(params=[ONE, TWO], ids=["one control", "two controls"])
def family(request):
    return request.param


@pytest.fixture
def look_up(ask, tmp_path):
    def look_up(family, *points):
        path = tmp_path / "family.bin"
        path.write_bytes(pack_family(family))
        return ask("family", str(path), points)

    return look_up


def test_every_value_of_the_controls_gives_what_was_computed(look_up, family):
    grids = np.meshgrid(*family.controls.values(), indexing="ij")
    points = [dict(zip(family.controls, point, strict=True)) for point in zip(*(g.ravel() for g in grids), strict=True)]
    for number, found in enumerate(look_up(family, *points)):
        place = np.unravel_index(number, grids[0].shape)
        assert found["exact"]
        assert found["computedAt"] == points[number]
        for name, array in family.arrays.items():
            assert found["arrays"][name] == np.float32(array[place]).ravel().tolist()


def test_between_values_only_what_is_continuous_is_between(look_up):
    (found,) = look_up(ONE, {"rate": 0.25})
    share = (0.25 - 0.1) / 0.2
    first, second = np.float32(ONE.arrays["loss"][1:3])
    assert found["arrays"]["loss"] == pytest.approx((1 - share) * first + share * second)
    assert not found["exact"]
    assert found["computedAt"] == {"rate": 0.3}
    assert found["arrays"]["count"] == [6, 7, 8]
    assert found["arrays"]["end"] == [np.float32(ONE.arrays["end"][2])]


def test_between_values_of_two_controls(look_up):
    (found,) = look_up(TWO, {"rate": 0.065, "length": 3.5})
    turn = np.float32(TWO.arrays["turn"]).astype(float)
    across = 0.5 * (turn[0] + turn[1])
    assert found["arrays"]["turn"] == pytest.approx((0.25 * across[1] + 0.75 * across[2]).ravel())
    assert found["computedAt"] == {"rate": 0.1, "length": 4.0}
    assert found["arrays"]["n"] == [5]


def test_beyond_the_ends_the_last_one_counts(look_up):
    low, high = look_up(ONE, {"rate": 0.0}, {"rate": 7.0})
    assert low["arrays"]["count"] == [0, 1, 2]
    assert high["arrays"]["count"] == [9, 10, 11]
    assert (low["computedAt"], high["computedAt"]) == ({"rate": 0.03}, {"rate": 1.0})


@pytest.mark.parametrize(
    ("controls", "arrays", "continuous", "message"),
    [
        ({}, {}, (), "one or two"),
        ({"a": (1,), "b": (1,), "c": (1,)}, {}, (), "one or two"),
        ({"a": (2, 1)}, {}, (), "ascending"),
        ({"a": (1, 1)}, {}, (), "ascending"),
        ({"a": ()}, {}, (), "ascending"),
        ({"a": (1, 2)}, {"x": np.zeros((3, 2))}, (), "begin with"),
        ({"a": (1, 2)}, {"x": np.zeros((2, 2))}, ("y",), "there is no y"),
    ],
)
def test_what_does_not_fit_together_is_refused(controls, arrays, continuous, message):
    with pytest.raises(ValueError, match=message):
        Family(controls, arrays, frozenset(continuous))
