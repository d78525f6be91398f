"""A chart as a picture in a file: SVG, or PNG for what does not draw SVG.

The app's own charts and those of `bnviz.charts` are meant. `vl-convert-python` draws them as a browser would, without
one; on a server in a process of its own (`apart.py`).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from bnviz.charts.drawn import spec_of
from bnviz.charts.numbers import IN_WORDS
from bnviz.charts.theme import PALETTES, Layers
from bnviz.export.apart import drawn

WIDTH = 720
"""Pixels of a chart, which on a page is as wide as its place."""


def chart_svg(chart: Layers, width: int = WIDTH) -> str:
    """Return the chart as an SVG file, on the background of the theme that it is made for."""
    return drawn("vegalite_to_svg", _alone(chart, width), allowed_base_urls=[]).decode()


def chart_png(chart: Layers, scale: float = 2, width: int = WIDTH) -> bytes:
    """Return the same as a PNG file, with `scale` dots to a pixel of the SVG."""
    return drawn("vegalite_to_png", _alone(chart, width), scale=scale, allowed_base_urls=[])


def chart_title(chart: Layers) -> str:
    """Return the chart's title in one line, empty for none."""
    text = spec_of(chart).get("title", {}).get("text", "")
    return text if isinstance(text, str) else " ".join(text)


def chart_data(chart: Layers) -> pd.DataFrame:
    """Return the rows that the chart draws: of the frame with the most, and of all that have its columns."""
    frames = sorted(map(_frame, spec_of(chart)["datasets"].values()), key=len, reverse=True)
    alike = [frame for frame in frames if set(frame) == set(frames[0])] or [pd.DataFrame()]
    rows = pd.concat(alike, ignore_index=True)
    return rows.loc[:, [name for name in rows if not str(name).endswith(IN_WORDS)]]


def _alone(chart: Layers, width: int) -> dict[str, Any]:
    """The chart's specification with its numbers in it and a size and ground of its own."""
    spec = spec_of(chart)
    config = spec.get("config", {})
    written = config.get("title", {}).get("color")
    page = next((palette.page for palette in PALETTES.values() if palette.text == written), "#ffffff")
    datasets = {name: _values(_frame(data)) for name, data in spec["datasets"].items()}
    own: dict[str, Any] = {"config": {**config, "background": page}, "datasets": datasets}
    if spec.get("width") == "container":
        own["width"] = width
    return {**spec, **own}


def _frame(data: bytes) -> pd.DataFrame:
    frame: pd.DataFrame = pa.ipc.open_stream(data).read_pandas()
    return frame.reset_index(drop=True)


def _values(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Its rows as JSON has them, in which no number is missing or infinite."""
    plain = frame.astype(object)
    return plain.where(plain.notna() & ~plain.isin([np.inf, -np.inf]), None).to_dict("records")
