"""The baseline: one network after the other with `nn.Sequential`, `torch.optim.SGD` and permutation indexing."""

from collections.abc import Callable

import torch
from torch import nn

from bnviz import Experiment, Run
from bnviz.engine.batches import load_data
from bnviz.recorder import recorded_steps

NORMS: dict[str, Callable[[int], nn.Module]] = {
    "affine": lambda width: _Affine(width),
    "batch": nn.BatchNorm1d,
    "layer": nn.LayerNorm,
    "rms": nn.RMSNorm,
}
"""What stands between a linear layer and its activation; `none` has nothing there, and biases instead."""


def idiomatic(experiment: Experiment, run: Run, evaluate: bool = False) -> None:
    """Train one network the usual way. `evaluate` takes loss and accuracy as often as `experiment.records` says.

    Then the mini-batch and the whole test set are evaluated, as the engine does; without it nothing is noted.
    """
    split = load_data(experiment)
    x, y = torch.from_numpy(split.x_train).float(), torch.from_numpy(split.y_train)
    test_x, test_y = torch.from_numpy(split.x_test).float(), torch.from_numpy(split.y_test)
    network = make_network(experiment, run)
    optimizer = torch.optim.SGD(network.parameters(), lr=run.lr)
    loss_function = nn.CrossEntropyLoss()
    size, order, start = experiment.examples_per_step, torch.randperm(len(y)), 0
    recorded = set(recorded_steps(experiment.steps, experiment.records)) if evaluate else set()
    for step in range(experiment.steps + evaluate):
        if start + size > len(y):
            order, start = torch.randperm(len(y)), 0
        batch = order[start : start + size]
        start += size
        if step in recorded:
            network.eval()
            with torch.no_grad():
                logits = network(test_x)
                loss_function(logits, test_y).item()
                (logits.argmax(1) == test_y).float().mean().item()
            network.train()
        optimizer.zero_grad()
        logits = network(x[batch])
        loss = loss_function(logits, y[batch])
        if step in recorded:
            loss.item()
            (logits.argmax(1) == y[batch]).float().mean().item()
        if step < experiment.steps:
            loss.backward()
            optimizer.step()


def make_network(experiment: Experiment, run: Run) -> nn.Sequential:
    """Linear layers with the run's normalization and the experiment's activation, and a head."""
    layers: list[nn.Module] = []
    fan_in = experiment.features
    activation = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[experiment.activation]
    for width in experiment.widths:
        linear = nn.Linear(fan_in, width, bias=run.norm == "none")
        nn.init.normal_(linear.weight, std=run.init_scale * (2 / fan_in) ** 0.5)
        layers.append(linear)
        if run.norm != "none":
            layers.append(NORMS[run.norm](width))
        layers.append(activation())
        fan_in = width
    return nn.Sequential(*layers, nn.Linear(fan_in, experiment.classes))


class _Affine(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gamma * x + self.beta
