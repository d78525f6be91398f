"""`weight`: weight normalization (Salimans & Kingma 2016), which normalizes weights and not activations."""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import (
    Buffers,
    Gradients,
    Kernel,
    Norm,
    Standardization,
    Units,
    affine_gradients,
    per_unit,
    scale_and_shift,
)

if TYPE_CHECKING:
    from torch import Tensor


class WeightKernel(Kernel):
    """y = g·(v·h)/‖v‖ + β: x = v·h comes in, the length ‖v‖ is divided out, and γ plays the role of g.

    An exception among the kernels, because its statistic belongs to the weights: the gradient of v has a second
    path, through ‖v‖, and loses by it its component along v (equation 3). There is no ε.
    """

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        if buffers.weight is None:
            raise ValueError(
                "norm = 'weight': it normalizes the weights of a layer, not its activations, so there is nothing "
                "to apply it to here; train a network with Run(norm='weight') instead."
            )
        inverse_length = buffers.weight.square().sum(-1).rsqrt_()
        x_hat = x * per_unit(inverse_length, x)
        return scale_and_shift(x_hat, units), (x_hat, inverse_length)

    def folded(self, units: Units, buffers: Buffers) -> "tuple[Tensor, Tensor]":
        assert buffers.weight is not None
        return buffers.weight.square().sum(-1).rsqrt_().view(-1) * units.gamma_flat, units.beta_flat

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return saved[0]

    def standardization(self, saved: Any) -> Standardization:
        return Standardization(scale=saved[1].view(-1))

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        x_hat, inverse_length = saved
        gradients = affine_gradients(dy, x_hat)
        return Gradients(dy * per_unit(units.gamma * inverse_length, dy), *gradients)

    def add_weight_gradient(self, dweight: "Tensor", weight: "Tensor", saved: Any) -> None:
        """dv −= v·(v·dv)/‖v‖²: what is left is orthogonal to v."""
        _, inverse_length = saved
        direction = weight * inverse_length.unsqueeze(-1)
        dweight.sub_(direction * (direction * dweight).sum(-1, keepdim=True))


WEIGHT = Norm(
    label="weight norm",
    equation=r"y = \gamma\,\frac{v^{\top} h}{\lVert v\rVert} + \beta",
    axes="each unit's incoming weights",
    paper="Salimans & Kingma 2016, equations 2 and 3",
    color="#B8478F",
    color_dark="#F29AD0",
    dash=(6, 2, 2, 2),
    explanation="Splits each unit's weights into a length γ and a direction v/‖v‖; looks at no activation.",
    kernel=WeightKernel,
    scale_invariant=True,
)
