"""Identities of the normalizations, on generated shapes and values, in float64."""

import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn.functional import cosine_similarity

from bnviz import Experiment, Run, train
from bnviz.norms import apply_norm
from tests.property.strategies import PLANE

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(3, 12)


class Layer:
    """Weights W [units, inputs], inputs h [inputs, examples] and a loss that is not symmetric in anything."""

    def __init__(self, seed: int, units: int, inputs: int, examples: int):
        generator = torch.Generator().manual_seed(seed)
        shapes = [(units, inputs), (inputs, examples), (1, units), (1, units), (1, units, examples)]
        values = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
        self.weight, self.inputs, self.gamma, self.beta, self.upstream = values
        z = self.weight @ self.inputs
        # ε = 0 divides rounding errors by σ: units that hardly vary over the batch have no digits to compare.
        assume((z.std(-1) > 0.05 * z.abs().max()).all())

    def run(
        self, norm: str, scale: float | torch.Tensor = 1.0, **options
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """y, and the weights that were used with their gradient."""
        weight = (self.weight * scale).requires_grad_()
        y = apply_norm(norm, (weight @ self.inputs)[None], self.gamma, self.beta, eps=0.0, **options)
        (y * self.upstream).sum().backward()
        return y.detach(), weight.detach(), weight.grad


layers = st.builds(Layer, seeds, sizes, st.integers(2, 12), sizes)
scales = st.floats(-6, 6).map(lambda power: 10.0**power)


def largest_cosine(weight: torch.Tensor, gradient: torch.Tensor) -> float:
    """Over the leading axis; a gradient that vanishes is orthogonal to everything."""
    weight, gradient = weight.flatten(1), gradient.flatten(1)
    return cosine_similarity(weight, gradient, eps=1e-9).abs().max().item()


@given(layers, scales)
def test_scaling_the_weights_leaves_the_output_and_divides_the_gradient(layer, a):
    """BN(aWh) = BN(Wh), and its gradient with respect to aW is a-th of that with respect to W."""
    y, _, gradient = layer.run("batch")
    scaled_y, _, scaled_gradient = layer.run("batch", a)
    torch.testing.assert_close(scaled_y, y, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(a * scaled_gradient, gradient, rtol=1e-8, atol=1e-8)


@given(layers, st.lists(scales, min_size=12, max_size=12))
def test_every_unit_has_a_scale_of_its_own(layer, factors):
    a = torch.tensor(factors[: len(layer.weight)], dtype=torch.float64)[:, None]
    y, _, gradient = layer.run("batch")
    scaled_y, _, scaled_gradient = layer.run("batch", a)
    torch.testing.assert_close(scaled_y, y, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(a * scaled_gradient, gradient, rtol=1e-8, atol=1e-8)


@given(layers)
def test_a_negative_scale_flips_what_is_standardized(layer):
    y, _, _ = layer.run("standardize")
    flipped, _, _ = layer.run("standardize", -2.0)
    plain = layer.beta.unsqueeze(-1)
    torch.testing.assert_close(flipped - plain, plain - y, rtol=1e-9, atol=1e-9)


@given(layers)
def test_batch_norms_gradient_is_orthogonal_to_every_row(layer):
    _, weight, gradient = layer.run("batch")
    assert largest_cosine(weight, gradient) < 1e-6


@given(layers, st.sampled_from(["layer", "rms"]))
def test_layer_and_rms_norms_gradient_is_orthogonal_to_the_matrix(layer, norm):
    _, weight, gradient = layer.run(norm)
    assert largest_cosine(weight[None], gradient[None]) < 1e-6


@given(seeds, st.integers(1, 4), st.integers(3, 5), sizes)
def test_group_norms_gradient_is_orthogonal_to_every_group(seed, groups, size, examples):
    layer = Layer(seed, groups * size, 6, examples)
    _, weight, gradient = layer.run("group", groups=groups)
    assert largest_cosine(weight.unflatten(0, (groups, size)), gradient.unflatten(0, (groups, size))) < 1e-6


@given(seeds, st.integers(1, 3), st.integers(1, 9), st.integers(1, 9), st.none() | st.integers(1, 4), st.floats(0, 1))
def test_group_norm_with_one_group_is_layer_norm(seed, runs, features, examples, positions, eps):
    generator = torch.Generator().manual_seed(seed)
    shape = (runs, features, examples, *([] if positions is None else [positions]))
    x = 3 * torch.randn(shape, generator=generator, dtype=torch.float64) + 1
    options = {"eps": eps + 1e-5}
    results = []
    for norm in ("group", "layer"):
        inputs = x.clone().requires_grad_()
        y = apply_norm(norm, inputs, groups=1, **options)
        y.square().sum().mul(0.5).add(y.sum()).backward()
        results.append((y, inputs.grad))
    for group, layer in zip(*results, strict=True):
        torch.testing.assert_close(group, layer, rtol=1e-9, atol=1e-9)


@given(
    st.sampled_from(PLANE), st.sampled_from(["relu", "tanh", "sigmoid"]), st.sampled_from(["float32", "float64"]), seeds
)
def test_batch_norm_with_gamma_and_beta_frozen_is_standardize(dataset, activation, dtype, seed):
    """To the last bit: the same kernel with rates of 0. Runs also train weights and head."""
    runs = (Run(norm="batch", train_affine=False, lr=0.3), Run(norm="standardize", lr=0.3))
    history = train(
        Experiment(
            dataset=dataset,
            widths=(5, 7),
            activation=activation,
            steps=8,
            batch_size=9,
            n_train=64,
            seed=seed,
            dtype=dtype,
            runs=runs,
        )
    )
    for name in ("loss", "accuracy", "counts", "mean", "std", "running_mean", "running_var", "weight_norm", "decision"):
        frozen, standardize = history.arrays[name][:, 0], history.arrays[name][:, 1]
        assert ((frozen == standardize) | ((frozen != frozen) & (standardize != standardize))).all(), name
