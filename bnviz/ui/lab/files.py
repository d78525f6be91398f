"""Files to and from the visitor: recordings, tables and experiments."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
from collections.abc import Mapping
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.ui.lab.own import about_links
from bnviz.ui.lab.state import query_of
from bnviz.ui.server.budget import refused, too_large
from bnviz.ui.server.configuration import configuration
from bnviz.ui.server.training import training_queue

if TYPE_CHECKING:
    from bnviz.history import History

MOST_JSON = 200_000  # bytes of an uploaded experiment
_TOO_LARGE = "The recording is too large: once unpacked, this app opens at most {:,} bytes."
MOST_PARTS = 100  # arrays of an uploaded recording, which has about twenty
MOST_ROWS = 1_000_000  # rows of a table as a text file: about 40 MB, and twice as much while it is made
_writing = Lock()
# One at a time: a class that opens recordings at once would need the memory for all of them.
_opening = Lock()

TABLES = {
    "losses": "loss and accuracy",
    "affine": "γ and β of each unit",
    "moments": "μ and σ of each unit",
    "running": "running μ and σ²",
    "weights": "weight norms, gradient norms, effective rates",
    "percentiles": "percentiles of the activations",
    "histograms": "histograms of the activations",
    "decision": "decision regions",
}


def downloads(result: str, experiment: Experiment, key: str) -> None:
    """Offer the recording kept under `result` as .npz, each of its tables as .csv, `experiment` as .json and as link.

    Files are made when they are asked for, not on every rerun.
    """
    rows = table_rows(experiment)
    tables = [name for name in rows if rows[name] <= MOST_ROWS]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        table = st.selectbox("Table", tables, format_func=TABLES.__getitem__, key=f"{key}_table", width=300)
        st.download_button(
            "Download table (.csv)",
            partial(_csv, result, table),
            f"bnviz-{table}.csv",
            "text/csv",
            key=f"{key}_csv",
            on_click="ignore",
        )
        st.download_button(
            "Download recording (.npz)",
            partial(_npz, result),
            "bnviz-history.npz",
            "application/octet-stream",
            key=f"{key}_npz",
            on_click="ignore",
        )
        st.download_button(
            "Download experiment (.json)",
            experiment.to_json(),
            "bnviz-experiment.json",
            "application/json",
            key=f"{key}_json",
            on_click="ignore",
        )
        st.download_button(
            "Download plain PyTorch (.zip)",
            partial(_script, experiment),
            "bnviz-script.zip",
            "application/zip",
            key=f"{key}_script",
            on_click="ignore",
            help="A script that trains the same networks and needs no bnviz, and its data.",
        )
        with st.popover("Copy link", icon=":material/link:"):
            st.markdown(f"This link opens the lab with these settings and trains them. {about_links(experiment)}")
            address = (st.context.url or "").partition("?")[0]
            st.code(f"{address}?{urlencode(query_of(experiment))}", language=None, wrap_lines=True)
    if len(tables) < len(rows):
        left_out = ", ".join(TABLES[name] for name in rows if name not in tables)
        st.caption(f"More than {MOST_ROWS:,} rows, so in the recording only: {left_out}.")


def _script(experiment: Experiment) -> bytes:
    from bnviz.export.script import script

    name = "bnviz_script"
    return script(experiment, name).zipped(name)


def table_rows(experiment: Experiment) -> dict[str, int]:
    """Return how many rows each table of a recording has at most, for those that it has."""
    from bnviz.history import BINS, GRID, PERCENTILES, SPLITS, STAGES

    layers, widest = len(experiment.widths), max(experiment.widths)
    of_a_record = {
        "losses": len(SPLITS),
        "affine": layers * widest,
        "moments": layers * widest * len(STAGES),
        "running": layers * widest,
        "weights": layers,
        "percentiles": layers * len(STAGES) * len(PERCENTILES),
        "histograms": layers * len(STAGES) * (BINS + 2),
        "decision": GRID**2,
    }
    if experiment.features != 2:
        del of_a_record["decision"]
    records = min(experiment.records, experiment.steps + 1) * len(experiment.runs)
    return {name: records * count for name, count in of_a_record.items()}


def read_upload(name: str, data: bytes) -> tuple[Experiment, str | None]:
    """Return the experiment in an uploaded file and, for a recording, the key under which it is kept now.

    Raises ValueError saying what is wrong with a damaged, foreign or too large file.
    """
    if name.lower().endswith(".npz"):
        with _opening:
            history = _read_history(data)
        _require_small(too_large(history.experiment))
        key = f"upload {hashlib.sha256(data).hexdigest()}"
        if not training_queue().keep(key, history):
            raise ValueError(_TOO_LARGE.format(_most_unpacked()))
        return history.experiment, key
    if len(data) > MOST_JSON:
        raise ValueError(f"The file has {len(data):,} bytes; an experiment has at most {MOST_JSON:,}.")
    try:
        experiment = Experiment.from_json(data.decode("utf-8-sig"), files=False)
    except UnicodeDecodeError:
        raise ValueError("The file is not text, so it is not an experiment. Save the experiment again.") from None
    except InvalidExperiment as error:
        raise ValueError(f"The file is not an experiment that can be read. {error}") from None
    except ValueError:
        raise ValueError("The file is not an experiment that can be read: a number in it is too long.") from None
    problems = refused(experiment)
    if "dataset" in problems:
        raise ValueError(problems["dataset"])
    _require_small(problems)
    return experiment, None


def _require_small(problems: Mapping[str, str]) -> None:
    if problems:
        raise ValueError("The experiment is too large for this app. " + " ".join(problems.values()))


def _most_unpacked() -> int:
    """Bytes of an uploaded recording once decompressed: what is larger than the store could not be kept."""
    return configuration().results_bytes


def _read_history(data: bytes) -> History:
    from bnviz.history import History

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise ValueError("The file is damaged or is not an .npz file. Download the recording again.") from None
    if len(members) > MOST_PARTS or sum(member.file_size for member in members) > _most_unpacked():
        raise ValueError(_TOO_LARGE.format(_most_unpacked()))
    return History.load(io.BytesIO(data))


def _csv(result: str, table: str) -> bytes:
    with _writing:
        return getattr(_kept(result), table)().to_csv(index=False).encode()


def _npz(result: str) -> bytes:
    with _writing:
        return _kept(result).to_bytes()


def _kept(result: str) -> History:
    done = training_queue().result(result)
    if done is None or done.result is None:
        raise LookupError("This recording was dropped to make room for others. Train again, then download.")
    return done.result
