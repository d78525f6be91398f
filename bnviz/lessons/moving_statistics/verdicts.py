"""The words of the lesson on moving statistics that depend on a result."""

from __future__ import annotations

from math import isfinite, pi

import pandas as pd

from bnviz.kept import remembered
from bnviz.lessons.moving_statistics.deep_kick import FACTOR, LATER, LOWER, NOISE
from bnviz.words import bounded, short

OUTPUT_ANSWERS = ("they drift along with μ and σ", "they stay at 0 and 1", "they are β and |γ| at every step")
RISE_ANSWERS = ("never", "after less than a tenth of the updates", "after a tenth of them or more")

SAME = 0.01  # of an output whose spread is about 1: what counts as no difference
UNMOVED = 0.001  # of the spread before a kick: what counts as not moved
EXACT = 0.001  # distance from 1 at which a gradient foretells what a tiny step does
HURT = 1.25  # loss right after a kick over that before it, above which the kick hurt
LITTLE = 0.5  # of a spread: a drift over a whole run that is called little
ADDS_UP = 10  # distance from the first step over the mean move of one update, above which moves add up
FEW = 5  # updates that raised the loss of one run beyond those of another: no difference
BATCH = 64


def row_of(frame: pd.DataFrame, norm: str) -> pd.Series:
    """Return the first row of this normalization."""
    return frame[frame["norm"] == norm].iloc[0]


@remembered
def what_the_output_did(layers: pd.DataFrame) -> str:
    """Return which answer the batch-norm run gave, from its rows of `drift`."""
    worst = layers[layers["norm"] == "batch"][["mean_gap", "sd_gap", "beta_reach", "gamma_reach"]].max()
    if worst["mean_gap"] > SAME:
        return OUTPUT_ANSWERS[0]
    if worst["sd_gap"] > SAME:
        return "the mean is β at every step, the spread is not |γ|"
    return OUTPUT_ANSWERS[1 if max(worst["beta_reach"], worst["gamma_reach"]) <= SAME else 2]


@remembered
def why_the_output(layers: pd.DataFrame, eps: float) -> str:
    """Return the numbers behind `what_the_output_did`, over all layers, units and recorded steps."""
    worst = layers[layers["norm"] == "batch"][["mean_gap", "sd_gap", "beta_reach", "gamma_reach"]].max()
    measured = (
        f"Over all layers, units and recorded steps, the mean of y came within {short(worst['mean_gap'], 1)} of β and "
        f"its standard deviation within {short(worst['sd_gap'], 1)} of |γ|. Training itself moved β by up to "
        f"{short(worst['beta_reach'], 2)} from 0 and |γ| by up to {short(worst['gamma_reach'], 2)} from 1."
    )
    if worst["sd_gap"] <= SAME:
        return measured
    return (
        f"{measured} With ε = {short(eps)} the spread is |γ|·σ/√(σ² + ε), and σ² is not large beside ε: what is left "
        "of σ shows in the output."
    )


@remembered
def output_verdict(layers: pd.DataFrame, eps: float) -> str:
    """Return what mean and spread of batch norm's outputs did in a training, and the numbers behind it."""
    answer = what_the_output_did(layers)
    return f"**Mean and spread of batch norm's outputs in this training: {answer}.** {why_the_output(layers, eps)}"


@remembered
def drift_verdict(layers: pd.DataFrame) -> str:
    """Return how far μ and the output's mean moved in the deepest layer, with γx + β and with batch norm."""
    deepest = layers[layers["layer"] == layers["layer"].max()]
    affine, batch = row_of(deepest, "affine"), row_of(deepest, "batch")
    own = ", which is β's own move" if batch["mean_gap"] <= SAME else ""
    followed = (
        "the output went along."
        if affine["output_mean_move"] > affine["mean_move"] / 2
        else "not half of that arrived at the output."
    )
    chance = short(2 / (pi * BATCH) ** 0.5, 2)
    return (
        f"**Deepest layer, from the first step to the last.** With γx + β, μ moved by {short(affine['mean_move'])} σ "
        f"and the mean of y by {short(affine['output_mean_move'])} of its standard deviations: {followed} With batch "
        f"norm, μ moved by {short(batch['mean_move'])} σ and the mean of y by {short(batch['output_mean_move'])}{own}. "
        f"(Two batches of {BATCH} differ by about {chance} σ in their mean by chance alone.)"
    )


@remembered
def kick_verdict(summary: pd.DataFrame, kind: str, kicks: int) -> str:
    """Return what the kicks did to the output above, from `kick_summary`."""
    if kicks == 0:
        return "No kick yet. Press the button."
    rows = {norm: row_of(summary, norm) for norm in ("batch", "layer", "affine")}
    what = f"multiplied by {FACTOR:g}" if kind == "scale" else f"given noise of {NOISE:g} times their spread"
    times = {1: "once", 2: "twice"}.get(kicks, f"{kicks} times")
    kick = f"The weights of the {LOWER} lower layers were {what}, {times}."
    calm = {norm: max(row["shift"], row["log_sd"]) <= UNMOVED for norm, row in rows.items()}
    if not calm["batch"]:
        return f"**Here batch norm's output moved too.** {kick}"
    alone = "" if calm["affine"] else " With γx + β mean and spread moved."
    head = "**With batch norm, mean and spread of every unit's output stayed.**"
    return f"{head} {kick}{alone} {_about_layer_norm(calm, kind)}".rstrip()


@remembered
def kick_table(summary: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Return one row a network, in the order of `labels`: how far y's mean moved, its spread's ratio, the losses."""
    rows = [row_of(summary, norm) for norm in labels]
    return pd.DataFrame(
        {
            "mean of y moved by": [f"{short(row['shift'], 2)} sd" for row in rows],
            "spread of y times": [short(row["sd_ratio"]) for row in rows],
            "loss before": [_loss(row["loss_before"]) for row in rows],
            "right after": [_loss(row["loss"]) for row in rows],
            f"{LATER} updates later": [_loss(row["loss_later"]) for row in rows],
        },
        index=pd.Index(labels.values(), name="network"),
    )


@remembered
def kick_loss_verdict(summary: pd.DataFrame, kicks: int) -> str:
    """Return whether the kicks hurt the loss of the mini-batch, and what training made of it, from `kick_summary`."""
    if kicks == 0:
        return ""
    batch, affine = (row_of(summary, norm) for norm in ("batch", "affine"))
    losses = "; ".join(
        f"{name} {_loss(row['loss_before'])}, {_loss(row['loss'])}, {_loss(row['loss_later'])}"
        for name, row in (("batch norm", batch), ("γx + β", affine))
    )
    losses = f"Loss before, right after, and {LATER} updates later: {losses}."
    if batch["loss"] <= HURT * batch["loss_before"]:
        return f"**The kick did not hurt batch norm's loss.** {losses}"
    if batch["loss_later"] <= HURT * batch["loss_before"]:
        back = f"and {LATER} updates made up for it"
    elif batch["loss_later"] * HURT < batch["loss"]:
        back = f"and {LATER} updates made up for part of it"
    else:
        back = f"and {LATER} updates did not make up for it"
    calm = max(batch["shift"], batch["log_sd"]) <= UNMOVED
    left = (
        " Mean and spread of each unit's outputs are what they were. What has changed is which example gets which "
        "value."
        if calm
        else ""
    )
    return f"**The kick hurt batch norm's loss all the same**, {back}.{left} {losses}"


def _loss(value: float) -> str:
    return bounded(value) if isfinite(value) else "diverged"


def _about_layer_norm(calm: dict[str, bool], kind: str) -> str:
    if kind == "scale" and calm["layer"]:
        return "Layer norm cancels a common factor as well; noise tells the two apart."
    if calm["batch"] and not calm["layer"]:
        return "Layer norm sets mean and spread over the units of one example, not over the examples of one unit."
    return ""


@remembered
def what_the_loss_did(summary: pd.DataFrame) -> str:
    """Return which answer the batch-norm run gave on the full batch, from `descent_summary`."""
    batch = row_of(summary, "batch")
    share = batch["rises"] / max(batch["updates"], 1)
    return RISE_ANSWERS[0 if batch["rises"] == 0 else 1 if share < 0.1 else 2]


@remembered
def descent_table(summary: pd.DataFrame, labels: dict[str, str]) -> pd.DataFrame:
    """Return one row a network, in the order of `labels`: how often its loss rose, and decrease over prediction."""
    rows = [row_of(summary, norm) for norm in labels]
    return pd.DataFrame(
        {
            "updates that raised the loss": [f"{row['rises']} of {row['updates']}" for row in rows],
            "decrease / η‖g‖², median": [f"{row['ratio']:.2f}" for row in rows],
            "of a tiny step, first": [f"{row['tiny_first']:.4f}" for row in rows],
            "of a tiny step, last": [f"{row['tiny_last']:.4f}" for row in rows],
        },
        index=pd.Index(labels.values(), name="network"),
    )


@remembered
def rise_verdict(summary: pd.DataFrame) -> str:
    """Return how often batch norm's loss rose on the full batch, and what the other runs did."""
    return f"**How often batch norm's loss rose: {what_the_loss_did(summary)}.** {why_the_loss(summary)}"


@remembered
def why_the_loss(summary: pd.DataFrame) -> str:
    """Return how often each loss rose, and what tells detached and whole gradient apart."""
    plain, detached, batch = (row_of(summary, norm) for norm in ("none", "batch_detached", "batch"))
    counts = (
        f"Updates that raised the loss: batch norm {batch['rises']} of {batch['updates']}, detached "
        f"{detached['rises']} of {detached['updates']}, plain {plain['rises']} of {plain['updates']}."
    )
    ends = f"At the last step the detached run's loss is {_loss(detached['loss'])}, batch norm's {_loss(batch['loss'])}"
    if detached["rises"] > batch["rises"] + FEW:
        return (
            f"{counts} Batch norm and the detached run compute the same function of their weights, and μ and σ move "
            f"in both. Only the gradient of the first knows how μ and σ will answer to the step. {ends}."
        )
    if detached["loss"] > HURT * batch["loss"]:
        more = "hardly rises" if detached["rises"] > batch["rises"] else "does not rise"
        return f"{counts} The detached run {more} more often here, but it falls less: {_lower(ends)}."
    if detached["loss"] * HURT < batch["loss"]:
        return f"{counts} Here the detached run does better: {_lower(ends)}."
    return f"{counts} Here both do about the same: {_lower(ends)}."


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


@remembered
def decrease_verdict(summary: pd.DataFrame) -> str:
    """Return whether the gradients foretell what a tiny step does, and what the plain network's rises then mean."""
    plain, detached, batch = (row_of(summary, norm) for norm in ("none", "batch_detached", "batch"))
    measured = (
        "For steps so short that only the slope counts, the loss fell by these multiples of η‖g‖²: batch norm "
        f"{_first_and_last(batch)}, detached {_first_and_last(detached)}, plain {_first_and_last(plain)} (first step, "
        "last one with a slope)."
    )
    if not _exact(batch):
        return f"**The prediction of batch norm's gradient is off here.** {measured}"
    wrong = (
        "The detached gradient is not the slope of the loss that it is to lower."
        if not _exact(detached)
        else "Here even the detached gradient comes close."
    )
    rises = (
        " The plain network's gradient is right as well; its loss rose because whole steps at this rate are too long "
        "for it."
        if plain["rises"] and _exact(plain)
        else ""
    )
    return f"**Batch norm's gradient has the motion of μ and σ in it.** {measured} {wrong}{rises}"


def _exact(row: pd.Series) -> bool:
    return bool(max(abs(row["tiny_first"] - 1), abs(row["tiny_last"] - 1)) <= EXACT)


def _first_and_last(row: pd.Series) -> str:
    return f"{row['tiny_first']:.4f} and {row['tiny_last']:.4f}"


@remembered
def kept_verdict(summary: pd.DataFrame) -> str:
    """Return what keeping a step's μ and σ for the next step would have done to batch norm's output."""
    batch = row_of(summary, "batch")
    times, spread = batch["kept_move"] / batch["output_move"], batch["kept_log_sd"] / batch["output_log_sd"]
    measured = (
        f"In one update the mean of x moved by {short(batch['z_move'], 2)} σ, and that of y by "
        f"{short(batch['output_move'], 2)} of its spread. Had each update kept the μ and σ from before it, the mean of "
        f"y would have moved {short(times, 2)} times as far, and its spread {short(spread, 2)} times as much."
    )
    if min(times, spread) <= 1:
        return f"**Kept statistics would not have hurt here.** {measured}"
    one, all_of_them = batch["kept_move"], batch["z_drift"]
    size = "very little" if one < 0.01 else "little" if one < 0.1 else "much"
    one_update = f"In one update that would be {size}, {short(one, 2)} of y's spread"
    distance = f"from the first step to the last the mean of x went {short(all_of_them, 2)} σ"
    sum_up = (
        f"{one_update}, but moves add up: {distance}, and with μ and σ kept all that time y would have gone along. "
        f"{'That is little too: μ hardly drifts in this run.' if all_of_them < LITTLE else 'That is not little.'}"
        if all_of_them > ADDS_UP * batch["z_move"]
        else f"{one_update}, and here it hardly adds up: {distance}."
    )
    return (
        f"**γ and β would be out of date if μ and σ were kept.** {measured} {sum_up} Taking μ and σ anew leaves only "
        "the moves of β and γ themselves."
    )


@remembered
def every_network_verdict(summary: pd.DataFrame) -> str:
    """Return how far one update moves the outputs of a plain network and of one with batch norm."""
    plain, batch = (row_of(summary, norm) for norm in ("none", "batch"))
    return (
        "**Being out of date by a step is nothing special.** In every network a layer was fitted to what the ones "
        "below put out a step ago. In one update the mean of a unit's output moved by "
        f"{short(plain['output_move'], 2)} of its spread in the plain network, and by {short(batch['output_move'], 2)} "
        "with batch norm (means over all units and updates)."
    )
