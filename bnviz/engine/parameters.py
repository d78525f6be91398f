"""All parameters of K runs as one flat vector, with a view for each of them.

The vector holds one block a parameter, and in each block the K runs one after the other, so that a view of a block is
contiguous and the optimizer updates everything in a few operations, whatever the depth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from bnviz.activations import ACTIVATIONS
from bnviz.engine.linear import linear_maps
from bnviz.engine.products import ALIGNED
from bnviz.engine.seeds import seeded_generator
from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS


@dataclass
class LayerViews:
    """One hidden layer of K runs: weight `[K, *shape]` of its linear map, gamma and beta `[K, out]`, alpha `[K]`."""

    weight: Tensor
    gamma: Tensor
    beta: Tensor
    alpha: Tensor


@dataclass
class HeadViews:
    """The output layer of K runs: weight `[K, *shape]`, bias `[K, classes]`."""

    weight: Tensor
    bias: Tensor


class FlatVector:
    """A vector of K runs' parameters (or their gradients, rates, …) and views of its blocks."""

    def __init__(self, experiment: Experiment, runs: int, dtype: torch.dtype):
        *hidden, head = linear_maps(experiment)
        shapes: list[tuple[int, ...]] = []
        for layer in hidden:
            shapes += [(runs, *layer.shape), (runs, layer.units), (runs, layer.units), (runs,)]
        shapes += [(runs, *head.shape), (runs, head.units)]
        starts = [0]
        for shape in shapes:
            starts.append(starts[-1] + -(-torch.Size(shape).numel() // ALIGNED) * ALIGNED)
        self.flat = torch.zeros(starts[-1], dtype=dtype)
        views = [
            self.flat[start : start + torch.Size(shape).numel()].view(shape)
            for start, shape in zip(starts, shapes, strict=False)
        ]
        self.layers = [LayerViews(*views[4 * i : 4 * i + 4]) for i in range(len(hidden))]
        self.head = HeadViews(*views[-2:])

    @property
    def weights(self) -> list[Tensor]:
        """The weights of the hidden layers and of the head."""
        return [*(layer.weight for layer in self.layers), self.head.weight]

    def of_run(self, k: int) -> list[Tensor]:
        """The parts of run k, one a block."""
        parts: list[LayerViews | HeadViews] = [*self.layers, self.head]
        return [getattr(part, field.name)[k] for part in parts for field in fields(part)]


def initial_parameters(experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype) -> FlatVector:
    """Every run's start: the same normal draws (sd gain/√fan_in), times each run's `init_scale`; γ = 1, β = 0.

    Drawn in float64 and then cast, so that both types start from the same network. Weight norm starts at γ = ‖v‖.
    """
    vector = FlatVector(experiment, len(runs), dtype)
    generator = seeded_generator(experiment.seed, "weights")
    gain = ACTIVATIONS[experiment.activation].gain
    scales = torch.tensor([run.init_scale for run in runs], dtype=torch.float64)
    alphas = torch.tensor([run.dyt_alpha for run in runs], dtype=torch.float64)
    weight_norm = torch.tensor([run.norm == "weight" for run in runs])

    def draw(shape: torch.Size) -> Tensor:
        fan_in = shape[1:].numel()
        return torch.randn(shape, generator=generator, dtype=torch.float64) * gain / fan_in**0.5

    for layer in vector.layers:
        layer.weight.copy_(draw(layer.weight.shape[1:]) * _per_run(scales, layer.weight))
        layer.gamma.fill_(1)
        layer.gamma[weight_norm] = layer.weight[weight_norm].flatten(2).square().sum(-1).sqrt_()
        layer.alpha.copy_(alphas)
    vector.head.weight.copy_(draw(vector.head.weight.shape[1:]))
    return vector


def learning_rates(experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype) -> FlatVector:
    """Each parameter's η. A frozen parameter has a rate of 0: that is all that `none` and `standardize` need."""
    vector = FlatVector(experiment, len(runs), dtype)

    def column(values: list[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float64).to(dtype)

    hidden = column([run.lr * run.hidden_lr_factor * run.train_weights for run in runs])
    head = column([run.lr * run.train_head for run in runs])
    for layer in vector.layers:
        layer.weight.copy_(_per_run(hidden, layer.weight))
        for name in ("gamma", "beta"):
            rate = column([run.lr * run.train_affine * (name in NORMS[run.norm].trains) for run in runs])
            getattr(layer, name).copy_(rate.unsqueeze(-1))
        layer.alpha.copy_(column([run.lr * run.train_affine for run in runs]))
    vector.head.weight.copy_(_per_run(head, vector.head.weight))
    vector.head.bias.copy_(head.unsqueeze(-1))
    return vector


def decays(experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype) -> FlatVector:
    """Each parameter's coupled L2 coefficient λ: hidden weights, and the head (bias too) with `decay_head`."""
    vector = FlatVector(experiment, len(runs), dtype)
    hidden = torch.tensor([run.weight_decay for run in runs], dtype=torch.float64)
    head = torch.tensor([run.weight_decay * run.decay_head for run in runs], dtype=torch.float64)
    for layer in vector.layers:
        layer.weight.copy_(_per_run(hidden, layer.weight))
    vector.head.weight.copy_(_per_run(head, vector.head.weight))
    vector.head.bias.copy_(head.unsqueeze(-1))
    return vector


def _per_run(values: Tensor, weight: Tensor) -> Tensor:
    """View `[K]` so that it broadcasts over each run's weight."""
    return values.view(-1, *(1,) * (weight.dim() - 1))
