"""The query in the address of a page, which is its link."""

from collections.abc import Mapping

import streamlit as st

from bnviz.ui.page.own_parameters import own, without_own


def asked() -> dict[str, str]:
    """What the address asks of the page: its query without the frame's and the browser's own parameters."""
    return without_own(st.query_params.to_dict())


def asked_of_frame() -> dict[str, str]:
    """The frame's and the browser's own parameters in the address."""
    return own(st.query_params.to_dict())


def keep_in_address(query: Mapping[str, str]) -> None:
    """Make `query` that of the page's address, where it is not yet, and leave the frame's own parameters there.

    Nothing is sent for an address that has it: on its way the reader may have gone to another page by Back or Forward,
    and the browser would write it into the address of that one.
    """
    if asked() != query:
        st.query_params.from_dict({**query, **asked_of_frame()})


def given_away() -> bool:
    """Whether the link shows what a page holds back until there is a guess: who made it had guessed."""
    return st.query_params.get("guess") == "shown"


def asked_to_open(key: str) -> bool | None:
    """Whether the link has the fold with this key open; None if it says nothing of folds.

    A link names a fold by its key without the name of its page.
    """
    if "open" not in st.query_params:
        return None
    return any(name and f"_{key}".endswith(f"_{name}") for name in st.query_params["open"].split("-"))


PRESENTER = "presenter"
"""Name of presenter mode in a link, where it is 1, and in the session."""
_TAKEN = "address_presenter_taken"


def take_presenter() -> None:
    """Switch presenter mode on where the link with which the reader came says so."""
    if _TAKEN not in st.session_state:
        st.session_state[_TAKEN] = True
        if st.query_params.get(PRESENTER) == "1":
            st.session_state[PRESENTER] = True


def keep_presenter(is_on: bool) -> None:
    """Let the address say whether presenter mode is on: a page that is loaded again has it as before."""
    if is_on and st.query_params.get(PRESENTER) != "1":
        st.query_params[PRESENTER] = "1"
    elif not is_on and PRESENTER in st.query_params:
        del st.query_params[PRESENTER]
