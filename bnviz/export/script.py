"""An experiment as a script of plain PyTorch: modules, an optimizer and the usual four lines, without bnviz."""

from __future__ import annotations

import inspect
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bnviz.experiment import Experiment, Run

if TYPE_CHECKING:
    from collections.abc import Mapping

BESIDE = ".npz"
"""Ending of the file that a script reads, which otherwise has its name."""

_ACTIVATIONS = {
    "relu": "F.relu",
    "leaky_relu": "F.leaky_relu",
    "tanh": "torch.tanh",
    "sigmoid": "torch.sigmoid",
    "gelu": "F.gelu",
    "silu": "F.silu",
    "linear": "nn.Identity()",
}
_OPTIMIZERS = {
    "sgd": "torch.optim.SGD(groups, momentum={momentum!r})",
    "adam": "torch.optim.Adam(groups, betas=(0.9, 0.999), eps=1e-8)",
    "rmsprop": "torch.optim.RMSprop(groups, alpha=0.99, eps=1e-8)",
}
_NORMS = {
    "none": "Shift(features)",
    "affine": "Affine(features)",
    "standardize": "nn.BatchNorm1d(features, eps={eps!r}, momentum={norm_momentum!r}, affine=False)",
    "center": "Center(features, eps={eps!r}, momentum={norm_momentum!r})",
    "batch": "nn.BatchNorm1d(features, eps={eps!r}, momentum={norm_momentum!r})",
    "batch_detached": "DetachedBatchNorm(features, eps={eps!r}, momentum={norm_momentum!r})",
    "batch_frozen": "FrozenBatchNorm(features, eps={eps!r})",
    "batch_renorm": "BatchRenorm(features, eps={eps!r}, momentum={norm_momentum!r}, rmax={rmax!r}, dmax={dmax!r})",
    "batch_noisy": "NoisyBatchNorm(features, eps={eps!r}, momentum={norm_momentum!r}, "
    "mean={noise_mean!r}, std={noise_std!r})",
    "layer": "nn.LayerNorm(features, eps={eps!r})",
    "rms": "RMSNorm(features, eps={eps!r})",
    "group": "nn.GroupNorm({groups!r}, features, eps={eps!r})",
    "weight": "nn.Identity()",
    "dynamic_tanh": "DynamicTanh(features, alpha={dyt_alpha!r})",
}
_MORE = ("init_scale", "weight_decay", "hidden_lr_factor", "decay_head", "train_affine", "train_weights", "train_head")


@dataclass(frozen=True)
class Script:
    """A script and the arrays of the file beside it: examples, labels, and the initial weights of every layer."""

    text: str
    arrays: Mapping[str, np.ndarray]

    def save(self, path: Path) -> None:
        """Write the script, and its arrays beside it."""
        path.with_suffix(BESIDE).write_bytes(self._packed())
        path.write_text(self.text, encoding="utf-8")

    def zipped(self, name: str) -> bytes:
        """Return both in one archive; `name` is that which the script was made with."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr(f"{name}.py", self.text)
            files.writestr(f"{name}{BESIDE}", self._packed())
        return archive.getvalue()

    def _packed(self) -> bytes:
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **dict(self.arrays))
        return packed.getvalue()


def script(experiment: Experiment, name: str = "experiment") -> Script:
    """Return the experiment as a script that is called `name`.

    It trains each run on the same mini-batches from the same start as `bnviz.train`, and ends with one line of JSON,
    {"loss": [training loss of each run at the last record]}; null for one that is not finite.
    """
    import torch

    from bnviz.engine.batches import load_data
    from bnviz.engine.parameters import initial_parameters

    split = load_data(experiment)
    start = initial_parameters(experiment, [Run(norm="none")], torch.float64)
    weights = [layer.weight[0].numpy() for layer in start.layers]
    arrays = {"x": split.x_train, "y": split.y_train, "head": start.head.weight[0].numpy()}
    arrays |= {f"hidden{number}": weight for number, weight in enumerate(weights)}
    return Script(_text(experiment, name), arrays)


def _text(experiment: Experiment, name: str) -> str:
    from bnviz.engine.seeds import seeded_generator

    used = {run.norm for run in experiment.runs}
    noisy = "batch_noisy" in used
    kicks = {kick.step for kick in experiment.interventions}
    batches = seeded_generator(experiment.seed, "batches").initial_seed()
    noise = seeded_generator(experiment.seed, "noise").initial_seed()
    return "".join(
        [
            _HEAD.format(count=len(experiment.runs), name=name, dtype=experiment.dtype),
            f"STEPS = {experiment.steps}\n",
            _FULL_BATCH if experiment.batch_size is None else f"BATCH_SIZE = {experiment.batch_size}\n",
            _kicks(experiment) if kicks else "",
            _classes(experiment),
            _RUN,
            *map(_run, experiment.runs),
            "]\n\n\n",
            _NETWORK_HEAD,
            f"        noise = torch.Generator().manual_seed({noise})\n" if noisy else "",
            _NETWORK_LAYERS,
            _NETWORK_WEIGHT_NORM if "weight" in used else "",
            _NETWORK_NORMS,
            _NETWORK_NOISE if noisy else "",
            _NETWORK_REST.format(activation=_ACTIVATIONS[experiment.activation]),
            _WEIGHTS_OF_TWO_KINDS if "weight" in used else _WEIGHTS,
            _GROUPS,
            _FULL_BATCHES if experiment.batch_size is None else _MINI_BATCHES.format(seed=batches),
            _TRAIN_HEAD,
            _TRAIN_FROZEN if "batch_frozen" in used and 0 in kicks else "",
            _TRAIN_LOOP,
            _TRAIN_KICK if kicks else "",
            _TRAIN_UPDATE,
        ]
    )


def _classes(experiment: Experiment) -> str:
    """The source of the classes that the runs need, each after what it inherits from."""
    from bnviz.export import plain

    calls = [_NORMS[run.norm] for run in experiment.runs]
    wanted = {call.partition("(")[0] for call in calls if not call.startswith("nn.")}
    needed = {base for name in wanted for base in getattr(plain, name).__mro__ if base.__module__ == plain.__name__}
    classes = [each for each in vars(plain).values() if inspect.isclass(each) and each in needed]
    return "".join(f"\n\n{inspect.getsource(each)}" for each in classes)


def _kicks(experiment: Experiment) -> str:
    """Steps before whose update weights are multiplied: step → factors and hidden layers."""
    kicks: dict[int, list[tuple[float, list[int]]]] = {}
    for kick in experiment.interventions:
        layers = range(len(experiment.widths)) if kick.layers == "hidden" else kick.layers
        kicks.setdefault(kick.step, []).append((kick.factor, [*layers]))
    return f"KICKS = {kicks!r}  # before this update, multiply the weights of these hidden layers by this factor\n"


def _run(run: Run) -> str:
    """The line of a run: what differs from the defaults of the script's class."""
    settings = run.model_dump()
    optimizer = _OPTIMIZERS[run.optimizer].format_map(settings)
    lines = [
        f"        {json.dumps(run.label or run.norm, ensure_ascii=False)},",
        f"        norm=lambda features: {_NORMS[run.norm].format_map(settings)},",
        f"        optimizer=lambda groups: {optimizer},",
        f"        lr={run.lr!r},",
    ]
    lines += [
        f"        {name}={settings[name]!r}," for name in _MORE if settings[name] != Run.model_fields[name].default
    ]
    if run.norm == "weight":
        lines.append("        weight_norm=True,")
    return "\n".join(["    Run(", *lines, "    ),", ""])


_HEAD = '''"""{count} networks of an experiment of bnviz, in plain PyTorch.

    python {name}.py

Needs torch and numpy, and {name}.npz beside it: the data and the initial weights. All networks see the same
mini-batches. The last line is JSON: {{"loss": [training loss of each network on the last mini-batch]}}.
"""

import json
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

'''

_FULL_BATCH = "BATCH_SIZE = None  # all examples at once\n"

_RUN = '''

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

_NETWORK_HEAD = '''class Network(nn.Module):
    """Hidden layers of a linear map, a normalization and an activation, and a linear output layer."""

    def __init__(self, run: Run, stored: dict[str, np.ndarray]):
        super().__init__()
        self.run = run
        self.linears, self.norms = nn.ModuleList(), nn.ModuleList()
'''

_NETWORK_LAYERS = """        hidden = [torch.from_numpy(stored[name]) for name in stored if name.startswith("hidden")]
        for weight in hidden:
            units, inputs = weight.shape
            linear = nn.Linear(inputs, units, bias=run.weight_norm)
            with torch.no_grad():
                linear.weight.copy_(run.init_scale * weight)
"""

_NETWORK_WEIGHT_NORM = """            if run.weight_norm:
                nn.init.zeros_(linear.bias)
                linear = nn.utils.parametrizations.weight_norm(linear)
"""

_NETWORK_NORMS = """            self.linears.append(linear)
            self.norms.append(run.norm(units))
"""

_NETWORK_NOISE = """        for norm in self.norms:
            norm.noise = noise
"""

_NETWORK_REST = """        head = torch.from_numpy(stored["head"])
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

_WEIGHTS = '''    def weights(self) -> list[nn.Parameter]:
        """The weights of the hidden layers."""
        return [linear.weight for linear in self.linears]

'''

_WEIGHTS_OF_TWO_KINDS = '''    def weights(self) -> list[nn.Parameter]:
        """The weights of the hidden layers; under weight norm v, of which only the direction counts."""
        if self.run.weight_norm:
            return [linear.parametrizations.weight.original1 for linear in self.linears]
        return [linear.weight for linear in self.linears]

'''

_GROUPS = '''    def groups(self) -> list[dict]:
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

_MINI_BATCHES = '''def mini_batches(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pass after pass over the data, shuffled anew each time; an incomplete last batch is left out."""
    generator = torch.Generator().manual_seed({seed})
    while True:
        order = torch.randperm(len(y), generator=generator)
        for batch in order[: len(y) // BATCH_SIZE * BATCH_SIZE].split(BATCH_SIZE):
            yield x[batch], y[batch]


'''

_FULL_BATCHES = '''def mini_batches(x: Tensor, y: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """All examples, again and again."""
    while True:
        yield x, y


'''

_TRAIN_HEAD = '''def train(run: Run, stored: dict[str, np.ndarray]) -> float:
    """Train one network, and return its loss on the mini-batch after the last update."""
    network = Network(run, stored)
    groups = network.groups()
    optimizer = run.optimizer(groups) if groups else None
    x, y = torch.from_numpy(stored["x"]).to(torch.get_default_dtype()), torch.from_numpy(stored["y"])
'''

_TRAIN_FROZEN = """    if any(isinstance(norm, FrozenBatchNorm) for norm in network.norms):
        with torch.no_grad():
            network(next(mini_batches(x, y))[0])  # the statistics are of the network before it is kicked
"""

_TRAIN_LOOP = """    for step, (inputs, labels) in enumerate(mini_batches(x, y)):
        if step == STEPS:
            return F.cross_entropy(network(inputs), labels).item()
"""

_TRAIN_KICK = """        with torch.no_grad():
            for factor, layers in KICKS.get(step, []):
                for layer in layers:
                    network.weights()[layer].mul_(factor)
"""

_TRAIN_UPDATE = """        loss = F.cross_entropy(network(inputs), labels)
        network.zero_grad()
        loss.backward()
        if optimizer:
            optimizer.step()
    raise AssertionError("mini-batches never end")


if __name__ == "__main__":
    stored = dict(np.load(Path(__file__).with_suffix(".npz")))
    losses = [train(run, stored) for run in RUNS]
    for run, loss in zip(RUNS, losses):
        print(f"{run.name}: training loss {loss:.6g}")
    print(json.dumps({"loss": [loss if math.isfinite(loss) else None for loss in losses]}))
"""
