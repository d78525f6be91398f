"""The training loop: record, update, intervene, stop."""

import math
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import torch

from bnviz.datasets import Split
from bnviz.engine.batches import Batch, load_data, mini_batches
from bnviz.engine.program import Program, make_programs
from bnviz.experiment import Experiment, Intervention
from bnviz.history import RUNNING, History
from bnviz.recorder import LossRecorder, Recorder, recorded_steps

Progress = Callable[[int, list[float]], None]
ShouldStop = Callable[[], bool]
Records = Callable[["Recorded"], None]
R = TypeVar("R", bound=LossRecorder)


@torch.inference_mode()
def train(
    experiment: Experiment,
    on_progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
    on_record: Records | None = None,
) -> History:
    """Train every run of `experiment`, in lock-step on the same mini-batches, and return what was recorded.

    The record at step t shows the parameters after t updates on mini-batch t in training mode, and changes nothing.
    A run whose loss or parameters become non-finite at step k ends there, with status "diverged at step k",
    and leaves the others untouched. The result is the same to the last bit for the same experiment on the same CPU and
    torch build, and each run's part of it does not depend on the other runs.

    on_progress(step, losses): called after every update with the step count and each run's training loss in nats
        (NaN once it diverged), in the order of `experiment.runs`.
    should_stop(): asked before every update; True ends all runs, with status "stopped at step k".
    on_record(recorded): called after every record, and once more at the end, with what there is so far.

    Sets torch's intra-op threads to one for this process: at these sizes two are slower.
    """
    torch.set_num_threads(1)
    training = _Training(experiment, Recorder, on_progress, should_stop)
    recorder, order = training.recorder, training.order

    def tell() -> None:
        if on_record is not None:
            on_record(Recorded(training.status(), len(recorder.steps), recorder, order))

    training.on_record = tell
    training.run()
    tell()
    del training.on_record  # a circle, which would keep all of it until the next collection of garbage
    return recorder.history(training.status(), order)


class Recorded(NamedTuple):
    """What a training has recorded so far: the runs' statuses ("running" while they do) and the number of records.

    Records do not change once they are made, so `part` may be called at any later time, and from another thread.
    """

    status: tuple[str, ...]
    records: int
    recorder: Recorder
    order: Sequence[int]

    def part(self, first: int, last: int) -> History:
        """The records number `first` to `last`, without `last`, as a history of their own."""
        return self.recorder.history(self.status, self.order, slice(first, last))


class Losses(NamedTuple):
    """What :func:`train_losses` keeps: statuses [K], valid records of each run [K], loss and accuracy [T, K, 2]."""

    status: tuple[str, ...]
    recorded: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray


@torch.inference_mode()
def train_losses(experiment: Experiment, should_stop: ShouldStop | None = None) -> Losses:
    """Train as :func:`train` does, to the same bits, and keep only losses and accuracies."""
    torch.set_num_threads(1)
    training = _Training(experiment, LossRecorder, None, should_stop)
    training.run()
    recorder = training.recorder
    return Losses(training.status(), recorder.recorded(training.order), **recorder.in_order(training.order))


class _Training(Generic[R]):
    """The state of one training under a recorder. Runs are numbered in the programs' order; `order` leads back."""

    def __init__(
        self,
        experiment: Experiment,
        recorder: Callable[[Experiment, Sequence[Program], Split], R],
        on_progress: Progress | None,
        should_stop: ShouldStop | None,
    ):
        dtype = getattr(torch, experiment.dtype)
        self.experiment, self.on_progress, self.should_stop = experiment, on_progress, should_stop
        split = load_data(experiment)
        self.batches = mini_batches(experiment, split, dtype)
        self.programs, self.order = make_programs(experiment)
        self.recorder = recorder(experiment, self.programs, split)
        self.ended: dict[int, str] = {}  # run → status
        self.on_record: Callable[[], None] = lambda: None
        self.kicks: dict[int, list[Intervention]] = {}
        for kick in experiment.interventions:
            self.kicks.setdefault(kick.step, []).append(kick)

    def status(self) -> tuple[str, ...]:
        """How each run ended, in the experiment's order."""
        return tuple(self._in_order([self.ended.get(k, RUNNING) for k in range(len(self.order))]))

    def run(self) -> None:
        """Train to the end."""
        steps = self.experiment.steps
        schedule = set(recorded_steps(steps, self.experiment.records))
        for step in range(steps + 1):
            batch = next(self.batches)
            stopped = step < steps and self.should_stop is not None and self.should_stop()
            record, update = step in schedule or stopped, step < steps and not stopped
            if record:
                self.recorder.begin(step)
            losses = [loss for program in self.programs for loss in self._visit(program, step, batch, record, update)]
            if self.on_progress is not None:
                self.on_progress(step, self._in_order(losses))
            if stopped:
                self._end_all(f"stopped at step {step}")
            if record:
                self.on_record()
            if len(self.ended) == len(self.order):
                break
        self._end_all("finished")

    def _visit(self, program: Program, step: int, batch: Batch, record: bool, update: bool) -> list[float]:
        """Record at `step`, then intervene and update; the losses on the mini-batch."""
        network, kicks = program.network, self.kicks.get(step)
        if step == 0:
            network.prepare(batch.x)
        self._end_diverged(program, step, network.finite())
        program.tape.complete = record
        if record:
            self.recorder.before_batch(program)
        if update and not kicks:
            losses = program.gradients(batch)
        else:
            with network.unchanged():
                losses = program.gradients(batch)
        self._end_diverged(program, step, list(map(math.isfinite, losses)))
        if record:
            alive = [k not in self.ended for k in range(program.here.start, program.here.stop)]
            self.recorder.after_backward(program, batch, losses, alive)
        if update:
            if kicks:
                program.intervene(kicks, batch)
            program.update()
        if not self.ended:
            return losses
        return [math.nan if program.here.start + k in self.ended else loss for k, loss in enumerate(losses)]

    def _end_diverged(self, program: Program, step: int, finite: list[bool]) -> None:
        if all(finite):
            return
        for k, fine in enumerate(finite):
            run = program.here.start + k
            if not fine and run not in self.ended:
                self.ended[run] = f"diverged at step {step}"
                program.end_run(k)

    def _end_all(self, status: str) -> None:
        for run in range(len(self.order)):
            self.ended.setdefault(run, status)

    def _in_order(self, values: list) -> list:
        """From the programs' order to the experiment's."""
        return [value for _, value in sorted(zip(self.order, values, strict=True), key=lambda pair: pair[0])]
