"""`batch_frozen`: the statistics of the first mini-batch, kept forever, in evaluation too."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Norm, Units, as_channels
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Tensor


class BatchFrozenKernel(BatchKernel):
    """x̂ = (x − μ₀)/√(σ₀² + ε) with the buffers' constants: a well-chosen γx + β at the start, and no more."""

    uses: ClassVar[tuple[str, ...]] = ("eps",)

    def prepare(self, x: "Tensor", buffers: Buffers) -> None:
        """Store the mean and the biased variance of the first mini-batch."""
        assert buffers.running_mean is not None
        assert buffers.running_var is not None
        channels = as_channels(x)
        mean = channels.mean(-1, keepdim=True)
        buffers.running_mean.copy_(mean.view(-1))
        buffers.running_var.copy_((channels - mean).square().mean(-1).view(-1))

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        return self.fused.forward_fixed(x, units, buffers, self.eps)

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        return None


BATCH_FROZEN = Norm(
    label="batch norm, frozen",
    equation=r"y = \gamma\,\frac{x-\mu_{B_0}}{\sqrt{\sigma_{B_0}^2+\varepsilon}} + \beta",
    axes="each feature, over the examples of the first batch",
    paper="the question's γx + β, started where batch norm starts",
    color="#4D4D4D",
    color_dark="#BDBDBD",
    dash=(4, 4),
    explanation="Standardizes with the first batch's mean and variance forever: right at the start, stale later.",
    kernel=BatchFrozenKernel,
    over_batch=True,
    running=True,
)
