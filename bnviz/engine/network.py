"""K networks as one tensor program: forward pass, hand-written backward pass, losses.

Feature-major: activations are `[K, C, B]`, so that a layer is one batched product and batch norm over all runs is
ordinary batch norm over K·C channels. Neighboring runs with one kernel and equal settings share each call.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from bnviz.activations import ACTIVATIONS
from bnviz.engine.linear import LinearMap, linear_maps
from bnviz.engine.parameters import FlatVector, initial_parameters
from bnviz.engine.seeds import seeded_generator
from bnviz.engine.tape import LayerTape, Tape
from bnviz.engine.units import AllUnits
from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS, Buffers, Kernel
from bnviz.norms.base import Units
from bnviz.norms.running import update_running


class Part(NamedTuple):
    """What one group of runs has in one hidden layer: views, made once."""

    units: Units
    buffers: Buffers
    dgamma: Tensor  # [K·C]
    dbeta: Tensor  # [K·C]
    dalpha: Tensor
    weight: Tensor  # [K, C, inputs]
    dweight: Tensor


class Group(NamedTuple):
    """Neighboring runs that share one kernel, and a part for each layer.

    rows are those of the runs' units among :class:`AllUnits`. running `[2·Σ K·C]` holds the running means of these
    units, and then the running variances.
    """

    kernel: Kernel
    runs: slice
    rows: Tensor
    running: Tensor
    parts: list[Part]


class Network:
    """K networks of an experiment, their gradients and their running statistics."""

    def __init__(self, experiment: Experiment, runs: Sequence[Run], dtype: torch.dtype):
        self.runs = runs
        self.activation = ACTIVATIONS[experiment.activation].kernel()
        self.parameters = initial_parameters(experiment, self.runs, dtype)
        self.gradients = FlatVector(experiment, len(self.runs), dtype)
        self.generators = [seeded_generator(experiment.seed, "noise") for _ in self.runs]
        self.maps = linear_maps(experiment)
        self.bound: dict[int, tuple[list[LinearMap], LinearMap]] = {}  # by the number of examples
        self.values = self.maps[0].values
        self.units = AllUnits.of(experiment.widths, len(self.runs))
        self.groups = self._make_groups(dtype)
        self.normalize_weights = [place for place, group in enumerate(self.groups) if normalizes_weights(group.kernel)]
        self.head_bias_column = self.parameters.head.bias.unsqueeze(-1)

    def _make_groups(self, dtype: torch.dtype) -> list[Group]:
        """One group for each stretch of runs with one key."""
        keys = [group_key(run) for run in self.runs]
        starts = [k for k in range(len(keys)) if k == 0 or keys[k] != keys[k - 1]]
        groups = []
        for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
            here = slice(start, end)
            kernel_class = NORMS[self.runs[start].norm].kernel
            kernel = kernel_class(**{name: getattr(self.runs[start], name) for name in kernel_class.uses})
            sizes = [layer.gamma[here].numel() for layer in self.parameters.layers]
            running = torch.zeros(2 * sum(sizes), dtype=dtype)
            running[sum(sizes) :] = 1
            views = running.split(sizes * 2)
            parts = []
            for index, (layer, dlayer) in enumerate(zip(self.parameters.layers, self.gradients.layers, strict=True)):
                weight, dweight = layer.weight[here].flatten(2), dlayer.weight[here].flatten(2)
                layer_mean, layer_var = views[index], views[len(sizes) + index]
                buffers = Buffers(layer_mean, layer_var, layer.alpha[here], weight, self.generators[here])
                units = Units(layer.gamma[here], layer.beta[here])
                daffine = (dlayer.gamma[here].view(-1), dlayer.beta[here].view(-1), dlayer.alpha[here])
                parts.append(Part(units, buffers, *daffine, weight, dweight))
            groups.append(Group(kernel, here, self.units.of_runs(here), running, parts))
        return groups

    def _maps(self, examples: int) -> tuple[list[LinearMap], LinearMap]:
        """The maps of the hidden layers and of the head, bound to their weights for so many examples."""
        if examples not in self.bound:
            tensors = zip(self.maps, self.parameters.weights, self.gradients.weights, strict=True)
            *hidden, head = (each.bind(weight, gradient, examples) for each, weight, gradient in tensors)
            self.bound[examples] = hidden, head
        return self.bound[examples]

    def forward(self, x: Tensor, training: bool, tape: Tape | None = None, prepare: bool = False) -> Tensor:
        """Logits `[K, classes, B]` for the examples x `[B, features]`, which all runs share.

        In training the running statistics are updated. `tape` collects what the backward pass needs. `prepare` shows
        each kernel its first mini-batch.
        """
        examples = x.shape[0]
        hidden, head = self._maps(examples)
        activate, h = self.activation.forward, hidden[0].enter(x)
        all_kept: list[list[Any]] = []
        for index, layer in enumerate(hidden):
            z_room, h_room = tape.clear(index, examples) if tape is not None else (None, None)
            z = layer.forward(h, z_room)
            if prepare:
                for group, z_part in zip(self.groups, self._split(z), strict=True):
                    group.kernel.prepare(z_part, group.parts[index].buffers)
            y, kept = self._normalize(index, z, training)
            inputs, h = h, activate(y, h_room if tape is not None and tape.complete else y)
            all_kept.append(kept)
            if tape is not None:
                tape.layers[index] = LayerTape(inputs, z, kept, y, h)
        if training:
            self._update_running(all_kept, examples)
        logits = head.forward(h).add_(self.head_bias_column)
        if tape is not None:
            tape.logits = logits
        return logits

    def _normalize(self, index: int, z: Tensor, training: bool) -> tuple[Tensor, list[Any]]:
        """y of layer `index`, and what each group's kernel kept."""
        outputs, kept = [], []
        for group, z_part in zip(self.groups, self._split(z), strict=True):
            part = group.parts[index]
            output, saved = group.kernel.forward(z_part, part.units, part.buffers, training)
            outputs.append(output)
            kept.append(saved)
        return _join(outputs), kept

    def _split(self, x: Tensor) -> list[Tensor]:
        """x `[K, …]` divided among the groups."""
        return [x] if len(self.groups) == 1 else [x[group.runs] for group in self.groups]

    def _update_running(self, kept: list[list[Any]], examples: int) -> None:
        for place, group in enumerate(self.groups):
            kernel = group.kernel
            statistics = [found for saved in kept if (found := kernel.batch_statistics(saved[place])) is not None]
            if statistics:
                settings = {"eps": kernel.settings.get("eps", 0.0), "momentum": kernel.settings["norm_momentum"]}
                update_running(group.running, statistics, values=examples * self.values, **settings)

    def backward(self, dlogits: Tensor, tape: Tape) -> None:
        """Fill `gradients`, given ∂L/∂logits `[K, classes, B]` and the tape of the forward pass in training."""
        hidden, head = self._maps(dlogits.shape[2])
        through_activation = self.activation.backward
        head.weight_gradient(dlogits, tape.layers[len(tape.layers) - 1].post_activation)
        torch.sum(dlogits, -1, out=self.gradients.head.bias)
        dh = head.input_gradient(dlogits)
        for index in reversed(range(len(tape.layers))):
            inputs, _, saved, y, h = tape.layers[index]
            dz = self._through_norm(index, through_activation(dh, y, h), saved)
            hidden[index].weight_gradient(dz, inputs)
            for place in self.normalize_weights:
                part = self.groups[place].parts[index]
                self.groups[place].kernel.add_weight_gradient(part.dweight, part.weight, saved[place])
            if index:
                dh = hidden[index].input_gradient(dz)

    def _through_norm(self, index: int, dy: Tensor, kept: list[Any]) -> Tensor:
        """∂L/∂z of layer `index`, given ∂L/∂y; fills the gradients of γ, β and α."""
        dinputs = []
        for group, dy_part, saved in zip(self.groups, self._split(dy), kept, strict=True):
            part = group.parts[index]
            gradients = group.kernel.backward(dy_part, part.units, saved)
            dinputs.append(gradients.x)
            part.dgamma.copy_(gradients.gamma)
            part.dbeta.copy_(gradients.beta)
            if gradients.alpha is not None:
                part.dalpha.copy_(gradients.alpha)
        return _join(dinputs)

    def normalized(self, tape: Tape, index: int) -> Tensor:
        """x̂ `[K, C, B]` of layer `index`: what γ and β act on."""
        layer = tape.layers[index]
        parts = zip(self.groups, self._split(layer.pre_norm), layer.saved, strict=True)
        return _join([group.kernel.normalized(z, saved) for group, z, saved in parts])

    def affine(self) -> tuple[Tensor, Tensor]:
        """Copies of γ and β of all hidden units, each `[rows]`."""
        layers = self.parameters.layers
        gamma = torch.cat([layer.gamma.view(-1) for layer in layers])
        return gamma, torch.cat([layer.beta.view(-1) for layer in layers])

    def running(self, index: int) -> tuple[Tensor, Tensor]:
        """Running mean and unbiased variance of layer `index`, each `[K, C]`; 0 and 1 where none are kept."""
        buffers = [group.parts[index].buffers for group in self.groups]
        shape = self.parameters.layers[index].gamma.shape
        mean = torch.cat([each.running_mean for each in buffers if each.running_mean is not None])
        var = torch.cat([each.running_var for each in buffers if each.running_var is not None])
        return mean.view(shape), var.view(shape)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Undo what forward passes inside do to running statistics and noise generators."""
        kept = [group.running.clone() for group in self.groups]
        states = [generator.get_state() for generator in self.generators]
        yield
        for group, before in zip(self.groups, kept, strict=True):
            group.running.copy_(before)
        for generator, state in zip(self.generators, states, strict=True):
            generator.set_state(state)

    def prepare(self, x: Tensor) -> None:
        """Show the first mini-batch x `[B, features]` to the kernels that keep something of it, and to no others."""
        keepers = [group for group in self.groups if type(group.kernel).prepare is not Kernel.prepare]
        if not keepers:
            return
        with self.unchanged():
            self.forward(x, training=True, prepare=True)
            seen = [group.running.clone() for group in keepers]
        for group, first in zip(keepers, seen, strict=True):
            group.running.copy_(first)

    def replace_kernel(self, kernel: type[Kernel]) -> None:
        """Let all runs normalize by `kernel`, one without a key in `NORMS`; it uses the settings of the present one."""
        self.groups = [group._replace(kernel=kernel(**group.kernel.settings)) for group in self.groups]

    def multiply_weights(self, factor: float, layers: Literal["hidden"] | Sequence[int]) -> None:
        """Multiply the weights of these hidden layers, or of all, in every run."""
        for index in range(len(self.parameters.layers)) if layers == "hidden" else layers:
            self.parameters.layers[index].weight.mul_(factor)

    def finite(self) -> list[bool]:
        """Which runs have only finite parameters, one bool a run."""
        # A sum is finite only when every term is; the exact answer is needed only when it is not.
        if math.isfinite(self.parameters.flat.sum().item()):
            return [True] * len(self.runs)
        runs = range(len(self.runs))
        return [all(bool(part.isfinite().all()) for part in self.parameters.of_run(k)) for k in runs]

    def clear_run(self, k: int) -> None:
        """Set run k's parameters to 0, so that a run that diverged computes finite numbers from now on.

        Its gradients too: the update of this step is still to come, and a rate of 0 times infinity is NaN.
        """
        for part in (*self.parameters.of_run(k), *self.gradients.of_run(k)):
            part.zero_()


def group_key(run: Run) -> tuple:
    """What runs must agree on to share a kernel's calls: its class and the settings that it uses."""
    kernel = NORMS[run.norm].kernel
    return kernel, *(getattr(run, name) for name in kernel.uses)


def normalizes_weights(kernel: Kernel) -> bool:
    """Whether it reads the weights of its layer and adds to their gradient."""
    return type(kernel).add_weight_gradient is not Kernel.add_weight_gradient


def _join(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)
