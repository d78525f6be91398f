"""Every bound on the size and range of an experiment, in one place.

`LIBRARY` holds what the engine accepts at all. The app is stricter, because a reader waits for it: `LAPTOP` holds its
bounds for a single reader, and `HOSTED` those of a shared server, where one visitor's experiment must not starve
another's. All map a field's name to a :class:`Bound`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


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
    "data_bytes": Bound(1, 100_000_000, "leave out rows or columns", "bytes"),
    "data_rows": Bound(4, 75_000, "leave out some rows", "rows"),
    "data_values": Bound(1, 20_000_000, "leave out rows or columns", "numbers"),
    "features": Bound(1, 4096, "leave out some columns", "columns of numbers"),
    "classes": Bound(2, 250, "join some classes", "classes"),
    "examples": Bound(2, 60_000, "leave out some rows", "training examples"),
    "test_examples": Bound(2, 60_000, "leave out some rows", "test examples"),
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
    # What a visitor brings is held as long as the visitor is there.
    "data_bytes": Bound(1, 4_000_000, f"leave out rows or columns, {_OWN_MACHINE}", "bytes"),
    "data_rows": Bound(4, 5_000, f"leave out some rows, {_OWN_MACHINE}", "rows"),
    "data_values": Bound(1, 500_000, f"leave out rows or columns, {_OWN_MACHINE}", "numbers"),
    "features": Bound(1, 1_000, f"leave out some columns, {_OWN_MACHINE}", "columns of numbers"),
    "classes": Bound(2, 50, f"join some classes, {_OWN_MACHINE}", "classes"),
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
    "data_bytes": Bound(1, 40_000_000, f"leave out rows or columns, {_SCRIPT}", "bytes"),
    "data_rows": Bound(4, 25_000, f"leave out some rows, {_SCRIPT}", "rows"),
    "data_values": Bound(1, 5_000_000, f"leave out rows or columns, {_SCRIPT}", "numbers"),
    "features": Bound(1, 2_000, f"leave out some columns, {_SCRIPT}", "columns of numbers"),
    "classes": Bound(2, 100, f"join some classes, {_SCRIPT}", "classes"),
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
