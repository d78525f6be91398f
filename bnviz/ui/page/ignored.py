"""What a page says of the parts of its link that it ignored."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from bnviz.links import STRANGE
from bnviz.ui.page.literal import literal
from bnviz.ui.private import Place


def say_what_was_ignored(problems: Mapping[str, str], place: Place | None = None) -> None:
    """Name wrong values as an error, and parameters that are none of this page's in passing.

    `problems` is parameter → message; that of a stranger is `STRANGE`.
    """
    place = place or st.container()
    wrong = [text if text.startswith(name) else f"{name}: {text}" for name, text in problems.items() if text != STRANGE]
    strangers = [name for name, text in problems.items() if text == STRANGE]
    if wrong:
        listed = "\n".join(f"- {literal(text)}" for text in wrong)
        place.error(f"These parts of the link were ignored:\n\n{listed}")
    if strangers:
        place.caption(f"Not of this page, and left out of its link: {', '.join(map(literal, strangers))}.")
