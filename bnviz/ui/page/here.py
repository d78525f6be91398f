"""Which page the visitor is on: a part of a page that runs by itself cannot tell."""

import streamlit as st

from bnviz.ui.page.contents import PAGES

_HERE, _ARRIVED = "frame_here", "frame_arrived"


def enter(file: str) -> None:
    """Note that the visitor is on the page `file`."""
    st.session_state[_ARRIVED] = st.session_state.get(_HERE) != file
    st.session_state[_HERE] = file


def arrive_again() -> None:
    """Have the page that comes next count as newly opened."""
    st.session_state.pop(_HERE, None)


def arrived() -> bool:
    """Whether the page was newly opened when it was last drawn as a whole."""
    return bool(st.session_state.get(_ARRIVED))


def here() -> str:
    """The file of the page that the visitor is on."""
    return str(st.session_state.get(_HERE, PAGES[0].file))
