"""All parameters of K runs as one flat vector, with a view for each of them.

The vector holds one block a parameter, and in each block the K runs one after the other, so that a view of a block is
contiguous and the optimizer updates everything in a few operations, whatever the depth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

import torch
from torch import Tensor

from bnviz.activations import ACTIVATIONS
from bnviz.engine.products import ALIGNED
from bnviz.engine.seeds import seeded_generator
from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS


@dataclass
class LayerViews:
    """One hidden layer of K runs: weight `[K, out, in]`, gamma and beta `[K, out]`, alpha `[K]`."""

    weight: Tensor
    gamma: Tensor
    beta: Tensor
    alpha: Tensor


@dataclass
class HeadViews:
    """The output layer of K runs: weight `[K, classes, in]`, bias `[K, classes]`."""

    weight: Tensor
    bias: Tensor


class FlatVector:
    """A vector of K runs' parameters (or their gradients, rates, …) and views of its blocks."""

    def __init__(self, experiment: Experiment, runs: int, dtype: torch.dtype):
        sizes = (experiment.features, *experiment.widths)
        shapes: list[tuple[int, ...]] = []
        for fan_in, width in pairwise(sizes):
            shapes += [(runs, width, fan_in), (runs, width), (runs, width), (runs,)]
        shapes += [(runs, experiment.classes, sizes[-1]), (runs, experiment.classes)]
        starts = [0]
        for shape in shapes:
            starts.append(starts[-1] + -(-torch.Size(shape).numel() // ALIGNED) * ALIGNED)
        self.flat = torch.zeros(starts[-1], dtype=dtype)
        views = [
            self.flat[start : start + torch.Size(shape).numel()].view(shape)
            for start, shape in zip(starts, shapes, strict=False)
        ]
        self.layers = [LayerViews(*views[4 * i : 4 * i + 4]) for i in range(len(experiment.widths))]
        self.head = HeadViews(*views[-2:])

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
    scales = torch.tensor([run.init_scale for run in runs], dtype=torch.float64).view(-1, 1, 1)
    alphas = torch.tensor([run.dyt_alpha for run in runs], dtype=torch.float64)
    weight_norm = torch.tensor([run.norm == "weight" for run in runs])

    def draw(shape: torch.Size) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64) * gain / shape[-1] ** 0.5

    for layer in vector.layers:
        layer.weight.copy_(draw(layer.weight.shape[1:]) * scales)
        layer.gamma.fill_(1)
        layer.gamma[weight_norm] = layer.weight[weight_norm].square().sum(-1).sqrt_()
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
        layer.weight.copy_(hidden.view(-1, 1, 1))
        for name in ("gamma", "beta"):
            rate = column([run.lr * run.train_affine * (name in NORMS[run.norm].trains) for run in runs])
            getattr(layer, name).copy_(rate.unsqueeze(-1))
        layer.alpha.copy_(column([run.lr * run.train_affine for run in runs]))
    vector.head.weight.copy_(head.view(-1, 1, 1))
    vector.head.bias.copy_(head.unsqueeze(-1))
    return vector


def decays(experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype) -> FlatVector:
    """Each parameter's coupled L2 coefficient λ: hidden weights, and the head (bias too) with `decay_head`."""
    vector = FlatVector(experiment, len(runs), dtype)
    hidden = torch.tensor([run.weight_decay for run in runs], dtype=torch.float64)
    head = torch.tensor([run.weight_decay * run.decay_head for run in runs], dtype=torch.float64)
    for layer in vector.layers:
        layer.weight.copy_(hidden.view(-1, 1, 1))
    vector.head.weight.copy_(head.view(-1, 1, 1))
    vector.head.bias.copy_(head.unsqueeze(-1))
    return vector
