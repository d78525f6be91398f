"""Rows in files: what is read is what was written, to the last bit, and what is something else is refused."""

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run
from bnviz.grid import plan
from bnviz.rows import (
    KEY,
    RESULTS,
    Journal,
    UnreadableRows,
    frame_of,
    read_rows,
    results_in,
    without_formulas,
    write_atomically,
    write_frame,
    write_table,
)

EXPERIMENT = Experiment(dataset="moons", widths=(8, 8), steps=12, records=5, batch_size=20, runs=(Run(norm="batch"),))
GRID = {
    "lr": [0.1, 1, 1e-300],
    "label": [None, "NA", 'a, "b"\nc', "=1+1", "'=1+1", "'quoted'", "a\rb"],
    "widths": [(8, 8), (4,)],
    "batch_size": [None, 20],
    "train_affine": [True, False],
    "activation": ["relu", "tanh"],
}


def results(numbers: list[float]) -> dict:
    """Results of every network of the grid: some diverged, the numbers in turn."""
    found = {}
    for network in plan(EXPERIMENT, GRID, (0, 2**32 - 1)):
        row = {"status": "finished", "diverged_at": None}
        if network.place % 3 == 0:
            row = {"status": "diverged", "diverged_at": network.place}
        row |= {name: numbers[network.place % len(numbers)] for name in list(RESULTS)[2:]}
        found[network.key] = row
    return found


AWKWARD = [0.1, 1 / 3, 5e-324, -0.0, 1.7976931348623157e308, math.inf, math.nan, 0.30000000000000004]


def bits(frame: pd.DataFrame) -> dict[str, list]:
    """Every cell, floats as their 64 bits (any NaN as one)."""
    cells = {}
    for name, column in frame.items():
        if column.dtype == "float64":
            values = column.to_numpy(copy=True)
            values[np.isnan(values)] = np.nan
            cells[name] = values.view(np.uint64).tolist()
        else:
            cells[name] = [None if value is pd.NA or value is np.nan else value for value in column.tolist()]
    return cells


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_gives_back_every_bit_and_every_type(tmp_path, suffix):
    networks = plan(EXPERIMENT, GRID, (0, 2**32 - 1))
    written = frame_of(networks, results(AWKWARD), with_key=True)
    assert len(written) == len(networks)
    write_frame(written, tmp_path / f"rows{suffix}")
    read = read_rows(tmp_path / f"rows{suffix}")
    assert read.dtypes.to_dict() == written.dtypes.to_dict()
    assert bits(read) == bits(written)
    assert bits(frame_of(networks, results_in(read), with_key=True)) == bits(written)


@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_csv_keeps_any_float(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    networks = plan(EXPERIMENT, {"lr": [0.1, 0.2, 0.3]}, range(3))
    found = dict(zip((each.key for each in networks), results(numbers).values(), strict=False))
    write_frame(frame_of(networks, found, with_key=True), path)
    assert bits(read_rows(path)) == bits(frame_of(networks, found, with_key=True))


def test_types_follow_from_the_names_whatever_the_values():
    networks = plan(EXPERIMENT, GRID, (0,))
    found = results(AWKWARD)
    whole = frame_of(networks, found)
    for network in networks:
        assert frame_of([network], found).dtypes.to_dict() == whole.dtypes.to_dict()
    assert whole["lr"].dtype == "float64"
    assert whole["batch_size"].dtype == whole["diverged_at"].dtype == "Int64"


def test_the_key_is_the_content_and_not_the_label_or_the_place():
    first, second = plan(EXPERIMENT, {"label": ["a", "b"]}, (0,))
    assert first.key == second.key
    networks = plan(EXPERIMENT, {name: values for name, values in GRID.items() if name != "label"}, (0, 1))
    assert len({network.key for network in networks}) == len(networks)
    other = plan(EXPERIMENT.model_copy(update={"steps": 13}), {}, (0,))[0]
    assert other.key not in {network.key for network in plan(EXPERIMENT, {}, (0,))}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'=", "''@"])
def test_no_text_in_a_csv_file_is_a_formula(begin):
    label = f"{begin}HYPERLINK(1)"
    frame = pd.DataFrame({"label": [label, "batch - norm", "'quoted'", None], "loss": [-1.5, 0.5, -0.0, math.nan]})
    for kind in ("str", "object", "category"):
        file = io.BytesIO()
        write_table(frame.astype({"label": kind}), file, ".csv")
        _, *rows = csv.reader(io.StringIO(file.getvalue().decode(), newline=""))
        assert rows == [[f"'{label}", "-1.5"], ["batch - norm", "0.5"], ["'quoted'", "-0.0"], ["", ""]]
    assert frame["label"][0] == label


def test_a_frame_without_formulas_stays_as_it_is():
    frame = frame_of(plan(EXPERIMENT, {"lr": [0.1, 0.2]}, (0,)), results(AWKWARD), with_key=True)
    pd.testing.assert_frame_equal(without_formulas(frame), frame)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"a,b\n1,2\n", b"PAR1 no parquet PAR1"])
def test_a_foreign_file_is_refused(tmp_path, suffix, content):
    path = tmp_path / f"rows{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableRows, match="not rows of a bnviz sweep") as error:
        read_rows(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"), [("finished", "fine"), ("0.1", "zero"), ("status", "state"), ("train_affine", "taste")]
)
def test_a_damaged_file_is_refused(tmp_path, old, new):
    path = tmp_path / "rows.csv"
    write_frame(frame_of(plan(EXPERIMENT, GRID, (0,)), results([0.1]), with_key=True), path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(UnreadableRows):
        read_rows(path)


@pytest.mark.parametrize("cut", [1, 2, 3, 40])
def test_a_file_that_is_cut_off_is_refused(tmp_path, cut):
    for suffix in (".csv", ".parquet"):
        path = tmp_path / f"rows{suffix}"
        write_frame(frame_of(plan(EXPERIMENT, GRID, (0,)), results([0.1]), with_key=True), path)
        path.write_bytes(path.read_bytes()[:-cut])
        with pytest.raises(UnreadableRows):
            read_rows(path)


def test_a_missing_file_is_not_a_damaged_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_rows(tmp_path / "none.csv")


def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("old")

    def fail(beside: Path) -> None:
        beside.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_journal_gives_back_what_was_appended_but_for_a_torn_line(tmp_path):
    journal, found = Journal(tmp_path / "rows.journal"), results(AWKWARD)
    assert journal.read() == {}
    keys = list(found)
    journal.append({key: found[key] for key in keys[:5]})
    journal.append({key: found[key] for key in keys[5:]})
    assert repr(journal.read()) == repr(found)
    text = journal.path.read_text()
    for cut in range(1, len(text.splitlines()[-1]) + 1):
        journal.path.write_text(text[:-cut])
        assert repr(journal.read()) == repr({key: found[key] for key in keys[:-1]})
    journal.remove()
    journal.remove()
    assert journal.read() == {}


@pytest.mark.parametrize("line", ["no json", "[]", json.dumps({KEY: "x"}), "7"])
def test_a_foreign_journal_is_refused(tmp_path, line):
    path = tmp_path / "rows.journal"
    path.write_text(line + "\n")
    with pytest.raises(UnreadableRows, match="line 1"):
        Journal(path).read()
