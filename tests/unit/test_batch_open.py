"""Batch norm in the open equals the fused one that trains, in float64."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run
from bnviz.engine.program import one_program_a_run
from bnviz.engine.steps import steps
from bnviz.norms.base import Buffers, Units
from bnviz.norms.batch import BatchKernel
from bnviz.norms.batch_open import BatchOpenKernel

TOLERANCE = {"rtol": 1e-10, "atol": 1e-11}
SETTINGS = {"norm_momentum": 0.1}


@given(
    runs=st.integers(1, 3),
    features=st.integers(1, 5),
    examples=st.integers(2, 9),
    positions=st.none() | st.integers(1, 4),
    eps=st.sampled_from([1e-5, 1e-3, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_both_passes_equal_the_fused_ones(runs, features, examples, positions, eps, seed):
    generator = torch.Generator().manual_seed(seed)
    shape = (runs, features, examples, *([] if positions is None else [positions]))
    x, dy = (torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(2))
    gamma, beta = (torch.randn(runs, features, generator=generator, dtype=torch.float64) for _ in range(2))
    found = []
    for kernel in (BatchOpenKernel(eps=eps, **SETTINGS), BatchKernel(eps=eps, **SETTINGS)):
        units = Units(gamma, beta)
        y, saved = kernel.forward(x, units, Buffers(), training=True)
        gradients = kernel.backward(dy, units, saved)
        mean, inverse_std = kernel.batch_statistics(saved)
        found.append((y, kernel.normalized(x, saved), mean, inverse_std, gradients.x, gradients.gamma, gradients.beta))
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, **TOLERANCE)


def test_a_network_trains_with_it_as_with_the_fused_one():
    given = Experiment(widths=(12, 8), n_train=200, batch_size=32, steps=40, dtype="float64", runs=(Run(), Run()))
    programs = one_program_a_run(given)
    programs[1].network.replace_kernel(BatchOpenKernel)
    for state in steps(given, programs):
        assert state.losses[1] == pytest.approx(state.losses[0], rel=1e-9)
    x = state.batch.x
    with torch.inference_mode():
        fused, opened = (program.network.forward(x, training=False) for program in programs)
    torch.testing.assert_close(opened, fused, rtol=1e-9, atol=1e-9)
