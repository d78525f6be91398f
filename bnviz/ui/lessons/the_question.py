"""The student's questions on the first page: each leads to its page, and has its answer once that was visited."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from bnviz.lessons.training_lab.presets import WHERE_LITTLE_IS_GAINED
from bnviz.ui.lessons.the_question_thumbnails import HEIGHT, WIDTH, thumbnail
from bnviz.ui.page import guesses, hiding
from bnviz.ui.page.contents import LAB, page_named
from bnviz.ui.page.frame import prose, visited
from bnviz.ui.page.here import arrived
from bnviz.ui.page.lesson import theme
from bnviz.ui.page.tally import draw_tally

QUESTION = """
“Batch norm standardizes with the batch mean and variance, then learns γ and β that may undo it. Isn't that redundant?
γ and β could learn to standardize by themselves. And as μ and σ change at every step, the γ and β learned for the old
ones no longer apply: doesn't that hurt convergence? Why not just y = γx + β?”
"""


@dataclass(frozen=True)
class Part:
    """A part of the question: the page that shows it, what the student says, and the answer in a sentence."""

    file: str
    asked: str
    answer: str


PARTS = (
    Part(
        "pages/1_what_it_computes.py",
        "What does one layer compute?",
        "The place of each value among those of its batch; γ and β then set the spread and the mean of the output.",
    ),
    Part(
        "pages/2_same_functions.py",
        "Isn't it redundant?",
        "As a set of functions, yes: once trained, it folds into plain weights. As a way to walk among them, no.",
    ),
    Part(
        "pages/3_learn_to_standardize.py",
        "Could γ and β not learn to standardize?",
        "They could; but no loss asks for it, the search is slow where the mean is large, and layers below move the "
        "goal.",
    ),
    Part(
        "pages/4_moving_statistics.py",
        "μ and σ move: are γ and β out of date?",
        "In every network upper layers fit what came from below a step ago. Batch norm takes mean and spread out of "
        "that. Small batches pay with noise, and evaluation with running averages that lag behind.",
    ),
    Part(
        "pages/5_why_not_affine.py",
        "Why not just y = γx + β?",
        "γW is only another W, and nothing holds its scale from layer to layer. How much that costs depends on depth, "
        "learning rate and initialization.",
    ),
    Part(
        "pages/6_scale_decoupling.py",
        "What do larger weights do?",
        "To the output of batch norm nothing, apart from ε; the gradient shrinks by the factor by which W grows.",
    ),
    Part(
        "pages/10_two_reparameterizations.py",
        "Is it the trick of the VAE?",
        "The same form, another purpose: there the standardized part is drawn at random, here it comes from the data.",
    ),
)

WHOLE_ANSWER = """
**Redundant?** As a set of functions, yes. Once training is over, μ and σ are fixed numbers, and batch norm merges into
the weights and the bias of its layer; apart from rounding, no output changes. But training walks through that set one
gradient step at a time, and batch norm changes what a step does: in a plain layer the size of the weights sets the size
of the output, under batch norm (apart from the small ε) γ alone does. So the walk is another, not always a better one.

**Could γ and β learn it?** For inputs that stay as they are they could represent it: γ = 1/σ, β = −μ/σ. But nothing in
the loss asks for standardized values; gradient descent is slow where the mean is large compared with the spread (LeCun
and others 1998, “Efficient BackProp”); and the layers below keep moving the goal. Where inputs stay put and are well
scaled, there is little to gain.

**Out of date?** No more than anything else: in every network the upper layers are fitted to what the lower ones gave a
step ago. Batch norm takes out the part of that which is mean and spread: whatever the layers below do, the outputs of a
batch have mean β and spread |γ|. Shape, and which example gets which value, still move. And the gradient is taken
*through* μ and σ (Ioffe & Szegedy 2015, section 3): to first order, and for the same batch, each update foresees how
μ and σ answer. What is really out of date are the averages of μ and σ² over past batches, with which evaluation works.
What really costs is the noise of small batches (Ioffe 2017).

**Why not γx + β?** x is Wh, the weights of the layer times its input h, and γWh is only another weight matrix times h:
a second handle on a scale that the layer could set already, and nothing that holds it in place. The race above was
chosen to show a large difference. What batch norm gains depends on depth, learning rate and initialization; in the
experiment linked below it gains little.

**The trick of the variational autoencoder (VAE)?** A scale, times something standardized, plus a shift: the form is
shared. There the standardized part is noise, and the trick lets a gradient pass through the act of sampling (Kingma &
Welling 2014). Here nothing is sampled but the batch. The nearest relative is weight normalization (Salimans & Kingma
2016).
"""


def guessed(question: str, answers: Sequence[str]) -> str | None:
    """Ask who will win the race, and gather the guess; a teacher's link has a button that reveals the answer."""
    key, before = "the_question_guess", guesses.said_here(answers) if arrived() else None
    if before is not None and st.session_state.get(key) is None:
        st.session_state[key] = before  # made on an earlier visit to the page
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = None if before is None else answers.index(before)
        guess = st.radio(question, answers, index=index, horizontal=True, key=key)
        if hiding.hides():
            hiding.reveal_button("the_question")
    if guess is not None:
        guesses.note(question, guess)
    return guess


def draw_questions() -> None:
    """Show the parts of the question as cards, and the whole answer in a fold."""
    st.header("The question, part by part")
    with prose():
        st.markdown(
            f"{QUESTION}\nEvery part has a page to try it on. Once you have been there, its answer stands here."
        )
    with st.container(key="the_question_parts"):
        for part in PARTS:
            _card(part)
    with prose():
        draw_tally()
    if hiding.hides():
        return
    with prose(), st.expander("The whole answer at once"):
        st.markdown(WHOLE_ANSWER)
        st.page_link(
            LAB,
            label="See for yourself: where little is gained",
            icon=":material/science:",
            query_params=WHERE_LITTLE_IS_GAINED.to_query(),
        )


def _card(part: Part) -> None:
    lesson = part.file.partition("_")[2].removesuffix(".py")
    told = [guesses.told(part.file)]
    seen = bool(told[0]) or part.file in visited()
    with st.container(border=True, key=f"card_{'seen' if seen else 'new'}_{lesson}"):
        drawn = b64encode(thumbnail(lesson, theme()).encode()).decode()
        st.html(f'<img src="data:image/svg+xml;base64,{drawn}" width="{WIDTH}" height="{HEIGHT}" alt="">')
        st.page_link(part.file, label=part.asked, icon=page_named(part.file).icon)
        if seen and not hiding.hides(part.file):
            told.append(part.answer)
        if any(told):
            st.markdown("\n\n".join(filter(None, told)))
