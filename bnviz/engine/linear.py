"""The linear maps of a network, a class for each kind of layer: z = W·h and its two gradients.

Parameters, network, programs and recorder ask a map for what depends on its kind, so a second kind is a second class
here and a case in :func:`linear_maps`. Norms and activations take `[K, C, B]` and `[K, C, B, P]` alike.
"""

from copy import copy
from itertools import pairwise
from typing import Self

import torch
from torch import Tensor

from bnviz.engine.products import Product, choose_product, slabs
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

    def folding(self, runs: int, dtype: torch.dtype) -> "FoldedMap":
        """Room for this map of so many runs, times a factor a unit and with a shift, for evaluation."""
        raise NotImplementedError


class FoldedMap:
    """y = a·(W·h) + b as one product with a·W, for K runs; the bits do not depend on K.

    The number of examples is a multiple of `products.ALIGNED`.
    """

    def fold(self, weight: Tensor, factor: Tensor | None, shift: Tensor) -> None:
        """Take W `[K, *shape]`, a (None: 1) and b, each `[K, units]`, as they are now."""
        raise NotImplementedError

    def enter(self, x: Tensor) -> Tensor:
        """The examples x `[B, features]` as h of the first layer, without an axis of runs."""
        raise NotImplementedError

    def values(self, examples: int) -> int:
        """How many values y has a run."""
        raise NotImplementedError

    def forward(self, h: Tensor, runs: slice, room: Tensor) -> Tensor:
        """y of these runs, in the first values of the flat `room`. h has their axis, or is what `enter` gave."""
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

    def folding(self, runs: int, dtype: torch.dtype) -> "FoldedDense":
        outputs, inputs = self.shape
        return FoldedDense(slabs(runs, outputs, inputs, dtype))


class FoldedDense(FoldedMap):
    """h `[K, in, B]` or `[in, B]`, y `[K, out, B]`."""

    shift: Tensor  # [K, out, 1]

    def __init__(self, weight: Tensor):
        self.weight = weight  # [K, out, in], each run's aligned

    def fold(self, weight: Tensor, factor: Tensor | None, shift: Tensor) -> None:
        if factor is None:
            self.weight.copy_(weight)
        else:
            torch.mul(weight, factor.unsqueeze(-1), out=self.weight)
        self.shift = shift.unsqueeze(-1)

    def enter(self, x: Tensor) -> Tensor:
        return x.t().contiguous()

    def values(self, examples: int) -> int:
        return self.weight.shape[1] * examples

    def forward(self, h: Tensor, runs: slice, room: Tensor) -> Tensor:
        weight, examples = self.weight[runs], h.shape[-1]
        shape = (weight.shape[0], weight.shape[1], examples)
        out = room[: shape[0] * self.values(examples)].view(shape)
        inputs = h if h.dim() == 3 else h.expand(shape[0], *h.shape)
        return torch.baddbmm(self.shift[runs], weight, inputs, out=out)


def linear_maps(experiment: Experiment) -> list[LinearMap]:
    """The maps of the hidden layers, from the input on, and then that of the output layer."""
    return [Dense(inputs, outputs) for inputs, outputs in pairwise(experiment.sizes)]
