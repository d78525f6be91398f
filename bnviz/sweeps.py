"""Where does it train at all? Grids of networks, one row each: :func:`sweep`.

Networks that share data, architecture and seed are trained together in chunks that fit the cache, and only their
losses are kept. How they are divided, in what order and by how many workers changes no row: each equals the last row
of `train` on that network alone.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, InvalidExperiment, Run

WORKERS = 2
"""Threads that train chunks at the same time: a product of matrices lets the other thread run."""

ROWS_VERSION = 1
"""To be raised when the same network would give another row, so that old rows are not taken for new ones."""

Progress = Callable[[int, int, pd.DataFrame], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Network:
    """One cell of a sweep: its place in the table, the columns that tell it apart, and its experiment of one run."""

    place: int
    columns: Mapping[str, Any]
    experiment: Experiment


def plan(experiment: Experiment, grid: Mapping[str, Sequence], seeds: Iterable[int]) -> list[Network]:
    """Every network of the sweep: `experiment.runs` × the grid's product × seeds, in this order.

    Raises InvalidExperiment (a ValueError) for a field that does not exist or a value out of bounds.
    """
    for name, values in grid.items():
        if name in ("runs", "seed", "interventions") or name not in {*Run.model_fields, *Experiment.model_fields}:
            fix = "pass seeds=… instead" if name == "seed" else "name a field of Run or Experiment"
            raise InvalidExperiment({name: f"grid[{name!r}]: must be a field that can be swept; {fix}."})
        if isinstance(values, str) or not len(values):
            raise InvalidExperiment({name: f"grid[{name!r}] = {values!r}: must list one value or more; add some."})
    fields = {name: value for name, value in experiment if name not in ("runs", "seed")}
    networks: list[Network] = []
    for number, run in enumerate(experiment.runs):
        for values in product(*grid.values()):
            swept = dict(zip(grid, values, strict=True))
            changed = Run(**dict(run) | {name: value for name, value in swept.items() if name in Run.model_fields})
            others = fields | {name: value for name, value in swept.items() if name in fields}
            for seed in seeds:
                columns = {"run": number, "norm": changed.norm, **swept, "seed": seed}
                alone = Experiment(**others, seed=seed, runs=(changed,))
                networks.append(Network(len(networks), columns, alone))
    return networks


def divide(networks: Sequence[Network]) -> list[list[Network]]:
    """Chunks of networks that differ in their run alone, each as large as the cache takes."""
    from bnviz.engine.program import runs_that_fit

    shared: dict[str, list[Network]] = {}
    for network in networks:
        shared.setdefault(network.experiment.model_copy(update={"runs": ()}).model_dump_json(), []).append(network)
    chunks = []
    for group in shared.values():
        size = runs_that_fit(group[0].experiment)
        ordered = sorted(group, key=lambda network: network.experiment.runs[0].norm)
        chunks += [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return chunks


def train_chunk(chunk: Sequence[Network], should_stop: ShouldStop | None = None) -> pd.DataFrame:
    """One row a network, indexed by its place, or no rows when stopped before the end.

    Columns: `Network.columns`, then status, diverged_at (step, missing unless diverged), and for the mini-batch
    (train) and the test set the loss in nats and the accuracy at the last record and the best of all records.
    """
    from bnviz.engine import train_losses

    together = chunk[0].experiment.model_copy(update={"runs": tuple(each.experiment.runs[0] for each in chunk)})
    losses = train_losses(together, should_stop)
    if any(status.startswith("stopped") for status in losses.status):
        return pd.DataFrame()
    rows = []
    for k, (network, status) in enumerate(zip(chunk, losses.status, strict=True)):
        diverged = status.removeprefix("diverged at step ")
        row = {**network.columns, "status": status.split(" at ")[0]}
        row["diverged_at"] = int(diverged) if diverged != status else pd.NA
        for s, split in enumerate(("train", "test")):
            for name, table, best in (("loss", losses.loss, np.nanmin), ("accuracy", losses.accuracy, np.nanmax)):
                values = table[: losses.recorded[k], k, s]
                row[f"{split}_{name}"] = values[-1] if len(values) else np.nan
                row[f"best_{split}_{name}"] = best(values) if len(values) else np.nan
        rows.append(row)
    frame = pd.DataFrame(rows, index=[network.place for network in chunk])
    return frame.astype({"diverged_at": "Int64"})


def sweep(
    experiment: Experiment,
    grid: Mapping[str, Sequence],
    seeds: Iterable[int] = range(3),
    client: Any = None,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> pd.DataFrame:
    """Train every network of `experiment.runs` × `grid` × `seeds`; one row each, see :func:`train_chunk`.

    grid: values for fields of `Run` or `Experiment`, such as {"lr": [0.01, 0.1], "init_scale": [1, 10]}.
    client: a `dask.distributed.Client` to train the chunks on; None trains on two threads of this process.
    on_progress(done, total, new_rows): called in the caller's thread as chunks end.
    should_stop(): asked between chunks, and on threads between steps; the rows finished by then are returned.

    The best values are over the records, of which `experiment.records` sets the number. A network that diverges keeps
    a row, with its last finite record. Raises ValueError for a bad grid.
    """
    networks = plan(experiment, grid, list(seeds))
    chunks = divide(networks)
    results = _on_client(chunks, client, should_stop) if client else _on_threads(chunks, should_stop)
    frames = []
    done = 0
    for frame in results:
        frames.append(frame)
        done += len(frame)
        if on_progress is not None and len(frame):
            on_progress(done, len(networks), frame)
    finished = [frame for frame in frames if len(frame)]
    return pd.concat(finished).sort_index() if finished else pd.DataFrame()


def _on_threads(chunks: Sequence[list[Network]], should_stop: ShouldStop | None) -> Iterator[pd.DataFrame]:
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="bnviz-sweep") as pool:
        waiting = iter(chunks)
        running: set[Future] = set()
        while True:
            stopped = should_stop is not None and should_stop()
            while not stopped and len(running) < WORKERS and (chunk := next(waiting, None)):
                running.add(pool.submit(train_chunk, chunk, should_stop))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                yield future.result()


def _on_client(chunks: Sequence[list[Network]], client: Any, should_stop: ShouldStop | None) -> Iterator[pd.DataFrame]:
    """Chunks as tasks, each under a key made of its content: what the scheduler still holds is not trained again."""
    from dask.distributed import as_completed

    keys = [f"bnviz-chunk-{chunk_key(chunk)}" for chunk in chunks]
    futures = [client.submit(train_chunk, chunk, key=key) for chunk, key in zip(chunks, keys, strict=True)]
    try:
        for future in as_completed(futures):
            if should_stop is not None and should_stop():
                return
            yield future.result()
    finally:
        client.cancel([future for future in futures if not future.done()])


def chunk_key(chunk: Sequence[Network]) -> str:
    """A name for the content of a chunk, places in the table included."""
    text = json.dumps([(network.place, network.experiment.to_json()) for network in chunk])
    return hashlib.sha256(f"{ROWS_VERSION} {text}".encode()).hexdigest()
