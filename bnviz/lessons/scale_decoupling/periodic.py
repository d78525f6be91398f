"""Weight decay in front of batch norm, for long: the effective rate rises until training jumps, again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

LABELS = ("batch norm, decay", "batch norm, no decay", "plain, decay")
DECAYED, WITHOUT, PLAIN = range(3)
WEIGHT_DECAY = 0.01
RATES = (0.1, 0.2, 0.5)
BEFORE = 100  # steps whose median a spike is compared with
EVERY = 5  # steps of which a picture shows one
RISE, CALM = 10.0, 1.5  # times that median: a spike rises above the first and is over below the second


@dataclass(frozen=True)
class PeriodicTraining:
    """Three small networks on 400 digits by full-batch gradient descent, two of them with weight decay.

    w' = (1 − ηλ)w − ηg. Once the loss is low, g is small and decay shortens w, so the effective rate η/‖w‖² rises,
    until it is too large for the direction and the loss jumps up. The large gradients of that moment lengthen w, since
    ‖w'‖² grows by η²‖g‖², and the cycle starts anew (Lobacheva et al. 2021). `hidden_only` spares the output layer.
    """

    lr: float = 0.2
    hidden_only: bool = False
    seed: int = 0
    steps: int = 3000

    @property
    def experiment(self) -> Experiment:
        """The three runs, for `Experiment` to name and draw them."""
        settings = (("batch", WEIGHT_DECAY), ("batch", 0.0), ("none", WEIGHT_DECAY))
        runs = tuple(
            Run(norm=norm, lr=self.lr, weight_decay=decay, decay_head=not self.hidden_only, label=label)
            for (norm, decay), label in zip(settings, LABELS, strict=True)
        )
        return Experiment(widths=(32, 32), n_train=400, batch_size=None, steps=self.steps, seed=self.seed, runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`. A recording would leave out steps, and spikes with them.

        step, run
        loss          nats, in training mode on the full batch
        weight_norm   ‖W‖ of the first hidden layer
        spike         True at the step at which a spike begins; see `spike_starts`
        """
        from bnviz.engine.program import make_programs
        from bnviz.engine.steps import steps

        experiment = self.experiment
        losses: list[list[float]] = []
        lengths: list[list[float]] = []
        programs, order = make_programs(experiment)
        for state in steps(experiment, programs):
            if should_stop():
                break
            losses.append(state.losses)
            layers = [program.network.parameters.layers[0].weight for program in programs]
            lengths.append([length for weight in layers for length in weight.flatten(1).norm(dim=1).tolist()])
            report(state.step, state.losses)
        blocks = []
        for place, run in enumerate(order):
            loss, step = np.array([row[run] for row in losses]), np.arange(len(losses))
            length, starts = [row[place] for row in lengths], spike_starts(loss)
            columns = {"step": step, "run": run, "loss": loss, "weight_norm": length, "spike": np.isin(step, starts)}
            blocks.append(pd.DataFrame(columns))
        return pd.concat(blocks).sort_values(["run", "step"], ignore_index=True)


def spike_starts(loss: np.ndarray) -> np.ndarray:
    """The steps at which spikes of a loss begin.

    A spike begins where the loss exceeds `RISE` times its median over the `BEFORE` steps before, and is over once it
    is below `CALM` times that median. The first `BEFORE` steps are not judged.
    """
    if len(loss) <= BEFORE:
        return np.array([], int)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(loss[:-1], BEFORE), axis=1)
    starts, calm = [], True
    for step, (value, median) in enumerate(zip(loss[BEFORE:], medians, strict=True), start=BEFORE):
        if calm and value > RISE * median:
            starts.append(step)
        calm = value < CALM * median if not calm else value <= RISE * median
    return np.array(starts, int)


@remembered
def periodic_summary(frame: pd.DataFrame, lr: float) -> pd.DataFrame:
    """One row a run.

    run, spikes          how many
    apart                mean number of steps from one spike to the next; NaN with fewer than two
    rate_rise            η/‖W‖² where a spike begins over its lowest value since the spike before: median; NaN likewise
    rate_at_spike        η/‖W‖² where a spike begins: median; NaN without a spike
    """
    rows = []
    for run, part in frame.groupby("run", sort=True):
        starts = part.loc[part["spike"], "step"].to_numpy()
        rate = lr / part["weight_norm"].to_numpy() ** 2
        rises = [rate[end] / rate[start : end + 1].min() for start, end in pairwise(starts)]
        rows.append(
            {
                "run": run,
                "spikes": len(starts),
                "apart": float(np.diff(starts).mean()) if len(starts) > 1 else np.nan,
                "rate_rise": float(np.median(rises)) if rises else np.nan,
                "rate_at_spike": float(np.median(rate[starts])) if len(starts) else np.nan,
            }
        )
    return pd.DataFrame(rows)


@remembered
def thinned(frame: pd.DataFrame, every: int = EVERY) -> pd.DataFrame:
    """The frame with one row for every `every` steps of a run: that of the largest loss, so that no spike is lost.

    Steps without a finite loss are left out.
    """
    frame = frame[np.isfinite(frame["loss"])]
    groups = [frame["run"], frame["step"] // every]
    kept = frame.loc[frame.groupby(groups)["loss"].idxmax()]
    return kept.assign(spike=frame.groupby(groups)["spike"].any().to_numpy()).reset_index(drop=True)
