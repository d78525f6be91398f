"""The same job in numpy by hand, against the engine: `python -m benchmarks.numpy_by_hand [--repeats N]`.

benchmarks/by_hand.py trains one batch norm network after the other and records nothing.
"""

from collections.abc import Iterator

from benchmarks.by_hand import train_by_hand
from benchmarks.idiomatic import idiomatic
from benchmarks.report import Line
from benchmarks.timing import interleaved, print_lines, ratio
from bnviz import Experiment, Run, train

SAMPLED = 4
CASES = (
    ("1 run, 64-[64]×5-10", Experiment(widths=(64,) * 5, steps=500, records=2, runs=(Run(),))),
    (
        "100 runs, 64-[32]×5-10",
        Experiment(widths=(32,) * 5, steps=500, records=2, runs=tuple(Run(lr=0.05 + k / 2000) for k in range(100))),
    ),
    (
        "100 runs, 2-16-16-2",
        Experiment(
            dataset="moons",
            widths=(16, 16),
            steps=500,
            records=2,
            runs=tuple(Run(lr=0.05 + k / 2000) for k in range(100)),
        ),
    ),
)


def lines(repeats: int) -> Iterator[Line]:
    """How much faster than numpy by hand the engine is, and numpy than the idiomatic loop."""
    for name, experiment in CASES:
        sample = experiment.runs[:SAMPLED]
        alone = [experiment.model_copy(update={"runs": (run,)}) for run in sample]

        def by_hand(alone: list[Experiment] = alone) -> None:
            for each in alone:
                train_by_hand(each)

        def loop(experiment: Experiment = experiment, sample: tuple[Run, ...] = sample) -> None:
            for run in sample:
                idiomatic(experiment, run)

        def engine(experiment: Experiment = experiment) -> None:
            train(experiment)

        seconds = interleaved({"hand": by_hand, "loop": loop, "engine": engine}, repeats)
        whole = [value * len(experiment.runs) / len(sample) for value in seconds["hand"]]
        yield Line("numpy by hand", f"engine against numpy: {name}", *ratio(whole, seconds["engine"]))
        yield Line("numpy by hand", f"numpy against the loop: {name}", *ratio(seconds["loop"], seconds["hand"]))


if __name__ == "__main__":
    print_lines(__doc__, lines)
