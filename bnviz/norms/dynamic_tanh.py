"""`dynamic_tanh`: a squashing function in place of a normalization (Zhu et al. 2025)."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Units,
    affine_gradients,
    scale,
    scale_and_shift,
)

if TYPE_CHECKING:
    from torch import Tensor


class DynamicTanhKernel(Kernel):
    """y = γ·tanh(α·x) + β, with one trained α a layer. It takes no statistics, hence no axes."""

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        assert buffers.alpha is not None
        alpha = buffers.alpha.view(-1, *(1,) * (x.dim() - 1))
        x_hat = (alpha * x).tanh_()
        return scale_and_shift(x_hat, units), (x, x_hat, alpha)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[1]

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        x, x_hat, alpha = saved
        # d tanh(u)/du = 1 − tanh(u)²
        du = scale(dy, units) * (1 - x_hat.square())
        return Gradients(alpha * du, *affine_gradients(dy, x_hat), (du * x).flatten(1).sum(-1))


DYNAMIC_TANH = Norm(
    label="dynamic tanh",
    equation=r"y = \gamma\,\tanh(\alpha x) + \beta",
    axes="nothing shares a mean",
    paper="Zhu, Chen, He, LeCun & Liu 2025, section 4",
    color="#A3354F",
    color_dark="#FF8FA3",
    dash=(1, 3),
    explanation="Squashes with tanh at a learned slope α instead of standardizing.",
    kernel=DynamicTanhKernel,
)
