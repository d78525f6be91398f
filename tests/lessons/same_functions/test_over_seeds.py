"""What the page says without asking a run, driven over seeds and the values of its controls."""

import re

import pytest

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.folding import Folding, folding_summary
from bnviz.lessons.same_functions.identity import EPSILONS, ScaleIdentity, found
from bnviz.lessons.same_functions.parting import Parting, split

pytestmark = pytest.mark.slow

SEEDS = range(10)


def no_report(step, losses):
    pass


def never():
    return False


@pytest.mark.parametrize("seed", SEEDS)
def test_folding_changes_no_answer_and_holds_in_evaluation_only(seed):
    batch, affine = (row for _, row in folding_summary(Folding(seed).compute(no_report, never)).iterrows())
    assert verdicts.what_folding_did(batch) == "none"
    assert "identical (rounding only)" in verdicts.why_folding_in_short(batch)
    assert "As a function, yes." in verdicts.redundancy_verdict(batch, affine)
    # as the step of the figure says
    assert "This holds in evaluation only." in verdicts.mode_verdict(batch)
    assert batch["changed_training"] > 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("depth", [1, 3, 6])
@pytest.mark.parametrize("rate", [0.03, 0.1, 0.3, 1.0])
def test_the_first_update_already_leads_elsewhere(rate, depth, seed):
    parted = split(Parting(rate, depth, seed, steps=1).compute(no_report, never))
    assert parted.start < verdicts.ROUNDING < 1e-3 < parted.first
    assert verdicts.what_parted(parted) == "with the first update"


@pytest.mark.parametrize("seed", SEEDS)
def test_who_is_pulled_is_what_the_numbers_say_at_every_eps(seed):
    table = ScaleIdentity(seed).compute(no_report, never)
    affine, exact = found(table, "affine"), found(table, "batch", 0.0)
    assert "hold: identical" in verdicts.change_verdict(affine, exact)
    for eps in EPSILONS:
        batch = found(table, "batch", eps)
        said = verdicts.identity_verdict(affine, batch, eps)
        kept = re.search(r"Batch norm: (only|all but only|with this ε)|Batch norm (with this ε)", said)
        assert kept
        share = batch.weight_part / batch.gamma_part
        assert ("only γ is pulled" in said) == (share <= verdicts.SLIGHT)
        assert ("Batch norm: only" in said) == (eps == 0)
