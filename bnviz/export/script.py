"""An experiment as a script of plain PyTorch: modules, an optimizer and the usual four lines, without bnviz."""

from __future__ import annotations

import inspect
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bnviz.experiment import Experiment, Run
from bnviz.export import parts

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
    """A script, and the arrays of the file beside it.

    x `[examples, features]`, y `[examples]` (labels from 0), hidden0, hidden1, … `[units, inputs]` and head `[classes,
    inputs]`: training examples as the networks see them, and initial weights in float64 before a run's `init_scale`.
    """

    text: str
    arrays: Mapping[str, np.ndarray]

    def save(self, path: Path) -> None:
        """Write the script, and its arrays beside it."""
        path.with_suffix(BESIDE).write_bytes(self.packed())
        path.write_text(self.text, encoding="utf-8")

    def zipped(self, name: str) -> bytes:
        """Return both in one archive; `name` is that which the script was made with."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
            files.writestr(f"{name}.py", self.text)
            files.writestr(f"{name}{BESIDE}", self.packed())
        return archive.getvalue()

    def packed(self) -> bytes:
        """Return the file of the arrays."""
        packed = io.BytesIO()
        np.savez_compressed(packed, allow_pickle=False, **dict(self.arrays))
        return packed.getvalue()


def script(experiment: Experiment, name: str = "experiment") -> Script:
    """Return the experiment as a script that is called `name`.

    It trains each run on the same mini-batches from the same start as `bnviz.train`, and ends with one line of JSON,
    {"loss": [training loss of each run at the last record]}, in nats; null for one that is not finite.
    """
    import torch

    from bnviz.engine.batches import load_data
    from bnviz.engine.parameters import initial_parameters

    split = load_data(experiment)
    start = initial_parameters(experiment, [Run(norm="none")], torch.float64)
    weights = [layer.weight[0].numpy() for layer in start.layers]
    arrays = {"x": split.x_train, "y": split.y_train, "head": start.head.weight[0].numpy()}
    arrays |= {f"hidden{number}": weight for number, weight in enumerate(weights)}
    head = parts.HEAD.format(count=len(experiment.runs), name=name)
    training = parts.TRAIN_HEAD, parts.TRAIN_LOOP, parts.TRAIN_UPDATE
    return Script("".join([head, *sections(experiment, training), parts.MAIN]), arrays)


class Sections(NamedTuple):
    """The text of a script between its first lines and its last ones, from section to section."""

    settings: str
    norms: str
    runs: str
    network: str
    batches: str
    training: str


def sections(experiment: Experiment, training: tuple[str, str, str]) -> Sections:
    """Return the text of the experiment. `training`: how the function that trains begins, what it does before a kick
    in each step, and how it goes on."""
    from bnviz.engine.seeds import seeded_generator

    used = {run.norm for run in experiment.runs}
    noisy = "batch_noisy" in used
    kicks = {kick.step for kick in experiment.interventions}
    batches = seeded_generator(experiment.seed, "batches").initial_seed()
    noise = seeded_generator(experiment.seed, "noise").initial_seed()
    begin, before_kick, update = training
    settings = [
        parts.IMPORTS.format(dtype=experiment.dtype),
        f"STEPS = {experiment.steps}\n",
        parts.FULL_BATCH if experiment.batch_size is None else f"BATCH_SIZE = {experiment.batch_size}\n",
        _kicks(experiment) if kicks else "",
    ]
    network = [
        parts.NETWORK_HEAD,
        f"        noise = torch.Generator().manual_seed({noise})\n" if noisy else "",
        parts.NETWORK_LAYERS,
        parts.NETWORK_WEIGHT_NORM if "weight" in used else "",
        parts.NETWORK_NORMS,
        parts.NETWORK_NOISE if noisy else "",
        parts.NETWORK_REST.format(activation=_ACTIVATIONS[experiment.activation]),
        parts.WEIGHTS_OF_TWO_KINDS if "weight" in used else parts.WEIGHTS,
        parts.GROUPS,
    ]
    train = [
        begin,
        parts.TRAIN_FROZEN if "batch_frozen" in used and 0 in kicks else "",
        before_kick,
        parts.TRAIN_KICK if kicks else "",
        update,
    ]
    return Sections(
        "".join(settings),
        _classes(experiment),
        "".join([parts.RUN, *map(_run, experiment.runs), "]\n\n\n"]),
        "".join(network),
        parts.FULL_BATCHES if experiment.batch_size is None else parts.MINI_BATCHES.format(seed=batches),
        "".join(train),
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
