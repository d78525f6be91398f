"""The lesson on moving statistics against its formulas: claim 10 of the notes on the science."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run, train
from bnviz.lessons.moving_statistics.agreement import Agreement
from bnviz.lessons.moving_statistics.deep_kick import KINDS, LOWER, MOST_KICKS, DeepKick, kick_summary
from bnviz.lessons.moving_statistics.descent import Descent
from bnviz.lessons.moving_statistics.wandering import drift, drift_experiment
from bnviz.norms import apply_norm
from bnviz.ui.server.training import job_key


def no_report(step, losses):
    pass


def go_on():
    return False


def stop_after(calls):
    asked = iter(range(10**9))
    return lambda: next(asked) >= calls


@pytest.fixture(scope="module")
def drifted():
    return drift(train(drift_experiment()))


@pytest.fixture(scope="module")
def kicked():
    return DeepKick().compute(no_report, go_on)


class TestOutputMoments:
    @given(
        scale=st.floats(1e-2, 1e2),
        shift=st.floats(-10, 10),
        gamma=st.floats(-3, 3).filter(lambda g: abs(g) > 1e-3),
        beta=st.floats(-3, 3),
        eps=st.sampled_from([0.0, 1e-5, 0.1, 1.0]),
        seed=st.integers(0, 1000),
    )
    def test_mean_is_beta_and_sd_is_gamma_up_to_eps_whatever_comes_in(self, scale, shift, gamma, beta, eps, seed):
        x = torch.randn(1, 3, 17, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * scale + shift
        y = apply_norm(
            "batch",
            x,
            torch.full((1, 3), gamma, dtype=torch.float64),
            torch.full((1, 3), beta, dtype=torch.float64),
            eps=eps,
        )
        sigma = x.std(-1, correction=0)
        assert torch.allclose(y.mean(-1), torch.full((1, 3), beta, dtype=torch.float64), atol=1e-9)
        expected = abs(gamma) * sigma / (sigma.square() + eps).sqrt()
        assert torch.allclose(y.std(-1, correction=0), expected, rtol=1e-9)


class TestDrift:
    def test_one_row_a_run_and_layer(self, drifted):
        assert drifted[["run", "layer"]].to_numpy().tolist() == [[run, layer] for run in (0, 1) for layer in range(3)]
        assert drifted["norm"].unique().tolist() == ["affine", "batch"]

    def test_the_output_of_batch_norm_is_at_beta_and_gamma_while_both_are_trained(self, drifted):
        batch = drifted[drifted["norm"] == "batch"]
        assert (batch["mean_gap"] < 2e-6).all()
        assert (batch["sd_gap"] < 5e-4).all()
        assert (batch["beta_reach"] > 0.05).all()
        assert (batch["gamma_reach"] > 0.05).all()

    def test_the_output_of_affine_layers_goes_where_mu_goes(self, drifted):
        affine = drifted[drifted["norm"] == "affine"]
        assert (affine["mean_gap"] > 1).all()
        assert (affine["mean_move"] > 0.5).all()
        assert (affine["output_mean_move"] > 0.8 * affine["mean_move"]).all()
        batch = drifted[drifted["norm"] == "batch"]
        assert (batch["output_mean_move"] < batch["mean_move"] / 2).all()

    def test_the_numbers_are_those_of_the_history(self):
        history = train(drift_experiment(seed=2).model_copy(update={"steps": 20}))
        row = drift(history).query("norm == 'batch' and layer == 1").iloc[0]
        moments = history.moments().query("run == 1 and layer == 1").set_index(["stage", "unit", "step"])
        before = moments.loc["pre_norm"]
        first, last = (before.xs(step, level="step") for step in (0, 20))
        assert row["mean_move"] == pytest.approx(((last["mean"] - first["mean"]).abs() / first["std"]).mean(), rel=1e-6)
        assert row["sd_ratio"] == pytest.approx(np.exp(np.log(last["std"] / first["std"]).mean()), rel=1e-6)
        after = moments.loc["post_affine"].reset_index()
        affine = history.affine().query("run == 1 and layer == 1")
        joined = after.merge(affine[["step", "unit", "gamma", "beta"]], on=["step", "unit"])
        assert row["mean_gap"] == pytest.approx((joined["mean"] - joined["beta"]).abs().max(), rel=1e-6)
        assert row["sd_gap"] == pytest.approx((joined["std"] - joined["gamma"].abs()).abs().max(), rel=1e-6)

    def test_a_large_eps_lets_sigma_through(self):
        batch = drift(train(drift_experiment(eps=1.0))).query("norm == 'batch'")
        assert (batch["mean_gap"] < 2e-6).all()
        assert (batch["sd_gap"] > 0.1).all()

    def test_units_without_spread_are_left_out(self):
        experiment = Experiment(widths=(4,), steps=3, records=4, runs=(Run(norm="affine"), Run(norm="batch")))
        history = train(experiment)
        history.arrays["std"][:, 0, 0, 0, 1] = 0.0
        history.arrays["mean"][-1, 0, 0, 0, 1] = 1e6
        row = drift(history).iloc[0]
        assert row["mean_move"] < 1e3
        history.arrays["std"][:, 0, 0, 0, :] = 0.0
        other = replace(history)  # what was found for a recording is kept with it
        assert np.isnan(drift(other).iloc[0]["sd_ratio"])


class TestDeepKick:
    def test_there_is_a_row_for_each_kind_number_run_and_unit(self, kicked):
        assert len(kicked) == len(KINDS) * (MOST_KICKS + 1) * 3 * 64
        before = kicked[kicked["kicks"] == 0]
        assert (before["shift"] == 0).all()
        assert (before["log_sd"] == 0).all()

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("kicks", [1, MOST_KICKS])
    def test_batch_norm_keeps_the_moments_of_every_unit(self, kicked, kind, kicks):
        batch = kicked[(kicked["kind"] == kind) & (kicked["kicks"] == kicks) & (kicked["norm"] == "batch")]
        assert batch["shift"].max() < 1e-5
        assert batch["log_sd"].max() < 1e-3
        assert kick_summary(kicked, kind, kicks).set_index("norm").loc["batch", "shift"] < 1e-6

    def test_a_factor_passes_through_affine_layers_and_cancels_in_layer_norm(self, kicked):
        summary = kick_summary(kicked, "scale", 1).set_index("norm")
        # 10 in each of three layers; γ and β of the trained network keep it from being 1000 exactly.
        assert 800 < summary.loc["affine", "sd_ratio"] < 1050
        assert summary.loc["affine", "shift"] > 100
        assert summary.loc["layer", "log_sd"] < 1e-5

    def test_noise_passes_through_layer_norm_too(self, kicked):
        summary = kick_summary(kicked, "noise", 1).set_index("norm")
        assert (summary.loc[["affine", "layer"], "shift"] > 0.2).all()
        assert (summary.loc[["affine", "layer"], "log_sd"] > 0.05).all()

    def test_the_loss_right_after_is_that_of_the_network_with_its_weights_kicked(self, kicked):
        summary = kick_summary(kicked, "scale", 1).set_index("norm")
        assert summary.loc["batch", "loss"] == pytest.approx(summary.loc["batch", "loss_before"], rel=1e-3)
        assert summary.loc["affine", "loss"] > 100 * summary.loc["affine", "loss_before"]
        assert summary.loc["affine", "loss_later"] == np.inf
        noise = kick_summary(kicked, "noise", 1).set_index("norm")
        assert (noise["loss"] > 2 * noise["loss_before"]).all()

    def test_without_a_kick_training_goes_on_and_both_kinds_agree(self, kicked):
        scale, noise = (kick_summary(kicked, kind, 0) for kind in KINDS)
        assert (scale["loss"] == scale["loss_before"]).all()
        # Whatever a kick and the updates after it did has been put back before the next one.
        assert scale["loss_later"].tolist() == noise["loss_later"].tolist()
        assert scale["loss"].tolist() == noise["loss"].tolist()
        assert (scale["loss_later"] != scale["loss"]).all()

    def test_without_training_a_factor_is_a_thousand_exactly(self):
        frame = DeepKick(updates=0).compute(no_report, go_on)
        assert kick_summary(frame, "scale", 1).set_index("norm").loc["affine", "sd_ratio"] == pytest.approx(1000)

    def test_the_network_before_the_blow_is_that_of_the_engine(self, kicked):
        task = DeepKick()
        experiment = task.experiment.model_copy(update={"steps": task.updates, "records": 2})
        history = train(experiment)
        for run in range(3):
            mean = history.arrays["mean"][-1, run, LOWER, 2]
            found = kicked.query("kind == 'noise' and kicks == 0 and run == @run").sort_values("unit")
            assert np.allclose(found["mean"], mean, atol=2e-4)

    def test_it_reports_every_step_and_depends_on_the_seed(self):
        seen = []
        task = DeepKick(updates=3)
        frame = task.compute(lambda step, losses: seen.append(step), go_on)
        assert seen == list(range(1, task.steps + 1))
        assert not DeepKick(seed=1, updates=3).compute(no_report, go_on).equals(frame)

    def test_stopped_early_it_has_nothing_to_show(self):
        frame = DeepKick().compute(no_report, stop_after(3))
        assert frame.empty
        with pytest.raises(ValueError, match="must be in the frame"):
            kick_summary(frame, "noise", 1)

    def test_a_blow_that_was_not_dealt_is_refused(self, kicked):
        with pytest.raises(ValueError, match="choose them from KINDS and 0 to 3"):
            kick_summary(kicked, "noise", MOST_KICKS + 1)


@pytest.mark.parametrize("task", [DeepKick(seed=3), Descent(seed=3), Agreement(seed=3)])
def test_a_name_holds_all_settings(task):
    assert "seed=3" in job_key(task)
    assert job_key(task) != job_key(type(task)())


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.moving_statistics import agreement, deep_kick, descent, wandering\n"
        "agreement.Agreement().experiment, deep_kick.DeepKick().experiment, descent.Descent().experiment\n"
        "wandering.drift_experiment()\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
