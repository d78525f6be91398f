"""A teacher's link hides the answer of every page, all of it, until it is revealed on that page."""

import pytest

from bnviz.lessons.the_question.race import RACE
from bnviz.lessons.the_question.verdicts import GUESSES
from bnviz.ui.lessons.the_question import PARTS
from bnviz.ui.page.story import KEPT, WAITS
from bnviz.ui.server.training import job_key

LESSONS = [part.file for part in PARTS]
STEPS = "pages/3_learn_to_standardize.py"
LIMIT = "Where this stops being true"


def hide(open_page, file, **query):
    return open_page(file, answers="hidden", **query)


def keys(app):
    return [button.key for button in app.button]


def reveal(app):
    (button,) = [button for button in app.button if button.label == "Reveal the answer"]
    return button.click().run()


@pytest.mark.slow
@pytest.mark.parametrize("file", LESSONS)
def test_no_answer_is_there_before_it_is_revealed(open_page, said, file):
    app = hide(open_page, file)
    asked = app.radio[0]
    for _ in range(2):  # without a guess, and with one
        assert not app.exception
        told = said(app)
        assert LIMIT not in told
        assert "hat happened" not in told
        assert not any(key.endswith("_skip") for key in keys(app) if key)
        asked = app.radio(key=asked.key)
        asked.set_value(asked.options[0])
        app.run()
    assert KEPT in said(app)
    reveal(app)
    told = said(app)
    assert not app.exception
    assert LIMIT in told
    assert "ou guessed" in told
    assert KEPT not in told
    assert not any("reveal" in key for key in keys(app) if key)


def test_a_guess_counts_once_its_answer_is_revealed(open_page):
    app = hide(open_page, STEPS)
    app.radio[0].set_value("at most 10").run()
    assert app.session_state["guesses"][STEPS].happened is None
    reveal(app)
    assert app.session_state["guesses"][STEPS].happened == "more than 10,000"


def test_who_has_not_guessed_is_shown_what_is_revealed(open_page, said):
    app = reveal(hide(open_page, STEPS))
    assert "**What happened: more than 10,000.**" in said(app)
    assert app.session_state["guesses"][STEPS].said is None


def test_folds_wait_as_well(open_page, said):
    app = hide(open_page, STEPS, told_rate="0.5")
    assert WAITS in said(app)
    assert "outright" not in said(app)
    reveal(app)
    assert WAITS not in said(app)


OPEN = {
    "pages/2_same_functions.py": ({"rate": "0.1", "depth": "6"}, "same_functions_parting"),
    "pages/4_moving_statistics.py": ({"cloud_x": "4", "cloud_radius": "3"}, "moving_statistics_kinks"),
}


@pytest.mark.parametrize("file", OPEN)
def test_what_stands_unfolded_and_answers_the_question_waits_as_well(open_page, said, file):
    query, figure = OPEN[file]
    app = hide(open_page, file, **query)
    assert not app.exception
    assert said(app).count(WAITS) == 1 + len([fold for fold in app.expander if fold.proto.expanded])
    assert not is_there(app, figure)
    assert "ignored" not in said(app)
    assert query.items() <= app.query_params.items()
    reveal(app)
    assert is_there(app, figure)
    assert query.items() <= app.query_params.items()


def is_there(app, figure):
    """Whether a figure is drawn, or awaited in its place."""
    places = [*app.get("bidi_component"), *app.get("vega_lite_chart")]
    return any((each.key or "").startswith(figure) for each in places) or f"st-key-figure_{figure}" in told_styles(app)


def told_styles(app):
    return " ".join(html.proto.body for html in app.get("html"))


def test_answers_stay_hidden_on_the_other_pages_and_in_their_links(open_page, said):
    app = reveal(hide(open_page, STEPS))
    app.switch_page("pages/6_scale_decoupling.py").run()
    assert app.query_params["answers"] == "hidden"
    assert LIMIT not in said(app)
    app.switch_page(STEPS).run()
    assert LIMIT in said(app)


def test_another_value_hides_nothing(open_page, said):
    app = open_page(STEPS, answers="shown")
    assert LIMIT in said(app)


def test_the_first_page_keeps_the_race_and_its_answers(open_page, said):
    app = hide(open_page, "app.py")
    app.session_state["the_question_seen"] = job_key(RACE)
    app.session_state["frame_visited"] = frozenset(LESSONS)
    app.radio(key="the_question_guess").set_value(GUESSES[0]).run()
    told = said(app)
    assert "Test accuracy" not in told
    assert KEPT in told
    assert not any(part.answer in told for part in PARTS)
    assert [fold.label for fold in app.expander if "answer" in fold.label or "table" in fold.label] == []
    reveal(app)
    told = said(app)
    assert "Test accuracy" in told
    assert "You guessed *all three*." in told
    assert not any(part.answer in told for part in PARTS), "those of the other pages wait for their own"
    assert "The whole answer at once" in [fold.label for fold in app.expander]
    assert app.session_state["guesses"]["app.py"].happened == "only batch norm"
