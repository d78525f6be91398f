"""Weight decay on a w of two weights: its arithmetic against Python, and what its steps say for every seed."""

import json

import numpy as np
import pytest

from bnviz.lessons.scale_decoupling.settling import (
    BATCH,
    DECAYS,
    RATES,
    REACH,
    SHORTEST,
    UPDATES,
    batches,
    examples,
    settled,
    walk,
)
from bnviz.styles import RunStyle
from bnviz.ui.lessons.scale_decoupling_settling import INPUTS, STEPS, settling
from tests.live.drawing import read

STYLES = (RunStyle("no decay", "#d55e00", "#ff8f4d", ()), RunStyle("decay", "#0072b2", "#62bdf0", ()))
START = {name: default for name, (_, default) in INPUTS.items()}
SEEDS = range(10)


def computed(ask, seed=0, **values):
    return ask("sums", "settling", {**START, **values}, {**examples(seed), "size": BATCH})


def both(values, seed):
    at = [values[name] for name in ("start_angle", "start_length", "settle_rate")]
    return {
        name: (settled(*at, decay, seed), *walk(*at, decay, seed))
        for name, decay in (("free", 0.0), ("decayed", values["settle_decay"]))
    }


def test_every_example_is_seen_once_an_epoch():
    order = batches(3).ravel()
    assert len(order) == UPDATES * BATCH
    count = len(examples(3)["t"])
    for begin in range(0, len(order) - count + 1, count):
        assert sorted(order[begin : begin + count]) == list(range(count))


@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("rate", RATES)
def test_the_walks_are_those_of_python(ask, rate, decay):
    for angle, length, seed in ((200, 1.3, 0), (45, SHORTEST, 4)):
        values = {**START, "start_angle": angle, "start_length": length, "settle_rate": rate, "settle_decay": decay}
        found = computed(ask, seed, **{**values, "settle_walk": 90})
        for name, (where, path, _) in both(values, seed).items():
            # A walk forgets where it began, and with it what was rounded; the first updates amplify it.
            assert np.allclose(found[f"x_{name}"], path[:, 0], rtol=1e-6, atol=1e-8)
            assert np.allclose(found[f"lengths_{name}"], np.hypot(*path.T), rtol=1e-6)
            assert found[f"now_length_{name}"] == pytest.approx(np.hypot(*path[90]), rel=1e-6)
            assert found[f"length_{name}"] == pytest.approx(where.length, rel=1e-6)
            assert found[f"turn_{name}"] == pytest.approx(where.turn, rel=1e-5)
        with_decay = both(values, seed)["decayed"][0]
        assert found["decays"] == (decay > 0)
        if decay:
            assert found["balance"] == pytest.approx(with_decay.balance, rel=1e-6)
            assert found["turn_balance"] == pytest.approx(with_decay.turn_balance)
            assert np.allclose(np.hypot(found["circle_x"], found["circle_y"]), with_decay.balance)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_update_without_decay_is_at_a_right_angle_and_lengthens_w(seed):
    path, gradients = walk(200, 1.3, 0.3, 0.0, seed)
    assert np.abs((path[:-1] * gradients).sum(-1)).max() < 1e-12
    assert (np.diff(np.hypot(*path.T)) >= 0).all()


class TestSteps:
    """What the words of each step say holds where it leads, for every seed."""

    @staticmethod
    def arrive(number, seed):
        step = STEPS[number]
        return both({**START, **step.first, **step.values}, seed)

    def test_words(self):
        assert all(len(step.words.split()) <= 40 for step in STEPS)
        assert all(step.values["settle_walk"] == UPDATES for step in STEPS)
        allowed = {name: given for name, (given, _) in INPUTS.items()}
        assert all(allowed[name].allows(value) for step in STEPS for name, value in step.first.items())

    @pytest.mark.parametrize("seed", SEEDS)
    def test_from_outside(self, seed):
        found = self.arrive(0, seed)
        (free, path, _), (decayed, drawn, _) = found["free"], found["decayed"]
        assert np.hypot(*path[-1]) > np.hypot(*path[0])  # only grows
        assert free.turn < 1  # and hardly turns any more: less than a degree
        assert np.hypot(*drawn[0]) > 2 * decayed.balance
        assert decayed.length == pytest.approx(decayed.balance, rel=0.1)
        assert decayed.turn == pytest.approx(decayed.turn_balance, rel=0.1)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_from_inside(self, seed):
        outside, (inside, path, gradients) = self.arrive(0, seed)["decayed"][0], self.arrive(1, seed)["decayed"]
        lengths = np.hypot(*path.T)
        assert lengths[0] < inside.balance / 2
        assert lengths[:40].max() > 0.9 * inside.balance  # thrown out
        assert np.hypot(*gradients[0]) > 1.5 * np.sqrt((gradients[UPDATES // 2 :] ** 2).sum(-1).mean())
        assert inside.length == pytest.approx(outside.length, rel=0.05)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_less_decay(self, seed):
        strong, weak = self.arrive(1, seed)["decayed"][0], self.arrive(2, seed)["decayed"][0]
        assert 1.15 < weak.balance / strong.balance < 1.27  # wider by about a fifth
        assert 0.45 < weak.turn / strong.turn < 0.65  # about half as far


def test_the_circle_and_the_end_of_each_walk_stand_at_their_places(ask):
    scene = json.loads(json.dumps(settling(STYLES, 0).to_dict()))
    values = {**START, "settle_walk": 90.0}
    drawing = read(ask("drawn", scene, values, {"width": 980}))
    for name, style in zip(("free", "decayed"), STYLES, strict=True):
        end = both(values, 0)[name][1][90]
        place = [
            drawing.across(f"settle_{name}", end[0], -REACH, REACH),
            drawing.up(f"settle_{name}", end[1], -REACH, REACH),
        ]
        ends = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 8 and fill == style.color]
        assert np.isclose(ends, place).all(axis=1).any()
