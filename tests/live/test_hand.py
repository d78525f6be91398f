"""The hand of two weights: its arithmetic against Python, and what the picture and its steps show for every seed."""

import json

import numpy as np
import pytest

from bnviz.lessons.same_functions.plane import NORMS, REACH, UPDATES, Walks, examples_of, neurons
from bnviz.lessons.scale_decoupling.hand import FROM, RATES, largest_stable_rate, longer
from bnviz.lessons.scale_decoupling.verdicts import GRADIENT_ANSWERS
from bnviz.styles import RunStyle
from bnviz.ui.lessons.scale_decoupling_hand import ARROW, INPUTS, POWERS, hand, steps
from tests.live.drawing import read

STYLES = (RunStyle("plain", "#d55e00", "#ff8f4d", ()), RunStyle("batch norm", "#0072b2", "#62bdf0", ()))
START = {name: default for name, (_, default) in INPUTS.items()}
SEEDS = range(10)


def computed(ask, seed=0, guess=None, **values):
    given = {**examples_of(seed), "updates": UPDATES, "from": FROM, "guess": guess}
    return ask("sums", "hand_of_two", {**START, **values}, given)


def at(angle, length):
    return length * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("angle", "length"), [(200.0, 0.4), (320.0, 1.0), (75.0, 4.0)])
def test_the_walk_begins_at_w_and_ends_where_python_says(ask, rate, angle, length):
    for walk in (0, 1, 60):
        found = computed(ask, w_angle=angle, w_length=length, plane_rate=rate, walk=walk)
        table = Walks(length, angle, rate).compute()
        for norm in NORMS:
            now = table[(table["norm"] == norm) & (table["step"] <= walk)].iloc[-1]
            assert found[f"now_length_{norm}"] == pytest.approx(now["length"], rel=1e-6)
            assert found[f"now_loss_{norm}"] == pytest.approx(now["loss"], rel=1e-6)
            turned = abs((now["angle"] - angle + 180) % 360 - 180)
            assert found[f"turned_{norm}"] == pytest.approx(turned, abs=1e-4)
            end = np.array([found[f"hand_x_{norm}"], found[f"hand_y_{norm}"]])
            assert np.hypot(*end) == pytest.approx(min(now["length"], 100), rel=1e-6)
            assert np.degrees(np.arctan2(*end[::-1])) % 360 == pytest.approx(now["angle"], abs=1e-4)


@pytest.mark.parametrize("answer", range(3))
def test_the_guess_begins_as_the_gradient_and_goes_its_own_way(ask, answer):
    gradient = neurons(0)[1].gradient
    for length in (FROM, 1.0, 4.0):
        found = computed(ask, guess=POWERS[answer], w_length=length)
        size = np.linalg.norm(gradient(at(320.0, FROM))) * (length / FROM) ** POWERS[answer]
        down = -gradient(at(320.0, length))
        assert (found["guess_x"], found["guess_y"]) == pytest.approx(size * down / np.linalg.norm(down))
    ten = np.hypot(found["guess_x"], found["guess_y"]) / np.linalg.norm(gradient(at(320.0, FROM)))
    assert ten == pytest.approx(
        {"ten times larger": 10, "unchanged": 1, "ten times smaller": 0.1}[GRADIENT_ANSWERS[answer]]
    )


def test_the_guess_is_drawn_once_there_is_one(ask):
    for guess in (None, 0, 1, 2):
        scene = json.loads(json.dumps(hand(STYLES, 0, guess).to_dict()))
        tips = [color for _, color in read(ask("drawn", scene, START, {"width": 980})).areas]
        assert ("#57606a" in tips) == (guess is not None)


def test_the_hand_and_the_end_of_its_walk_stand_at_their_places(ask):
    scene = json.loads(json.dumps(hand(STYLES, 0, None).to_dict()))
    values = {**START, "w_length": 1.0, "plane_rate": 0.3, "walk": 20.0}
    drawing = read(ask("drawn", scene, values, {"width": 980}))
    table = Walks(1.0, 320.0, 0.3).compute()
    for norm, style in zip(NORMS, STYLES, strict=True):
        now = table[(table["norm"] == norm) & (table["step"] == 20)].iloc[0]
        place = [
            drawing.across(f"plane_{norm}", now["w1"], -REACH, REACH),
            drawing.up(f"plane_{norm}", now["w2"], -REACH, REACH),
        ]
        ends = [(x, y) for x, y, radius, fill, _ in drawing.discs if radius == 8 and fill == style.color]
        assert np.isclose(ends, place).all(axis=1).any()


class TestSteps:
    """What the words of each step say holds where it leads, for every seed."""

    @staticmethod
    def arrive(ask, seed, number):
        return computed(ask, seed, **steps(seed)[number].values), steps(seed)[number]

    def test_words(self):
        for seed in SEEDS:
            taken = steps(seed)
            assert 3 <= len(taken) <= 6
            assert all(len(step.words.split()) <= 40 for step in taken)
            assert f"every rate above {largest_stable_rate(seed):.3g} " in taken[-1].words

    @pytest.mark.parametrize("seed", SEEDS)
    def test_ten_times_longer(self, ask, seed):
        found, step = self.arrive(ask, seed, 0)
        before = computed(ask, seed, **{**step.values, "w_length": FROM})
        assert found["loss_batch"] == pytest.approx(before["loss_batch"], rel=1e-12)
        assert found["gradient_batch"] == pytest.approx(before["gradient_batch"] / 10)
        assert found["loss_none"] > 2 * before["loss_none"]
        assert found["loss_batch"] == pytest.approx(longer(320.0, seed)[1].loss_after)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_a_right_angle(self, ask, seed):
        found, _ = self.arrive(ask, seed, 1)
        assert abs(found["turn_batch"] - 90) < 1e-6
        assert abs(found["turn_none"] - 90) > 20

    @pytest.mark.parametrize("seed", SEEDS)
    def test_pythagoras_and_a_quarter_of_the_turn(self, ask, seed):
        one, step = self.arrive(ask, seed, 2)
        two, _ = self.arrive(ask, seed, 3)
        assert step.values["plane_rate"] == ARROW
        for found, length in ((one, 1.0), (two, 2.0)):
            assert found["now_length_batch"] ** 2 == pytest.approx(length**2 + (ARROW * found["gradient_batch"]) ** 2)
        tangents = [np.tan(np.radians(found["turned_batch"])) for found in (one, two)]
        assert tangents[1] == pytest.approx(tangents[0] / 4)
        assert two["gradient_batch"] == pytest.approx(one["gradient_batch"] / 2)
        assert one["turned_batch"] > 50

    @pytest.mark.parametrize("seed", SEEDS)
    def test_any_rate(self, ask, seed):
        found, step = self.arrive(ask, seed, 4)
        assert found["now_loss_none"] > 1e100
        lengths = np.array(found["path_length_batch"])
        assert lengths[1] > 200  # it leaps
        assert lengths[-1] < 1.01 * lengths[1]  # once
        losses = {}
        for rate in RATES:
            losses[rate] = computed(ask, seed, **{**step.values, "plane_rate": rate})["now_loss_batch"]
        assert max(losses.values()) < 2  # it does not diverge at any rate
        assert losses[1000.0] > 2 * min(losses.values())  # and crawls
        assert losses[0.01] > 2 * min(losses.values())  # as it does at a small one
