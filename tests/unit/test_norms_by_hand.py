"""Normalizations that torch.nn does not have, on cases worked out by hand."""

import math

import pytest
import torch

from bnviz.norms import apply_norm


def tensor(*values: float, grad: bool = False) -> torch.Tensor:
    """One run, one feature: `[1, 1, example]`."""
    return torch.tensor([[values]], dtype=torch.float64, requires_grad=grad)


def unit(value: float, grad: bool = False) -> torch.Tensor:
    """γ, β or a buffer of one run and one feature."""
    return torch.tensor([[value]], dtype=torch.float64, requires_grad=grad)


def assert_values(actual: torch.Tensor, *expected: float) -> None:
    assert actual.flatten().tolist() == pytest.approx(expected, abs=1e-14)


def test_affine_scales_and_shifts_what_comes_in():
    x, gamma, beta = tensor(1, -2, 4, grad=True), unit(3, grad=True), unit(0.5, grad=True)
    y = apply_norm("affine", x, gamma, beta)
    assert_values(y, 3.5, -5.5, 12.5)
    y.backward(tensor(1, 10, 100))
    assert_values(x.grad, 3, 30, 300)
    assert_values(gamma.grad, 1 - 20 + 400)
    assert_values(beta.grad, 111)


def test_none_adds_its_bias():
    x, beta = tensor(1, -2, grad=True), unit(0.25, grad=True)
    y = apply_norm("none", x, None, beta)
    assert_values(y, 1.25, -1.75)
    y.backward(tensor(2, 5))
    assert_values(x.grad, 2, 5)
    assert_values(beta.grad, 7)


def test_center_subtracts_the_mean_and_keeps_the_spread():
    x, gamma = tensor(1, 3, 8, grad=True), unit(2, grad=True)
    y = apply_norm("center", x, gamma, unit(1))
    assert_values(y, 1 + 2 * -3, 1 + 2 * -1, 1 + 2 * 4)
    y.backward(tensor(3, 0, 0))
    assert_values(x.grad, 2 * (3 - 1), 2 * -1, 2 * -1)
    assert_values(gamma.grad, 3 * -3)


def test_dynamic_tanh_squashes_with_a_trained_slope():
    x, gamma, beta = tensor(0, math.log(2), grad=True), unit(5, grad=True), unit(1)
    alpha = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    y = apply_norm("dynamic_tanh", x, gamma, beta, alpha=alpha)
    # tanh(ln 2) = (2 − ½)/(2 + ½) = 3/5, whose slope is 1 − 9/25 = 16/25.
    assert_values(y, 1, 1 + 5 * 3 / 5)
    y.backward(tensor(1, 1))
    assert_values(x.grad, 5, 5 * 16 / 25)
    assert_values(gamma.grad, 3 / 5)
    assert_values(alpha.grad, 5 * 16 / 25 * math.log(2))


def test_a_number_as_slope_serves_all_runs():
    x = torch.randn(3, 2, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(apply_norm("dynamic_tanh", x, alpha=0.7), torch.tanh(0.7 * x))


def test_detached_gradient_is_gamma_over_s_times_upstream():
    x, gamma = tensor(-3, 3, grad=True), unit(2, grad=True)
    y = apply_norm("batch_detached", x, gamma, eps=16.0)
    # σ² = 9 and ε = 16, so s = 5.
    assert_values(y, -6 / 5, 6 / 5)
    y.backward(tensor(1, 4))
    assert_values(x.grad, 2 / 5, 8 / 5)
    assert_values(gamma.grad, 3 / 5 * (4 - 1))


def test_frozen_standardizes_with_the_buffers_in_training_too():
    x, gamma = tensor(2, 10, grad=True), unit(3, grad=True)
    y = apply_norm("batch_frozen", x, gamma, unit(1), eps=0.0, running_mean=unit(4), running_var=unit(4))
    assert_values(y, 1 + 3 * -1, 1 + 3 * 3)
    y.backward(tensor(1, 10))
    assert_values(x.grad, 3 / 2, 15)
    assert_values(gamma.grad, -1 + 30)


def test_renorm_unclipped_computes_what_evaluation_computes():
    """r = s_B/s = 2 and d = (μ_B − μ)/s = 3: (x − μ_B)/s_B·r + d = (x − μ)/s."""
    x, held = tensor(4, 8), {"running_mean": unit(3.0), "running_var": unit(1.0)}
    evaluated = apply_norm("batch_renorm", x, eps=0.0, training=False, **held)
    trained = apply_norm("batch_renorm", x, eps=0.0, **held)
    assert_values(evaluated, 1, 5)
    assert_values(trained, 1, 5)
    # The buffers move after they were used: μ = 0.9·3 + 0.1·6 and var = 0.9·1 + 0.1·8 (unbiased).
    assert_values(held["running_mean"], 3.3)
    assert_values(held["running_var"], 1.7)


def test_renorm_clips_both_corrections():
    """r = 2 is clipped to 1.5 and d = 3 to 2: y = ±1.5 + 2."""
    x = tensor(4, 8)
    y = apply_norm("batch_renorm", x, eps=0.0, rmax=1.5, dmax=2.0, running_mean=unit(3.0), running_var=unit(1.0))
    assert_values(y, 0.5, 3.5)


def test_renorm_clips_from_below_too():
    """s_B = 2 and s = 16 give r = 1/8, clipped to 1/4; d = (6 − 70)/16 = −4, clipped to −1."""
    y = apply_norm(
        "batch_renorm", tensor(4, 8), eps=0.0, rmax=4.0, dmax=1.0, running_mean=unit(70.0), running_var=unit(256.0)
    )
    assert_values(y, -1.25, -0.75)


@pytest.mark.parametrize(("rmax", "dmax"), [(1e6, 1e6), (1.5, 0.2)])
def test_renorm_gradient_takes_r_and_d_for_constants(rmax, dmax):
    """Oracle: autograd through (x − μ_B)/s_B, with r and d detached."""
    generator = torch.Generator().manual_seed(3)
    x = (2 * torch.randn(2, 3, 5, generator=generator, dtype=torch.float64) + 1).requires_grad_()
    gamma = torch.randn(2, 3, generator=generator, dtype=torch.float64).requires_grad_()
    beta = torch.randn(2, 3, generator=generator, dtype=torch.float64).requires_grad_()
    upstream = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    mean, std = x.mean(-1, keepdim=True), (x.var(-1, correction=0, keepdim=True) + 1e-5).sqrt()
    scale = math.sqrt(1 + 1e-5)  # of buffers 0 and 1, which are the ones that a first step has
    r, d = (std / scale).detach().clamp(1 / rmax, rmax), (mean / scale).detach().clamp(-dmax, dmax)
    y = gamma[..., None] * ((x - mean) / std * r + d) + beta[..., None]
    expected = torch.autograd.grad(y, (x, gamma, beta), upstream)
    ours = apply_norm("batch_renorm", x, gamma, beta, rmax=rmax, dmax=dmax)
    torch.testing.assert_close(ours, y, rtol=1e-12, atol=1e-12)
    for actual, wanted in zip(torch.autograd.grad(ours, (x, gamma, beta), upstream), expected, strict=True):
        torch.testing.assert_close(actual, wanted, rtol=1e-12, atol=1e-12)


def test_standardize_by_hand():
    assert_values(apply_norm("standardize", tensor(1, 5), eps=0.0), -1, 1)
    assert_values(apply_norm("standardize", tensor(0, 0, 4, 4), eps=12.0), -0.5, -0.5, 0.5, 0.5)
