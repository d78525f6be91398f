"""Some examples in the plane of a layer's two principal directions, which turns with the plane of the record before.

An exact decomposition of every layer at every record would cost more than the training. Directions that have been found
once are improved at each record by a few steps of subspace iteration, all layers of all runs at a time.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from bnviz.engine.products import ALIGNED, multiply, slabs

DIRECTIONS = 4
"""Directions that are followed. The plane is the best one in their space: it converges faster than two alone would."""

FIRST, NEXT = 30, 2
"""Steps of the iteration at the first record, and at each one after it."""


class Planes:
    """The planes of K runs' L layers, and where E examples lie in them.

    seen   what each layer puts out for the examples, `[K, C, E]` a layer; to be filled before :meth:`follow`
    """

    def __init__(self, runs: int, widths: Sequence[int], examples: int, dtype: torch.dtype):
        depth, width = len(widths), -(-max(widths) // ALIGNED) * ALIGNED
        # The units that a narrower layer lacks put out 0.
        self.outputs = slabs(runs * depth, width, examples, dtype).zero_()
        by_layer = self.outputs.unflatten(0, (runs, depth))
        self.seen = [by_layer[:, layer, :units] for layer, units in enumerate(widths)]
        start = torch.randn(DIRECTIONS, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
        self.directions = start.to(dtype).expand(runs * depth, -1, -1)
        self.steps = FIRST
        self.before = self.outputs.new_zeros(runs * depth, 2, examples)
        self.shape = (runs, depth, 2, examples)

    def follow(self) -> Tensor:
        """The examples' places `[K, L, E, 2]` in the present planes: float32, NaN where an output is not finite.

        They are centered, and turned or turned over so that they lie as near as can be to where they lay before.
        """
        h = self.outputs - self.outputs.mean(-1, keepdim=True)
        size = h.amax((1, 2), keepdim=True)  # centered, so that 0 is none but that of a point
        finite = size.isfinite()
        # What follows a point, or what nothing is known of, follows what was there before it.
        there = finite & (size > 0)
        # Places of about one size, so that no square leaves the range of numbers.
        scale = torch.where(there, 1 / size, 0.0)
        directions = self.directions
        for _ in range(self.steps):
            # V ← the orthonormal basis of V·h·hᵀ; directions are rows `[…, C]`, places are rows `[…, E]`
            grown = multiply(multiply(directions, h).mul_(scale), h.mT)
            directions = torch.linalg.qr(grown.mT).Q.mT
        directions = torch.where(there, directions, self.directions)
        places = multiply(directions, h).mul_(scale).nan_to_num_(0.0, 0.0, 0.0)
        # The best plane in the space of these directions; the axis of largest variance comes first.
        axes = torch.linalg.eigh(multiply(places, places.mT)).eigenvectors
        places = multiply(axes.mT, places)[:, DIRECTIONS - 2 :].flip(1)
        if self.steps == NEXT:
            # Orthogonal Procrustes: of all Q, Q·places is nearest to what was before where Q = U·Vᵀ and
            # U·S·Vᵀ = before·placesᵀ.
            u, _, vt = torch.linalg.svd(torch.bmm(self.before, places.mT))
            places = torch.bmm(torch.bmm(u, vt), places)
        self.steps = NEXT
        self.directions = directions
        self.before = torch.where(there, places, self.before)
        return torch.where(finite, places * size, torch.nan).float().view(self.shape).mT
