"""The query in the address of a page, which is its link."""

from collections.abc import Mapping

import streamlit as st


def keep_in_address(query: Mapping[str, str]) -> None:
    """Make `query` that of the page's address, where it is not yet.

    Nothing is sent for an address that has it: on its way the reader may have gone to another page by Back or Forward,
    and the browser would write it into the address of that one.
    """
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
