"""The words of the lesson on scale that depend on a result."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.scale_decoupling.hand import FROM, TIMES, Longer
from bnviz.lessons.scale_decoupling.kick import BACK, BATCHES
from bnviz.lessons.scale_decoupling.kick_statistics import AfterTheKick
from bnviz.lessons.scale_decoupling.scale import ScaleEffect
from bnviz.words import bounded, percent, short

GRADIENT_ANSWERS = ("ten times larger", "unchanged", "ten times smaller")
KICK_ANSWERS = ("both", "only the plain one", "only batch norm", "neither")

INVARIANT = 0.01  # the most that an output of spread 1 may move and still count as the same
NEAR = 0.1  # relative distance within which a ratio counts as the named one
SLIGHT = 0.01  # and within which nothing is said of it
GOES_ON = 1.25  # training loss after a kick over that before, up to which a run goes on as if nothing had happened
RIGHT_ANGLE = 1e-6  # largest |cos| that counts as one: far above rounding in float64, far below a real tilt
BALANCED = 0.1  # relative distance from equilibrium that counts as in balance
ROUNDING = 1e-6  # a difference of losses (nats) that is rounding alone
SAME = 0.02  # and one too small to matter: 32-bit trainings that are one by the rule differ by up to half of it


def what_the_gradient_did(ratio: float) -> str:
    """Return the answer that `ratio` gives: ‖∂L/∂w‖ of w made ten times as long over that before."""
    for answer, named in zip(GRADIENT_ANSWERS, (10.0, 1.0, 0.1), strict=True):
        if abs(ratio / named - 1) <= NEAR:
            return answer
    return f"{short(ratio, 2)} times as large"


def why_the_gradient(plain: Longer, batch: Longer) -> str:
    """Return what the two neurons noticed of w made ten times as long."""
    lengths = f"From ‖w‖ = {short(FROM)} to {short(TIMES * FROM)}"
    gradient = f"‖∂L/∂w‖ goes from {short(batch.gradient_before)} to {short(batch.gradient_after)}"
    if abs(batch.loss_after - batch.loss_before) <= ROUNDING:
        loss = f"batch norm's loss stays {short(batch.loss_before)}"
    else:
        loss = f"batch norm's loss goes from {short(batch.loss_before)} to {short(batch.loss_after)}"
    return (
        f"{lengths} {loss}, and its {gradient}. Without batch norm the loss goes from {short(plain.loss_before)} to "
        f"{short(plain.loss_after)}."
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
    """Return what W times a did to the batch-norm layer: nothing, hardly anything, or what ε has to do with it."""
    if scale == 1:
        return "a = 1 is the layer as it was initialized. Move a."
    moved = f"the output that moved most moved by {short(now.output_difference, 2)}"
    gradient = f"gradient of W is {short(now.gradient_ratio, 4)} times as long"
    spread = now.output_sd / unscaled.output_sd
    law = max(abs(now.gradient_ratio * scale - 1), abs(spread - 1))
    if law <= NEAR:
        turn = f"turns W {short(now.relative_step_ratio, 4)} times as far, and 1/a² is {short(scale**-2)}"
        rule = f"The {gradient}; 1/a is {short(1 / scale)}. At the same rate an update therefore {turn}."
        if now.output_difference <= INVARIANT and law <= SLIGHT:
            return f"**Batch norm does not notice a = {short(scale)}**: {moved}. {rule}"
        return (
            f"**Batch norm hardly notices a = {short(scale)}**: {moved}, because ε = {short(eps)} is small beside the "
            f"variance of Wu, but not nothing. {rule}"
        )
    spreads = f"{short(unscaled.output_sd, 2)} to {short(now.output_sd, 2)}"
    return (
        f"**Here the invariance is gone**: {moved}. ε = {short(eps)} is not small beside the variance of Wu, with or "
        f"without the factor: the output's spread goes from {spreads}. The {gradient}; with ε = 0 it would be "
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
        f"{losses} W is now {short(factor)} times as long, and by the rule 1/a² the same rate turns it "
        f"{short(factor**-2)} times as far in each update."
    )


def _change(row: pd.Series) -> str:
    after = bounded(row["loss_after"]) if isfinite(row["loss_after"]) else row["status"]
    return f"{short(row['loss_before'])}, then {after}"


def evaluation_verdict(batch: pd.Series, at_once: AfterTheKick) -> str:
    """Return what the kick did to batch norm's test accuracy, and whether the running averages are the cause.

    `at_once` is the accuracy right after the kick, as it is and with running averages that have gone along.
    """
    before, lowest = batch["accuracy_before"], batch["accuracy_lowest"]
    margin = f"{100 * BACK:g} points"
    if lowest >= before - BACK:
        return f"Batch norm's test accuracy stayed within {margin} of the {percent(before)} before the kick."
    back = batch["steps_until_back"]
    end = (
        "It did not come back in this run." if isnan(back) else f"After {back:.0f} updates it was back within {margin}."
    )
    fell = f"Batch norm's test accuracy fell from {percent(before)} to {percent(lowest)}. {end}"
    control = (
        f"Right after the kick it is {percent(at_once.stale)}; with the running averages of μ and σ² multiplied by a "
        f"and a² it is {percent(at_once.repaired)}"
    )
    if abs(at_once.repaired - at_once.before) <= BACK < at_once.before - at_once.stale:
        reason = "what was out of date are the running averages, which evaluation uses"
        more = (
            ""
            if went_on(batch)
            else " In the updates that follow the training loss rises as well, so from there on two causes mix."
        )
        return f"{fell} {control}: {reason}.{more}"
    return f"{fell} {control}. So the running averages alone do not explain it."


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


def equivalence_verdict(difference: float, norm: str, scale: float, same_rate: float) -> str:
    """Return whether aW at the rate a²η trained like W at the rate η, given their largest difference of loss.

    `same_rate` is that of aW at the rate η.
    """
    rate = f"a = {short(scale)} with {short(scale**2)} times the rate"
    beside = (
        f"At the same rate they part {_by_up_to(same_rate)}."
        if isfinite(same_rate)
        else "At the same rate one of them diverged."
    )
    if difference <= ROUNDING:
        return f"**The same training.** For {rate} the losses are identical (rounding only). {beside}"
    if difference <= SAME:
        return (
            f"**All but the same training.** For {rate} the losses differ by {short(difference, 1)} at most. {beside}"
        )
    apart = _by_up_to(difference) if isfinite(difference) else "for good: one of them diverged"
    if norm != "batch":
        reason = "The output of a plain layer depends on the scale of W, so no rate makes up for it."
    else:
        reason = "With ε = 0 in 64-bit numbers see what is left of this."
    return f"**Two different trainings.** For {rate} the losses part {apart}. {reason} {beside}"


def _by_up_to(difference: float) -> str:
    words = bounded(difference, 2)
    return f"by {words}" if words.startswith("more") else f"by up to {words}"


def decay_verdict(difference: float, rise: float, measured: float, theory: float) -> str:
    """Return whether the rising rate trained like decay, given their largest difference of loss.

    `rise` is the last rate over η; `measured` and `theory` how many times as long W is without decay.
    """
    lengths = (
        f"Its rate rises to {short(rise)} times η, and without decay W ends {short(measured, 4)} times as long; theory "
        f"says {short(theory, 4)}."
    )
    if difference <= ROUNDING:
        return (
            "**The same training.** With decay, and without it at the rising rate, the losses are identical (rounding "
            f"only). {lengths}"
        )
    if difference <= SAME:
        return f"**All but the same training.** The losses differ by {short(difference, 1)} at most. {lengths}"
    return (
        f"**Not the same in these numbers.** The losses part {_by_up_to(difference)}. The identity needs ε = 0: with "
        f"that, in 64-bit numbers, see what is left of the difference. {lengths}"
    )


def _from_to(values: pd.Series) -> str:
    """The range of some numbers; one number where both ends are written alike."""
    low, high = f"{values.min():.2f}", f"{values.max():.2f}"
    return low if low == high else f"{low} to {high}"


@remembered
def equilibrium_verdict(balance: pd.DataFrame) -> str:
    """Return whether decay and gradient steps are in balance in all runs of `equilibrium`."""
    low, high = short(balance["length"].min()), short(balance["length"].max())
    shares, turns = (_from_to(balance[name]) for name in ("share", "turn"))
    measured = f"‖W‖⁴ is {shares} times what the formula asks for"
    turn = f"An update turned W by {turns} times √(2ηλ) (root mean square)."
    if (balance["share"] - 1).abs().max() <= BALANCED:
        return (
            f"**In balance.** From three starts ‖W‖ came to {low} to {high} (means over the second half), and "
            f"{measured}. {turn}"
        )
    return (
        f"**Not in balance in this run.** ‖W‖ is {low} to {high} (means over the second half), and {measured}. {turn} "
        "The formula supposes gradients that keep their size while W forgets where it began."
    )
