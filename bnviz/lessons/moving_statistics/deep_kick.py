"""What a kick to the lower layers does to the output of a layer above them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, isfinite
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.engine.batches import Batch
    from bnviz.engine.program import Program

NORMS = ("affine", "layer", "batch")
LOWER = 3  # layers that take the kick; the one above them is watched
MOST_KICKS = 3
FACTOR = 10.0
NOISE = 0.5  # of the sd of the weights of a layer
LATER = 20  # updates of ordinary training after a kick, before the loss is taken again

KINDS = ("scale", "noise")


@dataclass(frozen=True)
class DeepKick:
    """Four layers of ReLUs on digits, trained for some updates; then the three lower layers are hit, again and again.

    A kick either multiplies the weights of the lower layers by `FACTOR` or adds Gaussian noise with `NOISE` times their
    standard deviation. The output y of the fourth layer is taken before and after each kick on one mini-batch in
    training mode. Batch norm leaves its mean at β and its standard deviation at |γ|, up to ε (Goodfellow, Bengio &
    Courville 2016, section 8.7.1). Whether that helps is another matter, so the loss on that mini-batch is taken too:
    right after the kicks, and once more after `LATER` updates on the mini-batches that follow.
    """

    seed: int = 0
    updates: int = 150

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return self.updates + len(KINDS)

    @property
    def experiment(self) -> Experiment:
        """The three runs and their training."""
        runs = tuple(Run(norm=norm) for norm in NORMS)
        return Experiment(widths=(64,) * (LOWER + 1), seed=self.seed, steps=max(self.updates, 1), runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each kind of kick, number of kicks, run and unit; no rows when stopped before the kicks.

        kind               "scale" or "noise"
        kicks              0 (before) to `MOST_KICKS`
        run, norm, unit
        mean, sd           of y over the mini-batch
        shift              |mean − mean before| / sd before
        log_sd             |log(sd / sd before)|; NaN for a unit that has no spread
        loss               cross-entropy (nats) on the mini-batch, the same for all units of a run
        loss_later         the same after `LATER` more updates; infinite for a run that diverged
        """
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.steps import steps

        experiment = self.experiment
        rows: list[pd.DataFrame] = []
        for state in steps(experiment):
            if state.step == self.updates:
                break
            if should_stop():
                return pd.DataFrame()
            report(state.step + 1, state.losses)
        programs, batch = state.programs, state.batch
        batches = mini_batches(experiment, load_data(experiment), getattr(torch, experiment.dtype))
        following = list(islice(batches, self.updates + 1, self.updates + 1 + LATER))
        with torch.inference_mode():
            for place, kind in enumerate(KINDS):
                for run, program in enumerate(programs):
                    blocks = _kicked(program, batch, following, kind, self.seed)
                    rows += [block.assign(kind=kind, run=run, norm=NORMS[run]) for block in blocks]
                report(self.updates + place + 1, ())
        return _compared(pd.concat(rows, ignore_index=True))


def _kicked(
    program: "Program", batch: "Batch", following: "Sequence[Batch]", kind: str, seed: int
) -> list[pd.DataFrame]:
    """Moments of the watched layer and losses after 0, 1, … kicks; the weights are put back afterwards."""
    import torch

    network = program.network
    weights = [layer.weight for layer in network.parameters.layers[:LOWER]]
    kept = [weight.clone() for weight in weights]
    generator = torch.Generator().manual_seed(seed)
    blocks = []
    with network.unchanged():
        for kicks in range(MOST_KICKS + 1):
            if kicks:
                for weight in weights:
                    if kind == "scale":
                        weight.mul_(FACTOR)
                    else:
                        noise = torch.randn(weight.shape, generator=generator, dtype=weight.dtype)
                        weight.add_(noise, alpha=NOISE * weight.std().item())
            (loss,) = program.gradients(batch)
            output = program.tape.layers[LOWER].post_affine[0].double()
            moments = {"mean": output.mean(-1).numpy(), "sd": output.std(-1, correction=0).numpy()}
            losses = {"loss": loss if isfinite(loss) else inf, "loss_later": _later(program, batch, following)}
            blocks.append(pd.DataFrame({"kicks": kicks, "unit": range(len(output)), **moments, **losses}))
    for weight, before in zip(weights, kept, strict=True):
        weight.copy_(before)
    return blocks


def _later(program: "Program", batch: "Batch", following: "Sequence[Batch]") -> float:
    """The loss on `batch` after an update on each batch of `following`; all parameters are put back afterwards."""
    parameters = program.network.parameters.flat
    kept = parameters.clone()
    loss = inf
    for each in (*following, batch):
        (loss,) = program.gradients(each)
        if not isfinite(loss):
            loss = inf
            break
        if each is not batch:
            program.update()
    parameters.copy_(kept)
    return loss


def _compared(frame: pd.DataFrame) -> pd.DataFrame:
    keys = ["kind", "run", "unit"]
    before = frame[frame["kicks"] == 0].set_index(keys)[["mean", "sd"]].add_suffix("_before")
    frame = frame.join(before, on=keys)
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = (frame["mean"] - frame["mean_before"]).abs() / frame["sd_before"]
        log_sd = pd.Series(np.log(frame["sd"] / frame["sd_before"])).abs()
    finite = np.isfinite(log_sd)
    return frame.assign(shift=shift.where(finite), log_sd=log_sd.where(finite))


@remembered
def kick_summary(frame: pd.DataFrame, kind: str, kicks: int) -> pd.DataFrame:
    """One row a run: the means over the units of `shift` and `log_sd`, and `sd_ratio`, the geometric mean ratio of sd.

    loss_before, loss, loss_later   on the mini-batch: before the first kick, after these, and `LATER` updates later

    Raises ValueError when the frame has no such kick.
    """
    chosen = frame[(frame["kind"] == kind) & (frame["kicks"] == kicks)] if len(frame) else frame
    if chosen.empty:
        raise ValueError(
            f"kind, kicks = {kind!r}, {kicks!r}: must be in the frame; choose them from KINDS and 0 to {MOST_KICKS}."
        )
    losses = chosen.groupby("run")[["loss", "loss_later"]].first()
    losses["loss_before"] = frame[(frame["kind"] == kind) & (frame["kicks"] == 0)].groupby("run")["loss"].first()
    chosen = chosen.dropna(subset="log_sd")
    signed = np.log(chosen["sd"] / chosen["sd_before"])
    table = chosen.assign(signed=signed).groupby(["run", "norm"], as_index=False)[["shift", "log_sd", "signed"]].mean()
    return table.assign(sd_ratio=np.exp(table["signed"])).drop(columns="signed").join(losses, on="run")
