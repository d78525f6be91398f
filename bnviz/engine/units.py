"""All hidden units of K runs in one order, so that what is done to each of them is one operation over everything."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor


class AllUnits(NamedTuple):
    """Layer, run and place in its layer of every hidden unit, each `[rows]`, ordered by layer, run and place.

    What is known of all units is `[rows]` or `[rows, …]` in this order.
    """

    layer: Tensor
    run: Tensor
    unit: Tensor

    @classmethod
    def of(cls, widths: Sequence[int], runs: int) -> Self:
        """The units of so many runs of networks with these widths."""
        layers = [
            torch.cartesian_prod(torch.tensor([index]), torch.arange(runs), torch.arange(width))
            for index, width in enumerate(widths)
        ]
        return cls(*torch.cat(layers).unbind(1))

    def of_runs(self, runs: slice) -> Tensor:
        """The rows of the units of these runs."""
        return ((self.run >= runs.start) & (self.run < runs.stop)).nonzero().squeeze(1)
