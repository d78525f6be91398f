"""`group`: group normalization (Wu & He 2018), one mean and variance for each group of features of an example."""

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
    scale_and_shift_,
)
from bnviz.norms.moments import standardize, standardize_, standardize_backward

if TYPE_CHECKING:
    from torch import Tensor


class GroupKernel(Kernel):
    """Layer norm within each of G groups of C/G neighboring features. One group is layer norm."""

    uses = ("eps", "groups")

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        grouped = self._split(x)
        x_hat, inverse_std = standardize(grouped, _dims(grouped), self.settings["eps"])
        x_hat = x_hat.view_as(x)
        return scale_and_shift(x_hat, units), (x_hat, inverse_std)

    def evaluate(self, x: "Tensor", units: Units, buffers: Buffers) -> None:
        grouped = self._split(x)
        standardize_(grouped, _dims(grouped), self.settings["eps"])
        scale_and_shift_(x, units)

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[0]

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        x_hat, inverse_std = saved
        dx_hat = self._split(scale(dy, units))
        dx = standardize_backward(dx_hat, self._split(x_hat), inverse_std, _dims(dx_hat))
        return Gradients(dx.view_as(dy), *affine_gradients(dy, x_hat))

    def _split(self, x: "Tensor") -> "Tensor":
        """`[K, C, B, …]` as `[K, G, C/G, B, …]`."""
        return x.unflatten(1, (self.settings["groups"], -1))


def _dims(grouped: "Tensor") -> tuple[int, ...]:
    return (2,) if grouped.dim() == 4 else (2, 4)


GROUP = Norm(
    label="group norm",
    equation=r"y = \gamma\,\frac{x-\mu_{n,g}}{\sqrt{\sigma_{n,g}^2+\varepsilon}} + \beta",
    axes="each example, over the features of each group",
    paper="Wu & He 2018, section 3",
    color="#8C6D1F",
    color_dark="#D9BC6A",
    dash=(5, 2, 1, 2),
    explanation="Standardizes each example within groups of features; between layer norm and one group per feature.",
    kernel=GroupKernel,
    scale_invariant=True,
)
