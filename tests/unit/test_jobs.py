"""The queue is driven with a clock that only the test moves and with work that waits for the test's word."""

from threading import Event, Thread

import pytest

from bnviz.ui import jobs
from bnviz.ui.jobs import Done, JobQueue, QueueFull, Running, Waiting

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


def test_a_result_arrives_and_is_kept():
    bench = Bench()
    with bench.join("a") as ticket:
        bench.release["a"].set()
        done = bench.end(ticket)
    assert (done.ending, done.result, done.key) == ("finished", "all of a", "a")
    assert bench.queue.result("a") is done
    with bench.join("a") as again:
        assert again.wait(0) is done
    assert bench.count == {"a": 1}


def test_progress_is_readable_while_the_job_runs():
    bench = Bench()
    with bench.join("a") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
        bench.clock.now += 2
        assert ticket.wait(0) == Running(3, (1.5, 0.5), 2)
        bench.release["a"].set()


def test_what_there_is_of_a_result_is_readable_while_the_job_runs():
    release = Event()

    def work(_task, report, _should_stop):
        report(1, (), ["first"])
        release.wait(PATIENCE)
        return ["first", "second"]

    queue = JobQueue(work, size=len)
    with queue.join("a", "a") as ticket:
        while not (isinstance(state := ticket.wait(0.001), Running) and state.step):
            pass
        assert state.partial == ["first"]
        release.set()
        assert ticket.wait(PATIENCE).result == ["first", "second"]


def test_many_waiters_share_one_job():
    bench = Bench()
    endings = []

    def visit():
        with bench.join("a") as ticket:
            endings.append(bench.end(ticket).result)

    with bench.join("a") as first:
        visitors = [Thread(target=visit) for _ in range(20)]
        for visitor in visitors:
            visitor.start()
        bench.release["a"].set()
        for visitor in visitors:
            visitor.join(PATIENCE)
        bench.end(first)
    assert endings == ["all of a"] * 20
    assert bench.count == {"a": 1}


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


def test_jobs_run_in_order_and_know_their_place():
    bench = Bench()
    with bench.join("a") as a:
        assert bench.begun["a"].wait(PATIENCE)
        with bench.join("b") as b, bench.join("c") as c:
            assert (b.wait(0), c.wait(0)) == (Waiting(1), Waiting(2))
            bench.release["a"].set()
            bench.end(a)
            assert bench.begun["b"].wait(PATIENCE)
            assert c.wait(0) == Waiting(1)
            bench.release["b"].set()
            bench.release["c"].set()
            assert bench.end(c).result == "all of c"


def test_a_full_line_refuses_with_the_number_that_it_would_be():
    bench = Bench(capacity=2)
    with bench.join("a") as a:
        assert bench.begun["a"].wait(PATIENCE)
        with bench.join("b"), bench.join("c"):
            with pytest.raises(QueueFull, match="yours would be number 3"):
                bench.join("d")
            with bench.join("b") as shared:
                assert shared.wait(0) == Waiting(1)
        bench.release["a"].set()
        bench.end(a)


def test_a_failing_job_gives_its_reason_and_the_next_one_runs(caplog):
    bench = Bench()
    with bench.join("bad") as bad, bench.join("good") as good:
        bench.release["good"].set()
        done = bench.end(bad)
        assert (done.ending, done.result) == ("failed", None)
        assert done.reason == "ValueError: the data are damaged"
        assert bench.end(good).result == "all of good"
    assert "A training failed" in caplog.text
    assert bench.queue.result("bad") is None


def test_stop_ends_the_job_with_what_it_has_and_keeps_that_apart():
    bench = Bench()
    with bench.join("a"):
        assert bench.begun["a"].wait(PATIENCE)
    done = bench.stop("a")
    assert (done.ending, done.result) == ("stopped", "part of a")
    assert bench.queue.result("a") is None
    assert bench.queue.result(done.key) is done
    with bench.join("a") as whole:
        bench.release["a"].set()
        assert bench.end(whole).result == "all of a"


def test_stop_works_while_the_script_that_it_interrupts_still_waits():
    bench = Bench()
    with bench.join("a", "one") as interrupted:
        assert bench.begun["a"].wait(PATIENCE)
        assert bench.stop("a", "one").result == "part of a"
        assert bench.end(interrupted).ending == "stopped"


def test_stop_leaves_a_job_alone_that_others_wait_for():
    bench = Bench()
    with bench.join("a", "other") as other, bench.join("a", "one"):
        assert bench.begun["a"].wait(PATIENCE)
        assert bench.stop("a", "one") is None
        bench.release["a"].set()
        assert bench.end(other).ending == "finished"


def test_stop_in_line_gives_up_the_place_at_once():
    bench = Bench()
    with bench.join("a") as a, bench.join("b"):
        assert bench.begun["a"].wait(PATIENCE)
        assert bench.stop("b") == Done("stopped", "b")
        bench.release["a"].set()
        bench.end(a)
    assert "b" not in bench.count


def test_there_is_nothing_to_stop_without_a_job():
    assert Bench().stop("a") is None


def test_a_newcomer_does_not_get_a_job_that_is_being_stopped():
    bench = Bench()
    with bench.join("a") as first:
        assert bench.begun["a"].wait(PATIENCE)
        bench.stop("a", patience=0)
        with bench.join("a") as newcomer:
            assert bench.end(first).result == "part of a"
            bench.release["a"].set()
            assert bench.end(newcomer).result == "all of a"


def test_the_deadline_ends_a_job_with_what_it_has():
    bench = Bench(deadline=10.0)
    with bench.join("a") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
        bench.clock.now += 10.5
        done = bench.end(ticket)
    assert (done.ending, done.result, done.seconds) == ("deadline", "part of a", 10.5)


def test_results_beyond_the_budget_are_forgotten():
    bench = Bench(keep_bytes=len("all of a") * 2)
    for task in "abc":
        with bench.join(task) as ticket:
            bench.release[task].set()
            bench.end(ticket)
    assert bench.queue.result("a") is None
    assert bench.queue.result("c").result == "all of c"


def test_a_result_from_elsewhere_can_be_kept():
    bench = Bench()
    bench.queue.keep("upload 1", "a history")
    assert bench.queue.result("upload 1").result == "a history"


def test_stop_while_the_job_is_only_loading():
    bench = Bench()

    def load(task, report, should_stop):
        bench.begun["a"].set()
        while not should_stop():
            pass
        return

    bench.queue._work = load
    with bench.join("a"):
        assert bench.begun["a"].wait(PATIENCE)
        done = bench.stop("a")
    assert (done.ending, done.result) == ("stopped", None)
    bench.queue._work = bench.work
    with bench.join("a") as again:
        bench.release["a"].set()
        assert bench.end(again).result == "all of a"


def test_there_is_nothing_to_stop_in_a_job_that_is_done():
    bench = Bench()
    with bench.join("a") as ticket:
        bench.release["a"].set()
        done = bench.end(ticket)
        assert bench.stop("a") is None
    assert bench.queue.result("a") is done


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


def test_waiters_of_one_job_go_on_one_after_the_other(monkeypatch):
    pauses = []
    monkeypatch.setattr(jobs.time, "sleep", pauses.append)
    bench = Bench()
    tickets = [bench.join("a") for _ in range(4)]
    waiting = [Thread(target=ticket.wait, args=(PATIENCE,)) for ticket in tickets]
    for thread in waiting:
        thread.start()
    assert bench.begun["a"].wait(PATIENCE)
    bench.release["a"].set()
    for thread in waiting:
        thread.join(PATIENCE)
    told = [pause / jobs.SPACING for pause in pauses if pause >= jobs.SPACING or pause == 0]
    assert sorted(told) == [0, 1, 2, 3]


def test_the_crowd_is_counted_and_goes_away():
    bench = Bench()
    with bench.join("a"), bench.join("a"), bench.join("b"):
        assert bench.queue._crowd == 3
        bench.release["a"].set()
        bench.release["b"].set()
    assert bench.queue._crowd == 0


def test_a_queue_is_idle_when_nothing_is_at_work_or_in_line():
    bench = Bench()
    assert bench.queue.idle
    with bench.join("a") as first, bench.join("b") as second:
        bench.begun["a"].wait(PATIENCE)
        assert not bench.queue.idle
        bench.release["a"].set()
        bench.end(first)
        bench.begun["b"].wait(PATIENCE)
        assert not bench.queue.idle
        bench.release["b"].set()
        bench.end(second)
    with bench.join("a") as again:
        bench.end(again)
        for _ in range(2000):
            if bench.queue.idle:
                break
            Event().wait(0.001)
        assert bench.queue.idle


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


@pytest.mark.parametrize("error", [MemoryError("no room"), SystemExit(1), RecursionError("deep")])
def test_the_worker_survives_whatever_a_task_raises(error, caplog):
    def work(task, _report, _should_stop):
        if task == "bad":
            raise error
        return task

    queue = JobQueue(work, size=len)
    with queue.join("bad", "bad") as bad, queue.join("good", "good") as good:
        assert bad.wait(PATIENCE).ending == "failed"
        assert good.wait(PATIENCE).result == "good"


def test_a_result_whose_size_cannot_be_told_fails_and_the_next_job_runs(caplog):
    queue = JobQueue(lambda task, _report, _should_stop: task, size=len)
    with queue.join("number", 5) as bad, queue.join("good", "good") as good:
        assert bad.wait(PATIENCE).ending == "failed"
        assert good.wait(PATIENCE).result == "good"
