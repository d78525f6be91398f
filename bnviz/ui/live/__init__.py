"""Live figures: pictures that answer under the hand. What it chose is sent to the server when it lets go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnviz.kept import remembered
from bnviz.ui.live.family import Family, pack_family
from bnviz.ui.live.scene import Scene
from bnviz.ui.modules import joined

if TYPE_CHECKING:
    from bnviz.ui.server.stream import Packed

__all__ = ["live", "live_data"]


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def registered() -> Any:
    """Return what shows the component. Figures are shown in notebooks and files as well, without Streamlit."""
    import streamlit as st

    return st.components.v2.component(
        "bnviz_live",
        html=_read("live.html"),
        css=_read("live.css"),
        js=joined(Path(__file__).with_name("streamlit.js")),
    )


def _component(**given: Any) -> None:
    registered()(**given)


def live(
    scene: Scene,
    *,
    key: str,
    values: Mapping[str, float],
    on_release: Callable[[dict[str, float]], None] | None = None,
    on_touch: Callable[[], None] | None = None,
    family: Family | None = None,
    held: bool = False,
) -> dict[str, float]:
    """Show a live figure at these values of its inputs, and return them as the reader left them.

    With `on_release` the page keeps the values: it is called with what a hand chose, before the page is run, and the
    page gives `values` accordingly. Without it the figure keeps them, `values` are where it begins, and `on_touch` is
    called when a hand or a link has moved it. Where they differ from what the figure shows, it glides to them. The
    arrays of `family` are there to be drawn beside what the scene's arithmetic gives. While it is `held` it can be
    seen, and not moved. `key` must not contain two underscores in a row.
    """
    import streamlit as st

    kept = f"{key}_kept"

    def released() -> None:
        chosen = scene.accepted(_chosen(key).get("values"))
        if on_release is None:
            st.session_state[kept] = {**values, **chosen}
            if on_touch:
                on_touch()
        elif chosen:
            on_release(chosen)

    shown = dict(values) if on_release else {**values, **st.session_state.get(kept, {})}
    data = live_data(scene, shown, _serial(key), held=held)
    data["keeps"] = on_release is None
    if family is not None:
        # Held by the visitor's session: the browser asks for it when it comes to it.
        st.session_state[f"{key}_family"] = packed = _packed(family)
        data["family"] = packed.address
    _component(key=key, data=data, on_chosen_change=released)
    return shown


def live_data(scene: Scene, values: Mapping[str, float], serial: float = 0, *, held: bool = False) -> dict[str, Any]:
    """What the browser is sent. `serial` is the number of the last release that the server has heard of."""
    return {"scene": scene.to_dict(), "values": dict(values), "serial": serial, "held": held}


@remembered
def _packed(family: Family) -> Packed:
    from bnviz.ui.server.stream import Packed

    return Packed(pack_family(family))


def _chosen(key: str) -> Mapping[str, Any]:
    """What the component last sent."""
    import streamlit as st

    state = st.session_state.get(key)
    found = state.get("chosen") if isinstance(state, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _serial(key: str) -> float:
    serial = _chosen(key).get("serial", 0)
    return serial if isinstance(serial, int | float) else 0
