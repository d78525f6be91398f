"""Guesses are gathered page by page, settled once, and compared with what happened, wherever the reader goes."""

import pytest

from bnviz.ui.lessons.the_question import PARTS
from bnviz.ui.page import guesses
from bnviz.ui.page.contents import PAGES

FILE, KEY = "pages/3_learn_to_standardize.py", "learn_to_standardize_steps"
TRUE, FALSE = "more than 10,000", "at most 10"
LAB = "pages/12_training_lab.py"
HOME = "app.py"


def guess(app, said):
    return app.radio(key=f"{KEY}_prediction").set_value(said).run()


def gathered(app):
    if "guesses" not in app.session_state:
        return {}
    return app.session_state["guesses"]


def tally(app):
    return [fold.label for fold in app.expander if fold.label.startswith("Your guesses")]


@pytest.fixture
def lesson(open_page):
    return open_page(FILE)


def test_a_page_that_was_only_opened_leaves_nothing(lesson):
    assert gathered(lesson) == {}


@pytest.mark.parametrize("said", [TRUE, FALSE])
def test_a_guess_is_gathered_with_what_happened(lesson, said):
    (made,) = gathered(guess(lesson, said)).values()
    assert made.question.startswith("The unit shall put out 2x̂ + ½")
    assert (made.said, made.happened, made.came_true) == (said, TRUE, said == TRUE)


def test_the_first_guess_that_was_settled_counts(lesson):
    guess(guess(lesson, FALSE), TRUE)
    assert gathered(lesson)[FILE].said == FALSE


def test_who_was_shown_the_answer_has_not_guessed(lesson):
    lesson.button(key=f"{KEY}_skip").click().run()
    guess(lesson, TRUE)
    assert gathered(lesson)[FILE].said is None
    lesson.switch_page(HOME).run()
    assert tally(lesson) == []


def test_a_guess_is_still_there_when_the_reader_comes_back(lesson, said):
    guess(lesson, FALSE).switch_page(LAB).run()
    lesson.switch_page(FILE).run()
    assert lesson.radio(key=f"{KEY}_prediction").value == FALSE
    assert f"You guessed *{FALSE}*" in said(lesson)


@pytest.mark.parametrize("file", [HOME, LAB])
def test_they_are_counted_on_the_first_page_and_where_the_way_ends(lesson, said, file):
    guess(lesson, FALSE).switch_page(file).run()
    assert tally(lesson) == ["Your guesses: 1 of 8 guessed, 0 as it happened"]
    told = said(lesson)
    assert "Could γ and β learn it?" in told
    assert f"how many steps does γx + β need? (With m = 0: one.) You guessed *{FALSE}*, and it was *{TRUE}*." in told


def test_its_card_tells_a_guess(lesson, said):
    guess(lesson, TRUE).switch_page(HOME).run()
    told = said(lesson)
    assert f"You guessed *{TRUE}*, and so it was.\n\n{PARTS[2].answer}" in told
    assert tally(lesson) == ["Your guesses: 1 of 8 guessed, 1 as it happened"]


def test_every_page_but_the_lab_asks():
    assert [*guesses.ASKING, LAB] == [page.file for page in PAGES]


def test_a_question_in_a_fold_is_not_the_page_s(open_page):
    app = open_page("pages/10_two_reparameterizations.py", function="wave")
    aside = app.radio(key="two_reparameterizations_spread_prediction")
    aside.set_value(aside.options[0]).run()
    assert not app.exception
    assert gathered(app) == {}


def test_the_tab_is_told_of_guesses_that_there_are(lesson, monkeypatch):
    told = []
    monkeypatch.setattr("bnviz.ui.page.frame._browser", lambda **given: told.append(given["data"]))
    lesson.run()
    guess(lesson, FALSE).switch_page(LAB).run()
    assert told[0]["guesses"] is None
    assert told[-1]["guesses"][FILE]["said"] == FALSE


def test_start_over_has_the_tab_forget_them_in_each_message_until_another_visit_begins(lesson, monkeypatch):
    told = []
    monkeypatch.setattr("bnviz.ui.page.frame._browser", lambda **given: told.append(given["data"]))
    guess(lesson, FALSE).switch_page(LAB).run()
    lesson.button(key="frame_start_over").click().run()
    assert (told[-1]["guesses"], told[-1]["over"]) == (None, True)
    lesson.run()
    assert (told[-1]["guesses"], told[-1]["over"]) == (None, True), "a busy browser may only heed the last message"


def test_what_the_tab_kept_is_taken_up_again(monkeypatch):
    state = {}
    monkeypatch.setattr(guesses.st, "session_state", state)
    kept = {FILE: {"question": "How many?", "said": FALSE, "happened": TRUE}}
    guesses.from_browser(kept)
    assert guesses.tally() == "1 of 8 guessed, 0 as it happened"
    assert guesses.for_browser() == {"guesses": kept}
    guesses.from_browser({FILE: {"question": "How many?", "said": TRUE, "happened": TRUE}})
    assert guesses.gathered()[FILE].said == FALSE, "what this visit has gathered counts"


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "[]",
        [1, 2],
        {FILE: None},
        {FILE: {"question": 3, "said": "a", "happened": "b"}},
        {FILE: {"question": "", "said": "a", "happened": "b"}},
        {FILE: {"question": "x" * 1000, "said": "a", "happened": "b"}},
        {"pages/99_nowhere.py": {"question": "a", "said": "b", "happened": "c"}},
    ],
    ids=lambda kept: str(kept)[:40],
)
def test_what_is_no_guess_of_ours_is_left_out(monkeypatch, kept):
    monkeypatch.setattr(guesses.st, "session_state", {})
    guesses.from_browser(kept)
    assert guesses.gathered() == {}
    assert guesses.for_browser() == {"guesses": {}}


def test_what_a_tab_brings_is_shown_as_it_is(monkeypatch):
    monkeypatch.setattr(guesses.st, "session_state", {})
    guesses.from_browser({FILE: {"question": "q", "said": "**a** $b$", "happened": ":red[c]"}})
    assert guesses.told(FILE) == r"You guessed *\*\*a\*\* \$b\$*, and it was *\:red\[c\]*."
