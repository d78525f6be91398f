"""`tanh`: the hyperbolic tangent."""

from typing import TYPE_CHECKING

from bnviz.activations.base import NARROW, Activation, ActivationKernel

if TYPE_CHECKING:
    from torch import Tensor


class TanhKernel(ActivationKernel):
    """h = tanh(y), dy = dh·(1 − h²)."""

    def __init__(self) -> None:
        from torch import tanh

        from bnviz.torch_private import tanh_backward

        self.tanh, self.tanh_backward = tanh, tanh_backward

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        return self.tanh(y, out=out)

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        return self.tanh_backward(dh, h, grad_input=dh)


TANH = Activation("tanh", 1.0, TanhKernel, output_range=(-1.0, 1.0), bounded=True, input_range=NARROW)
