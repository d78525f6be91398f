"""How a page reads: a scene, a guess and what came of it, the hero with its steps, the answer, and folds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from bnviz.ui.page import guesses, hiding
from bnviz.ui.page.address import asked_to_open, given_away
from bnviz.ui.page.contents import page_named
from bnviz.ui.page.frame import prose
from bnviz.ui.page.here import arrived
from bnviz.ui.private import Place

KEPT = "*Your guess is kept until the answer is revealed.*"
WAITS = "This waits until the answer of the page is revealed."


@dataclass(frozen=True)
class Guess:
    """What a reader guessed, None before; `shown` once there is a guess or the reader wants none.

    Where answers are hidden it is `shown` when they are revealed. `gathered`: it is the guess of its page.
    """

    said: str | None
    shown: bool
    place: Place
    gathered: bool = True

    def number(self, answers: Sequence[str]) -> int | None:
        """Which of the answers was guessed, from 0, for a figure that draws the guess; None before there is one."""
        return None if self.said is None else answers.index(self.said)

    def settle(self, happened: str, why: str) -> None:
        """Say beside the question what happened, in one of its answers, and whether that was the guess.

        Nothing is said before it is `shown`.
        """
        if self.shown:
            if self.gathered:
                guesses.settle(happened)
            self.place.markdown(f"{_compared(self.said, happened)} {why}".strip())


def title(file: str) -> None:
    """Write the question of the page `file` as its title."""
    st.title(page_named(file).title)


def ask(
    scene: str,
    question: str,
    answers: Sequence[str],
    key: str,
    *,
    gathered: bool = True,
    pointed_at: bool = False,
) -> Guess:
    """Set the scene in a sentence or two, and ask for a guess. `key` is unique in the app.

    The scene gives way to what happened. A hero that the guess is about is held until it is `shown`. One guess a page
    is `gathered` (`guesses.py`); others, further down, are not. What the reader's link is `pointed_at` waits for none.
    """
    skipped, chosen = f"{key}_skipped", f"{key}_prediction"
    if pointed_at:
        _remember(skipped)
    before = guesses.said_here(answers) if gathered and arrived() else None
    if before is not None and st.session_state.get(chosen) is None:
        st.session_state[chosen] = before  # made on an earlier visit to the page
    with st.container(key=f"{'story' if gathered else 'further'}_{key}"):
        place = st.empty()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            index = None if before is None else answers.index(before)
            said = st.radio(question, answers, index=index, horizontal=True, key=chosen)
            hidden = hiding.hides()
            wanted = bool(st.session_state.get(skipped)) or given_away() or hiding.revealed()
            shown = not hidden and (said is not None or wanted)
            if hidden:
                hiding.reveal_button(key)
            elif not shown:
                label = "Just show me" if gathered else "Show it anyway"
                st.button(label, key=f"{key}_skip", type="tertiary", on_click=_remember, args=(skipped,))
    if gathered and (said is not None or shown):
        guesses.note(question, said)
    place.markdown(f"{scene} {KEPT}" if hidden and said else scene)
    return Guess(said, shown, place, gathered)


def answer(sentence: str, limit: str) -> None:
    """Answer the page's question in one sentence, and say where it stops being true.

    `page.css` shows it once the reader has guessed, or wants no guess. Where answers are hidden it is not there.
    """
    if hiding.hides():
        return
    with prose(), st.container(key="story_answer"):
        st.markdown(f"**{sentence}** *Where this stops being true:* {limit}")


def waits() -> bool:
    """Whether what belongs here answers the page's question, and the answer is hidden; says so then."""
    if hiding.hides():
        st.caption(WAITS)
    return hiding.hides()


def look_closer(
    question: str, key: str, draw: Callable[[], None], *, asked: Mapping[str, str], controls: Iterable[str] = ()
) -> bool:
    """Fold away a further experiment under the question that it answers; it is computed while it is open.

    Returns whether it is.

    `controls` are the names of its parts of a link: where the link `asked` for one of them, the fold begins open,
    unless the link names the folds that are.
    Call it in a `section` of the page.
    """
    state, kept, begins = st.session_state, f"{key}_fold", f"{key}_begins_open"
    # The link follows the controls: to ask it again, once the fold is there, would open or close it under the reader.
    if kept not in state or begins not in state:
        said = asked_to_open(key)
        state[begins] = not asked.keys().isdisjoint(controls) if said is None else said
    fold = st.expander(question, expanded=state[begins], key=kept, on_change="rerun")
    if fold.open:
        with fold:
            if not waits():
                draw()
    return bool(fold.open)


def _compared(said: str | None, happened: str) -> str:
    if said is None:
        return f"**What happened: {happened}.**"
    if said == happened:
        return f"You guessed *{said}*, and **that is what happened.**"
    return f"You guessed *{said}*. **What happened: {happened}.**"


def _remember(key: str) -> None:
    st.session_state[key] = True
