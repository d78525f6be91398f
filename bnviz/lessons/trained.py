"""Networks that a lesson takes in hand after some updates."""

from collections.abc import Callable, Iterator, Sequence
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
    import torch

    from bnviz.engine.batches import load_data, mini_batches
    from bnviz.engine.program import Program

    torch.set_num_threads(1)
    batches = mini_batches(experiment, load_data(experiment), getattr(torch, experiment.dtype))
    programs = [Program(experiment, [run], run) for run in range(len(experiment.runs))]
    for step in range(updates):
        if should_stop():
            return None
        batch = next(batches)
        losses = [loss for program in programs for loss in program.gradients(batch)]
        for program in programs:
            program.update()
        report(step + 1, losses)
    return programs, batches
