"""Both branches of every sentence that the lesson on the two reparameterizations chooses by result, and its charts."""

from dataclasses import replace

import pandas as pd
import pytest

from bnviz.charts.theme import PALETTES
from bnviz.lessons.two_reparameterizations import charts, verdicts
from bnviz.lessons.two_reparameterizations.direction import Dependence
from bnviz.lessons.two_reparameterizations.gradient_estimates import Exact, Measured, measured
from bnviz.words import short
from tests.wiring.pictures import picture

MOVED = Dependence(1.18, 0.0, 71.8, 7e-15)
STAYED = Dependence(2e-15, 0.0, 71.8, 7e-15)
EXACT = Exact(4.0, 87.0, 4.0)


def estimated(score=86.0, pathwise=4.0, score_mean=4.0, pathwise_mean=4.0) -> Measured:
    return Measured(score_mean, pathwise_mean, score, pathwise)


@pytest.mark.parametrize(
    ("ratio", "answer"), [(21.7, 0), (10.1, 0), (9.9, 1), (1.26, 1), (1.24, 2), (0.81, 2), (0.79, 3), (0.06, 3)]
)
def test_the_answer_follows_the_ratio_of_variances(ratio, answer):
    assert verdicts.which_spreads_more(ratio) == verdicts.SPREAD_ANSWERS[answer]


@pytest.mark.parametrize(
    ("pathwise", "reason"),
    [(4.0, "a slope says more"), (86.0, "vary here about as much"), (900.0, "steep and changes")],
)
def test_the_reason_follows_the_ratio_too(pathwise, reason):
    exact = replace(EXACT, pathwise=pathwise)
    words = verdicts.why_it_spreads(estimated(), exact, 1)
    assert reason in words
    assert f"a ratio of {short(87 / pathwise, 4)}" in words
    assert "whatever the number of draws" not in words
    assert "(here 16)" in verdicts.why_it_spreads(estimated(), exact, 16)


def test_the_means_are_right_or_miss():
    assert verdicts.unbiased(estimated(), EXACT, 10_000).startswith("**Both are right on average.**")
    # The standard error of the pathwise mean is 0.02.
    assert verdicts.unbiased(estimated(pathwise_mean=4.07), EXACT, 10_000).startswith("**Both are right on average.**")
    assert verdicts.unbiased(estimated(pathwise_mean=4.09), EXACT, 10_000).startswith("**The means miss")


@pytest.mark.parametrize(
    ("x_hat", "noise", "answer"),
    [(1.2, 0.0, "x̂ alone"), (0.0, 3.0, "ε alone"), (1.2, 3.0, "both"), (1e-15, 0.0, "neither")],
)
def test_what_moved_is_named(x_hat, noise, answer):
    assert verdicts.what_turning_did(x_hat, noise) == answer


def test_a_turn_is_explained_by_what_each_is_made_of():
    assert "turned by 60° the one that moves most moves by 1.2." in verdicts.why_turning(1.18, 60.0)


def test_the_change_and_its_effect_are_named():
    assert verdicts.dependence_verdict(STAYED, 0, 1.0, False).startswith("Nothing has been changed yet")
    assert (
        verdicts.dependence_verdict(MOVED, 30, 1.0, False)
        == "**With w turned by 30°: x̂ moves, by up to 1.2; ε stays.**"
    )
    stretched = verdicts.dependence_verdict(STAYED, 0, 100.0, False)
    assert stretched == "**With w times 100: x̂ stays, but for 2·10⁻¹⁵ of rounding; ε stays.**"
    again = verdicts.dependence_verdict(Dependence(0.0, 4.2, 71.8, 0.0), 0, 1.0, True)
    assert again == "**With everything done once more: x̂ stays to the last bit; ε is another one, by up to 4.2.**"


def test_scale_leaks_or_does_not():
    assert verdicts.leak_verdict(MOVED).startswith(
        "Neither depends on the length of w: ‖∂x̂/∂w·w‖ is 7·10⁻¹⁵ where ‖∂x̂/∂w‖ is 71.8"
    )
    assert verdicts.leak_verdict(MOVED._replace(along=5.0)).startswith("x̂ depends on the length of w")


def test_right_angles_or_not():
    held = {"weight": 8e-17, "batch": 2e-16, "none": 0.41}
    assert verdicts.right_angle_verdict(held).startswith("**The same right angle.**")
    assert "8·10⁻¹⁷ with weight normalization, 2·10⁻¹⁶ with batch norm and 0.41 in a plain layer" in (
        verdicts.right_angle_verdict(held)
    )
    for change in ({"batch": 0.1}, {"weight": 0.1}, {"none": 1e-9}):
        assert verdicts.right_angle_verdict({**held, **change}).startswith("**Not the same here.**")


def counted() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "estimator": ["score", "score", "pathwise", "pathwise"],
            "left": [-1.0, 1.0, -1.0, 1.0],
            "right": [1.0, 3.0, 1.0, 3.0],
            "share": [0.5, 0.4, 0.1, 0.9],
        }
    )


def test_the_estimates_share_an_axis_and_the_truth_is_marked():
    spec = charts.plot_estimates(counted(), gradient=2.0).to_dict()
    bars, truth = spec["layer"]
    assert bars["encoding"]["x"]["field"] == "left"
    assert bars["encoding"]["x2"]["field"] == "right"
    assert bars["encoding"]["x"]["scale"]["domain"] == [-1.0, 3.0]
    assert bars["encoding"]["y2"]["field"] == "zero"
    drawn = pd.DataFrame(spec["datasets"][bars["data"]["name"]])
    assert drawn["percent"].tolist() == [50, 40, 10, 90]
    assert pd.DataFrame(spec["datasets"][truth["data"]["name"]])["left"].tolist() == [2.0]
    assert "Dashed: the true gradient, 2." in " ".join(spec["title"]["subtitle"])
    assert "score function: 90.0 % of its estimates" in spec["description"]
    assert charts.plot_estimates(counted(), gradient=2.0, theme="dark").to_dict() != spec
    assert "nothing to draw" in charts.plot_estimates(counted().head(0), gradient=2.0).to_dict()["description"]


@pytest.mark.parametrize("quantity", ["normalized", "noise"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_before_and_after_are_drawn_on_equal_axes(quantity, theme):
    columns = {"example": [0, 1], f"{quantity}_before": [-1.0, 6.0], f"{quantity}_after": [-1.0, 5.0]}
    spec = charts.plot_compared(pd.DataFrame(columns), quantity=quantity, color="#123456", theme=theme).to_dict()
    diagonal, dots = spec["layer"]
    domains = [dots["encoding"][axis]["scale"]["domain"] for axis in ("x", "y")]
    assert domains[0] == domains[1] == pytest.approx([-6.3, 6.3])
    assert dots["encoding"]["y"]["field"] == f"{quantity}_after"
    assert dots["mark"]["color"] == "#123456"
    assert diagonal["mark"]["color"] == PALETTES[theme].muted
    assert "moved most moved by 1." in spec["description"]


class TestThresholds:
    """A step to either side of each number that decides which sentence is written."""

    @pytest.mark.parametrize(("ratio", "reason"), [(1.26, 0), (1.24, 1), (0.81, 1), (0.79, 2)])
    def test_the_reasons_change_where_the_answers_do(self, ratio, reason):
        words = verdicts.why_it_spreads(estimated(), Exact(4.0, 4.0 * ratio, 4.0), 1)
        assert [part in words for part in ("a slope says more", "vary here about", "is steep")].index(True) == reason

    @pytest.mark.parametrize(("moved", "counts"), [(0.9e-9, False), (1.1e-9, True)])
    def test_a_change_of_a_billionth_is_no_rounding(self, moved, counts):
        assert verdicts.what_turning_did(moved, 0.0) == ("x̂ alone" if counts else "neither")
        assert verdicts.what_turning_did(0.0, moved) == ("ε alone" if counts else "neither")
        assert ("x̂ moves" in verdicts.dependence_verdict(Dependence(moved, 0.0, 1.0, 0.0), 5, 1.0, False)) == counts
        assert ("x̂ depends" in verdicts.leak_verdict(Dependence(0.0, 0.0, 2.0, 2 * moved))) == counts

    @pytest.mark.parametrize("norm", ["weight", "batch", "none"])
    @pytest.mark.parametrize("cosine", [0.9e-6, 1.1e-6])
    def test_a_cosine_of_a_millionth_is_a_tilt(self, norm, cosine):
        found = {"weight": 1e-16, "batch": 1e-16, "none": 0.4} | {norm: cosine}
        same = (cosine > 1e-6) == (norm == "none")
        assert verdicts.right_angle_verdict(found).startswith("**The same" if same else "**Not the same")

    @pytest.mark.parametrize("side", ["score", "pathwise"])
    @pytest.mark.parametrize(("errors", "right"), [(3.9, True), (-3.9, True), (4.1, False), (-4.1, False)])
    def test_four_standard_errors_of_either_mean_are_chance(self, side, errors, right):
        found = estimated(**{f"{side}_mean": 4.0 + errors * ({"score": 86.0, "pathwise": 4.0}[side] / 10_000) ** 0.5})
        assert verdicts.unbiased(found, EXACT, 10_000).startswith("**Both are right") == right


def test_numbers_stand_where_their_words_are():
    found = Measured(4.1, 3.9, 82.0, 4.2)
    assert verdicts.why_it_spreads(found, EXACT, 4).startswith(
        "The score function's variance is 21.8 (82 measured), the pathwise one 1 (4.2 measured), a ratio of 21.75, "
        "whatever the number of draws behind an estimate (here 4). "
    )
    for estimates in (100, 1_000_000):
        assert f"is 4; the means of {estimates:,} estimates are 4.1 (score function) and 3.9 (pathwise)" in (
            verdicts.unbiased(found, EXACT, estimates)
        )
    changed = Dependence(0.4, 3.3, 51.0, 6e-15)
    assert verdicts.dependence_verdict(changed, 20, 0.1, True) == (
        "**With w turned by 20° and w times 0.1 and everything done once more: x̂ moves, by up to 0.4; ε is another "
        "one, by up to 3.3.**"
    )


def test_the_variances_are_each_estimators_own():
    frame = pd.DataFrame({"score": [0.0, 2.0, 7.0], "pathwise": [1.0, 2.0, 3.0]})
    found = measured(frame)
    assert (found.score_mean, found.pathwise_mean) == (3.0, 2.0)
    assert (found.score, found.pathwise) == (13.0, 1.0)
    assert found.ratio == 13.0


@pytest.mark.parametrize("quantity", ["normalized", "noise"])
def test_a_dot_is_an_example_before_and_after(quantity):
    columns = [f"{what}_{when}" for what in ("normalized", "noise") for when in ("before", "after")]
    frame = pd.DataFrame([[0.1, 0.2, 0.3, 0.4], [-1.1, 1.2, -1.3, 1.4]], columns=columns).assign(example=[0, 1])
    shown = picture(charts.plot_compared(frame, quantity=quantity, color="#123456"))
    dots = shown.layer("point").drawn("x", "y")
    assert dots["x"].tolist() == frame[f"{quantity}_before"].tolist()
    assert dots["y"].tolist() == frame[f"{quantity}_after"].tolist()
    diagonal = shown.layer("line").drawn("x", "y")
    assert diagonal["x"].tolist() == diagonal["y"].tolist()


def test_bars_are_in_the_color_of_their_estimator():
    bars = picture(charts.plot_estimates(counted(), gradient=2.0)).layer("bar")
    assert bars.drawn("x", "x2", "y", "color").to_numpy().tolist() == [
        [-1, 1, 50, "score function"],
        [1, 3, 40, "score function"],
        [-1, 1, 10, "pathwise (reparameterized)"],
        [1, 3, 90, "pathwise (reparameterized)"],
    ]
