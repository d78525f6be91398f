"""Histories made by hand, in which no two numbers are alike: a lookup at a wrong place finds a wrong number.

What a training leaves behind is smoother, and a swapped axis may hide in it.
"""

from collections.abc import Sequence

import numpy as np

from bnviz import Experiment, History, Intervention, Run
from bnviz.datasets import DATASETS
from bnviz.history import FOLLOWED, PERCENTILES, RUNNING, STAGES
from bnviz.norms import NORMS

BINS, GRID, POINTS, EXAMPLES = 20, 7, 23, 11
STEPS = (0, 1, 2, 4, 7, 12, 20, 33, 60)
"""Unevenly spaced, as the recorder's are."""
RANGES = ((-8.0, 8.0), (-5.0, 5.0), (-6.0, 7.0), (-1.0, 4.0))
"""One a stage, all different. The zeros of ReLU lie inside of the last one, so that its bin is none of the ends."""


def make_history(
    *,
    dataset: str = "moons",
    classes: int = 2,
    activation: str = "relu",
    dtype: str = "float32",
    widths: tuple[int, ...] = (40, 6, 3),
    runs: Sequence[Run],
    ends: dict[int, str] | None = None,
    recorded: dict[int, int] | None = None,
    interventions: tuple[Intervention, ...] = (),
    seed: int = 0,
) -> History:
    """A history of random numbers, blank where the recorder would leave it blank.

    `ends` gives the status of runs that did not finish, `recorded` the number of records of those that have fewer.
    """
    experiment = Experiment(
        dataset=dataset,
        widths=widths,
        activation=activation,
        steps=STEPS[-1],
        records=len(STEPS),
        runs=tuple(runs),
        dtype=dtype,
        interventions=interventions,
    )
    generator = np.random.default_rng(seed)
    t, k, n, most = len(STEPS), len(runs), len(widths), max(widths)

    def spread(low: float, high: float, *shape: int) -> np.ndarray:
        return generator.uniform(low, high, shape)

    units = np.arange(most) < np.array(widths)[:, None]  # [L, C]
    layers = 1 + np.arange(n)[:, None]  # each layer its own size, so that their axes differ
    stages = 1 + 0.3 * np.arange(len(STAGES))[:, None]
    arrays = {
        "loss": 10 ** spread(-2, 0.3, t, k, 2),
        "accuracy": spread(0.05, 1, t, k, 2),
        "counts": generator.integers(1, 400, (t, k, n, len(STAGES), BINS + 2)).astype(np.int32),
        "percentiles": spread(-1, 1, t, k, n, len(STAGES), len(PERCENTILES)),
        "mean": np.where(
            units[:, None], layers[:, None] * stages * spread(-0.6, 0.8, t, k, n, len(STAGES), most), np.nan
        ),
        "std": np.where(
            units[:, None], layers[:, None] * stages * spread(0.1, 0.9, t, k, n, len(STAGES), most), np.nan
        ),
        "gamma": np.where(units, layers * spread(-0.5, 1.7, t, k, n, most), np.nan),
        "beta": np.where(units, layers * spread(-0.9, 0.4, t, k, n, most), np.nan),
        **{name: np.full((t, k, n, most), np.nan) for name in ("running_mean", "running_var")},
        **{name: spread(0.1, 2, t, k, n) for name in ("weight_norm", "grad_norm", "effective_lr")},
    }
    # Each layer has a cloud of its own size, wider than high; the second layer of the first run is a point.
    sizes = np.array([1.7, 0.9])
    examples = np.random.default_rng(seed + 1).uniform(-1, 1, (t, k, n, EXAMPLES, 2))
    arrays["example_plane"] = (sizes * layers[..., None] * examples).astype(np.float32)
    arrays["example_plane"][:, 0, 1:2] = 0
    # Those of the first run's second layer have one value each, all examples alike.
    values = np.random.default_rng(seed + 2).normal(0, 1, (t, k, n, min(most, FOLLOWED), EXAMPLES))
    values[:, 0, 1:2] = values[:, 0, 1:2, :, :1]
    followed = np.arange(min(most, FOLLOWED)) < np.minimum(widths, FOLLOWED)[:, None]
    arrays["example_units"] = np.where(followed[..., None], values, np.nan).astype(np.float16)
    # Histograms that lose mass to either side, in another way in every cell.
    arrays["counts"][..., 0] *= generator.integers(0, 4, (t, k, n, len(STAGES)), dtype=np.int32)
    arrays["counts"][..., -1] *= generator.integers(0, 4, (t, k, n, len(STAGES)), dtype=np.int32)
    if dataset == "moons":
        raw = spread(0.01, 1, t, k, classes, GRID, GRID)
        arrays["decision"] = (raw / raw.sum(2, keepdims=True)).astype(np.float32)
    for run, settings in enumerate(runs):
        for name in {"gamma", "beta"} - set(NORMS[settings.norm].trains):
            arrays[name][:, run] = np.nan
    lengths = np.full(k, t, np.int32)
    for run, length in (recorded or {}).items():
        lengths[run] = length
        for name, values in arrays.items():
            values[length:, run] = 0 if name == "counts" else np.nan
    for name in ("mean", "std", "gamma", "beta"):
        arrays[name] = arrays[name].astype(dtype)
    arrays["example_x"] = generator.random((EXAMPLES, DATASETS[dataset].features), np.float32)
    arrays["example_y"] = np.arange(EXAMPLES) % 10
    arrays["edges"] = np.stack([np.linspace(*limits, BINS + 1) for limits in RANGES])
    if dataset == "moons":
        arrays["grid_x"], arrays["grid_y"] = np.linspace(-2, 3.5, GRID), np.linspace(-1.25, 4.25, GRID)
        arrays["points"] = np.column_stack([spread(-1.9, 3.4, POINTS), spread(-1.2, 4.2, POINTS)])
        arrays["point_labels"] = np.arange(POINTS) % classes
    status = tuple((ends or {}).get(run, "finished") for run in range(k))
    return History(experiment, status, np.array(STEPS, np.int32), lengths, arrays)


AT_NO_RECORD = {"edges", "grid_x", "grid_y", "points", "point_labels", "example_x", "example_y"}


def sliced(history: History, first: int, last: int) -> History:
    """The records number `first` to `last`, without `last`, as a part that is reported while the training goes on."""
    arrays = {name: values if name in AT_NO_RECORD else values[first:last] for name, values in history.arrays.items()}
    goes_on = last < len(history.steps)
    status = tuple(
        RUNNING if goes_on and length >= last else status
        for length, status in zip(history.recorded, history.status, strict=True)
    )
    recorded = np.clip(history.recorded - first, 0, last - first).astype(np.int32)
    return History(history.experiment, status, history.steps[first:last], recorded, arrays)


def _clipped() -> History:
    """As "plane", with a loss, a μ, a σ and examples that rush off in one run and a loss that reaches 0 in another."""
    history = make_history(
        runs=(Run(norm="none"), Run(norm="batch", label="mine")), ends={0: "diverged at step 33"}, recorded={0: 8}
    )
    arrays = history.arrays
    arrays["loss"][5:8, 0] = [[3e3, 2e2], [4e4, 5e3], [1e9, 1e12]]
    arrays["loss"][3, 1] = 0.0
    arrays["mean"][5:8, 0, :2, 0] *= 1e6
    arrays["std"][4:8, 0, 1, 0] *= 1e5
    arrays["example_plane"][3:8, 0] *= np.geomspace(10, 1e12, 5)[:, None, None, None]
    with np.errstate(over="ignore"):
        arrays["example_units"][3:8, 0] *= np.geomspace(10, 1e6, 5).astype(np.float16)[:, None, None, None]
    return history


def without_examples(history: History) -> History:
    """As read from a file that was written before examples were recorded."""
    arrays = {name: values for name, values in history.arrays.items() if not name.startswith("example_")}
    return History(history.experiment, history.status, history.steps, history.recorded, arrays)


def _trained(experiment: Experiment, stop_after: int | None = None) -> History:
    from bnviz import train  # and with it torch, which histories made by hand do not need

    updates = iter(range(experiment.steps))
    return train(experiment, should_stop=lambda: next(updates) == stop_after)


CASES = {
    # Unequal widths, two of the runs alike but for their dash, one that diverged, and two kicks to the weights.
    "plane": lambda: make_history(
        runs=(Run(norm="none"), Run(norm="affine", label="mine"), Run(norm="batch"), Run(norm="batch", lr=0.3)),
        ends={1: "diverged at step 12"},
        recorded={1: 5},
        interventions=(Intervention(step=7, factor=3.0), Intervention(step=50, factor=0.25)),
    ),
    # Stopped by the reader, more classes than two, layer norm and a layer that is too wide to be drawn whole.
    "classes": lambda: make_history(
        classes=4,
        widths=(3, 70),
        dtype="float64",
        activation="tanh",
        runs=(Run(norm="layer"), Run(norm="standardize")),
        ends=dict.fromkeys(range(2), "stopped at step 60"),
        seed=1,
    ),
    "digits": lambda: make_history(
        dataset="digits",
        widths=(5, 9, 4, 7),
        dtype="float64",
        activation="sigmoid",
        runs=(Run(norm="layer"), Run(norm="none"), Run(norm="batch")),
        ends={2: "diverged at step 2"},
        recorded={2: 3},
        seed=2,
    ),
    "alone": lambda: without_examples(make_history(widths=(12,), runs=(Run(norm="batch"),), seed=3)),
    "clipped": _clipped,
    # Stopped before the first update: there is step 0 and nothing else.
    "first": lambda: _trained(
        Experiment(dataset="moons", widths=(4, 3), steps=40, records=20, runs=(Run(norm="batch"), Run(norm="none"))),
        stop_after=0,
    ),
    # And what the engine really records.
    "trained": lambda: _trained(
        Experiment(
            dataset="moons",
            widths=(10, 6),
            steps=30,
            records=12,
            interventions=(Intervention(step=5, factor=3.0),),
            runs=(Run(norm="none"), Run(norm="affine"), Run(norm="batch"), Run(norm="layer")),
        )
    ),
    "trained, diverging": lambda: _trained(
        Experiment(
            dataset="digits",
            widths=(8, 5, 6),
            steps=30,
            records=30,
            runs=(Run(norm="none", lr=1e9), Run(norm="batch")),
        )
    ),
    "trained, stopped": lambda: _trained(
        Experiment(dataset="digits", widths=(6, 4), steps=40, records=20, runs=(Run(norm="batch"), Run(norm="none"))),
        stop_after=17,
    ),
}
