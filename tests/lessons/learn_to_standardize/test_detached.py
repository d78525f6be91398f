"""Gradients that hold μ, σ or both constant, against autograd and against claim 7 of the notes on the science."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run, train
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.program import one_program_a_run
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TRUE, Detached, DriftingBias
from bnviz.lessons.learn_to_standardize.endings import ending, endings
from bnviz.norms.base import Buffers, Units
from bnviz.norms.batch import BatchKernel
from bnviz.norms.batch_detached import BatchDetachedKernel, MeanDetachedKernel, StdDetachedKernel

KERNELS = [
    (BatchKernel, (False, False)),
    (StdDetachedKernel, (False, True)),
    (MeanDetachedKernel, (True, False)),
    (BatchDetachedKernel, (True, True)),
]


def compute(task, should_stop=lambda: False):
    return task.compute(lambda step, losses: None, should_stop)


@pytest.fixture(scope="module")
def held():
    return compute(Detached())


def gradients(kernel, x, gamma, beta, dy, eps):
    units, norm = Units(gamma, beta), kernel(eps=eps, norm_momentum=0.1)
    _, saved = norm.forward(x, units, Buffers(), True)
    return norm.backward(dy, units, saved)


@pytest.mark.parametrize(("kernel", "holds"), KERNELS)
@given(seed=st.integers(0, 1000), eps=st.sampled_from([0.0, 1e-5, 0.5]))
def test_a_kernel_has_the_gradient_of_autograd_with_the_held_statistics_detached(kernel, holds, seed, eps):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(2, 3, 8, generator=generator, dtype=torch.float64) * 3 + 1
    gamma, beta = torch.randn(2, 2, 3, generator=generator, dtype=torch.float64)
    dy = torch.randn(2, 3, 8, generator=generator, dtype=torch.float64)
    leaf, scale = x.clone().requires_grad_(), gamma.clone().requires_grad_()
    mean, var = leaf.mean(-1, keepdim=True), leaf.var(-1, correction=0, keepdim=True)
    mean, var = (part.detach() if hold else part for part, hold in zip((mean, var), holds, strict=True))
    y = scale[..., None] * (leaf - mean) / (var + eps).sqrt() + beta[..., None]
    y.backward(dy)
    found = gradients(kernel, x, gamma, beta, dy, eps)
    assert torch.allclose(found.x, leaf.grad, rtol=1e-9, atol=1e-10)
    assert torch.allclose(found.gamma.view(2, 3), scale.grad, rtol=1e-9, atol=1e-10)
    assert torch.allclose(found.beta.view(2, 3), dy.sum(-1))


def test_a_replaced_kernel_keeps_forward_pass_and_running_statistics():
    experiment = Experiment(widths=(16, 16), runs=(Run(norm="batch_detached"),), dtype="float64")
    with torch.inference_mode():
        ((plain,), (other,)) = one_program_a_run(experiment), one_program_a_run(experiment)
        other.network.replace_kernel(MeanDetachedKernel)
        batch = next(mini_batches(experiment, load_data(experiment), torch.float64))
        assert plain.gradients(batch) == other.gradients(batch)
        assert torch.equal(plain.network.running(1)[1], other.network.running(1)[1])
        # The output layer's gradient does not pass a normalization, the first layer's does.
        assert torch.equal(plain.network.gradients.head.weight, other.network.gradients.head.weight)
        first = [program.network.gradients.layers[0].weight for program in (plain, other)]
        assert not torch.allclose(*first)


def test_holding_the_mean_hurts_far_more_than_holding_the_spread(held):
    ends = endings(held, 300)
    true, std, mean, both = (ending(ends, run) for run in (TRUE, STD_HELD, MEAN_HELD, BOTH_HELD))
    assert std["loss"] < 2 * true["loss"]
    assert mean["loss"] > 5 * std["loss"]
    assert both["loss"] > 5 * true["loss"]
    assert both["accuracy"] < 0.92 < 0.96 < min(true["accuracy"], std["accuracy"])


def test_nothing_blows_up(held):
    assert held.groupby("run")["step"].max().tolist() == [300] * 4
    assert held["loss"].max() < 3


def test_both_and_none_held_are_runs_of_the_engine(held):
    experiment = Detached().experiment.model_copy(update={"steps": 20, "records": 21})
    losses = train(experiment).arrays["loss"][:, :, 0]
    for run in (TRUE, BOTH_HELD):
        mine = held.loc[held["run"] == run, "loss"].to_numpy()[:21]
        assert mine == pytest.approx(losses[:, run], rel=1e-3)
    # The middle two are other trainings than the engine's detached one.
    for run in (STD_HELD, MEAN_HELD):
        mine = held.loc[held["run"] == run, "loss"].iloc[20]
        assert mine != pytest.approx(losses[20, run], rel=1e-3)


def test_a_run_that_diverges_ends_and_a_stop_is_heeded():
    frame = compute(Detached(lr=1e12, steps=30))
    assert np.isfinite(frame["loss"]).all()
    steps = iter(range(100))
    assert compute(Detached(), lambda: next(steps) > 3)["step"].max() == 3


@pytest.mark.parametrize("seed", [0, 1])
def test_the_bias_grows_by_the_rate_for_nothing(seed):
    frame = compute(DriftingBias(seed))
    true, detached = (frame[frame["run"] == run] for run in (0, 1))
    assert np.diff(detached["b"]) == pytest.approx(0.1, abs=1e-13)
    assert detached["b"].iloc[-1] == pytest.approx(6)
    assert true["b"].abs().max() < 1e-14
    assert frame["loss"].to_numpy() == pytest.approx(0.5, abs=1e-13)
