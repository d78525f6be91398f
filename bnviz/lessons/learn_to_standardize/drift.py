"""γx + β against batch norm when the mean of the inputs drifts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bnviz.kept import remembered

DRIFTS = ("static", "jump", "ramp", "sine")
NORMS = ("affine", "batch")
SIZES = (0.5, 1.0, 2.0, 4.0, 8.0)
RATES = (0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
GAMMA, BETA = 2.0, 0.5
"""The target is GAMMA·u + BETA, where x = m_t + u, or GAMMA·x + BETA."""
STEPS, EXAMPLES = 600, 64
PERIOD = 200
FLOOR = 0.75 * GAMMA**2 / EXAMPLES
"""¾γ²/B: the loss of a batch norm with the right γ and β, by the noise of μ and σ alone.

½·γ²·E[(x̂ − u)²] with x̂ = (u − ū)/s: the mean of B numbers has variance 1/B, their standard deviation 1/(2B).
"""


@dataclass(frozen=True)
class Drift:
    """One unit, u ~ N(0, 1), inputs x = m_t + u, target 2u + ½, batches of 64, 600 steps of plain SGD on γ and β.

    With `raw` the target is 2x + ½ and moves along with the inputs: the control, which γx + β fits all the time.

    Affine predicts γx + β, batch norm γ(x − μ)/σ + β with the batch's μ and σ, which do not depend on γ and β here, so
    that both are linear regressions. Both start from γ = 1, β = 0, see the same batches, and may choose the rate of
    `RATES` with the lowest mean loss over the second half. m_t is 0 (static), jumps to `size` at half time, rises to
    it evenly, or swings by it with a period of 200 steps. Loss ½·mean squared error; float64; ε = 0.
    """

    size: float = 4.0
    seed: int = 0
    raw: bool = False

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return STEPS

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each drift, run and step, at the best rate, until `should_stop`.

        drift, run, norm, step   run 0 "affine", 1 "batch"
        rate                     the chosen one
        loss                     on the step's batch, before the update
        gamma, beta              before the update
        mean                     m_t
        needed                   the β that fits best now: ½ − 2·m_t for affine, ½ for batch norm; with `raw` ½ for
                                 affine, ½ + 2·m_t for batch norm
        """
        generator = np.random.default_rng(self.seed)
        mean = np.stack([input_mean(drift, self.size) for drift in DRIFTS])
        rates = np.array(RATES)
        shape = (len(DRIFTS), len(NORMS), len(RATES))
        gamma, beta = np.ones(shape), np.zeros(shape)
        gammas, betas, losses = (np.full((STEPS, *shape), np.nan) for _ in range(3))
        done = 0
        # A rate that is too large overflows, and is then not chosen.
        with np.errstate(over="ignore", invalid="ignore"):
            while done < STEPS and not should_stop():
                u = generator.standard_normal(EXAMPLES)
                x = mean[:, done, None] + u
                centered = x - x.mean(-1, keepdims=True)
                x_hat = centered / centered.std(-1, keepdims=True)
                inputs = np.stack([x, x_hat], axis=1)[:, :, None, :]
                wanted = GAMMA * (x if self.raw else np.broadcast_to(u, x.shape)) + BETA
                error = gamma[..., None] * inputs + beta[..., None] - wanted[:, None, None, :]
                gammas[done], betas[done], losses[done] = gamma, beta, 0.5 * (error**2).mean(-1)
                gamma = gamma - rates * (error * inputs).mean(-1)
                beta = beta - rates * error.mean(-1)
                done += 1
                if done % 50 == 0:
                    report(done, ())
        best = _best(losses[:done])
        blocks = [
            pd.DataFrame(
                {
                    "drift": drift,
                    "run": run,
                    "norm": norm,
                    "step": np.arange(done),
                    "rate": RATES[best[place, run]],
                    "loss": losses[:done, place, run, best[place, run]],
                    "gamma": gammas[:done, place, run, best[place, run]],
                    "beta": betas[:done, place, run, best[place, run]],
                    "mean": mean[place, :done],
                    "needed": BETA - GAMMA * mean[place, :done] * ((norm == "affine") - self.raw),
                }
            )
            for place, drift in enumerate(DRIFTS)
            for run, norm in enumerate(NORMS)
        ]
        return pd.concat(blocks, ignore_index=True)


def _best(losses: np.ndarray) -> np.ndarray:
    """Place of the best rate for each drift and run, by the mean loss over the second half; losses [step, …, rate]."""
    late = losses[len(losses) // 2 :].sum(0)
    return np.where(np.isfinite(late), late, np.inf).argmin(-1)


def target(raw: bool) -> str:
    """What the unit is to put out, in words."""
    return "2x + ½" if raw else "2u + ½"


def input_mean(drift: str, size: float) -> np.ndarray:
    """m_t for every step."""
    step = np.arange(STEPS)
    shapes = {
        "static": np.zeros(STEPS),
        "jump": np.where(step < STEPS // 2, 0.0, 1.0),
        "ramp": step / STEPS,
        "sine": np.sin(2 * np.pi * step / PERIOD),
    }
    return size * shapes[drift]


@remembered
def drift_summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each drift and run: drift, run, norm, rate, loss (mean over the second half).

    Raises ValueError for a frame that stops before the second half.
    """
    late = frame[frame["step"] >= STEPS // 2]
    if late.empty:
        raise ValueError(f"frame ends at step {frame['step'].max()}: must reach step {STEPS // 2}; compute all of it.")
    grouped = late.groupby(["drift", "run", "norm", "rate"], as_index=False)["loss"].mean()
    ordered = grouped.assign(drift=pd.Categorical(grouped["drift"], DRIFTS))
    return ordered.sort_values(["drift", "run"], ignore_index=True)
