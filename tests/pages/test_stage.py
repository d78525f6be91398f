"""What the stage says when a training does not simply end well."""

import json
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment, Run, train
from bnviz.ui.page import stage as run_view
from bnviz.ui.page import waiting
from bnviz.ui.server import budget
from bnviz.ui.server.configuration import Configuration
from bnviz.ui.server.jobs import JobQueue
from bnviz.ui.server.training import job_key
from tests.pages.reading import components


class Counting:
    """A task of two steps, named by a letter."""

    steps = 2

    def __init__(self, letter):
        self.letter = letter

    def __repr__(self):
        return self.letter


SMALL = Experiment(dataset="moons", widths=(4,), steps=6, batch_size=16, runs=(Run(norm="batch"),))


def page():
    from bnviz import Experiment, Run
    from bnviz.ui.page.stage import reserve

    reserve("test").show(Experiment(dataset="moons", widths=(4,), steps=6, batch_size=16, runs=(Run(norm="batch"),)))


def turns():
    import streamlit as st

    from bnviz.ui.page.stage import reserve_figure
    from tests.pages.test_stage import Counting

    done, part = reserve_figure("turns").obtain_in_turn([Counting("a"), Counting("b"), Counting("c")], "network")
    st.session_state["found"] = [(each.ending, each.result) for each in done]
    st.session_state["part"] = part


@pytest.fixture
def stage(monkeypatch):
    """A function that runs a page with one stage on a queue that does `work`."""

    def stage(work, page=page, **settings):
        queue = JobQueue(work, size=lambda _history: 1, **settings)
        monkeypatch.setattr(run_view, "training_queue", lambda: queue)
        return AppTest.from_function(page, default_timeout=60).run(), queue

    return stage


def stopped(should_stop):
    """Waits for the word to stop, then passes it on."""

    def wait() -> bool:
        while not should_stop():
            pass
        return True

    return wait


def players(app) -> int:
    return len(components(app))


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


def test_tasks_in_turn_follow_each_other(stage):
    app, _ = stage(lambda task, _report, _should_stop: f"all of {task}", turns)
    assert not app.exception
    assert app.session_state["found"] == [("finished", f"all of {letter}") for letter in "abc"]
    assert app.session_state["part"] is None
    assert not players(app)


def test_a_task_at_work_shows_its_bar_and_what_there_is_of_it(stage, monkeypatch):
    release, halfway = Event(), Event()

    def work(task, report, _should_stop):
        if repr(task) == "b":
            report(1, (), "half of b")
            halfway.set()
            release.wait(60)
        return f"all of {task}"

    monkeypatch.setattr(waiting, "AT_ONCE", 1.0)
    app, queue = stage(work, turns)
    assert halfway.wait(60)
    assert app.session_state["found"] == [("finished", "all of a")]
    assert app.session_state["part"] == "half of b"
    (bar,) = components(app)
    data = json.loads(bar.proto.json)
    assert (data["total"], data["before"], data["unit"]) == (6, 2, "network")
    assert data["stream"].startswith("bnviz/stream/")
    app.run()
    assert json.loads(components(app)[0].proto.json) == data, "to be drawn again is no reason to begin again"
    release.set()
    with queue.join("b", Counting("b")) as ticket:
        assert ticket.wait(60).result == "all of b"
    app.run()
    assert not players(app)
    assert [ending for ending, _ in app.session_state["found"]] == ["finished"] * 3


def test_a_page_is_not_held_up_and_plays_what_comes(stage, monkeypatch):
    release = Event()

    def work(task, _report, _should_stop):
        release.wait(60)
        return train(task)

    monkeypatch.setattr(waiting, "AT_ONCE", 0.0)
    app, queue = stage(work)
    (player,) = components(app)
    growing = json.loads(player.proto.json)
    assert set(growing) == {"stream", "watch", "of"}
    app.run()
    assert json.loads(components(app)[0].proto.json) == growing, "the same job, the same watch"
    release.set()
    with queue.join(job_key(SMALL), SMALL) as ticket:
        ticket.wait(60)
    app.run()
    (player,) = components(app)
    whole = json.loads(player.proto.json)
    assert set(whole) == {"address", "of", "units"}
    assert whole["of"] == growing["of"]


def test_what_was_stopped_is_begun_anew_when_it_is_asked_for_again(stage, monkeypatch):
    monkeypatch.setattr(waiting, "AT_ONCE", 0.0)
    at_work = Event()

    def work(task, _report, should_stop):
        at_work.set()
        return train(task, should_stop=stopped(should_stop))

    app, queue = stage(work)
    first = json.loads(components(app)[0].proto.json)["watch"]
    assert at_work.wait(60), "what is stopped in line has no result"
    done = queue.stop(job_key(SMALL), app.session_state["desk"].visitor)
    app.session_state["test_ended_early"] = (job_key(SMALL), done.key)
    app.run()
    assert "You stopped this training." in app.info[0].value
    app.button(key="test_resume").click().run()
    assert not app.info
    assert json.loads(components(app)[0].proto.json)["watch"] != first


def test_a_failure_in_a_turn_keeps_what_was_there_before(stage):
    def work(task, _report, _should_stop):
        if repr(task) == "b":
            raise ValueError("no data")
        return f"all of {task}"

    app, _ = stage(work, turns)
    assert "no data" in app.error[0].value
    assert app.session_state["found"] == [("finished", "all of a")]


def test_a_deadline_in_a_turn_ends_it_with_what_there_is(stage):
    def work(task, _report, should_stop):
        while repr(task) == "b" and not should_stop():
            pass
        return f"all of {task}"

    app, _ = stage(work, turns, deadline=0.3)
    assert app.session_state["found"] == [("finished", "all of a"), ("deadline", "all of b")]
    assert "was ended after 0 seconds" in app.warning[0].value


def test_an_experiment_beyond_the_bounds_of_the_server_is_refused_with_the_nearest(stage, said, monkeypatch):
    tight = Configuration(most={"steps": 3.0})
    monkeypatch.setattr(budget, "configuration", lambda: tight)
    monkeypatch.setattr(run_view.st, "page_link", lambda file, **options: links.append((file, options)))
    links = []
    app, queue = stage(lambda task, _report, _should_stop: train(task))
    assert "steps = 6: must be from 1 to 3" in said(app)
    assert players(app) == 0
    ((file, options),) = links
    assert file == run_view.LAB
    assert Experiment.from_query(options["query_params"]) == SMALL.model_copy(update={"steps": 3})
    queue.keep("upload", train(SMALL))
    assert queue.idle
