"""K networks as one tensor program: forward pass, hand-written backward pass, losses.

Feature-major: activations are `[K, C, B]` and weights `[K, out, in]`, so that a layer is one batched product and
batch norm over all runs is ordinary batch norm over K·C channels. Runs with one kernel and equal settings stand next
to each other and share each call; `order` maps the place here to the place in the experiment.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from bnviz.engine.activations import ACTIVATIONS
from bnviz.engine.parameters import FlatVector, initial_parameters
from bnviz.engine.products import Products
from bnviz.engine.seeds import seeded_generator
from bnviz.experiment import Experiment, Run
from bnviz.norms import NORMS, Buffers, Kernel
from bnviz.norms.base import Units


@dataclass
class Part:
    """What one group of runs with a common kernel has in one hidden layer: views, made once."""

    kernel: Kernel
    runs: slice
    units: Units
    buffers: Buffers
    dunits: Units
    dalpha: Tensor
    weight: Tensor
    dweight: Tensor


class LayerTape(NamedTuple):
    """One layer's forward pass; all but `saved` are `[K, C, B]`."""

    inputs: Tensor  # h of the layer below
    pre_norm: Tensor  # z = W·h
    saved: list[Any]  # what each part's kernel kept
    post_affine: Tensor  # y
    post_activation: Tensor  # φ(y)


@dataclass
class Tape:
    """What one forward pass leaves for the backward pass and for the recorder.

    One tape serves all steps and is overwritten layer by layer: freeing a whole tape at once would make the allocator
    return its pages to the system, and fetch them again in the next step.
    """

    layers: dict[int, LayerTape] = field(default_factory=dict)
    logits: Tensor = field(default_factory=lambda: torch.empty(0))  # [K, classes, B]


class Network:
    """The K networks of an experiment, their gradients and their running statistics."""

    def __init__(self, experiment: Experiment, dtype: torch.dtype):
        keys = [_group_key(run) for run in experiment.runs]
        self.order = sorted(range(len(keys)), key=lambda k: (keys.index(keys[k]), k))
        self.runs = [experiment.runs[k] for k in self.order]
        self.activation = ACTIVATIONS[experiment.activation]
        self.parameters = initial_parameters(experiment, self.runs, dtype)
        self.gradients = FlatVector(experiment, len(self.runs), dtype)
        shapes = [(len(self.runs), width) for width in experiment.widths]
        self.running = [(torch.zeros(shape, dtype=dtype), torch.ones(shape, dtype=dtype)) for shape in shapes]
        self.generators = [seeded_generator(experiment.seed, "noise") for _ in self.runs]
        self.products = Products((experiment.features, *experiment.widths, experiment.classes))
        self.parts = self._make_parts([keys[k] for k in self.order])
        self.transposed = [layer.weight.transpose(1, 2) for layer in self.parameters.layers]
        self.head_bias_column = self.parameters.head.bias.unsqueeze(-1)

    def _make_parts(self, keys: Sequence[tuple]) -> list[list[Part]]:
        """For each hidden layer, one part for each stretch of runs with one key."""
        starts = [k for k in range(len(keys)) if k == 0 or keys[k] != keys[k - 1]]
        parts: list[list[Part]] = [[] for _ in self.running]
        for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
            here = slice(start, end)
            kernel_class = NORMS[self.runs[start].norm].kernel
            kernel = kernel_class(**{name: getattr(self.runs[start], name) for name in kernel_class.uses})
            for index, (layer, dlayer) in enumerate(zip(self.parameters.layers, self.gradients.layers, strict=True)):
                mean, var = self.running[index]
                running = (mean[here].view(-1), var[here].view(-1))
                buffers = Buffers(*running, layer.alpha[here], layer.weight[here], self.generators[here])
                units = Units(layer.gamma[here], layer.beta[here])
                dunits = Units(dlayer.gamma[here], dlayer.beta[here])
                views = (dlayer.alpha[here], layer.weight[here], dlayer.weight[here])
                parts[index].append(Part(kernel, here, units, buffers, dunits, *views))
        return parts

    def forward(self, x: Tensor, training: bool, tape: Tape | None = None, prepare: bool = False) -> Tensor:
        """Logits `[K, classes, B]` for the examples x `[B, features]`, which all runs share.

        In training the running statistics are updated. `tape` collects what the backward pass needs. `prepare` shows
        each kernel its first mini-batch.
        """
        multiply = self.products.at(x.shape[0])
        h = x.t().expand(len(self.runs), x.shape[1], x.shape[0])
        for index, parts in enumerate(self.parts):
            z = multiply(self.parameters.layers[index].weight, h)
            outputs, kept = [], []
            for part in parts:
                z_part = z if len(parts) == 1 else z[part.runs]
                if prepare:
                    part.kernel.prepare(z_part, part.buffers)
                output, saved = part.kernel.forward(z_part, part.units, part.buffers, training)
                outputs.append(output)
                kept.append(saved)
            y = _join(outputs)
            inputs, h = h, self.activation.forward(y)
            if tape is not None:
                tape.layers[index] = LayerTape(inputs, z, kept, y, h)
        logits = multiply(self.parameters.head.weight, h).add_(self.head_bias_column)
        if tape is not None:
            tape.logits = logits
        return logits

    def backward(self, dlogits: Tensor, tape: Tape) -> None:
        """Fill `gradients`, given ∂L/∂logits `[K, classes, B]` and the tape of the forward pass in training."""
        multiply = self.products.at(dlogits.shape[2])
        head, dhead = self.parameters.head, self.gradients.head
        multiply(dlogits, tape.layers[len(self.parts) - 1].post_activation.transpose(1, 2), out=dhead.weight)
        torch.sum(dlogits, -1, out=dhead.bias)
        dh = multiply(head.weight.transpose(1, 2), dlogits)
        for index in reversed(range(len(self.parts))):
            parts, layer = self.parts[index], tape.layers[index]
            dy = self.activation.backward(dh, layer.post_affine, layer.post_activation)
            dinputs = []
            for part, saved in zip(parts, layer.saved, strict=True):
                dy_part = dy if len(parts) == 1 else dy[part.runs]
                dx, dgamma, dbeta, dalpha = part.kernel.backward(dy_part, part.units, saved)
                dinputs.append(dx)
                part.dunits.gamma_flat.copy_(dgamma)
                part.dunits.beta_flat.copy_(dbeta)
                if dalpha is not None:
                    part.dalpha.copy_(dalpha)
            dz = _join(dinputs)
            multiply(dz, layer.inputs.transpose(1, 2), out=self.gradients.layers[index].weight)
            for part, saved in zip(parts, layer.saved, strict=True):
                part.kernel.add_weight_gradient(part.dweight, part.weight, saved)
            if index:
                dh = multiply(self.transposed[index], dz)

    def normalized(self, tape: Tape, index: int) -> Tensor:
        """x̂ `[K, C, B]` of layer `index`: what γ and β act on."""
        parts, layer = self.parts[index], tape.layers[index]
        pairs = zip(parts, layer.saved, strict=True)
        return _join([part.kernel.normalized(layer.pre_norm[part.runs], saved) for part, saved in pairs])

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Undo what forward passes inside do to running statistics and noise generators."""
        kept = [(mean.clone(), var.clone()) for mean, var in self.running]
        states = [generator.get_state() for generator in self.generators]
        yield
        for (mean, var), (kept_mean, kept_var) in zip(self.running, kept, strict=True):
            mean.copy_(kept_mean)
            var.copy_(kept_var)
        for generator, state in zip(self.generators, states, strict=True):
            generator.set_state(state)

    def prepare(self, x: Tensor) -> None:
        """Show the first mini-batch x `[B, features]` to the kernels that keep something of it, and to no others."""
        keepers = [part for part in self.parts[0] if type(part.kernel).prepare is not Kernel.prepare]
        if not keepers:
            return
        with self.unchanged():
            self.forward(x, training=True, prepare=True)
            seen = [(mean.clone(), var.clone()) for mean, var in self.running]
        for keeper in keepers:
            for (mean, var), (seen_mean, seen_var) in zip(self.running, seen, strict=True):
                mean[keeper.runs], var[keeper.runs] = seen_mean[keeper.runs], seen_var[keeper.runs]

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
        """Set run k's parameters to 0, so that a run that diverged computes finite numbers from now on."""
        for part in self.parameters.of_run(k):
            part.zero_()


def losses_and_gradient(logits: Tensor, one_hot: Tensor) -> tuple[Tensor, Tensor]:
    """Cross-entropy `[K]`, the mean over the batch in nats, and its gradient (softmax − one-hot)/B `[K, classes, B]`.

    logits are `[K, classes, B]`, one_hot is `[classes, B]`.
    """
    log_probability = torch.log_softmax(logits, 1)
    examples = logits.shape[2]
    losses = (log_probability * one_hot).flatten(1).sum(-1).div_(-examples)
    return losses, log_probability.exp_().sub_(one_hot).div_(examples)


def _group_key(run: Run) -> tuple:
    kernel = NORMS[run.norm].kernel
    return kernel, *(getattr(run, name) for name in kernel.uses)


def _join(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)
