"""Sweeps against the idiomatic loop that evaluates as often: `python -m benchmarks.sweep [--repeats N]`.

The loop trains a sample of the networks, spread evenly over the grid, and its time is scaled to all of them. Two
threads may end sooner and cost more CPU time: they share caches, memory and the interpreter. The loop has one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unittest.mock import patch

from benchmarks.idiomatic import idiomatic
from benchmarks.report import Line
from benchmarks.timing import interleaved, print_lines, ratio, spread
from bnviz import Experiment, Run, sweep, sweeps
from bnviz.grid import plan

DEEP = Experiment(widths=(32,) * 4, steps=200, batch_size=64, runs=(Run(),))
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SCALES = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Case:
    """One comparison: a sweep, and how many of its networks the loop trains."""

    name: str
    target: str
    experiment: Experiment
    grid: Mapping[str, Sequence]
    seeds: int
    sampled: int


MAP: dict[str, Sequence] = {"norm": ["none", "affine", "batch", "layer", "rms"], "init_scale": SCALES, "lr": RATES}
CLAIM: dict[str, Sequence] = {
    "norm": ["none", "affine", "batch"],
    "init_scale": [0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0],
    "lr": [0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0],
}
CASES = (
    Case("720 networks 64-[32]×4-10, 200 steps, 120 evaluations", "≥ 8×", DEEP, MAP, 3, 20),
    Case("the same, 10 evaluations", "≥ 8×", DEEP.model_copy(update={"records": 10}), MAP, 3, 20),
    Case(
        "7×7 map of 3 normalizations, 1 seed, 2 evaluations", "", DEEP.model_copy(update={"records": 2}), CLAIM, 1, 12
    ),
)


def measure(case: Case, repeats: int) -> dict[str, list[float]]:
    """CPU seconds of the loop, scaled to the whole grid, and of the sweep on one thread and on two."""
    networks = plan(case.experiment, case.grid, range(case.seeds))
    sample = [networks[(2 * i + 1) * len(networks) // (2 * case.sampled)] for i in range(case.sampled)]

    def loop() -> None:
        for network in sample:
            idiomatic(network.experiment, network.experiment.runs[0], evaluate=True)

    def on_threads(workers: int) -> None:
        with patch.object(sweeps, "threads_for", lambda _chunks: workers):
            sweep(case.experiment, case.grid, range(case.seeds))

    work = {"loop": loop, "1 thread": lambda: on_threads(1), "2 threads": lambda: on_threads(2)}
    seconds = interleaved(work, repeats)
    seconds["loop"] = [value * len(networks) / len(sample) for value in seconds["loop"]]
    return seconds


def lines(repeats: int) -> Iterator[Line]:
    """The ratio of every case, and the CPU seconds of the sweep."""
    for case in CASES:
        seconds = measure(case, repeats)
        for threads in ("1 thread", "2 threads"):
            name = f"{case.name}, {threads}"
            yield Line("sweep", name, *ratio(seconds["loop"], seconds[threads]), target=case.target)
            yield Line("sweep", f"{name}: CPU time", *spread(seconds[threads]), unit="s")


if __name__ == "__main__":
    print_lines(__doc__, lines)
