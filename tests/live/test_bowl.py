"""The arithmetic of the bowl and its twin in Python: steps needed, places of the descent, and the way of the chase."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.lessons.learn_to_standardize import bowl
from bnviz.lessons.learn_to_standardize.conditioning import condition_number, curvatures, steps_needed

START = {"mean": 10.0, "spread": 1.0, "roll": 100.0, "time": 0.0}
means, spreads = st.floats(0, 10), st.floats(0.1, 10)


def computed(ask, guess=0, **values):
    return ask("sums", "bowl", {**START, **values}, bowl.task(guess))


@settings(deadline=None, max_examples=150)
@given(means, spreads, st.floats(0, 100))
def test_the_ball_is_where_the_closed_form_has_it(ask, mean, spread, roll):
    found = computed(ask, mean=mean, spread=spread, roll=roll)
    assert found["condition"] == pytest.approx(condition_number(mean, spread), rel=1e-6)
    assert (found["high"], found["low"]) == pytest.approx(curvatures(mean, spread), rel=1e-12)
    assert found["steps"] == pytest.approx(steps_needed(mean, spread), abs=1 + 1e-6 * found["steps"])
    assert found["now"] == pytest.approx(np.expm1(roll / 100 * np.log1p(found["steps"])), abs=0.51)
    place = bowl.place_after(mean, spread, found["now"])
    assert (found["ball_gamma"], found["ball_beta"]) == pytest.approx(place, rel=1e-9, abs=1e-9)
    assert found["loss"] == pytest.approx(bowl.loss_at(*place, mean, spread), rel=1e-6, abs=1e-12)
    assert (found["goal_gamma"], found["goal_beta"]) == pytest.approx(bowl.lowest(mean, spread))


@pytest.mark.parametrize(("mean", "spread"), [(0, 1), (0.5, 1), (3, 1), (2, 0.3), (0, 3), (5, 2), (10, 1)])
def test_the_descent_is_that_of_gradient_descent_step_by_step(ask, mean, spread):
    hessian = np.array([[mean**2 + spread**2, mean], [mean, 1.0]])
    rate = 1 / np.linalg.eigvalsh(hessian).max()
    goal = np.array(bowl.lowest(mean, spread))
    place = np.array(bowl.START)
    path, limit = [place], steps_needed(mean, spread)
    while bowl.loss_at(*path[-1], mean, spread) > 1e-3:
        path.append(path[-1] - rate * hessian @ (path[-1] - goal))
    assert len(path) - 1 == limit
    found = computed(ask, mean=mean, spread=spread)
    assert found["steps"] == limit
    for count in (0, 1, 2, 10, 100):
        if count < len(path):
            assert bowl.place_after(mean, spread, count) == pytest.approx(path[count], rel=1e-9, abs=1e-9)
    for count, gamma, beta in zip(found["stones"], found["stone_gamma"], found["stone_beta"], strict=True):
        assert (gamma, beta) == pytest.approx(path[count], rel=1e-6, abs=1e-9)
    assert found["stones"] == [count for count in (0, 1, 10, 100, 1000, 10_000) if count <= limit]


@settings(deadline=None, max_examples=60)
@given(means, spreads, st.floats(1, bowl.UPDATES))
def test_the_chase_is_that_of_python(ask, mean, spread, time):
    found = computed(ask, mean=mean, spread=spread, time=time)
    way = bowl.chase(mean, spread, int(time))
    assert np.column_stack([found["way_gamma"], found["way_beta"]]) == pytest.approx(np.array(way), rel=1e-9, abs=1e-9)
    now = min(10.0, mean + time / 30)
    assert found["now_mean"] == pytest.approx(now)
    assert found["loss"] == pytest.approx(bowl.loss_at(*way[-1], now, spread), rel=1e-6, abs=1e-9)
    assert found["behind"] == pytest.approx(abs(bowl.lowest(now, spread)[1] - way[-1][1]), rel=1e-6, abs=1e-9)
    assert (found["leash_gamma"], found["leash_beta"]) == pytest.approx(bowl.lowest(now, spread))
    assert found["stones"] == []


def test_the_chase_is_gradient_descent_on_inputs_that_move():
    u = np.array(bowl.examples())
    gamma, beta = bowl.lowest(0.0, 1.0)
    for update, place in enumerate(bowl.chase(0.0, 1.0, bowl.UPDATES)):
        assert place == pytest.approx((gamma, beta), rel=1e-9, abs=1e-9)
        x = update / 30 + u
        error = gamma * x + beta - (2 * u + 0.5)
        rate = 1 / np.linalg.eigvalsh([[(x * x).mean(), x.mean()], [x.mean(), 1]]).max()
        gamma, beta = gamma - rate * (error * x).mean(), beta - rate * error.mean()


def test_what_the_steps_say_of_the_chase_is_so():
    # "their goal runs away: they follow it like a dog on a leash", "its goal stands still"
    way = bowl.chase(0.0, 1.0, bowl.UPDATES)
    goals = [bowl.lowest(update / 30, 1.0) for update in range(bowl.UPDATES + 1)]
    behind = np.array([beta - goal for (_, beta), (_, goal) in zip(way, goals, strict=True)])
    assert behind[0] == 0
    assert (np.diff(behind)[1:] > 0).all()
    assert behind[-1] > 10
    assert (np.diff([beta for _, beta in way])[1:] < 0).all()  # and it does run after it


def test_the_inputs_are_standardized_but_for_mean_and_spread(ask):
    u = np.array(bowl.examples())
    assert (u.mean(), u.std()) == pytest.approx((0, 1), abs=1e-12)
    for values in ({}, {"mean": 3.0, "spread": 2.5}, {"mean": 0.0, "time": 100.0}):
        found = computed(ask, **values)
        x = np.array(found["x"])
        assert (x.mean(), x.std()) == pytest.approx((found["now_mean"], {**START, **values}["spread"]))
        assert found["normalized"] == pytest.approx(u)  # the rail of batch norm does not move


@pytest.mark.parametrize(("guess", "mean", "marked"), [(100, 10.0, True), (10_000, 3.0, False), (0, 10.0, False)])
def test_a_guess_is_marked_where_the_ball_is_by_then(ask, guess, mean, marked):
    found = computed(ask, guess, mean=mean)
    place = bowl.place_after(mean, 1.0, guess) if marked else (1e9, 1e9)
    assert (found["guess_gamma"], found["guess_beta"]) == pytest.approx(place)
    assert computed(ask, guess, mean=mean, time=10.0)["guess_beta"] == 1e9


@pytest.mark.parametrize("values", [{}, {"mean": 3.0}, {"time": 100.0, "mean": 0.0}, {"roll": 0.0}])
def test_batch_norm_needs_one_step_from_any_inputs(ask, values):
    found = computed(ask, **values)
    rolled = found["now"] > 0 or found["moving"]
    assert (found["own_gamma"], found["own_beta"]) == ((2, 0.5) if rolled else bowl.START)
    assert found["own_loss"] == pytest.approx(0 if rolled else bowl.loss_at(*bowl.START, 0, 1))
    assert found["own_now"] == (1 if rolled else 0)


@pytest.mark.parametrize("mean", [0.0, 3.0, 10.0])
@pytest.mark.parametrize("spread", [0.1, 1.0, 10.0])
def test_needed_is_what_a_fit_says(mean, spread):
    found = bowl.needed(mean, spread)
    assert found == (condition_number(mean, spread), steps_needed(mean, spread)) * 2
