"""`center`: subtract the batch mean and leave the spread alone (mean-only batch norm, Salimans & Kingma 2016)."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Units,
    affine_gradients,
    as_channels,
    scale,
    scale_and_shift,
)
from bnviz.norms.running import update_running

if TYPE_CHECKING:
    from torch import Tensor


class CenterKernel(Kernel):
    """y = γ·(x − μ) + β, with μ over the batch and inside the gradient: dx = γ·(dy − mean(dy))."""

    uses = ("norm_momentum",)

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        channels = as_channels(x)
        mean = buffers.running_mean
        if training:
            mean = channels.mean(-1).view(-1)
            update_running(channels, mean, buffers, self.settings["norm_momentum"])
        assert mean is not None
        centered = (channels - mean.unsqueeze(-1)).view(x.shape)
        return scale_and_shift(centered, units), (centered, training)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[0]

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        centered, training = saved
        dx = scale(dy, units)
        if training:
            dx = dx - dx.flatten(2).mean(-1).view(*dx.shape[:2], *(1,) * (dx.dim() - 2))
        return Gradients(dx, *affine_gradients(dy, centered))


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
