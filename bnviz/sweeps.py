"""Where does it train at all? Grids of networks, one row each: :func:`sweep`.

Networks that share data, architecture and seed are trained together in chunks that fit the cache, and only their
losses are kept. How they are divided, in what order and by how many workers changes no row: each equals the last row
of `train` on that network alone.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import pairwise
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnviz.cluster import results_on_client
from bnviz.experiment import Experiment
from bnviz.grid import Network, name_of, plan
from bnviz.rows import Row, frame_of

if TYPE_CHECKING:
    from bnviz.training import Losses

WORKERS = 2
"""Threads that train chunks at the same time, where that pays: see :func:`threads_for`."""

WORTH_A_THREAD = 5e6
"""Multiply-adds of a product, below which a second thread costs more than it brings."""

MOST_TOGETHER = 128
"""Networks in a chunk at most: tiny ones gain nothing beyond, and memory and the wait for first rows would grow."""

Progress = Callable[[int, int, pd.DataFrame], None]
ShouldStop = Callable[[], bool]


def divide(networks: Sequence[Network]) -> list[list[Network]]:
    """Chunks of networks that differ in their run alone, each as large as the cache takes.

    Networks with one kernel make chunks of their own, which spares splitting and joining every layer; those of rare
    kernels share chunks.
    """
    from bnviz.engine.network import group_key
    from bnviz.engine.program import runs_that_fit

    shared: dict[str, dict[tuple, list[Network]]] = {}
    for network in networks:
        common = network.experiment.model_copy(update={"runs": ()}).model_dump_json()
        shared.setdefault(common, {}).setdefault(group_key(network.experiment.runs[0]), []).append(network)
    chunks = []
    for kernels in shared.values():
        groups = sorted(kernels.values(), key=len, reverse=True)
        size = min(runs_that_fit(groups[0][0].experiment), MOST_TOGETHER)
        rare = [network for group in groups if 2 * len(group) < size for network in group]
        for group in [*(group for group in groups if 2 * len(group) >= size), rare]:
            count = -(-len(group) // size)
            bounds = [len(group) * i // count for i in range(count + 1)] if count else []
            chunks += [group[start:end] for start, end in pairwise(bounds)]
    if chunks and (few := len(chunks[0]) // 4):
        # Somebody may be waiting for the first rows.
        chunks[:1] = [chunks[0][:few], chunks[0][few:]]
    return chunks


def train_runs(experiment: Experiment, should_stop: ShouldStop | None = None) -> list[Row]:
    """The results of each run of `experiment`, in order; none when stopped before the end.

    A result is status, diverged_at (step, None unless diverged), and for the mini-batch (train) and the test set the
    loss in nats and the accuracy at the last record and the best of all records.
    """
    from bnviz.training import train_losses

    losses = train_losses(experiment, should_stop)
    return [] if any(status.startswith("stopped") for status in losses.status) else rows_of(losses)


def rows_of(losses: "Losses") -> list[Row]:
    """The results of each run that came to its end, in order; see :func:`train_runs`."""
    rows = []
    for k, status in enumerate(losses.status):
        word, _, step = status.partition(" at step ")
        row: Row = {"status": word, "diverged_at": int(step) if step else None}
        for s, split in enumerate(("train", "test")):
            for name, table, best in (("loss", losses.loss, np.fmin), ("accuracy", losses.accuracy, np.fmax)):
                values = table[: losses.recorded[k], k, s]
                row[f"{split}_{name}"] = float(values[-1]) if len(values) else np.nan
                row[f"best_{split}_{name}"] = float(best.reduce(values)) if len(values) else np.nan
        rows.append(row)
    return rows


def sweep(
    experiment: Experiment,
    grid: Mapping[str, Sequence],
    seeds: Iterable[int] = range(3),
    client: Any = None,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> pd.DataFrame:
    """Train every network of `experiment.runs` × `grid` × `seeds`; one row each: `Network.columns`, then its results.

    grid: values for fields of `Run` or `Experiment`, such as {"lr": [0.01, 0.1], "init_scale": [1, 10]}.
    client: a `dask.distributed.Client` to train the chunks on; None trains in this process, on up to two threads.
    on_progress(done, total, new_rows): called in the caller's thread as chunks end.
    should_stop(): asked between chunks, and on threads between steps; the rows finished by then are returned.

    The results are those of :func:`train_runs`: the best values are over the records, of which `experiment.records`
    sets the number. A network that diverges keeps a row, with its last finite record. Networks that are the same are
    trained once. Raises ValueError for a bad grid.
    """
    networks = plan(experiment, grid, seeds)
    places: dict[str, list[Network]] = {}
    for network in networks:
        places.setdefault(network.key, []).append(network)
    results: dict[str, Row] = {}
    done = 0
    for new in train_networks(networks, client, should_stop):
        results |= new
        rows = frame_of([network for key in new for network in places[key]], new)
        done += len(rows)
        if on_progress is not None:
            on_progress(done, len(networks), rows)
    return frame_of(networks, results)


def train_networks(
    networks: Iterable[Network], client: Any = None, should_stop: ShouldStop | None = None
) -> Generator[dict[str, Row], None, None]:
    """Train each distinct network once, and yield the results of each chunk as it ends, by `Network.key`."""
    chunks = divide(list({network.key: network for network in networks}.values()))
    together = {}
    for chunk in chunks:
        runs = tuple(network.experiment.runs[0] for network in chunk)
        together[name_of(" ".join(network.key for network in chunk))] = chunk[0].experiment.model_copy(
            update={"runs": runs}
        )
    keys = {name: [network.key for network in chunk] for name, chunk in zip(together, chunks, strict=True)}
    if client is None:
        ended = _on_threads(together, should_stop)
    else:
        ended = results_on_client(client, train_runs, together, should_stop)
    for name, rows in ended:
        if rows:
            yield dict(zip(keys[name], rows, strict=True))


def threads_for(chunks: Iterable[Experiment]) -> int:
    """How many threads train these chunks: two where their products are large, else one.

    Each operation hands the interpreter over to the other thread and takes it back. Where it takes some microseconds
    only, that costs more than both cores together bring: measured on networks of width 16, two threads needed longer
    than one.
    """
    products = [
        len(chunk.runs) * chunk.examples_per_step * fan_in * fan_out
        for chunk in chunks
        for fan_in, fan_out in pairwise(chunk.sizes)
    ]
    return WORKERS if products and sum(products) / len(products) >= WORTH_A_THREAD else 1


def _on_threads(chunks: Mapping[str, Experiment], should_stop: ShouldStop | None) -> Iterator[tuple[str, list[Row]]]:
    """Results by chunk as they end. Leaving early stops what is still being trained."""
    left, workers = Event(), threads_for(chunks.values())

    def stopped() -> bool:
        return left.is_set() or (should_stop is not None and should_stop())

    with ThreadPoolExecutor(workers, thread_name_prefix="bnviz-sweep") as pool:
        waiting = iter(chunks.items())
        running: dict[Future, str] = {}
        try:
            while True:
                while not stopped() and len(running) < workers and (following := next(waiting, None)):
                    name, experiment = following
                    running[pool.submit(train_runs, experiment, stopped)] = name
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            left.set()
