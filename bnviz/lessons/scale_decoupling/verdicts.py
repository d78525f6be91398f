"""The words of the lesson on scale that depend on a result."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.scale_decoupling.kick import BACK, BATCHES
from bnviz.lessons.scale_decoupling.scale import ScaleEffect
from bnviz.words import bounded, percent, short

GRADIENT_ANSWERS = ("ten times larger", "unchanged", "ten times smaller")
KICK_ANSWERS = ("both", "only the plain one", "only batch norm", "neither")

INVARIANT = 0.01  # the most that an output of spread 1 may move and still count as the same
NEAR = 0.1  # relative distance within which a ratio counts as the named one
GOES_ON = 1.25  # training loss after a kick over that before, up to which a run goes on as if nothing had happened
RIGHT_ANGLE = 1e-6  # largest |cos| that counts as one: far above rounding in float64, far below a real tilt
BALANCED = 0.1  # relative distance from equilibrium that counts as in balance
ROUNDING, SAME = 1e-6, 0.01  # differences of losses (nats): by rounding alone, and too small to matter


def what_the_gradient_did(at_ten: ScaleEffect) -> str:
    """Return which answer the run gave, for W times ten."""
    for answer, ratio in zip(GRADIENT_ANSWERS, (10.0, 1.0, 0.1), strict=True):
        if abs(at_ten.gradient_ratio / ratio - 1) <= NEAR:
            return answer
    return f"{short(at_ten.gradient_ratio, 2)} times as large"


def why_the_gradient(at_ten: ScaleEffect, eps: float) -> str:
    """Return the reason for `what_the_gradient_did`, with the numbers of the run."""
    measured = f"Its gradient is {short(at_ten.gradient_ratio, 4)} times what it was."
    if at_ten.output_difference > INVARIANT:
        return f"{measured} With ε = {short(eps)} the scale still matters, so the rule 1/a does not hold."
    return (
        f"{measured} The output does not notice the scale of W, and a weight that is ten times as long needs a "
        "change ten times as long to turn it by the same angle."
    )


def scale_table(effects: Mapping[str, ScaleEffect]) -> pd.DataFrame:
    """Return one row a layer, label → effect: the spread of its output, and what a made of its gradient."""
    return pd.DataFrame(
        {
            "spread of y": [short(found.output_sd) for found in effects.values()],
            "‖∂L/∂W‖": [f"×{short(found.gradient_ratio)}" for found in effects.values()],
            "‖∂L/∂W‖/‖W‖": [f"×{short(found.relative_step_ratio)}" for found in effects.values()],
        },
        index=pd.Index(effects, name="layer"),
    )


def scale_verdict(now: ScaleEffect, unscaled: ScaleEffect, eps: float, scale: float) -> str:
    """Return what W times a did to the batch-norm layer: nothing, or what ε has to do with it."""
    if scale == 1:
        return "a = 1 is the layer as it was initialized. Move a."
    moved = f"the output that moved most moved by {short(now.output_difference, 2)}"
    gradient = f"gradient of W is {short(now.gradient_ratio, 4)} times as long"
    if now.output_difference <= INVARIANT:
        turn = f"turns W {short(now.relative_step_ratio, 4)} times as far, and 1/a² is {short(scale**-2)}"
        return (
            f"**Batch norm does not notice a = {short(scale)}**: {moved}. The {gradient}; 1/a is {short(1 / scale)}. "
            f"At the same rate an update therefore {turn}."
        )
    spreads = f"{short(unscaled.output_sd, 2)} to {short(now.output_sd, 2)}"
    return (
        f"**Here the invariance is gone**: {moved}. ε = {short(eps)} is not small beside the variance of Wu, with or "
        f"without the factor, so the output's spread goes from {spreads}. The {gradient}; with ε = 0 it would be "
        f"{short(1 / scale)}."
    )


def went_on(row: pd.Series) -> bool:
    """Return whether a run of `kick_effect` trained on after the kick as if nothing had happened."""
    return bool(row["loss_after"] <= GOES_ON * row["loss_before"])


@remembered
def what_the_kick_did(effects: pd.DataFrame) -> str:
    """Return which answer the run gave: who went on."""
    plain, batch = (went_on(effects[effects["norm"] == norm].iloc[0]) for norm in ("none", "batch"))
    return KICK_ANSWERS[{(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}[plain, batch]]


@remembered
def why_the_kick(effects: pd.DataFrame, factor: float) -> str:
    """Return the losses around the kick and, for batch norm, what they show."""
    plain, batch = (effects[effects["norm"] == norm].iloc[0] for norm in ("none", "batch"))
    losses = (
        f"Training loss, mean of {BATCHES} mini-batches before and after: plain {_change(plain)}; "
        f"batch norm {_change(batch)}."
    )
    if went_on(batch) and factor > 1:
        return (
            f"{losses} Batch norm's output did not notice the kick, but its pace did: by the rule 1/a² the same rate "
            f"now turns W {short(factor**-2)} times as far in each update."
        )
    if went_on(batch) or factor >= 1:
        return losses
    return (
        f"{losses} By the rule above, the kick itself leaves batch norm's output alone. But W is now {short(factor)} "
        f"times as long, and the same rate turns it {short(factor**-2)} times as far in each update: too far here."
    )


def _change(row: pd.Series) -> str:
    after = bounded(row["loss_after"]) if isfinite(row["loss_after"]) else row["status"]
    return f"{short(row['loss_before'])}, then {after}"


def evaluation_verdict(batch: pd.Series) -> str:
    """Return what the kick did to batch norm's test accuracy, which is taken with the running statistics."""
    before, lowest = batch["accuracy_before"], batch["accuracy_lowest"]
    margin = f"{100 * BACK:g} points"
    if lowest >= before - BACK:
        return f"Batch norm's test accuracy stayed within {margin} of the {percent(before)} before the kick."
    back = batch["steps_until_back"]
    end = (
        "It did not come back in this run." if isnan(back) else f"After {back:.0f} updates it was back within {margin}."
    )
    reason = (
        "The training loss, taken with the batch's own μ and σ, shows no such trouble: what was out of date are the "
        "running averages of μ and σ, which evaluation uses and which need some batches to follow the new scale."
        if went_on(batch)
        else "Two causes mix here: the running averages of μ and σ, which evaluation uses, had to follow the new "
        "scale, and the training itself was disturbed."
    )
    return f"Batch norm's test accuracy fell from {percent(before)} to {percent(lowest)}. {end} {reason}"


def growth_verdict(row: pd.Series, label: str) -> str:
    """Return whether a run of `growth_summary` kept the right angle, and what became of its length."""
    change = f"In the whole run ‖w‖ became {short(row['growth'], 4)} times as long"
    shrank = f"it shrank in {percent(row['shrinking'])} of the updates" if row["shrinking"] else "it never shrank"
    if row["largest_cosine"] <= RIGHT_ANGLE:
        return (
            f"**{label}: a right angle every time.** |cos(w, g)| was at most {short(row['largest_cosine'], 1)}, and "
            f"Pythagoras foretold ‖w‖² to {short(row['largest_error'], 1)} of its value. {change}; {shrank}."
        )
    return (
        f"**{label}: no right angle.** |cos(w, g)| reached {row['largest_cosine']:.2f}, and adding squares misses "
        f"‖w‖² by up to {percent(row['largest_error'])}. {change}; {shrank}."
    )


def equivalence_verdict(difference: float, norm: str, scale: float) -> str:
    """Return whether aW at the rate a²η trained like W at the rate η, given their largest difference of loss."""
    rate = f"a = {short(scale)} with {short(scale**2)} times the rate"
    if difference <= ROUNDING:
        return f"**The same training.** For {rate} the losses differ by {short(difference, 1)} at most, by rounding."
    if difference <= SAME:
        return (
            f"**The same training, for any purpose.** For {rate} the losses differ by {short(difference, 1)} at "
            "most, through ε and the rounding of 32-bit numbers."
        )
    apart = _by_up_to(difference) if isfinite(difference) else "for good: one of them diverged"
    if norm != "batch":
        reason = "The output of a plain layer depends on the scale of W, so no rate makes up for it."
    elif scale < 1:
        reason = "The variance of Wu is a² times as large, and ε = 10⁻⁵ is no longer small beside it."
    else:
        reason = "Where training is rough, differences by rounding grow from step to step."
    return f"**Two different trainings.** For {rate} the losses part {apart}. {reason}"


def _by_up_to(difference: float) -> str:
    words = bounded(difference, 2)
    return f"by {words}" if words.startswith("more") else f"by up to {words}"


def decay_verdict(difference: float) -> str:
    """Return whether the rising rate trained like decay, given their largest difference of loss."""
    if difference <= ROUNDING:
        return (
            f"**The same training.** With decay, and without it at the rising rate, the losses differ by "
            f"{short(difference, 1)} at most, by rounding."
        )
    if difference <= SAME:
        return (
            f"**The same training, for any purpose.** The losses differ by {short(difference, 1)} at most, through ε "
            "and the rounding of 32-bit numbers."
        )
    return (
        f"**Not the same in these numbers.** The losses part {_by_up_to(difference)}. The identity needs "
        "ε = 0, and where training is rough small differences grow from step to step. Switch to ε = 0 and 64-bit "
        "numbers to see what is left of the difference."
    )


@remembered
def equilibrium_verdict(balance: pd.DataFrame) -> str:
    """Return whether decay and gradient steps are in balance in all runs of `equilibrium`."""
    low, high = short(balance["length"].min()), short(balance["length"].max())
    shares, turns = (f"{balance[name].min():.2f} to {balance[name].max():.2f}" for name in ("share", "turn"))
    if (balance["share"] - 1).abs().max() <= BALANCED:
        return (
            f"**In balance.** From three starts ‖W‖ came to {low} to {high} (means over the second half), and "
            f"‖W‖⁴ is {shares} times what the formula asks for. An update turned W by {turns} times √(2ηλ) on average."
        )
    return (
        f"**Not in balance.** ‖W‖ is {low} to {high} (means over the second half), and ‖W‖⁴ is {shares} times what the "
        f"formula asks for; an update turned W by {turns} times √(2ηλ). The formula supposes gradients that stay as "
        "large as they are. On labels that the network can fit they fade, and the balance moves away before W has "
        "reached it."
    )
