"""`none` and `affine`: no statistics at all, y = γ·x + β with γ fixed at 1 or trained."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Standardization,
    Units,
    affine_gradients,
    scale,
    scale_and_shift,
)

if TYPE_CHECKING:
    from torch import Tensor


class AffineKernel(Kernel):
    """y = γ·x + β. With a rate of 0 for γ this is a plain layer with a bias."""

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        return scale_and_shift(x, units), x

    def folded(self, units: Units, buffers: Buffers) -> "tuple[Tensor, Tensor]":
        return units.gamma_flat, units.beta_flat

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return x

    def standardization(self, saved: Any) -> Standardization:
        return Standardization()

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        return Gradients(scale(dy, units), *affine_gradients(dy, saved))


NONE = Norm(
    label="plain",
    equation=r"y = x + \beta",
    axes="nothing shares a mean",
    paper="a linear layer with its bias",
    color="#D55E00",
    color_dark="#FF8F4D",
    dash=(20, 4),
    explanation="No normalization: the layer adds its bias β and nothing else.",
    kernel=AffineKernel,
    trains=("beta",),
)
AFFINE = Norm(
    label="γx + β",
    equation=r"y = \gamma x + \beta",
    axes="nothing shares a mean",
    paper="the question's alternative to batch norm",
    color="#A87400",
    color_dark="#F2C14E",
    dash=(10, 4),
    explanation="The question's alternative: a learned scale γ and shift β, without standardizing first.",
    kernel=AffineKernel,
)
