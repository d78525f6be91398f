"""The player in notebooks: a widget where there is anywidget, in step with Python, and the page of a file everywhere.

What is shown is a bundle of both. Where a kernel runs, the widget is drawn; a notebook that was saved, and is opened
without one, shows the page. Nothing here loads Streamlit, and anywidget only when somebody asks for a player.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bnviz.ui.player.offline import (
    check_state,
    heading,
    in_a_frame,
    page_parts,
    player_module,
    recipe,
    zipped_recording,
    zipped_units,
)
from bnviz.ui.player.unit_values import has_units

if TYPE_CHECKING:
    from bnviz.history import History

NEEDED = (
    "player() needs anywidget: pip install -r requirements-notebook.txt. Without it a history shows itself as a page, "
    "and to_html(path) writes one."
)


def player_widget(
    history: History, *, step: int | None = None, layer: int | None = None, stage: str | None = None
) -> Any:
    """Return a player for a notebook, an `anywidget.AnyWidget`.

    Its `step`, `layer` and `stage` follow the reader whenever the player comes to rest, and lead it when they are set.
    Raises ImportError without anywidget, and ValueError for what the recording does not have.
    """
    check_state(history, step, layer, stage)
    try:
        made = _widget_class()
    except ImportError as error:
        raise ImportError(NEEDED, name="anywidget") from error
    return made(history, step=step, layer=layer, stage=stage)


def bundle(history: History) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how a history shows itself in a notebook, by MIME type, and what there is to say of these."""
    try:
        return player_widget(history)._repr_mimebundle_()
    except ImportError:
        return {"text/plain": in_words(history), "text/html": in_a_frame(history)}, {}


def displayed(history: History) -> Any:
    """Return what marimo shows of a history: the widget, or else the page."""
    try:
        return player_widget(history)
    except ImportError:
        return Framed(in_a_frame(history))


class Framed:
    """A piece of HTML that shows itself."""

    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html


def in_words(history: History) -> str:
    """Return in a line what a history is the record of."""
    return f"{heading(history)}. {recipe(history)} {len(history.steps)} recorded steps."


@cache
def _widget_class() -> type:
    import anywidget
    import traitlets

    class PlayerWidget(anywidget.AnyWidget):
        """A recording that plays in a notebook. Its values for the browser are those that anywhere.js lists."""

        _esm = player_module()
        markup = traitlets.Unicode().tag(sync=True)
        looks = traitlets.Unicode().tag(sync=True)
        recording = traitlets.Bytes().tag(sync=True)
        units = traitlets.Bytes(None, allow_none=True).tag(sync=True)
        more_units = traitlets.Bool().tag(sync=True)
        units_wanted = traitlets.Bool(False).tag(sync=True)
        page_keys = traitlets.Bool(False).tag(sync=True)
        step = traitlets.Int(None, allow_none=True).tag(sync=True)
        layer = traitlets.Int(None, allow_none=True).tag(sync=True)
        stage = traitlets.Unicode(None, allow_none=True).tag(sync=True)

        def __init__(self, history: History, **state: Any) -> None:
            self.history = history
            values = {"recording": zipped_recording(history), "more_units": has_units(history)}
            super().__init__(**page_parts(), **values, **state)

        @traitlets.validate("step", "layer", "stage")
        def _check(self, proposal: Any) -> Any:
            name, value = proposal["trait"].name, proposal["value"]
            given = {"step": None, "layer": None, "stage": None, name: value}
            try:
                check_state(self.history, **given)
            except ValueError as error:
                raise traitlets.TraitError(str(error)) from None
            return value

        @traitlets.observe("units_wanted")
        def _bring_units(self, change: Any) -> None:
            if change["new"] and self.units is None and self.more_units:
                self.units = zipped_units(self.history)

        def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
            page = in_a_frame(self.history, step=self.step, layer=self.layer, stage=self.stage)
            return {**data, "text/plain": in_words(self.history), "text/html": page}, metadata

    return PlayerWidget
