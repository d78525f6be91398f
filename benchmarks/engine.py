"""The engine against idiomatic PyTorch: `python -m benchmarks.engine [--repeats N]`.

The baseline (benchmarks/idiomatic.py) trains one network after the other and records nothing. Ratios are CPU time of
the baseline over CPU time of bnviz for the same networks, steps and batch size, one intra-op thread, medians over
interleaved repeats.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.idiomatic import idiomatic
from benchmarks.report import Line
from benchmarks.timing import interleaved, print_lines, ratio
from bnviz import Experiment, Run, train


@dataclass(frozen=True)
class Case:
    """One comparison: the baseline trains `sampled` of the runs, and its time is scaled to all of them."""

    name: str
    target: str
    experiment: Experiment
    sampled: int


def _runs(norm: str, count: int) -> tuple[Run, ...]:
    return tuple(Run(norm=norm, lr=0.05 * (1 + k / count)) for k in range(count))


def _case(name: str, target: str, runs: tuple[Run, ...], sampled: int, **fields: Any) -> Case:
    settings: dict[str, Any] = {"steps": 500, "records": 2, "activation": "relu", **fields}
    return Case(name, target, Experiment(runs=runs, **settings), sampled)


CASES = (
    _case("1 batch norm run, 64-[64]×5-10", "≥ 2.5", _runs("batch", 1), 1, widths=(64,) * 5),
    _case("4 batch norm runs, 2-64-64-2", "≥ 5", _runs("batch", 4), 4, dataset="moons", widths=(64, 64)),
    _case(
        "the race: none, affine, batch, 64-[64]×5-10, 120 records of 500 steps",
        "≥ 1.2",
        (Run(norm="none"), Run(norm="affine"), Run(norm="batch")),
        3,
        widths=(64,) * 5,
        activation="sigmoid",
        steps=500,
        records=120,
    ),
    _case("100 runs, 2-16-16-2", "≥ 30", _runs("batch", 100), 4, dataset="moons", widths=(16, 16)),
    _case("100 runs, 64-[32]×5-10", "≥ 9", _runs("batch", 100), 4, widths=(32,) * 5),
    _case("100 runs, 2-64-64-2", "≥ 6", _runs("batch", 100), 4, dataset="moons", widths=(64, 64)),
)


def measure(case: Case, repeats: int) -> tuple[float, float, float]:
    """Baseline over bnviz: median, smallest and largest ratio."""
    runs = case.experiment.runs

    def baseline() -> None:
        for run in runs[:: len(runs) // case.sampled][: case.sampled]:
            idiomatic(case.experiment, run)

    work: dict[str, Callable[[], object]] = {"baseline": baseline, "bnviz": lambda: train(case.experiment)}
    seconds = interleaved(work, repeats)
    scale = len(runs) / case.sampled
    return ratio([scale * value for value in seconds["baseline"]], seconds["bnviz"])


def recording_cost(repeats: int) -> tuple[float, float, float]:
    """Training with 120 full records of 500 steps over training with 2, as extra share: 1.0 is 100 %."""
    runs = (Run(norm="none"), Run(norm="affine"), Run(norm="batch"))
    settings: dict[str, Any] = {"widths": (64,) * 5, "steps": 500, "runs": runs}
    recorded, bare = Experiment(records=120, **settings), Experiment(records=2, **settings)
    seconds = interleaved({"recorded": lambda: train(recorded), "bare": lambda: train(bare)}, repeats)
    middle, low, high = ratio(seconds["recorded"], seconds["bare"])
    return middle - 1, low - 1, high - 1


def lines(repeats: int) -> Iterator[Line]:
    """The ratio of every case, then what recording costs."""
    for case in CASES:
        yield Line("engine", case.name, *measure(case, repeats), target=f"{case.target}×")
    name = "full records at 120 of 500 steps, on top of 2"
    yield Line("recording", name, *recording_cost(repeats), unit="%", target="≤ 100%")


if __name__ == "__main__":
    print_lines(__doc__, lines)
