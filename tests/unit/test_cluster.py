"""Sweeps on a Dask cluster of worker processes: the same rows, whatever is lost on the way."""

import os
import signal
import sys
import time

import pandas as pd
import pytest

from bnviz import Experiment, Run, sweep
from bnviz.cluster import VARIABLE, ClusterError, _made, client_from_environment, shared_client
from bnviz.command import main
from bnviz.grid import plan
from bnviz.lessons.why_not_affine.maps import MapTask
from bnviz.rows import frame_of, read_rows
from bnviz.sweeps import divide, train_networks

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]

EXPERIMENT = Experiment(
    dataset="moons",
    widths=(8, 8),
    steps=150,
    records=4,
    batch_size=20,
    runs=(Run(norm="none"), Run(norm="batch")),
)
GRID = {"lr": [0.05, 1e12]}
SEEDS = range(8)


@pytest.fixture(scope="module")
def in_process() -> pd.DataFrame:
    return sweep(EXPERIMENT, GRID, SEEDS)


@pytest.fixture(scope="module")
def cluster():
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield cluster


@pytest.fixture
def client(cluster, monkeypatch):
    monkeypatch.setenv(VARIABLE, cluster.scheduler_address)
    with client_from_environment() as client:
        yield client


def tasks_left(client) -> list[str]:
    """What the scheduler has still to give to a worker, or has given to one that is at work on it."""
    return client.run_on_scheduler(
        lambda dask_scheduler: [
            task.key
            for task in dask_scheduler.tasks.values()
            if task.state in ("queued", "waiting", "no-worker", "processing")
        ]
    )


def until(holds) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_changes_no_row(in_process, client):
    victim = next(iter(client.run(os.getpid).values()))
    killed = []

    def kill_once(done, total, rows):
        if not killed:
            os.kill(victim, signal.SIGKILL)
            killed.append(done)

    rows = sweep(EXPERIMENT, GRID, SEEDS, client=client, on_progress=kill_once)
    assert killed[0] < len(rows)
    pd.testing.assert_frame_equal(rows, in_process, check_exact=True)


def test_what_the_scheduler_holds_is_not_trained_again(in_process, client):
    from dask.distributed import get_task_stream

    with get_task_stream(client) as first:
        sweep(EXPERIMENT, GRID, SEEDS, client=client)
    with get_task_stream(client) as again:
        rows = sweep(EXPERIMENT, GRID, SEEDS, client=client)
    assert len(first.data) >= len(SEEDS)
    assert again.data == []
    pd.testing.assert_frame_equal(rows, in_process, check_exact=True)


def test_the_maps_of_the_app_are_trained_on_the_cluster(cluster, monkeypatch):
    from dask.distributed import get_task_stream

    task = MapTask(EXPERIMENT.model_copy(update={"runs": (Run(norm="layer"),)}), (("lr", (0.1, 0.3)),))
    here = task.compute(lambda *_: None, lambda: False)
    monkeypatch.setenv(VARIABLE, cluster.scheduler_address)
    _made.cache_clear()
    client = shared_client()
    try:
        with get_task_stream(client) as stream:
            there = task.compute(lambda *_: None, lambda: False)
        assert stream.data
        pd.testing.assert_frame_equal(there, here, check_exact=True)
        assert shared_client() is client
        client.close()
        assert shared_client() is not client
        shared_client().close()
    finally:
        _made.cache_clear()


def test_a_stopped_sweep_leaves_nothing_to_do_on_the_cluster(client):
    from dask.distributed import get_task_stream

    done = []
    long = EXPERIMENT.model_copy(update={"steps": 1000})
    with get_task_stream(client) as stream:
        rows = sweep(
            long,
            GRID,
            range(20),
            client=client,
            on_progress=lambda count, total, new: done.append(count),
            should_stop=lambda: bool(done),
        )
        until(lambda: not tasks_left(client))  # the word to cancel is on its way when the sweep returns
    assert 0 < len(rows) < 2 * 2 * 20
    assert 0 < len(stream.data) < len(divide(plan(long, GRID, range(20))))
    assert len(sweep(long, GRID, range(4), client=client)) == 2 * 2 * 4  # canceled ones may be asked for again


def test_the_command_trains_where_the_environment_points(in_process, client, tmp_path, capsys):
    from dask.distributed import get_task_stream

    (tmp_path / "experiment.json").write_text(EXPERIMENT.to_json())
    out = tmp_path / "rows.parquet"
    command = ["sweep", str(tmp_path / "experiment.json"), "--grid", "lr=0.05,1e12", "--seeds", "8", "-o", str(out)]
    with get_task_stream(client) as stream:
        assert main(command) == 0
    assert len(stream.data) >= len(SEEDS)
    pd.testing.assert_frame_equal(read_rows(out).drop(columns="network"), in_process, check_exact=True)


def test_threads_of_a_worker_share_nothing_that_changes_a_row(in_process):
    from dask.distributed import Client

    with Client(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0") as client:
        networks = plan(EXPERIMENT, GRID, SEEDS)
        results = {key: row for chunk in train_networks(networks, client) for key, row in chunk.items()}
    pd.testing.assert_frame_equal(frame_of(networks, results), in_process, check_exact=True)


def test_without_the_variable_there_is_no_client(monkeypatch):
    for value in (None, "", " "):
        monkeypatch.delenv(VARIABLE, raising=False)
        if value is not None:
            monkeypatch.setenv(VARIABLE, value)
        assert client_from_environment() is None


@pytest.mark.parametrize(
    ("address", "said"),
    [("tcp://127.0.0.1:1", "does not answer"), ("nonsense://x", "is not an address"), ("8786", "is not an address")],
)
def test_an_unreachable_scheduler_is_named_in_one_line(monkeypatch, address, said):
    monkeypatch.setenv(VARIABLE, address)
    with pytest.raises(ClusterError, match=said) as error:
        client_from_environment(timeout=0.5)
    assert address in str(error.value)
    assert "\n" not in str(error.value)


def test_a_scheduler_without_workers_is_named(monkeypatch):
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=0, dashboard_address=":0", processes=True) as empty:
        monkeypatch.setenv(VARIABLE, empty.scheduler_address)
        with pytest.raises(ClusterError, match="has no workers"):
            client_from_environment(timeout=0.5)


def test_a_missing_distributed_is_named_with_its_cure(monkeypatch):
    monkeypatch.setenv(VARIABLE, "tcp://127.0.0.1:8786")
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(ClusterError, match=r"requirements-dask\.txt"):
        client_from_environment()
