"""`center`: subtract the batch mean and leave the spread alone (mean-only batch norm, Salimans & Kingma 2016)."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Standardization,
    Units,
    affine_gradients,
    as_channels,
    scale,
    scale_and_shift,
)

if TYPE_CHECKING:
    from torch import Tensor


class CenterKernel(Kernel):
    """y = γ·(x − μ) + β, with μ over the batch and inside the gradient: dx = γ·(dy − mean(dy))."""

    uses = ("norm_momentum",)

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        channels = as_channels(x)
        if training:
            mean = channels.mean(-1)
        else:
            assert buffers.running_mean is not None
            mean = buffers.running_mean.unsqueeze(0)
        centered = channels - mean.unsqueeze(-1)
        return scale_and_shift(centered, units).view_as(x), (centered, mean, training)

    def folded(self, units: Units, buffers: Buffers) -> "tuple[Tensor, Tensor]":
        assert buffers.running_mean is not None
        return units.gamma_flat, units.beta_flat - units.gamma_flat * buffers.running_mean

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        centered, mean, _ = saved
        return mean.view(-1), centered.square().mean(-1).rsqrt_().view(-1)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[0].view_as(x)

    def standardization(self, saved: Any) -> Standardization:
        return Standardization(saved[1].view(-1))

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        centered, _, training = saved
        dx = as_channels(scale(dy, units))
        if training:
            dx = dx - dx.mean(-1, keepdim=True)
        return Gradients(dx.view_as(dy), *affine_gradients(dy, centered))


CENTER = Norm(
    label="center only",
    equation=r"y = \gamma\,(x-\mu_B) + \beta",
    axes="each feature, over the examples of the batch",
    paper="Salimans & Kingma 2016, section 4 (mean-only batch norm)",
    color="#3A7D8C",
    color_dark="#7FC8D6",
    dash=(6, 3),
    explanation="Subtracts the batch mean and leaves the spread to γ and the weights.",
    kernel=CenterKernel,
    over_batch=True,
    running=True,
)
