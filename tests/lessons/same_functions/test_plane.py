"""The neuron with two weights: claim 26 of the notes on the science."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz.lessons.same_functions.plane import (
    NORMS,
    RATES,
    REACH,
    SHORTEST,
    Walks,
    neurons,
    state,
)
from bnviz.norms import apply_norm

PLAIN, BATCH = neurons(0)


def walk(norm, **settings):
    frame = Walks(**settings).compute()
    return frame[frame["norm"] == norm]


class TestNeuron:
    @pytest.mark.parametrize("neuron", [PLAIN, BATCH], ids=NORMS)
    @pytest.mark.parametrize("weight", [(0.3, -1.2), (2.0, 0.1), (-0.01, 0.02)])
    def test_loss_and_gradient_are_those_of_the_engine_and_autograd(self, neuron, weight):
        w = torch.tensor([weight], dtype=torch.float64, requires_grad=True)
        z = (w @ torch.from_numpy(neuron.inputs).t()).unsqueeze(0)
        y = apply_norm(neuron.norm, z, torch.ones(1, 1).double(), torch.zeros(1, 1).double(), eps=0.0)
        loss = 0.5 * (y - torch.from_numpy(neuron.targets)).square().mean()
        loss.backward()
        assert neuron.loss(np.array(weight)) == pytest.approx(loss.item(), rel=1e-12)
        assert neuron.gradient(np.array(weight)) == pytest.approx(w.grad[0].numpy(), rel=1e-9, abs=1e-13)

    @given(angle=st.floats(0, 2 * np.pi), length=st.floats(1e-6, 1e6), factor=st.floats(1e-3, 1e3))
    def test_with_batch_norm_the_length_of_w_leaves_the_loss_alone(self, angle, length, factor):
        weight = length * np.array([np.cos(angle), np.sin(angle)])
        assert BATCH.loss(factor * weight) == pytest.approx(BATCH.loss(weight), rel=1e-12, abs=1e-12)
        assert abs(weight @ BATCH.gradient(weight)) < 1e-13

    def test_the_plain_loss_is_not_level_and_lowest_at_the_least_squares(self):
        best, *_ = np.linalg.lstsq(PLAIN.inputs, PLAIN.targets, rcond=None)
        assert np.abs(PLAIN.gradient(best)).max() < 1e-14
        assert PLAIN.loss(2 * best) > PLAIN.loss(best) + 0.1

    def test_both_can_fit_the_targets_as_well(self):
        angles, lengths = np.radians(np.arange(0, 360, 2)), np.geomspace(SHORTEST, REACH, 60)
        weights = lengths[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
        assert BATCH.loss(weights).min() == pytest.approx(PLAIN.loss(weights).min(), abs=0.01)

    def test_with_batch_norm_the_origin_has_no_loss(self):
        assert np.isnan(BATCH.loss(np.zeros(2)))
        assert np.isfinite(PLAIN.loss(np.zeros(2)))


class TestWalks:
    def test_rays_are_level_with_batch_norm_only(self):
        frame = Walks().compute()
        assert frame.loc[frame["norm"] == "batch", "along_ray"].max() < 1e-14
        assert frame.loc[frame["norm"] == "none", "along_ray"].min() > 1

    def test_every_step_follows_the_gradient(self):
        for neuron in (PLAIN, BATCH):
            weights = walk(neuron.norm, lr=0.1)[["w1", "w2"]].to_numpy()
            moves = np.array([-0.1 * neuron.gradient(weight) for weight in weights[:-1]])
            assert np.allclose(np.diff(weights, axis=0), moves, atol=1e-15)

    def test_angle_length_and_loss_belong_to_the_weights(self):
        for neuron in (PLAIN, BATCH):
            path = walk(neuron.norm)
            radians = np.radians(path["angle"])
            assert np.allclose(path["length"] * np.cos(radians), path["w1"])
            assert np.allclose(path["length"] * np.sin(radians), path["w2"])
            assert path["angle"].between(0, 360).all()
            assert np.allclose(path["loss"], neuron.loss(path[["w1", "w2"]].to_numpy()))

    @pytest.mark.parametrize("length", [0.1, 0.5, 2.0, 4.0])
    @pytest.mark.parametrize("lr", RATES)
    def test_with_batch_norm_the_length_grows_by_pythagoras(self, length, lr):
        path = walk("batch", length=length, lr=lr)
        gradients = np.array([BATCH.gradient(weight) for weight in path[["w1", "w2"]].to_numpy()])
        added = lr**2 * (gradients[:-1] ** 2).sum(-1)
        assert np.allclose(np.diff(path["length"] ** 2), added, atol=1e-12)

    def test_both_start_alike_and_the_plain_length_may_shrink(self):
        plain, batch = (state(Walks(length=3.0).compute(), norm, 0) for norm in NORMS)
        assert (plain["w1"], plain["w2"]) == (batch["w1"], batch["w2"])
        assert plain["length"] == pytest.approx(3)
        assert walk("none", length=3.0)["length"].min() < 2

    def test_a_walk_that_diverges_ends_with_finite_numbers(self):
        path = walk("none", lr=3.0, updates=2000)
        assert len(path) < 2000
        assert np.isfinite(path[["w1", "w2", "loss", "along_ray"]]).all(axis=None)
        assert state(path, "none", 2000)["step"] == path["step"].max()
        assert len(walk("batch", lr=3.0, updates=200)) == 201

    def test_a_state_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="choose a norm of NORMS"):
            state(Walks().compute(), "layer", 0)

    def test_it_repeats_itself_and_follows_its_seed_and_its_start(self):
        first = Walks(seed=1).compute()
        assert first.equals(Walks(seed=1).compute())
        assert not first.equals(Walks(seed=2).compute())
        start = state(Walks(angle=300.0, length=1.5).compute(), "batch", 0)
        assert (start["angle"], start["length"]) == pytest.approx((300, 1.5))
