"""Sweeps: rows equal trainings alone, whatever the chunks, workers and neighbors."""

import math
import threading

import pandas as pd
import pytest

from bnviz import Experiment, InvalidExperiment, Run, sweep, sweeps, train
from bnviz.engine import program
from bnviz.grid import plan
from bnviz.sweeps import divide

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


@pytest.mark.parametrize("most", [1, 3])
def test_the_number_of_networks_in_a_chunk_changes_nothing(frame, monkeypatch, most):
    monkeypatch.setattr("bnviz.sweeps.MOST_TOGETHER", most)
    assert max(map(len, divide(plan(SMALL, GRID, (0, 3))))) == most
    pd.testing.assert_frame_equal(sweep(SMALL, GRID, seeds=(0, 3)), frame, check_exact=True)


def test_rows_follow_the_grid_in_types_and_order_whatever_is_listed_first(frame):
    turned = sweep(SMALL, {name: list(reversed(values)) for name, values in reversed(GRID.items())}, seeds=(3, 0))
    names = ["run", "lr", "activation", "seed"]
    a, b = (each.sort_values(names).reset_index(drop=True)[frame.columns] for each in (turned, frame))
    pd.testing.assert_frame_equal(a, b, check_exact=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_one_worker_gives_what_two_give(frame, monkeypatch, workers):
    monkeypatch.setattr("bnviz.sweeps.threads_for", lambda chunks: workers)
    pd.testing.assert_frame_equal(sweep(SMALL, GRID, seeds=(0, 3)), frame, check_exact=True)


def test_two_threads_train_large_networks_and_one_small_ones():
    def threads(width, runs):
        return sweeps.threads_for([Experiment(widths=(width,) * 4, batch_size=64, runs=(Run(),) * runs)])

    assert [threads(16, 100), threads(32, 10), threads(64, 40), threads(256, 8)] == [1, 1, 2, 2]
    assert sweeps.threads_for([]) == 1


def test_networks_of_a_chunk_share_everything_but_their_run():
    for chunk in divide(plan(SMALL, GRID, (0, 1))):
        assert len({network.experiment.model_copy(update={"runs": ()}).to_json() for network in chunk}) == 1


def test_frequent_kernels_have_chunks_of_their_own_and_rare_ones_share(monkeypatch):
    monkeypatch.setattr("bnviz.sweeps.MOST_TOGETHER", 4)
    rates = [0.1, 0.2, 0.3]
    frequent = divide(plan(SMALL, {"norm": ["none", "batch"], "lr": rates}, (0,)))
    for chunk in frequent:
        assert len({network.experiment.runs[0].norm for network in chunk}) == 1
    rare = divide(plan(SMALL.model_copy(update={"runs": (Run(),)}), {"eps": [1e-5, 1e-4, 1e-3, 1e-2, 0.1]}, (0,)))
    assert sorted(map(len, rare)) == [2, 3]


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


def test_networks_that_are_the_same_are_trained_once_and_fill_all_their_rows(monkeypatch):
    trained = []
    train_runs = sweeps.train_runs
    monkeypatch.setattr(
        sweeps,
        "train_runs",
        lambda together, should_stop: trained.extend(together.runs) or train_runs(together, should_stop),
    )
    counts = []
    rows = sweep(SMALL, {"norm": ["none", "batch"]}, (0,), on_progress=lambda done, total, new: counts.append(done))
    assert len(trained) == 2
    assert rows["norm"].tolist() == ["none", "batch"] * 2
    assert rows.loc[0, "train_loss"] == rows.loc[2, "train_loss"] != rows.loc[1, "train_loss"]
    assert counts[-1] == 4


def test_a_network_whose_test_loss_is_never_finite_has_a_row():
    huge = SMALL.model_copy(update={"widths": (8,) * 4, "runs": (Run(init_scale=1e12, norm_momentum=0.0),)})
    (row,) = sweep(huge, {"lr": [0.1]}, seeds=(0,)).to_dict("records")
    assert row["status"] == "finished"
    assert math.isfinite(row["train_loss"])
    assert math.isnan(row["best_test_loss"])


def test_what_fails_in_a_chunk_is_raised_and_ends_the_sweep(monkeypatch):
    def fail(experiment, should_stop):
        raise MemoryError("too large")

    monkeypatch.setattr(sweeps, "train_runs", fail)
    with pytest.raises(MemoryError, match="too large"):
        sweep(SMALL, {"lr": [0.1]}, seeds=range(4))


def test_leaving_a_sweep_stops_what_is_being_trained(monkeypatch):
    monkeypatch.setattr("bnviz.sweeps.threads_for", lambda chunks: 2)
    endless = SMALL.model_copy(update={"steps": 1_000_000, "records": 2})
    quick = [network for seed in range(2) for network in plan(SMALL, {}, (seed,))]
    chunks = sweeps.train_networks([*quick, *plan(endless, {}, (7, 8))])
    assert next(chunks)
    chunks.close()  # would take minutes, were the endless ones not stopped


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
        ({"lr": [0.1, 0.2, 0.1]}, "twice"),
        ({name: list(range(1, 2000)) for name in ("lr", "init_scale")}, "networks = 7992002"),
    ],
)
def test_a_bad_grid_is_named(grid, word):
    with pytest.raises(InvalidExperiment, match=word):
        sweep(SMALL, grid, seeds=(0,))


@pytest.mark.parametrize(("seeds", "word"), [((), "one value or more"), ((0, 0), "twice"), ((-1,), "seed = -1")])
def test_bad_seeds_are_named(seeds, word):
    with pytest.raises(InvalidExperiment, match=word):
        sweep(SMALL, {}, seeds=seeds)


@pytest.mark.filterwarnings("default")
def test_dask_gives_the_same_rows(frame):
    from dask.distributed import Client

    with Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as client:
        first = sweep(SMALL, GRID, seeds=(0, 3), client=client)
    pd.testing.assert_frame_equal(first, frame, check_exact=True)
