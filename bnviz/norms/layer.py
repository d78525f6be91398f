"""`layer`: layer normalization (Ba et al. 2016), one mean and variance for each example."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Units,
    affine_gradients,
    scale,
    scale_and_shift,
    scale_and_shift_,
)
from bnviz.norms.moments import standardize, standardize_, standardize_backward

if TYPE_CHECKING:
    from torch import Tensor


class LayerKernel(Kernel):
    """x̂ = (x − μ)/√(σ² + ε) with μ, σ² over the features (and positions) of each example; γ, β per feature."""

    uses = ("eps",)
    center: ClassVar[bool] = True

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        x_hat, inverse_std = standardize(x, _dims(x), self.settings["eps"], center=self.center)
        return scale_and_shift(x_hat, units), (x_hat, inverse_std)

    def evaluate(self, x: "Tensor", units: Units, buffers: Buffers) -> None:
        standardize_(x, _dims(x), self.settings["eps"], center=self.center)
        scale_and_shift_(x, units)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[0]

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        x_hat, inverse_std = saved
        dx_hat = scale(dy, units)
        dx = standardize_backward(dx_hat, x_hat, inverse_std, _dims(dy), center=self.center)
        return Gradients(dx, *affine_gradients(dy, x_hat))


def _dims(x: "Tensor") -> tuple[int, ...]:
    return (1,) if x.dim() == 3 else (1, 3)


LAYER = Norm(
    label="layer norm",
    equation=r"y = \gamma\,\frac{x-\mu_n}{\sqrt{\sigma_n^2+\varepsilon}} + \beta",
    axes="each example, over its features",
    paper="Ba, Kiros & Hinton 2016, equation 3",
    color="#00805E",
    color_dark="#3FD0A4",
    dash=(9, 3),
    explanation="Standardizes each example over its own features; no batch, so training and evaluation agree.",
    kernel=LayerKernel,
    scale_invariant=True,
)
