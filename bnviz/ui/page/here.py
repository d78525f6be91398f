"""Which page the visitor is on: a part of a page that runs by itself cannot tell."""

import streamlit as st

from bnviz.ui.page.contents import PAGES

_HERE = "frame_here"


def enter(file: str) -> None:
    """Note that the visitor is on the page `file`."""
    st.session_state[_HERE] = file


def here() -> str:
    """The file of the page that the visitor is on."""
    return str(st.session_state.get(_HERE, PAGES[0].file))
