"""Work in processes of their own: the same results, and whoever is lost on the way is missed by nobody for long."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from threading import Thread

import numpy as np
import pandas as pd
import psutil
import pytest

from bnviz import Experiment, Run, train
from bnviz.datasets import own
from bnviz.datasets.table import read_table
from bnviz.lessons.two_reparameterizations.direction import TurnedWeights
from bnviz.lessons.why_not_affine.maps import MapTask
from bnviz.own_data import OwnData
from bnviz.ui.server import apart, workshop
from bnviz.ui.server.jobs import JobQueue
from bnviz.ui.server.work import Part
from tests.unit.test_training_parts import DIVERGED, put_together, require_same

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="work is done apart where the system can fork")

PATIENCE = 120.0
ENDLESS = Experiment(dataset="moons", widths=(4,), steps=50_000, batch_size=16, runs=(Run(norm="batch"),))


@pytest.fixture(scope="module", autouse=True)
def opened():
    with apart.working_apart():
        yield


def never() -> bool:
    return False


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def forks() -> list[psutil.Process]:
    """The forks that are at work."""
    return psutil.Process(apart._workshop._process.pid).children()


@dataclass(frozen=True)
class Failing:
    """A task that fails."""

    kind: str
    steps = 1

    def compute(self, report, should_stop):
        if self.kind == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "unfit to travel":
            raise Odd("one", "two")
        raise ValueError("no *such* data")


class Odd(Exception):
    """An error that cannot be sent: it is made of two things, and remembers one."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def test_a_training_is_the_same_to_the_last_bit_and_its_parts_put_together_too():
    told: list[tuple[Part, ...]] = []
    found = apart.work_on(DIVERGED, lambda _step, _losses, partial=None, /: told.append(partial), never)
    require_same(found, train(DIVERGED))
    require_same(put_together([part.history for part in told[-1]]), found)


@pytest.mark.parametrize(
    "task", [TurnedWeights(), MapTask(DIVERGED.model_copy(update={"interventions": ()}), (("lr", (0.1, 0.3)),))]
)
def test_what_lessons_compute_is_the_same(task):
    here = task.compute(lambda *_: None, never)
    pd.testing.assert_frame_equal(apart.work_on(task, lambda *_: None, never), here, check_exact=True)


def test_stop_ends_it_with_what_there_is():
    steps = []
    found = apart.work_on(ENDLESS, lambda step, *_: steps.append(step), lambda: len(steps) > 3)
    assert found.status[0].startswith("stopped at step ")
    assert steps == sorted(steps)
    until(lambda: not forks())


def test_it_asks_again_only_when_it_was_answered():
    here, there = Pipe()
    asking = workshop.Asking(there)
    answers = []
    asking.report(7, [0.5])
    assert asking.should_stop() is False, "the first answer is awaited later"
    assert here.recv() == workshop.Asks(7, (0.5,), workshop.News())
    asking._at -= workshop.BEAT
    waits = Thread(target=lambda: answers.append(asking.should_stop()))
    waits.start()
    waits.join(0.2)
    assert waits.is_alive(), "a task that is to pause is not answered"
    here.send(True)
    waits.join(PATIENCE)
    assert answers == [True]
    assert asking.should_stop() is True


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [("plain", ValueError, r"no \*such\* data"), ("unfit to travel", RuntimeError, "Odd: one")],
)
def test_what_fails_says_why_and_where(kind, error, words):
    with pytest.raises(error, match=words) as found:
        apart.work_on(Failing(kind), lambda *_: None, never)
    assert "test_apart.py" in found.value.__notes__[0]


def test_a_fork_that_is_killed_is_told_of_and_the_next_task_is_worked_on(caplog):
    queue = JobQueue(apart.work_on, size=lambda _: 1, at_once=2)
    with queue.join("bad", Failing("killed")) as bad, queue.join("good", TurnedWeights()) as good:
        assert bad.wait(PATIENCE).reason.startswith("WorkLost: the process that worked on it has ended")
        assert good.wait(PATIENCE).ending == "finished"


def test_a_fork_that_is_killed_in_the_middle_is_told_of():
    def kill(step, *_):
        for fork in forks():
            fork.kill()

    with pytest.raises(apart.WorkLost):
        apart.work_on(ENDLESS, kill, never)


def test_a_workshop_that_was_killed_is_opened_again():
    apart._workshop._process.kill()
    assert apart.work_on(DIVERGED, lambda *_: None, never).status == train(DIVERGED).status


def test_own_data_travel_with_their_task_and_no_file_is_opened(tmp_path):
    file = tmp_path / "own.csv"
    generator = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'yes' if a > b else 'no'}" for a, b in generator.normal(size=(60, 2))]
    file.write_text("\n".join(["a,b,c", *rows]))
    table = read_table(file.read_bytes())
    mine = Experiment(
        dataset=f"csv:{file}", data=OwnData.of(table), widths=(4,), steps=5, batch_size=16, runs=(Run(norm="batch"),)
    )
    with own.files_closed():
        with pytest.raises(ValueError, match="are not here"):
            apart.work_on(mine, lambda *_: None, never)
        own.hold(mine.dataset, table)
        found = apart.work_on(mine, lambda *_: None, never)
    require_same(found, train(mine))


def test_forks_work_at_the_same_time_and_none_is_left_behind():
    queue = JobQueue(apart.work_on, size=lambda _: 1, at_once=2)
    tickets = [queue.join(str(seed), ENDLESS.model_copy(update={"seed": seed})) for seed in range(3)]
    until(lambda: len(forks()) == 2)
    for ticket in tickets:
        ticket.leave(for_good=True)
    until(lambda: queue.idle)
    until(lambda: not forks())


def test_the_workshop_loads_no_streamlit_and_ends_with_its_server():
    code = (
        "import sys; from bnviz.ui.server import workshop; workshop.load();"
        "print('torch' in sys.modules, 'streamlit' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
    server = (
        "import os, time; from bnviz.ui.server import apart; room = apart.Workshop(); room.open();"
        "room.fork(); print(room._process.pid, flush=True); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", server], capture_output=True, text=True, check=True)
    until(lambda: not psutil.pid_exists(int(done.stdout)))
