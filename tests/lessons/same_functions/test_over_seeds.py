"""What the page says without asking a run, driven over seeds and the values of its controls."""

import itertools
import re

import pytest

from bnviz.lessons.same_functions import verdicts
from bnviz.lessons.same_functions.fixed_scale import OTHER_RATE, SAME_RATE, SCALES, FixedScale, difference
from bnviz.lessons.same_functions.folding import Folding, folding_summary
from bnviz.lessons.same_functions.identity import EPSILONS, ScaleIdentity, found
from bnviz.lessons.same_functions.parting import Parting, endings, split
from bnviz.lessons.same_functions.plane import RATES, Walks, state
from tests.lessons.driven import SEEDS, of_all

pytestmark = pytest.mark.slow

GRID = list(itertools.product((0.03, 0.1, 0.3, 1.0), (1, 3, 6), SEEDS))


def no_report(step, losses):
    pass


def never():
    return False


def compute(task):
    return task.compute(no_report, never)


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
    assert "both sides are identical" in verdicts.change_verdict(affine, exact)
    for eps in EPSILONS:
        batch = found(table, "batch", eps)
        said = verdicts.identity_verdict(affine, batch, eps)
        kept = re.search(r"Batch norm: (only|all but only|with this ε)|Batch norm (with this ε)", said)
        assert kept
        share = batch.weight_part / batch.gamma_part
        assert ("only γ is pulled" in said) == (share <= verdicts.SLIGHT)
        assert ("Batch norm: only" in said) == (eps == 0)


@pytest.mark.parametrize(("rate", "depth", "seed"), of_all(GRID, [(1.0, 3, 0), (0.3, 3, 2), (0.3, 1, 1)]))
def test_who_got_furthest_is_who_has_the_lowest_loss_by_a_margin(rate, depth, seed):
    ends = endings(compute(Parting(rate, depth, seed)), 150)
    names, losses = ("batch norm", "γx + β", "plain"), [end.loss for end in ends]
    said = verdicts.walks_verdict(ends, names)
    near = [name for name, loss in zip(names, losses, strict=True) if loss <= 1.25 * min(losses)]
    if len(near) == 3:
        assert "about the same in this run" in said
    else:
        head = said.split("reached the lowest loss")[0].lower()
        assert [name for name in names if name in head] == near
        assert ("hardly apart in this run" in said) == (len(near) == 2)


@pytest.mark.parametrize(("scale", "seed"), of_all(itertools.product(SCALES, SEEDS), [(c, 0) for c in SCALES]))
def test_a_held_scale_is_a_learning_rate_at_every_scale(scale, seed):
    frame = compute(FixedScale(scale, seed))
    same, other = (difference(frame, run) for run in (SAME_RATE, OTHER_RATE))
    said = verdicts.fixed_scale_verdict(same, other, scale)
    assert other < 1e-9
    assert ("nothing tells the three apart" in said) == (same < 1e-9) == (scale == 1)


@pytest.mark.parametrize("rate", RATES)
def test_a_walk_is_said_to_change_by_what_can_be_read(rate):
    for seed, length, angle in itertools.product(of_all(SEEDS, [0, 5]), (0.1, 2.0, 4.0), (30.0, 170.0, 290.0)):
        frame = Walks(length, angle, rate, seed).compute()
        plain, batch = (state(frame, norm, 60) for norm in ("none", "batch"))
        assert "every ray is level" in verdicts.ray_verdict(plain, batch)
        for norm, update in itertools.product(("none", "batch"), (1, 60)):
            said = verdicts.walk_verdict(state(frame, norm, 0), state(frame, norm, update), "It")
            if changed := re.search(r"(grew|shrank) from (\S+) to (\S+);", said):
                assert changed[2] != changed[3]
            assert norm == "none" or "shrank" not in said
