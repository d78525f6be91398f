"""A live figure in notebooks, and in a file of its own.

Nothing here loads Streamlit, and anywidget only when somebody asks for a widget.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from bnviz.ui.live.family import Family, pack_family
from bnviz.ui.live.scene import Scene
from bnviz.ui.modules import joined
from bnviz.ui.player.offline import framed, host_looks, page_of


def figure(scene: Scene, values: Mapping[str, float], family: Family | None = None) -> Any:
    """Return a live figure for a notebook, an `anywidget.AnyWidget`, at these values of its inputs.

    Its `values` follow the reader's hand when it lets go, and lead the figure when they are set. The figure looks up
    arrays of `family`. Raises ImportError without anywidget.
    """
    return _widget_class()(scene, values, family)


def figure_html(
    scene: Scene, values: Mapping[str, float], family: Family | None = None, *, title: str, words: str = ""
) -> str:
    """Return a page with a live figure that asks for nothing; `words` below its title say what to see."""
    packed = base64.b64encode(_packed(family)).decode() or None
    carried = {**_page_parts(), "scene": scene.to_dict(), "values": dict(values), "family": packed}
    script = f"{_module()}\nconst render = renderFigure;\n"
    notes = "Drag what has a grip, or use the sliders. This file holds all it needs and asks no network for anything."
    return page_of(script, carried, title=title, recipe=words, notes=notes)


@cache
def _module() -> str:
    return joined(Path(__file__).with_name("anywhere.js"))


@cache
def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _page_parts() -> dict[str, str]:
    return {"markup": _read("live.html"), "looks": _read("live.css") + host_looks()}


def _packed(family: Family | None) -> bytes:
    return gzip.compress(pack_family(family), 6, mtime=0) if family else b""


@cache
def _widget_class() -> type:
    import anywidget
    import traitlets

    class FigureWidget(anywidget.AnyWidget):
        """A live figure in a notebook, in step with Python."""

        _esm = _module()
        markup = traitlets.Unicode().tag(sync=True)
        looks = traitlets.Unicode().tag(sync=True)
        scene = traitlets.Dict().tag(sync=True)
        values = traitlets.Dict().tag(sync=True)
        family = traitlets.Bytes(None, allow_none=True).tag(sync=True)

        def __init__(self, scene: Scene, values: Mapping[str, float], family: Family | None) -> None:
            self._made_from = scene, family
            packed = _packed(family) or None
            super().__init__(**_page_parts(), scene=scene.to_dict(), values=dict(values), family=packed)

        def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
            scene, family = self._made_from
            page = figure_html(scene, self.values, family, title="A live figure")
            return {**data, "text/html": framed(page, "A live figure", 700)}, metadata

    return FigureWidget
