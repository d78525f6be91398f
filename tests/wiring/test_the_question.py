"""The question: who races, with which seed, and what is said of it."""

from urllib.parse import parse_qsl

import pytest

from bnviz.experiment import Experiment, Run
from bnviz.lessons.the_question.verdicts import GUESSES, compared_with_guess, verdict
from bnviz.outcome import outcomes
from bnviz.ui.player import player_table
from bnviz.ui.server.training import job_key, training_queue
from tests.wiring.following import Page, Shown, require, require_complete, result_of

RACERS = ("none", "affine", "batch")


def race(norms, seed=0):
    """Five hidden layers of 64 sigmoids on raw digits, as the page says."""
    runs = tuple(Run(norm=norm, lr=0.5) for norm in norms)
    return Experiment(widths=(64,) * 5, activation="sigmoid", steps=300, batch_size=64, seed=seed, runs=runs)


def must_show(*, none=True, affine=True, batch=True, guess=None, seed=0) -> Shown:
    norms = [norm for norm, on in zip(RACERS, (none, affine, batch), strict=True) if on]
    ended = dict(zip(norms, outcomes(result_of(race(norms, seed))), strict=True))
    seconds = training_queue().result(job_key(race(norms, seed))).seconds
    compared = [compared_with_guess(guess, ended)] if guess and len(norms) == 3 else []
    trained = [f"Trained by this server in {seconds:.1f} seconds, ", f"with seed {seed}. The same seed gives"]
    return Shown(sentences=[f"**{verdict(ended)}**", *compared, *trained])


def play_to_the_end(page, *, none=True, affine=True, batch=True, seed=0, **_) -> None:
    """What the browser tells when the reader has seen the end of this race."""
    norms = [norm for norm, on in zip(RACERS, (none, affine, batch), strict=True) if on]
    page.app.session_state["the_question_seen"] = job_key(race(norms, seed))
    page.run()


def opened(page, label):
    (link,) = [link.proto.query_string for link in page.app.get("page_link") if link.proto.label == label]
    return Experiment.from_query(dict(parse_qsl(link)))


MOVES = (
    {"none": False},
    {"affine": False},
    {"batch": False},
    {"none": False, "affine": False},
    *({"guess": guess} for guess in GUESSES),
    {"guess": GUESSES[2], "affine": False},
)


@pytest.fixture(scope="module")
def page():
    return Page("app.py", "the_question")


def test_every_control_is_moved(page):
    require_complete(page, MOVES, ["race_player", "again", "scales"])


@pytest.mark.parametrize("values", [{}, *MOVES], ids=str)
def test_what_follows_a_control_follows_and_the_rest_stays(page, values):
    page.app.session_state["the_question_seen"] = None
    page.move(**values)
    assert "Test accuracy at the end" not in page.text()
    assert "You guessed" not in page.text()
    play_to_the_end(page, **values)
    require(page, must_show(**values))
    text = page.text()
    assert ("You guessed" in text) == ("guess" in values and "affine" not in values)
    runs = [norm for norm in RACERS if values.get(norm, True)]
    assert opened(page, "Open this race in the training lab") == race(runs)
    assert page.app.query_params == ({} if len(runs) == 3 else {"runs": "-".join(runs)})


@pytest.mark.parametrize("values", [{}, *MOVES], ids=str)
def test_a_race_of_three_is_held_back_until_there_is_a_guess(page, values):
    page.move(**values)
    held = "guess" not in values and all(values.get(norm, True) for norm in RACERS)
    assert page.component("race_player")["suspense"] == ("held" if held else "open")


def test_who_wants_no_guess_is_shown_the_race():
    page = Page("app.py", "the_question")
    page.app.session_state["the_question_skipped"] = True
    assert page.run().component("race_player")["suspense"] == "open"


def test_the_player_has_the_networks_that_are_switched_on(page):
    page.app.session_state["the_question_race_as_table"] = True
    page.move(affine=False)
    (table,) = page.app.dataframe
    del page.app.session_state["the_question_race_as_table"]
    assert table.value.to_csv() == player_table(result_of(race(("none", "batch")))).to_csv()


def test_another_seed_is_the_next_one_and_in_all_that_follows():
    page = Page("app.py", "the_question")
    page.press("again")
    play_to_the_end(page, seed=1)
    require(page, must_show(seed=1))
    assert page.app.query_params == {"seed": "1"}
    assert opened(page, "Open this race in the training lab") == race(RACERS, 1)
    page = Page("app.py", "the_question", runs="batch", seed="3")
    page.press("again")
    play_to_the_end(page, none=False, affine=False, seed=4)
    require(page, must_show(none=False, affine=False, seed=4))
    assert page.app.query_params == {"runs": "batch", "seed": "4"}
