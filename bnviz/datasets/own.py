"""A reader's own data as a data set: "csv:PATH", with "#COLUMN" after it where the labels are not the last column.

A process opens the files that its own experiments name. A server does not: whoever visits it writes experiments too.
It lives within :func:`files_closed`, and trains on what visitors have brought (:func:`hold`) and on nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG
from threading import Event
from weakref import WeakValueDictionary

import numpy as np

from bnviz.datasets.base import DataSet, Floats, Labels
from bnviz.datasets.csv_text import UnreadableTable
from bnviz.datasets.table import Table, read_table
from bnviz.limits import LIBRARY

PREFIX = "csv:"
TEST_SHARE = 1 / 5
NOT_HERE = "the data of this experiment are not here; open the CSV file that they came from"

_closed = Event()
# As long as somebody else has them; by the hash of the file and the column of labels.
_held: WeakValueDictionary[tuple[str, str | None], Table] = WeakValueDictionary()


def is_own(name: object) -> bool:
    """Whether a data set is a reader's own."""
    return isinstance(name, str) and name.startswith(PREFIX)


def label_column(name: str) -> str | None:
    """The column of labels that the name of a data set has after its last "#"; None is the last column."""
    return name.removeprefix(PREFIX).rpartition("#")[2] if "#" in name else None


def file_name(name: str) -> str:
    """The file that the name of a data set has."""
    path = name.removeprefix(PREFIX)
    return path.rpartition("#")[0] if "#" in path else path


@contextmanager
def files_closed() -> Iterator[None]:
    """During the block this process opens no file that an experiment names, in no thread."""
    _closed.set()
    try:
        yield
    finally:
        _closed.clear()


def hold(name: str, table: Table) -> None:
    """Let experiments that name `name` and the table's hash train on it, as long as the caller keeps the table."""
    _held[table.sha256, label_column(name)] = table


def table_of(name: str, sha256: str | None = None) -> Table:
    """The table of a data set: one that is held, or that in the file.

    Raises ValueError where there is no such file, it is no table, it has changed since its hash was taken, or this
    process opens none.
    """
    held = _held.get((sha256, label_column(name))) if sha256 else None
    if held is not None:
        return held
    if _closed.is_set():
        raise ValueError(f"dataset = {name!r}: {NOT_HERE}.")
    path = file_name(name)
    try:
        found = Path(path).stat()
        if not S_ISREG(found.st_mode):
            raise ValueError("it is no file")
        table = _read(path, label_column(name), found.st_mtime_ns, found.st_size)
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableTable):
            raise ValueError(f"dataset = {name!r}: {error}") from None
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"dataset = {name!r}: the file cannot be read ({reason}).") from None
    if sha256 not in (None, table.sha256):
        raise ValueError(
            f"dataset = {name!r}: the file is not the one that the experiment was made with (SHA-256 {sha256}); "
            "bring that one back, or make the experiment anew."
        )
    return table


@lru_cache(maxsize=2)
def _read(path: str, label: str | None, changed: int, size: int) -> Table:
    del changed  # a file that has changed is read again
    if problem := LIBRARY["data_bytes"].problem("size", size):
        raise UnreadableTable(problem)
    return read_table(Path(path).read_bytes(), label)


def sizes_for_testing(labels: Labels) -> np.ndarray:
    """How many examples of each class are for testing: a fifth, at least one and never all."""
    return np.maximum(1, np.rint(TEST_SHARE * np.bincount(labels))).astype(np.int64)


def described(name: str, table: Table) -> DataSet:
    """What there is to say about the data set called `name` that has this table."""
    tests = int(sizes_for_testing(table.y).sum())
    return data_set(name, table.x.shape[1], len(table.classes), len(table.y) - tests, tests)


def data_set(name: str, features: int, classes: int, examples: int, test_examples: int) -> DataSet:
    """What there is to say about a reader's data set of these sizes."""
    return DataSet(
        label=Path(file_name(name)).name,
        features=features,
        classes=classes,
        examples=examples,
        test_examples=test_examples,
        positions=None,
        explanation="Your own data.",
        source=file_name(name),
        make=_never,
    )


def _never(generator: np.random.Generator, noise: float) -> tuple[Floats, Labels]:
    raise NotImplementedError("own data are read, not made")
