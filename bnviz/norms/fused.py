"""Batch norm on PyTorch's fused kernels, for x of shape `[K, C, B]` or `[K, C, B, P]`; imports torch.

What the forward functions save is x, μ and 1/√(σ² + ε) as `[K·C]`, and whether they were taken from the batch.
"""

from typing import Any

from torch import Tensor

from bnviz.norms.base import Buffers, Gradients, Units, affine_gradients, as_channels
from bnviz.torch_private import batch_norm, batch_norm_backward, group_norm

_ALL = [True, True, True]  # the gradients of x, γ and β are wanted


def forward(x: Tensor, units: Units, eps: float) -> tuple[Tensor, Any]:
    """y = γ·(x − μ)/√(σ² + ε) + β with the batch's μ and biased σ².

    This is PyTorch's group norm with one channel a group: the same mean and variance over the values of a channel as
    its batch norm, but computed in vector instructions.
    """
    channels = units.channels
    values = x.numel() // channels
    y, mean, inverse_std = group_norm(x, units.gamma_flat, units.beta_flat, 1, channels, values, channels, eps)
    return y, (x, mean.view(-1), inverse_std.view(-1), True)


def forward_fixed(x: Tensor, units: Units, buffers: Buffers, eps: float) -> tuple[Tensor, Any]:
    """The same with the buffers' mean and variance."""
    mean, var = buffers.running_mean, buffers.running_var
    assert mean is not None
    assert var is not None
    channels = as_channels(x)
    y, _, _ = batch_norm(channels, units.gamma_flat, units.beta_flat, mean, var, False, 0.0, eps)
    return y.view_as(x), (x, mean.clone(), (var + eps).rsqrt_(), False)


def backward(dy: Tensor, units: Units, saved: Any, eps: float) -> Gradients:
    """dx = γ/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂)); after `forward_fixed`, :func:`backward_fixed`."""
    x, mean, inverse_std, from_batch = saved
    if not from_batch:
        return backward_fixed(dy, units, saved)
    dx, dgamma, dbeta = batch_norm_backward(
        dy.reshape(1, units.channels, -1),
        x.reshape(1, units.channels, -1),
        units.gamma_flat,
        None,
        None,
        mean,
        inverse_std,
        True,
        eps,
        _ALL,
    )
    return Gradients(dx.view_as(dy), dgamma, dbeta)


def backward_fixed(dy: Tensor, units: Units, saved: Any) -> Gradients:
    """dx = γ/√(σ² + ε)·dy: the gradient when μ and σ are taken for constants."""
    dx = as_channels(dy) * (units.gamma_flat * saved[2]).unsqueeze(-1)
    return Gradients(dx.view_as(dy), *affine_gradients(dy, normalized(saved)))


def normalized(saved: Any) -> Tensor:
    """x̂ of the shape of x."""
    x, mean, inverse_std, _ = saved
    return ((as_channels(x) - mean.unsqueeze(-1)) * inverse_std.unsqueeze(-1)).view_as(x)
