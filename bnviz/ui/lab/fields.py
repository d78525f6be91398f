"""The fields of an experiment, of a run and of a kick to the weights, as the reader meets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bnviz.activations import ACTIVATIONS
from bnviz.datasets import DATASETS
from bnviz.datasets.own import file_name
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS

Kind = Literal["number", "whole", "optional", "switch", "choice", "text"]


@dataclass(frozen=True)
class Control:
    """One field as a widget. `step` is what the buttons of a number add; `used_by` tells when it has an effect."""

    field: str
    label: str
    help: str
    kind: Kind
    step: float | None = None
    options: tuple[str, ...] = ()
    name: Callable[[str], str] = str
    used_by: Callable[[Mapping[str, Any]], bool] = lambda _values: True


def _norm_uses(field: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda run: field in NORMS[run["norm"]].kernel.uses


def _has_plane(draft: Mapping[str, Any]) -> bool:
    """Whether the data are points in the plane that are made here."""
    return draft["dataset"] in DATASETS and DATASETS[draft["dataset"]].features == 2


def data_name(key: str) -> str:
    """What readers call a data set: their own by the name of its file."""
    return DATASETS[key].label if key in DATASETS else file_name(key)


DATA: tuple[Control, ...] = (
    Control(
        "dataset",
        "Data",
        "What the networks learn to classify.",
        "choice",
        options=tuple(DATASETS),
        name=data_name,
    ),
    Control(
        "standardize", "Standardize the inputs", "Give each input mean 0 and sd 1 over the training set.", "switch"
    ),
    Control("offset", "Offset of the inputs", "A number added to every input.", "number", 1.0),
    Control(
        "noise",
        "Noise of the points",
        "Standard deviation of the noise on points in the plane.",
        "number",
        0.05,
        used_by=_has_plane,
    ),
    Control("label_noise", "Label noise", "Share of the training labels drawn anew at random.", "number", 0.1),
    Control("n_train", "Training examples", "How many to train on; empty for all.", "optional", 100),
)

NETWORK: tuple[Control, ...] = (
    Control(
        "activation",
        "Activation",
        "The function after each hidden layer.",
        "choice",
        options=tuple(ACTIVATIONS),
        name=lambda key: ACTIVATIONS[key].label,
    ),
)

STEPS: tuple[Control, ...] = (
    Control("steps", "Steps", "How many updates of the weights.", "whole", 50),
    Control("batch_size", "Batch size B", "Examples in a mini-batch; empty for all of them.", "optional", 8),
)

SEED: tuple[Control, ...] = (
    Control("seed", "Seed", "Fixes data, initial weights and mini-batches; all runs share them.", "whole", 1),
)

RECORDING: tuple[Control, ...] = (
    Control("records", "Recorded steps", "At most this many steps are recorded and played back.", "whole", 20),
    Control(
        "dtype",
        "Precision",
        "Number format of the training; float64 takes longer.",
        "choice",
        options=("float32", "float64"),
    ),
)

EXPERIMENT: tuple[Control, ...] = (*DATA, *NETWORK, *STEPS, *SEED, *RECORDING)

NORM = Control(
    "norm",
    "Normalization",
    "What stands between the linear layer and the activation.",
    "choice",
    options=tuple(NORMS),
    name=lambda key: NORMS[key].label,
)

RATE = Control("lr", "Learning rate η", "Factor on the gradient in each update.", "number", 0.1)

RUN_MORE: tuple[Control, ...] = (
    Control("init_scale", "Initial scale", "Factor on the initial hidden weights.", "number", 0.5),
    Control("label", "Name", "How the run is called in figures; empty for a name made from its settings.", "text"),
    Control(
        "optimizer",
        "Optimizer",
        "The rule of the update.",
        "choice",
        options=tuple(OPTIMIZERS),
        name=lambda key: OPTIMIZERS[key].label,
    ),
    Control(
        "momentum",
        "Momentum of SGD",
        "Share of the last update that is repeated.",
        "number",
        0.1,
        used_by=lambda run: "momentum" in OPTIMIZERS[run["optimizer"]].rule.uses,
    ),
    Control("weight_decay", "Weight decay λ", "Adds λW to the gradient of the hidden weights.", "number", 0.001),
    Control("decay_head", "Decay the output layer too", "Apply weight decay to the output layer as well.", "switch"),
    Control("hidden_lr_factor", "Hidden weights' rate ×", "Factor on η for the hidden weights only.", "number", 1.0),
    Control("train_affine", "Train γ and β", "Off: they stay at 1 and 0.", "switch"),
    Control("train_weights", "Train hidden weights", "Off: they stay as they were drawn.", "switch"),
    Control("train_head", "Train the output layer", "Off: the output layer stays as it was drawn.", "switch"),
    Control(
        "eps",
        "ε",
        "Added to the variance inside the square root.",
        "number",
        1e-5,
        used_by=_norm_uses("eps"),
    ),
    Control(
        "norm_momentum",
        "Momentum of running μ, σ²",
        "Weight of the new batch, as in PyTorch. Others name its complement: 0.9 for 0.1.",
        "number",
        0.05,
        used_by=_norm_uses("norm_momentum"),
    ),
    Control(
        "groups", "Groups", "Number of groups of units; divides every width.", "whole", 1, used_by=_norm_uses("groups")
    ),
    Control(
        "dyt_alpha",
        "Initial α",
        "Slope inside dynamic tanh at the start.",
        "number",
        0.1,
        used_by=lambda run: run["norm"] == "dynamic_tanh",
    ),
    Control(
        "rmax",
        "Bound of r",
        "Largest correction of the scale; 1 is none.",
        "number",
        0.5,
        used_by=_norm_uses("rmax"),
    ),
    Control(
        "dmax",
        "Bound of d",
        "Largest correction of the shift; 0 is none.",
        "number",
        0.5,
        used_by=_norm_uses("dmax"),
    ),
    Control(
        "noise_mean",
        "Noise of the mean",
        "Spread of the random shift in each step.",
        "number",
        0.1,
        used_by=_norm_uses("noise_mean"),
    ),
    Control(
        "noise_std",
        "Noise of the sd",
        "Spread of the random factor in each step; 1 is none.",
        "number",
        0.05,
        used_by=_norm_uses("noise_std"),
    ),
)

RUN: tuple[Control, ...] = (NORM, RATE, *RUN_MORE)

KICK: tuple[Control, ...] = (
    Control("step", "After step", "The update after which the weights are multiplied.", "whole", 10),
    Control("factor", "Multiply hidden weights by", "One factor for all hidden weights of every run.", "number", 1.0),
)
