"""Where each sentence of the lesson on coordinates changes."""

from math import log

import pandas as pd
import pytest

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.identity import Found
from bnviz.lessons.same_functions.parting import Ending, Split
from tests.lessons.edges import require_edge

NAMES = ("batch norm", "γx + β", "plain")


def folded(**more):
    values = {"double": 0.0, "single": 0.0, "training": 0.0, "spread": 1.0, "examples": 1_000_000, "changed": 0}
    return pd.Series({**values, "changed_training": 0, "became_right": 0, "became_wrong": 0, **more})


def redundant(batch=0.0, affine=0.0):
    return verdicts.redundancy_verdict(folded(double=batch), folded(double=affine))


def parted(first=0.0, last=0.0, moved=1.0):
    split = Split(0.0, first, last, moved, 5.2)
    return verdicts.what_parted(split) + verdicts.why_parted(split)


def walks(*losses):
    return verdicts.walks_verdict([Ending(150, loss, False) for loss in losses], NAMES)


def pulled(batch_pull, gamma_part=1.0):
    batch = Found(gamma_part, batch_pull, 0.0, 0.0, 0.0, 0.5)
    return verdicts.identity_verdict(Found(1.0, 1.0, 0.0, 0.0, 0.0, 1.0), batch, 0.1)


def at(angle=0.0, length=1.0, along=0.0, loss=0.5):
    return pd.Series({"angle": angle, "length": length, "along_ray": along, "loss": loss})


NEAR, FAR = "is close to evaluation mode", "in evaluation only"
EDGES = {
    "half of the answers": (
        lambda x: verdicts.what_folding_did(folded(changed=x)),
        500_000.0,
        "some",
        "most",
    ),
    "batch norm folded": (lambda x: redundant(batch=x), 1e-9, "As a function, yes", "Not the same"),
    "γx + β merged": (lambda x: redundant(affine=x), 1e-9, "As a function, yes", "Not the same"),
    "training mode": (lambda x: verdicts.mode_verdict(folded(training=x)), 0.1, NEAR, FAR),
    "plain at c²η": (lambda x: verdicts.fixed_scale_verdict(1.0, x, 2.0), 1e-9, "as a learning rate", "Not the same"),
    "plain at η": (lambda x: verdicts.fixed_scale_verdict(x, 0.0, 2.0), 1e-9, "nothing tells", "as a learning rate"),
    "parted at once": (lambda x: parted(first=x, moved=1e-12), 1e-9, "never", "with the first update"),
    "parted at last": (lambda x: parted(last=x), 1e-9, "never", "little by little"),
    "no walk ahead": (lambda x: walks(1.0, x, 1.0), 1.25, "about the same in this run", "the lowest loss"),
    "two walks ahead": (
        lambda x: walks(1.0, x, 2.0),
        1.25,
        "and γx + β reached the lowest losses",
        "Batch norm reached",
    ),
    "no pull": (pulled, 1e-9, "norm: only γ is pulled", "all but only"),
    "some pull": (pulled, 0.01, "all but only", "pulls on w too"),
    "level rays": (lambda x: verdicts.ray_verdict(at(along=1.0), at(along=x)), 1e-9, "is level", "do not differ"),
    "rays of plain": (lambda x: verdicts.ray_verdict(at(along=x), at()), 1e-9, "do not differ", "is level"),
}
ABOVE = {
    "parted by a tenth": (parted, 0.1, "little by little", "with the first update"),
    "as bad as guessing": (lambda x: walks(0.1, 0.1, x), 0.9 * log(10), "", "(guessing gives 2.30)"),
}
"""Here the threshold itself counts as above."""


@pytest.mark.parametrize("edge", EDGES)
def test_a_sentence_changes_above_its_threshold(edge):
    require_edge(*EDGES[edge])


@pytest.mark.parametrize("edge", ABOVE)
def test_a_sentence_changes_at_its_threshold(edge):
    require_edge(*ABOVE[edge], counts_below=False)


@pytest.mark.parametrize(("change", "words"), [(0.9e-9, "stayed 1"), (1.1e-9, "grew"), (-1.1e-9, "shrank")])
def test_a_length_stays_up_to_rounding(change, words):
    assert words in verdicts.walk_verdict(at(), at(length=1 + change), "It")


@pytest.mark.parametrize(("angle", "turned"), [(170, 170), (190, 170), (350, 10), (10, 10), (180, 180)])
def test_a_turn_takes_the_short_way(angle, turned):
    for start in (0, 90, 300):
        said = verdicts.walk_verdict(at(angle=start), at(angle=(start + angle) % 360), "It")
        assert said.startswith(f"It turned by {turned}°")


def test_one_changed_answer_is_some():
    assert [verdicts.what_folding_did(folded(changed=count)) for count in (0, 1)] == ["none", "some"]


def test_every_number_of_a_sentence_is_that_of_its_run():
    row = folded(changed=3, examples=360, spread=1.5, single=2e-6, double=4e-15)
    assert verdicts.why_folding(row) == (
        "3 of 360 answers changed. The outputs have a spread (standard deviation) of 1.5. Before and after folding "
        "they differ by at most 2·10⁻⁶ in 32-bit numbers, and differ by at most 4·10⁻¹⁵ in 64-bit ones."
    )
    assert "at most 3·10⁻¹⁶; at the rate η plain differs by up to 0.7." in verdicts.fixed_scale_verdict(0.7, 3e-16, 2.0)
    assert "at the rate c²η differs from γ = c by up to 0.2." in verdicts.fixed_scale_verdict(0.7, 0.2, 2.0)
    split = Split(1e-15, 2.0, 3.0, 4.0, 5.0)
    assert (
        "differed by at most 10⁻¹⁵ at step 0, and by 2 after one update. That update moved batch norm's own outputs by "
        "up to 4, those of γx + β by up to 5."
    ) in verdicts.why_parted(split)
    assert "plain 1; γx + β 2; batch norm 3." in walks(3.0, 2.0, 1.0).replace(" (guessing gives 2.30)", "")
    affine, batch = Found(1.1, 1.2, 1.3, 0, 0, 1), Found(2.1, 2.2, 2.3, 0, 0, 0.25)
    said = verdicts.identity_verdict(affine, batch, 0.1)
    assert "w·∂L/∂w reaches 1.2 and differs from γ·∂L/∂γ by at most 1:" in said
    assert "|w·∂L/∂w| is at most 2.2, |γ·∂L/∂γ| reaches 2.1; ε = 0.1 leaves up to 0.25 of the pull" in said
    assert "changes by 0.2 with batch norm and by 0.1 without" in verdicts.ray_verdict(at(along=0.1), at(along=0.2))
    said = verdicts.walk_verdict(at(0, 1.0, loss=0.9), at(20, 3.0, loss=0.4), "It")
    assert said == "It turned by 20° while its length grew from 1 to 3; loss 0.4."
