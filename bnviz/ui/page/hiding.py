"""A teacher's link (`answers=hidden`) hides the answer of every page until someone reveals it there."""

from __future__ import annotations

import streamlit as st

from bnviz.ui.page.here import here

PARAMETER, HIDDEN = "answers", "hidden"
_HIDES, _REVEALED = "hiding", "hiding_revealed"


def take_link() -> None:
    """Hide answers for the rest of the visit where the page's link says so."""
    if st.query_params.get(PARAMETER) == HIDDEN:
        st.session_state[_HIDES] = True


def hides(file: str | None = None) -> bool:
    """Whether the answer of a page, by default of this one, is hidden."""
    state = st.session_state
    return bool(state.get(_HIDES)) and (file or here()) not in state.get(_REVEALED, frozenset())


def revealed() -> bool:
    """Whether the answer of this page was hidden, and is no longer."""
    return here() in st.session_state.get(_REVEALED, frozenset())


def reveal_button(key: str) -> None:
    """Draw a button that reveals the answer of this page, all over the page."""
    if st.button("Reveal the answer", key=f"{key}_reveal", on_click=_reveal, icon=":material/visibility:"):
        st.rerun()  # the button may stand in a part of the page that runs by itself


def _reveal() -> None:
    revealed: frozenset[str] = st.session_state.get(_REVEALED, frozenset())
    st.session_state[_REVEALED] = revealed | {here()}
