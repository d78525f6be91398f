"""Both branches of every sentence that the lesson on moving statistics chooses by result."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.moving_statistics import verdicts
from bnviz.lessons.moving_statistics.agreement import HELD
from bnviz.lessons.moving_statistics.agreement_verdicts import agreement_verdict

MOVES = {
    "z_move": 1e-3,
    "output_move": 2e-4,
    "kept_move": 9e-4,
    "output_log_sd": 3e-4,
    "kept_log_sd": 7.5e-4,
    "z_drift": 0.16,
}


def layers(**batch) -> pd.DataFrame:
    common = {"layer": 2, "mean_move": 3.0, "sd_ratio": 2.0, "output_mean_move": 3.4, "output_sd_ratio": 2.1}
    gaps = {"mean_gap": 1e-7, "sd_gap": 1e-4, "beta_reach": 0.17, "gamma_reach": 0.31}
    rows = [{"norm": "affine", **common, **gaps, "mean_gap": 3.5}, {"norm": "batch", **common, **gaps, **batch}]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("batch", "answer"),
    [
        ({}, verdicts.OUTPUT_ANSWERS[2]),
        ({"beta_reach": 0.001, "gamma_reach": 0.002}, verdicts.OUTPUT_ANSWERS[1]),
        ({"sd_gap": 0.4}, "the mean is β at every step, the spread is not |γ|"),
        ({"mean_gap": 2.0}, verdicts.OUTPUT_ANSWERS[0]),
    ],
)
def test_the_output_is_named_by_its_distance_from_beta_and_gamma(batch, answer):
    assert verdicts.what_the_output_did(layers(**batch)) == answer


def test_the_reason_for_the_output_speaks_of_eps_only_where_it_shows():
    held = verdicts.why_the_output(layers(), 1e-5)
    assert "within 10⁻⁷ of β" in held
    assert "by up to 0.17 from 0 and |γ| by up to 0.31 from 1" in held
    assert "ε" not in held
    assert "With ε = 1 the spread is" in verdicts.why_the_output(layers(sd_gap=0.4), 1.0)


def test_drift_says_whether_beta_followed():
    frame = layers(mean_move=0.17, output_mean_move=0.07)
    said = verdicts.drift_verdict(frame)
    assert "μ moved by 3 σ and the mean of y by 3.4 of its standard deviations: the output went along." in said
    assert "μ moved by 0.17 σ and the mean of y by 0.07, which is β's own move" in said
    assert "about 0.14 σ" in said
    frame.loc[0, "output_mean_move"] = 1.0
    assert "not half of that arrived" in verdicts.drift_verdict(frame)
    assert "own move" not in verdicts.drift_verdict(layers(mean_gap=1.0))


def kicks(batch=1e-8, layer=0.5, affine=0.5, losses=(0.08, 0.5, 0.15)) -> pd.DataFrame:
    """Moves of the three networks; `losses` are batch norm's: before, right after, later."""
    rows = [("affine", affine), ("layer", layer), ("batch", batch)]
    frame = pd.DataFrame([{"norm": n, "shift": v, "log_sd": v, "sd_ratio": np.exp(v)} for n, v in rows])
    frame[["loss_before", "loss", "loss_later"]] = [(0.15, 67.3, np.inf), (0.1, 1.0, 0.1), losses]
    return frame


def test_after_a_kick_the_output_stayed_or_not():
    stayed = verdicts.kick_verdict(kicks(), "noise", 1)
    assert stayed.startswith("**With batch norm, mean and spread of every unit's output stayed.**")
    assert "noise of 0.5 times their spread, once." in stayed
    assert "With γx + β mean and spread moved." in stayed
    assert "over the units of one example" in stayed
    factor = verdicts.kick_verdict(kicks(layer=1e-7), "scale", 2)
    assert "multiplied by 10, twice." in factor
    assert "cancels a common factor" in factor
    assert "cancels" not in verdicts.kick_verdict(kicks(layer=1e-7), "noise", 3)
    assert "3 times." in verdicts.kick_verdict(kicks(), "noise", 3)
    assert "With γx + β" not in verdicts.kick_verdict(kicks(affine=1e-7), "noise", 1)
    assert verdicts.kick_verdict(kicks(batch=0.2), "noise", 1).startswith("**Here batch norm's output moved too.**")
    assert verdicts.kick_verdict(kicks(), "noise", 0) == "No kick yet. Press the button."


def test_the_numbers_of_a_kick_stand_under_the_networks_labels():
    shown = verdicts.kick_table(kicks(), {"affine": "γx + β", "batch": "batch norm"})
    assert shown.loc["γx + β"].tolist() == ["0.5 sd", "1.65", "0.15", "67.3", "diverged"]
    assert shown.loc["batch norm"].tolist() == ["10⁻⁸ sd", "1", "0.08", "0.5", "0.15"]


def test_a_kick_hurt_the_loss_or_did_not():
    hurt = verdicts.kick_loss_verdict(kicks(), 1)
    assert hurt.startswith("**The kick hurt batch norm's loss all the same**, and 20 updates made up for part of it.")
    assert "What has changed is which example gets which value." in hurt
    assert "What has changed" not in verdicts.kick_loss_verdict(kicks(batch=0.2), 1)
    assert "and 20 updates made up for it." in verdicts.kick_loss_verdict(kicks(losses=(0.08, 0.5, 0.09)), 1)
    assert "did not make up for it." in verdicts.kick_loss_verdict(kicks(losses=(0.08, 0.5, 0.45)), 1)
    assert hurt.endswith("20 updates later: batch norm 0.08, 0.5, 0.15; γx + β 0.15, 67.3, diverged.")
    assert "20 updates did not make up for it" in verdicts.kick_loss_verdict(kicks(losses=(0.08, 0.5, np.inf)), 1)
    unhurt = verdicts.kick_loss_verdict(kicks(losses=(0.08, 0.08, 0.07)), 2)
    assert unhurt.startswith("**The kick did not hurt batch norm's loss.** Loss before")
    assert verdicts.kick_loss_verdict(kicks(), 0) == ""


def descent(batch=0, detached=79, plain=15, **more) -> pd.DataFrame:
    """Rises of the three runs; `more` is set in the row of batch norm."""
    rows = [
        {"norm": "none", "rises": plain, "tiny_first": 1.0, "tiny_last": 1.0, "output_move": 0.088},
        {"norm": "batch_detached", "rises": detached, "tiny_first": 0.3575, "tiny_last": 0.08},
        {"norm": "batch", "rises": batch, "tiny_first": 1.0, "tiny_last": 1.0, **MOVES, **more},
    ]
    return pd.DataFrame(rows).assign(updates=200, loss=[0.2, 0.42, 0.06])


def test_the_numbers_of_the_descent_stand_under_the_networks_labels():
    rows = descent().assign(ratio=[0.853, 0.021, 0.968])
    shown = verdicts.descent_table(rows, {"none": "plain", "batch_detached": "detached", "batch": "batch norm"})
    assert shown.loc["plain"].tolist() == ["15 of 200", "0.85", "1.0000", "1.0000"]
    assert shown.loc["detached"].tolist() == ["79 of 200", "0.02", "0.3575", "0.0800"]
    assert shown.loc["batch norm"].tolist() == ["0 of 200", "0.97", "1.0000", "1.0000"]


@pytest.mark.parametrize(("rises", "answer"), [(0, 0), (19, 1), (20, 2), (150, 2)])
def test_how_often_the_loss_rose(rises, answer):
    assert verdicts.what_the_loss_did(descent(batch=rises)) == verdicts.RISE_ANSWERS[answer]


def test_the_reason_for_the_loss_depends_on_the_detached_run():
    said = verdicts.why_the_loss(descent())
    assert "batch norm 0 of 200, detached 79 of 200, plain 15 of 200." in said
    assert "Only the gradient of the first" in said
    assert said.endswith("At the last step the detached run's loss is 0.42, batch norm's 0.06.")
    as_often = descent(detached=0)
    assert "it falls less: at the last step the detached run's loss is 0.42" in verdicts.why_the_loss(as_often)
    as_often.loc[1, "loss"] = 0.061
    assert "both do about the same" in verdicts.why_the_loss(as_often)
    as_often.loc[1, "loss"] = 0.04
    assert "the detached run does better" in verdicts.why_the_loss(as_often)


def test_how_often_the_loss_rose_stands_first():
    assert verdicts.rise_verdict(descent()).startswith("**How often batch norm's loss rose: never.** Updates that")


def test_the_prediction_of_a_tiny_step_held_or_not():
    held = verdicts.decrease_verdict(descent())
    assert held.startswith("**Batch norm's gradient has the motion of μ and σ in it.**")
    assert "batch norm 1.0000 and 1.0000, detached 0.3575 and 0.0800, plain 1.0000 and 1.0000" in held
    assert "not the slope of the loss" in held
    assert "whole steps at this rate are too long" in held
    assert "too long" not in verdicts.decrease_verdict(descent(plain=0))
    frame = descent()
    frame.loc[1, ["tiny_first", "tiny_last"]] = 1.0
    assert "comes close" in verdicts.decrease_verdict(frame)
    off = verdicts.decrease_verdict(descent(tiny_last=0.9))
    assert off.startswith("**The prediction of batch norm's gradient is off here.**")


def test_kept_statistics_would_have_hurt_or_not():
    hurt = verdicts.kept_verdict(descent())
    assert hurt.startswith("**γ and β would be out of date if μ and σ were kept.**")
    assert "4.5 times as far, and its spread 2.5 times as much" in hurt
    assert "In one update that would be very little, 9·10⁻⁴ of y's spread, but moves add up" in hurt
    assert "the mean of x went 0.16 σ" in hurt
    assert "That is little too" in hurt
    assert "That is not little." in verdicts.kept_verdict(descent(z_drift=1.2))
    assert "it hardly adds up" in verdicts.kept_verdict(descent(z_drift=0.005))
    assert "that would be little, 0.05" in verdicts.kept_verdict(descent(kept_move=0.05))
    assert "that would be much, 0.5" in verdicts.kept_verdict(descent(kept_move=0.5))
    assert verdicts.kept_verdict(descent(kept_move=2e-4)).startswith("**Kept statistics would not have hurt here.**")
    assert "the mean of x moved by 0.001 σ, and that of y by 2·10⁻⁴ of its spread." in hurt


def test_every_network_is_stale_by_a_step():
    said = verdicts.every_network_verdict(descent())
    assert "moved by 0.088 of its spread in the plain network, and by 2·10⁻⁴ with batch norm" in said


def cosines(*batch: float, held: float = 0.6, error: float = 0.0) -> pd.DataFrame:
    sizes = (4, 64, 256)
    return pd.DataFrame(
        [{"norm": norm, "size": size, "mean": mean} for norm, mean in (("none", 0.8), (HELD, held)) for size in sizes]
        + [{"norm": "batch", "size": size, "mean": mean} for size, mean in zip(sizes, batch, strict=True)]
    ).assign(error=error)


def test_small_batches_are_worse_for_batch_norm_or_not():
    worse = agreement_verdict(cosines(0.1, 0.3, 0.7))
    assert worse.startswith("**With batch norm the gradient of a mini-batch says less about that of all examples.**")
    assert "4 examples: batch norm 0.10, plain 0.80; 64 examples: batch norm 0.30, plain 0.80; 256" in worse
    assert "4 examples: batch norm 0.00, plain" in agreement_verdict(cosines(-0.001, 0.3, 0.7))
    some = agreement_verdict(cosines(0.1, 0.3, 0.79))
    assert "gradient of some mini-batches says less about that of all examples:** those of 4, 64 examples." in some
    none = agreement_verdict(cosines(0.8, 0.9, 0.79))
    assert none.startswith("**No clear disadvantage here.**")
    assert all("each batch's output still has mean β and spread |γ|" in said for said in (worse, some, none))


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (0.6, "Of the gap of 0.50 at 64 examples, 0.20 is there too with μ and σ held"),
        (0.6, "(0.60): that part is not their noise."),
        (0.78, "0.02 is there too with μ and σ held at those of all examples (0.78), no more than chance makes"),
        (0.33, "0.47 is there too with μ and σ held at those of all examples (0.33): the noise of μ and σ is not"),
        (
            0.9,
            "0.00 is there too with μ and σ held at those of all examples (0.90), no more than chance makes: ",
        ),
    ],
)
def test_the_control_says_how_much_of_the_gap_is_no_noise(held, words):
    assert words in agreement_verdict(cosines(0.1, 0.3, 0.7, held=held))
    assert "Of the gap" not in agreement_verdict(cosines(0.1, 0.78, 0.7, held=held))


def test_a_gap_within_two_standard_errors_of_the_draws_is_none():
    said = agreement_verdict(cosines(0.6, 0.3, 0.7, error=0.1))
    assert "those of 64 examples." in said
    # Here .2 is left, and two standard errors are .28.
    assert "no more than chance makes" in said
    assert "that part is not their noise" in agreement_verdict(cosines(0.6, 0.3, 0.7))
