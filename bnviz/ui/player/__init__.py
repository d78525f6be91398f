"""The player: a recording goes to the browser once, or part by part while it is made, and is played there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bnviz.ui.modules import joined
from bnviz.ui.player.payload import View, pack
from bnviz.ui.player.table import layer_table, player_table
from bnviz.ui.player.unit_values import has_units, pack_units

if TYPE_CHECKING:
    from bnviz.experiment import Experiment
    from bnviz.history import History
    from bnviz.ui.server.stream import Packed

__all__ = ["Suspense", "growing_player", "layer_table", "packed", "player", "player_table", "recording_address"]


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


@cache
def registered() -> Any:
    """Return what shows the component. A recording is played in notebooks and files as well, without Streamlit."""
    import streamlit as st

    return st.components.v2.component(
        "bnviz_player",
        html=_read("player.html"),
        css=_read("player.css"),
        js=joined(Path(__file__).with_name("mount.js")),
    )


def _component(**given: Any) -> None:
    registered()(**given)


@dataclass(frozen=True)
class Suspense:
    """How the player keeps the end of a training to itself, and tells when the reader has seen it.

    held: it stands still at step 0 until the reader has made a guess, or presses "Just show me", which calls `on_skip`.
    on_end: called with nothing when it was played to its end, once for each training.
    hidden: what holds it is no guess of the reader's, so that there is nothing to press.
    guess: what the reader said of each run, to be written above it; None before that.
    """

    held: bool
    on_skip: Callable[[], Any]
    on_end: Callable[[], Any]
    hidden: bool = False
    guess: Sequence[bool] | None = None


def player(
    history: History,
    *,
    key: str,
    autoplay: bool = True,
    view: View = "training",
    suspense: Suspense | None = None,
) -> None:
    """Show a recording side by side, layer by layer, with controls that never ask the server.

    Runs are columns and hidden layers rows. Each cell shows test examples where the layer puts them or along the value
    of one unit, or a histogram for each of its units, or one of them all. Below come loss and accuracy, and γ, β, μ, σ
    of every unit of the chosen layer (at most 32 units). The view "layer" shows these last alone, larger, with the mean
    and the standard deviation of each unit's output below.
    `key` names the element on its page and must not contain two underscores in a row. With `autoplay` it starts by
    itself, unless the reader asked for reduced motion.
    """
    data = {"address": packed(history, autoplay, view).address, "of": training_name(history.experiment)}
    if view == "training" and has_units(history):
        data["units"] = packed_units(history).address
    _show(key, data, suspense)


def growing_player(
    stream: str,
    watch: str,
    experiment: Experiment,
    *,
    key: str,
    on_stop: Callable[[], Any],
    suspense: Suspense | None = None,
) -> None:
    """Show what there is of a training that the stream calls `watch`, as it comes, with a button that stops it.

    When it has ended the part of the page in which this stands is run again, and shows it by :func:`player`, under the
    same key: what plays goes on.
    """
    _show(key, {"stream": stream, "watch": watch, "of": training_name(experiment)}, suspense, on_stop)


def _nothing() -> None:
    """Leave a call of the browser without an answer: that the page runs is all."""


def _show(key: str, data: Mapping[str, str], suspense: Suspense | None, on_stop: Callable[[], Any] = _nothing) -> None:
    kept: dict[str, Any] = {}
    if suspense:
        state = "hidden" if suspense.hidden else "held" if suspense.held else "open"
        kept = {"suspense": state, "guess": None if suspense.guess is None else list(suspense.guess)}
    _component(
        key=key,
        data={**data, **kept},
        on_look_change=_nothing,
        on_stop_change=on_stop,
        on_skip_change=suspense.on_skip if suspense else _nothing,
        on_ended_change=suspense.on_end if suspense else _nothing,
    )


def recording_address(experiment: Experiment) -> str | None:
    """Return where the player finds the recording of an experiment; None unless that is kept here."""
    from bnviz.ui.server.training import job_key, training_queue

    done = training_queue().result(job_key(experiment))
    return packed(done.result).address if done and done.result else None


def training_name(experiment: Experiment) -> str:
    """Return what tells this training from others."""
    return hashlib.blake2b(experiment.model_dump_json().encode(), digest_size=8).hexdigest()


# A page packs the same history again at every rerun; 30 ms each add up in a full classroom.
_packs: WeakKeyDictionary[History, dict[tuple[bool, View], Packed]] = WeakKeyDictionary()
# A class that waits for one training gets its result at the same moment, and must not pack it a hundred times.
_packing = Lock()


def packed(history: History, autoplay: bool = True, view: View = "training") -> Packed:
    """Return what the player gets of a history or of a part of one; made once for all who look at it."""
    from bnviz.ui.server.stream import Packed

    with _packing:
        packs = _packs.setdefault(history, {})
        if (autoplay, view) not in packs:
            packs[autoplay, view] = Packed(pack(history, autoplay=autoplay, view=view))
        return packs[autoplay, view]


_units: WeakKeyDictionary[History, Packed] = WeakKeyDictionary()


def packed_units(history: History) -> Packed:
    """Return what the player gets of single units, for a reader who asks for them; it is made then."""
    from bnviz.ui.server.stream import PackedOnDemand

    with _packing:
        if history not in _units:
            # A copy: what is kept for as long as a history must not hold it.
            copy = replace(history)
            content = b"units" + history.arrays["example_units"].tobytes()
            _units[history] = PackedOnDemand(content, lambda: pack_units(copy))
        return _units[history]
