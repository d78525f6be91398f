"""The lesson on γ and β against its oracles: claims 6 and 7, oracles 5 and 6 of the notes on the science."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnviz import train
from bnviz.lessons.learn_to_standardize import conditioning, drift, frozen, self_standardizing
from bnviz.lessons.learn_to_standardize.conditioning import (
    Conditioning,
    condition_number,
    curve,
    fit,
    steps_needed,
)
from bnviz.lessons.learn_to_standardize.drift import DRIFTS, FLOOR, SIZES, Drift, drift_summary, input_mean
from bnviz.lessons.learn_to_standardize.endings import LATE, ending, endings
from bnviz.lessons.learn_to_standardize.frozen import BATCH, FROZEN, SHORTER, frozen_experiment, frozen_result
from bnviz.lessons.learn_to_standardize.self_standardizing import COMPUTED, FREE, TOLD, UNFORESEEN, SelfStandardizing
from bnviz.ui.server.training import job_key


def compute(task, should_stop=lambda: False):
    return task.compute(lambda step, losses: None, should_stop)


def stop_after(count):
    steps = iter(range(10**6))
    return lambda: next(steps) >= count


def losses_of(frame, run):
    return frame.loc[frame["run"] == run, "loss"].to_numpy()


SPREADS = (0.1, 0.3, 1.0, 3.0, 10.0)


@pytest.fixture(scope="module")
def descents():
    return pd.concat([compute(Conditioning(spread=spread)) for spread in SPREADS], ignore_index=True)


@pytest.fixture(scope="module")
def drifted():
    return {size: compute(Drift(size)) for size in SIZES}


@pytest.fixture(scope="module")
def told():
    return {rate: compute(SelfStandardizing(rate)) for rate in (0.01, 0.1, 0.5)}


class TestConditioning:
    def test_the_numbers_of_the_notes(self, descents):
        far, standardized = fit(descents, 10.0, 1.0), fit(descents, 0.0, 1.0)
        assert far.condition == pytest.approx(10402, abs=0.5)
        assert far.steps == far.steps_in_theory == 39_167
        assert standardized.condition == pytest.approx(1, rel=1e-12)
        assert standardized.steps == standardized.steps_in_theory == 1

    @pytest.mark.parametrize("spread", SPREADS)
    @pytest.mark.parametrize("mean", conditioning.MEANS)
    def test_theory_and_measurement_agree(self, descents, mean, spread):
        found = fit(descents, mean, spread)
        assert found.condition == pytest.approx(found.condition_in_theory, rel=1e-9)
        trace_squared_over_det = (mean**2 + spread**2 + 1) ** 2 / spread**2
        assert found.condition + 2 + 1 / found.condition == pytest.approx(trace_squared_over_det, rel=1e-9)
        if np.isnan(found.steps):
            assert found.steps_in_theory > conditioning.CAP
        else:
            assert found.steps == pytest.approx(found.steps_in_theory, abs=1)

    def test_some_descents_are_given_up_and_none_stops_short(self, descents):
        last = descents.groupby(["mean", "spread"]).tail(1)
        assert set(last.loc[~last["reached"], "step"]) == {conditioning.CAP}
        assert last["reached"].sum() > 25
        assert not descents.drop(last.index)["reached"].any()

    def test_the_path_is_that_of_gradient_descent_on_the_examples(self, descents):
        path = descents.query("mean == 3 and spread == 0.3").head(5)
        u = np.random.default_rng(0).standard_normal(conditioning.EXAMPLES)
        u = (u - u.mean()) / u.std()
        x, y = 3 + 0.3 * u, 2 * u + 0.5
        rate = 1 / np.linalg.eigvalsh([[9.09, 3.0], [3.0, 1.0]]).max()
        gamma, beta = 1.0, 0.0
        for _, row in path.iterrows():
            error = gamma * x + beta - y
            assert (row["gamma"], row["beta"]) == pytest.approx((gamma, beta), rel=1e-9)
            assert row["loss"] == pytest.approx(0.5 * (error**2).mean(), rel=1e-9)
            gamma, beta = gamma - rate * (error * x).mean(), beta - rate * error.mean()

    @given(st.floats(-50, 50), st.floats(0.01, 50))
    def test_the_condition_number_is_that_of_the_hessian(self, mean, spread):
        low, high = np.linalg.eigvalsh([[mean**2 + spread**2, mean], [mean, 1.0]])
        assert condition_number(mean, spread) == pytest.approx(high / low, rel=1e-5)

    @given(st.floats(0, 5), st.floats(0.2, 5))
    def test_the_steps_by_theory_are_those_of_a_descent(self, mean, spread):
        hessian = np.array([[mean**2 + spread**2, mean], [mean, 1.0]])
        rate = 1 / np.linalg.eigvalsh(hessian).max()
        error = np.array([1 - 2 / spread, -(0.5 - 2 * mean / spread)])
        steps = 0
        while 0.5 * error @ hessian @ error > conditioning.TOLERANCE:
            error -= rate * hessian @ error
            steps += 1
        assert abs(steps_needed(mean, spread) - steps) <= 1

    def test_the_curve_holds_theory_and_marks_what_was_given_up(self, descents):
        found = curve(descents[descents["spread"] == 0.1])
        measured = found[found["source"] == "measured"].set_index("mean")
        assert list(measured.index) == list(conditioning.MEANS)
        assert measured["capped"].tolist() == [False] * 5 + [True] * 2
        assert measured.loc[10.0, "steps"] == conditioning.CAP
        theory = found[found["source"] == "theory"].set_index("mean")["steps"]
        assert theory[10.0] == steps_needed(10.0, 0.1) > conditioning.CAP

    def test_an_unknown_pair_is_refused(self, descents):
        with pytest.raises(ValueError, match="must be in the frame"):
            fit(descents, 4.0, 1.0)

    def test_a_mean_that_is_asked_for_is_among_those_of_the_curve(self):
        found = compute(Conditioning(mean=2.5))
        assert sorted(found["mean"].unique()) == [0, 0.5, 1, 2, 2.5, 3, 5, 10]
        assert fit(found, 2.5, 1.0).steps == steps_needed(2.5, 1.0)

    def test_it_stops_when_asked(self):
        assert compute(Conditioning(), stop_after(2))["mean"].nunique() == 2

    def test_another_seed_changes_nothing_but_rounding(self, descents):
        assert fit(compute(Conditioning(seed=1)), 5.0, 1.0).steps == fit(descents, 5.0, 1.0).steps


class TestDrift:
    @pytest.mark.parametrize("size", SIZES)
    def test_batch_norm_pays_the_noise_of_the_batch_and_nothing_else_in_all_drifts(self, drifted, size):
        batch = drift_summary(drifted[size]).query("norm == 'batch'")["loss"]
        assert batch.to_numpy() == pytest.approx(FLOOR, rel=0.15)
        assert batch.max() == pytest.approx(batch.min(), rel=1e-9)

    def test_the_floor_is_that_of_fitted_batches(self):
        assert round(FLOOR, 4) == 0.0469
        u = np.random.default_rng(1).standard_normal((20_000, drift.EXAMPLES))
        x_hat = (u - u.mean(1, keepdims=True)) / u.std(1, keepdims=True)
        assert 0.5 * drift.GAMMA**2 * ((x_hat - u) ** 2).mean() == pytest.approx(FLOOR, rel=0.03)

    def test_static_inputs_favor_affine_and_a_swing_favors_batch_norm(self, drifted):
        losses = drift_summary(drifted[4.0]).pivot_table(index="drift", columns="norm", values="loss")
        assert losses.loc["static", "affine"] < 1e-20
        assert losses.loc["jump", "affine"] > 5 * losses.loc["jump", "batch"]
        assert losses.loc["sine", "affine"] > 10 * losses.loc["sine", "batch"]

    def test_affine_follows_small_drifts_and_loses_large_ones(self, drifted):
        small, large = (
            drift_summary(drifted[size]).pivot_table(index="drift", columns="norm", values="loss")
            for size in (1.0, 8.0)
        )
        assert (small["affine"] < small["batch"]).all()
        assert (large["affine"] > large["batch"]).drop("static").all()

    def test_each_has_the_best_rate_of_the_grid(self, drifted):
        summary = drift_summary(drifted[4.0]).set_index(["drift", "norm"])
        assert summary.loc[("sine", "affine"), "rate"] == 0.1
        assert (summary["rate"].isin(drift.RATES)).all()
        # The grid reaches beyond the best rates on both sides, where it matters.
        moved = summary.drop(index=("static", "affine"))["rate"]
        assert moved.between(drift.RATES[1], drift.RATES[-2]).all()

    def test_inputs_move_by_the_size(self):
        means = {name: input_mean(name, 4.0) for name in DRIFTS}
        assert (means["static"] == 0).all()
        assert means["jump"].tolist() == [0.0] * 300 + [4.0] * 300
        assert means["ramp"][[0, 300]].tolist() == [0.0, 2.0]
        assert (means["sine"].max(), means["sine"].min()) == pytest.approx((4, -4))

    def test_the_needed_beta_fits_exactly(self, drifted):
        part = drifted[4.0].query("drift == 'sine' and norm == 'affine'")
        assert part["needed"].to_numpy() == pytest.approx(0.5 - 2 * input_mean("sine", 4.0))
        assert (drifted[4.0].query("norm == 'batch'")["needed"] == 0.5).all()

    def test_a_target_made_from_the_raw_input_turns_the_order_round(self):
        # Where the target contains what moves, nothing has to be found again; this is the condition of the other one.
        raw = compute(Drift(4.0, raw=True))
        losses = drift_summary(raw).pivot_table(index="drift", columns="norm", values="loss")
        assert losses.loc[["sine", "jump", "ramp"], "affine"].max() < 1e-3
        assert losses.loc["sine", "batch"] > 10 * losses.loc["sine", "affine"]
        assert (raw.query("norm == 'affine'")["needed"] == 0.5).all()
        needed = raw.query("norm == 'batch' and drift == 'sine'")["needed"].to_numpy()
        assert needed == pytest.approx(0.5 + 2 * input_mean("sine", 4.0))

    def test_a_frame_that_stops_early_is_refused(self):
        frame = compute(Drift(), stop_after(20))
        assert frame["step"].max() == 19
        with pytest.raises(ValueError, match="must reach step 300"):
            drift_summary(frame)


class TestToldToStandardize:
    def test_at_a_small_rate_they_lag_and_the_task_suffers(self, told):
        ends = endings(told[0.01], 300)
        assert 0.1 < ending(ends, TOLD)["mean_error"] < 0.4
        assert 0.2 < ending(ends, TOLD)["std_error"] < 0.7
        assert ending(ends, TOLD)["loss"] > 10 * ending(ends, COMPUTED)["loss"]

    @pytest.mark.parametrize("rate", [0.1, 0.5])
    def test_at_a_large_rate_they_diverge_and_leave_the_others_alone(self, told, rate):
        ends = endings(told[rate], 300)
        assert ending(ends, TOLD)["diverged_at"] < 300
        assert ending(ends, TOLD)["loss"] == np.inf
        for run in (FREE, COMPUTED):
            assert losses_of(told[rate], run).tolist() == losses_of(told[0.01], run).tolist()

    def test_the_loss_of_the_task_does_not_ask_for_standardization(self, told):
        free = ending(endings(told[0.01], 300), FREE)
        assert free["mean_error"] > 0.3
        assert free["std_error"] > 0.3
        assert free["loss"] < 0.2

    def test_computed_statistics_standardize(self, told):
        computed = told[0.01][told[0.01]["run"] == COMPUTED]
        assert computed["mean_error"].max() < 1e-6
        assert computed["std_error"].max() < 1e-2

    def test_the_control_standardizes_as_well_and_does_not_learn(self, told):
        control = told[0.01][told[0.01]["run"] == UNFORESEEN]
        assert control[["mean_error", "std_error"]].to_numpy().max() < 1e-2
        ends = endings(told[0.01], 300)
        assert ending(ends, UNFORESEEN)["loss"] > 10 * ending(ends, COMPUTED)["loss"]

    def test_the_untold_runs_are_those_of_the_engine(self, told):
        experiment = SelfStandardizing(0.01).experiment
        short = experiment.model_copy(update={"steps": 20, "records": 21})
        trained = train(short).arrays["loss"][:, :, 0]
        for run in (FREE, COMPUTED):
            mine = losses_of(told[0.01], run)[:21]
            assert mine == pytest.approx(trained[:, run], rel=1e-3)

    def test_the_gradient_of_their_own_loss_is_that_of_autograd(self):
        import torch

        from bnviz.engine.program import one_program_a_run
        from bnviz.engine.steps import steps

        task = SelfStandardizing(rate=0.25)
        experiment = task.experiment.model_copy(update={"dtype": "float64"})
        programs = one_program_a_run(experiment)
        program = programs[TOLD]
        layer = program.network.parameters.layers[0]
        layer.gamma.copy_(torch.linspace(-2, 2, 64, dtype=torch.float64))
        layer.beta.copy_(torch.linspace(1, -1, 64, dtype=torch.float64))
        before = layer.gamma.clone(), layer.beta.clone()
        next(steps(experiment, programs))
        z = program.tape.layers[0].pre_norm
        task._standardize(program)
        after = layer.gamma.clone(), layer.beta.clone()
        gamma, beta = (part.clone().requires_grad_() for part in before)
        y = gamma[..., None] * z.clone() + beta[..., None]
        loss = 0.5 * (y.mean(-1) ** 2 + (y.std(-1, correction=0) - 1) ** 2).sum()
        loss.backward()
        for part, was, now in zip((gamma, beta), before, after, strict=True):
            assert torch.allclose(now, was - 0.25 * part.grad, rtol=1e-10)

    def test_it_stops_when_asked(self):
        assert compute(SelfStandardizing(), stop_after(3))["step"].max() == 2


class TestFrozen:
    def test_at_a_small_rate_frozen_statistics_train_better(self):
        result = frozen_result(train(frozen_experiment(0.1)))
        assert result.loc[FROZEN, "loss"] < 0.7 * result.loc[BATCH, "loss"]
        assert (result["status"] == "finished").all()

    @pytest.mark.parametrize("lr", [0.5, 1.0])
    def test_at_a_large_rate_they_diverge_and_batch_norm_does_not(self, lr):
        result = frozen_result(train(frozen_experiment(lr)))
        assert result.loc[FROZEN, "loss"] == np.inf
        assert np.isnan(result.loc[FROZEN, "accuracy"])
        assert result.loc[FROZEN, "status"].startswith("diverged")
        assert result.loc[BATCH, "loss"] < 0.1
        assert result.loc[BATCH, "accuracy"] > 0.95
        # The control: nothing is changed but the length of the hidden weights' steps.
        assert result.loc[SHORTER, "loss"] < 0.1

    def test_the_loss_is_the_mean_of_the_last_batches(self):
        history = train(frozen_experiment(0.03))
        loss = history.losses().query("run == 1 and split == 'train'")["loss"]
        assert frozen_result(history)["loss"][1] == pytest.approx(loss.tail(frozen.LATE).mean())


def test_endings_average_late_steps_and_name_what_broke_off():
    steps = 100
    fine = pd.DataFrame({"step": range(steps + 1), "run": 0, "loss": np.arange(steps + 1.0), "more": np.nan})
    fine.loc[steps, "more"] = 7.0
    broken = pd.DataFrame({"step": range(5), "run": 1, "loss": 1.0, "more": 2.0})
    ends = endings(pd.concat([fine, broken]), steps)
    assert ending(ends, 0)["loss"] == pytest.approx(steps - (LATE - 1) / 2)
    assert ending(ends, 0)["more"] == 7
    assert np.isnan(ending(ends, 0)["diverged_at"])
    assert ending(ends, 1)["diverged_at"] == 5
    assert ending(ends, 1)["loss"] == np.inf
    assert np.isnan(ending(ends, 1)["more"])


def test_tasks_are_named_by_all_their_settings():
    assert job_key(Drift(2.0, 3)) == "Drift(size=2.0, seed=3, raw=False)"
    assert job_key(SelfStandardizing(0.1, 1)) == "SelfStandardizing(rate=0.1, seed=1, steps=300)"
    assert self_standardizing.RATES[0] < 0.01 < self_standardizing.RATES[-1]


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.learn_to_standardize import conditioning, detached, drift, frozen, self_standardizing\n"
        "conditioning.Conditioning(), drift.Drift(), detached.Detached().experiment, detached.DriftingBias()\n"
        "self_standardizing.SelfStandardizing().experiment, frozen.frozen_experiment()\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
