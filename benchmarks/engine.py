"""The engine against idiomatic PyTorch: `python -m benchmarks.engine [--repeats N]`.

The baseline trains one network after the other with `nn.Sequential(Linear, BatchNorm1d, activation, …)`,
`torch.optim.SGD` and permutation indexing, and records nothing. Ratios are CPU time of the baseline over CPU time of
bnviz for the same networks, steps and batch size, one intra-op thread, medians over interleaved repeats.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from benchmarks.timing import interleaved, ratio
from bnviz import Experiment, Run, train
from bnviz.engine.batches import load_data


def idiomatic(experiment: Experiment, run: Run) -> None:
    """One network trained the usual way: `none` has biases, `affine` a module of its own, `batch` BatchNorm1d."""
    split = load_data(experiment)
    x, y = torch.from_numpy(split.x_train).float(), torch.from_numpy(split.y_train)
    layers: list[nn.Module] = []
    fan_in = experiment.features
    activation = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}[experiment.activation]
    for width in experiment.widths:
        layers.append(nn.Linear(fan_in, width, bias=run.norm == "none"))
        if run.norm == "batch":
            layers.append(nn.BatchNorm1d(width))
        elif run.norm == "affine":
            layers.append(_Affine(width))
        layers.append(activation())
        fan_in = width
    network = nn.Sequential(*layers, nn.Linear(fan_in, experiment.classes))
    optimizer = torch.optim.SGD(network.parameters(), lr=run.lr)
    loss_function = nn.CrossEntropyLoss()
    size, order, start = experiment.examples_per_step, torch.randperm(len(y)), 0
    for _ in range(experiment.steps):
        if start + size > len(y):
            order, start = torch.randperm(len(y)), 0
        batch = order[start : start + size]
        start += size
        optimizer.zero_grad()
        loss = loss_function(network(x[batch]), y[batch])
        loss.backward()
        optimizer.step()


class _Affine(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gamma * x + self.beta


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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    print("| case | target | median ratio | smallest | largest |\n|---|---|---|---|---|")
    for case in CASES:
        middle, low, high = measure(case, repeats)
        print(f"| {case.name} | {case.target}× | {middle:.1f}× | {low:.1f}× | {high:.1f}× |", flush=True)
    middle, low, high = recording_cost(repeats)
    print(f"| cost of full recording, 120 of 500 steps | ≤ 100 % | {middle:.0%} | {low:.0%} | {high:.0%} |")


if __name__ == "__main__":
    main()
