"""The gradient of an expectation, estimated in two ways: by the score function, and by reparameterization."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, exp

import numpy as np
import numpy.typing as npt
import pandas as pd

from bnviz.kept import remembered

Numbers = npt.NDArray[np.float64]

WAVE = 4.0  # k of sin(kz)
PARTS = 10
ESTIMATORS = ("score", "pathwise")
FUNCTIONS = ("square", "wave")


@dataclass(frozen=True)
class Exact:
    """What the two estimators of ∂/∂μ E f(z) have in theory, for one sample: their common mean, and each variance."""

    gradient: float
    score: float
    pathwise: float

    @property
    def ratio(self) -> float:
        """Variance of the score function's estimate over that of the pathwise one."""
        return self.score / self.pathwise


@dataclass(frozen=True)
class GradientEstimates:
    """Many estimates of ∂/∂μ E f(z), z ~ N(μ, σ²), each a mean over `samples` draws of z = μ + σε, ε ~ N(0, 1).

    Score function (Williams 1992):  f(z)·∂/∂μ log p(z) = f(z)·(z − μ)/σ² = f(z)·ε/σ, which asks f for values only.
    Pathwise, by reparameterization:  f'(μ + σε)·∂z/∂μ = f'(z), which differentiates through f.
    Both have the gradient as their mean (Kingma & Welling 2014; Rezende, Mohamed & Wierstra 2014).
    `function` is "square", f(z) = z², or "wave", f(z) = sin(kz) with k = `WAVE`.
    Raises ValueError for another function and for a spread that is not positive.
    """

    function: str = "square"
    mean: float = 2.0
    sd: float = 1.0
    samples: int = 1
    seed: int = 0
    estimates: int = 100_000

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            raise ValueError(f"function = {self.function!r}: must be one of {', '.join(FUNCTIONS)}; choose one.")
        if not self.sd > 0:
            raise ValueError(f"sd = {self.sd}: must be above 0, because both estimators divide or differentiate by it.")

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return PARTS

    @property
    def exact(self) -> Exact:
        """Mean and variances in closed form, for one sample.

        f = z²:      gradient 2μ; score μ⁴/σ² + 14μ² + 15σ²; pathwise 4σ². Ratio (r⁴ + 14r² + 15)/4 with r = μ/σ.
        f = sin(kz): gradient G = k·cos(kμ)·e^(−k²σ²/2); with c = cos(2kμ)·e^(−2k²σ²):
                     score (1 − c·(1 − 4k²σ²))/(2σ²) − G²; pathwise k²(1 + c)/2 − G².
        The moments are those of ε: E ε² = 1, E ε⁴ = 3, E ε⁶ = 15, E ε²·cos(tε) = (1 − t²)·e^(−t²/2).
        """
        mean, sd = self.mean, self.sd
        if self.function == "square":
            return Exact(2 * mean, mean**4 / sd**2 + 14 * mean**2 + 15 * sd**2, 4 * sd**2)
        spread = (WAVE * sd) ** 2
        gradient = WAVE * cos(WAVE * mean) * exp(-spread / 2)
        doubled = cos(2 * WAVE * mean) * exp(-2 * spread)
        score = (1 - doubled * (1 - 4 * spread)) / (2 * sd**2) - gradient**2
        return Exact(gradient, score, WAVE**2 * (1 + doubled) / 2 - gradient**2)

    def of_draws(self, noise: Numbers) -> tuple[Numbers, Numbers]:
        """What the score function and the pathwise estimator make of each draw ε."""
        values = self.mean + self.sd * noise
        if self.function == "square":
            heights, slopes = values**2, 2 * values
        else:
            heights, slopes = np.sin(WAVE * values), WAVE * np.cos(WAVE * values)
        return heights * noise / self.sd, slopes

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row for each estimate, made of the same draws: score, pathwise. Ends early if `should_stop`."""
        generator = np.random.default_rng([self.seed, 10])
        parts = []
        for part in range(PARTS):
            if should_stop():
                break
            score, slopes = self.of_draws(generator.standard_normal((self.estimates // PARTS, self.samples)))
            parts.append(pd.DataFrame({"score": score.mean(axis=1), "pathwise": slopes.mean(axis=1)}))
            report(part + 1, ())
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(ESTIMATORS), dtype=float)


@dataclass(frozen=True)
class Measured:
    """Mean and variance of the estimates of each estimator, and the variances' ratio."""

    score_mean: float
    pathwise_mean: float
    score: float
    pathwise: float

    @property
    def ratio(self) -> float:
        """Variance of the score function's estimates over that of the pathwise ones."""
        return self.score / self.pathwise


@remembered
def measured(frame: pd.DataFrame) -> Measured:
    """Measure the estimates of `GradientEstimates`; variances are of the estimates, 1/n of those for one sample."""
    means, variances = frame.mean(), frame.var()
    return Measured(
        float(means["score"]), float(means["pathwise"]), float(variances["score"]), float(variances["pathwise"])
    )


@remembered
def histogram(frame: pd.DataFrame, bins: int = 61) -> pd.DataFrame:
    """Estimates counted in bins that both estimators share: estimator, left, right, share.

    The bins span the middle 98 % of the wider estimator; `share` is of all estimates, so that what lies outside is
    missing from the sum.
    """
    low, high = (float(frame.quantile(share).agg(side)) for share, side in ((0.01, "min"), (0.99, "max")))
    edges = np.linspace(low, high, bins + 1)
    blocks = [
        pd.DataFrame(
            {
                "estimator": name,
                "left": edges[:-1],
                "right": edges[1:],
                "share": np.histogram(frame[name], edges)[0] / len(frame),
            }
        )
        for name in ESTIMATORS
    ]
    return pd.concat(blocks, ignore_index=True)
