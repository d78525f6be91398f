"""What every lesson has: a prediction asked first and settled by the result, figures, and sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import streamlit as st

from bnviz.charts.drawn import spec_of
from bnviz.charts.theme import Layers
from bnviz.ui.page import hiding
from bnviz.ui.page.frame import prose
from bnviz.ui.page.literal import literal
from bnviz.ui.page.saving import note_chart

UNPREDICTED = "What happened{about}? Predict above first, or open this."


def predict(question: str, answers: Sequence[str], key: str) -> str | None:
    """Ask for a prediction; None until the reader makes one. `key` is unique in the app."""
    with prose():
        return st.radio(question, answers, index=None, horizontal=True, key=f"{key}_prediction")


def settle(guess: str | None, happened: str, why: str, about: str = "") -> None:
    """Say whether the prediction held, and why. `happened` is the answer that the run gave, in the same words.

    Before there is a prediction it is folded away, so as not to give away what the reader is asked; `about` tells two
    of a page apart. Where answers are hidden it is not there.
    """
    if hiding.hides():
        return
    with prose():
        if guess is None:
            with st.expander(UNPREDICTED.format(about=f" {about}" if about else "")):
                st.markdown(f"**What happened: {happened}.** {why}")
        elif guess == happened:
            st.success(f"You predicted *{guess}*, and that is what happened. {why}")
        else:
            st.info(f"You predicted *{guess}*; what happened is *{happened}*. {why}")


def ask_before(key: str, label: str, cost: str) -> bool:
    """Draw a button for an experiment that costs more than a page should on its own; whether it was pressed.

    Once pressed it stays so for this visit, and the button gives way to the experiment.
    """
    asked = f"{key}_asked"
    if not st.session_state.get(asked):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(label, key=f"{key}_ask", icon=":material/play_arrow:", on_click=_remember, args=(asked,))
            st.caption(cost)
    return bool(st.session_state.get(asked))


def _remember(key: str) -> None:
    st.session_state[key] = True


def sources(*entries: str) -> None:
    """List the sources, with section or equation numbers."""
    with st.expander("Sources"), prose():
        st.markdown("\n".join(f"- {literal(entry)}" for entry in entries))


def theme() -> Literal["light", "dark"]:
    """The theme that the reader's browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def figure(
    chart: Layers, key: str | None = None, width: Literal["stretch", "content"] = "stretch", **clicks: Any
) -> None:
    """Show a chart, by default as wide as its place. Charts carry their own light or dark look.

    What is sent of it is made once and shared by all who see it: the same bytes, so that a browser leaves alone what
    it shows already. `clicks` are `on_select` and `selection_mode` of `st.vega_lite_chart`.
    """
    note_chart(key, chart)
    st.vega_lite_chart(spec=spec_of(chart), theme=None, width=width, key=key, **clicks)
