"""A training to look into: `for state in steps(experiment)`, one state a step, before its update.

`train` records what a `History` holds. This is for everything else: quantities that it does not record, updates that no
`Experiment` can name, networks to take in hand.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from math import isfinite, nan
from typing import NamedTuple

import torch

from bnviz.engine.batches import Batch, load_data, mini_batches
from bnviz.engine.program import Program, one_program_a_run
from bnviz.experiment import Experiment


class State(NamedTuple):
    """The networks after `step` updates, with their forward and backward pass on mini-batch `step`.

    step       updates completed
    batch      the mini-batch x `[B, features]` with its labels, which all runs share
    programs   the networks: without programs of your own, run k is `programs[k]`. Each has `.network.parameters`,
               `.network.gradients` (∂L/∂W, ∂L/∂γ, … as they are before weight decay), `.tape` (z, x̂, y, φ(y) of each
               layer, and the logits), and `.optimizer` with its rates. All tensors have an axis of runs first.
    losses     nats, one a run, in the experiment's order; NaN once a run has diverged
    alive      the runs that have not, in order; only their tapes and gradients mean something
    """

    step: int
    batch: Batch
    programs: Sequence[Program]
    losses: list[float]
    alive: tuple[int, ...]


def steps(experiment: Experiment, programs: Sequence[Program] | None = None) -> Iterator[State]:
    """The state at step 0, 1, … `experiment.steps`, on the mini-batches and to the bits of `train`.

    The update is taken when the next state is asked for, so that what is changed in a network or its gradients before
    is part of it; leaving the loop ends the training. A run whose loss or parameters are no longer finite ends: it is
    not in `alive`, and what its network holds means nothing. When no run is left there are no more states.
    Interventions are made before the update of their step, for which the gradients are taken anew. The pass is one in
    training mode, so running statistics include the state's own mini-batch.

    programs: from `bnviz.engine.program.one_program_a_run` (the default, each run for itself) or `make_programs` (many
    runs in few programs, for speed), where something is to be changed before the first pass.

    Reading, and changing parameters, needs no care. A pass of one's own (`Program.gradients`, `Network.forward`)
    belongs under `torch.inference_mode()`; for autograd, clone a tensor first. Sets torch's intra-op threads to one for
    this process.
    """
    torch.set_num_threads(1)
    return _states(experiment, one_program_a_run(experiment) if programs is None else programs)


@torch.inference_mode()
def _states(experiment: Experiment, programs: Sequence[Program]) -> Iterator[State]:
    batches = mini_batches(experiment, load_data(experiment), getattr(torch, experiment.dtype))
    alive = [True] * len(experiment.runs)
    for step in range(experiment.steps + 1):
        batch = next(batches)
        kicks = [kick for kick in experiment.interventions if kick.step == step]
        losses = [nan] * len(alive)
        going = [program for program in programs if any(alive[run] for run in program.places)]
        with ExitStack() as kept:
            for program in going:
                if step == 0:
                    program.network.prepare(batch.x)
                if kicks:
                    # The pass that counts is the one after the kick.
                    kept.enter_context(program.network.unchanged())
                finite = program.network.finite()
                for k, (run, loss) in enumerate(zip(program.places, program.gradients(batch), strict=True)):
                    alive[run] = alive[run] and finite[k] and isfinite(loss)
                    losses[run] = loss if alive[run] else nan
            if not any(alive):
                return
            yield State(step, batch, programs, losses, tuple(run for run, lives in enumerate(alive) if lives))
        if step == experiment.steps:
            return
        for program in going:
            if kicks:
                program.intervene(kicks, batch)
            program.update()
