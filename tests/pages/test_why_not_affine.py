"""The page on maps as it is opened, guessed, stopped and linked to."""

import json

import pytest

from bnviz.lessons.why_not_affine.curves import curve_tasks
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, gather, map_experiment, shares
from bnviz.lessons.why_not_affine.verdicts import ANSWERS
from bnviz.ui.server.jobs import Done
from bnviz.ui.server.training import job_key, training_queue
from tests.pages.reading import judged

pytestmark = pytest.mark.slow

PAGE = "pages/5_why_not_affine.py"
AXES = (("lr", RATES), ("init_scale", SCALES))
NORMS = ("none", "affine", "batch")


@pytest.fixture
def page(open_page):
    return open_page(PAGE)


def rows(seeds=1):
    tasks = curve_tasks(map_experiment(NORMS), AXES, seeds)
    return gather([training_queue().result(job_key(task)).result for task in tasks], len(NORMS))


def hero(page):
    (found,) = [each for each in page.get("bidi_component") if "scene" in (each.proto.json or "")]
    return json.loads(found.proto.json)


def test_the_first_sight_is_the_plain_map_and_a_question(page):
    assert not page.exception
    assert not page.metric
    assert not page.get("vega_lite_chart")
    assert page.title[0].value == "Why not γx + β?"
    assert [*hero(page)["scene"]["given"]["maps"]] == ["none"]
    assert hero(page)["held"]
    said = judged(page)
    assert "happened" not in said
    assert "another name" not in said  # the answer


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_guess_is_settled_beside_its_question(page, answer):
    page.radio(key="why_not_affine_prediction").set_value(answer).run()
    counted = shares(rows(), 0.85).set_index("run")["trained"]
    said = judged(page)
    assert (f"You guessed *{answer}*, and **that is what happened.**" in said) == (answer == "batch norm alone")
    plain, affine, batch = counted
    assert f"{plain} of 49 plain networks train, {affine} of 49 with γx + β and {batch} of 49 with batch norm." in said
    assert [*hero(page)["scene"]["given"]["maps"]] == [*NORMS]
    assert not hero(page)["held"]


def test_a_reader_may_want_no_guess(page):
    page.button(key="why_not_affine_skip").click().run()
    assert "**What happened: batch norm alone.**" in judged(page)
    assert "γx + β is a plain layer under another name" in judged(page)


def test_maps_that_were_stopped_keep_their_cells_and_give_no_verdict(open_page):
    first, *_ = curve_tasks(map_experiment(NORMS, seed=5), AXES, 1)
    whole = first.compute(lambda *_: None, lambda: False)
    part = Done("stopped", "part of the map", whole.head(20))
    training_queue()._results.keep(part.key, part, 1)
    app = open_page(PAGE)
    app.session_state["why_not_affine_ended_early"] = (job_key(first), "part of the map")
    app.query_params["seed"] = "5"
    app.button(key="why_not_affine_skip").click().run()
    assert not app.exception
    assert "You stopped this training." in app.info[0].value
    assert "What happened" not in judged(app)
    (plain,) = hero(app)["scene"]["given"]["maps"]["none"]
    assert sum(accuracy is not None for accuracy in plain) == 20
