"""The queue of jobs: results, progress, order, Stop, deadline, and what fails."""

from threading import Event, Thread

import pytest

from bnviz.ui.server.jobs import Done, JobQueue, QueueFull, Running, Waiting
from tests.unit.job_bench import PATIENCE, Bench


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
        assert state.partial == ticket.partial == ["first"]
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


def test_a_look_waits_for_nothing_and_a_wait_for_the_end():
    bench = Bench()
    with bench.join("a") as ticket:
        assert bench.begun["a"].wait(PATIENCE)
        assert ticket.key == "a"
        assert ticket.look() == ticket.wait(0.001) == Running(3, (1.5, 0.5), 0)
        bench.release["a"].set()
        assert bench.end(ticket) is ticket.look()


def test_to_ask_costs_nothing_once_somebody_did():
    bench = Bench()
    assert not bench.queue.costs_nothing("a")
    with bench.join("a") as ticket:
        assert bench.queue.costs_nothing("a")
        bench.release["a"].set()
        bench.end(ticket)
    assert bench.queue.costs_nothing("a")
    assert not bench.queue.costs_nothing("b")


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
