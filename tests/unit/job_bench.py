"""Work under a test's control, and a queue that does it: with a clock that only the test moves."""

from threading import Event

from bnviz.ui.server.jobs import Done, JobQueue

PATIENCE = 20.0


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Bench:
    """Work under the test's control: task "x" begins, then goes on step by step until released or stopped."""

    def __init__(self, **settings):
        self.clock = Clock()
        self.begun: dict[str, Event] = {}
        self.release: dict[str, Event] = {}
        self.count: dict[str, int] = {}
        self.queue = JobQueue(self.work, size=len, clock=self.clock, **settings)

    def events(self, task):
        return self.begun.setdefault(task, Event()), self.release.setdefault(task, Event())

    def work(self, task, report, should_stop):
        begun, release = self.events(task)
        self.count[task] = self.count.get(task, 0) + 1
        if task.startswith("bad"):
            raise ValueError("the data are damaged")
        report(3, [1.5, 0.5])
        begun.set()
        while not release.wait(0.001):
            if should_stop():
                return f"part of {task}"
        return f"all of {task}"

    def join(self, task, visitor="one"):
        self.events(task)
        return self.queue.join(task, task, visitor)

    def stop(self, task, visitor="one", patience=PATIENCE):
        return self.queue.stop(task, visitor, patience)

    def end(self, ticket):
        state = ticket.wait(PATIENCE)
        assert isinstance(state, Done)
        return state
