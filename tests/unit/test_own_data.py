"""A reader's own data: what is read from a file, how it is divided, and how wrong files are refused."""

import io

import numpy as np
import pytest

from bnviz.datasets import load, own
from bnviz.datasets.csv_text import UnreadableTable
from bnviz.datasets.table import column_names, read_table
from bnviz.limits import HOSTED
from tests.hostile_csv import GOOD, HOSTILE, READ, REFUSED, content

X = [[1.5, -2.0], [1e-3, 4.0], [0.25, 0.0], [3.0, 7.0]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_separator_and_line_ends_are_found(encoding, separator, end):
    rows = [["breite", "größe", "art"], *([*map(str, x), label] for x, label in zip(X, "äbäb", strict=True))]
    table = read_table(end.join(separator.join(row) for row in rows).encode(encoding))
    np.testing.assert_array_equal(table.x, X)
    assert table.y.tolist() == [1, 0, 1, 0]
    assert (table.classes, table.columns, table.label) == (("b", "ä"), ("breite", "größe"), "art")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_decimal_comma_is_found(separator):
    text = "".join(separator.join([f"{a}".replace(".", ","), f"{b:g}", "01"[a > 1]]) + "\n" for a, b in X)
    table = read_table(text.encode())
    np.testing.assert_array_equal(table.x, X)
    assert table.y.tolist() == [1, 0, 0, 1]
    assert "decimal commas" in table.found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b,kind\n1,2,x\n", ("a", "b", "kind")),
        ("1,2,x\n3,4,y\n", ("column 1", "column 2", "column 3")),
        (",a,kind\n0,2,x\n", ("column 1", "a", "kind")),
        ("0,1,2,label\n7,7,7,x\n", ("0", "1", "2", "label")),
        ("0,1,2,3\n7,7,7,1\n", ("0", "1", "2", "3")),
        ("0,1\n7,1\n", ("column 1", "column 2")),
        ("sep=;\na;b\n1;x\n", ("a", "b")),
        ("\n\na;b\n1;x\n", ("a", "b")),
    ],
)
def test_a_first_line_of_names_is_told_from_one_of_numbers(text, names):
    assert column_names(text.encode()) == names


@pytest.mark.parametrize(("label", "columns"), [(None, ("a", "b")), ("a", ("b", "c")), ("2", ("a", "c"))])
def test_the_column_of_labels_is_the_last_or_the_named_one(label, columns):
    table = read_table(b"a,b,c\n1,2,3\n3,2,1\n1,4,3\n3,4,1\n", label)
    assert table.columns == columns
    assert len(table.classes) == 2


def test_a_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UnreadableTable, match="no column 'd'; the columns are 'a', 'b', 'kind'"):
        read_table(GOOD, "d")


def test_classes_stand_in_the_order_of_their_numbers():
    table = read_table(b"1,10\n2,9\n3,-1\n4,10\n5,9\n6,-1\n")
    assert table.classes == ("-1", "9", "10")
    assert table.y.tolist() == [2, 1, 0, 2, 1, 0]


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_a_sentence(name):
    with pytest.raises(UnreadableTable) as caught:
        read_table(content(name), bounds=HOSTED)
    message = str(caught.value)
    assert HOSTILE[name][1] in message
    assert message.endswith((".", "?", ")."))
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("name", READ)
def test_a_strange_file_is_read_all_the_same(name):
    table = read_table(content(name), bounds=HOSTED)
    assert table.x.shape == (4, 2)
    assert table.y.tolist() in ([0, 1, 0, 1], [1, 0, 1, 0])


def test_lines_are_counted_as_an_editor_does():
    with pytest.raises(UnreadableTable, match=r"^Line 6, column 2"):
        read_table(b'a,b,kind\n\n1,2,"x\ny"\n\n3,NA,z\n')


def unequal(counts: dict[str, int]) -> bytes:
    """A file whose rows can be told apart, with so many of each class."""
    labels = [label for label, count in counts.items() for _ in range(count)]
    return "".join(f"{number},{label}\n" for number, label in enumerate(labels)).encode()


@pytest.fixture
def rare(tmp_path):
    """The name of a data set with a common, a rare and a very rare class: 80, 9 and 2 rows."""
    path = tmp_path / "rare.csv"
    path.write_bytes(unequal({"often": 80, "rare": 9, "twice": 2}))
    return f"csv:{path}"


@pytest.mark.parametrize("seed", range(3))
def test_every_class_is_in_both_sets_and_no_row_is_lost(rare, seed):
    split = load(rare, seed=seed)
    assert np.bincount(split.y_train).tolist() == [64, 7, 1]
    assert np.bincount(split.y_test).tolist() == [16, 2, 1]
    rows = np.concatenate([split.x_train, split.x_test])
    assert sorted(rows[:, 0].tolist()) == list(range(91))
    labels = np.concatenate([split.y_train, split.y_test])
    assert np.array_equal(labels, np.searchsorted([80, 89], rows[:, 0], side="right"))


def test_the_seed_divides_the_rows(rare):
    one, same, other = load(rare, seed=1), load(rare, seed=1), load(rare, seed=2)
    assert np.array_equal(one.x_train, same.x_train)
    assert set(one.x_test[:, 0]) != set(other.x_test[:, 0])
    assert not (np.diff(one.x_train[:, 0]) > 0).all()


@pytest.mark.parametrize("count", [3, 4, 10])
def test_a_part_of_the_training_set_has_every_class(rare, count):
    few, whole = load(rare, seed=0, n_train=count), load(rare, seed=0)
    assert np.array_equal(few.x_train, whole.x_train[:count])
    assert set(few.y_train) == {0, 1, 2}
    with pytest.raises(ValueError, match="from 2 to 72 training examples"):
        load(rare, seed=0, n_train=73)


def test_what_is_done_to_inputs_and_labels_is_done_to_own_data(rare):
    raw, changed = load(rare, seed=0), load(rare, seed=0, standardize=True, offset=3.0, label_noise=0.5)
    np.testing.assert_allclose(changed.x_train.mean(), 3.0)
    np.testing.assert_allclose(changed.x_test, (raw.x_test - raw.x_train.mean()) / raw.x_train.std() + 3)
    assert (changed.y_train != raw.y_train).any()
    changed.x_train[:] = 0
    assert load(rare, seed=0).x_train.any(), "the caller may change what it got"


@pytest.mark.parametrize("made", ["", "folder", "\0", "x" * 5000])
def test_a_file_that_cannot_be_read_is_named(tmp_path, made):
    (tmp_path / "folder").mkdir()
    with pytest.raises(ValueError, match="cannot be read"):
        own.table_of(f"csv:{tmp_path}/{made}")


def test_reading_a_file_loads_nothing_heavy():
    import subprocess
    import sys

    code = "import sys, bnviz.datasets; print([m for m in ('pandas', 'torch', 'chardet') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_pandas_reads_the_same_numbers(tmp_path):
    """Oracle: what pandas writes, and what it reads back."""
    import pandas as pd

    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.standard_normal((40, 3)) * 10.0 ** generator.integers(-9, 9, (40, 3)))
    frame["kind"] = generator.choice(["a", "b c", 'quote " and, comma'], 40)
    for separator, decimal in ((",", "."), (";", ","), ("\t", ".")):
        text = frame.to_csv(index=False, sep=separator, decimal=decimal)
        table = read_table(text.encode())
        oracle = pd.read_csv(io.StringIO(text), sep=separator, decimal=decimal)
        np.testing.assert_array_equal(table.x, oracle.iloc[:, :3])
        assert [table.classes[code] for code in table.y] == oracle["kind"].tolist()
