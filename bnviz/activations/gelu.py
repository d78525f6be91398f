"""`gelu`: the Gaussian error linear unit (Hendrycks & Gimpel 2016)."""

import math
from typing import TYPE_CHECKING

from bnviz.activations.base import Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor


class GELUKernel(ActivationKernel):
    """h = y·Φ(y), dy = dh·(Φ(y) + y·Φ'(y)), with Φ of the standard normal distribution and Φ' its density."""

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return _gaussian_cdf(y).mul_(y)

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        # Φ'(y) = exp(−y²/2)/√(2π)
        density = y.square().mul_(-0.5).exp_().mul_(1 / math.sqrt(2 * math.pi))
        return dh.mul_(density.mul_(y).add_(_gaussian_cdf(y)))


def _gaussian_cdf(y: "Tensor") -> "Tensor":
    """Φ(y) = (1 + erf(y/√2))/2."""
    return (y * math.sqrt(0.5)).erf_().add_(1).mul_(0.5)


GELU = Activation("GELU", math.sqrt(2), GELUKernel)
