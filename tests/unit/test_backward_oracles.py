"""The backward pass of batch norm, and what its form says about gradients and weights."""

import math

import numpy as np
import pytest
import torch

from bnviz import Experiment, Run, train
from bnviz.norms import apply_norm
from tests.unit.reference import first_backward_pass


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def input_gradient(x: torch.Tensor, upstream: torch.Tensor, *parameters: torch.Tensor, eps: float) -> torch.Tensor:
    x = x.clone().requires_grad_()
    apply_norm("batch", x, *parameters, eps=eps).backward(upstream)
    return x.grad


@pytest.mark.parametrize("eps", [1e-5, 0.3])
def test_input_gradient_is_the_collected_formula(eps):
    """dx = γ/s·(dy − mean(dy) − x̂·mean(dy·x̂)) with s = √(σ² + ε), exactly, with ε."""
    x, upstream, gamma, beta = draw(2, 5, 9), draw(2, 5, 9, seed=1), draw(2, 5, seed=2), draw(2, 5, seed=3)
    s = (x.var(-1, correction=0, keepdim=True) + eps).sqrt()
    x_hat = (x - x.mean(-1, keepdim=True)) / s
    along = (upstream * x_hat).mean(-1, keepdim=True)
    expected = gamma[..., None] / s * (upstream - upstream.mean(-1, keepdim=True) - x_hat * along)
    torch.testing.assert_close(input_gradient(x, upstream, gamma, beta, eps=eps), expected, rtol=1e-13, atol=1e-14)


def test_input_gradient_sums_to_zero():
    gradient = input_gradient(draw(3, 4, 7), draw(3, 4, 7, seed=1) + 5, eps=1e-5)
    assert gradient.abs().max() > 0.1
    assert gradient.sum(-1).abs().max() < 1e-13


@pytest.mark.parametrize("eps", [0.0, 0.5])
def test_what_remains_along_x_hat_is_the_share_of_epsilon(eps):
    """The component of dy along x̂ is kept by the share ε/(σ² + ε): a projection only at ε = 0."""
    x, upstream = draw(1, 6, 11), draw(1, 6, 11, seed=1)
    var = x.var(-1, correction=0)
    s = (var + eps).sqrt()
    centered = x - x.mean(-1, keepdim=True)
    before = (upstream * centered).sum(-1)
    after = (input_gradient(x, upstream, eps=eps) * centered).sum(-1)
    torch.testing.assert_close(after, before / s * eps / (var + eps), rtol=1e-12, atol=1e-13)


def test_a_batch_of_two_has_no_gradient_at_epsilon_zero():
    gradient = input_gradient(draw(1, 50, 2), draw(1, 50, 2, seed=1), eps=0.0)
    assert gradient.abs().max() < 1e-12
    assert input_gradient(draw(1, 50, 2), draw(1, 50, 2, seed=1), eps=1.0).abs().max() > 0.01


@pytest.mark.parametrize("distance", [1e-3, 0.1, 1.0, 40.0])
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_a_batch_of_two_is_standardized_by_its_distance(distance, eps):
    """|x̂| = d/√(d² + 4ε)."""
    x_hat = apply_norm("standardize", torch.tensor([[[7.0, 7.0 + distance]]], dtype=torch.float64), eps=eps)
    expected = distance / math.sqrt(distance**2 + 4 * eps)
    assert x_hat.flatten().tolist() == pytest.approx([-expected, expected], rel=1e-9)


def test_random_gradients_keep_one_minus_two_over_b_of_their_energy():
    """Two directions of B are removed, the mean and x̂. Over 40,000 units the standard error is below 0.2%."""
    for examples in (3, 8, 64):
        x, upstream = draw(1, 40_000, examples), draw(1, 40_000, examples, seed=1)
        s = x.var(-1, correction=0, keepdim=True).sqrt()
        kept = (input_gradient(x, upstream, eps=0.0) * s).square().mean() / upstream.square().mean()
        assert kept.item() == pytest.approx(1 - 2 / examples, rel=0.01)


@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-7), (torch.float64, 1e-15)])
def test_a_bias_in_front_of_batch_norm_has_no_gradient(dtype, bound):
    weight, inputs, target = (
        draw(6, 10, seed=1).to(dtype),
        draw(10, 32, seed=2).to(dtype),
        draw(6, 32, seed=3).to(dtype),
    )
    for key, has_gradient in (("batch", False), ("affine", True)):
        bias = torch.full((6, 1), 0.5, dtype=dtype, requires_grad=True)
        y = apply_norm(key, (weight @ inputs + bias)[None])[0]
        (y.tanh() - target).square().mean().backward()
        assert (bias.grad.abs().max() <= bound) == (not has_gradient)


def weight_gradients(norm: str, **options) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """W and ∂L/∂W of each hidden layer of the engine, at the start, in float64 at ε = 0."""
    given = Experiment(
        dataset="digits",
        widths=(12, 12, 16),  # groups of two would have no gradient at all at ε = 0
        activation="tanh",
        dtype="float64",
        batch_size=32,
        runs=(Run(norm=norm, eps=0.0, groups=4, **options),),
    )
    network = first_backward_pass(given)
    pairs = zip(network.parameters.layers, network.gradients.layers, strict=True)
    return [(layer.weight[0], gradients.weight[0]) for layer, gradients in pairs]


def largest_cosine(weight: torch.Tensor, gradient: torch.Tensor) -> float:
    """Over the leading axis, |cos| between rows."""
    weight, gradient = weight.flatten(1), gradient.flatten(1)
    assert (gradient.norm(dim=1) > 1e-6).all()
    return torch.nn.functional.cosine_similarity(weight, gradient).abs().max().item()


@pytest.mark.parametrize("norm", ["standardize", "batch", "weight"])
def test_gradient_is_orthogonal_to_each_row(norm):
    assert all(largest_cosine(weight, gradient) < 1e-13 for weight, gradient in weight_gradients(norm))


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_gradient_is_orthogonal_to_the_matrix_but_not_to_its_rows(norm):
    for weight, gradient in weight_gradients(norm):
        assert largest_cosine(weight[None], gradient[None]) < 1e-13
        assert largest_cosine(weight, gradient) > 1e-3


def test_gradient_is_orthogonal_to_each_group():
    for weight, gradient in weight_gradients("group"):
        grouped = [matrix.unflatten(0, (4, -1)) for matrix in (weight, gradient)]
        assert largest_cosine(*grouped) < 1e-13
        assert largest_cosine(weight, gradient) > 1e-3


@pytest.mark.parametrize("norm", ["none", "affine", "center", "batch_detached", "dynamic_tanh"])
def test_gradient_is_not_orthogonal_without_statistics_in_the_gradient(norm):
    assert all(largest_cosine(weight[None], gradient[None]) > 1e-4 for weight, gradient in weight_gradients(norm))


def recorded(norm: str, **options) -> dict[str, np.ndarray]:
    """Every step of a training with plain SGD at ε = 0, in float64; short, since group norm amplifies rounding."""
    run = Run(norm=norm, eps=0.0, groups=2, **{"lr": 0.2} | options)
    given = Experiment(
        dataset="digits", widths=(12, 8), activation="tanh", dtype="float64", steps=12, records=13, runs=(run,)
    )
    return train(given).arrays


def test_scale_is_shared_by_weights_and_gamma_without_normalization():
    """Affine: w·∂L/∂w = γ·∂L/∂γ, hence Δ(γ² − ‖w‖²) = η²(g_γ² − ‖g_w‖²), summed over the units of a layer."""
    arrays, lr = recorded("affine"), 0.2
    gamma, norm, gradient = (arrays[name][:, 0] for name in ("gamma", "weight_norm", "grad_norm"))
    difference = np.nansum(gamma**2, -1) - norm**2
    moved = np.nansum(np.diff(gamma, axis=0) ** 2, -1)
    np.testing.assert_allclose(np.diff(difference, axis=0), moved - (lr * gradient[:-1]) ** 2, rtol=1e-9, atol=1e-12)
    assert moved.max() > 1e-6


def test_scale_leaves_the_weights_with_batch_norm():
    """Batch norm: w·∂L/∂w = 0, hence Δ‖w‖² = η²‖g_w‖²: weights never shrink, whatever γ does."""
    arrays, lr = recorded("batch"), 0.2
    norm, gradient = (arrays[name][:, 0] for name in ("weight_norm", "grad_norm"))
    np.testing.assert_allclose(np.diff(norm**2, axis=0), (lr * gradient[:-1]) ** 2, rtol=1e-9)


@pytest.mark.parametrize("norm", ["standardize", "batch", "layer", "rms", "group"])
def test_what_counts_is_the_rate_over_the_squared_norm(norm):
    """Weights ten times as large at a hundred times the rate: the same losses, gradient a tenth."""
    small, large = recorded(norm), recorded(norm, init_scale=10.0, hidden_lr_factor=100.0)
    np.testing.assert_allclose(large["loss"][..., 0], small["loss"][..., 0], rtol=1e-10)
    np.testing.assert_allclose(large["grad_norm"], small["grad_norm"] / 10, rtol=1e-8)
    np.testing.assert_allclose(large["effective_lr"], small["effective_lr"], rtol=1e-10)


@pytest.mark.parametrize("norm", ["none", "affine", "center", "dynamic_tanh"])
def test_without_scale_invariance_it_is_not(norm):
    small, large = recorded(norm), recorded(norm, init_scale=10.0, hidden_lr_factor=100.0)
    assert abs(large["loss"][-1, 0, 0] / small["loss"][-1, 0, 0] - 1) > 0.01
    assert np.isnan(small["effective_lr"]).all()
