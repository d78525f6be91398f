"""`batch` and `standardize`: batch normalization (Ioffe & Szegedy 2015), with and without γ and β."""

from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Kernel, Norm, Standardization, Units

if TYPE_CHECKING:
    from torch import Tensor


class BatchKernel(Kernel):
    """μ and the biased σ² of each feature over the batch, inside the gradient.

    Forward  x̂ = (x − μ)/√(σ² + ε), y = γ·x̂ + β (algorithm 1).
    Backward dx = γ/√(σ² + ε) · (dy − mean(dy) − x̂·mean(dy·x̂)): the terms that are subtracted are the paths through
    μ and σ. Both run on PyTorch's fused kernels; `batch_open` has them step by step, beside their equations.
    Running statistics: new = (1 − momentum)·old + momentum·batch, with the unbiased variance.
    """

    uses: ClassVar[tuple[str, ...]] = ("eps", "norm_momentum")

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        import bnviz.norms.fused as fused

        self.fused = fused
        self.eps = settings["eps"]

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        if training:
            return self.fused.forward(x, units, self.eps)
        return self.fused.forward_fixed(x, units, buffers, self.eps)

    def folded(self, units: Units, buffers: Buffers) -> "tuple[Tensor, Tensor]":
        assert buffers.running_mean is not None
        assert buffers.running_var is not None
        # γ·(x − μ)/√(σ² + ε) + β = a·x + (β − a·μ)
        factor = (buffers.running_var + self.eps).rsqrt_().mul_(units.gamma_flat)
        return factor, units.beta_flat - factor * buffers.running_mean

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        return saved[1], saved[2]

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return self.fused.normalized(saved)

    def standardization(self, saved: Any) -> Standardization:
        return Standardization(saved[1], saved[2])

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        return self.fused.backward(dy, units, saved, self.eps)


BATCH = Norm(
    label="batch norm",
    equation=r"y = \gamma\,\frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}} + \beta",
    axes="each feature, over the examples of the batch",
    paper="Ioffe & Szegedy 2015, algorithm 1",
    color="#0072B2",
    color_dark="#62BDF0",
    dash=(),
    explanation="Standardizes each feature with the mean and variance of the batch, then scales by γ and shifts by β; "
    "the gradient flows through the mean and the variance too.",
    kernel=BatchKernel,
    over_batch=True,
    running=True,
    scale_invariant=True,
)
STANDARDIZE = Norm(
    label="standardize only",
    equation=r"y = \frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}}",
    axes="each feature, over the examples of the batch",
    paper="Ioffe & Szegedy 2015, section 3, without γ and β",
    color="#5B5BD6",
    color_dark="#A5A5FF",
    dash=(2, 3),
    explanation="Batch norm without γ and β: every feature keeps mean 0 and variance 1.",
    kernel=BatchKernel,
    trains=(),
    over_batch=True,
    running=True,
    scale_invariant=True,
)
