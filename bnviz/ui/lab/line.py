"""The line above the picture: the recipe in words, each part of which opens to be changed, and a fold of the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from bnviz.ui.lab import words
from bnviz.ui.lab.controls import draw, grid, kick_list, rates, run_cards, run_list, widths
from bnviz.ui.lab.fields import DATA, KICK, NETWORK, RECORDING, SEED, STEPS
from bnviz.ui.lab.heard import Draft
from bnviz.ui.page.literal import literal
from bnviz.ui.private import Place

MORE = "lab_more"  # the fold of what no part of the line opens; unlike the controls in it, it outlives their values


STYLE = Path(__file__).with_name("line.css")


def recipe_line(draft: Draft, key: str, end: Callable[[], None]) -> Draft | None:
    """Draw the recipe in words and, in each part, its controls; call `end` for what stands at the end of the line.

    Return the draft if buttons changed it.
    """
    changed: list[Draft | None] = []
    st.html(STYLE)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="lab_recipe"):
        with _part("runs", "", words.runs_in_words(draft)):
            changed.append(run_list(draft, key))
        with _part("data", "on", words.data_in_words(draft)):
            grid(DATA, draft, key, columns=1)
        with _part("network", "", words.network_in_words(draft)):
            widths(draft, key)
            grid(NETWORK, draft, key, columns=1)
        with _part("rate", "rate", words.rates_in_words(draft)):
            rates(draft, key)
        with _part("steps", "", words.steps_in_words(draft)):
            grid(STEPS, draft, key, columns=1)
        with _part("kick", "", words.kicks_in_words(draft)):
            changed.append(kick_list(draft, KICK, key))
        with _part("seed", "seed", str(draft["seed"])):
            draw(SEED[0], draft, key)
        if others := words.others_in_words(draft):
            st.markdown(f"with {literal(others)}", width="content")
        end()
    return next((found for found in changed if found), None)


def more_settings(draft: Draft, key: str) -> None:
    """Draw the fold of all that no part of the line opens. What it holds is drawn while it is open."""
    fold = st.expander("More settings", type="compact", key=MORE, on_change="rerun")
    if fold.open:
        with fold:
            grid(RECORDING, draft, key, columns=4)
            run_cards(draft, key)


def _part(name: str, before: str, said: str) -> Place:
    return st.popover(f"{before} **{literal(said)}**".strip(), type="tertiary", key=f"lab_part_{name}")
