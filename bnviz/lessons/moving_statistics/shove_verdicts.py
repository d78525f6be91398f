"""The words about a unit that is shoved by hand."""

from __future__ import annotations

from dataclasses import replace

from bnviz.kept import remembered
from bnviz.lessons.moving_statistics.shove import Shove
from bnviz.lessons.moving_statistics.verdicts import OUTPUT_ANSWERS, SAME
from bnviz.words import number


@remembered
def what_the_shove_did(shove: Shove, seed: int) -> str:
    """Return which answer batch norm's outputs give in training, in the batch that is shown."""
    output = replace(shove, evaluating=0).outputs("batch", seed=seed)
    if abs(output.mean() - shove.beta) > SAME:
        return OUTPUT_ANSWERS[0]
    return "the mean is β, the spread is not |γ|" if abs(output.std() - abs(shove.gamma)) > SAME else OUTPUT_ANSWERS[2]


@remembered
def why_the_shove(shove: Shove, seed: int) -> str:
    """Return mean and spread of both networks' outputs, as they stand in the picture."""
    training = replace(shove, evaluating=0)
    affine, batch = (_mean_and_spread(training, norm, seed) for norm in ("affine", "batch"))
    said = f"γx + β puts out {affine} (mean ± spread), batch norm {batch}, with β = {number(shove.beta)}"
    said += f" and γ = {number(shove.gamma)}."
    if max(abs(shove.beta), abs(abs(shove.gamma) - 1)) <= SAME:
        said += " Here that is 0 and 1 as well; move γ or β."
    if shove.evaluating:
        said += f" In evaluation, with running averages, it puts out {_mean_and_spread(shove, 'batch', seed)}."
    return said


def _mean_and_spread(shove: Shove, norm: str, seed: int) -> str:
    output = shove.outputs(norm, seed=seed)
    return f"{number(float(output.mean()))}\u00a0±\u00a0{number(float(output.std()))}"
