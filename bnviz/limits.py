"""Every bound on the size and range of an experiment, in one place.

`LIBRARY` holds what the engine accepts at all; `APP` holds the stricter bounds of the shared web app,
where one visitor's experiment must not starve another's. Both map a field's name to a :class:`Bound`.
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
        return f"{field} = {value!r}: must be from {self.low:g} to {self.high:g}{unit}; {self.fix}."


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

APP: Mapping[str, Bound] = {
    "depth": Bound(1, 20, "use fewer hidden layers here, or run bnviz on your own machine", "hidden layers"),
    "width": Bound(2, 256, "use narrower layers here, or run bnviz on your own machine", "units"),
    "steps": Bound(1, 5_000, "train for fewer steps here, or run bnviz on your own machine", "updates"),
    "batch_size": Bound(1, 2_000, "use a smaller batch here, or run bnviz on your own machine", "examples"),
    "n_train": Bound(2, 4_000, "use fewer training examples here, or run bnviz on your own machine", "examples"),
    "records": Bound(2, 240, "record fewer steps here, or run bnviz on your own machine", "recorded steps"),
    "runs": Bound(1, 4, "compare up to four runs here", "runs"),
    "interventions": Bound(0, 4, "use up to four interventions here", "interventions"),
    "work": Bound(
        0,
        6e9,
        "use fewer steps, runs, narrower layers or smaller batches here, or run bnviz on your own machine",
        "multiply-adds",
    ),
    "networks": Bound(1, 1_000, "use fewer values, runs or seeds here, or run bnviz on your own machine", "networks"),
    "sweep_work": Bound(
        0,
        6e10,
        "use fewer values, runs, seeds or steps here, or run bnviz on your own machine",
        "multiply-adds",
    ),
}


def work(experiment: "Experiment") -> float:
    """Multiply-adds of the forward passes of all runs: steps × batch × weights × runs."""
    sizes = (experiment.features, *experiment.widths, experiment.classes)
    weights = sum(a * b for a, b in pairwise(sizes))
    return float(experiment.steps) * experiment.examples_per_step * weights * len(experiment.runs)


def app_problems(experiment: "Experiment") -> dict[str, str]:
    """What the shared app refuses about a valid experiment: field → message (empty when welcome)."""
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
    }
    found = {name: APP[name].problem(name, value) for name, value in values.items()}
    return {name: message for name, message in found.items() if message}


def sweep_problems(networks: "Sequence[Experiment]", seeds: int) -> dict[str, str]:
    """What the shared app refuses about a sweep of valid networks, each from `seeds` seeds: field → message."""
    found: dict[str, str] = {}
    for network in networks:
        found |= app_problems(network)
    values = {"networks": len(networks) * seeds, "sweep_work": seeds * sum(work(network) for network in networks)}
    totals = {name: APP[name].problem(name, value) for name, value in values.items()}
    return found | {name: message for name, message in totals.items() if message}
