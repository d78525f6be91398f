"""What a visitor waits for: one job for each place of the page, left when the page no longer asks for it."""

import gc

import pytest

from bnviz.ui.server.desk import Desk, desk_of
from bnviz.ui.server.jobs import Done, QueueFull, Running
from tests.unit.job_bench import PATIENCE, Bench


class Reception:
    """A desk whose places ask a bench for jobs."""

    def __init__(self, **settings):
        self.bench = Bench(**settings)
        self.desk = Desk("one")

    def ask(self, place, task, encode=None):
        return self.desk.ask(place, task, lambda: self.bench.join(task), encode)

    def waiters(self, watch):
        return list(watch.ticket._job.waiters.values())

    def begun(self, task):
        assert self.bench.begun[task].wait(PATIENCE)

    def is_over(self, watch):
        """Let a moment pass; whether the job was given up in it."""
        self.bench.clock.now += 0.1
        state = watch.ticket.wait(0.3)
        assert isinstance(state, (Done, Running))
        return isinstance(state, Done) and state.ending == "abandoned"


def test_a_place_waits_for_what_it_asked_for():
    reception = Reception()
    encode = bytes
    watch, other = reception.ask("figure", "a", encode), reception.ask("stage", "b")
    assert reception.desk.watches() == {"figure": watch, "stage": other}
    assert (watch.ticket.key, watch.encode, other.encode) == ("a", encode, None)
    assert watch.id != other.id
    assert reception.waiters(watch) == ["one"]


def test_who_asks_for_the_same_again_keeps_the_place():
    reception = Reception()
    watch = reception.ask("figure", "a")
    assert reception.ask("figure", "a") is watch
    assert reception.waiters(watch) == ["one"]
    assert reception.bench.count.get("a", 1) == 1


def test_two_places_may_wait_for_one_job():
    reception = Reception(grace=60.0)
    first, second = reception.ask("figure", "a"), reception.ask("stage", "a")
    reception.begun("a")
    assert first.id != second.id
    assert reception.waiters(first) == ["one", "one"]
    reception.desk.leave("figure")
    assert not reception.is_over(second)
    assert list(reception.desk.watches()) == ["stage"]


def test_another_job_takes_the_place_at_once_and_for_good():
    reception = Reception(grace=60.0)
    before = reception.ask("figure", "a")
    reception.begun("a")
    after = reception.ask("figure", "b")
    assert reception.desk.watches() == {"figure": after}
    assert after.id != before.id
    assert reception.is_over(before), "without the grace for a rerun"


def test_an_id_is_not_used_again():
    reception = Reception()
    ids = [reception.ask("figure", task).id for task in ("a", "b", "a", "b")]
    assert len(set(ids)) == 4


def test_who_leaves_a_place_has_the_grace_of_a_rerun():
    reception = Reception(grace=60.0)
    watch = reception.ask("figure", "a")
    reception.begun("a")
    reception.desk.leave("figure")
    assert reception.desk.watches() == {}
    assert not reception.is_over(watch)
    reception.bench.clock.now += 60
    assert reception.is_over(watch)
    reception.desk.leave("figure")
    reception.desk.leave("no place")


def test_a_page_that_was_run_to_its_end_leaves_what_it_did_not_ask_for():
    reception = Reception()
    desk = reception.desk
    desk.begin()
    kept, left = reception.ask("figure", "a"), reception.ask("stage", "b")
    desk.end()
    assert list(desk.watches()) == ["figure", "stage"]
    desk.begin()
    reception.ask("figure", "a")
    assert list(desk.watches()) == ["figure", "stage"], "nothing is left before the end"
    desk.end()
    assert desk.watches() == {"figure": kept}
    assert reception.waiters(left) == []
    desk.begin()
    desk.end()
    assert desk.watches() == {}


def test_a_section_that_is_run_by_itself_leaves_other_places_alone():
    reception = Reception()
    desk = reception.desk
    desk.begin()
    reception.ask("figure", "a")
    reception.ask("stage", "b")
    desk.end()
    reception.ask("figure", "c")
    assert [watch.ticket.key for watch in desk.watches().values()] == ["b", "c"]
    # A run that another one cuts short has no end.
    desk.begin()
    desk.begin()
    reception.ask("stage", "b")
    desk.end()
    assert list(desk.watches()) == ["stage"]


def test_a_full_line_is_told_and_nothing_is_held():
    reception = Reception(capacity=1, grace=60.0)
    first = reception.ask("first", "a")
    reception.begun("a")
    reception.ask("second", "b")
    with pytest.raises(QueueFull, match="number 2"):
        reception.ask("third", "c")
    assert list(reception.desk.watches()) == ["first", "second"]
    # What the place waited for before is given up all the same: the visitor wants something else.
    with pytest.raises(QueueFull):
        reception.ask("first", "c")
    assert list(reception.desk.watches()) == ["second"]
    assert reception.is_over(first)


def test_a_desk_is_found_by_a_token_that_nobody_guesses_while_its_session_is_there():
    desk, other = Desk("one"), Desk("one")
    assert desk_of(desk.token) is desk
    assert desk_of(other.token) is other
    assert len(desk.token) >= 32
    token = desk.token
    del desk
    gc.collect()
    assert desk_of(token) is None
    assert desk_of("") is None
