"""`batch_renorm`: batch norm corrected toward the running statistics (Ioffe 2017)."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Norm, Standardization, Units, as_channels
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Tensor


class BatchRenormKernel(BatchKernel):
    """x̂ = (x − μ_B)/s_B·r + d with r = s_B/s clipped to [1/rmax, rmax] and d = (μ_B − μ)/s to ±dmax.

    s = √(running variance + ε), s_B = √(batch variance + ε); r and d are constants in the gradient (Ioffe 2017,
    algorithm 1). Unclipped, x̂ is what evaluation would compute. There is no warm-up of rmax and dmax here, and the
    running variance is PyTorch's unbiased one (the paper averages the standard deviation).

    Since γ·(r·x̂_B + d) + β = (γr)·x̂_B + (γd + β), this is batch norm with another scale and shift.
    """

    uses: ClassVar[tuple[str, ...]] = ("eps", "norm_momentum", "rmax", "dmax")

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        if not training:
            return super().forward(x, units, buffers, training)
        assert buffers.running_mean is not None
        assert buffers.running_var is not None
        rmax, dmax = self.settings["rmax"], self.settings["dmax"]
        channels = as_channels(x)
        mean = channels.mean(-1, keepdim=True)
        std = (channels - mean).square().mean(-1).add_(self.eps).sqrt_().view(-1)
        running_std = (buffers.running_var + self.eps).sqrt()
        r = (std / running_std).clamp(1 / rmax, rmax)
        d = ((mean.view(-1) - buffers.running_mean) / running_std).clamp(-dmax, dmax)
        corrected = Units(units.gamma_flat * r, units.gamma_flat * d + units.beta_flat)
        y, saved = self.fused.forward(x, corrected, self.eps)
        return y, (saved, corrected, r, d)

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        return super().batch_statistics(saved[0])

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        if not isinstance(saved[0], tuple):
            return super().normalized(x, saved)
        inner, _, r, d = saved
        channels = as_channels(super().normalized(x, inner))
        return (channels * r.unsqueeze(-1) + d.unsqueeze(-1)).view_as(x)

    def standardization(self, saved: Any) -> Standardization:
        if not isinstance(saved[0], tuple):
            return super().standardization(saved)
        (_, mean, inverse_std, _), _, r, d = saved
        return Standardization(mean, inverse_std * r, d)

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        if not isinstance(saved[0], tuple):
            return super().backward(dy, units, saved)
        inner_saved, corrected, r, d = saved
        inner = super().backward(dy, corrected, inner_saved)
        return Gradients(inner.x, r * inner.gamma + d * inner.beta, inner.beta)


BATCH_RENORM = Norm(
    label="batch renorm",
    equation=r"y = \gamma\left(\frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}}\,r + d\right) + \beta",
    axes="each feature, over the examples of the batch, corrected to the running statistics",
    paper="Ioffe 2017, algorithm 1",
    color="#1F9BB6",
    color_dark="#5FD4EE",
    dash=(12, 3, 3, 3),
    explanation="Batch norm whose output is corrected by r and d, so that training sees what evaluation will compute.",
    kernel=BatchRenormKernel,
    over_batch=True,
    running=True,
)
