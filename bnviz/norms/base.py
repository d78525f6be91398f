"""What a normalization is: a record for the reader and a kernel for the engine.

torch is imported inside functions throughout `bnviz.norms`, so that charts, pages and a server's first
script run can read the registry without the seconds that loading torch costs.

Shapes: K runs, C features, B examples, P positions. Activations are feature-major, `[K, C, B]` or
`[K, C, B, P]`; gamma, beta and running buffers are `[K, C]`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from torch import Generator, Tensor


@dataclass(frozen=True)
class Norm:
    """A normalization as the reader meets it, and the class that computes it.

    label        name on screen
    equation     LaTeX
    axes         what shares one mean and variance, in words
    paper        source
    color, color_dark   on a light and on a dark background
    dash         canvas and Vega dash pattern, pixels; empty for a solid line
    explanation  one or two sentences
    kernel       forward and backward pass
    trains       which of "gamma", "beta" are trained
    over_batch   statistics are taken over the examples of the batch (so one example is too few)
    running      keeps running statistics for evaluation
    scale_invariant   multiplying a unit's, or the layer's, incoming weights changes nothing (ε aside)
    """

    label: str
    equation: str
    axes: str
    paper: str
    color: str
    color_dark: str
    dash: tuple[int, ...]
    explanation: str
    kernel: "type[Kernel]"
    trains: tuple[str, ...] = ("gamma", "beta")
    over_batch: bool = False
    running: bool = False
    scale_invariant: bool = False


class Standardization(NamedTuple):
    """x̂ = (x − center)·scale + offset, each `[K·C]`; None means 0, 1 and 0."""

    center: "Tensor | None" = None
    scale: "Tensor | None" = None
    offset: "Tensor | None" = None


class Gradients(NamedTuple):
    """∂L/∂x of the shape of x, ∂L/∂γ and ∂L/∂β `[K·C]`; ∂L/∂α `[K]` where there is an α."""

    x: "Tensor"
    gamma: "Tensor"
    beta: "Tensor"
    alpha: "Tensor | None" = None


class Units:
    """γ and β of K runs, `[K, C]`, with the views that kernels want of them, made once."""

    def __init__(self, gamma: "Tensor", beta: "Tensor"):
        self.gamma, self.beta, self.channels = gamma, beta, gamma.numel()
        self.gamma_flat, self.beta_flat = gamma.reshape(-1), beta.reshape(-1)
        self.gamma_column, self.beta_column = self.gamma_flat.unsqueeze(-1), self.beta_flat.unsqueeze(-1)


@dataclass
class Buffers:
    """What a kernel may use besides x, γ and β. All tensors hold the kernel's own K runs."""

    running_mean: "Tensor | None" = None  # [K·C]
    running_var: "Tensor | None" = None  # [K·C], unbiased
    alpha: "Tensor | None" = None  # [K]
    weight: "Tensor | None" = None  # [K, C, inputs]
    generators: "Sequence[Generator | None]" = ()  # one a run


class Kernel:
    """Forward and backward pass of one normalization for runs with equal settings.

    `uses` names the fields of `Run` that the kernel reads; runs that agree on them share one call. `after_affine` says
    that something follows γ·x̂ + β in training.
    Subclasses see x as `[K, C, B]` or `[K, C, B, P]`.
    """

    uses: ClassVar[tuple[str, ...]] = ()
    after_affine: ClassVar[bool] = False

    def __init__(self, **settings: Any):
        self.settings = settings

    def prepare(self, x: "Tensor", buffers: Buffers) -> None:
        """See the very first mini-batch before training starts. Only frozen statistics need this."""

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        """y of the shape of x, and what the backward pass needs. Changes no running statistics."""
        raise NotImplementedError

    def folded(self, units: Units, buffers: Buffers) -> "tuple[Tensor, Tensor] | None":
        """a and b `[K·C]` with y = a·x + b in evaluation; None where y is no such function of each unit alone.

        Kernels that read no weights are asked for the units of all layers at once.
        """
        return None

    def evaluate(self, x: "Tensor", units: Units, buffers: Buffers) -> None:
        """Put y of evaluation in the place of x. Only kernels that are not `folded` are asked."""
        x.copy_(self.forward(x, units, buffers, training=False)[0])

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        """μ and 1/√(σ² + ε) of the batch, `[K·C]`, for the running statistics; None if there are none to keep."""
        return None

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        """x̂: what γ and β act on."""
        raise NotImplementedError

    def standardization(self, saved: Any) -> Standardization:
        """x̂ as a function of x; only of kernels where it is one of each unit alone, which others leave undefined."""
        raise NotImplementedError

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        """The gradients, given ∂L/∂y."""
        raise NotImplementedError

    def add_weight_gradient(self, dweight: "Tensor", weight: "Tensor", saved: Any) -> None:
        """Add to ∂L/∂W, in place, what flows through the weights by other ways than x. Only weight norm has it."""


def as_channels(x: "Tensor") -> "Tensor":
    """`[K, C, B]` or `[K, C, B, P]` as `[1, K·C, B·P]`: K runs of C features are K·C channels of one input."""
    return x.reshape(1, -1, x.shape[2] if x.dim() == 3 else x.shape[2] * x.shape[3])


def per_unit(values: "Tensor", x: "Tensor") -> "Tensor":
    """View `[K, C]` so that it broadcasts over the examples (and positions) of x."""
    return values.view(*values.shape, *(1,) * (x.dim() - 2))


def scale_and_shift(x_hat: "Tensor", units: Units) -> "Tensor":
    """y = γ·x̂ + β."""
    return (as_channels(x_hat) * units.gamma_column).add_(units.beta_column).view_as(x_hat)


def scale_and_shift_(x_hat: "Tensor", units: Units) -> None:
    """The same in the place of x̂."""
    as_channels(x_hat).mul_(units.gamma_column).add_(units.beta_column)


def scale(dy: "Tensor", units: Units) -> "Tensor":
    """∂L/∂x̂ = γ·dy."""
    return (as_channels(dy) * units.gamma_column).view_as(dy)


def affine_gradients(dy: "Tensor", x_hat: "Tensor") -> "tuple[Tensor, Tensor]":
    """∂L/∂γ = Σ dy·x̂ and ∂L/∂β = Σ dy, `[K·C]`, sums over examples and positions."""
    dy = as_channels(dy)
    return (dy * as_channels(x_hat)).sum(-1).view(-1), dy.sum(-1).view(-1)
