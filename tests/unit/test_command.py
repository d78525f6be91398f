"""The command line: what it writes, what it refuses in one line, and where a sweep goes on."""

import io
import json
import sys

import pandas as pd
import pytest

from bnviz import Experiment, History, Run, sweep, sweeps, train
from bnviz.command import arguments, exporting, main
from bnviz.command.inputs import read_grid, read_seeds
from bnviz.rows import Journal, read_rows

EXPERIMENT = Experiment(
    dataset="moons",
    widths=(8, 8),
    steps=12,
    records=5,
    batch_size=20,
    runs=(Run(norm="none"), Run(norm="batch", label="with batch norm")),
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.json").write_text(EXPERIMENT.to_json())
    return tmp_path


@pytest.fixture
def trained(monkeypatch):
    """The runs that are trained from here on, counted one by one."""
    counted = []
    train_runs = sweeps.train_runs

    def counting(experiment, should_stop=None):
        rows = train_runs(experiment, should_stop)
        counted.extend(experiment.runs[: len(rows)])
        return rows

    monkeypatch.setattr(sweeps, "train_runs", counting)
    return counted


def test_train_writes_the_recording_of_train(folder, capsys):
    assert main(["train", "e.json", "-o", "run.npz"]) == 0
    read, direct = History.load(folder / "run.npz"), train(EXPERIMENT)
    assert read.experiment == EXPERIMENT
    pd.testing.assert_frame_equal(read.losses(), direct.losses(), check_exact=True)
    out, err = capsys.readouterr()
    assert [line.split(":")[0] for line in out.splitlines()] == ["none", "with batch norm"]
    assert "12/12" in err


def test_an_experiment_may_come_from_stdin(folder, monkeypatch):
    text = EXPERIMENT.to_json().encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["sweep", "-", "--seeds", "1", "-o", "rows.csv"]) == 0
    assert len(read_rows(folder / "rows.csv")) == 2


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_sweep_is_written_as_sweep_returns_it(folder, suffix, capsys):
    (folder / "grid.json").write_text(json.dumps({"lr": [0.1, 1e12]}))
    out = f"rows{suffix}"
    command = ["sweep", "e.json", "--grid-file", "grid.json", "--grid", "widths=[8],[4,4]", "--seeds", "0,5", "-o", out]
    assert main(command) == 0
    rows = read_rows(folder / out)
    expected = sweep(EXPERIMENT, {"lr": [0.1, 1e12], "widths": [(8,), (4, 4)]}, (0, 5))
    pd.testing.assert_frame_equal(rows.drop(columns="network"), expected, check_exact=True)
    assert rows["network"].is_unique
    said, progress = capsys.readouterr()
    finished = (expected["status"] == "finished").sum()
    assert said == f"16 of 16 rows in {out}: {finished} finished, {16 - finished} diverged\n"
    assert "16/16" in progress
    assert {path.name for path in folder.iterdir()} == {"e.json", "grid.json", out}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_larger_sweep_trains_only_what_is_new(folder, trained, suffix, capsys):
    out = f"rows{suffix}"
    assert main(["sweep", "e.json", "--grid", "lr=0.1,1e12", "--seeds", "2", "-o", out]) == 0
    assert len(trained) == 8
    before = read_rows(folder / out)
    trained.clear()
    capsys.readouterr()
    assert main(["sweep", "e.json", "--grid", "lr=0.1,0.2,1e12", "--grid", "init_scale=1", "-o", out]) == 0
    assert len(trained) == 18 - 8
    assert "resumed: 8 of 18 rows kept" in capsys.readouterr().err
    after = read_rows(folder / out)
    assert after["init_scale"].eq(1.0).all()
    expected = sweep(EXPERIMENT, {"lr": [0.1, 0.2, 1e12], "init_scale": [1.0]}, range(3))
    pd.testing.assert_frame_equal(after.drop(columns="network"), expected, check_exact=True)
    kept = after[after["network"].isin(before["network"])].drop(columns="init_scale").reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before, check_exact=True)


def test_rows_of_the_file_are_kept_and_not_made_again(folder, trained):
    command = ["sweep", "e.json", "--grid", "lr=0.1,0.2", "--seeds", "2", "-o", "rows.csv"]
    assert main(command) == 0
    frame = pd.read_csv(folder / "rows.csv", dtype=str)
    frame.loc[3, "train_loss"] = "0.12345678901234568"
    frame.to_csv(folder / "rows.csv", index=False)
    text = (folder / "rows.csv").read_text()
    trained.clear()
    assert main(command) == 0
    assert trained == []
    assert (folder / "rows.csv").read_text() == text


def test_networks_that_are_the_same_are_trained_once(folder, trained):
    command = ["sweep", "e.json", "--grid", "norm=none,batch", "--seeds", "1", "-o", "rows.csv"]
    assert main(command) == 0
    assert len(trained) == 2
    assert read_rows(folder / "rows.csv")["norm"].tolist() == ["none", "batch", "none", "batch"]


def test_a_sweep_goes_on_from_a_journal_and_a_torn_line(folder, trained):
    assert main(["sweep", "e.json", "--seeds", "3", "-o", "rows.csv"]) == 0
    whole = (folder / "rows.csv").read_text()
    rows = read_rows(folder / "rows.csv")
    from bnviz.rows import results_in

    journal = Journal(folder / "rows.csv.journal")
    journal.append(results_in(rows.iloc[:4]))
    journal.path.write_text(journal.path.read_text() + '{"network": "to')
    (folder / "rows.csv").unlink()
    trained.clear()
    assert main(["sweep", "e.json", "--seeds", "3", "-o", "rows.csv"]) == 0
    assert len(trained) == 2
    assert (folder / "rows.csv").read_text() == whole
    assert not journal.path.exists()


def test_a_lost_cluster_leaves_the_finished_rows_and_one_line(folder, monkeypatch, capsys):
    from bnviz.cluster import ClusterError
    from bnviz.command import sweeping

    real = sweeping.train_networks

    def lost(networks, client, should_stop):
        yield from real(networks[:2], client, should_stop)
        raise ClusterError("The Dask cluster was lost.")

    monkeypatch.setattr(sweeping, "train_networks", lost)
    assert main(["sweep", "e.json", "--seeds", "3", "-o", "rows.csv"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "bnviz: The Dask cluster was lost."
    assert len(read_rows(folder / "rows.csv")) == 2


def test_export_writes_a_table(folder):
    train(EXPERIMENT).save(folder / "run.npz")
    history = train(EXPERIMENT)
    for table in ("losses", "affine", "moments", "decision", "histograms"):
        assert main(["export", "run.npz", table, "-o", f"{table}.parquet"]) == 0
        assert main(["export", "run.npz", table, "-o", f"{table}.csv"]) == 0
        frame = getattr(history, table)()
        pd.testing.assert_frame_equal(pd.read_parquet(folder / f"{table}.parquet"), frame, check_exact=True)
        assert len(pd.read_csv(folder / f"{table}.csv")) == len(frame)


def test_export_writes_a_table_and_files_that_play_the_recording_at_once(folder, monkeypatch, capsys):
    train(EXPERIMENT).save(folder / "run.npz")
    kind = exporting.Kind(".note", "a note", lambda history, path: path.write_text(f"{history.status[0]}\n"))
    monkeypatch.setattr(exporting, "KINDS", {"note": kind})
    monkeypatch.setattr(arguments, "KINDS", {"note": kind})
    assert main(["export", "run.npz", "losses", "-o", "rows.csv", "--note", "run.note"]) == 0
    assert (folder / "run.note").read_text() == "finished\n"
    assert (folder / "rows.csv").exists()
    assert main(["export", "run.npz", "--note", "run.csv"]) == 2
    assert "must end in .note" in capsys.readouterr().err


def test_export_writes_a_file_that_plays_the_recording(folder, capsys):
    train(EXPERIMENT).save(folder / "run.npz")
    assert main(["export", "run.npz", "--html", "run.html"]) == 0
    assert "with batch norm" in (folder / "run.html").read_text(encoding="utf-8")
    assert capsys.readouterr().out == "5 recorded steps in run.html\n"


def test_help_is_no_error(capsys):
    with pytest.raises(SystemExit) as left:
        main(["sweep", "--help"])
    assert left.value.code == 0
    assert "--grid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("", "required"),
        ("dance", "dance"),
        ("train none.json -o run.npz", "none.json: cannot be read"),
        ("train noise.json -o run.npz", "noise.json: is not text"),
        ("train words.json -o run.npz", "not JSON"),
        ("train field.json -o run.npz", "lr = -1"),
        ("train field.json -o run.npz", "there is no such field"),
        ("train e.json -o run.csv", "must end in .npz"),
        ("train e.json -o none/run.npz", "there is no folder"),
        ("train e.json -o folder.npz", "is a folder"),
        ("train e.json", "-o/--out"),
        ("sweep e.json -o rows.txt", "must end in .parquet or .csv"),
        ("sweep e.json --grid lr -o rows.csv", "FIELD=VALUE"),
        ("sweep e.json --grid lr=-1 -o rows.csv", "lr = -1"),
        ("sweep e.json --grid lr=fast -o rows.csv", "lr = 'fast'"),
        ("sweep e.json --grid lr= -o rows.csv", "one value or more"),
        ("sweep e.json --grid lr=NaN -o rows.csv", "lr = nan"),
        ("sweep e.json --grid lr=1,.1,1 -o rows.csv", "twice"),
        ("sweep e.json --grid lr=1 --grid lr=2 -o rows.csv", "named twice"),
        ("sweep e.json --grid rate=1 -o rows.csv", "rate"),
        ("sweep e.json --grid seed=1 -o rows.csv", "seed"),
        ("sweep e.json --grid norm=magic -o rows.csv", "norm = 'magic'"),
        ("sweep e.json --grid batch_size=1 -o rows.csv", "batch_size = 1"),
        ("sweep e.json --grid-file words.json -o rows.csv", "words.json: is not JSON"),
        ("sweep e.json --grid-file e.json -o rows.csv", "object of lists"),
        ("sweep e.json --grid-file none.json -o rows.csv", "none.json: cannot be read"),
        ("sweep e.json --seeds many -o rows.csv", "--seeds many"),
        ("sweep e.json --seeds 0 -o rows.csv", "--seeds 0"),
        ("sweep e.json --seeds 1,1 -o rows.csv", "twice"),
        ("sweep e.json --seeds 1,-1 -o rows.csv", "seed = -1"),
        ("sweep e.json -o foreign.csv", "foreign.csv: these are not rows"),
        ("sweep e.json -o noise.parquet", "noise.parquet: these are not rows"),
        ("sweep e.json -o other.csv", "other.csv: holds 4 rows that this sweep does not ask for"),
        ("sweep e.json -o torn.csv", "torn.csv.journal: this is not a journal"),
        ("export none.npz losses -o rows.csv", "none.npz: cannot be read"),
        ("export noise.npz losses -o rows.csv", "noise.npz: This file is not a bnviz history"),
        ("export digits.npz decision -o rows.csv", "must have two inputs"),
        ("export digits.npz dreams -o rows.csv", "dreams"),
        ("export digits.npz", "name a table"),
        ("export digits.npz losses", "say where the table goes"),
        ("export digits.npz -o rows.csv", "name the table"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, capsys, command, said):
    (folder / "noise.json").write_bytes(b"\xff\xfe\x00")
    (folder / "words.json").write_text("train it well")
    (folder / "field.json").write_text('{"runs": [{"lr": -1.0}], "speed": 9}')
    (folder / "foreign.csv").write_text("a,b\n1,2\n")
    (folder / "torn.csv.journal").write_text("not\na journal\n")
    for noise in ("noise.parquet", "noise.npz"):
        (folder / noise).write_bytes(b"\x00\x01\x02" * 40)
    (folder / "folder.npz").mkdir()
    if "other" in command:
        assert main(["sweep", "e.json", "--grid", "lr=0.7", "--seeds", "2", "-o", "other.csv"]) == 0
    if "digits" in command:
        train(Experiment(widths=(2,), steps=1, records=2, runs=(Run(),))).save(folder / "digits.npz")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    capsys.readouterr()
    assert main(command.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bnviz: ")
    assert err.count("\n") == 1
    assert said in err
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_stderr_that_is_closed_from_the_start_does_no_harm(folder, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["sweep", "e.json", "--seeds", "1", "-o", "rows.csv"]) == 0
    assert main(["sweep", "none.json", "-o", "rows.csv"]) == 2
    assert len(read_rows(folder / "rows.csv")) == 2
    sys.stderr.close()


def test_a_sweep_that_another_process_writes_is_left_alone(folder, capsys):
    from bnviz.command.sweeping import _alone

    with _alone(folder / "rows.csv"):
        assert main(["sweep", "e.json", "-o", "rows.csv"]) == 2
    assert "another sweep" in capsys.readouterr().err
    assert main(["sweep", "e.json", "-o", "rows.csv"]) == 0


@pytest.mark.parametrize(
    ("options", "grid"),
    [
        (["lr=0.01,.1,1"], {"lr": [0.01, 0.1, 1]}),
        (["norm=none,batch"], {"norm": ["none", "batch"]}),
        (["widths=[32,32],[64]"], {"widths": [[32, 32], [64]]}),
        (["batch_size=32,null", "train_head=true,false"], {"batch_size": [32, None], "train_head": [True, False]}),
        ([], {}),
    ],
)
def test_grids_are_read_as_json_or_bare_words(options, grid):
    assert read_grid(None, options) == grid


def test_seeds_are_a_number_or_a_list():
    assert read_seeds("3") == [0, 1, 2]
    assert read_seeds("0,5,7") == [0, 5, 7]
    assert read_seeds("7,") == [7]
