"""CPU time of interleaved repeats: what every benchmark here is made of."""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Mapping

import torch

from benchmarks.report import HEADER, Line, markdown

REPEATS = 5


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process (all its threads) during one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleaved(work: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, list[float]]:
    """CPU seconds of each piece of work, `repeats` times in turn, after one round that does not count."""
    for call in work.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(repeats):
        for name, call in work.items():
            seconds[name].append(cpu_seconds(call))
    return seconds


def ratio(baseline: list[float], other: list[float]) -> tuple[float, float, float]:
    """The median of baseline/other over the repeats, and the smallest and the largest."""
    ratios = [a / b for a, b in zip(baseline, other, strict=True)]
    return spread(ratios)


def spread(values: list[float]) -> tuple[float, float, float]:
    """The median, the smallest and the largest."""
    return statistics.median(values), min(values), max(values)


def print_lines(description: str | None, lines: Callable[[int], Iterator[Line]]) -> None:
    """What `python -m benchmarks.<name> [--repeats N]` does: measure, and print each line as it is known."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(HEADER)
    for line in lines(options.repeats):
        print(markdown(line), flush=True)
