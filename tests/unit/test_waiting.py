"""How a page waits without being held up: a moment for all of its places together, and in turn with other pages."""

from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from bnviz.ui.page import waiting
from bnviz.ui.server.desk import Desk
from bnviz.ui.server.jobs import Done, Running

WORK = Running(1, (), 1.0)


class Ticket:
    """A job that goes on, and for which a wait takes as long as it may, or `takes` seconds until its end."""

    def __init__(self, clock: SimpleNamespace, takes: float | None = None) -> None:
        self.clock, self.takes = clock, takes
        self.waits: list[float] = []

    def look(self) -> Any:
        return WORK

    def wait(self, seconds: float) -> Any:
        self.waits.append(seconds)
        if self.takes is None or self.takes > seconds:
            self.clock.now += seconds
            return WORK
        self.clock.now += self.takes
        return Done("finished", "a")


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(waiting, "AT_ONCE", 0.5)
    return clock


@pytest.fixture
def turns(monkeypatch):
    """What happened to the turn of the page's script."""
    happened: list[str] = []

    @contextmanager
    def noting(name: str):
        happened.append(f"{name} begins")
        yield
        happened.append(f"{name} ends")

    monkeypatch.setattr(
        waiting,
        "page_scripts",
        SimpleNamespace(turn=lambda: noting("turn"), pause=lambda: noting("pause"), crowded=False),
    )
    return happened


@pytest.fixture
def desk(monkeypatch):
    desk = Desk("one")
    monkeypatch.setattr(waiting, "desk", lambda: desk)
    return desk


def test_all_places_of_a_page_together_wait_a_moment(clock, turns, desk):
    short, long, later = Ticket(clock, 0.3), Ticket(clock), Ticket(clock)
    with waiting.whole_page():
        assert isinstance(waiting.wait_a_moment(short), Done)
        assert waiting.wait_a_moment(long) is WORK
        assert waiting.wait_a_moment(later) is WORK
    # What has ended costs the others nothing.
    assert (short.waits, long.waits, later.waits) == ([0.5], [0.5], [0.0])
    again = Ticket(clock)
    with waiting.whole_page():
        waiting.wait_a_moment(again)
    assert again.waits == [0.5], "the next run has a moment of its own"


def test_others_have_the_turn_while_a_page_waits(clock, turns, desk):
    with waiting.whole_page():
        waiting.wait_a_moment(Ticket(clock))
    assert turns == ["turn begins", "pause begins", "pause ends", "turn ends"]


def test_a_section_has_the_turn_of_its_page_or_one_of_its_own(clock, turns, desk):
    drawn = []
    tickets = [Ticket(clock), Ticket(clock), Ticket(clock)]

    def draw(ticket: Ticket, *, name: str) -> None:
        drawn.append(name)
        waiting.wait_a_moment(ticket)

    part = waiting._in_turn
    with waiting.whole_page():
        with part():
            draw(tickets[0], name="first")
        with part():
            draw(tickets[1], name="second")
    assert turns.count("turn begins") == 1
    assert [ticket.waits for ticket in tickets[:2]] == [[0.5], [0.0]]
    with part():
        draw(tickets[2], name="alone")
    assert turns.count("turn begins") == 2
    assert tickets[2].waits == [0.5]
    assert drawn == ["first", "second", "alone"]


def test_a_page_that_breaks_off_has_given_its_turn_back(clock, turns, desk):
    with pytest.raises(RuntimeError, match="broken off"), waiting.whole_page():
        raise RuntimeError("broken off")
    with waiting.whole_page():
        pass
    assert turns.count("turn begins") == 2


def test_a_page_leaves_at_its_end_what_it_did_not_ask_for_and_nothing_when_it_breaks_off(clock, turns, desk):
    def place(name: str) -> None:
        desk.ask(name, name, lambda: SimpleNamespace(key=name, leave=lambda for_good=False: None))

    with waiting.whole_page():
        place("a")
        place("b")
    with pytest.raises(RuntimeError), waiting.whole_page():
        raise RuntimeError
    assert list(desk.watches()) == ["a", "b"]
    with waiting.whole_page():
        place("b")
    assert list(desk.watches()) == ["b"]


def test_in_a_crowd_nobody_gives_up_the_turn_to_wait(clock, turns):
    waiting.page_scripts.crowded = True
    ticket = Ticket(clock)
    assert waiting.wait_a_moment(ticket) is WORK
    assert ticket.waits == []
    assert turns == []
