"""Weight decay shortens W, gradient steps lengthen it: where the two balance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

STARTS = (0.2, 1.0, 5.0)
LABEL_NOISE = 0.3
RATE, DECAY = 0.2, 0.03
EVERY = 10  # steps of which a picture shows one


@dataclass(frozen=True)
class Equilibrium:
    """One hidden batch-norm layer on digits with weight decay, from three initial lengths of W; SGD.

    Steps at right angles add η²‖g‖² to ‖w‖², decay takes 2ηλ‖w‖². They balance at ‖w‖⁴ = η/(2λ)·E‖g̃‖² with
    g̃ = ‖w‖·g, which does not depend on ‖w‖ (Wan et al. 2020; Kosson et al. 2023). `noisy` replaces 30 % of the
    training labels, so that the gradient never fades.
    """

    noisy: bool = True
    seed: int = 0
    steps: int = 2000

    @property
    def experiment(self) -> Experiment:
        """The three runs."""
        runs = tuple(Run(lr=RATE, weight_decay=DECAY, init_scale=start, label=f"start ×{start:g}") for start in STARTS)
        noise = LABEL_NOISE if self.noisy else 0.0
        return Experiment(widths=(64,), steps=self.steps, label_noise=noise, seed=self.seed, runs=runs)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each step and run, until `should_stop`: means over thinned records would be those of luck.

        step, run, layer
        weight_norm, grad_norm   ‖W‖ and ‖∂L/∂W‖ of the hidden layer, before the update
        """
        from bnviz.engine.steps import steps

        rows = []
        for state in steps(self.experiment):
            if should_stop():
                break
            for run in state.alive:
                network = state.programs[run].network
                weight, gradient = (
                    part.layers[0].weight.square().sum().sqrt().item()
                    for part in (network.parameters, network.gradients)
                )
                rows.append((state.step, run, 0, weight, gradient))
            report(state.step, state.losses)
        return pd.DataFrame(rows, columns=["step", "run", "layer", "weight_norm", "grad_norm"])


@remembered
def equilibrium(frame: pd.DataFrame, steps: int) -> pd.DataFrame:
    """How near each run is to equilibrium: one row a run, over the second half of a training of so many `steps`.

    There an update turns w by √(2ηλ). Since g is at right angles to w, the tangent of that angle is
    η‖g‖/((1 − ηλ)‖w‖).

    run
    length   mean of ‖w‖
    share    mean of ‖w‖⁴ over η/(2λ)·mean of ‖g̃‖²; 1 in equilibrium
    turn     root mean square of the angle of an update over √(2ηλ); 1 in equilibrium
    Raises ValueError for a frame that stops before the second half.
    """
    late = frame[frame["step"] >= steps / 2]
    if late.empty:
        raise ValueError(f"frame ends at step {frame['step'].max()}: must reach the second half; train it to the end.")
    rows = []
    for run, part in late.groupby("run"):
        weight, gradient = part["weight_norm"], part["grad_norm"]
        balance = RATE / (2 * DECAY) * ((weight * gradient) ** 2).mean()
        angle = np.arctan(RATE * gradient / ((1 - RATE * DECAY) * weight))
        turn = np.sqrt((angle**2).mean() / (2 * RATE * DECAY))
        rows.append({"run": run, "length": weight.mean(), "share": (weight**4).mean() / balance, "turn": turn})
    return pd.DataFrame(rows)


@remembered
def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for every `EVERY` steps of a run, to be drawn."""
    return frame[frame["step"] % EVERY == 0].reset_index(drop=True)
