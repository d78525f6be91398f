"""`linear`: no activation at all, so that the whole network is one linear map."""

from typing import TYPE_CHECKING

from bnviz.activations.base import Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor


class LinearKernel(ActivationKernel):
    """h = y, dy = dh."""

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return y

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        return dh


LINEAR = Activation("linear (none)", 1.0, LinearKernel)
