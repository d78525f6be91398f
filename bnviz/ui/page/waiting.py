"""How a page waits without being held up: its sections run by themselves, and its visitor's desk knows what for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import local
from typing import Any, ParamSpec

import streamlit as st

from bnviz.ui.private import visitor
from bnviz.ui.server.desk import Desk
from bnviz.ui.server.jobs import Done, Ticket
from bnviz.ui.server.turns import page_scripts

AT_ONCE = 0.15  # seconds that a script waits, in all of its places together, for what may be there at once
P = ParamSpec("P")
_own = local()
_OVERLOOKED = "page_overlooked"


@contextmanager
def whole_page() -> Iterator[None]:
    """Run a page from its beginning to its end, in turn with others; what it does not ask for any more is left."""
    on_overlooked(_never)
    with _in_turn():
        desk().begin()
        yield
        desk().end()


def section(draw: Callable[P, None]) -> Callable[P, None]:
    """Make a part of a page run by itself: its controls, and news of what it waits for, run this part alone."""

    @st.fragment
    @wraps(draw)
    def run(*args: P.args, **options: P.kwargs) -> None:
        alone = not getattr(_own, "inside", False)
        with _in_turn():
            draw(*args, **options)
        if alone and st.session_state.get(_OVERLOOKED, _never)():
            st.rerun()

    return run


def on_overlooked(look: Callable[[], bool]) -> None:
    """Run the whole page when `look`, called after each section that was run by itself, finds an overlooked control.

    Of two sections that a browser asks for in one breath Streamlit runs one, though it takes the values of both.
    """
    st.session_state[_OVERLOOKED] = look


def _never() -> bool:
    return False


def desk() -> Desk:
    """Return the desk of the visitor whose script runs here."""
    if "desk" not in st.session_state:
        st.session_state["desk"] = Desk(visitor())
    found: Desk = st.session_state["desk"]
    return found


def wait_a_moment(ticket: Ticket[Any, Any]) -> Any:
    """Return the state of a job, after a moment if it has not ended: much of the work on a page takes no longer."""
    left = getattr(_own, "left", AT_ONCE)
    start = time.monotonic()
    if page_scripts.crowded:
        return ticket.look()  # to go to the end of the line and come back costs more than to ask again
    with page_scripts.pause():
        state = ticket.wait(left)
    if not isinstance(state, Done):
        _own.left = max(0.0, left - (time.monotonic() - start))
    return state


@contextmanager
def _in_turn() -> Iterator[None]:
    """Take a turn, unless this is a part of something that has one."""
    if getattr(_own, "inside", False):
        yield
        return
    _own.inside, _own.left = True, AT_ONCE
    try:
        with page_scripts.turn():
            yield
    finally:
        _own.inside = False
