"""What every page shares: configuration, navigation, presenter mode, links to its neighbors, footer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import streamlit as st

from bnviz.ui.modules import joined
from bnviz.ui.page import guesses, here, hiding
from bnviz.ui.page.address import keep_presenter, take_presenter
from bnviz.ui.page.contents import PAGES, Page, neighbors, page_named
from bnviz.ui.page.saving import begin_page, save_menu
from bnviz.ui.page.tally import draw_tally
from bnviz.ui.page.waiting import whole_page
from bnviz.ui.private import Place

HERE = Path(__file__).parent
PROSE_WIDTH = 700  # pixels: about 70 to 80 characters a line
_VISITED = "frame_visited"
STYLES = "".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("page.css", "presenter.css", "print.css", "contrast.css")
)

_browser = st.components.v2.component("bnviz_browser", js=joined(HERE / "browser.js"))


@contextmanager
def page(file: str) -> Iterator[None]:
    """Draw the frame of the page `file` and enter its body.

    Scripts of many visitors take turns. The links and the footer are drawn first, below a place kept for the body.
    """
    current = page_named(file)
    st.session_state[_VISITED] = visited() | {file}
    here.enter(file)
    hiding.take_link()
    with whole_page():
        st.set_page_config(
            page_title=f"{current.title} · bnviz",
            page_icon=str(HERE / "icon.png"),
            layout="wide",
            menu_items={"Get help": None, "Report a bug": None},
        )
        st.html(f"<style>{STYLES}</style>")
        _sidebar()
        body = st.container()
        saving = _footer(current)
        begin_page()
        with body:
            yield
        with saving:
            save_menu()


def visited() -> frozenset[str]:
    """The files of the pages that this visitor has opened."""
    return st.session_state.get(_VISITED, frozenset())


def prose() -> Place:
    """Return a container for text, as wide as a line may be for comfortable reading."""
    return st.container(width=PROSE_WIDTH)


def _sidebar() -> None:
    with st.sidebar:
        st.markdown("**bnviz**")
        for group, pages in groupby(PAGES, key=lambda page: page.group):
            st.caption(group)
            for entry in pages:
                st.page_link(entry.file, label=entry.title, icon=entry.icon)
        st.divider()
        take_presenter()
        # Widgets forget their value when the page changes; a plain key of the session does not.
        st.session_state["presenter"] = st.toggle(
            "Presenter mode",
            value=st.session_state.get("presenter", False),
            key="frame_presenter",
            help="One figure fills the screen, and can be read from the back of a room. Press ? there for its keys.",
        )
        keep_presenter(st.session_state["presenter"])
        _browser(
            key="frame_browser",
            data={**guesses.for_browser(), "presenter": st.session_state["presenter"]},
            on_theme_change=lambda: None,  # to be called, and so to run the page, is all; the same of the next
            on_return_change=lambda: None,
            on_guesses_change=_take_guesses,
            on_left_change=_leave_presenter,
        )


def _leave_presenter() -> None:
    """End presenter mode: a key in the browser has done so."""
    st.session_state["presenter"] = st.session_state["frame_presenter"] = False


def _take_guesses() -> None:
    guesses.from_browser(st.session_state["frame_browser"].get("guesses"))


def _footer(current: Page) -> Place:
    """Draw the footer, and return the place in it for what can be saved of the page."""
    before, after = neighbors(current)
    with st.container(key="frame_footer"):
        saving = st.container()
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            if before:
                st.page_link(before.file, label=f"Previous: {before.title}", icon=":material/arrow_back:")
            if after:
                st.page_link(
                    after.file,
                    label=f"Next: {after.title}",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                )
        if not after:
            draw_tally()
        st.caption(
            "bnviz trains small networks on this server and plays back what it recorded. "
            "Every curve comes from a training that you can repeat from its seed."
        )
    return saving
