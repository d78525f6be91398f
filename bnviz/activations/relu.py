"""`relu` and `leaky_relu`: linear above 0 (Nair & Hinton 2010; Maas et al. 2013)."""

import math
from typing import TYPE_CHECKING

from bnviz.activations.base import Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor

LEAKY_SLOPE = 0.01


class ReLUKernel(ActivationKernel):
    """h = max(y, 0), dy = dh where h > 0 and else 0."""

    def __init__(self) -> None:
        from torch import clamp_min

        from bnviz.torch_private import threshold_backward

        self.clamp_min, self.threshold_backward = clamp_min, threshold_backward

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return self.clamp_min(y, 0, out=out)

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        return self.threshold_backward(dh, h, 0, grad_input=dh)


class LeakyReLUKernel(ActivationKernel):
    """h = y where y > 0 and else 0.01·y, dy = dh where y > 0 and else 0.01·dh."""

    def __init__(self) -> None:
        from torch.nn.functional import leaky_relu

        from bnviz.torch_private import leaky_relu_backward

        self.leaky_relu, self.leaky_relu_backward = leaky_relu, leaky_relu_backward

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return self.leaky_relu(y, LEAKY_SLOPE)

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        return self.leaky_relu_backward(dh, y, LEAKY_SLOPE, False, grad_input=dh)


RELU = Activation("ReLU", math.sqrt(2), ReLUKernel, output_range=(0.0, 8.0), zero=True)
LEAKY_RELU = Activation("leaky ReLU", math.sqrt(2), LeakyReLUKernel)
