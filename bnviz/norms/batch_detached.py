"""`batch_detached`: batch norm that forgets in the backward pass that μ and σ depend on x."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Gradients, Norm, Units, as_channels
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Tensor


class BatchDetachedKernel(BatchKernel):
    """Forward as batch norm; backward dx = γ/√(σ² + ε)·dy, without the paths through μ and σ.

    A subclass may keep one of the paths: through μ it takes the mean from dx, through σ the part along x̂. (σ depends
    on x through μ too, but ∂σ/∂μ = 0, so that the two paths can be told apart.)
    """

    through_mean: ClassVar[bool] = False
    through_std: ClassVar[bool] = False

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        fixed = self.fused.backward_fixed(dy, units, saved)
        dx = as_channels(fixed.x)
        # dx − mean(dx) − x̂·mean(dx·x̂), of which each subclass keeps its terms
        if self.through_std:
            x_hat = as_channels(self.normalized(dy, saved))
            dx = dx - x_hat * (dx * x_hat).mean(-1, keepdim=True)
        if self.through_mean:
            dx = dx - dx.mean(-1, keepdim=True)
        return fixed._replace(x=dx.view_as(dy))


class MeanDetachedKernel(BatchDetachedKernel):
    """μ alone is taken for a constant: dx = γ/√(σ² + ε)·(dy − x̂·mean(dy·x̂))."""

    through_std = True


class StdDetachedKernel(BatchDetachedKernel):
    """σ alone is taken for a constant: dx = γ/√(σ² + ε)·(dy − mean(dy))."""

    through_mean = True


BATCH_DETACHED = Norm(
    label="batch norm, detached",
    equation=r"y = \gamma\,\frac{x-\mathrm{const}(\mu_B)}{\sqrt{\mathrm{const}(\sigma_B^2)+\varepsilon}} + \beta",
    axes="each feature, over the examples of the batch",
    paper="Ioffe & Szegedy 2015, section 2 (what goes wrong when the gradient ignores the statistics)",
    color="#8A5FBF",
    color_dark="#C9A6F5",
    dash=(8, 3, 2, 3),
    explanation="Uses the batch's mean and variance in the forward pass but takes them for constants in the gradient.",
    kernel=BatchDetachedKernel,
    over_batch=True,
    running=True,
    scale_invariant=True,
)
