"""Both branches of every sentence that the lesson on γ and β chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.learn_to_standardize import held_verdicts, verdicts
from bnviz.lessons.learn_to_standardize.conditioning import Fit
from bnviz.lessons.learn_to_standardize.detached import BOTH_HELD, MEAN_HELD, STD_HELD, TRUE
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD, UNFORESEEN

FAR = Fit(10402.0, 39167.0, 10402.0, 39167)
EASY = Fit(1.0, 1.0, 1.0, 1)
NEVER = Fit(1.02e6, np.nan, 1.02e6, 3_874_514)


@pytest.mark.parametrize(
    ("steps", "answer"),
    [(1, "at most 10"), (10, "at most 10"), (11, "11 to 100"), (101, "101 to 10,000"), (39167, "more than 10,000")],
)
def test_the_steps_are_put_into_a_class(steps, answer):
    assert verdicts.what_it_needed(FAR._replace(steps=float(steps))) == answer


def test_a_descent_that_was_given_up_needed_more_than_any_class():
    assert verdicts.what_it_needed(NEVER) == "more than 10,000"
    assert "It takes more than 100,000 steps" in verdicts.why_it_needed(NEVER, EASY)


def test_the_reason_names_both_counts_and_the_condition_number():
    why = verdicts.why_it_needed(FAR, EASY)
    assert "It takes 39,167 steps; with standardized inputs 1 step." in why
    assert "10,402 times flatter" in why


def test_conditioning_is_easy_slow_or_out_of_reach():
    assert verdicts.conditioning_verdict(EASY, 0.0, 1.0).startswith("**Nothing in the way.**")
    assert verdicts.conditioning_verdict(FAR, 10.0, 1.0).startswith("**It can be learned, in 39,167 steps.**")
    # From a start at, or all but at, the lowest point no ravine is seen, however flat it is.
    for steps, count in ((0, "0 steps"), (1, "1 step"), (2, "2 steps")):
        said = verdicts.conditioning_verdict(FAR._replace(condition=82.7, steps=float(steps)), 2.4, 8.4)
        assert said.startswith("**The start lies well.** Inputs with mean 2.4 and standard deviation 8.4 have κ = 82.7")
        assert f"but it took {count}: from γ = 1, β = 0" in said
    assert "can be learned, in 3" in verdicts.conditioning_verdict(FAR._replace(steps=3.0), 10.0, 1.0)
    never = verdicts.conditioning_verdict(NEVER, 10.0, 0.1)
    assert never.startswith("**Out of reach here.**")
    assert "theory asks for 3,874,514 steps" in never


def losses(affine, batch=0.048):
    return pd.Series({"affine": affine, "batch": batch})


@pytest.mark.parametrize(
    ("affine", "drift", "raw", "answer", "said"),
    [
        (0.9, "sine", False, "batch norm", ["**Batch norm has the lower loss.**", "needs moves by 8, and it lags"]),
        (0.05, "ramp", False, "about the same", ["**About the same in this run.**"]),
        (1e-30, "static", False, "γx + β", ["**γx + β has the lower loss.**", "Nothing moves"]),
        (0.001, "ramp", False, "γx + β", ["moves by 8, but it keeps up well enough"]),
        (0.001, "ramp", True, "γx + β", ["Here the target contains what moves", "right β moves by 8"]),
    ],
)
def test_the_drift_has_a_winner_or_none(affine, drift, raw, answer, said):
    assert verdicts.who_won(losses(affine)) == answer
    text = verdicts.drift_verdict(losses(affine), drift, 4.0, raw)
    assert not [
        words
        for words in [*said, "the noise of μ and σ from 64 examples alone makes 0.0469 on average."]
        if words not in text
    ]


def test_the_table_shows_all_four_drifts():
    rows = [(drift, norm) for drift in ("static", "jump", "ramp", "sine") for norm in ("affine", "batch")]
    summary = pd.DataFrame(rows, columns=["drift", "norm"])
    summary["loss"] = [0.0, 0.048, 0.8, 0.048, 0.05, 0.048, 0.9, 0.048]
    table = verdicts.drift_table(summary.assign(rate=0.1)).splitlines()
    assert len(table) == 6
    assert table[2] == "| static | 0 (η\u00a00.1) | 0.048 (η\u00a00.1) | γx + β |"
    assert table[4].endswith("| about the same |")
    assert table[5].endswith("| batch norm |")


def ends(**runs) -> pd.DataFrame:
    names = {"told": TOLD, "free": FREE, "computed": COMPUTED, "unforeseen": UNFORESEEN}
    usual = {"diverged_at": np.nan, "loss": 0.05, "mean_error": 0.0, "std_error": 0.0}
    return pd.DataFrame([{"run": run, **usual, **runs.get(name, {})} for name, run in names.items()])


def test_the_told_diverge_lag_or_get_there():
    gone = ends(told={"diverged_at": 137.0, "loss": np.inf, "mean_error": np.nan, "std_error": np.nan})
    assert verdicts.told_verdict(gone, 0.1).startswith("**It diverged, at step 137**, with")
    lag = verdicts.told_verdict(ends(told={"loss": 1.17, "mean_error": 0.21, "std_error": 0.05}), 0.01)
    assert "At the end |mean| is 0.21 and |sd\u00a0−\u00a01| 0.05; with computed" in lag
    assert "The loss of the task ends at 1.17, with computed μ and σ lower: 0.05." in lag
    assert verdicts.told_verdict(ends(), 0.01).startswith("**They got there.**")


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (1.17, "with computed μ and σ lower: 0.05."),
        (0.05, "with computed μ and σ about the same in this run: 0.05."),
        (0.01, "with computed μ and σ higher: 0.05."),
    ],
)
def test_what_the_told_lose_is_read_by_the_loss(loss, words):
    assert words in verdicts.told_verdict(ends(told={"loss": loss, "mean_error": 0.21}), 0.01)


def test_the_control_says_whether_standardizing_is_enough():
    blind = verdicts.unforeseen_verdict(ends(told={"loss": 1.17}, unforeseen={"loss": 1.3}))
    assert (
        "It ends at a loss of 1.3, the told network at 1.17. **So a perfect standardization alone does not help"
        in blind
    )
    assert blind.endswith("differ from the network that ends at 0.05.")
    assert "the told network at" not in verdicts.unforeseen_verdict(
        ends(told={"loss": np.inf}, unforeseen={"loss": 1.3})
    )
    alike = verdicts.unforeseen_verdict(ends(told={"loss": 1.17}))
    assert alike.endswith("a loss of 0.05, with μ and σ in the gradient about the same in this run: 0.05.")


def test_left_to_the_task_they_standardize_or_do_not():
    assert verdicts.free_verdict(ends()).startswith("**Left to the task, they standardize**")
    alike = verdicts.free_verdict(ends(free={"mean_error": 0.9}))
    assert alike.startswith("**Left to the task, they do not standardize.**")
    assert "with computed μ and σ about the same in this run: 0.05. This network, at this rate" in alike
    assert verdicts.free_verdict(ends(free={"mean_error": 0.9, "loss": 0.6})).endswith(
        "The loss of the task ends at 0.6, with computed μ and σ lower: 0.05."
    )
    assert "diverged" in verdicts.free_verdict(ends(free={"diverged_at": 3.0, "loss": np.inf}))


def frozen(frozen_loss, batch_loss, shorter=0.013):
    rows = [("batch_frozen", frozen_loss), ("batch", batch_loss), ("batch_frozen", shorter)]
    return pd.DataFrame(
        [
            {
                "norm": norm,
                "loss": loss,
                "accuracy": 0.97,
                "status": "diverged at step 4" if loss == np.inf else "finished",
            }
            for norm, loss in rows
        ]
    )


@pytest.mark.parametrize(
    ("losses", "beginning"),
    [
        ((0.03, 0.08), "**Frozen statistics have the lower training loss.**"),
        ((0.08, 0.03), "**Batch norm has the lower training loss.**"),
        ((0.05, 0.05), "**About the same in this run.**"),
        ((np.inf, 0.01), "**Not at this rate: frozen statistics diverged at step 4.**"),
        ((0.01, np.inf), "**Batch norm diverged at step 4.**"),
        ((np.inf, np.inf), "**Both diverged.**"),
    ],
)
def test_frozen_statistics_win_lose_or_diverge(losses, beginning):
    assert held_verdicts.frozen_verdict(frozen(*losses), 0.1).startswith(beginning)


def test_the_control_tells_the_length_of_the_steps_from_a_start_that_is_not_enough():
    trains = held_verdicts.frozen_verdict(frozen(np.inf, 0.01), 0.5)
    assert (
        "ten times shorter trains in this run: loss 0.013, test accuracy 0.970. So a perfect start can be enough"
        in trains
    )
    breaks = held_verdicts.frozen_verdict(frozen(np.inf, 0.01, np.inf), 1.0)
    assert breaks.endswith("ten times shorter the frozen network diverged at step 4 in this run.")
    unsure = held_verdicts.frozen_verdict(frozen(np.inf, 0.01), 0.2)
    assert unsure.startswith("**Not in this run: frozen statistics diverged at step 4.**")
    assert "So a perfect start" not in breaks


def test_no_order_is_named_where_seeds_or_rounding_turn_it():
    turns = "Another seed, or rounding alone, turns the order."
    for losses in ((0.08, 0.03), (0.03, 0.08), (0.03, 0.03)):
        said = held_verdicts.frozen_verdict(frozen(*losses), 0.2)
        assert said.startswith("**No order to rely on at this rate.** At the rate 0.2 the training loss is")
        assert turns in said
    assert turns not in held_verdicts.frozen_verdict(frozen(0.03, 0.08), 0.1)
    for say in (held_verdicts.held_verdict, held_verdicts.detached_verdict):
        assert turns in say(held(), 1.0)
        assert turns not in say(held(), 0.3)
    assert "costs more." not in held_verdicts.held_verdict(held(), 1.0)
    assert held_verdicts.detached_verdict(held(), 1.0).startswith("**No order to rely on at this rate.**")


def held(true=0.05, std=0.07, mean=0.6, both=0.6) -> pd.DataFrame:
    table = {TRUE: true, STD_HELD: std, MEAN_HELD: mean, BOTH_HELD: both}
    rows = [
        {"run": run, "loss": loss, "accuracy": 0.9, "diverged_at": 9.0 if loss == np.inf else np.nan}
        for run, loss in table.items()
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("mean", "std", "answer"),
    [
        (0.6, 0.07, "holding μ"),
        (0.02, 0.07, "holding σ"),
        (0.07, 0.07, "about the same"),
        (np.inf, 0.07, "holding μ"),
        (np.inf, np.inf, "about the same"),
    ],
)
def test_which_statistic_matters_more(mean, std, answer):
    table = held(mean=mean, std=std)
    assert held_verdicts.what_hurt_more(table) == answer
    said = held_verdicts.held_verdict(table, 0.1)
    assert ("cost about the same in this run" in said) == (answer == "about the same")
    assert (f"Of the two, {answer} costs more." in said) == (answer != "about the same")
    assert ("diverged at step 9" in said) == (mean == np.inf)


def test_holding_both_costs_something_nothing_or_everything():
    def said(**own):
        return held_verdicts.detached_verdict(held(**own), 0.1)

    assert "12 times as high. The network learns: test accuracy 0.900 against 0.900" in said()
    assert "hardly learned" in held_verdicts.detached_verdict(held().assign(accuracy=0.2), 0.1)
    assert said(both=0.05).startswith("**No clear harm here.** With both held constant the loss is about the same in")
    assert "constant the loss is lower:" in said(both=0.02)
    assert said(both=np.inf) == "**With both held constant, the run diverged at step 9.**"
    assert said(true=np.inf) == "**With the true gradient, the run diverged at step 9.**"


def test_the_bias_moves_for_nothing_and_a_loss_that_moves_is_said():
    steps = np.arange(4)
    frame = pd.concat(
        [
            pd.DataFrame({"step": steps, "run": 0, "b": 0.0, "loss": 0.5}),
            pd.DataFrame({"step": steps, "run": 1, "b": 0.1 * steps, "loss": 0.5}),
        ]
    )
    assert "b grows by 0.1 in every step (the rate is 0.1) and reaches 0.3, while the loss stays at 0.5" in (
        held_verdicts.bias_verdict(frame)
    )
    frame.iloc[-1, 3] = 0.7
    assert "the loss moves by 0.2" in held_verdicts.bias_verdict(frame)
