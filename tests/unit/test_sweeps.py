"""Sweeps: rows equal trainings alone, whatever the chunks, workers and neighbors."""

import math
import threading

import pandas as pd
import pytest

from bnviz import Experiment, InvalidExperiment, Run, sweep, train
from bnviz.engine import program
from bnviz.sweeps import divide, plan

SMALL = Experiment(
    dataset="moons",
    widths=(8, 8),
    steps=12,
    records=5,
    batch_size=20,
    runs=(Run(norm="none"), Run(norm="batch")),
)
GRID = {"lr": [0.01, 0.3, 1e12], "activation": ["relu", "tanh"]}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return sweep(SMALL, GRID, seeds=(0, 3))


def test_there_is_a_row_for_each_run_cell_and_seed_in_order(frame):
    assert len(frame) == 2 * 3 * 2 * 2
    assert frame.index.tolist() == list(range(len(frame)))
    first = frame.iloc[0]
    names = ["run", "norm", "lr", "activation", "seed"]
    assert first[names].tolist() == [0, "none", 0.01, "relu", 0]
    assert frame["run"].is_monotonic_increasing


def test_a_row_is_the_last_row_of_train_on_that_network_alone(frame):
    for _, row in frame.iterrows():
        run = Run(norm=row["norm"], lr=row["lr"])
        others = {"activation": row["activation"], "seed": row["seed"], "runs": (run,)}
        history = train(SMALL.model_copy(update=others))
        losses = history.losses()
        for split in ("train", "test"):
            alone = losses[losses["split"] == split]
            last = alone.iloc[-1]
            for name in ("loss", "accuracy"):
                same = row[f"{split}_{name}"] == last[name]
                assert same or (math.isnan(last[name]) and math.isnan(row[f"{split}_{name}"]))
            assert row[f"best_{split}_loss"] == alone["loss"].min()
            assert row[f"best_{split}_accuracy"] == alone["accuracy"].max()
        assert history.status[0].startswith(row["status"])


def test_a_diverged_network_keeps_its_row_and_its_step(frame):
    diverged = frame[frame["status"] == "diverged"]
    assert len(diverged)
    assert set(diverged["lr"]) == {1e12}
    assert diverged["diverged_at"].between(1, SMALL.steps).all()
    assert frame[frame["status"] == "finished"]["diverged_at"].isna().all()


@pytest.mark.parametrize("bytes_", [1, 20_000, 10**9])
def test_the_size_of_chunks_changes_nothing(frame, monkeypatch, bytes_):
    monkeypatch.setattr(program, "CACHE_BYTES", bytes_)
    pd.testing.assert_frame_equal(sweep(SMALL, GRID, seeds=(0, 3)), frame, check_exact=True)


def test_one_worker_gives_what_two_give(frame, monkeypatch):
    monkeypatch.setattr("bnviz.sweeps.WORKERS", 1)
    pd.testing.assert_frame_equal(sweep(SMALL, GRID, seeds=(0, 3)), frame, check_exact=True)


def test_networks_of_a_chunk_share_everything_but_their_run():
    for chunk in divide(plan(SMALL, GRID, (0, 1))):
        assert len({network.experiment.model_copy(update={"runs": ()}).to_json() for network in chunk}) == 1


def test_progress_counts_every_row_once_in_the_callers_thread():
    seen, threads, counts = [], set(), []

    def on_progress(done, total, rows):
        counts.append((done, total))
        threads.add(threading.current_thread())
        seen.extend(rows.index)

    frame = sweep(SMALL, GRID, seeds=(0,), on_progress=on_progress)
    assert sorted(seen) == frame.index.tolist()
    assert counts[-1] == (len(frame), len(frame))
    assert threads == {threading.current_thread()}


def test_stop_returns_the_rows_that_are_finished(monkeypatch):
    monkeypatch.setattr("bnviz.sweeps.WORKERS", 1)
    monkeypatch.setattr(program, "CACHE_BYTES", 1)
    done = []
    frame = sweep(
        SMALL,
        {"lr": [0.1, 0.2, 0.3, 0.4]},
        seeds=(0,),
        on_progress=lambda count, total, rows: done.append(count),
        should_stop=lambda: len(done) >= 3,
    )
    assert len(frame) == 3


def test_stop_at_once_returns_no_rows():
    assert sweep(SMALL, {"lr": [0.1]}, seeds=(0,), should_stop=lambda: True).empty


@pytest.mark.parametrize(
    ("grid", "word"),
    [
        ({"rate": [1]}, "rate"),
        ({"seed": [1]}, "seeds="),
        ({"runs": [()]}, "runs"),
        ({"lr": []}, "one value or more"),
        ({"norm": "batch"}, "one value or more"),
        ({"lr": [-1.0]}, "lr"),
        ({"widths": [(1,)]}, "widths"),
    ],
)
def test_a_bad_grid_is_named(grid, word):
    with pytest.raises(InvalidExperiment, match=word):
        sweep(SMALL, grid, seeds=(0,))


@pytest.mark.filterwarnings("default")
def test_dask_gives_the_same_rows(frame):
    from dask.distributed import Client

    with Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        first = sweep(SMALL, GRID, seeds=(0, 3), client=client)
    pd.testing.assert_frame_equal(first, frame, check_exact=True)
