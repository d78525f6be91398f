"""What the reader guessed on the way, beside what happened: on the first page, and where the way ends."""

import streamlit as st

from bnviz.ui.page import guesses
from bnviz.ui.page.contents import page_named
from bnviz.ui.page.literal import literal

KEPT = (
    "This tab keeps them; the server forgets them when you leave. *Start over* drops them, and all else that you did."
)


def draw_tally() -> None:
    """Fold away what was guessed on each page under how much of it came true, once there is any."""
    tally = guesses.tally()
    if not tally:
        return
    with st.expander(f"Your guesses: {tally}", icon=":material/checklist:"):
        lines = [
            f"- **{page_named(file).title}** {literal(made.question)} {made.told()}"
            for file, made in guesses.settled().items()
        ]
        st.markdown("\n".join([*lines, "", KEPT]))
        st.button("Start over", key="frame_start_over", icon=":material/restart_alt:", on_click=guesses.start_over)
