"""`apply_norm` against torch.nn and autograd, in float64 to 1e-10."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from bnviz.norms import NORMS, apply_norm

RUNS, FEATURES, EXAMPLES, POSITIONS = 3, 6, 8, 5
SHAPES = {"vectors": (RUNS, FEATURES, EXAMPLES), "signals": (RUNS, FEATURES, EXAMPLES, POSITIONS)}
TOLERANCE = {"rtol": 1e-10, "atol": 1e-10}
ACTIVATION_NORMS = [key for key in NORMS if key != "weight"]
# The other two leave paths out of their gradient on purpose; test_norms_by_hand.py has them.
WITH_TRUE_GRADIENT = [key for key in ACTIVATION_NORMS if key not in ("batch_detached", "batch_renorm")]
KEEPS_RUNNING = [key for key in ACTIVATION_NORMS if NORMS[key].running]


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def activations(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    """Features with different means and spreads."""
    x = draw(*shape, seed=seed)
    column = (1, shape[1], *(1,) * (len(shape) - 2))
    return (x * torch.linspace(0.5, 3, shape[1]).view(column) + torch.linspace(-4, 2, shape[1]).view(column)).double()


def leaves(*shape: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """x, γ, β that want a gradient."""
    x, gamma, beta = activations(shape), 1 + draw(*shape[:2], seed=1), draw(*shape[:2], seed=2)
    return tuple(tensor.requires_grad_() for tensor in (x, gamma, beta))


def buffers() -> dict[str, torch.Tensor]:
    mean, var = 0.3 * draw(RUNS, FEATURES, seed=3), 1 + draw(RUNS, FEATURES, seed=4).square()
    return {"running_mean": mean, "running_var": var}


def examples_first(x: torch.Tensor) -> torch.Tensor:
    """One run's [feature, example, …] as PyTorch's [example, feature, …]."""
    return x.transpose(0, 1)


def assert_run_by_run(key, shape, module_of_run, **options):
    """Output and gradients of each run equal the module's; γ and β are the module's parameters."""
    x, gamma, beta = leaves(*shape)
    upstream = draw(*shape, seed=5)
    y = apply_norm(key, x, gamma, beta, **options)
    y.backward(upstream)
    for k in range(shape[0]):
        module = module_of_run(k).double()
        x_k = examples_first(x[k]).detach().clone().requires_grad_()
        with torch.no_grad():
            module.weight.copy_(gamma[k])
            if getattr(module, "bias", None) is not None:
                module.bias.copy_(beta[k])
        expected = module(x_k)
        expected.backward(examples_first(upstream[k]))
        shift = 0 if getattr(module, "bias", None) is not None else beta[k].view(1, -1, *(1,) * (x_k.dim() - 2))
        torch.testing.assert_close(examples_first(y[k]), expected + shift, **TOLERANCE)
        torch.testing.assert_close(examples_first(x.grad[k]), x_k.grad, **TOLERANCE)
        torch.testing.assert_close(gamma.grad[k], module.weight.grad, **TOLERANCE)
        sums = upstream[k].flatten(1).sum(1)
        torch.testing.assert_close(beta.grad[k], sums, **TOLERANCE)


class FeaturesLast(nn.Module):
    """A module that normalizes the last axis, given [example, feature]."""

    def __init__(self, module: nn.Module):
        super().__init__()
        self.module = module
        self.weight, self.bias = module.weight, getattr(module, "bias", None)

    def forward(self, x):
        return self.module(x)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_batch_equals_batchnorm1d(shape, eps):
    assert_run_by_run("batch", shape, lambda k: nn.BatchNorm1d(FEATURES, eps), eps=eps)


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_layer_equals_layernorm_over_features(eps):
    assert_run_by_run("layer", SHAPES["vectors"], lambda k: nn.LayerNorm(FEATURES, eps), eps=eps)


def test_layer_on_signals_equals_groupnorm_of_one_group():
    assert_run_by_run("layer", SHAPES["signals"], lambda k: nn.GroupNorm(1, FEATURES))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("groups", [1, 2, 3])
def test_group_equals_groupnorm(shape, groups):
    assert_run_by_run("group", shape, lambda k: nn.GroupNorm(groups, FEATURES), groups=groups)


def test_rms_equals_rmsnorm():
    assert_run_by_run("rms", SHAPES["vectors"], lambda k: nn.RMSNorm(FEATURES, eps=1e-5))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("momentum", [0.1, 0.5, 1.0, 0.0])
@pytest.mark.parametrize("key", ["batch", "standardize"])
def test_running_statistics_and_evaluation_equal_batchnorm1d(key, shape, momentum):
    modules = [nn.BatchNorm1d(FEATURES, momentum=momentum, affine=False).double() for _ in range(RUNS)]
    mean, var = torch.zeros(RUNS, FEATURES).double(), torch.ones(RUNS, FEATURES).double()
    held = {"running_mean": mean, "running_var": var, "momentum": momentum}
    for step in range(5):
        x = activations(shape, seed=step)
        apply_norm(key, x, **held)
        for k, module in enumerate(modules):
            module(examples_first(x[k]))
            torch.testing.assert_close(mean[k], module.running_mean, **TOLERANCE)
            torch.testing.assert_close(var[k], module.running_var, **TOLERANCE)
    before = mean.clone(), var.clone()
    x = activations(shape, seed=9)
    y = apply_norm(key, x, training=False, **held)
    for k, module in enumerate(modules):
        torch.testing.assert_close(examples_first(y[k]), module.eval()(examples_first(x[k])), **TOLERANCE)
    assert torch.equal(mean, before[0]), "evaluation leaves the running statistics alone"
    assert torch.equal(var, before[1])


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_gradients_in_evaluation_equal_batchnorm1d(shape):
    x, gamma, beta = leaves(*shape)
    held, upstream = buffers(), draw(*shape, seed=5)
    apply_norm("batch", x, gamma, beta, training=False, **held).backward(upstream)
    for k in range(RUNS):
        inputs = [tensor[k].detach().clone().requires_grad_() for tensor in (x, gamma, beta)]
        mean, var = held["running_mean"][k], held["running_var"][k]
        expected = F.batch_norm(examples_first(inputs[0]), mean, var, *inputs[1:])
        expected.backward(examples_first(upstream[k]))
        for ours, theirs in zip((x, gamma, beta), inputs, strict=True):
            torch.testing.assert_close(ours.grad[k], theirs.grad, **TOLERANCE)


@pytest.mark.parametrize("key", KEEPS_RUNNING)
def test_every_norm_with_running_statistics_evaluates_with_them(key):
    x, held = activations(SHAPES["signals"]), buffers()
    gamma, beta = 1 + draw(RUNS, FEATURES, seed=1), draw(RUNS, FEATURES, seed=2)
    y = apply_norm(key, x, gamma, beta, training=False, **held)
    for k in range(RUNS):
        var = torch.ones(FEATURES).double() - 1e-5 if key == "center" else held["running_var"][k]
        expected = F.batch_norm(examples_first(x[k]), held["running_mean"][k], var, gamma[k], beta[k])
        torch.testing.assert_close(examples_first(y[k]), expected, **TOLERANCE)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("key", [key for key in KEEPS_RUNNING if key not in ("batch_frozen", "center")])
def test_the_whole_batch_norm_family_keeps_the_same_running_statistics(key, shape):
    """Oracle: torch's mean and unbiased variance. Batch renorm keeps the same buffers as batch norm here."""
    held = buffers()
    old_mean, old_var = held["running_mean"].clone(), held["running_var"].clone()
    x = activations(shape)
    apply_norm(key, x, **held, momentum=0.3)
    values = x.flatten(2)
    torch.testing.assert_close(held["running_mean"], 0.7 * old_mean + 0.3 * values.mean(-1), **TOLERANCE)
    torch.testing.assert_close(held["running_var"], 0.7 * old_var + 0.3 * values.var(-1), **TOLERANCE)


def test_buffers_may_be_parts_of_larger_tensors():
    large = {name: torch.cat([values, values], 1) for name, values in buffers().items()}
    parts = {name: values[:, :FEATURES] for name, values in large.items()}
    whole = buffers()
    x = activations(SHAPES["vectors"])
    apply_norm("batch", x, **parts)
    apply_norm("batch", x, **whole)
    for name, values in large.items():
        assert torch.equal(values[:, :FEATURES], whole[name])
        assert torch.equal(values[:, FEATURES:], buffers()[name])


def test_frozen_statistics_never_change():
    held = buffers()
    before = {name: values.clone() for name, values in held.items()}
    training, evaluation = (
        apply_norm("batch_frozen", activations(SHAPES["vectors"]), training=mode, **held) for mode in (True, False)
    )
    assert torch.equal(training, evaluation)
    assert all(torch.equal(held[name], before[name]) for name in held)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("key", WITH_TRUE_GRADIENT)
def test_gradients_are_those_of_finite_differences(key, shape):
    inputs = leaves(2, 4, 3, *shape[3:])
    alpha = torch.tensor([0.3, 0.8], dtype=torch.float64, requires_grad=key == "dynamic_tanh")
    held = {name: values[:2, :4] for name, values in buffers().items()} if key == "batch_frozen" else {}

    def function(x, gamma, beta, alpha):
        # A generator of its own for each evaluation, so that every one sees the same noise.
        noise = torch.Generator().manual_seed(7)
        return apply_norm(key, x, gamma, beta, alpha=alpha, groups=2, generator=noise, **held)

    assert torch.autograd.gradcheck(function, (*inputs, alpha))


@pytest.mark.parametrize("key", ["center", "batch", "batch_frozen", "batch_detached", "batch_renorm", "batch_noisy"])
def test_gradients_in_evaluation_are_those_of_finite_differences(key):
    held = {name: values[:2, :4] for name, values in buffers().items()}
    inputs = leaves(2, 4, 3)
    assert torch.autograd.gradcheck(lambda *given: apply_norm(key, *given, training=False, **held), inputs)


@pytest.mark.parametrize("key", ACTIVATION_NORMS)
def test_runs_do_not_see_each_other(key):
    """Several runs at once equal each run alone; for noise, which one generator draws, the first does."""
    x, gamma, beta = leaves(*SHAPES["signals"])
    held = buffers() if NORMS[key].running else {}
    before = {name: values.clone() for name, values in held.items()}
    options = {"alpha": torch.tensor([0.2, 0.5, 0.9]).double(), "groups": 3}

    def one(k):
        here = {name: values[k : k + 1].clone() for name, values in before.items()}
        noise = torch.Generator().manual_seed(1)
        alpha = options["alpha"][k : k + 1]
        inputs = [tensor[k : k + 1] for tensor in (x, gamma, beta)]
        return apply_norm(key, *inputs, groups=3, alpha=alpha, generator=noise, **here)

    together = apply_norm(key, x, gamma, beta, **options, generator=torch.Generator().manual_seed(1), **held)
    for k in range(1 if key == "batch_noisy" else RUNS):
        torch.testing.assert_close(together[k : k + 1], one(k), rtol=0, atol=0)


@pytest.mark.parametrize("key", ACTIVATION_NORMS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_type_and_shape_are_kept(key, dtype):
    for shape in SHAPES.values():
        x, gamma, beta = (tensor.detach().to(dtype).requires_grad_() for tensor in leaves(*shape))
        held = {name: values.to(dtype) for name, values in buffers().items()} if NORMS[key].running else {}
        y = apply_norm(key, x, gamma, beta, groups=2, **held)
        y.sum().backward()
        assert y.shape == x.shape
        assert {tensor.dtype for tensor in (y, x.grad, gamma.grad, beta.grad, *held.values())} == {dtype}


@pytest.mark.parametrize("key", ["batch", "standardize", "center", "batch_detached", "batch_renorm", "layer", "group"])
def test_a_large_mean_costs_no_more_digits_than_its_own(key):
    """x = 10⁴ + noise in float32 has 5·10⁻⁴ between neighbors; a variance as E[x²] − E[x]² would be lost."""
    noise = draw(1, 64, 64)
    x = (1e4 + noise).float()
    options = {"groups": 2, "rmax": 1e6, "dmax": 1e6}
    ours = apply_norm(key, x, **options)
    exact = apply_norm(key, x.double(), **options)
    torch.testing.assert_close(ours.double(), exact, rtol=0, atol=2e-3 if key != "batch_renorm" else 0.02)


def test_missing_gamma_and_beta_mean_one_and_zero():
    x = activations(SHAPES["vectors"])
    ones, zeros = torch.ones(RUNS, FEATURES).double(), torch.zeros(RUNS, FEATURES).double()
    assert torch.equal(apply_norm("batch", x), apply_norm("batch", x, ones, zeros))


def test_inputs_that_are_not_contiguous():
    x = activations((RUNS, EXAMPLES, FEATURES)).transpose(1, 2)
    assert not x.is_contiguous()
    torch.testing.assert_close(apply_norm("batch", x), apply_norm("batch", x.contiguous()), rtol=0, atol=0)


X = torch.zeros(2, 6, 4)
ERRORS = {
    "unknown key": ("batchnorm", X, {}, ["norm", "'batchnorm'", "none, affine", "choose"]),
    "weight norm": ("weight", X, {}, ["'weight'", "weights", "Run(norm='weight')"]),
    "two axes": ("batch", X[0], {}, ["x.shape", "(6, 4)", "[run, feature, example]", "add"]),
    "five axes": ("batch", X[None, None], {}, ["x.shape", "(1, 1, 2, 6, 4)", "[run, feature, example, position]"]),
    "gamma's shape": ("batch", X, {"gamma": torch.ones(6)}, ["gamma.shape", "(6,)", "(2, 6)", "reshape"]),
    "beta's shape": ("layer", X, {"beta": torch.ones(6, 2)}, ["beta.shape", "(6, 2)", "(2, 6)", "reshape"]),
    "one buffer": ("batch", X, {"running_mean": torch.zeros(2, 6)}, ["running_mean", "running_var", "both"]),
    "buffer's shape": (
        "batch",
        X,
        {"running_mean": torch.zeros(6), "running_var": torch.ones(6)},
        ["running_mean.shape", "(6,)", "(2, 6)"],
    ),
    "groups": ("group", X, {"groups": 4}, ["groups", "4", "6 features", "divisor"]),
    "no groups": ("group", X, {"groups": 0}, ["groups", "0"]),
    "evaluation without buffers": ("batch", X, {"training": False}, ["running_mean", "None", "running_var", "pass"]),
    "frozen without buffers": ("batch_frozen", X, {}, ["running_mean", "None", "running_var", "pass"]),
}


@pytest.mark.parametrize(("key", "x", "options", "words"), ERRORS.values(), ids=ERRORS)
def test_bad_arguments_are_named_with_their_fix(key, x, options, words):
    with pytest.raises(ValueError, match=words[0]) as caught:
        apply_norm(key, x, **options)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("key", [key for key in ACTIVATION_NORMS if NORMS[key].over_batch and key != "batch_frozen"])
def test_a_batch_of_one_is_refused_as_in_pytorch(key):
    with pytest.raises(ValueError, match=r"at least 2 values.*larger batch"):
        apply_norm(key, torch.zeros(1, 3, 1))
    with pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm1d(3)(torch.zeros(1, 3))
    apply_norm(key, torch.zeros(1, 3, 1, 2))
    buffers_of_one = {"running_mean": torch.zeros(1, 3), "running_var": torch.ones(1, 3)}
    apply_norm(key, torch.zeros(1, 3, 1), training=False, **buffers_of_one)


@pytest.mark.parametrize("key", ["none", "affine", "layer", "rms", "group", "dynamic_tanh"])
def test_norms_that_look_at_one_example_take_a_batch_of_one(key):
    x = draw(1, 4, 1)
    together = apply_norm(key, torch.cat([x, draw(1, 4, 6, seed=8)], -1), groups=2)
    torch.testing.assert_close(apply_norm(key, x, groups=2), together[..., :1], **TOLERANCE)


def test_noise_of_batch_noisy_has_the_stated_moments():
    """y' = s·x̂ + m: over many units, E[s] = (1 + noise_std)/2 and Var[m] = noise_mean²/3 + 0.1²/3."""
    x = draw(1, 4000, 50)
    noise_mean, noise_std = 0.8, 1.5
    noisy = apply_norm(
        "batch_noisy", x, noise_mean=noise_mean, noise_std=noise_std, generator=torch.Generator().manual_seed(0)
    )[0].numpy()
    x_hat = apply_norm("batch", x)[0].numpy()
    scales, shifts = np.array([np.polyfit(row, out, 1) for row, out in zip(x_hat, noisy, strict=True)]).T
    assert scales.mean() == pytest.approx((1 + noise_std) / 2, abs=0.01)
    assert scales.std() == pytest.approx((noise_std - 1) / math.sqrt(12), rel=0.05)
    assert shifts.mean() == pytest.approx(0, abs=0.03)
    assert shifts.std() == pytest.approx(noise_mean / math.sqrt(3), rel=0.05)
    residual = noisy - scales[:, None] * x_hat - shifts[:, None]
    assert residual.std() == pytest.approx(math.sqrt(0.1**2 / 3 + 0.1**2), rel=0.05)


def test_noise_depends_on_the_generator_alone_and_ends_with_training():
    x, held = activations(SHAPES["vectors"]), buffers()

    def noisy(seed, training=True):
        given = {name: values.clone() for name, values in held.items()}
        generator = torch.Generator().manual_seed(seed)
        return apply_norm("batch_noisy", x, training=training, generator=generator, **given)

    assert torch.equal(noisy(1), noisy(1))
    assert not torch.equal(noisy(1), noisy(2))
    plain = apply_norm("batch", x, training=False, **held)
    torch.testing.assert_close(noisy(1, training=False), plain, rtol=0, atol=0)
