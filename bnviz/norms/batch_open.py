"""Batch norm's two passes in the open, a line for each equation: to be read. `fused` computes the same, faster.

Every equation is over the values x₁ … x_m that one feature takes over the examples (and positions) of the batch, and
is that of Ioffe & Szegedy 2015: algorithm 1 and the chain rule of section 3.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from bnviz.norms.base import Buffers, Gradients, Standardization, Units, as_channels
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Tensor


class Saved(NamedTuple):
    """What the backward pass needs of the forward pass: x − μ and x̂ `[1, K·C, B·P]`, μ and σ² + ε `[1, K·C, 1]`."""

    centered: "Tensor"
    x_hat: "Tensor"
    mean: "Tensor"
    var_plus_eps: "Tensor"


class BatchOpenKernel(BatchKernel):
    """Batch norm in training; in evaluation it is :class:`BatchKernel`. It has no key: see `Network.replace_kernel`."""

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        if not training:
            return super().forward(x, units, buffers, training)
        values = as_channels(x)
        # μ = 1/m·Σ xᵢ
        mean = values.mean(-1, keepdim=True)
        # σ² = 1/m·Σ (xᵢ − μ)²
        centered = values - mean
        var = centered.square().mean(-1, keepdim=True)
        # x̂ᵢ = (xᵢ − μ)/√(σ² + ε)
        x_hat = centered / (var + self.eps).sqrt()
        # yᵢ = γ·x̂ᵢ + β
        y = units.gamma_column * x_hat + units.beta_column
        return y.view_as(x), Saved(centered, x_hat, mean, var + self.eps)

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor]":
        return saved.mean.view(-1), saved.var_plus_eps.rsqrt().view(-1)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved.x_hat.view_as(x) if isinstance(saved, Saved) else super().normalized(x, saved)

    def standardization(self, saved: Any) -> Standardization:
        if not isinstance(saved, Saved):
            return super().standardization(saved)
        return Standardization(*self.batch_statistics(saved))

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        if not isinstance(saved, Saved):
            return super().backward(dy, units, saved)
        centered, x_hat, _, var_plus_eps = saved
        upstream = as_channels(dy)
        m, inverse_std = upstream.shape[-1], var_plus_eps**-0.5
        # ∂L/∂x̂ᵢ = ∂L/∂yᵢ·γ
        d_x_hat = upstream * units.gamma_column
        # ∂L/∂σ² = Σ ∂L/∂x̂ᵢ·(xᵢ − μ)·(−½)·(σ² + ε)^(−3/2)
        d_var = (d_x_hat * centered * -0.5 * var_plus_eps**-1.5).sum(-1, keepdim=True)
        # ∂L/∂μ = Σ ∂L/∂x̂ᵢ·(−1/√(σ² + ε)) + ∂L/∂σ²·1/m·Σ −2(xᵢ − μ), whose second term is 0
        d_mean = (d_x_hat * -inverse_std).sum(-1, keepdim=True) + d_var * (-2 * centered).mean(-1, keepdim=True)
        # ∂L/∂xᵢ = ∂L/∂x̂ᵢ·1/√(σ² + ε) + ∂L/∂σ²·2(xᵢ − μ)/m + ∂L/∂μ·1/m: directly, through σ² and through μ
        dx = d_x_hat * inverse_std + d_var * 2 * centered / m + d_mean / m
        # ∂L/∂γ = Σ ∂L/∂yᵢ·x̂ᵢ,  ∂L/∂β = Σ ∂L/∂yᵢ
        return Gradients(dx.view_as(dy), (upstream * x_hat).sum(-1).view(-1), upstream.sum(-1).view(-1))
