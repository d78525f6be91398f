"""γ held at a number: claim 5 of the notes on the science, γx + β is the plain network at the rate c²η."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from bnviz import steps, train
from bnviz.engine.program import one_program_a_run
from bnviz.lessons.same_functions.fixed_scale import HELD, OTHER_RATE, SAME_RATE, SCALES, FixedScale, difference, hold


def compute(task, should_stop=lambda: False):
    return task.compute(lambda step, losses: None, should_stop)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_fixed_scale_is_the_plain_network_at_the_rate_times_its_square(scale, seed):
    frame = compute(FixedScale(scale, seed))
    assert frame.groupby("run")["step"].max().tolist() == [100] * 3
    assert difference(frame, OTHER_RATE) < 1e-13
    assert (difference(frame, SAME_RATE) > 0.05) == (scale != 1)


def test_all_three_start_as_one_function_and_learn():
    frame = compute(FixedScale(3.0))
    assert np.ptp(frame.loc[frame["step"] == 0, "loss"]) < 1e-12
    assert (frame.groupby("run")["loss"].last() < 0.1 * frame.groupby("run")["loss"].first()).all()


def test_the_scale_is_held_and_the_weights_stay_a_multiple():
    task = FixedScale(2.0)
    programs = one_program_a_run(task.experiment)
    hold(programs[HELD], 2.0)
    for state in steps(task.experiment, programs):
        if state.step == 5:
            break
    held, plain = (programs[run].network.parameters.layers for run in (HELD, OTHER_RATE))
    for layer, other in zip(held, plain, strict=True):
        assert (layer.gamma == 2).all()
        torch.testing.assert_close(2 * layer.weight, other.weight, rtol=1e-12, atol=1e-13)
        torch.testing.assert_close(layer.beta, other.beta, rtol=1e-12, atol=1e-13)


def test_the_plain_runs_are_those_of_the_engine():
    task = FixedScale(2.0, steps=20)
    trained = train(task.experiment.model_copy(update={"records": 21})).arrays["loss"][:, :, 0]
    frame = compute(task)
    for run in (OTHER_RATE, SAME_RATE):
        assert frame.loc[frame["run"] == run, "loss"].to_numpy() == pytest.approx(trained[:, run], rel=1e-9)


def test_a_run_that_ends_early_is_infinitely_far():
    frame = pd.DataFrame({"step": [0, 1, 0, 1, 0], "run": [HELD] * 2 + [SAME_RATE] * 2 + [OTHER_RATE], "loss": 1.0})
    assert difference(frame, SAME_RATE) == 0
    assert difference(frame, OTHER_RATE) == np.inf
    with pytest.raises(ValueError, match="must be in the frame"):
        difference(frame[frame["run"] != SAME_RATE], SAME_RATE)


def test_a_run_that_diverges_ends_and_leaves_the_others_alone():
    frame = compute(FixedScale(1e6, lr=1e12))
    last = frame.groupby("run")["step"].max()
    assert np.isfinite(frame["loss"]).all()
    assert last[OTHER_RATE] < last[SAME_RATE]


def test_it_stops_when_asked_follows_its_seed_and_needs_no_torch_to_be_named():
    steps = iter(range(100))
    assert compute(FixedScale(), lambda: next(steps) > 3)["step"].max() == 3
    first, again, other = (compute(FixedScale(seed=seed, steps=2)) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)
    code = (
        "import sys\n"
        "from bnviz.lessons.same_functions.fixed_scale import FixedScale\n"
        "FixedScale().experiment\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
