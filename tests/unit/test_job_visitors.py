"""Visitors who leave a job, come back to it or vanish: what becomes of it."""

import pytest

from bnviz.ui.server.jobs import Running
from tests.unit.job_bench import PATIENCE, Bench


def test_the_last_waiter_to_leave_cancels_after_the_grace():
    bench = Bench(grace=1.0)
    first, second = bench.join("a"), bench.join("a")
    assert bench.begun["a"].wait(PATIENCE)
    with second:
        with first:
            pass
        bench.clock.now += 5
        assert isinstance(second.wait(0.05), Running)
    bench.clock.now += 1.1
    assert bench.end(second).ending == "abandoned"
    assert bench.queue.result("a") is None


def test_a_rerun_within_the_grace_finds_its_job_again():
    bench = Bench(grace=1.0)
    with bench.join("a"):
        assert bench.begun["a"].wait(PATIENCE)
    bench.clock.now += 0.5
    with bench.join("a") as back:
        bench.clock.now += 0.9
        bench.release["a"].set()
        assert bench.end(back).result == "all of a"
    assert bench.count == {"a": 1}


def test_an_exception_in_the_with_block_leaves_the_job():
    class StopScript(BaseException):
        pass

    bench = Bench(grace=1.0)
    ticket = bench.join("a")
    assert bench.begun["a"].wait(PATIENCE)
    with pytest.raises(StopScript), ticket:
        raise StopScript
    bench.clock.now += 1.1
    assert bench.end(ticket).ending == "abandoned"


def test_a_waiter_who_vanishes_without_leaving_loses_the_lease():
    bench = Bench(lease=15.0)
    ticket = bench.join("a")
    assert bench.begun["a"].wait(PATIENCE)
    bench.clock.now += 14
    assert isinstance(ticket.wait(0), Running)
    bench.clock.now += 14
    assert isinstance(ticket.wait(0), Running)
    bench.clock.now += 15.1
    assert ticket._job.ended.wait(PATIENCE)
    assert bench.end(ticket).ending == "abandoned"


def test_an_abandoned_job_in_line_never_runs_and_frees_its_place():
    bench = Bench(capacity=1, grace=1.0)
    with bench.join("a") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
        with bench.join("b"):
            pass
        bench.clock.now += 1.1
        with bench.join("c") as third:
            bench.release["a"].set()
            bench.release["c"].set()
            assert bench.end(third).result == "all of c"
        bench.end(ticket)
    assert "b" not in bench.count


def test_a_job_ends_at_once_when_the_pages_of_all_who_wait_are_closed():
    open_pages = {"one", "two"}
    bench = Bench(grace=60.0, present=open_pages.__contains__)
    with bench.join("a", "one") as first, bench.join("a", "two"):
        assert bench.begun["a"].wait(PATIENCE)
        open_pages.remove("two")
        bench.clock.now += 1
        assert isinstance(first.wait(0.05), Running)
        open_pages.remove("one")
        bench.clock.now += 1
        assert bench.end(first).ending == "abandoned"


def test_who_leaves_for_good_leaves_no_grace_and_who_runs_again_has_it():
    open_pages = {"one"}
    bench = Bench(grace=60.0, present=open_pages.__contains__)
    with bench.join("a", "one") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
    bench.clock.now += 59
    with bench.join("a", "one") as again:
        assert isinstance(again.wait(0), Running)
        open_pages.clear()
    bench.clock.now += 0.1
    assert bench.end(ticket).ending == "abandoned"


def test_work_that_nobody_on_a_page_asked_for_is_not_deserted():
    bench = Bench(present=lambda visitor: visitor == "")
    with bench.join("a", "") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
        bench.clock.now += 1
        bench.release["a"].set()
        assert bench.end(ticket).ending == "finished"


def test_who_left_and_then_closed_the_page_is_not_waited_for():
    open_pages = {"", "one"}  # as on a server, where nobody's session is always there
    bench = Bench(grace=60.0, present=open_pages.__contains__)
    with bench.join("a", "one") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
    open_pages.remove("one")
    bench.clock.now += 1
    assert bench.end(ticket).ending == "abandoned"


def test_who_wants_something_else_leaves_no_grace():
    bench = Bench(grace=60.0)
    ticket, other = bench.join("a", "one"), bench.join("a", "two")
    assert bench.begun["a"].wait(PATIENCE)
    ticket.leave(for_good=True)
    bench.clock.now += 1
    assert isinstance(other.wait(0.05), Running), "others wait for it"
    other.leave(for_good=True)
    bench.clock.now += 0.1
    assert bench.end(ticket).ending == "abandoned"


def test_who_leaves_twice_has_left_once():
    bench = Bench(grace=60.0)
    ticket, other = bench.join("a", "one"), bench.join("a", "two")
    assert bench.begun["a"].wait(PATIENCE)
    ticket.leave()
    ticket.leave(for_good=True)
    other.leave()
    other_left = bench.clock.now
    ticket.leave(for_good=True)
    bench.clock.now = other_left + 59
    assert isinstance(other.wait(0.05), Running)
    bench.release["a"].set()
    assert bench.end(other).ending == "finished"
