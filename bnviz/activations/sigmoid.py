"""`sigmoid`: the logistic function."""

from typing import TYPE_CHECKING

from bnviz.activations.base import NARROW, Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor

WHOLE_VECTORS = 64
"""A multiple of the elements that one turn of a vectorized loop takes, for either type."""


class SigmoidKernel(ActivationKernel):
    """h = 1/(1 + exp(−y)), dy = dh·h·(1 − h).

    Where each run fills whole vectors there are no last elements, and it is one call.
    """

    def __init__(self) -> None:
        from torch import neg, sigmoid

        from bnviz.torch_private import sigmoid_backward

        self.neg, self.sigmoid, self.sigmoid_backward = neg, sigmoid, sigmoid_backward

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        if y.numel() // y.shape[0] % WHOLE_VECTORS == 0:
            return self.sigmoid(y, out=out)
        return self.neg(y, out=out).exp_().add_(1).reciprocal_()

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        return self.sigmoid_backward(dh, h, grad_input=dh)


SIGMOID = Activation("sigmoid", 1.0, SigmoidKernel, output_range=(0.0, 1.0), bounded=True, input_range=NARROW)
