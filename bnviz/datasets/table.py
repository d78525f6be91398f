"""A reader's own data: a table of numbers and one column of labels, read from the bytes of a text file.

What is wrong with the file is said by line and column, and never repaired in silence.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bnviz.datasets.base import Floats, Labels
from bnviz.datasets.csv_text import NUMBER, SEPARATORS, CsvText, UnreadableTable
from bnviz.limits import LIBRARY, Bound

LARGEST = 1e15
"""Of the numbers, so that squares of them stay within float32."""
_DECIMALS = {".": "decimal points", ",": "decimal commas"}
_MISSING = {"", "na", "n/a", "nan", "null", "none", "nil", "?", "-", "#n/a"}


@dataclass(frozen=True, eq=False)
class Table:
    """x `[examples, features]`, labels y `[examples]` from 0, which are the places of their texts in `classes`.

    columns   names of the features, "column 3" where there is none
    label     the name of the column of labels
    sha256    of the file, in hexadecimal digits
    found     how the file was read, in words
    """

    x: Floats
    y: Labels
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    label: str
    sha256: str
    found: str


def column_names(data: bytes, bounds: Mapping[str, Bound] = LIBRARY) -> tuple[str, ...]:
    """The names of all columns, "column 3" where there is none. Raises UnreadableTable."""
    return _Reading(data, bounds).names


def read_table(data: bytes, label: str | None = None, bounds: Mapping[str, Bound] = LIBRARY) -> Table:
    """The table in the bytes of a text file.

    Encoding: UTF-8, UTF-16, or else Windows-1252 (which has Latin-1 in it), with or without a byte order mark.
    Separator: comma, semicolon or tab. Decimal mark: a point, or a comma where that does not separate. A first line
    without numbers has the names of the columns.

    Args:
        data: the file.
        label: the name of the column of labels, or its number from 1; None is the last column.
        bounds: the most bytes ("data_bytes"), rows ("data_rows"), columns of numbers ("features"), values of both
            ("data_values") and classes ("classes").

    Classes are in the order of their numbers where all labels are whole numbers, else in that of their texts. Each has
    two examples or more: one to train on, and one to test with.

    Raises:
        UnreadableTable: one sentence, with line and column.
    """
    return _Reading(data, bounds).table(label)


class _Reading:
    """A file on its way to a table."""

    def __init__(self, data: bytes, bounds: Mapping[str, Bound]):
        if not data.strip():
            raise UnreadableTable("The file is empty.")
        _require(bounds, "data_bytes", len(data), "The file has", "bytes", low=False)
        self.bounds, self.sha256, self.file = bounds, hashlib.sha256(data).hexdigest(), CsvText(data)

    @cached_property
    def first(self) -> tuple[int, list[str]]:
        """The line of the first row that is not blank, and its cells."""
        for line, cells in self.file.rows():
            if len(cells) < 2:
                raise UnreadableTable(
                    f"Line {line} has one column; there must be columns of numbers and one of labels, with commas, "
                    "semicolons or tabs between them."
                )
            _require(self.bounds, "features", len(cells) - 1, "The table has", "columns besides the label")
            return line, cells
        raise UnreadableTable("The file has no rows.")

    @cached_property
    def has_header(self) -> bool:
        """Whether the first row has names: no numbers, or numbers that count the columns."""
        cells = self.first[1]
        numbers = [cell for cell in cells if self._number(cell) is not None]
        counting = len(numbers) > 2 and numbers in ([*map(str, range(len(numbers)))], _from_one(len(numbers)))
        return not numbers or (counting and len(cells) - len(numbers) <= 1)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        cells = self.first[1]
        names = [_one_line(cell) for cell in cells] if self.has_header else [""] * len(cells)
        for name, count in Counter(filter(None, names)).items():
            if count > 1:
                places = " and ".join(str(place) for place, other in enumerate(names, 1) if other == name)
                raise UnreadableTable(
                    f"Line {self.first[0]}: columns {places} have one name, {_quoted(name)}; rename them."
                )
        return tuple(name or f"column {place}" for place, name in enumerate(names, start=1))

    def table(self, label: str | None) -> Table:
        """The table with the labels of this column."""
        place = self._place(label)
        numbers, labels, lines = array("d"), [], []
        for line, cells in self.file.rows():
            if self.has_header and line == self.first[0]:
                continue
            if len(cells) != len(self.names):
                raise UnreadableTable(
                    f"Line {line} has {_columns(len(cells))}, and the first line has {len(self.names):,}; a cell with "
                    "a separator in it needs quotation marks."
                )
            labels.append(self._label(line, place, cells.pop(place)))
            lines.append(line)
            _require(self.bounds, "data_rows", len(lines), "The table has", "rows or more", low=False)
            for at, cell in enumerate(cells):
                value = self._number(cell)
                if value is None:
                    raise self._no_number(line, at + (at >= place), cell, place)
                numbers.append(value)
            _require(self.bounds, "data_values", len(numbers), "The table has", "values or more", low=False)
        if not lines:
            raise UnreadableTable("There are no rows below the names of the columns.")
        classes, y = self._classes(labels, lines, place)
        x = np.frombuffer(numbers, np.float64).reshape(len(lines), -1)
        columns = self.names[:place] + self.names[place + 1 :]
        x.flags.writeable = y.flags.writeable = False  # shared by every caller
        found = ", ".join([self.file.encoding, SEPARATORS[self.file.separator], _DECIMALS[self.file.mark]])
        return Table(x, y, classes, columns, self.names[place], self.sha256, found)

    def _place(self, label: str | None) -> int:
        if label is None:
            return len(self.names) - 1
        if label in self.names:
            return self.names.index(label)
        if label.isascii() and label.isdigit() and 1 <= int(label[:9]) <= len(self.names):
            return int(label[:9]) - 1
        listed = ", ".join(map(_quoted, self.names[:10])) + (", …" if len(self.names) > 10 else "")
        raise UnreadableTable(f"There is no column {_quoted(label)}; the columns are {listed}.")

    def _number(self, cell: str) -> float | None:
        """The number in a cell, None where there is none that can be used."""
        cell = cell.replace("−", "-")
        if not NUMBER[self.file.mark].fullmatch(cell):
            return None
        value = float(cell.replace(",", "."))
        return value if abs(value) <= LARGEST else None

    def _no_number(self, line: int, place: int, cell: str, label: int) -> UnreadableTable:
        where, other = self._where(line, place), "," if self.file.mark == "." else "."
        if cell.strip().lower() in _MISSING:
            what = f"no number is there ({_quoted(cell)})" if cell else "is empty"
            return UnreadableTable(f"{where} {what}; fill it in, or leave out the line or the column.")
        if other in cell and NUMBER[other].fullmatch(cell):
            return UnreadableTable(
                f"{where} {_quoted(cell)} has a decimal {'comma' if other == ',' else 'point'}, and this file is read "
                f"with {_DECIMALS[self.file.mark]}; write all numbers in one way."
            )
        if re.fullmatch(r"[+-]?(inf(inity)?|∞|[\d.,]+([eE][+-]?\d+)?)", cell, re.IGNORECASE):
            return UnreadableTable(
                f"{where} {_quoted(cell)} is no number that can be used; write it without groups of digits, and from "
                f"−{LARGEST:g} to {LARGEST:g}."
            )
        return UnreadableTable(
            f"{where} {_quoted(cell)} is not a number. If this column has the labels, choose it as the label column "
            f"(now {_quoted(self.names[label])})."
        )

    def _label(self, line: int, place: int, cell: str) -> str:
        text = _one_line(cell)
        if text.lower() in ("", "nan"):
            raise UnreadableTable(f"{self._where(line, place)} the label is missing; fill it in or leave out the line.")
        return text

    def _classes(self, labels: list[str], lines: list[int], place: int) -> tuple[tuple[str, ...], Labels]:
        counts = Counter(labels)
        name = _quoted(self.names[place])
        if len(counts) < 2:
            raise UnreadableTable(f"All labels (column {name}) are {_quoted(labels[0])}; there must be two or more.")
        if len(counts) > self.bounds["classes"].high:
            raise UnreadableTable(
                f"The label column {name} has {len(counts):,} different values, and there may be "
                f"{self.bounds['classes'].high:,.0f} classes here. Is another column the label?"
            )
        for text, count in counts.items():
            if count < 2:
                raise UnreadableTable(
                    f"Line {lines[labels.index(text)]}: the label {_quoted(text)} is there once; each class needs two "
                    "examples or more, to train and to test."
                )
        whole = all(re.fullmatch(r"[+-]?\d{1,18}", text, re.ASCII) for text in counts)
        classes = tuple(sorted(counts, key=(lambda text: (int(text), text)) if whole else None))
        codes = {text: code for code, text in enumerate(classes)}
        return classes, np.array([codes[text] for text in labels], np.int64)

    def _where(self, line: int, place: int) -> str:
        name = self.names[place]
        named = "" if name == f"column {place + 1}" else f" ({_quoted(name)})"
        return f"Line {line}, column {place + 1}{named}:"


def _require(bounds: Mapping[str, Bound], name: str, value: int, has: str, what: str, *, low: bool = True) -> None:
    """Raise UnreadableTable where a size is out of its bounds."""
    bound = bounds[name]
    if value > bound.high or (low and value < bound.low):
        raise UnreadableTable(f"{has} {value:,} {what}; here it may have {bound.high:,.0f}: {bound.fix}.")


def _from_one(count: int) -> list[str]:
    return [*map(str, range(1, count + 1))]


def _columns(count: int) -> str:
    return "one column" if count == 1 else f"{count:,} columns"


def _one_line(cell: str) -> str:
    return " ".join(cell.split())


def _quoted(text: str) -> str:
    """The text for a message: in full where it is short, with what cannot be printed written out."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
