"""One file that plays a recording in any browser, without a network and without bnviz: player, values and state.

Nothing here loads Streamlit. The values are what the app's player gets (:mod:`bnviz.ui.player.payload`), in gzip.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from bnviz.datasets import DATASETS
from bnviz.datasets.own import PREFIX, file_name
from bnviz.history import STAGES
from bnviz.styles import run_styles
from bnviz.ui.lab.words import (
    data_in_words,
    kicks_in_words,
    network_in_words,
    others_in_words,
    rates_in_words,
    runs_in_words,
    steps_in_words,
)
from bnviz.ui.modules import joined
from bnviz.ui.player.payload import pack
from bnviz.ui.player.unit_values import has_units, pack_units
from bnviz.words import number, percent

if TYPE_CHECKING:
    from bnviz.history import History

MOST_BYTES = 8_000_000
"""Of a file: what mail and messengers still take. A larger recording loses its single units, then records."""
AT_NO_RECORD = ("edges", "grid_x", "grid_y", "points", "point_labels", "example_x", "example_y")
"""Arrays of a history that do not count its records."""


def offline_html(
    history: History,
    *,
    step: int | None = None,
    layer: int | None = None,
    stage: str | None = None,
    title: str | None = None,
    units: bool = True,
    most_bytes: int = MOST_BYTES,
) -> str:
    """Return a page that plays `history` by itself, and asks for nothing.

    It plays from the start, or stands still at the last record up to `step`; `layer` (from 0) is the one that is looked
    into, and `stage` the one whose histograms are shown. `title` is its heading. What single units have for the
    examples comes along with `units`, where the page is no larger than about `most_bytes` with it; where it is too
    large without, only every second, third, … record is in it, and the page says so.
    Raises ValueError for a step, a layer or a stage that the recording does not have.
    """
    check_state(history, step, layer, stage)
    kept, recording = _fitting(history, most_bytes)
    more = _zipped(pack_units(kept)) if units and has_units(kept) else b""
    if len(recording) + len(more) > _bytes_in(most_bytes):
        more = b""
    carried = {
        **page_parts(),
        "recording": base64.b64encode(recording).decode(),
        "units": base64.b64encode(more).decode() or None,
        "more_units": bool(more),
        "page_keys": True,
        "step": step,
        "layer": layer,
        "stage": stage,
    }
    keys = "Space plays and pauses, the arrow keys go one record back or on, a click on a layer looks into it."
    return page_of(
        f"{player_module()}\nconst render = renderPlayer;\n",
        carried,
        title=title or heading(history),
        recipe=recipe(history),
        without_scripts=_endings(history),
        notes=f"{keys} {_notes(history, kept, bool(more))}",
    )


_START = """
render({
  model: new CarriedModel(JSON.parse(document.getElementById("carried").textContent)),
  el: document.getElementById("shown"),
});
"""


def page_of(
    script: str, carried: dict[str, Any], *, title: str, recipe: str, without_scripts: str = "", notes: str
) -> str:
    """Return a page with a picture in it, which `render` of a script draws of the values that it carries."""
    script += _START
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    texts = {"title": title, "recipe": recipe, "ends": without_scripts, "notes": notes}
    return Template(_read("offline.html")).substitute(
        {name: html.escape(text) for name, text in texts.items()},
        digest=f"sha256-{digest}",
        # No text of a reader may end the element.
        carried=json.dumps(carried).replace("<", "\\u003c"),
        script=script,
    )


def player_module() -> str:
    """Return the player as one ES module, whose default is what anywidget asks for."""
    return joined(Path(__file__).with_name("anywhere.js"))


def page_parts() -> dict[str, str]:
    """Return what the player is built from, by the names of its model."""
    return {"markup": _read("player.html"), "looks": _read("player.css") + host_looks()}


def host_looks() -> str:
    """Return the style sheet of what is shown outside of the app."""
    return _read("anywhere.css")


def zipped_recording(history: History, *, autoplay: bool = True) -> bytes:
    """Return what the player gets of a history, in gzip."""
    return _zipped(pack(history, autoplay=autoplay))


def zipped_units(history: History) -> bytes:
    """Return what single units have for the examples, in gzip."""
    return _zipped(pack_units(history))


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _zipped(data: bytes) -> bytes:
    # Without the time of day the same recording is the same file.
    return gzip.compress(data, 6, mtime=0)


def _bytes_in(most: int) -> float:
    """How many bytes there are in so many characters of base64."""
    return 0.75 * most


def check_state(history: History, step: int | None, layer: int | None, stage: str | None) -> None:
    """Raise ValueError for a step, a layer or a stage that the recording does not have."""
    last, layers = int(history.steps[-1]), len(history.experiment.widths)
    if step is not None and not 0 <= step <= last:
        raise ValueError(f"step = {step!r}: must be from 0 to {last}; name a step of the recording.")
    if layer is not None and layer not in range(layers):
        raise ValueError(f"layer = {layer!r}: must be from 0 to {layers - 1}; layers are counted from 0.")
    if stage is not None and stage not in STAGES:
        raise ValueError(f"stage = {stage!r}: must be one of {', '.join(STAGES)}.")


def _fitting(history: History, most_bytes: int) -> tuple[History, bytes]:
    """Return as many of the records as fit into so many characters, evenly, and what the player gets of them."""
    every = 1
    while True:
        kept = thinned(history, every)
        recording = zipped_recording(kept)
        if len(recording) <= _bytes_in(most_bytes) or len(kept.steps) <= 2:
            return kept, recording
        every = max(every + 1, int(every * len(recording) / _bytes_in(most_bytes)))


def thinned(history: History, every: int) -> History:
    """Return the first record, each `every`-th after it, the last one, and where each run ended."""
    if every == 1:
        return history
    ends = [max(0, int(count) - 1) for count in history.recorded]
    keep = np.unique([*range(0, len(history.steps), every), len(history.steps) - 1, *ends])
    arrays = {name: each if name in AT_NO_RECORD else each[keep] for name, each in history.arrays.items()}
    recorded = np.searchsorted(keep, history.recorded).astype(np.int32)
    return replace(history, steps=history.steps[keep], recorded=recorded, arrays=arrays)


def heading(history: History) -> str:
    """Return what was compared, on which data."""
    asked = history.experiment.model_dump()
    # Where a file of one's own lies is nobody else's business.
    if asked["dataset"] not in DATASETS:
        asked["dataset"] = PREFIX + re.split(r"[\\/]", file_name(asked["dataset"]))[-1]
    runs = runs_in_words(asked)
    return f"{runs[0].upper()}{runs[1:]} on {data_in_words(asked)}"


def recipe(history: History) -> str:
    """Return in words what was trained, with the seed."""
    asked = history.experiment.model_dump()
    parts = [
        f"Layers: {network_in_words(asked)}",
        f"learning rate {rates_in_words(asked)}",
        steps_in_words(asked),
        *([kicks_in_words(asked)] if history.experiment.interventions else []),
        *([others] if (others := others_in_words(asked)) else []),
    ]
    return f"{'; '.join(parts)}. Seed {history.experiment.seed}."


def _endings(history: History) -> str:
    """Return how each run ended, for whoever cannot play it."""
    said = []
    for run, style in enumerate(run_styles(history.experiment)):
        last = max(0, int(history.recorded[run]) - 1)
        loss, accuracy = (float(history.arrays[name][last, run, 1]) for name in ("loss", "accuracy"))
        said.append(
            f"{style.label}: {history.status[run]}, at step {int(history.steps[last])} test loss {number(loss)}, "
            f"accuracy {percent(accuracy)}."
        )
    return " ".join(said)


def _notes(history: History, kept: History, with_units: bool) -> str:
    """Return what is in the file, and what was left out of it."""
    notes = ["This file holds all it needs and asks no network for anything."]
    if len(kept.steps) < len(history.steps):
        notes.append(f"To keep it small it has {len(kept.steps)} of {len(history.steps)} recorded steps.")
    if has_units(history) and not with_units:
        notes.append("Views of single units are left out, to keep it small.")
    return " ".join(notes)


def in_a_frame(history: History, *, height: int = 1000, **state: Any) -> str:
    """Return HTML that shows the player inside of another page, such as a notebook, where its scripts touch nothing."""
    return framed(offline_html(history, units=False, **state), heading(history), height)


def framed(page: str, title: str, height: int) -> str:
    """Return HTML that shows a page inside of another one."""
    style = f"width: 100%; height: {height}px; border: 0"
    return (
        f'<iframe title="{html.escape(title, quote=True)}" sandbox="allow-scripts allow-downloads" style="{style}" '
        f'srcdoc="{html.escape(page, quote=True)}"></iframe>'
    )
