"""What is recorded, when, and how: the only observer of the training loop.

The recorder looks at the forward and backward pass that training computes anyway, evaluates the test set, and
changes nothing.
"""

import math

import numpy as np
import torch
from torch import Tensor

from bnviz.datasets import Split
from bnviz.engine.batches import Batch, make_batch
from bnviz.engine.network import Network, Tape, losses_and_gradient
from bnviz.experiment import Experiment
from bnviz.history import PERCENTILES, STAGES, History
from bnviz.norms import NORMS

BINS = 80
GRID = 32
"""Points along each side of the square on which decision regions are recorded."""
POINTS = 300
"""Training points that are kept to be drawn over a decision region."""
DENSE = 20
"""Steps at the start that are all recorded, if there are records enough."""

_WIDE, _NARROW = (-8.0, 8.0), (-5.0, 5.0)
_AFTER_ACTIVATION = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "relu": (0.0, 8.0)}


def recorded_steps(steps: int, records: int) -> list[int]:
    """Which steps to record: 0, every step while they are few, then spaced like a logarithm, and the last one.

    At most `records` of them, in order.
    """
    if records > steps:
        return list(range(steps + 1))
    dense = min(DENSE, records // 2)
    first = list(range(dense))
    candidates = np.geomspace(max(dense, 1), steps, 4 * records).round().astype(int)
    spaced = sorted(set(candidates.tolist()) - set(first))
    wanted = records - dense
    places = np.linspace(0, len(spaced) - 1, min(wanted, len(spaced))).round().astype(int)
    if wanted == 1:
        places = np.array([len(spaced) - 1])
    return first + [spaced[place] for place in places]


def histogram_range(stage: str, activation: str) -> tuple[float, float]:
    """The fixed range of a stage's histogram: the same at every step, so that frames can be compared."""
    if stage == "normalized":
        return _NARROW
    if stage == "post_activation":
        return _AFTER_ACTIVATION.get(activation, _WIDE)
    return _WIDE if activation not in ("sigmoid", "tanh") else _NARROW


class Recorder:
    """Fills preallocated arrays, in the network's order of runs; `history` puts them in the experiment's."""

    def __init__(self, experiment: Experiment, network: Network, split: Split, test: Batch):
        self.experiment, self.network, self.test = experiment, network, test
        self.steps: list[int] = []
        self.valid: list[list[bool]] = []
        t = len(recorded_steps(experiment.steps, experiment.records)) + 1  # one more for a stop between records
        k, depth, width = len(experiment.runs), len(experiment.widths), max(experiment.widths)
        real = np.dtype(experiment.dtype)
        per_layer, per_unit = (t, k, depth), (t, k, depth, width)
        self.arrays = {
            "loss": np.full((t, k, 2), np.nan),
            "accuracy": np.full((t, k, 2), np.nan),
            "counts": np.zeros((*per_layer, len(STAGES), BINS + 2), np.int32),
            "mean": np.full((*per_layer, len(STAGES), width), np.nan, real),
            "std": np.full((*per_layer, len(STAGES), width), np.nan, real),
            **{name: np.full(per_unit, np.nan, real) for name in ("gamma", "beta", "running_mean", "running_var")},
            **{name: np.full(per_layer, np.nan) for name in ("weight_norm", "grad_norm", "effective_lr")},
        }
        self.ranges = [histogram_range(stage, experiment.activation) for stage in STAGES]
        values = k * len(STAGES) * sum(experiment.widths) * experiment.examples_per_step
        self.indices = torch.empty(values, dtype=torch.int32)
        self.grid: Batch | None = None
        self.fixed: dict[str, np.ndarray] = {
            "edges": np.stack([np.linspace(low, high, BINS + 1) for low, high in self.ranges])
        }
        if experiment.features == 2:
            self._set_up_grid(split, t)

    def _set_up_grid(self, split: Split, t: int) -> None:
        """A square grid around all training points, with a margin of a tenth."""
        low, high = split.x_train.min(0), split.x_train.max(0)
        middle, half = (low + high) / 2, (high - low).max() / 2 * 1.1
        axes = [np.linspace(center - half, center + half, GRID) for center in middle]
        x, y = np.meshgrid(*axes)
        inputs = torch.from_numpy(np.column_stack([x.ravel(), y.ravel()])).to(self.test.x.dtype)
        self.grid = make_batch(inputs, torch.zeros(len(inputs), dtype=torch.int64), split.classes)
        self.fixed |= {"grid_x": axes[0], "grid_y": axes[1]}
        self.fixed |= {"points": split.x_train[:POINTS], "point_labels": split.y_train[:POINTS]}
        shape = (t, len(self.experiment.runs), split.classes, GRID, GRID)
        self.arrays["decision"] = np.full(shape, np.nan, np.float32)

    def before_batch(self, step: int) -> None:
        """Record what the parameters and running statistics say at `step`, before mini-batch `step` is seen."""
        t = len(self.steps)
        self.steps.append(step)
        arrays, network = self.arrays, self.network
        for index, layer in enumerate(network.parameters.layers):
            units = slice(layer.gamma.shape[1])
            mean, var = network.running(index)
            named = {"gamma": layer.gamma, "beta": layer.beta, "running_mean": mean, "running_var": var}
            for name, values in named.items():
                arrays[name][t, :, index, units] = values.numpy()
            arrays["weight_norm"][t, :, index] = layer.weight.flatten(1).norm(dim=1).numpy()
        logits = network.forward(self.test.x, training=False)
        losses, _ = losses_and_gradient(logits, self.test.target)
        arrays["loss"][t, :, 1] = losses.numpy()
        arrays["accuracy"][t, :, 1] = _accuracy(logits, self.test.y)
        if self.grid is not None:
            probability = torch.softmax(network.forward(self.grid.x, training=False), 1)
            arrays["decision"][t] = probability.view(*probability.shape[:2], GRID, GRID).numpy()

    def after_backward(self, tape: Tape, batch: Batch, losses: list[float], alive: list[bool]) -> None:
        """Record what mini-batch `step` shows: its loss, the stages of every layer, the gradient."""
        t = len(self.steps) - 1
        self.valid.append(alive)
        self.arrays["loss"][t, :, 0] = losses
        self.arrays["accuracy"][t, :, 0] = _accuracy(tape.logits, batch.y)
        start = 0
        for index, gradients in enumerate(self.network.gradients.layers):
            self.arrays["grad_norm"][t, :, index] = gradients.weight.flatten(1).norm(dim=1).numpy()
            layer = tape.layers[index]
            stages = (
                layer.pre_norm,
                self.network.normalized(tape, index),
                layer.post_affine,
                layer.post_activation,
            )
            for stage, values in enumerate(stages):
                units = values.shape[1]
                mean = values.mean(-1, keepdim=True)
                std = (values - mean).square_().mean(-1).sqrt_()
                self.arrays["mean"][t, :, index, stage, :units] = mean.squeeze(-1).numpy()
                self.arrays["std"][t, :, index, stage, :units] = std.numpy()
                start = self._bin(values, index, stage, start)
        counts = torch.bincount(self.indices, minlength=self.arrays["counts"][t].size)
        self.arrays["counts"][t] = counts.view(self.arrays["counts"][t].shape).numpy()

    def _bin(self, values: Tensor, layer: int, stage: int, start: int) -> int:
        """Write the bin of each value, counted through all runs, layers and stages, from `start` on; the end."""
        runs, depth, stages, bins = self.arrays["counts"].shape[1:]
        low, high = self.ranges[stage]
        place = values.flatten(1).sub(low).mul_(BINS / (high - low))
        place.masked_fill_(place == BINS, BINS - 0.5)  # the top edge is closed
        # A run that just diverged has NaN here; its record is blanked, but its bins must be bins.
        place.nan_to_num_(nan=-1.0).clamp_(-1, BINS).floor_()
        first = (torch.arange(runs, dtype=torch.int32) * depth + layer) * stages + stage
        end = start + place.numel()
        here = self.indices[start:end].view(runs, -1)
        here.copy_(place).add_((first * bins + 1).unsqueeze(-1))
        return end

    def history(self, status: tuple[str, ...]) -> History:
        """Everything recorded, in the experiment's order of runs."""
        place = np.argsort(self.network.order)
        t = len(self.steps)
        arrays = {name: values[:t][:, place] for name, values in self.arrays.items()}
        valid = np.array(self.valid)[:, place]
        for name, values in arrays.items():
            values[~valid] = 0 if name == "counts" else np.nan
        self._blank_what_a_run_lacks(arrays)
        arrays["percentiles"] = percentiles_from_counts(arrays["counts"], self.fixed["edges"])
        arrays["effective_lr"] = self._effective_rates(arrays["weight_norm"])
        recorded = valid.sum(0).astype(np.int32)
        return History(self.experiment, status, np.array(self.steps, np.int32), recorded, arrays | self.fixed)

    def _blank_what_a_run_lacks(self, arrays: dict[str, np.ndarray]) -> None:
        for k, run in enumerate(self.experiment.runs):
            norm = NORMS[run.norm]
            for name in {"gamma", "beta"} - set(norm.trains):
                arrays[name][:, k] = np.nan
            if not norm.running:
                arrays["running_mean"][:, k] = arrays["running_var"][:, k] = np.nan

    def _effective_rates(self, weight_norm: np.ndarray) -> np.ndarray:
        """η/‖W‖² where it means something: SGD on a scale-invariant layer (van Laarhoven 2017)."""
        rates = [
            run.lr * run.hidden_lr_factor * run.train_weights
            if run.optimizer == "sgd" and NORMS[run.norm].scale_invariant
            else math.nan
            for run in self.experiment.runs
        ]
        return np.array(rates)[:, None] / weight_norm**2


def percentiles_from_counts(counts: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """PERCENTILES `[…, S, 5]` from counts `[…, S, N + 2]` and edges `[S, N + 1]`.

    Linear within a bin, so exact to a bin's width; −∞ or ∞ in the out-of-range bins; NaN where there are no counts.
    """
    cumulative = counts.cumsum(-1)
    total = cumulative[..., -1:]
    result = np.empty((*counts.shape[:-1], len(PERCENTILES)), np.float32)
    stage = np.arange(len(edges))
    for q, percentile in enumerate(PERCENTILES):
        target = total * (percentile / 100)
        bin_ = (cumulative < target).sum(-1)  # the first bin that reaches the target
        inside = np.clip(bin_, 1, BINS)
        before = np.take_along_axis(cumulative, inside[..., None] - 1, -1)[..., 0]
        count = np.take_along_axis(counts, inside[..., None], -1)[..., 0]
        share = (target[..., 0] - before) / np.maximum(count, 1)
        left, right = edges[stage, inside - 1], edges[stage, inside]
        value = left + share * (right - left)
        value = np.where(bin_ == 0, -np.inf, np.where(bin_ > BINS, np.inf, value))
        result[..., q] = np.where(total[..., 0] > 0, value, np.nan)
    return result


def _accuracy(logits: Tensor, y: Tensor) -> np.ndarray:
    return (logits.argmax(1) == y).double().mean(-1).numpy()
