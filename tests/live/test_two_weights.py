"""The arithmetic of the planes and its twin in Python: losses, gradients and walks of both neurons."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.lessons.same_functions.plane import NORMS, RATES, REACH, SHORTEST, UPDATES, Walks, examples_of, neurons

START = {"w_angle": 330.0, "w_length": 2.5, "angle": 170.0, "length": 2.0, "plane_rate": 0.3, "update": 60.0}
angles, lengths = st.floats(0, 360), st.floats(SHORTEST, REACH)


def computed(ask, seed=0, **values):
    return ask("sums", "two_weights", {**START, **values}, {**examples_of(seed), "updates": UPDATES})


@settings(deadline=None, max_examples=150)
@given(angles, lengths, st.integers(0, 5))
def test_loss_and_gradient_at_w_are_those_of_the_neuron(ask, angle, length, seed):
    found = computed(ask, seed, w_angle=angle, w_length=length)
    weight = length * np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    assert (found["w_x"], found["w_y"]) == pytest.approx(weight, rel=1e-12, abs=1e-15)
    for neuron in neurons(seed):
        gradient = neuron.gradient(weight)
        size = np.linalg.norm(gradient)
        # What the loss and the gradient are differences of has a size of 1 and more.
        assert found[f"loss_{neuron.norm}"] == pytest.approx(neuron.loss(weight), rel=1e-11, abs=1e-13)
        down = (found[f"down_x_{neuron.norm}"], found[f"down_y_{neuron.norm}"])
        assert down == pytest.approx(-gradient, rel=1e-11, abs=1e-12 / min(length, 1))
        assert found[f"gradient_{neuron.norm}"] == pytest.approx(size, rel=1e-11, abs=1e-12 / min(length, 1))
        if size > 1e-4:
            turn = np.degrees(np.arccos(np.clip(weight @ gradient / (length * size), -1, 1)))
            assert found[f"turn_{neuron.norm}"] == pytest.approx(turn, abs=1e-4)


@settings(deadline=None, max_examples=100)
@given(angles, lengths)
def test_with_batch_norm_the_gradient_stands_at_a_right_angle(ask, angle, length):
    found = computed(ask, w_angle=angle, w_length=length)
    if found["gradient_batch"] > 1e-6:
        assert abs(found["turn_batch"] - 90) < 1e-6  # as the mark of the right angle asks


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("length", [SHORTEST, 0.5, 2.0, REACH])
@pytest.mark.parametrize("angle", [0.0, 45.0, 170.0, 300.0])
def test_the_walks_are_those_of_python(ask, rate, length, angle):
    require_walks(ask, computed(ask, angle=angle, length=length, plane_rate=rate), Walks(length, angle, rate).compute())


@settings(deadline=None, max_examples=40)
@given(angles, lengths, st.sampled_from(RATES), st.integers(0, 60), st.integers(0, 3))
def test_any_walk_is_that_of_python(ask, angle, length, rate, update, seed):
    found = computed(ask, seed, angle=angle, length=length, plane_rate=rate, update=update)
    require_walks(ask, found, Walks(length, angle, rate, seed).compute(), update)


def require_walks(ask, found, table, update=60):
    for norm in NORMS:
        walk = table[table["norm"] == norm]
        # Where steps are large against w, a walk doubles what rounding leaves again and again.
        alike = {"rel": 1e-6, "abs": 1e-6}
        sides = {"x": "w1", "y": "w2", "length": "length"}
        for name, column in sides.items():
            assert found[f"path_{name}_{norm}"] == pytest.approx(walk[column].tolist(), **alike)
        turns = np.radians(np.array(found[f"path_angle_{norm}"]) - walk["angle"].to_numpy())
        assert np.abs(np.sin(turns / 2)).max() < 1e-6
        now = walk[walk["step"] <= update].iloc[-1]
        told = {"x": "w1", "y": "w2", "length": "length", "loss": "loss"}
        for name, column in told.items():
            assert found[f"now_{name}_{norm}"] == pytest.approx(now[column], **alike)


def test_the_first_steps_agree_to_the_last_digits(ask):
    for norm in NORMS:
        found = computed(ask, plane_rate=0.1)
        walk = Walks(lr=0.1).compute().query("norm == @norm")
        for name, column in {"x": "w1", "y": "w2"}.items():
            assert found[f"path_{name}_{norm}"][:20] == pytest.approx(walk[column].tolist()[:20], rel=1e-12, abs=1e-13)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(angles, lengths), min_size=1, max_size=20), st.integers(0, 3))
def test_the_bands_show_the_loss(ask, places, seed):
    radians, length = np.radians([angle for angle, _ in places]), np.array([length for _, length in places])
    weights = length[:, None] * np.column_stack([np.cos(radians), np.sin(radians)])
    for neuron in neurons(seed):
        loss = neuron.loss(weights)
        of_polar = ask("fields", "two_weights", f"polar_{neuron.norm}", examples_of(seed), places)
        of_plane = ask("fields", "two_weights", f"plane_{neuron.norm}", examples_of(seed), weights.tolist())
        assert of_polar == pytest.approx(loss, rel=1e-10, abs=1e-12)
        assert of_plane == pytest.approx(loss, rel=1e-10, abs=1e-12)
