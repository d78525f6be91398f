"""The verdicts of the page on scale, driven over seeds and the values of its controls."""

import re

import pytest

from bnviz import train
from bnviz.lessons.scale_decoupling import verdicts
from bnviz.lessons.scale_decoupling.equilibrium import Equilibrium, equilibrium
from bnviz.lessons.scale_decoupling.growth import growth, growth_experiment, growth_summary
from bnviz.lessons.scale_decoupling.hand import longer
from bnviz.lessons.scale_decoupling.kick import kick_effect, kick_experiment
from bnviz.lessons.scale_decoupling.kick_statistics import KickStatistics, at_once
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES, ScaleSweep, effect

pytestmark = pytest.mark.slow

SEEDS = range(10)


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
@pytest.mark.parametrize("factor", [0.1, 0.5, 2.0, 10.0, 100.0])
def test_running_averages_that_go_along_restore_the_accuracy(factor, seed):
    found = at_once(KickStatistics(factor, seed).compute(no_report, never))
    assert found.repaired == pytest.approx(found.before, abs=1 / 360)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_the_kick_is_laid_at_what_the_control_shows(factor, seed):
    effects = kick_effect(train(kick_experiment(factor, seed)))
    control = at_once(KickStatistics(factor, seed).compute(no_report, never))
    batch = effects[effects["norm"] == "batch"].iloc[0]
    said = verdicts.evaluation_verdict(batch, control)
    assert "what was out of date are the running averages" in said
    assert ("two causes mix" in said) == (not verdicts.went_on(batch))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("noisy", [True, False])
def test_decay_and_steps_balance_with_labels_of_both_kinds(noisy, seed):
    task = Equilibrium(noisy, seed)
    balance = equilibrium(task.compute(no_report, never), task.steps)
    assert balance["turn"].between(0.95, 1.05).all()
    assert verdicts.equilibrium_verdict(balance).startswith("**In balance.**")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("init", "rate"), [(0.1, 1.0), (0.2, 0.3), (1.0, 0.03)])
def test_the_right_angle_is_batch_norms_and_not_the_plain_ones(init, rate, seed):
    summary = growth_summary(growth(train(growth_experiment(init, rate, seed)))).set_index("norm")
    held, broken = (verdicts.growth_verdict(summary.loc[norm], norm) for norm in ("batch", "none"))
    assert "a right angle every time" in held
    assert "it never shrank" in held
    assert "no right angle" in broken
