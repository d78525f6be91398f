"""The verdicts of the page on scale, driven over seeds and the values of its controls."""

import itertools
import re

import pytest

from bnviz import train
from bnviz.lessons.scale_decoupling import periodic, periodic_verdicts, verdicts
from bnviz.lessons.scale_decoupling.decay import RISING, DecayEquivalence, length_ratio
from bnviz.lessons.scale_decoupling.equilibrium import Equilibrium, equilibrium
from bnviz.lessons.scale_decoupling.equivalence import equivalence, equivalence_experiment, largest_difference
from bnviz.lessons.scale_decoupling.growth import growth, growth_experiment, growth_summary
from bnviz.lessons.scale_decoupling.hand import longer
from bnviz.lessons.scale_decoupling.kick import kick_effect, kick_experiment
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics, at_once
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES, ScaleSweep, effect
from tests.lessons.driven import PRECISIONS, SEEDS, of_all
from tests.pages.reading import compute

pytestmark = pytest.mark.slow

KICKS = (0.1, 0.5, 2.0, 10.0, 100.0)
SINGLE = {"float32": PRECISIONS["float32"]}


def driven(*values, part, precisions=PRECISIONS):
    """(value, …, seed, precision): a part in 32-bit numbers; everything where DRIVE_ALL is set."""
    return of_all(itertools.product(*values, SEEDS, precisions), [(*row, "float32") for row in part])


def no_report(step, losses):
    pass


def never():
    return False


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_of_the_hand_is_ten_times_smaller_at_every_angle(seed):
    for angle in range(361):
        plain, batch = longer(float(angle), seed)
        assert verdicts.what_the_gradient_did(batch.gradient_ratio) == "ten times smaller"
        assert "batch norm's loss stays" in verdicts.why_the_gradient(plain, batch)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_invariance_is_gone_where_the_numbers_in_the_sentence_show_it(seed):
    table = ScaleSweep(seed).compute(no_report)
    for eps in EPSILONS:
        unscaled = effect(table, "batch", eps, 1.0)
        for scale in SCALES:
            now = effect(table, "batch", eps, scale)
            said = verdicts.scale_verdict(now, unscaled, eps, scale)
            if gone := re.search(r"spread goes from (\S+) to (\S+)\. .*is (\S+) times as long; .* be (\S+)\.$", said):
                before, after, length, law = gone.groups()
                assert before != after or length != law
                assert not (before == after and abs(now.gradient_ratio * scale - 1) < 0.1)
            if eps == 0:
                assert scale == 1 or "does not notice" in said
    hair = effect(table, "batch", 1e-3, 10.0), effect(table, "batch", 1e-3, 1.0)
    assert "invariance is gone" not in verdicts.scale_verdict(*hair, 1e-3, 10.0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("factor", KICKS)
def test_running_averages_that_go_along_restore_the_accuracy(factor, seed):
    found = at_once(KickStatistics(factor, seed).compute(no_report, never))
    assert found.repaired == pytest.approx(found.before, abs=1 / 360)


@pytest.mark.parametrize(("factor", "seed", "precision"), driven(KICKS, part=itertools.product((0.1, 10.0), range(4))))
def test_the_kick_is_laid_at_what_the_control_shows(factor, seed, precision):
    effects = kick_effect(train(PRECISIONS[precision](kick_experiment(factor, seed))))
    control = at_once(compute(PRECISIONS[precision](KickStatistics(factor, seed))))
    assert verdicts.what_the_kick_did(effects) == ("neither" if factor == 0.1 else "only batch norm")
    batch = effects[effects["norm"] == "batch"].iloc[0]
    said = verdicts.evaluation_verdict(batch, control)
    assert "what was out of date are the running averages" in said
    assert ("two causes mix" in said) == (not verdicts.went_on(batch))


@pytest.mark.parametrize(
    ("noisy", "seed", "precision"), driven((True, False), part=itertools.product((True, False), range(4)))
)
def test_decay_and_steps_balance_with_labels_of_both_kinds(noisy, seed, precision):
    task = Equilibrium(noisy, seed)
    balance = equilibrium(compute(PRECISIONS[precision](task)), task.steps)
    assert (balance["length"].min() > 3) == noisy  # labels that can be fit: smaller gradients, and a smaller length
    assert balance["turn"].between(0.95, 1.05).all()
    assert verdicts.equilibrium_verdict(balance).startswith("**In balance.**")


@pytest.mark.parametrize(
    ("init", "rate", "seed", "precision"),
    driven(
        (0.1, 0.2, 0.5, 1.0),
        (0.03, 0.1, 0.3, 1.0),
        part=[(*row, seed) for row in ((0.1, 1.0), (0.2, 0.3), (1.0, 0.03)) for seed in range(4)],
        precisions=SINGLE,  # it names its own, 64 bits
    ),
)
def test_the_right_angle_is_batch_norms_and_not_the_plain_ones(init, rate, seed, precision):
    summary = growth_summary(growth(train(growth_experiment(init, rate, seed)))).set_index("norm")
    held, broken = (verdicts.growth_verdict(summary.loc[norm], norm) for norm in ("batch", "none"))
    assert "a right angle every time" in held
    assert "it never shrank" in held
    assert "no right angle" in broken


@pytest.mark.parametrize(
    ("factor", "norm", "exact", "seed", "precision"),
    driven(
        (0.001, 0.01, 0.1, 10.0, 100.0),
        ("batch", "none"),
        (False, True),
        part=[(0.01, "batch", True, 0), (0.01, "batch", False, 0), (10.0, "batch", False, 3), (0.1, "none", True, 0)],
        precisions=SINGLE,  # `exact` names it
    ),
)
def test_a_larger_rate_makes_up_for_longer_weights_where_it_is_said(factor, norm, exact, seed, precision):
    frame = equivalence(train(equivalence_experiment(factor, norm, exact, seed)))
    same, scaled = (largest_difference(frame, run) for run in (1, 2))
    said = verdicts.equivalence_verdict(scaled, norm, factor, same)
    assert ("**The same training.**" in said) == (scaled <= 1e-6) == (norm == "batch" and exact)
    assert ("**All but the same training.**" in said) == (norm == "batch" and not exact and factor >= 0.1)
    assert ("**Two different trainings.**" in said) == (scaled > 0.05)


@pytest.mark.parametrize(
    ("decay", "exact", "seed", "precision"),
    driven(
        (0.01, 0.03, 0.1),
        (False, True),
        part=[(0.03, True, 0), (0.03, False, 5), (0.1, False, 0)],
        precisions=SINGLE,  # `exact` names it
    ),
)
def test_decay_is_a_rising_rate_where_it_is_said(decay, exact, seed, precision):
    task = DecayEquivalence(decay, exact, seed)
    frame = compute(task)
    apart, measured = largest_difference(frame, RISING), length_ratio(frame)
    said = verdicts.decay_verdict(apart, task.last_rate_ratio, measured, task.length_ratio)
    assert ("**The same training.**" in said) == (apart <= 1e-6) == exact
    assert ("**All but the same training.**" in said) == (not exact and decay < 0.1)
    assert ("**Not the same in these numbers.**" in said) == (apart > 0.05)
    # Where the losses part, so may the lengths: what is said gives both numbers, and calls them alike nowhere.
    assert measured == pytest.approx(task.length_ratio, rel=1e-6 if exact else 0.1 if apart <= 0.05 else 0.2)


@pytest.mark.parametrize(
    ("rate", "hidden_only", "seed", "precision"), driven(periodic.RATES, (False, True), part=[(0.2, False, 0)])
)
def test_spikes_are_laid_at_what_the_other_runs_lack(rate, hidden_only, seed, precision):
    frame = compute(PRECISIONS[precision](periodic.PeriodicTraining(rate, hidden_only, seed)))
    summary = periodic.periodic_summary(frame, rate)
    batch, without, plain = summary["spikes"]
    said = periodic_verdicts.periodic_verdict(summary, rate)
    assert ("it takes both, batch norm and decay" in said) == (batch > 0 and without == plain == 0)
    assert ("it is not alone in jumping" in said) == (batch > 0 and without == 0 and plain > 0)
    assert ("names no one cause" in said) == (batch > 0 and without > 0)
    if batch > 1:
        rise = summary["rate_rise"].iloc[0]
        assert ("decay shortens W" in periodic_verdicts.why_it_jumps(summary.iloc[0])) == (rise >= 2)
