"""The player: a recording goes to the browser once and is played there, without the server."""

from __future__ import annotations

from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import streamlit as st

from bnviz.ui.player.payload import View, pack
from bnviz.ui.player.table import layer_table, player_table
from bnviz.ui.private import address_of

if TYPE_CHECKING:
    from bnviz.history import History

__all__ = ["layer_table", "player", "player_table"]

# Joined in this order into one module, because a component takes one script.
_SCRIPTS = (
    "recording.js",
    "drawing.js",
    "histograms.js",
    "lines.js",
    "curves.js",
    "trajectories.js",
    "decisions.js",
    "words.js",
    "playback.js",
    "elements.js",
    "player.js",
    "fetching.js",
    "mount.js",
)


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "bnviz_player",
    html=_read("player.html"),
    css=_read("player.css"),
    js="\n".join(_read(name) for name in _SCRIPTS),
)


def player(history: History, *, key: str, autoplay: bool = True, view: View = "training") -> None:
    """Show a recording side by side, layer by layer, with controls that never ask the server.

    Runs are columns and hidden layers rows; below come loss and accuracy, and γ, β, μ, σ of every unit of
    the chosen layer (at most 32 units are drawn). The view "layer" shows these last alone, larger, with the mean and
    the standard deviation of each unit's output below. `key` names the element on its page and must not contain
    two underscores in a row. With `autoplay` it starts by itself, unless the reader asked for reduced motion.
    """
    _component(key=key, data=address_of(_packed(history, autoplay, view), f"player {key}"))


# A page packs the same history again at every rerun; 30 ms each add up in a full classroom.
_packs: WeakKeyDictionary[History, dict[tuple[bool, View], bytes]] = WeakKeyDictionary()
# A class that waits for one training gets its result at the same moment, and must not pack it a hundred times.
_packing = Lock()


def _packed(history: History, autoplay: bool, view: View) -> bytes:
    with _packing:
        packs = _packs.setdefault(history, {})
        if (autoplay, view) not in packs:
            packs[autoplay, view] = pack(history, autoplay=autoplay, view=view)
        return packs[autoplay, view]
