"""The lesson on maps against claims 4, 11 and 15 of the notes on the science, and its counting by hand."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from bnviz import Experiment, InvalidExperiment, Run, train
from bnviz.costs import work
from bnviz.lessons.why_not_affine.curves import RECORDS, curve, curve_tasks, steps_of
from bnviz.lessons.why_not_affine.depths import CONTROL_DEPTHS, DEPTHS, RATES, DepthSweep, advantage, best_of_rates
from bnviz.lessons.why_not_affine.maps import RATES as MAP_RATES
from bnviz.lessons.why_not_affine.maps import (
    SCALES,
    MapTask,
    cells,
    gather,
    map_experiment,
    map_tasks,
    network_at,
    networks_of,
    shares,
)
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment, steps_to_learn
from bnviz.recorder import recorded_steps
from bnviz.ui.server.training import job_key

TINY = Experiment(
    dataset="moons", widths=(4, 4), steps=8, records=2, batch_size=16, runs=(Run(norm="none"), Run(norm="batch"))
)
AXES = (("lr", (0.1, 1e12)), ("init_scale", (0.5, 1.0, 2.0)))


def no_report(*_):
    pass


def never() -> bool:
    return False


def row(run, lr, scale, seed, accuracy, status="finished", at=pd.NA):
    return {
        "run": run,
        "lr": lr,
        "init_scale": scale,
        "seed": seed,
        "test_accuracy": accuracy,
        "status": status,
        "diverged_at": at,
    }


ROWS = pd.DataFrame(
    [
        row(0, 0.1, 1.0, 0, 0.9),
        row(0, 0.1, 1.0, 1, 0.7),
        row(0, 1.0, 1.0, 0, 0.99, "diverged", 12),
        row(0, 1.0, 1.0, 1, 0.99, "diverged", 7),
        row(1, 0.1, 1.0, 0, 0.9),
        row(1, 0.1, 1.0, 1, 0.8),
        row(1, 1.0, 1.0, 0, 0.95, "diverged", 3),
        row(1, 1.0, 1.0, 1, 0.85),
    ]
).astype({"diverged_at": "Int64"})
FIELDS = (("lr", (0.1, 1.0)), ("init_scale", (1.0,)))


class TestTasks:
    def test_the_first_seed_of_all_runs_comes_first_and_a_name_holds_everything(self):
        tasks = map_tasks(TINY, AXES, 2)
        assert [(task.experiment.seed, task.experiment.runs[0].norm) for task in tasks] == [
            (0, "none"),
            (0, "batch"),
            (1, "none"),
            (1, "batch"),
        ]
        assert [task.steps for task in tasks] == [6] * 4
        names = {job_key(task) for task in [*tasks, MapTask(tasks[0].experiment, AXES[::-1])]}
        assert len(names) == 5
        assert job_key(tasks[0]) == job_key(map_tasks(TINY, AXES, 1)[0])

    def test_rows_are_passed_on_as_they_arrive_and_are_those_of_the_end(self, monkeypatch):
        monkeypatch.setattr("bnviz.engine.program.CACHE_BYTES", 1)
        seen = []
        frame = map_tasks(TINY, AXES, 1)[0].compute(lambda *told: seen.append(told), never)
        assert [count for count, _, _ in seen] == [len(rows) for _, _, rows in seen] == list(range(1, 7))
        pd.testing.assert_frame_equal(seen[-1][2].sort_index(), frame)
        assert set(frame["status"]) == {"finished", "diverged"}

    def test_a_stop_leaves_the_rows_that_are_finished(self, monkeypatch):
        monkeypatch.setattr("bnviz.engine.program.CACHE_BYTES", 1)
        seen = []
        frame = map_tasks(TINY, AXES, 1)[0].compute(lambda *told: seen.append(told), lambda: len(seen) >= 2)
        assert 2 <= len(frame) < 6

    def test_depth_stands_for_widths(self):
        (task, _) = map_tasks(TINY, (("depth", (1, 3)), ("lr", (0.1,))), 1)
        frame = task.compute(no_report, never)
        assert frame["depth"].tolist() == [1, 3]
        assert "widths" not in frame

    def test_the_networks_are_known_before_they_are_trained(self):
        networks = networks_of(TINY, AXES)
        assert len(networks) == 12
        assert sum(work(network) for network in networks) == 6 * work(TINY)
        with pytest.raises(InvalidExperiment, match="batch_size = 1"):
            networks_of(TINY, (("batch_size", (1, 2)), ("lr", (0.1,))))


@pytest.mark.parametrize("cell", [{"lr": 0.1, "init_scale": 2.0}, {"depth": 3, "batch_size": 8}])
def test_a_cell_opens_as_the_very_network_that_was_trained(cell):
    axes = tuple((name, (value,)) for name, value in cell.items())
    frame = map_tasks(TINY, axes, 1)[1].compute(no_report, never)
    opened = network_at(TINY, cell, [1])
    assert opened.records == Experiment.model_fields["records"].default
    assert [run.norm for run in opened.runs] == ["batch"]
    last = train(opened).losses().query("split == 'test'").iloc[-1]
    assert frame["test_accuracy"].item() == last["accuracy"]
    assert frame["test_loss"].item() == last["loss"]


class TestCounting:
    def test_what_diverged_neither_trains_nor_has_an_accuracy(self):
        table = cells(ROWS, FIELDS, 0.85).set_index(["run", "lr"])
        assert table["networks"].tolist() == [2] * 4
        assert table["trained"].tolist() == [1, 0, 1, 1]
        assert table["diverged"].tolist() == [0, 2, 0, 1]
        assert table["accuracy"].tolist() == pytest.approx([0.8, np.nan, 0.85, 0.85], nan_ok=True)
        assert table["low"][0, 0.1] == 0.7
        assert table["high"][0, 0.1] == 0.9
        assert table["ended"][0, 1.0] == 7

    def test_shares_are_means_over_seeds(self):
        table = shares(ROWS, 0.85)
        assert table["networks"].tolist() == [4, 4]
        assert table["trained"].tolist() == [1, 2]
        assert table["share"].tolist() == [0.25, 0.5]
        assert table["sd"].tolist() == pytest.approx([np.std([0.5, 0.0], ddof=1), 0.0])
        assert shares(ROWS[ROWS["seed"] == 0], 0.85)["sd"].isna().all()

    def test_frames_of_tasks_get_the_numbers_of_their_runs(self):
        part = pd.DataFrame({"run": [0], "value": [1]})
        assert gather([part, part, part.head(0), part], 2)["run"].tolist() == [0, 1, 1]
        assert gather([], 2).empty


def test_batch_norm_trains_in_at_least_six_times_as_many_cells():
    axes = (("lr", MAP_RATES), ("init_scale", SCALES))
    assert 0.1 in MAP_RATES
    assert 1.0 in SCALES
    for values in (MAP_RATES, SCALES):
        assert np.allclose(np.diff(np.log10(values)), 2 / 3, atol=0.02)
    tasks = map_tasks(map_experiment(("none", "affine", "batch")), axes, 1)
    frames = [task.compute(no_report, never) for task in tasks]
    plain, affine, batch = shares(gather(frames, 3), 0.85)["trained"]
    assert 20 <= batch <= 30
    assert batch >= 6 * max(plain, affine)
    assert min(plain, affine) >= 1


class TestDepths:
    def test_the_best_rate_counts_and_divergence_is_zero(self):
        rows = pd.DataFrame(
            {
                "control": False,
                "depth": 2,
                "run": [0, 0, 1, 1],
                "norm": ["none", "none", "batch", "batch"],
                "lr": [0.1, 1.0, 0.1, 1.0],
                "test_accuracy": [0.6, 0.9, 0.7, 0.8],
                "status": ["finished", "diverged", "finished", "finished"],
            }
        )
        best = best_of_rates(rows)
        assert best["accuracy"].tolist() == [0.6, 0.8]
        assert best["lr"].tolist() == [0.1, 1.0]
        assert advantage(best)["gain"].item() == pytest.approx(0.2)

    def test_depth_separates_on_raw_and_on_standardized_inputs(self):
        seen = []
        task = DepthSweep()
        best = task.compute(lambda step, losses: seen.append(step), never)
        assert sorted(seen) == seen
        assert seen[-1] == task.steps == 2 * len(RATES) * (len(DEPTHS) + len(CONTROL_DEPTHS))
        gains = advantage(best).set_index(["control", "depth"])["gain"]
        # Each control differs from a network on raw inputs in its inputs alone.
        assert set(CONTROL_DEPTHS) < set(DEPTHS)
        for control in (False, True):
            assert abs(gains[control, 2]) < 0.02
            assert gains[control, 20] > 0.2

    def test_the_control_differs_in_its_inputs_alone(self):
        raw, control = DepthSweep().experiments
        assert control == raw.model_copy(update={"standardize": True})

    def test_a_stop_at_once_leaves_nothing(self):
        assert DepthSweep(updates=1).compute(no_report, lambda: True).empty


class TestSigmoids:
    def test_batch_norm_is_there_long_before_the_others(self):
        steps = steps_to_learn(train(sigmoid_experiment())).set_index("norm")["step"]
        assert 15 <= steps["batch"] <= 60
        assert 600 <= steps["affine"] < steps["none"] <= 1000

    def test_what_never_learns_has_no_step(self):
        short = sigmoid_experiment().model_copy(update={"steps": 3})
        found = steps_to_learn(train(short))
        assert found["step"].isna().all()
        assert found["norm"].tolist() == ["none", "affine", "batch"]
        assert found["accuracy"].between(0, 0.9).all()


class TestCurves:
    def test_networks_end_as_those_of_maps_do(self):
        curved, plain = (tasks(TINY, AXES, 2)[3].compute(no_report, never) for tasks in (curve_tasks, map_tasks))
        kept = [name for name in plain if not name.startswith("best_")]
        finished = plain["status"] == "finished"
        assert 0 < finished.sum() < len(finished)
        pd.testing.assert_frame_equal(curved[finished][kept], plain[finished][kept])
        pd.testing.assert_frame_equal(curved[["status", "diverged_at"]], plain[["status", "diverged_at"]])

    def test_a_curve_is_that_of_the_recorded_training_and_ends_with_its_network(self):
        frame = curve_tasks(TINY, AXES, 1)[1].compute(no_report, never)
        steps = steps_of(frame)
        assert steps == recorded_steps(TINY.steps, RECORDS)
        for _, row in frame.iterrows():
            cell = {"lr": row["lr"], "init_scale": row["init_scale"]}
            alone = network_at(TINY, cell, [1]).model_copy(update={"records": RECORDS})
            losses = train(alone).losses().query("split == 'test'")
            found = curve(row, steps)
            assert found == losses["accuracy"].tolist()[: len(found)]
            if row["status"] == "finished":
                assert len(found) == len(steps)
                assert found[-1] == row["test_accuracy"]
            else:
                assert steps[len(found) - 1] < row["diverged_at"]

    def test_rows_are_passed_on_as_they_arrive(self, monkeypatch):
        monkeypatch.setattr("bnviz.engine.program.CACHE_BYTES", 1)
        seen = []
        frame = curve_tasks(TINY, AXES, 1)[0].compute(lambda *told: seen.append(told), never)
        assert [count for count, _, _ in seen] == [len(rows) for _, _, rows in seen] == list(range(1, 7))
        pd.testing.assert_frame_equal(seen[-1][2].sort_index(), frame)
        stopped = curve_tasks(TINY, AXES, 1)[0].compute(no_report, lambda: True)
        assert stopped.empty

    def test_a_cluster_trains_them_without_curves(self, monkeypatch):
        task = curve_tasks(TINY, AXES, 1)[1]
        here = task.compute(no_report, never)
        monkeypatch.setattr("bnviz.lessons.why_not_affine.curves.shared_client", lambda: "a client")
        there = task.compute(no_report, never)
        assert there["test_accuracy"].tolist() == pytest.approx(here["test_accuracy"].tolist(), nan_ok=True)
        assert steps_of(there) == []
        assert curve(there.iloc[0], steps_of(here)) == []


def test_naming_the_tasks_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.why_not_affine import curves, depths, maps, sigmoids\n"
        "axes = (('lr', maps.RATES), ('init_scale', maps.SCALES))\n"
        "tasks = curves.curve_tasks(maps.map_experiment(('none',)), axes, 2)\n"
        "maps.networks_of(tasks[0].experiment, tasks[0].axes), depths.DepthSweep().networks\n"
        "sigmoids.sigmoid_experiment()\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
