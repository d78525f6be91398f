"""What the stage says when a training does not simply end well."""

from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment, Run, train
from bnviz.ui import run_view
from bnviz.ui.jobs import JobQueue
from bnviz.ui.training import job_key

SMALL = Experiment(dataset="moons", widths=(4,), steps=6, batch_size=16, runs=(Run(norm="batch"),))


def page():
    from bnviz import Experiment, Run
    from bnviz.ui.run_view import reserve

    reserve("test").show(Experiment(dataset="moons", widths=(4,), steps=6, batch_size=16, runs=(Run(norm="batch"),)))


@pytest.fixture
def stage(monkeypatch):
    """A function that runs a page with one stage on a queue that does `work`."""

    def stage(work, **settings):
        queue = JobQueue(work, size=lambda _history: 1, **settings)
        monkeypatch.setattr(run_view, "training_queue", lambda: queue)
        return AppTest.from_function(page, default_timeout=60).run(), queue

    return stage


def players(app) -> int:
    return len(app.get("bidi_component"))


def test_a_result_is_played_without_a_message(stage):
    app, _ = stage(lambda task, _report, _should_stop: train(task))
    assert players(app) == 1
    assert not app.warning
    assert not app.info
    assert not app.get("progress")


def test_a_failure_gives_its_reason_and_a_way_on(stage):
    failures = [True]

    def work(task, _report, _should_stop):
        if failures.pop() if failures else False:
            raise ValueError("no *such* data")
        return train(task)

    app, _ = stage(work)
    assert "no \\*such\\* data" in app.error[0].value
    assert players(app) == 0
    app.button(key="test_retry").click().run()
    assert not app.error
    assert players(app) == 1


def test_a_full_line_is_told_with_its_number(stage):
    release = Event()

    def work(task, _report, should_stop):
        release.wait(60)
        return train(task, should_stop=should_stop)

    app, queue = stage(work, capacity=0)
    assert "The server is busy: 0 trainings are waiting, and yours would be number 1." in app.warning[0].value
    assert players(app) == 0
    queue.capacity = 1
    release.set()
    app.button(key="test_retry").click().run()
    assert not app.warning
    assert players(app) == 1


def test_a_training_beyond_the_deadline_shows_what_it_has(stage):
    def work(task, _report, should_stop):
        while not should_stop():
            pass
        return train(task, should_stop=lambda: True)

    app, _ = stage(work, deadline=0.0)
    assert "was ended after 0 seconds" in app.warning[0].value
    assert players(app) == 1


def test_a_stopped_training_is_shown_until_the_visitor_wants_all_of_it(stage):
    app, queue = stage(lambda task, _report, _should_stop: train(task))
    queue.keep("part", train(SMALL, should_stop=lambda: True))
    app.session_state["test_ended_early"] = (job_key(SMALL), "part")
    app.run()
    assert players(app) == 1
    assert not app.info
    app.session_state["test_ended_early"] = (job_key(SMALL), None)
    app.run()
    assert "called off" in app.info[0].value
    assert players(app) == 0
    app.button(key="test_retry").click().run()
    assert not app.info
    assert players(app) == 1
