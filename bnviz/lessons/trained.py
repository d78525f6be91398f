"""Networks that a lesson takes in hand: after some updates, or before each of them."""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from bnviz.experiment import Experiment

if TYPE_CHECKING:
    from bnviz.engine.batches import Batch
    from bnviz.engine.program import Program


def trained_programs(
    experiment: Experiment,
    updates: int,
    report: Callable[[int, Sequence[float]], None],
    should_stop: Callable[[], bool],
) -> "tuple[list[Program], Iterator[Batch]] | None":
    """One program a run, in the experiment's order, after `updates` of its mini-batches, and the batches that follow.

    None if `should_stop` asked for an end before that. Call it in torch's inference mode.
    """
    from bnviz.engine.program import one_program_a_run

    programs, batches = one_program_a_run(experiment)
    for step in range(updates):
        if should_stop():
            return None
        batch = next(batches)
        losses = [loss for program in programs for loss in program.gradients(batch)]
        for program in programs:
            program.update()
        report(step + 1, losses)
    return programs, batches


def in_lock_step(
    programs: "Sequence[Program]",
    batches: "Iterator[Batch]",
    steps: int,
    report: Callable[[int, Sequence[float]], None],
    should_stop: Callable[[], bool],
) -> Iterator[tuple[int, int, float]]:
    """Train programs of one run each, and yield step, run and loss in nats before each update, for steps 0 to `steps`.

    The run's tape and gradients are those of the step's mini-batch by then; the update is made when the caller asks
    for more. A run ends before its first infinite loss. Iterate in torch's inference mode.
    """
    alive = list(range(len(programs)))
    for step in range(steps + 1):
        if should_stop():
            return
        batch = next(batches)
        losses = []
        for run in tuple(alive):
            (loss,) = programs[run].gradients(batch)
            if not isfinite(loss):
                alive.remove(run)
                continue
            yield step, run, loss
            programs[run].update()
            losses.append(loss)
        report(step, losses)
