"""Activation functions and their derivatives, in forms whose bits do not depend on an element's place.

`torch.sigmoid` and `torch.nn.functional.gelu` round differently in the vectorized body of an array and in its last
few elements; `exp`, `tanh` and `erf` do not, so the two are composed from those. (Where each run fills whole vectors
there are no last elements, and sigmoid is one call.)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LEAKY_SLOPE = 0.01
WHOLE_VECTORS = 64
"""A multiple of the elements that one turn of a vectorized loop takes, for either type."""

# `_op` is the function without its wrapper in Python, which costs as much as a view.
_threshold_backward = torch.ops.aten.threshold_backward.default._op
_tanh_backward = torch.ops.aten.tanh_backward.default._op
_sigmoid_backward = torch.ops.aten.sigmoid_backward.default._op
_leaky_relu_backward = torch.ops.aten.leaky_relu_backward.default._op


@dataclass(frozen=True)
class Activation:
    """`forward(y)` is h; `backward(dh, y, h)` is dh·φ'(y); `gain` is the initial weights' sd times √fan_in."""

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor, Tensor], Tensor]
    gain: float


def _sigmoid(y: Tensor) -> Tensor:
    if y.shape[1] * y.shape[2] % WHOLE_VECTORS == 0:
        return torch.sigmoid(y)
    return torch.neg(y).exp_().add_(1).reciprocal_()


def _gaussian_cdf(y: Tensor) -> Tensor:
    return (y * math.sqrt(0.5)).erf_().add_(1).mul_(0.5)


def _gelu_backward(dh: Tensor, y: Tensor, h: Tensor) -> Tensor:
    density = y.square().mul_(-0.5).exp_().mul_(1 / math.sqrt(2 * math.pi))
    return density.mul_(y).add_(_gaussian_cdf(y)).mul_(dh)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        torch.relu,
        lambda dh, y, h: _threshold_backward(dh, h, 0),
        math.sqrt(2),
    ),
    "leaky_relu": Activation(
        lambda y: torch.nn.functional.leaky_relu(y, LEAKY_SLOPE),
        lambda dh, y, h: _leaky_relu_backward(dh, y, LEAKY_SLOPE, False),
        math.sqrt(2),
    ),
    "tanh": Activation(torch.tanh, lambda dh, y, h: _tanh_backward(dh, h), 1.0),
    "sigmoid": Activation(_sigmoid, lambda dh, y, h: _sigmoid_backward(dh, h), 1.0),
    "gelu": Activation(lambda y: _gaussian_cdf(y).mul_(y), _gelu_backward, math.sqrt(2)),
    "linear": Activation(lambda y: y, lambda dh, y, h: dh, 1.0),
}
