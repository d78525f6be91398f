"""`batch` and `standardize`: batch normalization (Ioffe & Szegedy 2015), with and without γ and β."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Kernel, Norm, per_unit

if TYPE_CHECKING:
    from torch import Tensor


def as_channels(x: "Tensor") -> "Tensor":
    """View `[K, C, B]` or `[K, C, B, P]` as `[1, K·C, B·P]`: K runs of C features are K·C channels."""
    return x.reshape(1, x.shape[0] * x.shape[1], -1)


class BatchKernel(Kernel):
    """μ and the biased σ² of each feature over the batch, inside the gradient.

    Forward  x̂ = (x − μ)/√(σ² + ε), y = γ·x̂ + β (algorithm 1).
    Backward dx = γ/√(σ² + ε) · (dy − mean(dy) − x̂·mean(dy·x̂)): the terms that are subtracted are the
    paths through μ and σ. Both run on PyTorch's fused kernel; `standardize_backward` is the same formula in the open.
    Running statistics: new = (1 − momentum)·old + momentum·batch, with the unbiased variance.
    """

    uses: ClassVar[tuple[str, ...]] = ("eps", "norm_momentum")

    def forward(
        self, x: "Tensor", gamma: "Tensor", beta: "Tensor", buffers: Buffers, training: bool
    ) -> "tuple[Tensor, Any]":
        return batch_norm_forward(
            x, gamma, beta, buffers, training, self.settings["norm_momentum"], self.settings["eps"]
        )

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        _, mean, inverse_std, *_ = saved
        k, c = x.shape[:2]
        return (x - per_unit(mean.view(k, c), x)) * per_unit(inverse_std.view(k, c), x)

    def backward(self, dy: "Tensor", gamma: "Tensor", saved: Any) -> Gradients:
        return batch_norm_backward(dy, gamma, saved, self.settings["eps"])


def batch_norm_forward(
    x: "Tensor",
    gamma: "Tensor",
    beta: "Tensor",
    buffers: Buffers,
    training: bool,
    momentum: float,
    eps: float,
) -> "tuple[Tensor, Any]":
    """The fused forward pass; what it saves is x, the mean and 1/√(σ² + ε) that it used, and `training`."""
    import torch

    flat = as_channels(x)
    running_mean = None if buffers.running_mean is None else buffers.running_mean.view(-1)
    running_var = None if buffers.running_var is None else buffers.running_var.view(-1)
    y, mean, inverse_std = torch.native_batch_norm(
        flat, gamma.reshape(-1), beta.reshape(-1), running_mean, running_var, training, momentum, eps
    )
    if not training:
        assert running_mean is not None
        assert running_var is not None
        mean, inverse_std = running_mean, (running_var + eps).rsqrt()
    return y.view(x.shape), (flat, mean, inverse_std, training)


def batch_norm_backward(dy: "Tensor", gamma: "Tensor", saved: Any, eps: float) -> Gradients:
    """The fused backward pass. In evaluation mode μ and σ are constants and dx = γ/√(σ² + ε)·dy."""
    import torch

    flat, mean, inverse_std, training = saved
    if not training:
        return fixed_statistics_backward(dy, gamma, saved)
    dx, dgamma, dbeta = torch.ops.aten.native_batch_norm_backward(
        as_channels(dy), flat, gamma.reshape(-1), None, None, mean, inverse_std, True, eps, [True, True, True]
    )
    return Gradients(dx.view(dy.shape), dgamma.view(gamma.shape), dbeta.view(gamma.shape))


def fixed_statistics_backward(dy: "Tensor", gamma: "Tensor", saved: Any) -> Gradients:
    """dx = γ/√(σ² + ε)·dy: the gradient when μ and σ are taken for constants."""
    flat, mean, inverse_std, _ = saved
    dy_flat = as_channels(dy)
    x_hat = (flat - mean.view(1, -1, 1)) * inverse_std.view(1, -1, 1)
    dx = dy_flat * (gamma.reshape(-1) * inverse_std).view(1, -1, 1)
    return Gradients(
        dx.view(dy.shape),
        (dy_flat * x_hat).sum(-1).view(gamma.shape),
        dy_flat.sum(-1).view(gamma.shape),
    )


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
