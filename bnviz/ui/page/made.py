"""Files of a recording or a chart, made when a reader asks for them: one at a time, since some take memory to make."""

from __future__ import annotations

import io
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from bnviz.kept import Keep
from bnviz.rows import write_table
from bnviz.ui.server.training import training_queue

if TYPE_CHECKING:
    import pandas as pd

    from bnviz.charts.theme import Layers
    from bnviz.experiment import Experiment
    from bnviz.history import History
    from bnviz.styles import Theme

MOST_ROWS = 1_000_000  # rows of a table as a text file: about 40 MB, and twice as much while it is made
TYPES = {
    "csv": "text/csv",
    "gif": "image/gif",
    "html": "text/html",
    "ipynb": "application/x-ipynb+json",
    "json": "application/json",
    "npz": "application/octet-stream",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "svg": "image/svg+xml",
    "zip": "application/zip",
}
"""Kinds of files by the ends of their names."""

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
SCRIPT = "bnviz_script"

_making = Lock()
# A class that has trained one thing together asks for one animation thirty times.
_animations = Keep(4)


def table(result: str, name: str, kind: str) -> bytes:
    """Return a table of the recording kept under `result`, as "csv" or "parquet"."""
    return rows(lambda: getattr(recording(result), name)(), kind)


def rows(frame: Callable[[], pd.DataFrame], kind: str) -> bytes:
    """Return what `frame` gives, as "csv" or "parquet"."""
    with _making:
        file = io.BytesIO()
        write_table(frame(), file, f".{kind}")
        return file.getvalue()


def npz(result: str) -> bytes:
    """Return the recording as the file that bnviz opens."""
    with _making:
        return recording(result).to_bytes()


def animation(result: str, theme: Theme) -> bytes:
    """Return the recording as a GIF."""
    with _making:
        return _animation(recording(result), theme)


@_animations
def _animation(history: History, theme: Theme) -> bytes:
    from bnviz.export.gif import gif

    return gif(history, theme)


def offline(result: str) -> str:
    """Return the recording as a page that plays it without a network."""
    from bnviz.ui.player.offline import offline_html

    with _making:
        return offline_html(recording(result))


def script(experiment: Experiment) -> bytes:
    """Return the script of an experiment, with its data, in one archive."""
    from bnviz.export.script import script as written

    with _making:
        return written(experiment, SCRIPT).zipped(SCRIPT)


def notebook(experiment: Experiment) -> str:
    """Return the same as a notebook."""
    from bnviz.export.notebook import notebook as written

    with _making:
        return written(experiment)


def svg(chart: Layers) -> str:
    """Return a chart as a picture that stays sharp."""
    from bnviz.export.pictures import chart_svg

    with _making:
        return chart_svg(chart)


def png(chart: Layers) -> bytes:
    """Return a chart as a picture of dots."""
    from bnviz.export.pictures import chart_png

    with _making:
        return chart_png(chart)


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


def recording(result: str) -> History:
    """Return the recording kept under `result`; LookupError where it has made room for others."""
    done = training_queue().result(result)
    if done is None or done.result is None:
        raise LookupError("This recording was dropped to make room for others. Train again, then download.")
    history: History = done.result
    return history
