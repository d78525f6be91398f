"""Records as they are reported while a training goes on: put together they are the history, to the last bit."""

import itertools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bnviz import Experiment, History, Intervention, Run, train
from bnviz.history import RUNNING
from bnviz.recorder import recorded_steps
from bnviz.training import Recorded
from bnviz.ui.server import work as working
from bnviz.ui.server.work import FIRST_PART, PART, Part

AT_NO_RECORD = {"edges", "grid_x", "grid_y", "points", "point_labels", "example_x", "example_y"}
# Batch norm and the plain network are worked on by programs of their own, in another order than that of the runs.
RUNS = (Run(norm="batch"), Run(norm="none"), Run(norm="batch", lr=0.3), Run(norm="layer"))
FINISHED = Experiment(dataset="moons", widths=(8, 5), steps=30, records=14, runs=RUNS)
STOPPED = Experiment(dataset="digits", widths=(6, 4), n_train=200, steps=60, records=12, runs=RUNS[:2])
DIVERGED = Experiment(
    dataset="digits",
    widths=(8, 6),
    n_train=200,
    steps=20,
    records=15,
    runs=(Run(norm="batch"), Run(norm="none", lr=1e9), Run(norm="batch", lr=0.3)),
    interventions=(Intervention(step=4, factor=3.0),),
)
ALL_DIVERGED = Experiment(
    dataset="digits", widths=(8, 6), n_train=200, steps=20, records=20, runs=(Run(norm="none", lr=1e9),)
)
KINDS: dict[str, tuple[Experiment, int | None]] = {
    "finished": (FINISHED, None),
    "stopped": (STOPPED, 37),
    "stopped at once": (STOPPED, 0),
    "one diverged": (DIVERGED, None),
    "all diverged": (ALL_DIVERGED, None),
    "single precision": (FINISHED.model_copy(update={"dtype": "float32"}), None),
}
EVERY = pytest.mark.parametrize("kind", KINDS)


def stop_before(step: int | None) -> Any:
    updates = iter(range(10_000))
    return lambda: next(updates) == step


def records_of(kind: str) -> tuple[History, list[Recorded]]:
    """The whole history, and what was told at each record."""
    experiment, stop = KINDS[kind]
    told: list[Recorded] = []
    return train(experiment, None, stop_before(stop), told.append), told


def require_same(found: History, wanted: History) -> None:
    assert found.status == wanted.status
    assert found.experiment == wanted.experiment
    np.testing.assert_array_equal(found.steps, wanted.steps)
    np.testing.assert_array_equal(found.recorded, wanted.recorded)
    assert found.arrays.keys() == wanted.arrays.keys()
    for name, values in wanted.arrays.items():
        assert found.arrays[name].dtype == values.dtype, name
        np.testing.assert_array_equal(found.arrays[name], values, err_msg=name)


def put_together(parts: list[History]) -> History:
    """One history of consecutive parts."""
    last = parts[-1]
    arrays = {
        name: values if name in AT_NO_RECORD else np.concatenate([part.arrays[name] for part in parts])
        for name, values in last.arrays.items()
    }
    steps = np.concatenate([part.steps for part in parts])
    recorded = np.sum([part.recorded for part in parts], 0, dtype=np.int32)
    return History(last.experiment, last.status, steps, recorded, arrays)


@EVERY
def test_telling_of_records_changes_no_bit(kind):
    experiment, stop = KINDS[kind]
    require_same(records_of(kind)[0], train(experiment, should_stop=stop_before(stop)))


@EVERY
@pytest.mark.parametrize("size", [1, 2, 5])
def test_parts_put_together_are_the_whole(kind, size):
    history, told = records_of(kind)
    end = told[-1]
    assert end.records == len(history.steps)
    parts = [end.part(first, min(first + size, end.records)) for first in range(0, end.records, size)]
    require_same(put_together(parts), history)


@EVERY
def test_a_part_is_the_same_when_it_is_made_at_once_and_later(kind):
    experiment, stop = KINDS[kind]
    told: list[tuple[Recorded, History]] = []

    def on_record(recorded: Recorded) -> None:
        told.append((recorded, recorded.part(max(0, recorded.records - 3), recorded.records)))

    train(experiment, None, stop_before(stop), on_record)
    for recorded, at_once in told:
        require_same(recorded.part(max(0, recorded.records - 3), recorded.records), at_once)


@EVERY
def test_it_is_told_at_every_record_and_at_the_end(kind):
    history, told = records_of(kind)
    records = len(history.steps)
    assert [recorded.records for recorded in told] == [*range(1, records + 1), records]
    assert told[-1].status == history.status
    for recorded in told[:-1]:
        # A run is said to have ended when it lacks this record, or when this is where it was stopped.
        lacks = history.recorded < recorded.records
        stopped = recorded.records == records and history.status[0].startswith("stopped")
        wanted = [status if ended or stopped else RUNNING for status, ended in zip(history.status, lacks, strict=True)]
        assert list(recorded.status) == wanted


def test_what_the_kinds_stand_for():
    statuses = {kind: records_of(kind)[0].status for kind in KINDS}
    assert set(statuses["finished"]) == set(statuses["single precision"]) == {"finished"}
    assert set(statuses["stopped"]) == {"stopped at step 37"}
    assert 37 not in recorded_steps(STOPPED.steps, STOPPED.records)
    assert [status.partition(" ")[0] for status in statuses["one diverged"]] == ["finished", "diverged", "finished"]
    assert statuses["all diverged"][0].startswith("diverged")


# As the server reports them.


@dataclass
class Reported:
    """What the worker reported: `partial` is new in those named in `cuts`."""

    history: History
    reports: list[tuple[int, tuple[float, ...], tuple[Part, ...]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.reports[-1][-1]


@pytest.fixture
def work(monkeypatch):
    """`work(kind, tick)` trains as the server does, by a clock that goes on by `tick` seconds with each update."""

    def work(kind: str, tick: float) -> Reported:
        experiment, stop = KINDS[kind]
        clock = SimpleNamespace(now=0.0)
        monkeypatch.setattr(working, "time", SimpleNamespace(monotonic=lambda: clock.now))
        reports, times = [], []

        def report(step, losses, partial=None, /):
            new = reports and partial is not reports[-1][-1]
            reports.append((step, losses, partial))
            times.append(clock.now)
            if not new:
                clock.now += tick

        return Reported(working._train(experiment, report, stop_before(stop)), reports, times)

    return work


@EVERY
@pytest.mark.parametrize("tick", [0.0, 0.02, 0.11, 1.0])
def test_the_worker_reports_every_record_in_one_part(work, kind, tick):
    reported = work(kind, tick)
    parts = reported.parts
    bounds = [(part.first, part.last) for part in parts]
    assert bounds[0][0] == 0
    assert bounds[-1][1] == len(reported.history.steps)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(bounds))
    assert all(first < last for first, last in bounds)
    require_same(put_together([part.history for part in parts]), reported.history)


@EVERY
def test_a_report_does_not_change_and_grows_by_a_part_at_a_time(work, kind):
    reports = [partial for _, _, partial in work(kind, 1.0).reports]
    assert reports[0] == ()
    for before, after in itertools.pairwise(reports):
        assert after[: len(before)] == before
        assert len(after) - len(before) in (0, 1)


@EVERY
def test_only_the_last_part_says_how_each_run_ended(work, kind):
    parts = work(kind, 1.0).parts
    assert all(RUNNING in part.history.status for part in parts[:-1])
    assert RUNNING not in parts[-1].history.status


def test_a_part_is_cut_after_a_while_and_the_first_one_sooner(work):
    tick = 0.02
    reported = work("finished", tick)
    grown = [
        now
        for (*_, before), (*_, after), now in zip(
            reported.reports, reported.reports[1:], reported.times[1:], strict=False
        )
        if len(after) > len(before)
    ]
    assert len(grown) > 2
    first, *middle = grown[:-1]  # the last part comes with the end
    assert FIRST_PART <= first <= FIRST_PART + 2 * tick
    # Records lie up to four steps apart here.
    for before, after in zip([first, *middle], middle, strict=False):
        assert PART <= after - before <= PART + 5 * tick


def test_while_it_goes_on_the_last_record_is_kept_back(work):
    reported = work("finished", 1.0)
    schedule = recorded_steps(FINISHED.steps, FINISHED.records)
    for step, _, partial in reported.reports[:-1]:
        made = sum(at <= step for at in schedule)
        assert (partial[-1].last if partial else 0) <= made - 1
    *_, before, end = reported.parts
    assert before.last == len(schedule) - 1
    assert (end.first, end.last) == (len(schedule) - 1, len(schedule))


def test_losses_are_reported_with_every_step_and_stay_with_a_new_part(work):
    reported = work("one diverged", 1.0)
    assert [step for step, *_ in reported.reports] == sorted(step for step, *_ in reported.reports)
    assert {step for step, *_ in reported.reports} == set(range(DIVERGED.steps + 1))
    assert all(len(losses) == 3 for _, losses, _ in reported.reports)


def test_a_part_is_made_once_for_all_who_look_at_it(work):
    part = work("finished", 1.0).parts[0]
    asked = []

    def encode(history):
        asked.append(len(history.steps))
        return b"%d" % len(asked)

    assert [part.encoded(name, encode) for name in ("a", "a", "b")] == [b"1", b"1", b"2"]
    assert asked == [part.last - part.first] * 2
