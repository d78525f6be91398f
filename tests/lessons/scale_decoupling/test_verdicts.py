"""Both branches of every sentence that the lesson on scale chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.scale_decoupling import verdicts
from bnviz.lessons.scale_decoupling.hand import Longer
from bnviz.lessons.scale_decoupling.kick_statistics import AfterTheKick
from bnviz.lessons.scale_decoupling.scale import ScaleEffect

HELD = ScaleEffect(1.0, 1e-15, 0.1, 0.01, 0.0)
GONE = ScaleEffect(0.117, 3.35, 118.0, 1.18e5, 0.02)
UNSCALED = ScaleEffect(0.9999, 0.0, 1.0, 1.0, 0.0)
REPAIRED = AfterTheKick(0.95, 0.7, 0.95)


def kicked(norm="batch", before=0.2, after=0.2, **more) -> pd.Series:
    values = {"status": "finished", "accuracy_before": 0.95, "accuracy_lowest": 0.7, "steps_until_back": 15.0}
    return pd.Series({"norm": norm, "loss_before": before, "loss_after": after, **values, **more})


@pytest.mark.parametrize(
    ("ratio", "answer"),
    [(10.0, "ten times larger"), (1.02, "unchanged"), (0.1, "ten times smaller"), (0.28, "0.28 times as large")],
)
def test_the_gradient_is_named_by_its_ratio(ratio, answer):
    assert verdicts.what_the_gradient_did(ratio) == answer


def test_the_reason_for_the_gradient_has_the_numbers_of_both_neurons():
    said = verdicts.why_the_gradient(Longer(0.3, 2.5, 0.8, 1.4), Longer(0.43, 0.43, 2.3, 0.23))
    assert said == (
        "From ‖w‖ = 0.4 to 4 batch norm's loss stays 0.43, and its ‖∂L/∂w‖ goes from 2.3 to 0.23. Without batch norm "
        "the loss goes from 0.3 to 2.5."
    )
    moved = verdicts.why_the_gradient(Longer(0.3, 2.5, 0.8, 1.4), Longer(0.43, 0.44, 2.3, 0.23))
    assert "batch norm's loss goes from 0.43 to 0.44" in moved


def test_invariance_holds_or_is_gone():
    assert verdicts.scale_verdict(HELD, UNSCALED, 1e-5, 10.0).startswith("**Batch norm does not notice a = 10**")
    gone = verdicts.scale_verdict(GONE, UNSCALED, 1e-5, 0.001)
    assert gone.startswith("**Here the invariance is gone**")
    assert "from 1 to 0.12" in gone
    assert "118 times as long; with ε = 0 it would be 1,000" in gone
    assert "Move a" in verdicts.scale_verdict(UNSCALED, UNSCALED, 1e-5, 1.0)


@pytest.mark.parametrize(
    ("plain", "batch", "answer"),
    [(0.2, 0.2, "both"), (0.2, 9.0, "only the plain one"), (np.inf, 0.2, "only batch norm"), (9.0, 9.0, "neither")],
)
def test_who_went_on_after_the_kick(plain, batch, answer):
    assert verdicts.what_the_kick_did(pd.DataFrame([kicked("none", after=plain), kicked(after=batch)])) == answer


def test_the_reason_for_the_kick_names_the_losses_and_a_rate_that_became_too_large():
    diverged = kicked("none", after=np.inf, status="diverged at step 103")
    calm = pd.DataFrame([diverged, kicked()])
    assert "plain 0.2, then diverged at step 103; batch norm 0.2, then 0.2." in verdicts.why_the_kick(calm, 100.0)
    assert "the same rate now turns W 10⁻⁴ times as far" in verdicts.why_the_kick(calm, 100.0)
    assert "pace" not in verdicts.why_the_kick(calm, 0.1)
    disturbed = pd.DataFrame([diverged, kicked(after=0.9)])
    assert "turns it 100 times as far" in verdicts.why_the_kick(disturbed, 0.1)
    assert "turns" not in verdicts.why_the_kick(disturbed, 10.0)


def test_the_dip_in_evaluation_is_laid_at_the_running_averages_where_others_repair_it():
    dip = verdicts.evaluation_verdict(kicked(), REPAIRED)
    assert "fell from 95\u00a0% to 70\u00a0%. After 15 updates it was back" in dip
    assert "multiplied by a and a² it is 95\u00a0%: what was out of date are the running averages" in dip
    assert "two causes mix" not in dip
    assert "two causes mix" in verdicts.evaluation_verdict(kicked(after=2.0), REPAIRED)
    other = verdicts.evaluation_verdict(kicked(), REPAIRED._replace(repaired=0.8))
    assert "it is 80\u00a0%. So the running averages alone do not explain it." in other
    assert "alone" in verdicts.evaluation_verdict(kicked(), REPAIRED._replace(stale=0.94))
    assert "did not come back" in verdicts.evaluation_verdict(kicked(steps_until_back=np.nan), REPAIRED)
    assert "stayed within 2 points of the 95\u00a0%" in verdicts.evaluation_verdict(
        kicked(accuracy_lowest=0.94), REPAIRED
    )


def test_growth_by_pythagoras_or_not():
    row = pd.Series({"growth": 1.42, "largest_cosine": 2e-14, "shrinking": 0.0, "largest_error": 2e-15})
    held = verdicts.growth_verdict(row, "Batch norm")
    assert held.startswith("**Batch norm: a right angle every time.**")
    assert "1.42 times as long; it never shrank." in held
    row = pd.Series({"growth": 2.3, "largest_cosine": 0.41, "shrinking": 0.25, "largest_error": 2.59})
    broken = verdicts.growth_verdict(row, "Plain")
    assert broken.startswith("**Plain: no right angle.**")
    assert "by up to 259\u00a0%" in broken
    assert "shrank in 25\u00a0% of the updates" in broken


@pytest.mark.parametrize(
    ("difference", "norm", "beginning", "reason"),
    [
        (4e-16, "batch", "**The same training.**", "identical (rounding only)"),
        (0.001, "batch", "**All but the same training.**", "by 0.001 at most"),
        (0.9, "batch", "**Two different trainings.**", "With ε = 0 in 64-bit numbers"),
        (1200.0, "none", "**Two different trainings.**", "no rate makes up for it"),
        (0.94, "none", "**Two different trainings.**", "by up to 0.94."),
        (1.07e22, "none", "**Two different trainings.**", "the losses part by more than 10²⁰."),
        (np.inf, "none", "**Two different trainings.**", "one of them diverged"),
    ],
)
def test_curves_coincide_or_part(difference, norm, beginning, reason):
    words = verdicts.equivalence_verdict(difference, norm, 10.0, 0.7)
    assert words.endswith("At the same rate they part by up to 0.7.")
    assert verdicts.equivalence_verdict(difference, norm, 10.0, np.inf).endswith("one of them diverged.")
    assert words.startswith(beginning)
    assert reason in words
    assert "a = 10 with 100 times the rate" in words


@pytest.mark.parametrize(
    ("difference", "beginning"),
    [
        (1e-10, "**The same training.**"),
        (0.002, "**All but the same training.**"),
        (0.4, "**Not the same in these numbers.**"),
    ],
)
def test_decay_and_a_rising_rate_coincide_or_part(difference, beginning):
    words = verdicts.decay_verdict(difference, 6.1, 2.46, 2.47)
    assert words.startswith(beginning)
    assert words.endswith("rises to 6.1 times η, and without decay W ends 2.46 times as long; theory says 2.47.")


def test_the_numbers_stand_in_the_row_of_their_layer():
    table = verdicts.scale_table({"plain": GONE, "batch norm": HELD})
    assert table.loc["batch norm"].tolist() == ["1", "×0.1", "×0.01"]
    assert table.loc["plain"].tolist() == ["0.117", "×118", "×1.18·10⁵"]


def test_decay_and_steps_are_in_balance_or_not():
    balance = pd.DataFrame({"run": [0, 1], "length": [3.91, 3.93], "share": [0.98, 1.02], "turn": [0.99, 1.01]})
    held = verdicts.equilibrium_verdict(balance)
    assert held.startswith("**In balance.**")
    assert "came to 3.91 to 3.93" in held
    assert "0.98 to 1.02 times" in held
    assert "by 0.99 to 1.01 times √(2ηλ)" in held
    alike = verdicts.equilibrium_verdict(balance.assign(share=[0.981, 0.984]))
    assert "‖W‖⁴ is 0.98 times what the formula asks for." in alike
    assert verdicts.equilibrium_verdict(balance.assign(share=[0.62, 1.0])).startswith("**Not in balance in this run.**")


class TestThresholds:
    """A step to either side of each number that decides which sentence is written."""

    @pytest.mark.parametrize("named", range(3))
    @pytest.mark.parametrize(("off", "near"), [(0.89, False), (0.91, True), (1.09, True), (1.11, False)])
    def test_a_ratio_within_a_tenth_has_the_name(self, named, off, near):
        answer = verdicts.what_the_gradient_did((10.0, 1.0, 0.1)[named] * off)
        assert (answer == ("ten times larger", "unchanged", "ten times smaller")[named]) == near
        assert near or answer.endswith(" times as large")

    @pytest.mark.parametrize(("moved", "held"), [(0.0099, True), (0.0101, False)])
    def test_an_output_that_moves_by_a_hundredth_is_another_one(self, moved, held):
        found = HELD._replace(output_difference=moved)
        words = verdicts.scale_verdict(found, UNSCALED, 1e-3, 10.0)
        assert ("does not notice a" in words) == held
        assert ("hardly notices a" in words) != held

    @pytest.mark.parametrize("part", ["gradient_ratio", "output_sd"])
    @pytest.mark.parametrize(
        ("off", "bold"),
        [(1.009, "does not notice"), (1.011, "hardly notices"), (0.91, "hardly notices"), (0.89, "invariance is gone")],
    )
    def test_the_rule_holds_hardly_or_not(self, part, off, bold):
        unscaled = UNSCALED._replace(output_sd=1.0)
        found = HELD._replace(**{part: off * getattr(HELD, part)})
        assert bold in verdicts.scale_verdict(found, unscaled, 1e-3, 10.0)

    @pytest.mark.parametrize(("after", "on"), [(0.249, True), (0.251, False)])
    def test_a_loss_a_quarter_higher_is_no_going_on(self, after, on):
        assert verdicts.went_on(kicked(before=0.2, after=after)) == on

    @pytest.mark.parametrize(("lowest", "stayed"), [(0.931, True), (0.929, False)])
    def test_two_points_of_accuracy_are_a_fall(self, lowest, stayed):
        assert ("stayed within" in verdicts.evaluation_verdict(kicked(accuracy_lowest=lowest), REPAIRED)) == stayed

    @pytest.mark.parametrize(("cosine", "right"), [(9e-7, True), (1.1e-6, False)])
    def test_a_cosine_of_a_millionth_is_a_tilt(self, cosine, right):
        row = pd.Series({"growth": 1.4, "largest_cosine": cosine, "shrinking": 0.0, "largest_error": 0.0})
        assert ("a right angle every time" in verdicts.growth_verdict(row, "X")) == right

    @pytest.mark.parametrize(
        ("difference", "bold"),
        [(9e-7, "The same training."), (1.1e-6, "All but the same training."),
         (0.0199, "All but the same training."), (0.0201, None)],
    )  # fmt: skip
    def test_differences_of_losses_are_rounding_small_or_real(self, difference, bold):
        two = verdicts.equivalence_verdict(difference, "batch", 10.0, 1.0)
        decay = verdicts.decay_verdict(difference, 6.0, 2.0, 2.0)
        assert two.startswith(f"**{bold or 'Two different trainings.'}**")
        assert decay.startswith(f"**{bold or 'Not the same in these numbers.'}**")

    @pytest.mark.parametrize("run", [0, 1])
    @pytest.mark.parametrize(("share", "held"), [(0.89, False), (0.91, True), (1.09, True), (1.11, False)])
    def test_a_share_within_a_tenth_of_one_is_balance_and_every_run_counts(self, run, share, held):
        shares = [1.0, 1.0]
        shares[run] = share
        balance = pd.DataFrame({"length": [3.9, 3.9], "share": shares, "turn": [1.0, 1.0]})
        assert verdicts.equilibrium_verdict(balance).startswith("**In balance.**") == held


class TestNumbersInSentences:
    """Every number of a sentence is another one, so that none can stand in for another."""

    FOUND = ScaleEffect(output_sd=0.31, output_difference=0.72, gradient_ratio=5.3, relative_step_ratio=8.9, cosine=0.6)

    def test_of_a_scale(self):
        unscaled = UNSCALED._replace(output_sd=0.94)
        assert verdicts.scale_verdict(self.FOUND, unscaled, 0.1, 0.02) == (
            "**Here the invariance is gone**: the output that moved most moved by 0.72. ε = 0.1 is not small beside "
            "the variance of Wu, with or without the factor: the output's spread goes from 0.94 to 0.31. The "
            "gradient of W is 5.3 times as long; with ε = 0 it would be 50."
        )
        held = self.FOUND._replace(output_difference=0.0072, gradient_ratio=50.2, output_sd=0.939)
        rule = (
            "The gradient of W is 50.2 times as long; 1/a is 50. At the same rate an update therefore turns W 8.9 "
            "times as far, and 1/a² is 2,500."
        )
        assert verdicts.scale_verdict(held, unscaled, 0.1, 0.02) == (
            f"**Batch norm does not notice a = 0.02**: the output that moved most moved by 0.0072. {rule}"
        )
        assert verdicts.scale_verdict(held._replace(output_difference=0.072), unscaled, 0.1, 0.02) == (
            "**Batch norm hardly notices a = 0.02**: the output that moved most moved by 0.072, because ε = 0.1 is "
            f"small beside the variance of Wu, but not nothing. {rule}"
        )

    def test_of_a_table(self):
        table = verdicts.scale_table({"layer": self.FOUND})
        assert list(table) == ["spread of y", "‖∂L/∂W‖", "‖∂L/∂W‖/‖W‖"]
        assert table.loc["layer"].tolist() == ["0.31", "×5.3", "×8.9"]

    def test_of_a_kick(self):
        effects = pd.DataFrame([kicked("none", before=0.11, after=0.63), kicked(before=0.24, after=0.25)])
        assert verdicts.why_the_kick(effects, 5.0) == (
            "Training loss, mean of 10 mini-batches before and after: plain 0.11, then 0.63; batch norm 0.24, then "
            "0.25. Batch norm's output did not notice the kick, but its pace did: by the rule 1/a² the same rate now "
            "turns W 0.04 times as far in each update."
        )
        effects = pd.DataFrame([kicked("none", before=0.11, after=0.63), kicked(before=0.24, after=2.5)])
        assert verdicts.why_the_kick(effects, 0.5).endswith(
            "W is now 0.5 times as long, and by the rule 1/a² the same rate turns it 4 times as far in each update."
        )
        assert verdicts.why_the_kick(effects, 1.0).endswith("then 2.5.")

    def test_of_an_evaluation(self):
        row = kicked(accuracy_before=0.91, accuracy_lowest=0.42, steps_until_back=7.0)
        found = AfterTheKick(0.91, 0.33, 0.92)
        assert verdicts.evaluation_verdict(row, found).startswith(
            "Batch norm's test accuracy fell from 91\u00a0% to 42\u00a0%. After 7 updates it was back within 2 points. "
            "Right after the kick it is 33\u00a0%; with the running averages of μ and σ² multiplied by a and a² it is "
            "92\u00a0%"
        )

    def test_of_a_growth(self):
        row = pd.Series({"growth": 1.7, "largest_cosine": 3e-9, "shrinking": 0.35, "largest_error": 4e-8})
        assert verdicts.growth_verdict(row, "X") == (
            "**X: a right angle every time.** |cos(w, g)| was at most 3·10⁻⁹, and Pythagoras foretold ‖w‖² to 4·10⁻⁸ "
            "of its value. In the whole run ‖w‖ became 1.7 times as long; it shrank in 35\u00a0% of the updates."
        )
        row = pd.Series({"growth": 1.7, "largest_cosine": 0.39, "shrinking": 0.0, "largest_error": 0.48})
        assert verdicts.growth_verdict(row, "X") == (
            "**X: no right angle.** |cos(w, g)| reached 0.39, and adding squares misses ‖w‖² by up to 48\u00a0%. In "
            "the whole run ‖w‖ became 1.7 times as long; it never shrank."
        )

    @pytest.mark.parametrize("held", [True, False])
    def test_of_a_balance(self, held):
        share = [0.95, 1.04] if held else [0.62, 1.04]
        balance = pd.DataFrame({"length": [4.4, 3.7], "share": share, "turn": [0.83, 0.79]})
        words = verdicts.equilibrium_verdict(balance)
        assert "3.7 to 4.4 (means over the second half)" in words
        assert f"‖W‖⁴ is {share[0]} to 1.04 times" in words
        assert "W by 0.79 to 0.83 times √(2ηλ)" in words
