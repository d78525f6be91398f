"""`silu`: the sigmoid linear unit, also called swish (Elfwing et al. 2018; Ramachandran et al. 2017)."""

import math
from typing import TYPE_CHECKING

from bnviz.activations.base import Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor


class SiLUKernel(ActivationKernel):
    """h = y·s, dy = dh·s·(1 + y·(1 − s)), with s = sigmoid(y)."""

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return _sigmoid(y).mul_(y)

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        s = _sigmoid(y)
        # s·(1 + y·(1 − s)) = s + y·s·(1 − s) = s + h·(1 − s)
        return dh.mul_((1 - s).mul_(h).add_(s))


def _sigmoid(y: "Tensor") -> "Tensor":
    """1/(1 + exp(−y))."""
    return y.neg().exp_().add_(1).reciprocal_()


SILU = Activation("SiLU", math.sqrt(2), SiLUKernel)
