"""The oracle of the engine's tests: one network the way PyTorch's users write it, trained by autograd.

Activations are `[example, feature]`, layers are modules of `torch.nn` wherever there is one, the loop is the usual
four lines. It shares with the engine only what it must: the initial weights, the mini-batches and the noise stream.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from bnviz import Experiment, Intervention, Run
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.network import Network
from bnviz.engine.parameters import initial_parameters
from bnviz.engine.program import Program
from bnviz.engine.seeds import seeded_generator

ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "silu": F.silu,
    "linear": nn.Identity(),
}

OPTIMIZERS = {
    "sgd": lambda groups, run: torch.optim.SGD(groups, momentum=run.momentum),
    "adam": lambda groups, run: torch.optim.Adam(groups, betas=(0.9, 0.999), eps=1e-8),
    "rmsprop": lambda groups, run: torch.optim.RMSprop(groups, alpha=0.99, eps=1e-8),
}


class ByHand(nn.Module):
    """The normalizations that torch.nn does not have."""

    def __init__(self, run: Run, features: int, generator: torch.Generator):
        super().__init__()
        self.run, self.generator = run, generator
        self.weight, self.bias = nn.Parameter(torch.ones(features)), nn.Parameter(torch.zeros(features))
        self.alpha = nn.Parameter(torch.tensor(run.dyt_alpha)) if run.norm == "dynamic_tanh" else None
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))
        self.frozen: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        return getattr(self, self.run.norm)(x)

    def none(self, x: Tensor) -> Tensor:
        return x + self.bias

    def affine(self, x: Tensor) -> Tensor:
        return self.weight * x + self.bias

    def rms(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[1:], self.weight, self.run.eps) + self.bias

    def dynamic_tanh(self, x: Tensor) -> Tensor:
        return self.weight * torch.tanh(self.alpha * x) + self.bias

    def center(self, x: Tensor) -> Tensor:
        mean = self._moments(x)[0] if self.training else self.running_mean
        return self.weight * (x - mean) + self.bias

    def batch_detached(self, x: Tensor) -> Tensor:
        mean, var = self._moments(x) if self.training else (self.running_mean, self.running_var)
        return self.weight * (x - mean.detach()) / (var.detach() + self.run.eps).sqrt() + self.bias

    def batch_frozen(self, x: Tensor) -> Tensor:
        if self.frozen is None:
            self.frozen = x.detach().mean(0), x.detach().var(0, correction=0)
        mean, var = self.frozen
        return self.weight * (x - mean) / (var + self.run.eps).sqrt() + self.bias

    def batch_renorm(self, x: Tensor) -> Tensor:
        run, scale = self.run, (self.running_var.clone() + self.run.eps).sqrt()
        if not self.training:
            return self.weight * (x - self.running_mean) / scale + self.bias
        center = self.running_mean.clone()
        mean, var = self._moments(x)
        std = (var + run.eps).sqrt()
        r = (std.detach() / scale).clamp(1 / run.rmax, run.rmax)
        d = ((mean.detach() - center) / scale).clamp(-run.dmax, run.dmax)
        return self.weight * ((x - mean) / std * r + d) + self.bias

    def batch_noisy(self, x: Tensor) -> Tensor:
        mean, var = self._moments(x) if self.training else (self.running_mean, self.running_var)
        y = self.weight * (x - mean) / (var + self.run.eps).sqrt() + self.bias
        if not self.training:
            return y
        unit, each = (x.shape[1], 1), (x.shape[1], x.shape[0])
        step_shift = self.run.noise_mean * (2 * self._uniform(unit) - 1)
        step_scale = 1 + (self.run.noise_std - 1) * self._uniform(unit)
        shift = step_shift + 0.1 * (2 * self._uniform(each) - 1)
        scale = step_scale + 0.1 * torch.randn(each, generator=self.generator)
        return scale.T * y + shift.T

    def _uniform(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(shape, generator=self.generator)

    def _moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, var = x.mean(0), x.var(0, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.run.norm_momentum)
            self.running_var.lerp_(x.var(0), self.run.norm_momentum)
        return mean, var


def make_norm(run: Run, features: int, generator: torch.Generator) -> nn.Module:
    """The module between the linear layer and the activation."""
    if run.norm in ("batch", "standardize"):
        return nn.BatchNorm1d(features, run.eps, run.norm_momentum, affine=run.norm == "batch")
    if run.norm == "layer":
        return nn.LayerNorm(features, run.eps)
    if run.norm == "group":
        return nn.GroupNorm(run.groups, features, run.eps)
    if run.norm == "weight":
        return nn.Identity()
    return ByHand(run, features, generator)


class ReferenceNetwork(nn.Module):
    """Linear layers, normalizations and activations of one run, with the engine's initial weights; float64.

    Make it under :func:`double_precision`.
    """

    def __init__(self, experiment: Experiment, run: Run):
        super().__init__()
        sizes = (experiment.features, *experiment.widths)
        generator = seeded_generator(experiment.seed, "noise")
        start = initial_parameters(experiment, [run], torch.float64)
        self.run, self.activation = run, ACTIVATIONS[experiment.activation]
        self.linears, self.norms = nn.ModuleList(), nn.ModuleList()
        for fan_in, width, layer in zip(sizes[:-1], sizes[1:], start.layers, strict=True):
            linear = nn.Linear(fan_in, width, bias=run.norm == "weight")
            with torch.no_grad():
                linear.weight.copy_(layer.weight[0])
            if run.norm == "weight":
                nn.init.zeros_(linear.bias)
                linear = weight_norm(linear)
            self.linears.append(linear)
            self.norms.append(make_norm(run, width, generator))
        self.head = nn.Linear(sizes[-1], experiment.classes)
        with torch.no_grad():
            self.head.weight.copy_(start.head.weight[0])
            self.head.bias.zero_()

    def forward(self, x: Tensor) -> Tensor:
        for linear, norm in zip(self.linears, self.norms, strict=True):
            x = self.activation(norm(linear(x)))
        return self.head(x)

    def weights(self) -> list[nn.Parameter]:
        """W of each hidden layer; v under weight norm."""
        if self.run.norm == "weight":
            return [linear.parametrizations.weight.original1 for linear in self.linears]
        return [linear.weight for linear in self.linears]

    def gammas(self) -> list[nn.Parameter | None]:
        """γ of each hidden layer, g under weight norm; None where there is none."""
        if self.run.norm == "weight":
            return [linear.parametrizations.weight.original0 for linear in self.linears]
        return [None if self.run.norm == "none" else norm.weight for norm in self.norms]

    def betas(self) -> list[nn.Parameter | None]:
        """β of each hidden layer."""
        return [linear.bias if self.run.norm == "weight" else norm.bias for linear, norm in self._pairs()]

    def alphas(self) -> list[nn.Parameter]:
        """α of each hidden layer of dynamic tanh."""
        return [norm.alpha for norm in self.norms if self.run.norm == "dynamic_tanh"]

    @torch.no_grad()
    def multiply_weights(self, kick: Intervention) -> None:
        """Multiply W, or v, of the layers that the intervention names."""
        weights = self.weights()
        for index in range(len(weights)) if kick.layers == "hidden" else kick.layers:
            weights[index].mul_(kick.factor)

    def _pairs(self) -> zip:
        return zip(self.linears, self.norms, strict=True)

    def optimizer(self) -> torch.optim.Optimizer:
        """torch.optim with one group of parameters for the hidden weights, one for γ, β and α, one for the head."""
        run = self.run
        affine = [p for p in (*self.gammas(), *self.betas(), *self.alphas()) if p is not None]
        groups = [
            {"params": self.weights(), "lr": run.lr * run.hidden_lr_factor, "weight_decay": run.weight_decay},
            {"params": affine, "lr": run.lr},
            {"params": self.head.parameters(), "lr": run.lr, "weight_decay": run.weight_decay * run.decay_head},
        ]
        trained = (run.train_weights, run.train_affine, run.train_head)
        groups = [group for group, wanted in zip(groups, trained, strict=True) if wanted and group["params"]]
        return OPTIMIZERS[run.optimizer](groups, run)


@contextmanager
def double_precision() -> Iterator[None]:
    """Modules made inside have float64 parameters."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def train_reference(experiment: Experiment, run: Run, steps: int | None = None) -> tuple[list[float], ReferenceNetwork]:
    """The loss on mini-batch 0, 1, …, `experiment.steps` and the network after `steps` updates (None: all).

    An intervention comes after its step's loss and before its step's update.
    """
    steps = experiment.steps if steps is None else steps
    with double_precision():
        network = ReferenceNetwork(experiment, run)
        optimizer = network.optimizer()
        batches = mini_batches(experiment, load_data(experiment), torch.float64)
        losses = []
        for step, batch in zip(range(steps + 1), batches, strict=False):
            # A copy, so that looking at the loss leaves the running statistics alone.
            looker = deepcopy(network) if step == steps or experiment.interventions else network
            loss = F.cross_entropy(looker(batch.x), batch.y)
            losses.append(loss.item())
            if step == steps:
                break
            if experiment.interventions:
                for kick in experiment.interventions:
                    if kick.step == step:
                        network.multiply_weights(kick)
                loss = F.cross_entropy(network(batch.x), batch.y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return losses, network


def first_backward_pass(experiment: Experiment) -> Network:
    """The engine's own network of the first run, with the gradients on mini-batch 0."""
    with torch.inference_mode():
        program = Program(experiment, [0], 0)
        batch = next(mini_batches(experiment, load_data(experiment), getattr(torch, experiment.dtype)))
        program.network.prepare(batch.x)
        program.gradients(batch)
    return program.network
