"""Weight decay shortens W, gradient steps lengthen it: where the two balance."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered

if TYPE_CHECKING:
    from bnviz.history import History

STARTS = (0.2, 1.0, 5.0)
LABEL_NOISE = 0.3


def equilibrium_experiment(noisy: bool = True, seed: int = 0) -> Experiment:
    """One hidden batch-norm layer on digits with weight decay, from three initial lengths of W.

    `noisy` replaces 30 % of the training labels, so that the gradient never fades.
    """
    runs = tuple(Run(lr=0.2, weight_decay=0.03, init_scale=start, label=f"start ×{start:g}") for start in STARTS)
    noise = LABEL_NOISE if noisy else 0.0
    return Experiment(widths=(64,), steps=2000, records=200, label_noise=noise, seed=seed, runs=runs)


@remembered
def equilibrium(history: "History") -> pd.DataFrame:
    """How near each run is to equilibrium: one row a run, means over the second half of the training.

    Steps at right angles add η²‖g‖² to ‖w‖², decay takes 2ηλ‖w‖². They balance at
    ‖w‖⁴ = η/(2λ)·E‖g̃‖² with g̃ = ‖w‖·g, which does not depend on ‖w‖ (Wan et al. 2020; Kosson et al. 2023).
    There an update turns w by √(2ηλ). Since g is at right angles to w, the tangent of that angle is
    η‖g‖/((1 − ηλ)‖w‖).

    run
    length   mean of ‖w‖
    share    mean of ‖w‖⁴ over η/(2λ)·mean of ‖g̃‖²; 1 in equilibrium
    turn     mean angle of an update over √(2ηλ); near 1 in equilibrium, if gradients differ little in size
    Raises ValueError for a history that stops before the second half.
    """
    late = history.steps >= history.experiment.steps / 2
    if not late.any():
        raise ValueError(f"history ends at step {history.steps[-1]}: must reach the second half; train it to the end.")
    rows = []
    for run, settings in enumerate(history.experiment.runs):
        weight, gradient = (history.arrays[name][late, run, 0] for name in ("weight_norm", "grad_norm"))
        rate, decay = settings.lr, settings.weight_decay
        balance = rate / (2 * decay) * ((weight * gradient) ** 2).mean()
        angle = np.arctan(rate * gradient / ((1 - rate * decay) * weight))
        turn = angle.mean() / np.sqrt(2 * rate * decay)
        rows.append({"run": run, "length": weight.mean(), "share": (weight**4).mean() / balance, "turn": turn})
    return pd.DataFrame(rows)
