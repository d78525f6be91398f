"""The parts of a script of plain PyTorch, in the order in which `script` puts them together."""

HEAD = '''"""{count} networks of an experiment of bnviz, in plain PyTorch.

    python {name}.py

Needs torch and numpy, and {name}.npz beside it: the data and the initial weights. All networks see the same
mini-batches. The last line is JSON: {{"loss": [training loss of each network on the last mini-batch]}}.
"""

'''

IMPORTS = """import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

torch.set_default_dtype(torch.{dtype})
torch.set_num_threads(1)  # networks this small are slower on two

"""

FULL_BATCH = "BATCH_SIZE = None  # all examples at once\n"

RUN = '''

@dataclass
class Run:
    """One network and how it is trained. `hidden_lr_factor` multiplies the rate of the hidden weights."""

    name: str
    norm: Callable[[int], nn.Module]
    optimizer: Callable[[list[dict]], torch.optim.Optimizer]
    lr: float
    init_scale: float = 1.0
    weight_decay: float = 0.0
    hidden_lr_factor: float = 1.0
    decay_head: bool = False
    train_affine: bool = True
    train_weights: bool = True
    train_head: bool = True
    weight_norm: bool = False


RUNS = [
'''

NETWORK_HEAD = '''class Network(nn.Module):
    """Hidden layers of a linear map, a normalization and an activation, and a linear output layer."""

    def __init__(self, run: Run, stored: dict[str, np.ndarray]):
        super().__init__()
        self.run = run
        self.linears, self.norms = nn.ModuleList(), nn.ModuleList()
'''

NETWORK_LAYERS = """        hidden = [torch.from_numpy(stored[name]) for name in stored if name.startswith("hidden")]
        for weight in hidden:
            units, inputs = weight.shape
            linear = nn.Linear(inputs, units, bias=run.weight_norm)
            with torch.no_grad():
                linear.weight.copy_(run.init_scale * weight)
"""

NETWORK_WEIGHT_NORM = """            if run.weight_norm:
                nn.init.zeros_(linear.bias)
                linear = nn.utils.parametrizations.weight_norm(linear)
"""

NETWORK_NORMS = """            self.linears.append(linear)
            self.norms.append(run.norm(units))
"""

NETWORK_NOISE = """        for norm in self.norms:
            norm.noise = noise
"""

NETWORK_REST = """        head = torch.from_numpy(stored["head"])
        self.head = nn.Linear(head.shape[1], head.shape[0])
        with torch.no_grad():
            self.head.weight.copy_(head)
            self.head.bias.zero_()
        self.activation = {activation}

    def forward(self, x: Tensor) -> Tensor:
        for linear, norm in zip(self.linears, self.norms):
            x = self.activation(norm(linear(x)))
        return self.head(x)

"""

WEIGHTS = '''    def weights(self) -> list[nn.Parameter]:
        """The weights of the hidden layers."""
        return [linear.weight for linear in self.linears]

'''

WEIGHTS_OF_TWO_KINDS = '''    def weights(self) -> list[nn.Parameter]:
        """The weights of the hidden layers; under weight norm v, of which only the direction counts."""
        if self.run.weight_norm:
            return [linear.parametrizations.weight.original1 for linear in self.linears]
        return [linear.weight for linear in self.linears]

'''

GROUPS = '''    def groups(self) -> list[dict]:
        """Hidden weights, what the normalizations learn, and the output layer, each with its rate and its decay."""
        run = self.run
        weights, head = self.weights(), [*self.head.parameters()]
        others = {id(parameter) for parameter in (*weights, *head)}
        affine = [parameter for parameter in self.parameters() if id(parameter) not in others]
        groups = [
            (run.train_weights, weights, run.lr * run.hidden_lr_factor, run.weight_decay),
            (run.train_affine, affine, run.lr, 0.0),
            (run.train_head, head, run.lr, run.weight_decay if run.decay_head else 0.0),
        ]
        return [
            {"params": parameters, "lr": lr, "weight_decay": decay}
            for trained, parameters, lr, decay in groups
            if trained and parameters
        ]


'''

MINI_BATCHES = '''def mini_batches(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pass after pass over the data, shuffled anew each time; an incomplete last batch is left out."""
    generator = torch.Generator().manual_seed({seed})
    while True:
        order = torch.randperm(len(y), generator=generator)
        for batch in order[: len(y) // BATCH_SIZE * BATCH_SIZE].split(BATCH_SIZE):
            yield x[batch], y[batch]


'''

FULL_BATCHES = '''def mini_batches(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """All examples, again and again."""
    while True:
        yield x, y


'''

TRAIN_HEAD = '''def train(run: Run, stored: dict[str, np.ndarray]) -> float:
    """Train one network, and return its loss on the mini-batch after the last update."""
    network = Network(run, stored)
    groups = network.groups()
    optimizer = run.optimizer(groups) if groups else None
    x, y = torch.from_numpy(stored["x"]).to(torch.get_default_dtype()), torch.from_numpy(stored["y"])
'''

TRAIN_FROZEN = """    if any(isinstance(norm, FrozenBatchNorm) for norm in network.norms):
        with torch.no_grad():
            network(next(mini_batches(x, y))[0])  # the statistics are of the network before it is kicked
"""

TRAIN_LOOP = """    for step, (inputs, labels) in enumerate(mini_batches(x, y)):
        if step == STEPS:
            return F.cross_entropy(network(inputs), labels).item()
"""

TRAIN_KICK = """        with torch.no_grad():
            for factor, layers in KICKS.get(step, []):
                for layer in layers:
                    network.weights()[layer].mul_(factor)
"""

TRAIN_UPDATE = """        loss = F.cross_entropy(network(inputs), labels)
        network.zero_grad()
        loss.backward()
        if optimizer:
            optimizer.step()
    raise AssertionError("mini-batches never end")
"""

MAIN = """

if __name__ == "__main__":
    stored = dict(np.load(Path(__file__).with_suffix(".npz")))
    losses = [train(run, stored) for run in RUNS]
    for run, loss in zip(RUNS, losses):
        print(f"{run.name}: training loss {loss:.6g}")
    print(json.dumps({"loss": [loss if math.isfinite(loss) else None for loss in losses]}))
"""
