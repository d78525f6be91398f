"""The reader's guesses, one a page, and what happened: gathered for the visit, and in the reader's own tab.

The server keeps them with the visit, which has to settle them, and no longer. A reload begins another visit: over it
the tab keeps them (`sessionStorage`, see `guesses.js`). Unlike a cookie or `localStorage` that is gone with the tab, so
that the next reader at a shared computer begins anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import streamlit as st

from bnviz.ui.page.contents import PAGES
from bnviz.ui.page.here import arrive_again, here
from bnviz.ui.page.literal import literal

ASKING = tuple(page.file for page in PAGES[:-1])
"""The pages that ask for a guess: all but the lab."""
_GATHERED, _OVER = "guesses", "guesses_over"
_LONGEST = 300  # characters of a text that a tab may bring back


@dataclass(frozen=True)
class Made:
    """A guess, None of a reader who wanted none, and what happened, None until it is settled."""

    question: str
    said: str | None
    happened: str | None = None

    @property
    def came_true(self) -> bool:
        """Whether what was guessed is what happened."""
        return self.said is not None and self.said == self.happened

    def told(self) -> str:
        """In a sentence what was guessed and what happened, or ""."""
        if self.said is None or self.happened is None:
            return ""
        said, happened = literal(self.said), literal(self.happened)
        return f"You guessed *{said}*, and " + ("so it was." if self.came_true else f"it was *{happened}*.")


def gathered() -> Mapping[str, Made]:
    """The guesses of this visit: page → guess."""
    found: Mapping[str, Made] = st.session_state.get(_GATHERED, {})
    return found


def settled() -> Mapping[str, Made]:
    """Those of the guesses that can be compared with what happened, in reading order."""
    return {file: gathered()[file] for file in ASKING if file in gathered() and gathered()[file].told()}


def told(file: str) -> str:
    """In a sentence what was guessed on a page and what happened; "" while there is nothing to tell."""
    made = gathered().get(file)
    return made.told() if made else ""


def said_here(answers: Sequence[str]) -> str | None:
    """What the reader guessed on this page, as far as it is one of its answers."""
    made = gathered().get(here())
    return made.said if made and made.said in answers else None


def note(question: str, said: str | None) -> None:
    """Gather a guess, or that there is to be none. It may be changed until it is settled, not after."""
    made = gathered().get(here())
    if made is None or made.happened is None:
        _keep({here(): Made(question, said)})


def settle(happened: str) -> None:
    """Note what happened on this page. The first time counts: what a reader goes on to try was not guessed at."""
    made = gathered().get(here())
    if made is not None and made.happened is None:
        _keep({here(): replace(made, happened=happened)})


def tally() -> str:
    """In a sentence how many guesses were made and came true; "" before the first is settled."""
    found = settled().values()
    true = sum(made.came_true for made in found)
    return f"{len(found)} of {len(ASKING)} guessed, {true} as it happened" if found else ""


def start_over() -> None:
    """Have the tab forget the guesses and begin another visit.

    It is said in each message from then on: of two in a row a busy browser may only heed the second.
    """
    st.session_state[_OVER] = True


def for_browser() -> dict[str, Any]:
    """What the tab is to keep: the guesses, None while this visit has none, or that it is to forget them."""
    if st.session_state.get(_OVER):
        return {"guesses": None, "over": True}
    made = {file: asdict(each) for file, each in gathered().items()}
    return {"guesses": made if _GATHERED in st.session_state else None}


def from_browser(kept: object) -> None:
    """Take up what the tab kept of an earlier visit. What is none of ours is left out."""
    brought = kept if isinstance(kept, Mapping) else {}
    found = {file: made for file in ASKING if (made := _read(brought.get(file)))}
    st.session_state[_GATHERED] = found | dict(gathered())
    arrive_again()


def _read(value: object) -> Made | None:
    if not isinstance(value, Mapping):
        return None
    texts = [value.get(name) for name in ("question", "said", "happened")]
    if not all(text is None or (isinstance(text, str) and len(text) <= _LONGEST) for text in texts):
        return None
    question, said, happened = texts
    return Made(question, said, happened) if question else None


def _keep(more: Mapping[str, Made]) -> None:
    st.session_state[_GATHERED] = {**gathered(), **more}
