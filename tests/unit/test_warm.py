"""What a fresh server prepares, and that it gives way to visitors."""

from bnviz.lessons.the_question.race import RACE
from bnviz.ui.server import application as server
from bnviz.ui.server import warm
from bnviz.ui.server.training import job_key


class Queue:
    """A queue that is busy for as many looks as it is told, before each task."""

    def __init__(self, busy: int):
        self.busy, self.looks = busy, 0

    @property
    def idle(self) -> bool:
        self.looks += 1
        return self.looks > self.busy


def test_each_task_waits_until_no_visitor_does(monkeypatch):
    queue, worked = Queue(busy=2), []

    def prepare(task):
        worked.append((task, queue.looks))
        queue.looks = 0

    monkeypatch.setattr(warm, "training_queue", lambda: queue)
    monkeypatch.setattr(warm, "prepare", prepare)
    warm.prepare_lessons(("first", "second"), pause=0.0)
    assert worked == [("first", 3), ("second", 3)]


def test_the_race_comes_first_and_is_not_held_up(monkeypatch):
    order = []
    monkeypatch.setattr(server, "prepare", lambda task: order.append(task))
    monkeypatch.setattr(warm, "prepare_lessons", lambda: order.append("lessons"))
    monkeypatch.setattr(server.gc, "freeze", lambda: order.append("frozen"))
    server.warm_up()
    assert order == [RACE, "frozen", "lessons"]


def test_a_task_is_listed_once():
    keys = [job_key(task) for task in warm.FIRST_SIGHTS]
    assert len(set(keys)) == len(keys)
