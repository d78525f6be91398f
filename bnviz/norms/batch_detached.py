"""`batch_detached`: batch norm that forgets in the backward pass that μ and σ depend on x."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import Gradients, Norm, Units
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Tensor


class BatchDetachedKernel(BatchKernel):
    """Forward as batch norm; backward dx = γ/√(σ² + ε)·dy, without the paths through μ and σ."""

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        return self.fused.backward_fixed(dy, units, saved)


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
