"""The words of the lesson on the two reparameterizations that depend on a result."""

from __future__ import annotations

from bnviz.lessons.two_reparameterizations.direction import Dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import Exact, Measured
from bnviz.words import short

SPREAD_ANSWERS = (
    "the score function's, more than tenfold",
    "the score function's, less than tenfold",
    "both about alike",
    "the pathwise one's",
)
TURN_ANSWERS = ("x̂ alone", "ε alone", "both", "neither")

FAR, ALIKE = 10.0, 1.25  # ratios of variance: what counts as far apart, and up to what factor two count as alike
ROUNDING = 1e-9  # a change of a standardized value that is rounding and no more
RIGHT_ANGLE = 1e-6  # largest |cos| that counts as a right angle


def which_spreads_more(ratio: float) -> str:
    """Return which answer holds: `ratio` is the exact variance of the score function over that of the pathwise one."""
    if ratio > FAR:
        return SPREAD_ANSWERS[0]
    if ratio > ALIKE:
        return SPREAD_ANSWERS[1]
    return SPREAD_ANSWERS[2] if ratio >= 1 / ALIKE else SPREAD_ANSWERS[3]


def why_it_spreads(found: Measured, exact: Exact, samples: int) -> str:
    """Return both variances, and which property of the estimators is behind their order."""
    sizes = (
        f"The score function's variance is {short(exact.score / samples)} ({short(found.score)} measured), the "
        f"pathwise one {short(exact.pathwise / samples)} ({short(found.pathwise)} measured), a ratio of "
        f"{short(exact.ratio, 4)}"
    )
    also = f", whatever the number of draws behind an estimate (here {samples})" if samples > 1 else ""
    if exact.ratio > ALIKE:
        reason = (
            "The score function multiplies the value of f by noise. The pathwise estimator asks for the slope of f at "
            "the sample, and where f is smooth a slope says more about the direction than a value does."
        )
    elif exact.ratio >= 1 / ALIKE:
        reason = "The slopes of f vary here about as much as its values times noise."
    else:
        reason = (
            "The slope of a fast wave is steep and changes its sign all the time, while its values stay between −1 and "
            "1. What is differentiated must be smooth on the scale of σ."
        )
    return f"{sizes}{also}. {reason}"


def unbiased(found: Measured, exact: Exact, estimates: int) -> str:
    """Return whether the mean of each estimator is the true gradient, within four standard errors."""
    errors = [
        abs(mean - exact.gradient) / (variance / estimates) ** 0.5
        for mean, variance in ((found.score_mean, found.score), (found.pathwise_mean, found.pathwise))
    ]
    means = f"{short(found.score_mean)} (score function) and {short(found.pathwise_mean)} (pathwise)"
    if max(errors) <= 4:
        return (
            f"**Both are right on average.** The true gradient is {short(exact.gradient)}; the means of "
            f"{estimates:,} estimates are {means}, within what their spread allows. They differ in how far a single "
            "estimate strays."
        )
    return (
        f"**The means miss the true gradient by more than chance would.** It is {short(exact.gradient)}; the means of "
        f"{estimates:,} estimates are {means}."
    )


def what_turning_did(normalized_moved: float, noise_moved: float) -> str:
    """Return which of the two moved, from the largest change of either."""
    moved = (normalized_moved > ROUNDING, noise_moved > ROUNDING)
    return TURN_ANSWERS[{(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[moved]]


def why_turning(normalized_moved: float, degrees: float) -> str:
    """Return how far x̂ moved when w turned, and why ε did not."""
    return (
        f"x̂ is computed from the batch and w, so it follows: with w turned by {degrees:g}° the one that "
        f"moves most moves by {short(normalized_moved, 2)}. ε is drawn without looking at any weight."
    )


def dependence_verdict(found: Dependence, angle: int, factor: float, again: bool) -> str:
    """Return what the change did to x̂ and to ε."""
    did = []
    if angle:
        did.append(f"w turned by {angle}°")
    if factor != 1:
        did.append(f"w times {short(factor)}")
    if again:
        did.append("everything done once more")
    if not did:
        return "Nothing has been changed yet. Turn w, stretch it, or do it all once more."
    change = " and ".join(did)
    x_hat = (
        f"x̂ stays, but for {short(found.normalized_moved, 1)} of rounding"
        if 0 < found.normalized_moved <= ROUNDING
        else "x̂ stays to the last bit"
        if not found.normalized_moved
        else f"x̂ moves, by up to {short(found.normalized_moved, 2)}"
    )
    noise = f"ε is another one, by up to {short(found.noise_moved, 2)}" if found.noise_moved else "ε stays"
    return f"**With {change}: {x_hat}; {noise}.**"


def leak_verdict(found: Dependence) -> str:
    """Return whether x̂ depends on the length of w."""
    share = found.along / found.sensitivity
    length = f"‖∂x̂/∂w·w‖ is {short(found.along, 1)} where ‖∂x̂/∂w‖ is {short(found.sensitivity)}"
    if share <= ROUNDING:
        return (
            f"Neither depends on the length of w: {length}, and ε depends on no weight at all, so ∂ε/∂φ = 0 by "
            "construction (φ: the weights of the encoder)."
        )
    return f"x̂ depends on the length of w: {length}."


def right_angle_verdict(cosines: dict[str, float]) -> str:
    """Return for which layers the gradient is at right angles to the weights: norm → largest |cos| of any unit."""
    measured = (
        f"The largest |cos(v, ∂L/∂v)| of any unit is {short(cosines['weight'], 1)} with weight normalization, "
        f"{short(cosines['batch'], 1)} with batch norm and {short(cosines['none'], 2)} in a plain layer."
    )
    if max(cosines["weight"], cosines["batch"]) <= RIGHT_ANGLE < cosines["none"]:
        return f"**The same right angle.** {measured}"
    return f"**Not the same here.** {measured}"
