"""How hard it is for gradient descent to fit γ and β to inputs that are not standardized."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import atan2, ceil, cos, log, log1p, sin, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd

from bnviz.kept import remembered

MEANS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
GAMMA, BETA = 2.0, 0.5
"""The target is GAMMA·u + BETA, where u is the standardized input; the descent starts at γ = 1, β = 0."""
TOLERANCE = 1e-3
CAP = 100_000
EXAMPLES = 256


class Fit(NamedTuple):
    """What one descent needed. `steps` is NaN when the loss was still above `TOLERANCE` after `CAP` steps."""

    condition: float
    steps: float
    condition_in_theory: float
    steps_in_theory: float


@dataclass(frozen=True)
class Conditioning:
    """Gradient descent on γ, β for inputs x = m + s·u of standard deviation s, of every mean m of the list and of one.

    Loss ½·mean((γx + β − y)²) with y = 2u + ½, over 256 examples whose u have mean 0 and variance 1 exactly. Its
    Hessian [[m² + s², m], [m, 1]] has the condition number κ with κ + 2 + 1/κ = (m² + s² + 1)²/s². The rate is
    1/λ_max; from then on the slow direction loses a share 1/κ of its length in every step. Full batch, float64. The
    gradient needs the examples only through their means of x², x, xy and y.
    """

    mean: float = 10.0
    spread: float = 1.0
    seed: int = 0

    @property
    def means(self) -> tuple[float, ...]:
        """The means of the list, and the one asked for."""
        return tuple(sorted({*MEANS, self.mean}))

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return len(self.means)

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """The paths: some rows for each mean, the first and the last step among them.

        mean, spread   m, s; s is the same in all rows
        condition      κ from the eigenvalues of the examples' Hessian
        step, gamma, beta, loss   steps are thinned out, by ever larger gaps
        reached        whether the loss is at most `TOLERANCE`: then the row is the last one of its path
        """
        u = np.random.default_rng(self.seed).standard_normal(EXAMPLES)
        u = (u - u.mean()) / u.std()
        rows: list[tuple[float, ...]] = []
        for count, mean in enumerate(self.means, start=1):
            if should_stop():
                break
            rows += _descend(mean, self.spread, mean + self.spread * u, GAMMA * u + BETA)
            report(count, ())
        columns = ["mean", "spread", "condition", "step", "gamma", "beta", "loss"]
        frame = pd.DataFrame(rows, columns=columns).astype({"step": int})
        return frame.assign(reached=frame["loss"] <= TOLERANCE)


def _descend(mean: float, spread: float, x: np.ndarray, y: np.ndarray) -> list[tuple[float, ...]]:
    """The path from γ = 1, β = 0 at the rate 1/λ_max, as rows of the frame."""
    x_x, x_1, x_y, y_1, y_y = ((float((a * b).mean())) for a, b in ((x, x), (x, 1), (x, y), (y, 1), (y, y)))
    low, high = np.linalg.eigvalsh([[x_x, x_1], [x_1, 1.0]])
    condition, rate = float(high / low), 1 / float(high)
    rows: list[tuple[float, ...]] = []
    # Plain numbers: an array operation on two numbers would take twenty times as long.
    gamma, beta, due = 1.0, 0.0, 0
    for step in range(CAP + 1):
        d_gamma = x_x * gamma + x_1 * beta - x_y
        d_beta = x_1 * gamma + beta - y_1
        loss = 0.5 * (gamma * (d_gamma - x_y) + beta * (d_beta - y_1) + y_y)
        if step >= due or loss <= TOLERANCE or step == CAP:
            rows.append((mean, spread, condition, step, gamma, beta, loss))
            due = max(step + 1, ceil(1.2 * step))
        if loss <= TOLERANCE:
            break
        gamma -= rate * d_gamma
        beta -= rate * d_beta
    return rows


def condition_number(mean: float, spread: float) -> float:
    """κ of the Hessian [[m² + s², m], [m, 1]], the larger root of κ + 2 + 1/κ = trace²/det."""
    half = (mean**2 + spread**2 + 1) ** 2 / spread**2 / 2 - 1
    return half + sqrt(max(half**2 - 1, 0.0))


def curvatures(mean: float, spread: float) -> tuple[float, float]:
    """The eigenvalues of the same Hessian, the larger one first: λ² − (m² + s² + 1)·λ + s² = 0."""
    trace = mean**2 + spread**2 + 1
    high = (trace + sqrt(max(trace**2 - 4 * spread**2, 0.0))) / 2
    return high, spread**2 / high


def steps_needed(mean: float, spread: float) -> int:
    """Steps by theory: the first one at rate 1/λ_max ends the fast direction, and the slow one shrinks by 1 − 1/κ.

    L_n = (1 − 1/κ)^2n·L_slow, with L_slow = ½·λ_min·(component of the start's error along the slow direction)².
    """
    trace, det = mean**2 + spread**2 + 1, spread**2
    kappa = condition_number(mean, spread)
    low = det / (trace * kappa / (kappa + 1))  # λ_min = det/λ_max, and λ_max = trace·κ/(κ + 1)
    optimum = GAMMA / spread, BETA - GAMMA * mean / spread
    error = 1 - optimum[0], -optimum[1]
    if 0.5 * ((error[0] * mean + error[1]) ** 2 + (error[0] * spread) ** 2) <= TOLERANCE:
        return 0
    # The steep axis of the ellipses stands at an angle θ with tan 2θ = 2m/(m² + s² − 1), the slow one across it.
    angle = atan2(2 * mean, mean**2 + spread**2 - 1) / 2
    along = -sin(angle) * error[0] + cos(angle) * error[1]
    loss = 0.5 * low * along**2
    if kappa == 1 or loss <= TOLERANCE:
        return 1
    return max(1, ceil(log(loss / TOLERANCE) / (-2 * log1p(-1 / kappa))))


@remembered
def fit(frame: pd.DataFrame, mean: float, spread: float) -> Fit:
    """What the descent for this mean and spread needed. Raises ValueError when it is not in the frame."""
    path = frame[(frame["mean"] == mean) & (frame["spread"] == spread)]
    if path.empty:
        raise ValueError(f"mean, spread = {mean!r}, {spread!r}: must be in the frame; work on it with them.")
    last = path.iloc[-1]
    steps = float(last["step"]) if last["reached"] else float("nan")
    return Fit(float(last["condition"]), steps, condition_number(mean, spread), steps_needed(mean, spread))


@remembered
def curve(frame: pd.DataFrame) -> pd.DataFrame:
    """Steps needed against the mean: mean, steps, source ("theory" or "measured"), capped.

    Theory covers a fine grid. A measurement that was given up stands at `CAP` and is marked.
    """
    spread = float(frame["spread"].iloc[0])
    fine = np.linspace(MEANS[0], MEANS[-1], 101)
    theory = pd.DataFrame({"mean": fine, "steps": [steps_needed(mean, spread) for mean in fine], "source": "theory"})
    last = frame.groupby("mean").tail(1)
    measured = pd.DataFrame({"mean": last["mean"], "steps": last["step"], "source": "measured"})
    return pd.concat(
        [theory.assign(capped=False), measured.assign(capped=~last["reached"].astype(bool))], ignore_index=True
    )
