"""What a reader takes home of a page: one menu, which lists what is on the page when it is opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal
from weakref import ref

import streamlit as st

from bnviz.charts.drawn import spec_of
from bnviz.charts.theme import Layers
from bnviz.styles import run_styles
from bnviz.ui.page import made
from bnviz.ui.page.literal import literal
from bnviz.ui.page.waiting import section
from bnviz.ui.server.training import training_queue

_SHOWN = "frame_shown"
WIDTH = 440  # pixels of the menu


@dataclass
class _Shown:
    """What the page shows, by its place: the keys of recordings, and charts as long as the server keeps them."""

    recordings: dict[str, str] = field(default_factory=dict)
    charts: dict[str, ref[Layers]] = field(default_factory=dict)


def begin_page() -> None:
    """Forget what the page before has shown."""
    st.session_state[_SHOWN] = _Shown()


def note_recording(place: str, result: str) -> None:
    """Let the menu offer the recording kept under `result`."""
    _shown().recordings[place] = result


def note_chart(place: str | None, chart: Layers) -> None:
    """Let the menu offer a chart. A `place` shows one at a time."""
    _shown().charts[place or str(spec_of(chart).get("title"))] = ref(chart)


@section
def save_menu() -> None:
    """Draw the button that opens the menu. What it holds is looked for when it is open."""
    menu = st.popover("Save", icon=":material/download:", key="frame_save", on_change="rerun")
    if menu.open:
        with menu:
            _offer()


def _offer() -> None:
    from bnviz.export.pictures import chart_title

    shown, offered = _shown(), {}
    for place, result in shown.recordings.items():
        done = training_queue().result(result)
        if done and done.result:
            labels = ", ".join(style.label for style in run_styles(done.result.experiment))
            offered[place] = (f"Training: {labels}", partial(_offer_recording, result))
    for place, of in shown.charts.items():
        if chart := of():
            title = chart_title(chart) or "without a title"
            offered[place] = (f"Figure: {title}", partial(_offer_chart, chart, title))
    if not offered:
        st.markdown("Nothing yet. What this page trains and the charts in its open folds can be saved here.")
        return
    if len(offered) > 1:
        places = list(offered)
        chosen = st.selectbox("What", places, format_func=lambda place: offered[place][0], key="frame_save_what")
    else:
        (chosen,) = offered
        st.markdown(f"**{literal(offered[chosen][0])}**")
    offered[chosen][1]()


def _offer_recording(result: str) -> None:
    experiment = made.recording(result).experiment
    theme: Literal["light", "dark"] = "dark" if st.context.theme.type == "dark" else "light"
    with st.container(horizontal=True, width=WIDTH):
        _file("Offline player", "html", partial(made.offline, result), "player", "One file. It plays in any browser.")
        _file("Animation", "gif", partial(made.animation, result, theme), "animation", "It takes some seconds to make.")
        _file("Recording", "npz", partial(made.npz, result), "history", "The training lab and the library open it.")
        _file("Experiment", "json", experiment.to_json(), "experiment", "Its settings. The training lab opens them.")
        of_pytorch = "In plain PyTorch. It trains the same networks and needs no bnviz."
        _file("Script", "zip", partial(made.script, experiment), "script", of_pytorch)
        _file("Notebook", "ipynb", partial(made.notebook, experiment), "notebook", of_pytorch)
    rows = made.table_rows(experiment)
    tables = [name for name in rows if rows[name] <= made.MOST_ROWS]
    table = st.selectbox("Table", tables, format_func=made.TABLES.__getitem__, key="frame_save_table")
    with st.container(horizontal=True):
        for kind in ("csv", "parquet"):
            _file("Table", kind, partial(made.table, result, table, kind), table)
    if len(tables) < len(rows):
        left_out = ", ".join(made.TABLES[name] for name in rows if name not in tables)
        st.caption(f"More than {made.MOST_ROWS:,} rows, so in the recording only: {left_out}.")


def _offer_chart(chart: Layers, title: str) -> None:
    from bnviz.export.pictures import chart_data

    name = re.sub(r"\W+", "-", title.lower()).strip("-")[:40] or "figure"
    with st.container(horizontal=True):
        _file("Picture", "svg", partial(made.svg, chart), name, "It stays sharp at any size.")
        _file("Picture", "png", partial(made.png, chart), name)
    with st.container(horizontal=True):
        for kind in ("csv", "parquet"):
            _file("Data", kind, partial(made.rows, partial(chart_data, chart), kind), name)


def _file(label: str, kind: str, data: str | Callable[[], Any], name: str, help: str | None = None) -> None:
    st.download_button(
        f"{label} (.{kind})",
        data,
        f"bnviz-{name}.{kind}",
        made.TYPES[kind],
        key=f"frame_save_{label}_{kind}",
        on_click="ignore",
        help=help,
    )


def _shown() -> _Shown:
    found: _Shown = st.session_state.setdefault(_SHOWN, _Shown())
    return found
