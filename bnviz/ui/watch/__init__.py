"""How far work has come that a place of the page waits for: a bar in the browser, told by the server's stream."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import streamlit as st

from bnviz.ui.modules import joined


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "bnviz_watch",
    html=_read("watch.html"),
    css=_read("watch.css"),
    js=joined(Path(__file__).with_name("watch.js")),
)


def watch_bar(
    stream: str,
    watch: str,
    *,
    key: str,
    total: int,
    before: int,
    unit: str,
    on_stop: Callable[[], Any],
) -> None:
    """Show the progress of the job that the stream calls `watch`: `before` of `total` steps were there when it began.

    A step is one `unit`. When there is news to draw, the part of the page in which this stands is run again.
    """
    data = {
        "stream": stream,
        "watch": watch,
        "total": total,
        "before": before,
        "unit": unit,
        "words": "Waiting for the server.",
    }
    _component(key=key, data=data, on_look_change=lambda: None, on_stop_change=on_stop)
