"""What is recorded, when, and how: the only observer of the training loop.

The recorder looks at the forward and backward pass that training computes anyway, evaluates the test set, and
changes nothing.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch

from bnviz.datasets import Split
from bnviz.engine.batches import Batch, load_data, make_batch
from bnviz.engine.evaluation import Examples, FoldedNetwork, Seen
from bnviz.engine.losses import accuracies, losses_and_accuracies
from bnviz.engine.parameters import LayerViews
from bnviz.engine.program import Program
from bnviz.engine.units import AllUnits
from bnviz.experiment import Experiment
from bnviz.history import BINS, EXAMPLES, GRID, SPLITS, STAGES, History, followed_units
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS
from bnviz.planes import Planes
from bnviz.stages import Stages, histogram_range, percentiles_from_counts

POINTS = 300
"""Training points that are kept to be drawn over a decision region."""
ALL = slice(None)
DENSE = 20
"""Steps at the start that are all recorded, if there are records enough."""


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
        for runs, logits in folded.in_blocks(self.test_examples, self._seen(program)):
            losses, right = losses_and_accuracies(logits, self.test.y)
            self.arrays["loss"][t, here][runs, 1] = losses.numpy()
            self.arrays["accuracy"][t, here][runs, 1] = right

    def _seen(self, program: Program) -> Seen | None:
        """Where what the layers make of the first test examples is to be kept, if anywhere."""
        return None

    def after_backward(self, program: Program, batch: Batch, losses: list[float], alive: list[bool]) -> None:
        """Record what the step's mini-batch shows."""
        t, here = len(self.steps) - 1, program.here
        self.valid[t, here] = alive
        self.arrays["loss"][t, here, 0] = losses
        self.arrays["accuracy"][t, here, 0] = accuracies(program.tape.logits, batch.y)

    def in_order(self, order: Sequence[int], records: slice = ALL) -> dict[str, np.ndarray]:
        """The arrays `[T, K, …]` in the experiment's order of runs, NaN (counts: 0) where a run had ended."""
        place, made = np.argsort(order), len(self.steps)
        valid = self.valid[:made][records][:, place]
        arrays = {name: values[:made][records][:, place] for name, values in self.arrays.items()}
        for name, values in arrays.items():
            values[~valid] = 0 if name == "counts" else np.nan
        return arrays

    def recorded(self, order: Sequence[int], records: slice = ALL) -> np.ndarray:
        """How many leading records of each run are valid, `[K]`, in the experiment's order."""
        return self.valid[: len(self.steps)][records][:, np.argsort(order)].sum(0).astype(np.int32)


class Recorder(LossRecorder):
    """Records everything that a `History` holds."""

    def __init__(self, experiment: Experiment, programs: Sequence[Program], split: Split):
        super().__init__(experiment, programs, split)
        self.stages = {program.here.start: Stages(experiment, program.network) for program in programs}
        t, k, depth, width = self.capacity, len(experiment.runs), len(experiment.widths), max(experiment.widths)
        self.places = {program.here.start: _places(program.network.units, depth, width) for program in programs}
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
        self._set_up_examples(programs, split)
        self.grid: Examples | None = None
        if experiment.features == 2:
            self._set_up_grid(split, t)

    def _set_up_examples(self, programs: Sequence[Program], split: Split) -> None:
        experiment, dtype = self.experiment, self.test.x.dtype
        if experiment.standardize or experiment.offset:
            # What was standardized or shifted is no picture any more.
            split = load_data(experiment.model_copy(update={"standardize": False, "offset": 0.0}))
        x, y = split.x_test[:EXAMPLES], split.y_test[:EXAMPLES]
        self.fixed |= {"example_x": x.astype(np.float32), "example_y": y}
        self.planes = {
            program.here.start: Planes(len(program.network.runs), experiment.widths, len(y), dtype)
            for program in programs
        }
        per_layer = (self.capacity, len(experiment.runs), len(experiment.widths))
        self.arrays["example_plane"] = np.full((*per_layer, len(y), 2), np.nan, np.float32)
        units = [torch.from_numpy(followed_units(width)) for width in experiment.widths]
        followed = max(len(each) for each in units)
        self.arrays["example_units"] = np.full((*per_layer, followed, len(y)), np.nan, np.float16)
        self.inputs, self.seen = {}, {}
        for program in programs:
            start = program.here.start
            shape = (len(program.network.runs), len(units), followed, len(y))
            self.inputs[start] = kept = torch.full(shape, torch.nan, dtype=torch.float16)
            inputs = [(kept[:, layer, : len(each)], each) for layer, each in enumerate(units)]
            self.seen[start] = Seen(self.planes[start].seen, inputs)

    def _seen(self, program: Program) -> Seen:
        return self.seen[program.here.start]

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
        """Record parameters, running statistics and examples too, and for 2-D data the decision region."""
        super().before_batch(program)
        t, here, arrays, network = len(self.steps) - 1, program.here, self.arrays, program.network
        places, _ = self.places[here.start]
        for name, values in zip(("gamma", "beta"), network.affine(), strict=True):
            arrays[name][t, here].reshape(-1)[places] = values.numpy()
        for group in network.groups:
            for name, values in zip(("running_mean", "running_var"), group.running.chunk(2), strict=True):
                arrays[name][t, here].reshape(-1)[places[group.rows.numpy()]] = values.numpy()
        arrays["weight_norm"][t, here] = _norms(network.parameters.layers)
        arrays["example_plane"][t, here] = self.planes[here.start].follow().numpy()
        arrays["example_units"][t, here] = self.inputs[here.start].numpy()
        if self.grid is not None:
            probability = torch.softmax(self.folded[here.start].logits(self.grid), 1)
            arrays["decision"][t, here] = probability.unflatten(-1, (GRID, GRID)).numpy()

    def after_backward(self, program: Program, batch: Batch, losses: list[float], alive: list[bool]) -> None:
        """Record the stages of every layer and the gradient too."""
        super().after_backward(program, batch, losses, alive)
        t, here, arrays = len(self.steps) - 1, program.here, self.arrays
        arrays["grad_norm"][t, here] = _norms(program.network.gradients.layers)
        mean, std, arrays["counts"][t, here] = self.stages[here.start].summarize(program, all(alive))
        _, places = self.places[here.start]
        for name, values in (("mean", mean), ("std", std)):
            arrays[name][t, here].reshape(-1)[places] = values

    def history(self, status: tuple[str, ...], order: Sequence[int], records: slice = ALL) -> History:
        """What was recorded, in the experiment's order of runs."""
        arrays = self.in_order(order, records)
        self._blank_what_a_run_lacks(arrays)
        arrays["percentiles"] = percentiles_from_counts(arrays["counts"], self.fixed["edges"])
        arrays["effective_lr"] = self._effective_rates(arrays["weight_norm"])
        steps = np.array(self.steps[records], np.int32)
        return History(self.experiment, status, steps, self.recorded(order, records), arrays | self.fixed)

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


def _places(units: AllUnits, depth: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Where all units stand in a flat `[K, L, C]`, and their stages in a flat `[K, L, S, C]`: `[rows]`, `[S, rows]`."""
    layer = units.run * depth + units.layer
    stage = layer * len(STAGES) + torch.arange(len(STAGES)).unsqueeze(1)
    return (layer * width + units.unit).numpy(), (stage * width + units.unit).numpy()


def _norms(layers: Sequence[LayerViews]) -> np.ndarray:
    """The Frobenius norm of each run's weight (or its gradient) in each layer, `[K, L]`."""
    return torch.stack([torch.linalg.vector_norm(layer.weight.flatten(1), dim=1) for layer in layers], 1).numpy()
