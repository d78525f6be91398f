"""What is recorded, when, and how: the only observer of the training loop.

The recorder looks at the forward and backward pass that training computes anyway, evaluates the test set, and
changes nothing.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch import Tensor

from bnviz.activations import ACTIVATIONS
from bnviz.datasets import Split
from bnviz.engine.batches import Batch, make_batch
from bnviz.engine.evaluation import Examples, FoldedNetwork
from bnviz.engine.losses import cross_entropy
from bnviz.engine.network import Network
from bnviz.engine.program import Program
from bnviz.experiment import Experiment
from bnviz.history import BINS, GRID, PERCENTILES, SPLITS, STAGES, History
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS

POINTS = 300
"""Training points that are kept to be drawn over a decision region."""
DENSE = 20
"""Steps at the start that are all recorded, if there are records enough."""
NORMALIZED_RANGE = (-5.0, 5.0)
"""Of the histograms of x̂, whatever the activation."""


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
        return NORMALIZED_RANGE
    record = ACTIVATIONS[activation]
    return record.output_range if stage == "post_activation" else record.input_range


class LossRecorder:
    """Records loss and accuracy and nothing else: all that a sweep keeps.

    Like every recorder it fills preallocated arrays in the programs' order of runs.
    """

    def __init__(self, experiment: Experiment, programs: Sequence[Program], split: Split):
        self.experiment = experiment
        self.steps: list[int] = []
        self.capacity = len(recorded_steps(experiment.steps, experiment.records)) + 1  # a stop adds a record
        shape = (self.capacity, len(experiment.runs))
        self.valid = np.zeros(shape, bool)
        self.arrays = {name: np.full((*shape, len(SPLITS)), np.nan) for name in ("loss", "accuracy")}
        self.test = self._batch(split.x_test, split.y_test)
        self.folded = {program.here.start: FoldedNetwork(program.network) for program in programs}
        # All programs have the same maps.
        self.lay_out = next(iter(self.folded.values())).examples
        self.test_examples = self.lay_out(self.test.x)

    def _batch(self, x: np.ndarray, y: np.ndarray) -> Batch:
        inputs = torch.from_numpy(x).to(getattr(torch, self.experiment.dtype))
        return make_batch(inputs, torch.from_numpy(y), self.experiment.classes)

    def begin(self, step: int) -> None:
        """Open the record at `step`; every program then fills its runs."""
        self.steps.append(step)

    def before_batch(self, program: Program) -> None:
        """Record what the parameters and running statistics say before the step's mini-batch is seen."""
        t, here = len(self.steps) - 1, program.here
        folded = self.folded[here.start]
        folded.fold()
        logits = folded.logits(self.test_examples)
        losses = cross_entropy(logits, self.test.target)
        self.arrays["loss"][t, here, 1] = losses.numpy()
        self.arrays["accuracy"][t, here, 1] = _accuracy(logits, self.test.y)

    def after_backward(self, program: Program, batch: Batch, losses: list[float], alive: list[bool]) -> None:
        """Record what the step's mini-batch shows."""
        t, here = len(self.steps) - 1, program.here
        self.valid[t, here] = alive
        self.arrays["loss"][t, here, 0] = losses
        self.arrays["accuracy"][t, here, 0] = _accuracy(program.tape.logits, batch.y)

    def in_order(self, order: Sequence[int]) -> dict[str, np.ndarray]:
        """The arrays `[T, K, …]` in the experiment's order of runs, NaN (counts: 0) where a run had ended."""
        place, t = np.argsort(order), len(self.steps)
        valid = self.valid[:t][:, place]
        arrays = {name: values[:t][:, place] for name, values in self.arrays.items()}
        for name, values in arrays.items():
            values[~valid] = 0 if name == "counts" else np.nan
        return arrays

    def recorded(self, order: Sequence[int]) -> np.ndarray:
        """How many leading records of each run are valid, `[K]`, in the experiment's order."""
        return self.valid[: len(self.steps), np.argsort(order)].sum(0).astype(np.int32)


class Recorder(LossRecorder):
    """Records everything that a `History` holds."""

    def __init__(self, experiment: Experiment, programs: Sequence[Program], split: Split):
        super().__init__(experiment, programs, split)
        self.stages = {program.here.start: _StageValues(experiment, program.network) for program in programs}
        t, k, depth, width = self.capacity, len(experiment.runs), len(experiment.widths), max(experiment.widths)
        real = np.dtype(experiment.dtype)
        per_layer, per_unit = (t, k, depth), (t, k, depth, width)
        self.arrays |= {
            "counts": np.zeros((*per_layer, len(STAGES), BINS + 2), np.int32),
            "mean": np.full((*per_layer, len(STAGES), width), np.nan, real),
            "std": np.full((*per_layer, len(STAGES), width), np.nan, real),
            **{name: np.full(per_unit, np.nan, real) for name in ("gamma", "beta", "running_mean", "running_var")},
            **{name: np.full(per_layer, np.nan) for name in ("weight_norm", "grad_norm", "effective_lr")},
        }
        self.fixed: dict[str, np.ndarray] = {
            "edges": np.stack([np.linspace(*histogram_range(s, experiment.activation), BINS + 1) for s in STAGES])
        }
        self.grid: Examples | None = None
        if experiment.features == 2:
            self._set_up_grid(split, t)

    def _set_up_grid(self, split: Split, t: int) -> None:
        """A square grid around all training points, with a margin of a tenth."""
        low, high = split.x_train.min(0), split.x_train.max(0)
        middle, half = (low + high) / 2, (high - low).max() / 2 * 1.1
        axes = [np.linspace(center - half, center + half, GRID) for center in middle]
        x, y = np.meshgrid(*axes)
        points = torch.from_numpy(np.column_stack([x.ravel(), y.ravel()]))
        self.grid = self.lay_out(points.to(self.test.x.dtype))
        self.fixed |= {"grid_x": axes[0], "grid_y": axes[1]}
        self.fixed |= {"points": split.x_train[:POINTS], "point_labels": split.y_train[:POINTS]}
        shape = (t, len(self.experiment.runs), split.classes, GRID, GRID)
        self.arrays["decision"] = np.full(shape, np.nan, np.float32)

    def before_batch(self, program: Program) -> None:
        """Record parameters and running statistics too, and for 2-D data the decision region."""
        super().before_batch(program)
        t, here, arrays, network = len(self.steps) - 1, program.here, self.arrays, program.network
        for index, layer in enumerate(network.parameters.layers):
            units = slice(layer.gamma.shape[1])
            mean, var = network.running(index)
            named = {"gamma": layer.gamma, "beta": layer.beta, "running_mean": mean, "running_var": var}
            for name, values in named.items():
                arrays[name][t, here, index, units] = values.numpy()
            arrays["weight_norm"][t, here, index] = _norm(layer.weight)
        if self.grid is not None:
            probability = torch.softmax(self.folded[here.start].logits(self.grid), 1)
            arrays["decision"][t, here] = probability.unflatten(-1, (GRID, GRID)).numpy()

    def after_backward(self, program: Program, batch: Batch, losses: list[float], alive: list[bool]) -> None:
        """Record the stages of every layer and the gradient too."""
        super().after_backward(program, batch, losses, alive)
        t, here, arrays = len(self.steps) - 1, program.here, self.arrays
        for index, gradients in enumerate(program.network.gradients.layers):
            arrays["grad_norm"][t, here, index] = _norm(gradients.weight)
        stages = self.stages[here.start]
        stages.collect(program, all(alive))
        mean, std = stages.moments()
        for index, (start, end) in enumerate(stages.blocks):
            units = slice(self.experiment.widths[index])
            for name, values in (("mean", mean), ("std", std)):
                layer = values[:, start:end].reshape(len(STAGES), len(alive), -1)
                arrays[name][t, here, index, :, units] = layer.transpose(1, 0, 2)
        arrays["counts"][t, here] = stages.counts()

    def history(self, status: tuple[str, ...], order: Sequence[int]) -> History:
        """Everything recorded, in the experiment's order of runs."""
        arrays = self.in_order(order)
        self._blank_what_a_run_lacks(arrays)
        arrays["percentiles"] = percentiles_from_counts(arrays["counts"], self.fixed["edges"])
        arrays["effective_lr"] = self._effective_rates(arrays["weight_norm"])
        steps = np.array(self.steps, np.int32)
        return History(self.experiment, status, steps, self.recorded(order), arrays | self.fixed)

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
            if OPTIMIZERS[run.optimizer].along_gradient and NORMS[run.norm].scale_invariant
            else math.nan
            for run in self.experiment.runs
        ]
        return np.array(rates)[:, None] / weight_norm**2


class _StageValues:
    """The values of all stages and layers of one program in one tensor `[S, rows, B·P]`, a row a unit of a run.

    Gathering them first makes moments and histograms a few operations over everything.
    """

    def __init__(self, experiment: Experiment, network: Network):
        runs = len(network.runs)
        rows = [runs * width for width in experiment.widths]
        starts = list(accumulate(rows, initial=0))
        self.blocks = list(pairwise(starts))
        self.runs, self.depth = runs, len(rows)
        shape = (len(STAGES), starts[-1], experiment.examples_per_step * network.values)
        self.values = torch.empty(shape, dtype=getattr(torch, experiment.dtype))
        self.places = torch.empty(shape, dtype=torch.int32)
        self.ranges = [histogram_range(stage, experiment.activation) for stage in STAGES]
        # Histograms are numbered by stage, layer and run; a row's first bin follows from its place.
        width = torch.tensor(experiment.widths).repeat_interleave(torch.tensor(rows))
        layer = torch.arange(self.depth).repeat_interleave(torch.tensor(rows))
        run = (torch.arange(starts[-1]) - torch.tensor(starts)[layer]) // width
        stage = torch.arange(len(STAGES)).unsqueeze(-1)
        number = (stage * self.depth + layer) * runs + run
        self.first_bin = (number * (BINS + 2)).to(torch.int32).unsqueeze(-1)

    def collect(self, program: Program, finite: bool) -> None:
        """Copy the stages of the program's last forward pass in training."""
        for index, (start, end) in enumerate(self.blocks):
            layer = program.tape.layers[index]
            normalized = program.network.normalized(program.tape, index)
            stages = (layer.pre_norm, normalized, layer.post_affine, layer.post_activation)
            for stage, values in enumerate(stages):
                self.values[stage, start:end].copy_(values.reshape(end - start, -1))
        if not finite:
            # A run that diverged has NaN here; its record is blanked, but its bins must be bins. What is infinite in
            # other runs stays infinite.
            self.values.nan_to_num_(nan=0.0, posinf=math.inf, neginf=-math.inf)

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and biased standard deviation of each row, `[S, rows]`."""
        mean = self.values.mean(-1, keepdim=True)
        distance = torch.linalg.vector_norm(self.values - mean, dim=-1)
        return mean.squeeze(-1).numpy(), distance.div_(self.values.shape[-1] ** 0.5).numpy()

    def counts(self) -> np.ndarray:
        """Histograms `[K, L, S, N + 2]`. The bins are closed on the left, and the last one on the right too."""
        for stage, (low, high) in enumerate(self.ranges):
            scale = BINS / (high - low)
            values = self.values[stage]
            # Bin 0 is below the range and bin N + 1 above it; cutting off decimals is rounding down from 0 on.
            place = (values * scale).add_(1 - low * scale)
            # Only what is larger than the top edge is above the range, not what rounding carries beyond it.
            place.clamp_(0, BINS + 0.5)
            if not values.amax() <= high:
                place.masked_fill_(values > high, BINS + 1)
            self.places[stage].copy_(place)
        self.places.add_(self.first_bin)
        shape = (len(STAGES), self.depth, self.runs, BINS + 2)
        flat = torch.bincount(self.places.view(-1), minlength=math.prod(shape))
        return flat.view(shape).permute(2, 1, 0, 3).numpy()


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


def _norm(weight: Tensor) -> np.ndarray:
    return torch.linalg.vector_norm(weight.flatten(1), dim=1).numpy()


def _accuracy(logits: Tensor, y: Tensor) -> np.ndarray:
    """The share `[K]` of examples whose label is the first of the classes with the largest logit."""
    top = logits.amax(1, keepdim=True)
    if torch.count_nonzero(logits - top).item() == logits.numel() - top.numel():
        # One largest logit each: much faster than to ask which it is.
        right = logits.gather(1, y.expand_as(top)) == top
    else:
        right = logits.max(1).indices == y
    return right.view(len(logits), -1).numpy().mean(-1)
