"""The rows of a sweep: as a frame, as a Parquet or CSV file, and as a journal while they are being trained.

What is read is what was written, to the last bit: floats are written with as many digits as tell them apart. A text
that a spreadsheet would take for a formula gets an apostrophe before it in a CSV file, and loses it when it is read.
"""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, get_origin

import pandas as pd

from bnviz.experiment import Experiment, Run, Whole
from bnviz.grid import Network

Row = dict[str, Any]
"""The results of one network by the names of RESULTS; a missing step is None, a missing number NaN."""

RESULTS: Mapping[str, str] = {
    "status": "str",
    "diverged_at": "Int64",
    **{
        f"{best}{split}_{name}": "float64"
        for split in ("train", "test")
        for name in ("loss", "accuracy")
        for best in ("", "best_")
    },
}
"""Columns that a training fills, and their types."""

KEY = "network"
"""The column of a file that names each row's network by its content; see `Network.key`."""

SUFFIXES = (".parquet", ".csv")

# With apostrophes before it, so that one more can be told from those of the text.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


class UnreadableRows(ValueError):
    """A file that does not hold the rows of a sweep; the message says why."""


def frame_of(networks: Iterable[Network], results: Mapping[str, Row], with_key: bool = False) -> pd.DataFrame:
    """One row for each network that has results, in the order of their places, indexed by them.

    The types of the columns follow from their names alone, not from the values. No results: an empty frame.
    """
    finished = sorted((network for network in networks if network.key in results), key=lambda each: each.place)
    if not finished:
        return pd.DataFrame()
    rows = [{**network.columns, **results[network.key]} for network in finished]
    frame = pd.DataFrame(rows, index=[network.place for network in finished], dtype=object)
    frame = frame.astype({name: _dtype(str(name)) for name in frame.columns})
    if with_key:
        frame.insert(0, KEY, pd.Series([network.key for network in finished], frame.index, dtype="str"))
    return frame


def _dtype(column: str) -> str:
    """The type of a column by its name. Raises KeyError for a name that no sweep has."""
    if column in RESULTS or column in (KEY, "run"):
        return RESULTS.get(column, "int64" if column == "run" else "str")
    annotation = {**Run.model_fields, **Experiment.model_fields}[column].annotation
    if annotation == (Whole | None):
        return "Int64"
    if get_origin(annotation) is Literal or column == "label":
        return "str"
    return {float: "float64", int: "int64", bool: "bool", str: "str"}.get(annotation, "object")  # type: ignore[arg-type]


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a file beside `path` that takes its place once it is complete. Raises OSError."""
    path = path.resolve()
    beside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame, without its index, as .parquet or .csv by the suffix of `path`, completely or not at all."""
    write_atomically(path, lambda beside: write_table(frame, beside, path.suffix))


def write_table(frame: pd.DataFrame, file: Path | BytesIO, suffix: str) -> None:
    """Write a frame, without its index, as ".parquet" or ".csv"."""
    if suffix == ".parquet":
        frame.to_parquet(file, index=False)
        return
    lists = [name for name in frame if name == "widths"]
    texts = frame.assign(**{name: frame[name].map(lambda value: json.dumps(list(value))) for name in lists})
    # The writer of Python leaves a text with a carriage return alone, and a reader takes that for the end of a row.
    broken = any("\r" in text for name in texts for text in _texts(texts[name]))
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if broken else csv.QUOTE_MINIMAL
    without_formulas(texts).to_csv(file, index=False, quoting=quoting)


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame in which no text begins as a spreadsheet's formula does: it has an apostrophe before it.

    The names of columns are taken for the program's own.
    """
    changed = {}
    for name, column in frame.items():
        formulas = {text: f"'{text}" for text in _texts(column) if _FORMULA.match(text)}
        if formulas:
            changed[str(name)] = column.astype("str").map(lambda text, of=formulas: of.get(text, text))
    return frame.assign(**changed)


def _texts(column: pd.Series) -> Iterable[str]:
    """The different texts of a column; of a million rows they are few."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return ()
    return filter(lambda value: isinstance(value, str), column.unique())


def _as_written(value: Any) -> Any:
    """What :func:`without_formulas` made a text from."""
    return value[1:] if isinstance(value, str) and value.startswith("'") and _FORMULA.match(value) else value


def read_rows(path: Path) -> pd.DataFrame:
    """The frame that :func:`write_frame` wrote of a sweep's rows with their keys.

    Raises UnreadableRows for a file that is damaged or is something else, and FileNotFoundError.
    """
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            if not path.read_bytes().endswith(b"\n"):
                raise UnreadableRows("it is cut off")
            # Only an empty cell is missing: "NA" may be a label.
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], encoding="utf-8")
            frame = frame.map(_as_written)
        lacking = [name for name in (KEY, *RESULTS) if name not in frame]
        if lacking:
            raise UnreadableRows(f"it has no column {lacking[0]!r}")
        for name in frame:
            frame[name] = _typed(frame[name], str(name))
    except FileNotFoundError:
        raise
    except KeyError as error:
        reason = f"it has a column {error} that no sweep has"
    except Exception as error:  # noqa: BLE001 - pandas, pyarrow and the decoder each have their own on damaged bytes
        reason = str(error) or "it is damaged"
    else:
        complete = frame[KEY].notna() & frame["status"].isin(["finished", "diverged"])
        if complete.all():
            return frame
        reason = f"row {int((~complete).to_numpy().argmax()) + 1} is damaged"
    raise UnreadableRows(f"these are not rows of a bnviz sweep: {' '.join(reason.split())}")


def _typed(column: pd.Series, name: str) -> pd.Series:
    dtype = _dtype(name)
    if name == "widths":
        return column.map(lambda value: tuple(map(int, json.loads(value) if isinstance(value, str) else value)))
    if dtype == "float64":
        return column.map(float, na_action="ignore").astype("float64")  # Python reads back every bit that it wrote
    if dtype == "bool" and column.dtype != "bool":
        return column.map({"True": True, "False": False}).astype("bool")
    if dtype == "Int64":
        return column.map(int, na_action="ignore").astype("Int64")
    return column.astype(dtype)  # type: ignore[call-overload]


def results_in(frame: pd.DataFrame) -> dict[str, Row]:
    """The results in rows that have keys, by key: the inverse of :func:`frame_of`."""
    results = frame[list(RESULTS)].astype(object)
    rows = results.where(results.notna(), None).to_numpy().tolist()
    return {key: _with_numbers(dict(zip(RESULTS, row, strict=True))) for key, row in zip(frame[KEY], rows, strict=True)}


def _with_numbers(row: Mapping[str, Any]) -> Row:
    """NaN for missing floats."""
    return {name: math.nan if row[name] is None and RESULTS[name] == "float64" else row[name] for name in RESULTS}


class Journal:
    """Results on their way to a file: each is appended as a line of JSON as soon as it is there.

    A process that is killed leaves its journal behind, with at most the last line incomplete.
    """

    def __init__(self, path: Path):
        self.path = path

    def read(self) -> dict[str, Row]:
        """The results by key; none without a journal. Raises UnreadableRows for a damaged one."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError:
            raise UnreadableRows("this is not a journal of a bnviz sweep: it is not text") from None
        found: dict[str, Row] = {}
        *lines, _incomplete = text.split("\n")
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                found[row.pop(KEY)] = _with_numbers(row)
            except (json.JSONDecodeError, KeyError, AttributeError, TypeError):
                raise UnreadableRows(f"this is not a journal of a bnviz sweep: line {number} is damaged") from None
        return found

    def append(self, results: Mapping[str, Row]) -> None:
        """Add results; they outlive the process from here on."""
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps({KEY: key, **row}) + "\n" for key, row in results.items())

    def remove(self) -> None:
        """Delete the journal, whose results stand elsewhere now."""
        self.path.unlink(missing_ok=True)
