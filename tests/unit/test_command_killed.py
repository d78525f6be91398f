"""A sweep that is interrupted or killed in the middle, as a process: nothing is lost, nothing trained twice."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from bnviz import Experiment, History, Run, sweep
from bnviz.rows import Journal, read_rows

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENT = Experiment(
    dataset="moons", widths=(8, 8), steps=250, records=4, batch_size=20, runs=(Run(norm="none"), Run(norm="batch"))
)
GRID = {"lr": [0.05, 1e12]}
SEEDS = 10
ROWS = 2 * 2 * SEEDS
PATIENCE = 120  # seconds that a busy machine may take


@pytest.fixture(scope="module")
def uninterrupted() -> pd.DataFrame:
    return sweep(EXPERIMENT, GRID, range(SEEDS))


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    """The command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "bnviz", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=environment, encoding="utf-8", **pipes)


def start_sweep(folder: Path, out: str) -> subprocess.Popen:
    (folder / "e.json").write_text(EXPERIMENT.to_json())
    return start(folder, "sweep", "e.json", "--grid", "lr=0.05,1e12", "--seeds", str(SEEDS), "-o", out)


def wait_for_rows(process: subprocess.Popen, journal: Path) -> None:
    """Until some rows are in the journal. TimeoutError, or an AssertionError when the process ends before."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        if journal.exists() and "\n" in journal.read_text():
            return
        time.sleep(0.01)
    process.kill()
    raise TimeoutError("no row was finished")


def check_resumed(folder: Path, out: str, kept: int, uninterrupted: pd.DataFrame) -> None:
    """Sweep to the end: the rows that were kept are not trained again, and all are those of one sweep."""
    process = start_sweep(folder, out)
    said, progress = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, progress
    assert f"resumed: {kept} of {ROWS} rows kept" in progress
    assert said.startswith(f"{ROWS} of {ROWS} rows in {out}")
    # The bar counts what this process trained on top of what it found.
    counts = [int(count) for count in re.findall(rf"(\d+)/{ROWS}", progress)]
    assert counts[0] == kept
    assert counts[-1] == ROWS
    rows = read_rows(folder / out)
    assert rows["network"].is_unique
    pd.testing.assert_frame_equal(rows.drop(columns="network"), uninterrupted, check_exact=True)
    assert {path.name for path in folder.iterdir()} == {"e.json", out}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_writes_its_rows_and_goes_on(tmp_path, uninterrupted, number):
    out = "rows.csv" if number == signal.SIGINT else "rows.parquet"
    process = start_sweep(tmp_path, out)
    wait_for_rows(process, tmp_path / f"{out}.journal")
    process.send_signal(number)
    said, progress = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, progress
    assert "Traceback" not in progress
    rows = read_rows(tmp_path / out)
    assert 0 < len(rows) < ROWS
    assert said.startswith(f"{len(rows)} of {ROWS} rows in {out}")
    assert not (tmp_path / f"{out}.journal").exists()
    check_resumed(tmp_path, out, len(rows), uninterrupted)


def test_a_killed_sweep_keeps_every_finished_row_and_goes_on(tmp_path, uninterrupted):
    process = start_sweep(tmp_path, "rows.csv")
    journal = tmp_path / "rows.csv.journal"
    wait_for_rows(process, journal)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    kept = len(Journal(journal).read())
    assert 0 < kept < ROWS
    assert not (tmp_path / "rows.csv").exists()
    check_resumed(tmp_path, "rows.csv", kept, uninterrupted)


def test_an_interrupted_training_keeps_what_it_recorded(tmp_path):
    endless = EXPERIMENT.model_copy(update={"steps": 1_000_000, "records": 1000})
    (tmp_path / "e.json").write_text(endless.to_json())
    process = start(tmp_path, "train", "e.json", "-o", "run.npz")
    deadline = time.monotonic() + PATIENCE
    said = ""
    while not re.search(r"[1-9]\d*/1000000", said) and time.monotonic() < deadline:
        said += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert all(status.startswith("stopped at step") for status in History.load(tmp_path / "run.npz").status)


def test_a_closed_stdout_costs_nothing_but_the_line(tmp_path):
    (tmp_path / "e.json").write_text(EXPERIMENT.to_json())
    process = start(tmp_path, "sweep", "e.json", "--seeds", "1", "-o", "rows.csv")
    process.stdout.close()
    with process.stderr:
        said = process.stderr.read()
    assert process.wait(PATIENCE) == 0, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert len(read_rows(tmp_path / "rows.csv")) == 2


def test_a_sweep_whose_reader_leaves_writes_its_rows(tmp_path, uninterrupted):
    process = start_sweep(tmp_path, "rows.csv")
    wait_for_rows(process, tmp_path / "rows.csv.journal")
    process.stderr.close()
    assert process.wait(PATIENCE) == 130
    process.stdout.close()
    kept = len(read_rows(tmp_path / "rows.csv"))
    assert 0 < kept < ROWS
    check_resumed(tmp_path, "rows.csv", kept, uninterrupted)
