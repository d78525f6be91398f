import json
import re
from xml.etree import ElementTree

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.lessons.the_question.scales import SCALES, scale_tasks
from bnviz.lessons.the_question.verdicts import GUESSES
from bnviz.ui.lessons.the_question import PARTS
from bnviz.ui.lessons.the_question_thumbnails import thumbnail
from bnviz.ui.page.contents import PAGES
from bnviz.ui.page.story import WAITS
from bnviz.ui.server.training import job_key, training_queue
from tests.pages.reading import components


def on_stage(app: AppTest) -> int:
    return len([each for each in components(app) if each.key == "the_question_race_player"])


def scales_are_held(app: AppTest) -> bool:
    (found,) = [each for each in components(app) if each.key == "the_question_scales"]
    return json.loads(found.proto.json)["held"]


def is_trained(seed: int) -> bool:
    """Whether the networks of some other weights are trained for a seed, or have been."""
    return any(training_queue().costs_nothing(job_key(task)) for task in scale_tasks(seed))


def keep_scales(seed: int) -> None:
    """Have the networks of other weights trained already, for another visitor."""
    ends = {"init_scale": SCALES, "test_accuracy": 0.75, "test_accuracy_at_300": 0.75}
    for task in scale_tasks(seed):
        assert training_queue().keep(job_key(task), pd.DataFrame(ends))


def play_to_the_end(app: AppTest, norms=NORMS_IN_RACE, seed=0) -> AppTest:
    """What the browser tells when the reader has seen the end."""
    app.session_state["the_question_seen"] = job_key(race(norms, seed))
    return app.run()


def test_the_race_is_on_stage_and_judged_when_it_was_seen(open_page, said):
    app = open_page("app.py")
    assert not app.exception
    assert on_stage(app) == 1
    assert "Trained by this server" in said(app)
    assert "Test accuracy at the end" not in said(app)
    assert "Only batch norm learned." in said(play_to_the_end(app))


def test_the_end_of_another_race_settles_nothing(open_page, said):
    app = play_to_the_end(open_page("app.py"), seed=1)
    assert "Test accuracy at the end" not in said(app)
    assert "Where do 64 test images end up?" in said(app)


def test_nothing_that_is_not_folded_tells_the_end(open_page):
    """What stands on the page before the race has been seen asks, or says what is done; answers are in folds."""
    app = open_page("app.py")
    folded = {element.value for fold in app.expander for element in fold.markdown}
    assert len(folded) >= 1
    shown = " ".join(element.value for element in app.markdown if element.value not in folded)
    for words in ("only batch norm", "ended ahead", "large difference", "accuracy"):
        assert words not in shown.lower()
    assert app.title[0].value.endswith("?")


def test_switching_an_equation_off_takes_its_run_out_of_race_and_link(open_page, said):
    app = open_page("app.py")
    app.toggle(key="the_question_affine").set_value(False).run()
    assert app.query_params["runs"] == "none-batch"
    play_to_the_end(app, ("none", "batch"))
    scores = re.search("Test accuracy at the end: (.*?)[.]", said(app))
    assert re.fullmatch(r"the plain network \d+\u00a0%, batch norm \d+\u00a0%", scores[1])


def test_without_any_equation_the_page_asks_for_one(open_page, said):
    app = open_page("app.py")
    for norm in ("none", "affine", "batch"):
        app.toggle(key=f"the_question_{norm}").set_value(False)
    app.run()
    assert not app.exception
    assert "Switch on at least one equation." in said(app)
    assert on_stage(app) == 0


def test_every_lesson_is_a_part_of_the_question(open_page):
    open_page("app.py")
    assert [part.file for part in PARTS] == [page.file for page in PAGES if page.group == "The question, answered"]


def test_the_answer_of_a_part_stands_there_once_its_page_was_visited(open_page, said):
    app = open_page("app.py")
    assert not any(part.answer in said(app) for part in PARTS)
    app.session_state["frame_visited"] = frozenset({PARTS[2].file})
    app.run()
    assert [part.answer in said(app) for part in PARTS] == [part is PARTS[2] for part in PARTS]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.file)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_part_has_a_picture_of_its_own(part, theme):
    lesson = part.file.partition("_")[2].removesuffix(".py")
    drawn = ElementTree.fromstring(thumbnail(lesson, theme))
    assert len(list(drawn)) > 3


def test_a_link_names_seed_and_runs(open_page, said):
    app = open_page("app.py", runs="batch", seed="1")
    assert "with seed 1" in said(app)
    assert [app.toggle(key=f"the_question_{norm}").value for norm in ("none", "affine", "batch")] == [
        False,
        False,
        True,
    ]


def test_other_weights_wait_for_the_guess_and_train_nothing_by_themselves(open_page, said):
    app = open_page("app.py", seed="41")
    assert scales_are_held(app)
    app.radio(key="the_question_guess").set_value(GUESSES[0]).run()
    assert not scales_are_held(app)
    assert "21 networks" in said(app)
    assert not is_trained(41)


def test_who_wants_no_guess_may_move_the_other_weights(open_page):
    assert not scales_are_held(open_page("app.py", seed="41", guess="shown"))
    assert not scales_are_held(open_page("app.py", seed="41", runs="none-batch")), "this race does not wait either"
    app = open_page("app.py", seed="41")
    app.session_state["the_question_skipped"] = True
    assert not scales_are_held(app.run())


def test_other_weights_that_somebody_has_trained_are_there_after_the_guess(open_page, said):
    keep_scales(42)
    app = open_page("app.py", seed="42")
    assert "of 7 scales" not in said(app)
    app.radio(key="the_question_guess").set_value(GUESSES[0]).run()
    assert "of 7 scales: plain from 7, γx + β from 7, batch norm from 7." in said(app)


def test_a_teacher_s_link_keeps_the_other_weights_too(open_page, said):
    keep_scales(42)
    app = open_page("app.py", seed="42", answers="hidden", guess="shown")
    assert scales_are_held(app)
    assert WAITS in said(app)
    assert "of 7 scales" not in said(app)


@pytest.mark.parametrize(("query", "trains"), [({}, False), ({"open": "scales"}, True), ({"open": "other"}, False)])
def test_a_link_to_the_fold_in_which_they_stood_trains_them(open_page, query, trains):
    seed = 43 + len(query.get("open", ""))
    open_page("app.py", seed=str(seed), guess="shown", **query)
    assert is_trained(seed) == trains


def test_what_is_wanted_for_one_seed_is_not_trained_for_the_next(open_page):
    keep_scales(42)
    app = open_page("app.py", seed="42", guess="shown", open="scales")
    app.query_params["seed"] = "55"
    app.run()
    assert not is_trained(55)
