"""A visitor's CSV file in the lab: opened, its column of labels chosen, and put in the place of the data set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Lock
from typing import Any

import streamlit as st

from bnviz.datasets import DATASETS, own
from bnviz.datasets.csv_text import UnreadableTable
from bnviz.datasets.table import Table, column_names, read_table
from bnviz.experiment import Experiment
from bnviz.ui.lab.heard import Draft
from bnviz.ui.page.literal import literal
from bnviz.ui.server import own_data
from bnviz.ui.server.budget import bounds

SUFFIXES = ("csv", "tsv", "txt")
_FILE, _LABEL = "lab_own_file", "lab_own_label"
_NAMED = 12  # classes whose texts are listed
_numbers = count(1)
# One at a time: a class that opens files at once would fill the memory and hold up the server.
_reading = Lock()


@dataclass(frozen=True, eq=False)
class OwnFile:
    """A file whose columns could be read, and its table or what is wrong with that; its `number` is its own."""

    name: str
    data: bytes
    columns: tuple[str, ...]
    label: str
    table: Table | None = None
    problem: str = ""
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def dataset(self) -> str:
        """The data set that experiments name."""
        return f"{own.PREFIX}{self.name}" + ("" if self.label == self.columns[-1] else f"#{self.label}")


def is_table(name: str) -> bool:
    """Whether a file is to be read as a table, by its name."""
    return name.lower().rpartition(".")[2] in SUFFIXES


def open_file(name: str, data: bytes) -> OwnFile:
    """Read a file with the labels in its last column, and keep it in the session; raises UnreadableTable.

    Where the columns can be told but the table is none, the file says so: another column may have the labels.
    """
    before = present()
    if before and not before.table:
        del st.session_state[_FILE]  # what is wrong with it is of no interest any more
    with _reading:
        columns = column_names(data, bounds())
    file = _read(OwnFile(_plain_name(name), data, columns, columns[-1]))
    st.session_state[_FILE] = file
    return file


def _read(file: OwnFile) -> OwnFile:
    """The file with the table that its column of labels makes, which the session holds from now on."""
    try:
        with _reading:
            table = read_table(file.data, file.label, bounds())
    except UnreadableTable as error:
        return replace(file, table=None, problem=str(error))
    own_data.bring(file.dataset, table)
    return replace(file, table=table, problem="")


def _plain_name(name: str) -> str:
    """The name of a file without folders and without what means something in a name of data."""
    return re.sub(r"[^\w .()-]|^\.+", "_", re.split(r"[/\\]", name)[-1])[-60:] or "data.csv"


def present() -> OwnFile | None:
    """The file that was opened last."""
    return st.session_state.get(_FILE)


def choices(value: str) -> tuple[str, ...]:
    """The data sets to choose from: those that are made, this session's own, and the one that is set."""
    file = present()
    mine = (file.dataset,) if file and file.table else ()
    return tuple(dict.fromkeys((*DATASETS, *mine, *((value,) if own.is_own(value) else ()))))


def settled(draft: Draft) -> Draft:
    """The draft with what there is to say of its data set, if that is one that this session has brought."""
    if not own.is_own(draft["dataset"]):
        return {name: value for name, value in draft.items() if name != "data"}
    known = own_data.latest(draft["dataset"])
    return {**draft, "data": known.model_dump()} if known else draft


def on_own_data(draft: Mapping[str, Any]) -> Draft | None:
    """The draft with this session's own data, if there are some: all of them, standardized, in batches that fit."""
    file = present()
    if file is None or file.table is None:
        return None
    data = own_data.bring(file.dataset, file.table)
    size = draft["batch_size"]
    return {
        **draft,
        "dataset": file.dataset,
        "data": data.model_dump(),
        "n_train": None,
        "batch_size": size if size is None else min(size, data.examples),
        "standardize": True,
    }


def about_links(experiment: Experiment) -> str:
    """What to say beside a link of this experiment; "" where all of it is in the link."""
    if experiment.data is None:
        return ""
    return "A link to this page does not hold your data: whoever opens it is asked for the file."


def panel(use: Callable[[], None]) -> None:
    """Say what was read from the file, and let the column of labels be chosen; `use` puts the table into the line."""
    file = present()
    if file is None:
        return
    with st.container(border=True, key="lab_own"):
        if file.table:
            st.markdown(_in_words(file.table, file.name))
        else:
            st.error(literal(f"{file.name} cannot be trained on yet. {file.problem}"))
        st.selectbox(
            "Label column",
            file.columns,
            file.columns.index(file.label),
            key=f"{_LABEL}{file.number}",
            on_change=_choose_label,
            args=(file, use),
            help="The column that says what class each row is of; all others must be numbers.",
            width=300,
        )
        st.caption("Your data stay in this session: they are in no link, and gone once you close or reload the page.")


def _choose_label(file: OwnFile, use: Callable[[], None]) -> None:
    label = st.session_state[f"{_LABEL}{file.number}"]
    if label not in file.columns:  # nobody but a forged message says so
        return
    st.session_state[_FILE] = _read(replace(file, label=label))
    if st.session_state[_FILE].table:
        use()


def _in_words(table: Table, name: str) -> str:
    """What was read, in two sentences."""
    sizes = own.described(name, table)
    named = [f"{code} is {literal(text[:40])}" for code, text in enumerate(table.classes[:_NAMED])]
    more = len(table.classes) - len(named)
    listed = ", ".join(named) + (f", and {more} more" if more > 0 else "")
    if table.classes == tuple(map(str, range(len(table.classes)))):
        listed = f"0 to {len(table.classes) - 1}"
    columns = "one column" if sizes.features == 1 else f"{sizes.features:,} columns"
    return (
        f"**{literal(name)}**: {len(table.y):,} rows, {sizes.examples:,} to train and {sizes.test_examples:,} to test; "
        f"{columns} of numbers. Classes: {listed}. Read as {table.found}."
    )
