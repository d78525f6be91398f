"""Files that call themselves CSV: what is wrong with each, and words of the sentence that says so.

Those with None are strange and yet tables. The bounds are those of a shared server.
"""

import gzip
import io
import zipfile
from collections.abc import Callable


def _rows(rows: int, columns: int) -> bytes:
    row = b"0," * columns
    return b"".join(row + b"%d\n" % (number % 2) for number in range(rows))


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.csv", b"0" * 10_000_000)
    return packed.getvalue()


GOOD = b"a,b,kind\n1,2,x\n2,1,y\n3,4,x\n5,4,y\n"

HOSTILE: dict[str, tuple[Callable[[], bytes] | bytes, str | None]] = {
    "empty": (b"", "The file is empty"),
    "blanks only": (b" \r\n\r\n  \n", "The file is empty"),
    "separators only": (b",,,\n,,,\n", "no rows"),
    "binary": (bytes(range(256)) * 4, "bytes that no text has"),
    "null bytes": (b"a,b,kind\n1,2,x\n3,\x004,y\n", "Line 3: there are bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no CSV"),
    "a workbook or a bomb": (_zip, "a ZIP archive"),
    "gzip": (lambda: gzip.compress(GOOD), "compressed by gzip"),
    "half a UTF-16": (b"\xff\xfea\x00,\x00b", "bytes that no text has"),
    "a letter": (b"Dear Sir,\nhere are the data.\nYours, X\n", "Line 2 has one column"),
    "a page": (b"<!doctype html>\n<html><body>404, not found</body></html>\n", "one column"),
    "JSON": (b'{"steps": 5, "runs": []}', "Line 1: a quotation mark"),
    "one column": (b"1\n2\n3\n", "Line 1 has one column"),
    "only a header": (b"a,b,kind\n", "no rows below the names"),
    "one class": (b"a,b,kind\n1,2,x\n3,4,x\n", "All labels (column 'kind') are 'x'"),
    "a class of one": (b"a,b,kind\n1,2,x\n3,4,x\n5,6,y\n", "Line 4: the label 'y' is there once"),
    "thousands of classes": (lambda: b"".join(b"1,2,c%d\n" % (n // 2) for n in range(4_900)), "2,450 different values"),
    "numbers for labels": (b"a,b\n1,.5\n2,.25\n3,.125\n", "is there once"),
    "no label": (b"a,b,kind\n1,2,x\n3,4,\n5,6,y\n", "Line 3, column 3 ('kind'): the label is missing"),
    "an empty cell": (b"a,b,kind\n1,2,x\n,4,y\n", "Line 3, column 1 ('a'): is empty"),
    "NaN": (b"a,b,kind\n1,NaN,x\n3,4,y\n", "Line 2, column 2 ('b'): no number is there ('NaN')"),
    "infinity": (b"a,b,kind\n1,2,x\n3,-inf,y\n", "Line 3, column 2 ('b'): '-inf' is no number that can be used"),
    "beyond the numbers": (b"a,b,kind\n1,2,x\n3,1e999,y\n", "'1e999' is no number that can be used"),
    "digits of elsewhere": ("1,٢,x\n3,4,y\n".encode(), "Line 1, column 2: '٢' is no number that can be used"),
    "underscores of Python": (b"1,2,x\n1_000,4,y\n", "Line 2, column 1: '1_000' is not a number"),
    "text among the numbers": (b"kind,a,b\nx,1,2\ny,3,4\n", "Line 2, column 1 ('kind'): 'x' is not a number"),
    "mixed decimal marks": (b"a;b;kind\n1,5;2,5;x\n1,5;2.5;y\n", "Line 3, column 2 ('b'): '2.5' has a decimal point"),
    "groups of digits": (b'a,b,kind\n"1,234",2,x\n3,4,y\n', "'1,234' has a decimal comma"),
    "a ragged row": (b"a,b,kind\n1,2,x\n3,y\n", "Line 3 has 2 columns, and the first line has 3"),
    "two columns of a name": (b"a,a,kind\n1,2,x\n3,4,y\n", "columns 1 and 2 have one name, 'a'"),
    "an open quotation mark": (b'a,b,kind\n1,2,"x\n3,4,y\n', "Line 2: a quotation mark is not closed"),
    "a huge cell": (lambda: b"1,2," + b"x" * 200_000 + b"\n3,4,y\n", "more than 131,072 characters"),
    "a million columns": (lambda: _rows(1, 1_000_000), "1,000,000 columns besides the label"),
    "a million rows": (lambda: _rows(1_000_000, 2), "6,000,000 bytes; here"),
    "too many rows": (lambda: _rows(6_000, 2), "5,001 rows or more"),
    "too many numbers": (lambda: _rows(600, 900), "500,400 values or more"),
    "a name that is a formula": (b"=cmd|'/c calc'!A0,b,kind\nx,1,2\n", "(\"=cmd|'/c calc'!A0\")"),
    "markup": (b"<script>alert(1)</script>,b,kind\n1,2,x\n,4,y\n", "('<script>alert(1)</script>')"),
    "UTF-16": (lambda: GOOD.decode().encode("utf-16"), None),
    "a byte order mark": (lambda: GOOD.decode().encode("utf-8-sig"), None),
    "Latin-1": ("größe;höhe;art\n1,5;2;grün\n2;1,5;rot\n3;1,25;grün\n4;1;rot\n".encode("latin-1"), None),
    "quoted line breaks": (b'a,b,kind\n1,2,"x\r\ny"\n3,4,z\n1,2,"x\r\ny"\n3,4,z\n', None),
    "labels that are formulas": (b"a,b,kind\n1,2,=cmd()\n3,4,@SUM(A1)\n1,2,=cmd()\n3,4,@SUM(A1)\n", None),
}  # fmt: skip


def content(name: str) -> bytes:
    """The bytes of one of them."""
    made = HOSTILE[name][0]
    return made if isinstance(made, bytes) else made()


REFUSED = [name for name, (_, words) in HOSTILE.items() if words]
READ = [name for name, (_, words) in HOSTILE.items() if not words]
