"""The lesson on moving statistics against its formulas: claims 8, 9 and 10 of the notes on the science."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run, train
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.program import Program
from bnviz.lessons.agreement import SIZES, Agreement, agreement_summary
from bnviz.lessons.deep_kick import KINDS, LOWER, MOST_KICKS, DeepKick, kick_summary
from bnviz.lessons.descent import NORMS, TINY_EVERY, Descent, descent_summary
from bnviz.lessons.drift import drift, drift_experiment
from bnviz.norms import apply_norm
from bnviz.ui.training import job_key

MOVES = ["z_move", "output_move", "output_log_sd"]


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


@pytest.fixture(scope="module")
def descended():
    return Descent().compute(no_report, go_on)


@pytest.fixture(scope="module")
def agreed():
    return Agreement().compute(no_report, go_on)


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
        assert np.isnan(drift(history).iloc[0]["sd_ratio"])


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


class TestDescent:
    @pytest.mark.parametrize(("lr", "seed"), [(0.05, 0), (0.1, 1), (0.5, 1), (1.0, 0)])
    def test_on_the_full_batch_the_loss_never_rises_with_batch_norm_and_does_when_detached(self, lr, seed):
        summary = descent_summary(Descent(lr, seed).compute(no_report, go_on)).set_index("norm")
        assert summary.loc["batch", "rises"] == 0
        assert summary.loc["batch_detached", "rises"] >= 17

    def test_the_plain_network_rises_at_the_largest_rate(self):
        summary = descent_summary(Descent(1.0).compute(no_report, go_on)).set_index("norm")
        assert summary.loc["none", "rises"] > 20

    def test_true_gradients_foretell_tiny_steps_and_the_detached_one_does_not(self, descended):
        tiny = descended.dropna(subset="tiny_ratio")
        assert sorted(tiny["step"].unique()) == list(range(0, Descent().steps + 1, TINY_EVERY))
        for norm in ("none", "batch"):
            assert np.allclose(tiny.loc[tiny["norm"] == norm, "tiny_ratio"], 1, atol=1e-3)
        assert (tiny.loc[tiny["norm"] == "batch_detached", "tiny_ratio"] < 0.5).all()

    def test_losses_are_those_of_the_engine(self, descended):
        experiment = Descent().experiment.model_copy(update={"records": Descent().steps + 1})
        trained = train(experiment)
        for run in range(len(NORMS)):
            loss = descended.loc[descended["run"] == run, "loss"]
            assert np.allclose(loss, trained.arrays["loss"][:, run, 0], rtol=1e-7)

    def test_the_columns_belong_together(self, descended):
        for _, part in descended.groupby("run"):
            assert np.allclose(part["decrease"].iloc[:-1], -np.diff(part["loss"]), atol=1e-15)
            assert np.isnan(part["decrease"].iloc[-1])
            assert np.allclose((part["ratio"] * part["predicted"]).iloc[:-1], part["decrease"].iloc[:-1])
        summary = descent_summary(descended)
        assert summary["norm"].tolist() == list(NORMS)
        assert summary["updates"].tolist() == [Descent().steps] * 3
        rises = [int((np.diff(part["loss"]) > 0).sum()) for _, part in descended.groupby("run")]
        assert summary["rises"].tolist() == rises

    def test_kept_statistics_are_those_of_the_formula_written_out(self):
        task = Descent(lr=0.5, seed=3, steps=1)
        row = task.compute(no_report, go_on).query("norm == 'batch' and step == 0").iloc[0]
        experiment, place = task.experiment, NORMS.index("batch")
        with torch.inference_mode():
            batch = next(mini_batches(experiment, load_data(experiment), torch.float64))
            program = Program(experiment, [place], place)
            program.gradients(batch)
            old = [layer.pre_norm[0].clone() for layer in program.tape.layers.values()]
            old_y = [layer.post_affine[0].clone() for layer in program.tape.layers.values()]
            program.update()
            program.gradients(batch)
            moves, kept_moves, kept_spreads, raw = [], [], [], []
            layers = zip(old, old_y, program.tape.layers.values(), program.network.parameters.layers, strict=True)
            for z, y, layer, parameters in layers:
                mean, var = z.mean(-1, keepdim=True), z.var(-1, correction=0, keepdim=True)
                scale = parameters.gamma[0].unsqueeze(-1) / (var + 1e-5).sqrt()
                kept = scale * (layer.pre_norm[0] - mean) + parameters.beta[0].unsqueeze(-1)
                sd = y.std(-1, correction=0)
                kept_moves.append((kept.mean(-1) - y.mean(-1)).abs() / sd)
                kept_spreads.append((kept.std(-1, correction=0) / sd).log().abs())
                moves.append((layer.post_affine[0].mean(-1) - y.mean(-1)).abs() / sd)
                raw.append((layer.pre_norm[0].mean(-1) - mean[:, 0]).abs() / var.sqrt()[:, 0])
        expected = {
            "kept_move": kept_moves,
            "kept_log_sd": kept_spreads,
            "output_move": moves,
            "z_move": raw,
        }
        for name, parts in expected.items():
            assert row[name] == pytest.approx(torch.cat(parts).mean().item(), rel=1e-7), name

    def test_keeping_statistics_would_move_the_output_farther(self, descended):
        batch = descent_summary(descended).set_index("norm").loc["batch"]
        assert 2 < batch["kept_move"] / batch["output_move"] < 10
        assert 1.5 < batch["kept_log_sd"] / batch["output_log_sd"] < 5
        assert 2e-4 < batch["z_move"] < 5e-3
        others = descended[descended["norm"] != "batch"]
        assert others["kept_move"].isna().all()
        plain = descent_summary(descended).set_index("norm").loc["none"]
        assert plain["output_move"] > 50 * batch["output_move"]

    def test_it_stops_when_asked_and_reports_until_then(self):
        seen = []
        frame = Descent().compute(lambda step, losses: seen.append((step, len(losses))), lambda: len(seen) > 4)
        assert seen == [(step, 3) for step in range(5)]
        assert frame["step"].max() == 4
        assert Descent().compute(no_report, lambda: True).empty

    def test_a_run_that_diverges_ends_and_the_others_go_on(self):
        frame = Descent(lr=1e12, steps=10).compute(no_report, go_on)
        assert np.isfinite(frame["loss"]).all()
        last = frame.groupby("norm")["step"].max()
        # At this absurd rate batch norm leaves the range of numbers, and the plain network is dead before it does.
        assert last["batch"] < 10
        assert last["none"] == 10
        assert descent_summary(frame)["norm"].tolist() == list(NORMS)


class TestAgreement:
    def test_there_is_a_row_for_each_size_draw_and_run(self, agreed):
        assert len(agreed) == len(SIZES) * Agreement().draws * 2
        assert agreed["cosine"].between(-1, 1 + 1e-9).all()

    def test_small_batches_blur_batch_norms_gradient_more(self, agreed):
        mean = agreement_summary(agreed).pivot_table(index="size", columns="norm", values="mean")
        assert (mean["none"] > mean["batch"] + 0.05).all()
        assert mean["batch"][4] < 0.15
        assert mean["batch"].is_monotonic_increasing
        assert mean["none"][256] > 0.8

    def test_a_cosine_is_that_of_autograd(self):
        task = Agreement(updates=0, draws=1, seed=4)
        found = task.compute(no_report, go_on).query("size == 16")
        split = load_data(task.experiment)
        x, y = torch.from_numpy(split.x_train).float(), torch.from_numpy(split.y_train)
        generator = torch.Generator().manual_seed(4)
        chosen = [torch.randperm(len(y), generator=generator)[:size] for size in SIZES][SIZES.index(16)]
        for run, norm in enumerate(("none", "batch")):
            whole, part = (_autograd(task.experiment, run, norm, x[at], y[at]) for at in (slice(None), chosen))
            cosine = torch.cosine_similarity(whole, part, dim=0).item()
            assert found.loc[found["run"] == run, "cosine"].iloc[0] == pytest.approx(cosine, abs=1e-4)

    def test_the_summary_is_that_of_numpy(self):
        frame = pd.DataFrame(
            {"run": 0, "norm": "none", "size": 4, "draw": range(5), "cosine": [0.1, 0.5, 0.2, 0.4, 0.3]}
        )
        row = agreement_summary(frame).iloc[0]
        assert (row["mean"], row["low"], row["high"]) == pytest.approx((0.3, 0.14, 0.46))
        assert row["sd"] == pytest.approx(np.std(frame["cosine"], ddof=1))

    def test_it_reports_every_step_stops_when_asked_and_depends_on_the_seed(self, agreed):
        seen = []
        task = Agreement(updates=2, draws=1)
        task.compute(lambda step, losses: seen.append(step), go_on)
        assert seen == list(range(1, task.steps + 1))
        assert task.compute(no_report, stop_after(1)).empty
        assert task.compute(no_report, stop_after(3))["size"].unique().tolist() == [4]
        assert not Agreement(seed=1).compute(no_report, go_on).equals(agreed)


def _autograd(experiment, run, norm, x, y):
    """∂L/∂(weights, γ and β as far as they are trained, head) by autograd, in the engine's order."""
    program = Program(experiment, [run], run)
    parameters = program.network.parameters
    h, wanted = x.t().unsqueeze(0), []
    for layer in parameters.layers:
        weight, gamma, beta = (part.clone().requires_grad_() for part in (layer.weight, layer.gamma, layer.beta))
        wanted += [weight, gamma, beta] if norm == "batch" else [weight, beta]
        h = torch.relu(apply_norm(norm, weight @ h, gamma, beta))
    weight, bias = (part.clone().requires_grad_() for part in (parameters.head.weight, parameters.head.bias))
    logits = (weight @ h + bias.unsqueeze(-1))[0].t()
    loss = torch.nn.functional.cross_entropy(logits, y)
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss, [*wanted, weight, bias])]).double()


@pytest.mark.parametrize("task", [DeepKick(seed=3), Descent(seed=3), Agreement(seed=3)])
def test_a_name_holds_all_settings(task):
    assert "seed=3" in job_key(task)
    assert job_key(task) != job_key(type(task)())


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons import agreement, deep_kick, descent, drift\n"
        "agreement.Agreement().experiment, deep_kick.DeepKick().experiment, descent.Descent().experiment\n"
        "drift.drift_experiment()\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
