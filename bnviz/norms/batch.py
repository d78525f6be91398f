"""`batch` and `standardize`: batch normalization (Ioffe & Szegedy 2015), with and without γ and β."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Kernel, Norm, Units, as_channels

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
        settings = self.settings
        return batch_norm_forward(x, units, buffers, training, settings["norm_momentum"], settings["eps"])

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        flat, mean, inverse_std, _ = saved
        return ((flat[0] - mean.unsqueeze(-1)) * inverse_std.unsqueeze(-1)).view(x.shape)

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        return batch_norm_backward(dy, units, saved, self.settings["eps"])


def batch_norm_forward(
    x: "Tensor", units: Units, buffers: Buffers, training: bool, momentum: float, eps: float
) -> "tuple[Tensor, Any]":
    """The fused forward pass.

    Saves x as `[1, K·C, B·P]`, the mean and 1/√(σ² + ε) that it used as `[K·C]`, and `training`.
    """
    import torch

    flat = as_channels(x).unsqueeze(0)
    running_mean = None if buffers.running_mean is None else buffers.running_mean.view(-1)
    running_var = None if buffers.running_var is None else buffers.running_var.view(-1)
    y, mean, inverse_std = torch.native_batch_norm(
        flat, units.gamma_flat, units.beta_flat, running_mean, running_var, training, momentum, eps
    )
    if not training:
        assert running_mean is not None
        assert running_var is not None
        mean, inverse_std = running_mean.clone(), (running_var + eps).rsqrt()
    return y.view(x.shape), (flat, mean, inverse_std, training)


def batch_norm_backward(dy: "Tensor", units: Units, saved: Any, eps: float) -> Gradients:
    """The fused backward pass. In evaluation mode μ and σ are constants and dx = γ/√(σ² + ε)·dy."""
    import torch

    flat, mean, inverse_std, training = saved
    if not training:
        return fixed_statistics_backward(dy, units, saved)
    dx, dgamma, dbeta = torch.ops.aten.native_batch_norm_backward.default(
        dy.reshape(flat.shape), flat, units.gamma_flat, None, None, mean, inverse_std, True, eps, [True, True, True]
    )
    return Gradients(dx.view(dy.shape), dgamma, dbeta)


def fixed_statistics_backward(dy: "Tensor", units: Units, saved: Any) -> Gradients:
    """dx = γ/√(σ² + ε)·dy: the gradient when μ and σ are taken for constants."""
    flat, mean, inverse_std, _ = saved
    dy_channels = as_channels(dy)
    x_hat = (flat[0] - mean.unsqueeze(-1)) * inverse_std.unsqueeze(-1)
    dx = dy_channels * (units.gamma_flat * inverse_std).unsqueeze(-1)
    return Gradients(dx.view(dy.shape), (dy_channels * x_hat).sum(-1), dy_channels.sum(-1))


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
