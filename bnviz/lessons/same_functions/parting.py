"""Three coordinates for one function: started as the same network, trained alike, and watched as they part."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered
from bnviz.lessons.same_functions.folding import fold

if TYPE_CHECKING:
    from torch import Tensor

    from bnviz.engine.batches import Batch
    from bnviz.engine.program import Program

NORMS = ("batch", "affine", "none")
BATCH, AFFINE, PLAIN = range(3)
TAIL = 20  # mini-batches at the end over which a loss is averaged, because they differ


@dataclass(frozen=True)
class Parting:
    """Batch norm, γx + β and a plain network that are the same function on the first mini-batch; SGD, digits, float64.

    Let μ and σ² be those of the first mini-batch in the batch-norm network as it is initialized (γ = 1, β = 0), and
    s = 1/√(σ² + ε). γx + β gets the same W, with γ = s and β = −sμ. The plain network gets W' = sW and b' = −sμ.
    From then on all three take the same mini-batches at the same rate.
    """

    lr: float = 0.1
    depth: int = 3
    seed: int = 0
    steps: int = 150

    @property
    def experiment(self) -> Experiment:
        """The three runs, but for the start of the last two, which an `Experiment` cannot name."""
        runs = tuple(Run(norm=norm, lr=self.lr) for norm in NORMS)
        return Experiment(seed=self.seed, steps=self.steps, widths=(64,) * self.depth, dtype="float64", runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`; a run that diverges ends with its last finite row.

        step, run    run 0 batch norm, 1 γx + β, 2 plain
        loss         nats, in training mode on the step's mini-batch, which all runs share
        difference   largest |logit − logit of run 0| on the first mini-batch, in training mode
        moved        largest |logit − the same run's logit at step 0| there
        """
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.program import one_program_a_run
        from bnviz.engine.steps import steps

        experiment = self.experiment
        programs = one_program_a_run(experiment)
        rows: list[tuple[int, int, float, float, float]] = []
        ended: set[int] = set()
        with torch.inference_mode():
            probe = next(mini_batches(experiment, load_data(experiment), torch.float64))
            start_alike(programs, probe)
            first = [_outputs(program, probe) for program in programs]
            for step, _, _, losses, alive in steps(experiment, programs):
                if should_stop():
                    break
                outputs = [_outputs(program, probe) for program in programs]
                for run in alive:
                    difference, moved = (
                        float((outputs[run] - other).abs().max()) for other in (outputs[BATCH], first[run])
                    )
                    if not isfinite(moved):
                        ended.add(run)
                    if run not in ended:
                        rows.append((step, run, losses[run], difference if BATCH in alive else nan, moved))
                report(step, losses)
        return pd.DataFrame(rows, columns=["step", "run", "loss", "difference", "moved"])


def start_alike(programs: "Sequence[Program]", batch: "Batch") -> None:
    """Make the γx + β and the plain program the function that the batch-norm program is on `batch`, in training mode.

    One after the other the layers are folded with the batch's own statistics. Each layer's input is then the same in
    all three networks, so the statistics of the batch-norm network serve for all.
    """
    normalized, affine, plain = (programs[run].network.parameters.layers for run in (BATCH, AFFINE, PLAIN))
    _outputs(programs[BATCH], batch)
    eps = programs[BATCH].network.runs[0].eps
    for index, layer in enumerate(normalized):
        z = programs[BATCH].tape.layers[index].pre_norm
        mean, var = z.mean(-1), z.var(-1, correction=0)
        weight, bias = fold(layer.weight, layer.gamma, layer.beta, mean, var, eps)
        plain[index].weight.copy_(weight)
        plain[index].beta.copy_(bias)
        affine[index].gamma.copy_(layer.gamma / (var + eps).sqrt())
        affine[index].beta.copy_(bias)


def _outputs(program: "Program", batch: "Batch") -> "Tensor":
    """Logits `[1, classes, B]` in training mode; the running statistics stay as they are."""
    with program.network.unchanged():
        return program.network.forward(batch.x, training=True, tape=program.tape)


class Ending(NamedTuple):
    """How one run of the frame ended: its last recorded step, and its loss, the mean over the last `TAIL` steps.

    `diverged` runs end before the others, with an infinite loss.
    """

    step: int
    loss: float
    diverged: bool


class Split(NamedTuple):
    """How far γx + β is from batch norm: at the start, after the first update, at its last step.

    `moved` is how far the first update moved batch norm's own outputs, and `own_moved` those of `run`, to compare
    these with.
    """

    start: float
    first: float
    last: float
    moved: float
    own_moved: float


@remembered
def split(frame: pd.DataFrame, run: int = AFFINE) -> Split:
    """How `run` parts from batch norm. Raises ValueError for a frame without a first update of both."""
    own, batch = (frame[frame["run"] == each].set_index("step") for each in (run, BATCH))
    if 1 not in own.index or 1 not in batch.index:
        raise ValueError(f"frame ends at step {frame['step'].max()}: must hold step 1 of both runs; train longer.")
    difference = own["difference"].dropna()
    moved = batch["moved"][1], own["moved"][1]
    return Split(*(float(v) for v in (difference.iloc[0], difference[1], difference.iloc[-1], *moved)))


@remembered
def endings(frame: pd.DataFrame, steps: int) -> list[Ending]:
    """How each run ended, for a frame that was to reach `steps`; in the order of `NORMS`."""
    found = []
    for run in range(len(NORMS)):
        part = frame[frame["run"] == run]
        last = int(part["step"].max())
        diverged = last < steps
        found.append(Ending(last, float("inf") if diverged else float(part["loss"].tail(TAIL).mean()), diverged))
    return found
