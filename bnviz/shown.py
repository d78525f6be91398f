"""How a history shows itself: as a file that plays it, and in notebooks.

What does that is made of histories, so it stands farther up. Imports flow one way: it is looked up by name, when
somebody asks to see something, as the package's public face does.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from os import PathLike

_OFFLINE, _NOTEBOOK = "bnviz.ui.player.offline", "bnviz.ui.player.notebook"
_GIF = "bnviz.export.gif"


class Shown:
    """What can be played."""

    def to_html(
        self,
        path: "str | PathLike[str]",
        *,
        step: int | None = None,
        layer: int | None = None,
        stage: str | None = None,
        title: str | None = None,
    ) -> None:
        """Write one file that plays this recording in any browser, without a network.

        It plays from the start, or stands still at the last record up to `step`; `layer` (from 0) is the one that is
        looked into, and `stage` the one whose histograms are shown. Raises ValueError for what the recording does not
        have, and OSError.
        """
        page = import_module(_OFFLINE).offline_html(self, step=step, layer=layer, stage=stage, title=title)
        Path(path).write_text(page, encoding="utf-8")

    def to_gif(self, path: "str | PathLike[str]", theme: Literal["light", "dark"] = "light") -> None:
        """Write an animation of the recording, for slides and messages. Raises OSError."""
        Path(path).write_bytes(import_module(_GIF).gif(self, theme))

    def player(self, *, step: int | None = None, layer: int | None = None, stage: str | None = None) -> Any:
        """Return the player for a notebook, a widget whose `step`, `layer` and `stage` are in step with it.

        Raises ImportError without anywidget (requirements-notebook.txt), and ValueError as :meth:`to_html`.
        """
        return import_module(_NOTEBOOK).player_widget(self, step=step, layer=layer, stage=stage)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the player in Jupyter and VS Code, and the page of :meth:`to_html` where no kernel runs."""
        return import_module(_NOTEBOOK).bundle(self)

    def _display_(self) -> Any:
        """Show the player in marimo."""
        return import_module(_NOTEBOOK).displayed(self)
