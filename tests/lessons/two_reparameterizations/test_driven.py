"""What the page on two reparameterizations says, held against its numbers for seeds 0 to 9 and all its controls."""

import itertools

import numpy as np
import pytest

from bnviz.lessons.two_reparameterizations import verdicts
from bnviz.lessons.two_reparameterizations.direction import ANGLES, FACTORS, TurnedWeights, compared, dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import FUNCTIONS, GradientEstimates, measured
from bnviz.lessons.two_reparameterizations.last_line import BATCHES, START_TURN, TURN, LastLine
from bnviz.lessons.two_reparameterizations.orthogonality import RightAngles, largest_cosines
from tests.pages.reading import compute

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_turn_moves_x_hat_alone_in_the_figure(seed):
    line = LastLine(seed)
    before, after = line.at(), line.at(turn=START_TURN + TURN)
    moved, still = np.abs(after.normalized - before.normalized).max(), np.abs(after.noise - before.noise).max()
    assert line.moved_by_a_turn() == (moved, still)
    assert verdicts.what_turning_did(moved, still) == "x̂ alone"
    assert moved > 0.5, "it can be seen"
    stretched = line.at(length=2.0)
    assert stretched.normalized == pytest.approx(before.normalized, abs=1e-12)
    assert stretched.x == pytest.approx(2 * before.x)
    other = line.at(batch=line.strangest)
    assert other.x[0] == before.x[0]
    gaps = [abs(line.at(batch=number).normalized[0] - before.normalized[0]) for number in range(1, BATCHES + 1)]
    assert gaps[line.strangest - 1] == max(gaps) > 0.1
    assert before.normalized.mean() == pytest.approx(0, abs=1e-12)
    assert before.normalized.std() == pytest.approx(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_a_change_is_what_moved(seed):
    frame = compute(TurnedWeights(seed))
    for angle, factor, again in itertools.product(ANGLES, FACTORS, (False, True)):
        found, pairs = dependence(frame, angle, factor, again), compared(frame, angle, factor, again)
        said = verdicts.dependence_verdict(found, angle, factor, again)
        moved = np.abs(pairs["normalized_after"] - pairs["normalized_before"]).max()
        if not said.startswith("Nothing"):
            assert ("x̂ moves" in said) == (moved > 1e-6) == (angle > 0)
            assert ("ε is another one" in said) == again
        assert verdicts.leak_verdict(found).startswith("Neither depends on the length of w")


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_spread_and_the_means_are_what_the_estimates_show(seed):
    for function, mean, sd in itertools.product(FUNCTIONS, (0.0, 0.5, 1.0, 2.0, 3.0), (0.1, 0.25, 0.5, 1.0, 2.0)):
        samples = 4 if seed == 0 else 1
        task = GradientEstimates(function, mean, sd, samples, seed)
        found, exact = measured(compute(task)), task.exact
        # Fourth moments are large: a hundred thousand estimates know a variance to some percent.
        assert found.score == pytest.approx(exact.score / samples, rel=0.12)
        assert found.pathwise == pytest.approx(exact.pathwise / samples, rel=0.03)
        assert verdicts.unbiased(found, exact, task.estimates).startswith("**Both are right"), task
        answer = verdicts.which_spreads_more(exact.ratio)
        place = verdicts.SPREAD_ANSWERS.index(answer)
        low, high = [(10, np.inf), (1.25, 10), (0.8, 1.25), (0, 0.8)][place]
        assert low * 0.85 <= found.ratio <= high * 1.15


@pytest.mark.parametrize("seed", SEEDS)
def test_the_right_angle_is_there(seed):
    cosines = largest_cosines(compute(RightAngles(seed)))
    assert verdicts.right_angle_verdict(cosines).startswith("**The same right angle.**")
