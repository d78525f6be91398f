"""Long jobs make room for short ones, and pause for a lost connection or a visitor."""

from threading import Event, Thread

import pytest

from bnviz.ui.server.jobs import QueueFull, Running, Waiting
from tests.unit.job_bench import PATIENCE, Bench


def lanes(**settings) -> Bench:
    """A bench on which tasks with a capital letter are long."""
    return Bench(is_long=str.isupper, **settings)


def test_a_long_job_pauses_for_a_short_one_and_goes_on():
    bench = lanes()
    asked = []
    with bench.join("LONG") as long:
        assert bench.begun["LONG"].wait(PATIENCE)
        with bench.join("short") as short:
            assert bench.begun["short"].wait(PATIENCE)
            assert isinstance(short.wait(0), Running), "it does not wait for the long one"
            pauses = Thread(target=lambda: asked.append(bench.queue._should_stop(long._job)))
            pauses.start()
            pauses.join(0.3)
            assert not asked, "the long one waits"
            bench.release["short"].set()
            assert bench.end(short).result == "all of short"
        pauses.join(PATIENCE)
        assert asked == [False]
        bench.release["LONG"].set()
        assert bench.end(long).result == "all of LONG"


def test_pauses_do_not_count_as_work():
    bench = lanes(deadline=10.0)
    with bench.join("LONG") as long:
        assert bench.begun["LONG"].wait(PATIENCE)
        bench.clock.now += 4
        with bench.join("short") as short:
            assert bench.begun["short"].wait(PATIENCE)
            while long._job.pausing is None:
                Event().wait(0.001)
            bench.clock.now += 8
            bench.release["short"].set()
            bench.end(short)
        while long._job.pausing is not None:
            Event().wait(0.001)
        assert long.wait(0) == Running(3, (1.5, 0.5), 4)
        bench.release["LONG"].set()
        assert bench.end(long).seconds == 4


def test_a_long_job_gets_as_much_time_as_the_last_short_one_took():
    bench = lanes(lease=100.0)
    with bench.join("LONG") as long:
        assert bench.begun["LONG"].wait(PATIENCE)
        with bench.join("first") as first, bench.join("second") as second:
            assert bench.begun["first"].wait(PATIENCE)
            bench.clock.now += 5
            bench.release["first"].set()
            bench.end(first)
            assert second.wait(0.3) == Waiting(0)
            assert bench.queue._should_stop(long._job) is False
            bench.clock.now += 5.1
            assert bench.begun["second"].wait(PATIENCE)
            bench.release["second"].set()
            bench.release["LONG"].set()
            assert bench.end(second).result == "all of second"
        assert bench.end(long).result == "all of LONG"


def test_a_full_line_of_long_jobs_takes_short_ones():
    bench = lanes(capacity=1)
    with bench.join("A") as first:
        assert bench.begun["A"].wait(PATIENCE)
        with bench.join("B") as second:
            with pytest.raises(QueueFull):
                bench.join("C")
            with bench.join("short") as short:
                bench.release["short"].set()
                assert bench.end(short).result == "all of short"
            bench.release["A"].set()
            bench.release["B"].set()
            assert (bench.end(first).result, bench.end(second).result) == ("all of A", "all of B")


def test_a_paused_job_is_canceled_when_its_page_is_closed():
    open_pages = {"long", "short"}
    bench = lanes(present=open_pages.__contains__)
    with bench.join("LONG", "long") as long:
        assert bench.begun["LONG"].wait(PATIENCE)
        with bench.join("short", "short") as short:
            assert bench.begun["short"].wait(PATIENCE)
            open_pages.remove("long")
            bench.clock.now += 1
            assert bench.end(long).ending == "abandoned"
            bench.release["short"].set()
            assert bench.end(short).ending == "finished"


def test_a_long_job_waits_for_a_lost_connection_to_come_back():
    open_pages = {"one"}
    bench = lanes(present=open_pages.__contains__, absence=10.0)
    with bench.join("LONG", "one") as lost:
        assert bench.begun["LONG"].wait(PATIENCE)
        open_pages.clear()
    bench.clock.now += 9
    while lost._job.pausing is None:
        Event().wait(0.001)
    open_pages.add("one")
    with bench.join("LONG", "one") as back:
        bench.clock.now += 0.2
        bench.release["LONG"].set()
        assert bench.end(back).result == "all of LONG"
    assert bench.count == {"LONG": 1}


def test_a_lost_connection_that_stays_away_ends_the_job():
    open_pages = {"one"}
    bench = lanes(present=open_pages.__contains__, absence=10.0)
    with bench.join("LONG", "one") as lost:
        assert bench.begun["LONG"].wait(PATIENCE)
        open_pages.clear()
    bench.clock.now += 10.1
    assert bench.end(lost).ending == "abandoned"


def test_a_lost_connection_keeps_nobody_else_waiting():
    open_pages = {"one", "two"}
    bench = lanes(present=open_pages.__contains__, absence=10.0)
    with bench.join("LONG", "one") as lost:
        assert bench.begun["LONG"].wait(PATIENCE)
        open_pages.remove("one")
    bench.clock.now += 1
    with bench.join("NEXT", "two") as following:
        assert bench.end(lost).ending == "abandoned"
        bench.release["NEXT"].set()
        assert bench.end(following).result == "all of NEXT"


def test_what_the_server_prepares_gives_way_to_a_visitor():
    bench = Bench()
    with bench.join("preset", "") as preset:
        assert bench.begun["preset"].wait(PATIENCE)
        with bench.join("asked", "one") as asked:
            assert bench.end(preset).ending == "abandoned"
            bench.release["asked"].set()
            assert bench.end(asked).result == "all of asked"


def test_what_the_server_prepares_and_a_visitor_asks_for_gives_way_to_nobody():
    bench = Bench()
    with bench.join("preset", ""), bench.join("preset", "one") as preset:
        assert bench.begun["preset"].wait(PATIENCE)
        with bench.join("asked", "two"):
            assert isinstance(preset.wait(0.3), Running)
            bench.release["preset"].set()
            assert bench.end(preset).result == "all of preset"
            bench.release["asked"].set()
