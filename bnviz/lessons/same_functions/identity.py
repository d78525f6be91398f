"""Who carries the scale: w·∂L/∂w and γ·∂L/∂γ of every unit, for γx + β and for batch norm at several ε."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from bnviz.engine.parameters import LayerViews
    from bnviz.engine.program import Program
    from bnviz.engine.tape import LayerTape

EPSILONS = (0.0, 1e-5, 1e-3, 1e-2, 1e-1, 1.0, 10.0)


@dataclass(frozen=True)
class ScaleIdentity:
    """Networks trained for some updates of plain SGD on digits, and the gradients of one more; float64.

    w is the row of weights of one unit, γ its scale.
    γx + β:      w·∂L/∂w = γ·∂L/∂γ, because only the product γw counts.
    batch norm:  w·∂L/∂w = ε/(σ² + ε)·γ·∂L/∂γ, which is 0 at ε = 0, because only the direction of w counts.
    For the update w' = w − η·∂L/∂w, γ' = γ − η·∂L/∂γ that follows, they mean
    γx + β:      Δ(γ² − ‖w‖²) = η²((∂L/∂γ)² − ‖∂L/∂w‖²)
    batch norm:  Δ‖w‖² = η²‖∂L/∂w‖² at ε = 0.
    The case of batch norm at ε = 0 is that of Ioffe & Szegedy 2015, section 3.3: BN(aWu) = BN(Wu).
    """

    seed: int = 0
    lr: float = 0.1
    width: int = 64
    steps: int = 20

    @property
    def experiment(self) -> Experiment:
        """Run 0 is γx + β, the others are batch norm, one for each ε; two hidden layers of ReLUs."""
        runs = (Run(norm="affine", lr=self.lr), *(Run(norm="batch", lr=self.lr, eps=eps) for eps in EPSILONS))
        return Experiment(widths=(self.width,) * 2, steps=self.steps, seed=self.seed, dtype="float64", runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each run, hidden layer and unit, of the update after the last one that `should_stop` allows.

        run, norm, eps    ε is 0 for γx + β, which has none
        layer, unit
        weight_part       w·∂L/∂w
        gamma_part        γ·∂L/∂γ
        share             ε/(σ² + ε) with σ² of the mini-batch; 1 for γx + β
        change            Δ(γ² − ‖w‖²) for γx + β, Δ‖w‖² for batch norm, of the update
        foretold          η²((∂L/∂γ)² − ‖∂L/∂w‖²), η²‖∂L/∂w‖²
        """
        import torch

        from bnviz.engine.steps import steps

        experiment = self.experiment
        for state in steps(experiment):
            if state.step == self.steps or should_stop():
                break
            report(state.step + 1, state.losses)
        with torch.inference_mode():
            blocks = [
                self._units(program).assign(run=run, norm=experiment.runs[run].norm)
                for run, program in enumerate(state.programs)
            ]
        frame = pd.concat(blocks, ignore_index=True)
        return frame.assign(eps=frame["run"].map(lambda run: EPSILONS[run - 1] if run else 0.0))

    def _units(self, program: "Program") -> pd.DataFrame:
        """The rows of one run; takes the update."""
        (run,) = program.network.runs
        affine = run.norm == "affine"
        parameters, gradients = program.network.parameters, program.network.gradients
        kept = []
        for layer, gradient in zip(parameters.layers, gradients.layers, strict=True):
            weight, gamma = gradient.weight.square().sum(-1), gradient.gamma.square()
            kept.append(
                {
                    "weight_part": (layer.weight * gradient.weight).sum(-1)[0],
                    "gamma_part": (layer.gamma * gradient.gamma)[0],
                    "foretold": self.lr**2 * (gamma - weight if affine else weight)[0],
                    "before": _kept_by_gradient_flow(layer, affine),
                }
            )
        program.update()
        blocks = []
        for index, (layer, columns) in enumerate(zip(parameters.layers, kept, strict=True)):
            change = _kept_by_gradient_flow(layer, affine) - columns.pop("before")
            share = 1.0 if affine else _share(program.tape.layers[index], run.eps)
            block = pd.DataFrame({name: values.numpy() for name, values in columns.items()})
            blocks.append(block.assign(layer=index, unit=range(len(block)), share=share, change=change.numpy()))
        return pd.concat(blocks, ignore_index=True)


def _kept_by_gradient_flow(layer: "LayerViews", affine: bool) -> "Tensor":
    """γ² − ‖w‖² or ‖w‖² of every unit: what infinitely small steps would leave as it is."""
    length = layer.weight.square().sum(-1)[0]
    return layer.gamma.square()[0] - length if affine else length


def _share(tape: "LayerTape", eps: float) -> "NDArray[np.float64]":
    """ε/(σ² + ε) of every unit."""
    return (eps / (tape.pre_norm[0].var(-1, correction=0) + eps)).numpy()


class Found(NamedTuple):
    """The largest absolute value over all units of one run.

    gamma_part    of γ·∂L/∂γ, to compare the others with
    weight_part   of w·∂L/∂w
    error         of w·∂L/∂w − share·γ·∂L/∂γ: how far the identity is from true
    change_error  of change − foretold, for the update that follows
    largest_change   of change, to compare that with
    share         of ε/(σ² + ε)
    """

    gamma_part: float
    weight_part: float
    error: float
    change_error: float
    largest_change: float
    share: float


@remembered
def found(frame: pd.DataFrame, norm: str, eps: float = 0.0) -> Found:
    """What the frame says of one run. Raises ValueError when there is none of this normalization and ε."""
    units = frame[(frame["norm"] == norm) & (frame["eps"] == eps)]
    if units.empty:
        raise ValueError(f"norm, eps = {norm!r}, {eps!r}: must be in the frame; choose ε from EPSILONS.")
    values = (
        units["gamma_part"],
        units["weight_part"],
        units["weight_part"] - units["share"] * units["gamma_part"],
        units["change"] - units["foretold"],
        units["change"],
        units["share"],
    )
    return Found(*(float(value.abs().max()) for value in values))
