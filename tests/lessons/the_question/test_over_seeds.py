"""The race of the first page, settled from every seed and in both precisions as the page and its short answer say."""

import itertools

import pytest

from bnviz.lessons.the_question import verdicts
from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.outcome import outcomes
from bnviz.training import train
from tests.lessons.driven import PRECISIONS, SEEDS, of_all

pytestmark = pytest.mark.slow

DRIVEN = of_all(itertools.product(SEEDS, PRECISIONS), [(0, "float64"), (7, "float32")])


@pytest.mark.parametrize(("seed", "precision"), DRIVEN)
def test_only_batch_norm_learns_in_the_race(seed, precision):
    history = train(PRECISIONS[precision](race(seed=seed)).model_copy(update={"records": 2}))
    ended = dict(zip(NORMS_IN_RACE, outcomes(history), strict=True))
    assert verdicts.what_happened(ended) == "only batch norm"
    assert verdicts.verdict(ended).startswith("Only batch norm learned.")
    # Far from the bound on either side: neither rounding nor another processor turns it.
    assert max(ended[norm].test_accuracy for norm in ("none", "affine")) < 0.13
    assert ended["batch"].test_accuracy > 0.9
