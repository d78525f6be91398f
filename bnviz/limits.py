"""Every bound on the size and range of an experiment, in one place.

`LIBRARY` holds what the engine accepts at all. The app is stricter, because a reader waits for it: `LAPTOP` holds its
bounds for a single reader, and `HOSTED` those of a shared server, where one visitor's experiment must not starve
another's. All map a field's name to a :class:`Bound`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnviz.experiment import Experiment


@dataclass(frozen=True)
class Bound:
    """A closed range for one number, and what to do when a value falls outside of it."""

    low: float
    high: float
    fix: str
    unit: str = ""

    def problem(self, field: str, value: float) -> str | None:
        """The message for `value`, or None when `low <= value <= high` (NaN never is)."""
        if self.low <= value <= self.high:
            return None
        unit = f" {self.unit}" if self.unit else ""
        return f"{field} = {value!r}: must be from {_text(self.low)} to {_text(self.high)}{unit}; {self.fix}."


def _text(bound: float) -> str:
    """The bound in full where six digits would round it."""
    return f"{bound:g}" if float(f"{bound:g}") == bound else f"{bound:,}"


LIBRARY: Mapping[str, Bound] = {
    # Experiment
    "depth": Bound(1, 200, "name one width for each hidden layer", "hidden layers"),
    "width": Bound(2, 4096, "give every hidden layer between these many units", "units"),
    "steps": Bound(1, 1_000_000, "choose fewer or more optimizer updates", "updates"),
    "batch_size": Bound(1, 60_000, "choose a smaller batch, or None for the full batch", "examples"),
    "seed": Bound(0, 2**32 - 1, "use a non-negative whole number"),
    "noise": Bound(0, 100, "use the standard deviation of the noise of the 2-D data"),
    "offset": Bound(-1e6, 1e6, "shift the inputs by less"),
    "label_noise": Bound(0, 1, "use the share of training labels to replace"),
    "n_train": Bound(2, 60_000, "ask for fewer training examples", "examples"),
    "records": Bound(2, 10_000, "record at least the first and the last step", "recorded steps"),
    "runs": Bound(1, 1024, "name at least one run, or split the experiment", "runs"),
    "interventions": Bound(0, 100, "remove some interventions", "interventions"),
    "networks": Bound(1, 1_000_000, "name fewer values or seeds", "networks in a sweep"),
    # Run
    "lr": Bound(0, 1e12, "choose a smaller, non-negative learning rate"),
    "init_scale": Bound(1e-12, 1e12, "choose a positive factor nearer to 1"),
    "weight_decay": Bound(0, 1e6, "choose a smaller, non-negative decay"),
    "momentum": Bound(0, 1, "use the share of the old velocity that is kept"),
    "eps": Bound(0, 1e6, "choose a small non-negative number such as 1e-5"),
    "norm_momentum": Bound(0, 1, "use the weight of the NEW batch in the running statistics (PyTorch)"),
    "groups": Bound(1, 4096, "choose a divisor of the widths"),
    "hidden_lr_factor": Bound(0, 1e12, "choose a non-negative factor"),
    "dyt_alpha": Bound(-1e3, 1e3, "choose a number such as 0.5"),
    "rmax": Bound(1, 1e6, "choose at least 1 (1 is no correction)"),
    "dmax": Bound(0, 1e6, "choose at least 0 (0 is no correction)"),
    "noise_mean": Bound(0, 100, "choose a smaller, non-negative shift"),
    "noise_std": Bound(1, 100, "choose at least 1 (1 is no spread between steps)"),
    # Intervention
    "step": Bound(0, 999_999, "intervene before the last step"),
    "factor": Bound(1e-12, 1e12, "choose a positive factor"),
}

_OWN_MACHINE = "or run bnviz on your own machine"

HOSTED: Mapping[str, Bound] = {
    "depth": Bound(1, 20, f"use fewer hidden layers here, {_OWN_MACHINE}", "hidden layers"),
    "width": Bound(2, 256, f"use narrower layers here, {_OWN_MACHINE}", "units"),
    "steps": Bound(1, 5_000, f"train for fewer steps here, {_OWN_MACHINE}", "updates"),
    "batch_size": Bound(1, 2_000, f"use a smaller batch here, {_OWN_MACHINE}", "examples"),
    "n_train": Bound(2, 4_000, f"use fewer training examples here, {_OWN_MACHINE}", "examples"),
    "records": Bound(2, 240, f"record fewer steps here, {_OWN_MACHINE}", "recorded steps"),
    "runs": Bound(1, 4, "compare up to four runs here", "runs"),
    "interventions": Bound(0, 4, "use up to four interventions here", "interventions"),
    "work": Bound(
        0,
        1e11,
        f"use fewer steps, runs, records, narrower layers or smaller batches here, {_OWN_MACHINE}",
        "multiply-adds",
    ),
    "recording": Bound(
        0, 4e7, f"record fewer steps, or use fewer runs, layers or units here, {_OWN_MACHINE}", "bytes of memory"
    ),
    "memory": Bound(
        0, 1.5e8, f"use smaller batches, fewer runs, layers or units here, {_OWN_MACHINE}", "bytes while it trains"
    ),
    "networks": Bound(1, 1_000, f"use fewer values, runs or seeds here, {_OWN_MACHINE}", "networks"),
    "sweep_work": Bound(0, 2e11, f"use fewer values, runs, seeds or steps here, {_OWN_MACHINE}", "multiply-adds"),
}

_SCRIPT = "or use bnviz from a script"

LAPTOP: Mapping[str, Bound] = {
    "depth": Bound(1, 50, f"use fewer hidden layers, {_SCRIPT}", "hidden layers"),
    "width": Bound(2, 1024, f"use narrower layers, {_SCRIPT}", "units"),
    "steps": Bound(1, 50_000, f"train for fewer steps, {_SCRIPT}", "updates"),
    "batch_size": Bound(1, 10_000, f"use a smaller batch, {_SCRIPT}", "examples"),
    "n_train": Bound(2, 20_000, f"use fewer training examples, {_SCRIPT}", "examples"),
    "records": Bound(2, 500, f"record fewer steps, {_SCRIPT}", "recorded steps"),
    "runs": HOSTED["runs"],
    "interventions": Bound(0, 10, "use fewer interventions", "interventions"),
    "work": Bound(
        0, 5e12, f"use fewer steps, runs, records, narrower layers or smaller batches, {_SCRIPT}", "multiply-adds"
    ),
    "recording": Bound(
        0, 1.5e8, f"record fewer steps, or use fewer runs, layers or units, {_SCRIPT}", "bytes of memory"
    ),
    "memory": Bound(0, 2e9, f"use smaller batches, fewer runs, layers or units, {_SCRIPT}", "bytes while it trains"),
    "networks": Bound(1, 20_000, f"use fewer values, runs or seeds, {_SCRIPT}", "networks"),
    "sweep_work": Bound(0, 5e12, f"use fewer values, runs, seeds or steps, {_SCRIPT}", "multiply-adds"),
}

# What a layer costs besides its products of matrices, in multiply-adds that take as long (measured, 64 units wide).
_CALLS_OF_A_STEP = 4e5
_CALLS_OF_A_RECORD = 1e6
_RECORDED_VALUE = 200  # each value of a layer: four stages counted into bins, mean, sd, extremes
_VALUE_OF_A_STEP = 80  # each value of a layer, normalized and activated, forward and back


def work(experiment: "Experiment") -> float:
    """The cost of a training with its recording, in multiply-adds of forward passes.

    steps × runs × (batch × weights + calls × layers), and for each recorded step and run what it takes to call the
    recorder and to count every value of every layer.
    """
    batch, layers = experiment.examples_per_step, len(experiment.widths)
    step = batch * _weights(experiment) + _CALLS_OF_A_STEP * layers
    record = _CALLS_OF_A_RECORD * layers + _RECORDED_VALUE * batch * sum(experiment.widths)
    records = min(experiment.records, experiment.steps + 1)
    return float(len(experiment.runs)) * (experiment.steps * step + records * record)


# What is kept of a record: bins of four stages for a layer; mean and sd at each stage, γ, β and two running statistics
# for a unit; probabilities on a grid for a class of 2-D data.
_BYTES_OF_A_LAYER = 4 * (82 * 4 + 5 * 4) + 3 * 8
_BYTES_OF_A_UNIT = 4 * (2 * 4 + 4)
_BYTES_OF_A_CLASS = 4 * 32 * 32


def recording(experiment: "Experiment") -> float:
    """The bytes of memory that its recording takes: records × runs × (layers × (bins + statistics of the widest))."""
    layer = _BYTES_OF_A_LAYER + _BYTES_OF_A_UNIT * max(experiment.widths)
    plane = _BYTES_OF_A_CLASS * experiment.classes if experiment.features == 2 else 0
    records = min(experiment.records, experiment.steps + 1)
    return float(records * len(experiment.runs) * (len(experiment.widths) * layer + plane))


# Measured: what a step holds at once, for each value of a layer, and the copies while a recording is put together.
_BYTES_OF_A_VALUE = 16 * 4
_COPIES_OF_A_RECORDING = 3


def memory(experiment: "Experiment") -> float:
    """The bytes that its training takes at most: every value of every layer, forward and back, and the recording."""
    values = len(experiment.runs) * experiment.examples_per_step * sum(experiment.widths)
    return float(_BYTES_OF_A_VALUE * values) + _COPIES_OF_A_RECORDING * recording(experiment)


def app_problems(experiment: "Experiment", bounds: Mapping[str, Bound]) -> dict[str, str]:
    """What an app with these bounds refuses about a valid experiment: field → message (empty when welcome)."""
    values = {
        "depth": len(experiment.widths),
        "width": max(experiment.widths),
        "steps": experiment.steps,
        "batch_size": experiment.examples_per_step,
        "n_train": experiment.examples,
        "records": experiment.records,
        "runs": len(experiment.runs),
        "interventions": len(experiment.interventions),
        "work": work(experiment),
        "recording": recording(experiment),
        "memory": memory(experiment),
    }
    found = {name: bounds[name].problem(name, value) for name, value in values.items()}
    return {name: message for name, message in found.items() if message}


def work_in_a_sweep(experiment: "Experiment") -> float:
    """The cost of the same networks among many others, which share the calls, and with losses alone recorded.

    steps × runs × batch × (weights + what it takes to normalize and activate a value × units).
    """
    units = _weights(experiment) + _VALUE_OF_A_STEP * sum(experiment.widths)
    return float(len(experiment.runs)) * experiment.steps * experiment.examples_per_step * units


def _weights(experiment: "Experiment") -> int:
    sizes = (experiment.features, *experiment.widths, experiment.classes)
    return sum(a * b for a, b in pairwise(sizes))


def sweep_problems(networks: "Sequence[Experiment]", seeds: int, bounds: Mapping[str, Bound]) -> dict[str, str]:
    """What an app with these bounds refuses about a sweep of valid networks, each from `seeds` seeds."""
    found: dict[str, str] = {}
    for network in networks:
        found |= app_problems(network, bounds)
    work_of_all = seeds * sum(work_in_a_sweep(network) for network in networks)
    values = {"networks": len(networks) * seeds, "sweep_work": work_of_all}
    totals = {name: bounds[name].problem(name, value) for name, value in values.items()}
    return found | {name: message for name, message in totals.items() if message}
