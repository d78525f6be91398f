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

from bnviz.torch_private import leaky_relu_backward, sigmoid_backward, tanh_backward, threshold_backward

LEAKY_SLOPE = 0.01
WHOLE_VECTORS = 64
"""A multiple of the elements that one turn of a vectorized loop takes, for either type."""


@dataclass(frozen=True)
class Activation:
    """`forward(y, out)` is h, in `out` where given and of use; `backward(dh, y, h)` is dh·φ'(y), in the place of dh.

    `gain` is the initial weights' sd times √fan_in.
    """

    forward: Callable[[Tensor, Tensor | None], Tensor]
    backward: Callable[[Tensor, Tensor, Tensor], Tensor]
    gain: float


def _sigmoid(y: Tensor, out: Tensor | None) -> Tensor:
    if y.shape[1] * y.shape[2] % WHOLE_VECTORS == 0:
        return torch.sigmoid(y, out=out)
    return torch.neg(y, out=out).exp_().add_(1).reciprocal_()


def _gaussian_cdf(y: Tensor) -> Tensor:
    return (y * math.sqrt(0.5)).erf_().add_(1).mul_(0.5)


def _gelu_backward(dh: Tensor, y: Tensor, h: Tensor) -> Tensor:
    density = y.square().mul_(-0.5).exp_().mul_(1 / math.sqrt(2 * math.pi))
    return dh.mul_(density.mul_(y).add_(_gaussian_cdf(y)))


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        lambda y, out: torch.clamp_min(y, 0, out=out),
        lambda dh, y, h: threshold_backward(dh, h, 0, grad_input=dh),
        math.sqrt(2),
    ),
    "leaky_relu": Activation(
        lambda y, out: torch.nn.functional.leaky_relu(y, LEAKY_SLOPE),
        lambda dh, y, h: leaky_relu_backward(dh, y, LEAKY_SLOPE, False, grad_input=dh),
        math.sqrt(2),
    ),
    "tanh": Activation(
        lambda y, out: torch.tanh(y, out=out), lambda dh, y, h: tanh_backward(dh, h, grad_input=dh), 1.0
    ),
    "sigmoid": Activation(_sigmoid, lambda dh, y, h: sigmoid_backward(dh, h, grad_input=dh), 1.0),
    "gelu": Activation(lambda y, out: _gaussian_cdf(y).mul_(y), _gelu_backward, math.sqrt(2)),
    "linear": Activation(lambda y, out: y, lambda dh, y, h: dh, 1.0),
}
