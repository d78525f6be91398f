"""Networks in evaluation mode on fixed examples, with every normalization that allows it folded into its layer.

Where y = a·z + b unit by unit, φ(y) of a layer is one product, with a·W, and φ in its place: the same function as
`Network.forward` computes, in other roundings. Other normalizations follow the product.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from bnviz.engine.network import Group, Network, Part, normalizes_weights
from bnviz.engine.products import ALIGNED
from bnviz.norms import Buffers, Kernel
from bnviz.norms.base import Units

MOST_EXAMPLES = 384
"""Examples that pass through the layers at a time. Fixed, as the roundings of a product may depend on it."""

BLOCK_BYTES = 2**20
"""How much a layer of the runs that are evaluated together may take, so that it stays in the cache."""


class Examples(NamedTuple):
    """Examples as the folded networks take them: in parts, the last one filled up with its last example."""

    parts: list[Tensor]
    number: int


class Seen(NamedTuple):
    """What is kept of the first examples on their way, a tensor a layer, in which E is at most the size of a part.

    outputs   φ(y) of all units, `[K, C, E]`
    inputs    y of some units, `[K, U, E]`, and their numbers, `[U]`
    """

    outputs: Sequence[Tensor]
    inputs: Sequence[tuple[Tensor, Tensor]]

    def keep_inputs(self, layer: int, block: slice, y: Tensor) -> None:
        """Keep y of the runs of a block, before φ takes its place."""
        kept, units = self.inputs[layer]
        kept[block].copy_(y[..., : kept.shape[-1]].index_select(1, units))

    def keep_outputs(self, layer: int, block: slice, h: Tensor) -> None:
        """Keep φ(y) of the runs of a block."""
        kept = self.outputs[layer]
        kept[block].copy_(h[..., : kept.shape[-1]])


class Unfolded(NamedTuple):
    """Neighboring runs whose normalization follows the product, with what each layer's call wants."""

    kernel: Kernel
    runs: slice
    layers: list[tuple[Units, Buffers]]


class FoldedNetwork:
    """The networks of a program for evaluation. :meth:`fold` takes their present state, :meth:`logits` uses it."""

    def __init__(self, network: Network):
        self.network, runs = network, len(network.runs)
        flat = network.parameters.flat
        self.maps = [each.folding(runs, flat.dtype) for each in network.maps]
        most = max(each.values(MOST_EXAMPLES) for each in self.maps)
        size = max(1, BLOCK_BYTES // (most * flat.element_size()))
        count = -(-runs // size)
        bounds = [runs * i // count for i in range(count + 1)]
        self.blocks = [slice(start, end) for start, end in pairwise(bounds)]
        self.rooms = [flat.new_empty(-(-runs // count) * most) for _ in range(2)]
        self.unfolded = [list(self._unfolded_in(block)) for block in self.blocks]
        # y = factor·z + shift of all units `[rows]`, 1 and 0 where the normalization follows the product.
        rows = len(network.units.run)
        self.factor, self.shift = flat.new_ones(rows), flat.new_zeros(rows)
        shapes = [layer.gamma.shape for layer in network.parameters.layers]
        sizes = [shape.numel() for shape in shapes]
        pairs = zip(self.factor.split(sizes), self.shift.split(sizes), shapes, strict=True)
        self.of_layers = [(factor.view(shape), shift.view(shape)) for factor, shift, shape in pairs]

    def _unfolded_in(self, block: slice) -> Iterator[Unfolded]:
        for group in self.network.groups:
            start, end = max(group.runs.start, block.start), min(group.runs.stop, block.stop)
            if start < end and _keeps_apart(group):
                inside = slice(start - group.runs.start, end - group.runs.start)
                layers = [_of_runs(part, inside) for part in group.parts]
                yield Unfolded(group.kernel, slice(start - block.start, end - block.start), layers)

    def examples(self, x: Tensor) -> Examples:
        """The examples x `[N, features]`, divided and laid out."""
        count = -(-len(x) // MOST_EXAMPLES)
        size = -(-len(x) // (count * ALIGNED)) * ALIGNED
        filled = -(-len(x) // ALIGNED) * ALIGNED
        whole = torch.cat([x, x[-1:].expand(filled - len(x), -1)])
        return Examples([self.maps[0].enter(part) for part in whole.split(size)], len(x))

    def fold(self) -> None:
        """Take the parameters and running statistics as they are now."""
        parameters, (gamma, beta) = self.network.parameters, self.network.affine()
        for group in self.network.groups:
            if not _keeps_apart(group):
                factor, shift = _factor_and_shift(group, gamma, beta)
                self.factor.index_copy_(0, group.rows, factor)
                self.shift.index_copy_(0, group.rows, shift)
        for index, (layer, (factor, shift)) in enumerate(zip(parameters.layers, self.of_layers, strict=True)):
            self.maps[index].fold(layer.weight, factor, shift)
        self.maps[-1].fold(parameters.head.weight, None, parameters.head.bias)

    def logits(self, examples: Examples) -> Tensor:
        """Logits `[K, classes, N]` of the networks as they were folded."""
        return _join([logits for _, logits in self.in_blocks(examples)], 0)

    def in_blocks(self, examples: Examples, seen: Seen | None = None) -> Iterator[tuple[slice, Tensor]]:
        """The same for some runs after others, so that what is done to them finds them in the cache.

        Where `seen` is given, what the layers make of the first examples is put there on the way.
        """
        for block, unfolded in zip(self.blocks, self.unfolded, strict=True):
            # The room is overwritten by the next part.
            first, *rest = examples.parts
            parts = [self._forward(first, block, unfolded, seen).clone()]
            parts += [self._forward(part, block, unfolded).clone() for part in rest]
            yield block, _join(parts, -1)[..., : examples.number].contiguous()

    def _forward(self, h: Tensor, block: slice, unfolded: Sequence[Unfolded], seen: Seen | None = None) -> Tensor:
        """The logits of a part, which the next one overwrites."""
        activate = self.network.activation.forward
        for index, layer in enumerate(self.maps[:-1]):
            y = layer.forward(h, block, self.rooms[index % 2])
            for kernel, runs, layers in unfolded:
                kernel.evaluate(y[runs], *layers[index])
            if seen is not None:
                seen.keep_inputs(index, block, y)
            h = activate(y, y)
            if seen is not None:
                seen.keep_outputs(index, block, h)
        return self.maps[-1].forward(h, block, self.rooms[(len(self.maps) - 1) % 2])


def _keeps_apart(group: Group) -> bool:
    return type(group.kernel).folded is Kernel.folded


def _factor_and_shift(group: Group, gamma: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
    """a and b of the units of a group `[Σ K·C]`, given γ and β of all units `[rows]`."""
    if normalizes_weights(group.kernel):
        # It is asked layer by layer, since the weights of each are another tensor.
        found = [group.kernel.folded(part.units, part.buffers) for part in group.parts]
    else:
        mean, var = group.running.chunk(2)
        units = Units(gamma.index_select(0, group.rows), beta.index_select(0, group.rows))
        found = [group.kernel.folded(units, Buffers(mean, var))]
    factors, shifts = zip(*filter(None, found), strict=True)
    return _join(list(factors), 0), _join(list(shifts), 0)


def _of_runs(part: Part, runs: slice) -> tuple[Units, Buffers]:
    """γ, β and the buffers of some of the runs of a part."""
    units, buffers = part.units, part.buffers
    mean, var = (
        None if flat is None else flat.view(units.gamma.shape)[runs].view(-1)
        for flat in (buffers.running_mean, buffers.running_var)
    )
    alpha, weight = (None if each is None else each[runs] for each in (buffers.alpha, buffers.weight))
    return Units(units.gamma[runs], units.beta[runs]), Buffers(mean, var, alpha, weight, buffers.generators[runs])


def _join(parts: list[Tensor], dim: int) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim)
