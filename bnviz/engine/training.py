"""The training loop: record, update, intervene, stop."""

import math
from collections.abc import Callable

import torch

from bnviz.engine.batches import Batch, load_data, make_batch, mini_batches
from bnviz.engine.network import Network, Tape, losses_and_gradient
from bnviz.engine.optimizer import Optimizer
from bnviz.experiment import Experiment, Intervention
from bnviz.history import History
from bnviz.recorder import Recorder, recorded_steps

Progress = Callable[[int, list[float]], None]
ShouldStop = Callable[[], bool]


@torch.inference_mode()
def train(
    experiment: Experiment, on_progress: Progress | None = None, should_stop: ShouldStop | None = None
) -> History:
    """Train every run of `experiment`, in lock-step on the same mini-batches, and return what was recorded.

    The record at step t shows the parameters after t updates on mini-batch t in training mode, and changes nothing.
    A run whose loss or parameters become non-finite at step k ends there, with status "diverged at step k",
    and leaves the others untouched. The result is the same to the last bit for the same experiment on the same CPU and
    torch build, and each run's part of it does not depend on the other runs.

    on_progress(step, losses): called after every update with the step count and each run's training loss in nats
        (NaN once it diverged), in the order of `experiment.runs`.
    should_stop(): asked before every update; True ends all runs, with status "stopped at step k".

    Sets torch's intra-op threads to one for this process: at these sizes two are slower.
    """
    torch.set_num_threads(1)
    return _Training(experiment, on_progress, should_stop).run()


class _Training:
    def __init__(self, experiment: Experiment, on_progress: Progress | None, should_stop: ShouldStop | None):
        dtype = getattr(torch, experiment.dtype)
        self.experiment, self.on_progress, self.should_stop = experiment, on_progress, should_stop
        self.split = load_data(experiment)
        self.network = Network(experiment, dtype)
        self.tape = Tape()
        self.optimizer = Optimizer(experiment, self.network.runs, dtype)
        self.batches = mini_batches(experiment, self.split, dtype)
        self.test = make_batch(
            torch.from_numpy(self.split.x_test).to(dtype), torch.from_numpy(self.split.y_test), self.split.classes
        )
        self.recorder = Recorder(experiment, self.network, self.split, self.test)
        self.ended: dict[int, str] = {}  # run in the network's order → its status
        self.kicks: dict[int, list[Intervention]] = {}
        for kick in experiment.interventions:
            self.kicks.setdefault(kick.step, []).append(kick)

    def run(self) -> History:
        experiment = self.experiment
        schedule = set(recorded_steps(experiment.steps, experiment.records))
        for step in range(experiment.steps + 1):
            batch = next(self.batches)
            last = step == experiment.steps
            stopped = not last and self.should_stop is not None and self.should_stop()
            losses = self._visit(step, batch, record=step in schedule or stopped, update=not (last or stopped))
            if self.on_progress is not None:
                self.on_progress(step, self._in_order(losses))
            if stopped:
                self._end_all(f"stopped at step {step}")
            if stopped or len(self.ended) == len(self.network.runs):
                break
        self._end_all("finished")
        return self.recorder.history(tuple(self._in_order([self.ended[k] for k in range(len(self.network.runs))])))

    def _visit(self, step: int, batch: Batch, *, record: bool, update: bool) -> list[float]:
        """Record at `step`, then intervene and update; the losses on the batch, in the network's order."""
        network, kicks = self.network, self.kicks.get(step, [])
        if step == 0:
            network.prepare(batch.x)
        self._end_diverged(step, network.finite())
        if record:
            self.recorder.before_batch(step)
        if update and not kicks:
            losses = self._gradients(batch)
        else:
            with network.unchanged():
                losses = self._gradients(batch)
        self._end_diverged(step, [math.isfinite(loss) for loss in losses])
        if record:
            self.recorder.after_backward(self.tape, batch, losses, [k not in self.ended for k in range(len(losses))])
        if update:
            if kicks:
                for kick in kicks:
                    network.multiply_weights(kick.factor, kick.layers)
                self._gradients(batch)
            self.optimizer.step(network.parameters.flat, network.gradients.flat)
        return [math.nan if k in self.ended else loss for k, loss in enumerate(losses)]

    def _gradients(self, batch: Batch) -> list[float]:
        """Forward and backward pass on one mini-batch: fills the tape and the network's gradients."""
        logits = self.network.forward(batch.x, training=True, tape=self.tape)
        losses, dlogits = losses_and_gradient(logits, batch.target)
        self.network.backward(dlogits, self.tape)
        return losses.tolist()

    def _end_diverged(self, step: int, finite: list[bool]) -> None:
        for k, fine in enumerate(finite):
            if not fine and k not in self.ended:
                self.ended[k] = f"diverged at step {step}"
                self.network.clear_run(k)
                self.optimizer.stop_run(k)

    def _end_all(self, status: str) -> None:
        for k in range(len(self.network.runs)):
            self.ended.setdefault(k, status)

    def _in_order(self, values: list) -> list:
        """From the network's order to the experiment's."""
        place = {run: k for k, run in enumerate(self.network.order)}
        return [values[place[run]] for run in range(len(values))]
