"""What hands and keys make of the values: bounds, steps, choices, and moving all examples at once."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.ui.lessons.what_it_computes import EPSILONS
from bnviz.ui.lessons.what_it_computes_rails import rails
from bnviz.ui.live.scene import Input

VALUES = [3.0, 6.5, 4.0, 8.0]
NAMES = [f"x{number}" for number in range(1, 5)]
SCENE = rails(VALUES, 1, reach=3.0, epsilons=EPSILONS)
INPUTS = [asdict(each) for each in SCENE.inputs]
START = {**dict(zip(NAMES, VALUES, strict=True)), "gamma": 1.5, "beta": 0.5, "eps": 1e-5, "example": 1}


def own(values):
    return [values[name] for name in NAMES]


@pytest.mark.parametrize(("wanted", "taken"), [(1.234, 1.2), (99, 3), (-99, -3), (0.04, 0), (0.05, 0.1)])
def test_a_value_is_on_its_steps_within_its_bounds(ask, wanted, taken):
    assert ask("set", INPUTS, "gamma", wanted, START) == {**START, "gamma": taken}


def test_of_choices_the_nearest_is_taken(ask):
    assert ask("set", INPUTS, "eps", 0.02, START)["eps"] in (0.01, 0.03)
    assert ask("set", INPUTS, "eps", 7.0, START)["eps"] == 10
    assert ask("set", INPUTS, "example", 2.4, START)["example"] == 2


@pytest.mark.parametrize("eps", EPSILONS)
def test_a_slider_stands_on_every_choice(ask, eps):
    assert ask("sliders", INPUTS, "eps", {**START, "eps": eps}) == {"position": EPSILONS.index(eps), "back": eps}


def test_a_slider_without_choices_stands_at_the_value(ask):
    assert ask("sliders", INPUTS, "gamma", START) == {"position": 1.5, "back": 1.5}


@pytest.mark.parametrize(
    ("presses", "taken"),
    [
        ([("ArrowRight", False)], 1.6),
        ([("ArrowUp", False), ("ArrowUp", False)], 1.7),
        ([("ArrowLeft", False)], 1.4),
        ([("ArrowDown", True)], 1.49),
        ([("PageUp", False)], 2.5),
        ([("PageDown", False)], 0.5),
        ([("Home", False)], -3),
        ([("End", False)], 3),
        ([("ArrowRight", False)] * 40, 3),
    ],
)
def test_keys_go_by_steps(ask, presses, taken):
    assert ask("press", INPUTS, "gamma", presses, START) == {**START, "gamma": pytest.approx(taken)}


def test_keys_go_from_choice_to_choice(ask):
    def pressed(*keys):
        return ask("press", INPUTS, "eps", [(key, False) for key in keys], START)["eps"]

    assert pressed("ArrowRight") == EPSILONS[EPSILONS.index(1e-5) + 1]
    assert pressed("ArrowLeft", "ArrowLeft", "ArrowLeft") == 0
    assert pressed("End", "PageDown") == EPSILONS[-3]
    assert ask("press", INPUTS, "eps", [("a", False)], START) is None


def test_all_move_together_and_stop_where_the_first_of_them_must(ask):
    moved = ask("set", INPUTS, "mean", 6.375, START)
    assert own(moved) == pytest.approx([value + 1.0 for value in VALUES], abs=0.06)
    assert ask("value", INPUTS, "mean", moved) == pytest.approx(6.4)
    assert max(own(ask("set", INPUTS, "mean", 18.0, START))) == 18
    assert np.diff(own(ask("set", INPUTS, "mean", 15.0, START))) == pytest.approx(np.diff(VALUES))


def test_all_spread_from_their_mean_and_stop_where_the_first_of_them_must(ask):
    wide = ask("set", INPUTS, "sd", 4.0, START)
    assert np.mean(own(wide)) == pytest.approx(np.mean(VALUES))
    assert np.std(own(wide)) == pytest.approx(4)
    assert ask("value", INPUTS, "sd", wide) == pytest.approx(4)
    widest = own(ask("set", INPUTS, "sd", 10.0, START))
    assert min(abs(max(widest) - 18), abs(min(widest) + 2)) == pytest.approx(0, abs=1e-9)
    assert ask("set", INPUTS, "sd", 0.0, START) != START
    equal = {**START, **dict.fromkeys(NAMES, 2.0)}
    assert ask("set", INPUTS, "sd", 3.0, equal) == equal


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-2, 18), min_size=4, max_size=4), st.floats(-20, 20), st.sampled_from(["mean", "sd"]))
def test_no_hand_takes_a_value_out_of_reach_or_changes_their_shape(ask, x, wanted, group):
    before = {**START, **dict(zip(NAMES, x, strict=True))}
    after = own(ask("set", INPUTS, group, wanted, before))
    assert all(-2 - 1e-9 <= value <= 18 + 1e-9 for value in after)
    if np.std(x) > 1e-3 and np.std(after) > 1e-3:
        assert (after - np.mean(after)) / np.std(after) == pytest.approx((x - np.mean(x)) / np.std(x), abs=1e-6)


def test_what_a_browser_sends_is_checked():
    assert SCENE.accepted({"gamma": -3, "x1": 15.0, "eps": 0.1, "example": 4, "mean": 3.0}) == {
        "gamma": -3, "x1": 15.0, "eps": 0.1, "example": 4,
    }  # fmt: skip
    for wrong in (
        {"gamma": 3.1},
        {"eps": 0.2},
        {"x9": 1.0},
        {"beta": True},
        {"beta": "1"},
        {"x1": float("nan")},
        None,
        [],
    ):
        assert SCENE.accepted(wrong) == {}


def test_an_input_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="must be below"):
        Input("a", "a", 1, 1)
    with pytest.raises(ValueError, match="names them in `of`"):
        Input("a", "a", 0, 1, group="shift")
