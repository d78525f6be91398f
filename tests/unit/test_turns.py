"""Page scripts take turns: who waits lets others go on, and nobody waits for ever."""

import time
from threading import Event, Thread

import pytest

from bnviz.ui.server.turns import CROWD, Turns

SOON = 5.0  # seconds within which something must have happened; no test waits that long when all is well
NOT_YET = 0.1  # seconds for which something must not happen


class Script(Thread):
    """A thread that takes a turn and holds it until it is told to end."""

    def __init__(self, turns: Turns) -> None:
        super().__init__(daemon=True)
        self.turns, self.begun, self.finish = turns, Event(), Event()
        self.start()

    def run(self) -> None:
        with self.turns.turn():
            self.begun.set()
            self.finish.wait(SOON)


def end(*scripts: Script) -> None:
    for script in scripts:
        script.finish.set()
        script.join(SOON)
        assert not script.is_alive()


def test_one_computes_at_a_time_and_the_next_when_it_ends():
    turns = Turns(patience=SOON)
    first = Script(turns)
    assert first.begun.wait(SOON)
    second = Script(turns)
    assert not second.begun.wait(NOT_YET)
    end(first)
    assert second.begun.wait(SOON)
    end(second)


def test_one_that_pauses_lets_another_compute_and_goes_on_after_it():
    turns = Turns(patience=SOON)
    with turns.turn():
        with turns.pause():
            other = Script(turns)
            assert other.begun.wait(SOON)
            end(other)
        blocked = Script(turns)
        assert not blocked.begun.wait(NOT_YET)
    assert blocked.begun.wait(SOON)
    end(blocked)


def test_an_exception_ends_the_turn():
    turns = Turns(patience=SOON)
    with pytest.raises(RuntimeError, match="rerun"), turns.turn(), turns.pause():
        raise RuntimeError("rerun")
    other = Script(turns)
    assert other.begun.wait(SOON)
    end(other)


def test_who_computes_for_too_long_loses_its_turn_and_takes_none_from_others():
    turns = Turns(patience=0.01)
    slow = Script(turns)
    assert slow.begun.wait(SOON)
    with turns.turn(), turns.pause():
        pass
    end(slow)
    # Exactly one place is left: had the slow script given back what it no longer had, there would be two.
    turns.patience = SOON
    first = Script(turns)
    assert first.begun.wait(SOON)
    second = Script(turns)
    assert not second.begun.wait(NOT_YET)
    end(first, second)


def test_however_long_a_crowd_waits_one_computes_at_a_time_as_long_as_turns_are_short():
    now = 0.0
    turns = Turns(patience=0.01, clock=lambda: now)  # they look at the clock often, and it stands still
    scripts = [Script(turns)]
    assert scripts[0].begun.wait(SOON)
    for number in (1, 2):
        scripts.append(Script(turns))
        until_waiting(turns, number)
    time.sleep(NOT_YET)
    assert [script.begun.is_set() for script in scripts] == [True, False, False]
    now = 1.0  # the turn has lasted for too long: it passes to the first of the two, and to no other
    assert scripts[1].begun.wait(SOON)
    assert not scripts[2].begun.wait(NOT_YET)
    end(scripts[0])
    assert not scripts[2].begun.wait(NOT_YET)
    end(scripts[1])
    assert scripts[2].begun.wait(SOON)
    end(scripts[2])


def test_pausing_without_a_turn_changes_nothing():
    turns = Turns(patience=SOON)
    with turns.pause():
        pass
    first = Script(turns)
    assert first.begun.wait(SOON)
    second = Script(turns)
    assert not second.begun.wait(NOT_YET)
    end(first, second)


def test_of_those_who_wait_the_last_and_the_first_go_on_in_turn():
    turns = Turns(patience=SOON)
    at_work = Script(turns)
    assert at_work.begun.wait(SOON)
    scripts = []
    for number in range(1, 5):
        scripts.append(Script(turns))
        until_waiting(turns, number)
    end(at_work)
    for number in (3, 0, 2, 1):
        assert scripts[number].begun.wait(SOON)
        assert sum(script.begun.is_set() for script in scripts) == 1
        end(scripts[number])
        scripts[number].begun.clear()


def test_many_who_wait_are_a_crowd():
    turns = Turns(patience=SOON)
    scripts = [Script(turns)]
    assert scripts[0].begun.wait(SOON)
    for number in range(1, CROWD + 1):
        assert not turns.crowded
        scripts.append(Script(turns))
        until_waiting(turns, number)
    assert turns.crowded
    for script in scripts:
        script.finish.set()
    end(*scripts)
    assert not turns.crowded


def until_waiting(turns: Turns, number: int) -> None:
    deadline = time.monotonic() + SOON
    while len(turns._waiting) < number:
        assert time.monotonic() < deadline
        time.sleep(0.001)
