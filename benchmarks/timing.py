"""CPU time of interleaved repeats: what every benchmark here is made of."""

import statistics
import time
from collections.abc import Callable, Mapping


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
    return statistics.median(ratios), min(ratios), max(ratios)
