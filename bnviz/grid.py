"""The networks of a sweep, before any is trained: `experiment.runs` × a grid of values × seeds, in order."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from bnviz.experiment import Experiment, InvalidExperiment, Run
from bnviz.limits import LIBRARY

ROWS_VERSION = 1
"""To be raised when the same network would give another row, so that old rows are not taken for new ones."""


@dataclass(frozen=True)
class Network:
    """One cell of a sweep: its place in the table, the columns that tell it apart, and its experiment of one run."""

    place: int
    columns: Mapping[str, Any]
    experiment: Experiment

    @cached_property
    def key(self) -> str:
        """A name for the content: what has the same key has the same results. A run's label is no part of it."""
        (run,) = self.experiment.runs
        plain = self.experiment.model_copy(update={"runs": (run.model_copy(update={"label": None}),)})
        return name_of(plain.model_dump_json())


def plan(experiment: Experiment, grid: Mapping[str, Sequence], seeds: Iterable[int]) -> list[Network]:
    """Every network of the sweep: `experiment.runs` × the grid's product × seeds, in this order.

    Raises InvalidExperiment (a ValueError) for a field that does not exist, a value out of bounds or named twice.
    """
    seeds = list(seeds)
    _require_lists(grid, seeds)
    asked = math.prod(map(len, [experiment.runs, *grid.values(), seeds]))
    if problem := LIBRARY["networks"].problem("networks", asked):
        raise InvalidExperiment({"networks": problem})
    fields = {name: value for name, value in experiment if name not in ("runs", "seed")}
    networks: list[Network] = []
    for number, run in enumerate(experiment.runs):
        for values in product(*grid.values()):
            swept = dict(zip(grid, values, strict=True))
            changed = Run(**dict(run) | {name: value for name, value in swept.items() if name in Run.model_fields})
            others = fields | {name: value for name, value in swept.items() if name in fields}
            if "dataset" in swept:
                del others["data"]  # it is that of another
            for seed in seeds:
                alone = Experiment(**others, seed=seed, runs=(changed,))
                read = {name: getattr(changed if name in Run.model_fields else alone, name) for name in grid}
                columns = {"run": number, "norm": changed.norm, **read, "seed": seed}
                networks.append(Network(len(networks), columns, alone))
    return networks


def _require_lists(grid: Mapping[str, Sequence], seeds: Sequence[int]) -> None:
    """Raise InvalidExperiment unless the grid names fields that can be swept, and everything has distinct values."""
    for name in grid:
        if name in ("runs", "seed", "interventions", "data") or name not in {
            *Run.model_fields,
            *Experiment.model_fields,
        }:
            fix = "pass seeds=… instead" if name == "seed" else "name a field of Run or Experiment"
            raise InvalidExperiment({name: f"grid[{name!r}]: must be a field that can be swept; {fix}."})
    for name, said, values in [*((name, f"grid[{name!r}]", grid[name]) for name in grid), ("seeds", "seeds", seeds)]:
        if isinstance(values, str) or not len(values):
            raise InvalidExperiment({name: f"{said} = {values!r}: must list one value or more; add some."})
        seen = set()
        for value in values:
            mark = value if isinstance(value, int | float | str) else repr(value)
            if mark in seen:
                raise InvalidExperiment({name: f"{said}: names {value!r} twice; remove one of them."})
            seen.add(mark)


def name_of(content: str) -> str:
    """A short name for a content, the same in every process."""
    return hashlib.sha256(f"{ROWS_VERSION} {content}".encode()).hexdigest()[:24]
