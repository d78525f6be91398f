"""What to train: frozen, validated values that survive JSON and a URL.

An :class:`Experiment` names the data, the network, the schedule and the seed; each of its
:class:`Run` entries names one network of the comparison. Everything that can be wrong about them is
found here, at once, and reported as one :class:`InvalidExperiment` that names every bad field.
This module does not train and does not import torch.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StrictBool,
    field_validator,
    model_serializer,
    model_validator,
)

from bnviz.activations import ACTIVATIONS
from bnviz.datasets import DATASETS, DataSet, own
from bnviz.limits import LIBRARY
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS
from bnviz.own_data import OwnData
from bnviz.query import from_query, problems_of_own_data, to_query
from bnviz.value import InvalidExperiment, Value, short

# The keys of a registry as a type: pydantic reads them at run time, and a type checker sees text.
if TYPE_CHECKING:
    ActivationKey = str
    OptimizerKey = str
else:
    ActivationKey = Literal[*ACTIVATIONS]
    OptimizerKey = Literal[*OPTIMIZERS]

Number = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]


class Run(Value):
    """One network of an experiment: its normalization, optimizer and scale.

    norm               a key of `bnviz.norms.NORMS`
    lr                 learning rate η, loss units per parameter unit
    init_scale         factor on the initial hidden weights
    weight_decay       coupled L2, λ in g + λw; hidden weights, and the head too with `decay_head`
    optimizer          a key of `bnviz.optimizers.OPTIMIZERS`
    momentum           of "sgd": the share of the old velocity that is kept (PyTorch's heavy ball)
    eps                inside the square root of every normalization
    norm_momentum      weight of the NEW batch in the running statistics (PyTorch; others use 1 minus it)
    groups             groups of `group`; must divide every width
    hidden_lr_factor   factor on the learning rate of the hidden weights
    train_affine, train_weights, train_head   False freezes γ and β, the hidden weights, the head
    dyt_alpha          initial α of `dynamic_tanh`
    rmax, dmax         clipping of `batch_renorm` (Ioffe 2017)
    noise_mean, noise_std   spread of the step's mean and sd in `batch_noisy` (Santurkar et al. 2018)
    label              the reader's name for the run

    Raises :class:`InvalidExperiment` (a ValueError).
    """

    norm: str = "batch"
    lr: Number = 0.1
    init_scale: Number = 1.0
    weight_decay: Number = 0.0
    optimizer: OptimizerKey = "sgd"
    momentum: Number = 0.0
    eps: Number = 1e-5
    norm_momentum: Number = 0.1
    groups: Whole = 4
    hidden_lr_factor: Number = 1.0
    decay_head: StrictBool = False
    train_affine: StrictBool = True
    train_weights: StrictBool = True
    train_head: StrictBool = True
    label: Annotated[str, Field(max_length=60)] | None = None
    dyt_alpha: Number = 0.5
    rmax: Number = 3.0
    dmax: Number = 5.0
    noise_mean: Number = 0.5
    noise_std: Number = 1.25

    @field_validator("norm", mode="before")
    @classmethod
    def _known_norm(cls, value: Any) -> Any:
        if not isinstance(value, str) or value not in NORMS:
            raise ValueError(f"norm = {short(value)}: must be one of {', '.join(NORMS)}; choose one.")
        return value


class Intervention(Value):
    """Multiply hidden weights W (weight norm: v) of every run by `factor`, once.

    It happens after update `step` and after that step's record, so the record at `step` shows the
    network before, and the next update is taken with the multiplied weights. `layers` is "hidden" or
    the indices of hidden layers, counted from 0.
    """

    step: Whole
    factor: Number
    layers: Literal["hidden"] | tuple[Whole, ...] = "hidden"

    @field_validator("layers", mode="before")
    @classmethod
    def _names_layers(cls, value: Any) -> Any:
        indices = isinstance(value, list | tuple) and len(value) > 0 and all(type(item) is int for item in value)
        if value != "hidden" and not indices:
            raise ValueError(
                f'layers = {short(value)}: must be "hidden" or indices of hidden layers, counted from 0; name at '
                "least one."
            )
        return value


class Experiment(Value):
    """Runs that share data, initial weights and mini-batches, and differ in what each `Run` names.

    dataset        a key of `bnviz.datasets.DATASETS`; or "csv:PATH", the reader's own: columns of numbers and one of
                   labels, the last one, or COLUMN in "csv:PATH#COLUMN"
    data           of own data: their sizes and the file's hash, found from the file
    widths         units of each hidden layer
    activation     a key of `bnviz.activations.ACTIVATIONS`
    steps          optimizer updates
    batch_size     examples in a mini-batch; None trains on the full batch
    seed           fixes data, split, initial weights, mini-batches and noise
    model          "mlp"
    dtype          "float32" or "float64"
    standardize    shift and scale each input by the training set's mean and sd
    noise, offset  of the 2-D data: sd of the noise; shift of every input coordinate
    label_noise    share of the training labels that are replaced
    n_train        training examples; None takes the data set's own number
    records        at most this many recorded steps (the first and the last always)
    interventions  see :class:`Intervention`

    Raises :class:`InvalidExperiment` (a ValueError) that names every bad field.
    """

    dataset: str = "digits"
    data: OwnData | None = None
    widths: tuple[Whole, ...] = (64, 64, 64)
    activation: ActivationKey = "relu"
    steps: Whole = 600
    batch_size: Whole | None = 64
    seed: Whole = 0
    runs: tuple[Run, ...] = (Run(norm="none"), Run(norm="affine"), Run(norm="batch"))
    model: Literal["mlp"] = "mlp"
    dtype: Literal["float32", "float64"] = "float32"
    standardize: StrictBool = False
    noise: Number = 0.1
    offset: Number = 0.0
    label_noise: Number = 0.0
    n_train: Whole | None = None
    records: Whole = 120
    interventions: tuple[Intervention, ...] = ()

    @field_validator("dataset", mode="before")
    @classmethod
    def _known_dataset(cls, value: Any) -> Any:
        if not own.is_own(value) and (not isinstance(value, str) or value not in DATASETS):
            raise ValueError(f"dataset = {short(value)}: must be one of {', '.join(DATASETS)}; choose one.")
        return value

    @field_validator("data", mode="after")
    @classmethod
    def _of_own_data(cls, value: OwnData | None, info: Any) -> OwnData | None:
        if value is not None and not own.is_own(info.data.get("dataset")):
            raise ValueError("data: only a data set csv:PATH has it; leave it out.")
        return value

    @model_validator(mode="after")
    def _look_at_own_data(self) -> Self:
        if self.data is None and own.is_own(self.dataset):
            try:
                found = OwnData.of(own.table_of(self.dataset))
            except ValueError as error:
                raise InvalidExperiment({"dataset": str(error)}) from None
            self.__dict__["data"] = found
        return self

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The name of an experiment is its JSON: one without own data keeps the name it always had."""
        fields: dict[str, Any] = serialize(self)
        return {name: value for name, value in fields.items() if name != "data" or value is not None}

    @field_validator("widths", "runs", "interventions", mode="after")
    @classmethod
    def _sizes(cls, value: tuple, info: Any) -> tuple:
        name = "depth" if info.field_name == "widths" else info.field_name
        if problem := LIBRARY[name].problem(name, len(value)):
            raise ValueError(problem)
        if info.field_name == "widths":
            for width in value:
                if problem := LIBRARY["width"].problem("widths", width):
                    raise ValueError(problem)
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found: dict[str, str] = {}
        data = self.about
        if self.n_train is not None and not data.classes <= self.n_train <= data.examples:
            found["n_train"] = (
                f"n_train = {self.n_train}: must be from {data.classes} to {data.examples} for {self.dataset}; "
                "ask for a number in that range, or None for all."
            )
        if self.batch_size is not None and self.batch_size > self.examples:
            found["batch_size"] = (
                f"batch_size = {self.batch_size}: must be from 1 to {self.examples}, the number of training "
                "examples; choose a smaller batch, or None for the full batch."
            )
        for number, run in enumerate(self.runs, start=1):
            if NORMS[run.norm].over_batch and self.examples_per_step < 2:
                found["batch_size"] = (
                    f"batch_size = {self.batch_size}: must be at least 2 for run{number} ({run.norm}), because "
                    "one example equals its own mean and has no variance; choose a larger batch."
                )
            if run.norm == "group" and (bad := [w for w in self.widths if w % run.groups]):
                found[f"run{number}.groups"] = (
                    f"run{number}.groups = {run.groups}: must divide every width, and does not divide {bad[0]}; "
                    "choose a divisor."
                )
        for number, kick in enumerate(self.interventions, start=1):
            if kick.step >= self.steps:
                found[f"intervention{number}.step"] = (
                    f"intervention{number}.step = {kick.step}: must be from 0 to {self.steps - 1}, before the "
                    "last update; choose an earlier step."
                )
            if kick.layers != "hidden" and any(not 0 <= layer < len(self.widths) for layer in kick.layers):
                found[f"intervention{number}.layers"] = (
                    f"intervention{number}.layers = {kick.layers}: must be from 0 to {len(self.widths) - 1}; "
                    'choose hidden layers that exist, or "hidden" for all.'
                )
        if found:
            raise InvalidExperiment(found)
        return self

    @property
    def about(self) -> DataSet:
        """The data set."""
        return DATASETS[self.dataset] if self.data is None else self.data.data_set(self.dataset)

    @property
    def features(self) -> int:
        """Inputs of the network."""
        return self.about.features

    @property
    def classes(self) -> int:
        """Outputs of the network."""
        return self.about.classes

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, widths and outputs of the network, from the input on."""
        return (self.features, *self.widths, self.classes)

    @property
    def examples(self) -> int:
        """Training examples."""
        return self.about.examples if self.n_train is None else self.n_train

    @property
    def examples_per_step(self) -> int:
        """Examples that one update sees: the mini-batch, or all of them."""
        return self.examples if self.batch_size is None else self.batch_size

    def to_json(self) -> str:
        """Every field, as JSON that :meth:`from_json` reads back to an equal value."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str, *, files: bool = True) -> Self:
        """The experiment in `text`, which may begin with a byte order mark, as some editors save it.

        Own data whose sizes it does not say are looked up in their file, unless `files` is False.

        Raises :class:`InvalidExperiment` that lists every bad field.
        """
        try:
            data = json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text)
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError, TypeError) as error:
            raise InvalidExperiment({"experiment": f"this is not JSON ({error}); export it again."}) from None
        if not isinstance(data, dict):
            raise InvalidExperiment({"experiment": "this JSON is not an experiment; export it again."})
        if not files and own.is_own(data.get("dataset")) and data.get("data") is None:
            raise InvalidExperiment({"dataset": f"dataset = {short(data['dataset'])}: {own.NOT_HERE}."})
        return cls(**data)

    def to_query(self) -> dict[str, str]:
        """The fields that differ from the defaults, as URL query parameters; see `bnviz.query`.

        A reader's own data are no part of it: it has `dataset=csv` and no more of them.
        """
        return to_query(self)

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Self:
        """The experiment in URL parameters. Raises :class:`InvalidExperiment` that lists every bad field."""
        arguments = from_query(query)
        if not (problems := problems_of_own_data(arguments)):
            return cls(**arguments)
        try:
            cls(**{name: value for name, value in arguments.items() if name not in problems})
        except InvalidExperiment as error:
            problems |= error.problems
        raise InvalidExperiment(problems)
