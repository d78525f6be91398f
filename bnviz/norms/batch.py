"""`batch` and `standardize`: batch normalization (Ioffe & Szegedy 2015), with and without γ and β."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Kernel, Norm, Units, affine_gradients, as_channels

if TYPE_CHECKING:
    from torch import Tensor


class BatchKernel(Kernel):
    """μ and the biased σ² of each feature over the batch, inside the gradient.

    Forward  x̂ = (x − μ)/√(σ² + ε), y = γ·x̂ + β (algorithm 1).
    Backward dx = γ/√(σ² + ε) · (dy − mean(dy) − x̂·mean(dy·x̂)): the terms that are subtracted are the
    paths through μ and σ. Both run on PyTorch's fused kernel; `standardize_backward` is the same formula in the open.
    Running statistics: new = (1 − momentum)·old + momentum·batch, with the unbiased variance.
    """

    uses: ClassVar[tuple[str, ...]] = ("eps", "norm_momentum")

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        if training:
            return batch_norm_forward(x, units, self.settings["eps"])
        return fixed_statistics_forward(x, units, buffers, self.settings["eps"])

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        return saved[1], saved[2]

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return channels_standardized(saved).view(x.shape)

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        return batch_norm_backward(dy, units, saved, self.settings["eps"])


def batch_norm_forward(x: "Tensor", units: Units, eps: float) -> "tuple[Tensor, Any]":
    """The fused forward pass in training. Saves x as `[1, K·C, N]`, μ and 1/√(σ² + ε) as `[K·C]`, and `training`.

    It is PyTorch's group norm with one channel a group: the same mean and biased variance over the N values of a
    channel as its batch norm, computed in vector instructions.
    """
    from torch import native_group_norm

    channels = as_channels(x)
    _, count, values = channels.shape
    y, mean, inverse_std = native_group_norm(channels, units.gamma_flat, units.beta_flat, 1, count, values, count, eps)
    return y.view(x.shape), (channels, mean.view(-1), inverse_std.view(-1), True)


def fixed_statistics_forward(x: "Tensor", units: Units, buffers: Buffers, eps: float) -> "tuple[Tensor, Any]":
    """The fused forward pass with the buffers' mean and variance. Saves the same."""
    from torch import native_batch_norm

    channels, mean, var = as_channels(x), buffers.running_mean, buffers.running_var
    assert mean is not None
    assert var is not None
    y, _, _ = native_batch_norm(channels, units.gamma_flat, units.beta_flat, mean, var, False, 0.0, eps)
    return y.view(x.shape), (channels, mean.clone(), (var + eps).rsqrt(), False)


def batch_norm_backward(dy: "Tensor", units: Units, saved: Any, eps: float) -> Gradients:
    """The fused backward pass. With fixed statistics μ and σ are constants and dx = γ/√(σ² + ε)·dy."""
    from torch import ops

    channels, mean, inverse_std, training = saved
    if not training:
        return fixed_statistics_backward(dy, units, saved)
    dx, dgamma, dbeta = ops.aten.native_batch_norm_backward.default(
        as_channels(dy), channels, units.gamma_flat, None, None, mean, inverse_std, True, eps, _ALL
    )
    return Gradients(dx.view(dy.shape), dgamma, dbeta)


_ALL = [True, True, True]  # the gradients of x, γ and β are wanted


def channels_standardized(saved: Any) -> "Tensor":
    """x̂ as `[1, K·C, B·P]` from what `batch_norm_forward` saved."""
    channels, mean, inverse_std, _ = saved
    return (channels - mean.unsqueeze(-1)) * inverse_std.unsqueeze(-1)


def fixed_statistics_backward(dy: "Tensor", units: Units, saved: Any) -> Gradients:
    """dx = γ/√(σ² + ε)·dy: the gradient when μ and σ are taken for constants."""
    inverse_std = saved[2]
    dx = as_channels(dy) * (units.gamma_flat * inverse_std).unsqueeze(-1)
    return Gradients(dx.view(dy.shape), *affine_gradients(dy, channels_standardized(saved)))


BATCH = Norm(
    label="batch norm",
    equation=r"y = \gamma\,\frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}} + \beta",
    axes="each feature, over the examples of the batch",
    paper="Ioffe & Szegedy 2015, algorithm 1",
    color="#0072B2",
    color_dark="#62BDF0",
    dash=(),
    explanation="Standardizes each feature with the mean and variance of the batch, then scales by γ and shifts by β; "
    "the gradient flows through the mean and the variance too.",
    kernel=BatchKernel,
    over_batch=True,
    running=True,
    scale_invariant=True,
)
STANDARDIZE = Norm(
    label="standardize only",
    equation=r"y = \frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}}",
    axes="each feature, over the examples of the batch",
    paper="Ioffe & Szegedy 2015, section 3, without γ and β",
    color="#5B5BD6",
    color_dark="#A5A5FF",
    dash=(2, 3),
    explanation="Batch norm without γ and β: every feature keeps mean 0 and variance 1.",
    kernel=BatchKernel,
    trains=(),
    over_batch=True,
    running=True,
    scale_invariant=True,
)
