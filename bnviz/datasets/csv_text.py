"""Bytes of a text file to rows of cells: encoding, separator and decimal mark are found from the file itself."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import _csv

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
NUMBER = {
    mark: re.compile(rf"[+-]?(\d+{written}?\d*|{written}\d+)([eE][+-]?\d+)?", re.ASCII)
    for mark, written in ((".", r"\."), (",", ","))
}
"""What a number looks like, by its decimal mark."""
_SAMPLE, _SAMPLE_ROWS = 65_536, 50
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_OTHER_FILES = {
    b"PK": "a ZIP archive, as an Excel workbook is; save the sheet as CSV",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"PAR1": "a Parquet file; save the table as CSV",
    b"%PDF": "a PDF; save the table as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
}


class UnreadableTable(ValueError):
    """The file is no table of numbers and labels; the message says where, and how to mend it."""


class CsvText:
    """The text in the bytes of a file, and how it is to be read.

    encoding, separator   what was found
    mark                  of decimals: "." or ","

    Raises UnreadableTable where the bytes are no text.
    """

    def __init__(self, data: bytes):
        text, self.encoding = _decoded(data)
        said = re.match(r"sep=([,;\t])\r?\n", text)  # Excel says so in a line of its own
        self.text, self.skipped = (text[said.end() :], 1) if said else (text, 0)
        # The last line of the sample may be cut off.
        whole = len(self.text) <= _SAMPLE
        sample = self.text if whole else self.text[:_SAMPLE].rpartition("\n")[0] or self.text[:_SAMPLE]
        self.separator = said[1] if said else _separator(sample)
        # What separates cells is no part of a number, not even in quotation marks: 1,234 may be a thousand and more.
        self.mark = "." if self.separator == "," else _decimal_mark(_sampled(sample, self.separator))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not blank, each with the line it begins in, from 1; cells without spaces around them."""
        reader = _reader(self.text, self.separator, strict=True)
        line = 1 + self.skipped
        while True:
            try:
                cells = [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error as error:
                raise UnreadableTable(f"Line {line}: {_reason(error)}.") from None
            if any(cells):
                yield line, cells
            line = reader.line_num + 1 + self.skipped


def _reader(text: str, separator: str, *, strict: bool) -> _csv.Reader:
    return csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=strict)


def _reason(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell has more than {csv.field_size_limit():,} characters"
    if "unexpected end" in str(error) or "expected after" in str(error):
        return "a quotation mark is not closed, or stands in the middle of a cell"
    return str(error)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text without its byte order mark, and the name of the encoding."""
    for start, other in _OTHER_FILES.items():
        if data.startswith(start):
            raise UnreadableTable(f"The file is no CSV: it is {other}.")
    wide = len(data) % 2 == 0 and b"\0" in data
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text, name = data.decode("utf-16"), "UTF-16"
        elif wide and not any(data[1::2][:_SAMPLE]):
            text, name = data.decode("utf-16-le"), "UTF-16"
        elif wide and not any(data[::2][:_SAMPLE]):
            text, name = data.decode("utf-16-be"), "UTF-16"
        else:
            text, name = data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        # Bytes that Windows-1252 does not know become control characters, and are refused below.
        text, name = data.decode("cp1252", errors="replace").replace("\ufffd", "\0"), "Windows-1252 (Latin-1)"
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise UnreadableTable(f"Line {line}: there are bytes that no text has, so the file is no CSV.")
    return text, name


def _sampled(sample: str, separator: str) -> list[list[str]]:
    """The first rows; none where they cannot be read, which is told when all of them are."""
    try:
        rows = islice(_reader(sample, separator, strict=False), _SAMPLE_ROWS)
        return [[cell.strip() for cell in row] for row in rows if any(row)]
    except csv.Error:
        return []


def _separator(sample: str) -> str:
    """The separator with which most cells are numbers and most rows as long as each other."""
    best, most = ",", 0.0
    for separator in SEPARATORS:
        rows = _sampled(sample, separator)
        length, times = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
        if length < 2:
            continue
        marks = "." if separator == "," else ".,"
        cells = [cell for row in rows for cell in row]
        numbers = sum(any(NUMBER[mark].fullmatch(cell) for mark in marks) for cell in cells)
        score = times / len(rows) + numbers / len(cells)
        if score > most:
            best, most = separator, score
    return best


def _decimal_mark(rows: list[list[str]]) -> str:
    """The mark of most numbers that have one."""
    cells = [cell for row in rows for cell in row]
    points, commas = (sum(mark in cell and bool(NUMBER[mark].fullmatch(cell)) for cell in cells) for mark in ".,")
    return "," if commas > points else "."
