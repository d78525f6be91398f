"""The engine's job by hand: one multilayer perceptron with batch norm in numpy, forward, backward and SGD.

Written as one would write it for one network and for speed: float32, no autograd, no copies that can be avoided.
Weights are `[out, in]` and activations `[units, examples]`, as in the engine, whose losses it reproduces
(tests/unit/test_benchmarks.py). For ReLU only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.parameters import initial_parameters
from bnviz.experiment import Experiment

Array = NDArray[np.floating]


@dataclass
class Layer:
    """One hidden layer z = Wh, x̂ = (z − μ)/√(σ² + ε), y = γx̂ + β, φ(y) = max(y, 0), and what its passes keep."""

    weight: Array  # [out, in]
    gamma: Array  # [out, 1]
    beta: Array
    running_mean: Array
    running_var: Array
    kept: tuple[Any, ...] = field(default=())

    def forward(self, h: Array, eps: float, momentum: float) -> Array:
        """φ(y) in training for h `[in, B]`; moves the running statistics."""
        z = self.weight @ h
        # μ = mean(z), σ² = mean((z − μ)²)
        mean = z.mean(1, keepdims=True)
        z -= mean
        var = np.mean(z * z, 1, keepdims=True)
        inverse = 1 / np.sqrt(var + eps)
        z *= inverse  # x̂
        y = self.gamma * z
        y += self.beta
        active = y > 0
        self.kept = (h, z, inverse, active)
        examples = h.shape[1]
        self.running_mean += momentum * (mean - self.running_mean)
        self.running_var += momentum * (var * (examples / (examples - 1)) - self.running_var)
        return y * active

    def backward(self, dh: Array, lr: float, first: bool) -> Array | None:
        """∂L/∂h of the layer below, given ∂L/∂φ(y); takes the step of SGD."""
        h, normalized, inverse, active = self.kept
        dy = dh * active
        # ∂L/∂γ = Σ dy·x̂, ∂L/∂β = Σ dy
        dgamma = np.sum(dy * normalized, 1, keepdims=True)
        dbeta = dy.sum(1, keepdims=True)
        # dz = γ/√(σ² + ε)·(dy − mean(dy) − x̂·mean(dy·x̂))
        examples = h.shape[1]
        dy -= dbeta / examples
        dy -= normalized * (dgamma / examples)
        dy *= self.gamma * inverse
        below = None if first else self.weight.T @ dy
        self.weight -= lr * (dy @ h.T)
        self.gamma -= lr * dgamma
        self.beta -= lr * dbeta
        return below


def train_by_hand(experiment: Experiment) -> list[float]:
    """Train the only run of `experiment`, with batch norm, ReLU and plain SGD; the loss of each mini-batch in nats.

    Data, mini-batches and initial weights are those of the engine, taken over before the first step.
    """
    (run,) = experiment.runs
    assert (run.norm, experiment.activation, run.optimizer, run.momentum) == ("batch", "relu", "sgd", 0)
    layers, head, bias = _start(experiment)
    losses = []
    for x, y in _batches(experiment):
        h = x.T
        for layer in layers:
            h = layer.forward(h, run.eps, run.norm_momentum)
        logits = head @ h + bias
        logits -= logits.max(0)
        probability = np.exp(logits)
        total = probability.sum(0)
        examples = np.arange(len(y))
        # L = mean(log Σ exp(logits) − logit of the label), ∂L/∂logits = (softmax − one-hot)/B
        losses.append(float(np.mean(np.log(total) - logits[y, examples])))
        probability /= total
        probability[y, examples] -= 1
        probability /= len(y)
        dh: Array | None = head.T @ probability
        head -= run.lr * (probability @ h.T)
        bias -= run.lr * probability.sum(1, keepdims=True)
        for index in reversed(range(len(layers))):
            assert dh is not None
            dh = layers[index].backward(dh, run.lr, first=index == 0)
    return losses


def _start(experiment: Experiment) -> tuple[list[Layer], Array, Array]:
    """Layers, head `[classes, in]` and its bias `[classes, 1]` as the engine starts them."""
    import torch

    views = initial_parameters(experiment, experiment.runs, getattr(torch, experiment.dtype))
    layers = []
    for view in views.layers:
        column = np.zeros((view.weight.shape[1], 1), experiment.dtype)
        layers.append(Layer(view.weight[0].numpy().copy(), column + 1, column.copy(), column.copy(), column + 1))
    return layers, views.head.weight[0].numpy().copy(), views.head.bias[0].numpy().copy()[:, None]


def _batches(experiment: Experiment) -> Iterator[tuple[Array, NDArray[np.int64]]]:
    """x `[B, features]` and labels `[B]` of every step."""
    import torch

    batches = mini_batches(experiment, load_data(experiment), getattr(torch, experiment.dtype))
    for _, batch in zip(range(experiment.steps), batches, strict=False):
        yield batch.x.numpy(), batch.y.numpy()
