"""Gradient descent on one full batch: does the loss ever rise, and does the gradient foretell by how much it falls?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from torch import Tensor

    from bnviz.engine.batches import Batch
    from bnviz.engine.program import Program

NORMS = ("none", "batch_detached", "batch")
RATES = (0.05, 0.1, 0.2, 0.5, 1.0)
EXAMPLES = 256
TINY = 1e-5  # of the learning rate: a step so short that only the slope counts
ROUNDING = 1e-12  # share of the loss: a decrease that small is known to a thousandth
TINY_EVERY = 20  # updates between two such steps


@dataclass(frozen=True)
class Descent:
    """Plain gradient descent on 256 digits taken as one batch, in float64: the loss is one function of the weights.

    A step w' = w − ηg with the gradient g of that function lowers it by η‖g‖² + O(η²). Batch norm's gradient goes
    through μ(w) and σ(w), as Ioffe & Szegedy 2015 (section 2) ask for. The detached gradient takes them for constants;
    it is not the gradient of the loss that it is to lower.
    """

    lr: float = 0.2
    seed: int = 0
    steps: int = 200

    @property
    def experiment(self) -> Experiment:
        """The three runs: three layers of 64 ReLUs."""
        runs = tuple(Run(norm=norm, lr=self.lr) for norm in NORMS)
        return Experiment(
            n_train=EXAMPLES, batch_size=None, steps=self.steps, seed=self.seed, dtype="float64", runs=runs
        )

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`; a run whose loss is no longer finite ends before that.

        step, run, norm
        loss           nats
        decrease       loss − loss of the next step; NaN in the last row of a run
        predicted      η‖g‖², with the gradient g that the run uses
        ratio          decrease / predicted
        tiny_ratio     the same for a step of `TINY`·η that is not taken, at step 0, `TINY_EVERY`, …; else NaN
        z_drift        how far the mean of z has moved since step 0, in units of the sd there; mean over hidden units
        The next five compare this step and the next: means over all hidden units, lengths in units of this step's
        standard deviation.
        z_move         how far the mean of z, before normalization, moves
        output_move    how far the mean of the output y moves
        kept_move      how far it would have moved had the next step kept this step's μ and σ (batch norm only)
        output_log_sd, kept_log_sd   |log| of the ratio of the standard deviations of y, likewise
        """
        import torch

        from bnviz.engine.steps import steps

        experiment = self.experiment
        rows: list[dict[str, Any]] = []
        first: dict[int, _Moments] = {}
        last: dict[int, tuple[dict[str, Any], _Moments]] = {}
        with torch.inference_mode():
            for step, batch, programs, losses, alive in steps(experiment):
                if should_stop():
                    break
                for run in alive:
                    program, loss = programs[run], losses[run]
                    gradient, rate = program.network.gradients.flat, program.optimizer.rate.flat
                    # Frozen parameters have a rate of 0, so they add nothing.
                    predicted = (rate * gradient * gradient).sum().item()
                    row = {"step": step, "run": run, "norm": NORMS[run], "loss": loss, "predicted": predicted}
                    moments = _moments(program)
                    start = first.setdefault(run, moments)
                    row["z_drift"] = _mean_move(start, moments, (start.sd > 0) & (moments.sd > 0))
                    if run in last:
                        earlier, before = last[run]
                        earlier["decrease"] = earlier["loss"] - loss
                        earlier |= _movement(before, moments, experiment.runs[run])
                    last[run] = (row, moments)
                    rows.append(row)
                    if step % TINY_EVERY == 0:
                        row["tiny_ratio"] = _tiny_ratio(program, batch, loss, predicted)
                report(step, [row["loss"] for row, _ in last.values()])
        return _with_ratio(pd.DataFrame(rows, columns=_COLUMNS))


_COLUMNS = ["step", "run", "norm", "loss", "decrease", "predicted", "tiny_ratio", "z_drift"]
_MOVES = ["z_move", "output_move", "kept_move", "output_log_sd", "kept_log_sd"]
_COLUMNS += _MOVES


@dataclass(frozen=True)
class _Moments:
    """Of z and y over the batch, with γ and β; each `[layer, unit]`."""

    mean: "Tensor"
    sd: "Tensor"
    output_mean: "Tensor"
    output_sd: "Tensor"
    gamma: "Tensor"
    beta: "Tensor"


def _moments(program: "Program") -> _Moments:
    import torch

    layers = [program.tape.layers[index] for index in range(len(program.tape.layers))]
    z = torch.stack([layer.pre_norm[0] for layer in layers])
    y = torch.stack([layer.post_affine[0] for layer in layers])
    parameters = program.network.parameters.layers
    return _Moments(
        mean=z.mean(-1),
        sd=z.std(-1, correction=0),
        output_mean=y.mean(-1),
        output_sd=y.std(-1, correction=0),
        gamma=torch.stack([layer.gamma[0] for layer in parameters]),
        beta=torch.stack([layer.beta[0] for layer in parameters]),
    )


def _mean_move(now: _Moments, later: _Moments, alive: "Tensor") -> float:
    """How far the mean of z moved, in the standard deviations before; mean over the units that are alive."""
    return ((later.mean - now.mean).abs() / now.sd)[alive].mean().item()


def _movement(now: _Moments, later: _Moments, run: Run) -> dict[str, float]:
    """The five columns of movement, over the units that have some spread at both steps."""
    alive = (now.sd > 0) & (later.sd > 0) & (now.output_sd > 0) & (later.output_sd > 0)

    def mean(values: "Tensor") -> float:
        return values[alive].mean().item()

    def log_ratio(sd: "Tensor") -> "Tensor":
        return (sd / now.output_sd).log().abs()

    moved = {
        "z_move": _mean_move(now, later, alive),
        "output_move": mean((later.output_mean - now.output_mean).abs() / now.output_sd),
        "output_log_sd": mean(log_ratio(later.output_sd)),
    }
    if run.norm != "batch":
        return moved
    # y = γ'·(z' − μ)/√(σ² + ε) + β' has mean γ'·(μ' − μ)/√(σ² + ε) + β' and sd |γ'|·σ'/√(σ² + ε)
    scale = (now.sd.square() + run.eps).sqrt()
    kept_mean = later.gamma * (later.mean - now.mean) / scale + later.beta
    kept_sd = later.gamma.abs() * later.sd / scale
    kept = {
        "kept_move": mean((kept_mean - now.output_mean).abs() / now.output_sd),
        "kept_log_sd": mean(log_ratio(kept_sd)),
    }
    return moved | kept


def _tiny_ratio(program: "Program", batch: "Batch", loss: float, predicted: float) -> float:
    """Decrease over prediction for a step of `TINY` times the rate; parameters and gradient are put back.

    NaN where the slope is so small that rounding would make the ratio.
    """
    parameters, gradients = program.network.parameters.flat, program.network.gradients.flat
    kept, gradient = parameters.clone(), gradients.clone()
    parameters.addcmul_(program.optimizer.rate.flat, gradient, value=-TINY)
    (after,) = program.gradients(batch)
    parameters.copy_(kept)
    gradients.copy_(gradient)
    return (loss - after) / (TINY * predicted) if TINY * predicted > ROUNDING * loss else float("nan")


def _with_ratio(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = [name for name in frame.columns if name not in ("step", "run", "norm")]
    frame = frame.astype(dict.fromkeys(numbers, float))
    return frame.assign(
        ratio=frame["decrease"] / frame["predicted"].where(frame["predicted"] > ROUNDING * frame["loss"])
    )


@remembered
def descent_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a run, in the order of `NORMS`.

    run, norm
    updates             that have a loss before and after
    rises               updates after which the loss was higher
    ratio               median of decrease over prediction
    tiny_first, tiny_last   the same for the first and the last of the tiny steps
    loss, z_drift       at the run's last step
    z_move, output_move, kept_move, output_log_sd, kept_log_sd   means over the updates
    """
    rows = []
    for (run, norm), part in frame.groupby(["run", "norm"], sort=True):
        steps, tiny = part["decrease"].dropna(), part["tiny_ratio"].dropna()
        rows.append(
            {
                "run": run,
                "norm": norm,
                "updates": len(steps),
                "rises": int((steps < 0).sum()),
                "ratio": part["ratio"].median(),
                "tiny_first": tiny.iloc[0] if len(tiny) else np.nan,
                "tiny_last": tiny.iloc[-1] if len(tiny) else np.nan,
                "loss": part["loss"].iloc[-1],
                "z_drift": part["z_drift"].iloc[-1],
                **part[_MOVES].mean().to_dict(),
            }
        )
    return pd.DataFrame(rows)
