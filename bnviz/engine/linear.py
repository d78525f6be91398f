"""The linear maps of a network, a class for each kind of layer: z = W·h and its two gradients.

Parameters, network, programs and recorder ask a map for what depends on its kind, so a second kind is a second class
here and a case in :func:`linear_maps`. Norms and activations take `[K, C, B]` and `[K, C, B, P]` alike.
"""

from copy import copy
from itertools import pairwise
from typing import Self

from torch import Tensor

from bnviz.engine.products import Product, choose_product
from bnviz.experiment import Experiment


class LinearMap:
    """One layer's map for K runs, and once bound, its weights and their gradients.

    shape    of one run's weight: its units first, then what each of them sums over
    values   values of a unit for each example: 1, or the number of positions. It is the same in all hidden layers of a
             network, whose statistics and histograms are taken together.
    """

    shape: tuple[int, ...]
    values: int = 1
    weight: Tensor
    gradient: Tensor

    @property
    def units(self) -> int:
        """How many outputs have a γ and a β of their own."""
        return self.shape[0]

    def bind(self, weight: Tensor, gradient: Tensor, examples: int) -> Self:
        """This map with W and ∂L/∂W `[K, *shape]`, which stay where they are, for passes of so many examples."""
        bound = copy(self)
        bound.weight, bound.gradient = weight, gradient
        return bound

    def enter(self, x: Tensor) -> Tensor:
        """The examples x `[B, features]`, shared by all runs, as h of the first layer."""
        raise NotImplementedError

    def forward(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        """z = W·h, into `out` where given."""
        raise NotImplementedError

    def input_gradient(self, dz: Tensor) -> Tensor:
        """∂L/∂h, of the shape of h."""
        raise NotImplementedError

    def weight_gradient(self, dz: Tensor, h: Tensor) -> None:
        """Put ∂L/∂W where `bind` was told."""
        raise NotImplementedError


class Dense(LinearMap):
    """Every unit sums over all inputs: h `[K, in, B]`, W `[K, out, in]`, z `[K, out, B]`."""

    multiply: Product
    transposed: Tensor

    def __init__(self, inputs: int, outputs: int):
        self.shape = (outputs, inputs)

    def bind(self, weight: Tensor, gradient: Tensor, examples: int) -> Self:
        bound = super().bind(weight, gradient, examples)
        outputs, inputs = self.shape
        # The three matrices of each of the three products.
        bound.multiply = choose_product((outputs * inputs, inputs * examples, outputs * examples), examples)
        bound.transposed = weight.transpose(1, 2)
        return bound

    def enter(self, x: Tensor) -> Tensor:
        return x.t().expand(self.weight.shape[0], x.shape[1], x.shape[0])

    def forward(self, h: Tensor, out: Tensor | None = None) -> Tensor:
        return self.multiply(self.weight, h, out=out)

    def input_gradient(self, dz: Tensor) -> Tensor:
        # ∂L/∂h = Wᵀ·dz
        return self.multiply(self.transposed, dz)

    def weight_gradient(self, dz: Tensor, h: Tensor) -> None:
        # ∂L/∂W = dz·hᵀ
        self.multiply(dz, h.mT, out=self.gradient)


def linear_maps(experiment: Experiment) -> list[LinearMap]:
    """The maps of the hidden layers, from the input on, and then that of the output layer."""
    return [Dense(inputs, outputs) for inputs, outputs in pairwise(experiment.sizes)]
