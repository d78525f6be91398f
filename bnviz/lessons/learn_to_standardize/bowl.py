"""Gradient descent on γ and β step by step and in closed form: what the live figure of the page draws.

Its twin in JavaScript is bnviz/ui/live/sums/bowl.js.
"""

from __future__ import annotations

from math import atan2, cos, exp, log1p, sin
from statistics import NormalDist

import numpy as np

from bnviz.lessons.learn_to_standardize.conditioning import (
    BETA,
    GAMMA,
    TOLERANCE,
    Fit,
    condition_number,
    curvatures,
    steps_needed,
)

FARTHEST, WIDEST = 10.0, 10.0  # mean and spread of the inputs that can be chosen, at most
UPDATES = 300  # within which the mean moves on to `FARTHEST`
EXAMPLES = 9
START = 1.0, 0.0  # γ, β


def examples() -> list[float]:
    """Values u with mean 0 and variance 1: evenly spaced quantiles of the normal distribution."""
    values = np.array([NormalDist().inv_cdf((place + 0.5) / EXAMPLES) for place in range(EXAMPLES)])
    return [float(each) for each in (values - values.mean()) / values.std()]


def lowest(mean: float, spread: float) -> tuple[float, float]:
    """γ and β at which γx + β = 2u + ½ for x = m + s·u."""
    return GAMMA / spread, BETA - GAMMA * mean / spread


def loss_at(gamma: float, beta: float, mean: float, spread: float) -> float:
    """½·mean((γx + β − y)²), over u with mean 0 and variance 1."""
    return 0.5 * ((gamma * mean + beta - BETA) ** 2 + (gamma * spread - GAMMA) ** 2)


def place_after(mean: float, spread: float, steps: int) -> tuple[float, float]:
    """γ and β after some steps at the rate 1/λ_max.

    The first ends the steep direction; along the flat one the error is (1 − 1/κ)ⁿ of what it was.
    """
    if steps == 0:
        return START
    high, low = curvatures(mean, spread)
    # The steep direction stands at an angle θ to the axis of γ, tan 2θ = 2m/(m² + s² − 1).
    angle = atan2(2 * mean, mean**2 + spread**2 - 1) / 2
    gamma, beta = lowest(mean, spread)
    flat = -sin(angle) * (START[0] - gamma) + cos(angle) * (START[1] - beta)
    left = 0.0 if low == high else flat * exp(steps * log1p(-low / high))
    return gamma - sin(angle) * left, beta + cos(angle) * left


def chase(mean: float, spread: float, updates: int) -> list[tuple[float, float]]:
    """γ and β while the mean moves on to `FARTHEST`, from where they were right; the rate is 1/λ_max of each moment."""
    gamma, beta = lowest(mean, spread)
    way = [(gamma, beta)]
    for update in range(updates):
        now = min(FARTHEST, mean + FARTHEST / UPDATES * update)
        off = gamma * now + beta - BETA
        rate = 1 / curvatures(now, spread)[0]
        gamma, beta = gamma - rate * (now * off + spread * (gamma * spread - GAMMA)), beta - rate * off
        way.append((gamma, beta))
    return way


def needed(mean: float, spread: float) -> Fit:
    """What the descent needs by theory, for inputs of any mean and spread."""
    condition, steps = condition_number(mean, spread), steps_needed(mean, spread)
    return Fit(condition, steps, condition, steps)


def task(guess: int = 0) -> dict[str, object]:
    """What the arithmetic of the figure is given. `guess` is a number of steps to be marked, 0 for none."""
    return {
        "u": examples(),
        "gamma": GAMMA,
        "beta": BETA,
        "tolerance": TOLERANCE,
        "end": FARTHEST,
        "updates": UPDATES,
        "guess": guess,
    }
