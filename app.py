"""The question: why standardize when γ and β may undo it? Three networks race, and a short answer follows."""

import time
from functools import partial

import streamlit as st
from starlette.middleware import Middleware

from bnviz.experiment import Experiment
from bnviz.lessons.the_question.race import NORMS_IN_RACE, RACE, race, read_query, to_query
from bnviz.lessons.the_question.verdicts import GUESSES, LEARN, compared_with_guess, verdict, what_happened
from bnviz.norms import NORMS
from bnviz.outcome import Outcome, outcomes
from bnviz.ui.lessons.the_question import draw_questions, guessed
from bnviz.ui.lessons.the_question_scales import WANTED, draw_scales
from bnviz.ui.page import frame, guesses, hiding, story
from bnviz.ui.page.address import asked, given_away, keep_in_address
from bnviz.ui.page.contents import LAB
from bnviz.ui.page.ignored import say_what_was_ignored
from bnviz.ui.page.stage import reserve
from bnviz.ui.page.waiting import on_overlooked, section
from bnviz.ui.player import Suspense, recording_address
from bnviz.ui.server.application import FirstPicture, SecurityHeaders, lifespan
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.qr import qr_route
from bnviz.ui.server.stream import routes
from bnviz.ui.server.training import job_key

HEIGHT = (1130, 1590)
SEEN, SKIPPED = "the_question_seen", "the_question_skipped"
SCALED = "the_question_scaled"
"""In the session: with what the figure below the race was drawn last."""

ASKED = "Take a guess, then watch: who will?"
SCENE = (
    "Same start, same batches, five layers of sigmoids: only what a layer does before its sigmoid differs. "
    "Where do 64 test images end up?"
)


def choose_runs(started: tuple[str, ...]) -> list[str]:
    """Draw the equations, each with a switch, and return the normalizations that take part."""
    chosen = []
    for column, norm in zip(st.columns(3), NORMS_IN_RACE, strict=True):
        with column, st.container(border=True, height="stretch"):
            label = NORMS[norm].label
            if st.toggle(
                label, norm in started, key=f"the_question_{norm}", help=f"Let {label} take part in the race."
            ):
                chosen.append(norm)
            st.latex(NORMS[norm].equation)
    return chosen


def another_seed(seed: int) -> None:
    """Ask for the race from other initial weights and mini-batches."""
    st.query_params["seed"] = str(seed + 1)


def question_page() -> None:
    """Wire the first page."""
    _, _, problems = read_query(asked())
    st.title("Which network can still tell ten digits apart at layer 5?")
    if problems:
        with frame.prose():
            say_what_was_ignored(problems)
    the_race()
    other_weights()
    draw_questions()
    on_overlooked(lambda: st.session_state.get(SCALED) != scaled())


@section
def the_race() -> None:
    """Ask for a guess, run the race and settle it."""
    norms, seed, _ = read_query(asked())
    guess = guessed(ASKED, GUESSES)
    picture = st.container()
    st.subheader("What each layer makes of x, its weighted inputs, before its sigmoid")
    chosen = choose_runs(norms)
    keep_in_address(to_query(chosen or norms, seed))
    with picture:
        if chosen:
            played(chosen, guess)
        else:
            st.info("Switch on at least one equation.")


@section
def other_weights() -> None:
    """Let the networks of the race begin with other weights, once the race waits no longer for a guess."""
    st.subheader("What if the weights had been larger?")
    seed, held, _ = scaled()
    draw_scales(seed, held=held)
    st.session_state[SCALED] = scaled()


def scaled() -> tuple[int, bool, int | None]:
    """The seed of the figure below the race, whether it has to wait for the guess, and for which seed it is wanted."""
    norms, seed, _ = read_query(asked())
    guess = st.session_state.get("the_question_guess")
    waiting = suspense(race(norms, seed), guess)
    return seed, waiting.held, st.session_state.get(WANTED)


@section
def played(chosen: list[str], guess: str | None) -> None:
    """Play the race as it comes, once there is a guess, and settle that when the reader has seen the end."""
    # A button in this section asks for another seed, and runs the section alone.
    _, seed, _ = read_query(asked())
    racing = race(chosen, seed)
    with st.container(key="the_question_words"):
        words = st.empty()
    stage = reserve("the_question_race", HEIGHT)
    done = stage.show(racing, suspense=suspense(racing, guess))
    seen = st.session_state.get(SEEN) == job_key(racing)
    if done and done.result and seen and done.ending == "finished" and not hiding.hides():
        words.markdown(settled(dict(zip(chosen, outcomes(done.result), strict=True)), guess))
    else:
        words.markdown(SCENE if guess is None or not hiding.hides() else f"{SCENE} {story.KEPT}")
    if done and done.result:
        tell(done, chosen, seed)


def suspense(racing: Experiment, guess: str | None) -> Suspense:
    """Hold a race of all three back until there is a guess, or the reader wants none, and any while it is hidden."""
    wanted = st.session_state.get(SKIPPED) or given_away() or hiding.revealed()
    held = guess is None and len(racing.runs) == len(NORMS_IN_RACE) and not wanted
    told = partial(remember, SKIPPED, True), partial(remember, SEEN, job_key(racing))
    said = None if guess is None else [run.norm in LEARN[guess] for run in racing.runs]
    return Suspense(held or hiding.hides(), *told, hidden=hiding.hides(), guess=said)


def remember(name: str, value: object) -> None:
    """Keep what the browser told."""
    st.session_state[name] = value


def settled(ended: dict[str, Outcome], guess: str | None) -> str:
    """Return what the race shows, and how it compares with the guess."""
    said = f"**{verdict(ended)}**"
    if len(ended) == len(NORMS_IN_RACE):
        guesses.note(ASKED, guess)
        guesses.settle(what_happened(ended))
    if guess and len(ended) == len(NORMS_IN_RACE):
        return f"{compared_with_guess(guess, ended)} {said}"
    return said


def tell(done: Done, chosen: list[str], seed: int) -> None:
    """Say where the race was computed, and lead on to others."""
    minutes = (time.time() - done.at) / 60
    when = "just now" if minutes < 1 else f"{minutes:.0f} minutes ago" if minutes < 120 else "earlier"
    st.caption(
        f"Trained by this server in {done.seconds:.1f} seconds, {when}, with seed {seed}. The same "
        "seed gives the same numbers again."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Race again with another seed",
            on_click=another_seed,
            args=(seed,),
            icon=":material/casino:",
            key="the_question_again",
        )
        st.page_link(
            LAB,
            label="Open this race in the training lab",
            icon=":material/science:",
            query_params=race(chosen, seed).to_query(),
        )


if __name__ == "__main__":
    with frame.page("app.py"):
        question_page()
else:
    # `streamlit run app.py` finds this assignment, imports this file once, and serves what it is; the pages are
    # run as scripts of their own for each visitor.
    base = st.get_option("server.baseUrlPath")
    around = [Middleware(SecurityHeaders), Middleware(FirstPicture, address=partial(recording_address, RACE))]
    app = st.App(__file__, routes=[*routes(base), qr_route(base)], lifespan=lifespan, middleware=around)
