"""Descent on one batch and agreement of mini-batches, against their formulas: claims 8 and 9 of the science notes."""

import numpy as np
import pandas as pd
import pytest
import torch

from bnviz import train
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.program import Program
from bnviz.lessons.moving_statistics.agreement import HELD, SIZES, Agreement, agreement_summary
from bnviz.lessons.moving_statistics.descent import NORMS, TINY_EVERY, Descent, descent_summary
from bnviz.norms import apply_norm

pytestmark = pytest.mark.slow


def no_report(step, losses):
    pass


def go_on():
    return False


def stop_after(calls):
    asked = iter(range(10**9))
    return lambda: next(asked) >= calls


@pytest.fixture(scope="module")
def descended():
    return Descent().compute(no_report, go_on)


@pytest.fixture(scope="module")
def agreed():
    return Agreement().compute(no_report, go_on)


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

    def test_the_drift_starts_at_zero_and_its_first_step_is_the_first_move(self, descended):
        for _, part in descended.groupby("run"):
            drift, moves = part["z_drift"].to_numpy(), part["z_move"].to_numpy()
            assert drift[0] == 0
            assert drift[1] == pytest.approx(moves[0])

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
        assert len(agreed) == len(SIZES) * Agreement().draws * 3
        assert agreed["cosine"].between(-1, 1 + 1e-9).all()

    def test_small_batches_blur_batch_norms_gradient_more(self, agreed):
        mean = agreement_summary(agreed).pivot_table(index="size", columns="norm", values="mean")
        assert (mean["none"] > mean["batch"] + 0.05).all()
        assert mean["batch"][4] < 0.15
        assert mean["batch"].is_monotonic_increasing
        assert mean["none"][256] > 0.8

    def test_part_of_the_gap_is_there_without_the_noise_of_mean_and_spread(self, agreed):
        mean = agreement_summary(agreed).pivot_table(index="size", columns="norm", values="mean")
        assert mean.loc[64].to_dict() == pytest.approx({"none": 0.87, "batch": 0.36, HELD: 0.57}, abs=0.03)

    def test_a_cosine_is_that_of_autograd(self):
        task = Agreement(updates=0, draws=1, seed=4)
        found = task.compute(no_report, go_on).query("size == 16")
        split = load_data(task.experiment)
        x, y = torch.from_numpy(split.x_train).float(), torch.from_numpy(split.y_train)
        generator = torch.Generator().manual_seed(4)
        chosen = [torch.randperm(len(y), generator=generator)[:size] for size in SIZES][SIZES.index(16)]
        for run, norm in enumerate(("none", "batch", HELD)):
            whole, part = (_autograd(task.experiment, run, norm, x[at], y[at], x) for at in (slice(None), chosen))
            cosine = torch.cosine_similarity(whole, part, dim=0).item()
            assert found.loc[found["run"] == run, "cosine"].iloc[0] == pytest.approx(cosine, abs=1e-4)

    def test_the_summary_is_that_of_numpy(self):
        frame = pd.DataFrame(
            {"run": 0, "norm": "none", "size": 4, "draw": range(5), "cosine": [0.1, 0.5, 0.2, 0.4, 0.3]}
        )
        row = agreement_summary(frame).iloc[0]
        assert (row["mean"], row["low"], row["high"]) == pytest.approx((0.3, 0.14, 0.46))
        assert row["sd"] == pytest.approx(np.std(frame["cosine"], ddof=1))
        assert row["error"] == pytest.approx(row["sd"] / 5**0.5)

    def test_it_reports_every_step_stops_when_asked_and_depends_on_the_seed(self, agreed):
        seen = []
        task = Agreement(updates=2, draws=1)
        task.compute(lambda step, losses: seen.append(step), go_on)
        assert seen == list(range(1, task.steps + 1))
        assert task.compute(no_report, stop_after(1)).empty
        assert task.compute(no_report, stop_after(3))["size"].unique().tolist() == [4]
        assert not Agreement(seed=1).compute(no_report, go_on).equals(agreed)


def _autograd(experiment, run, norm, x, y, everyone):
    """∂L/∂(weights, γ and β as far as they are trained, head) by autograd, in the engine's order.

    The control takes μ and σ from `everyone`, as constants.
    """
    program = Program(experiment, [min(run, 1)], 0)
    parameters = program.network.parameters
    h, whole, wanted = x.t().unsqueeze(0), everyone.t().unsqueeze(0), []
    for layer in parameters.layers:
        weight, gamma, beta = (part.clone().requires_grad_() for part in (layer.weight, layer.gamma, layer.beta))
        wanted += [weight, beta] if norm == "none" else [weight, gamma, beta]
        if norm == HELD:
            with torch.no_grad():
                held = {
                    "running_mean": (weight @ whole).mean(-1),
                    "running_var": (weight @ whole).var(-1, correction=0),
                }
                whole = torch.relu(apply_norm(norm, weight @ whole, gamma, beta, **held))
            h = torch.relu(apply_norm(norm, weight @ h, gamma, beta, **held))
        else:
            h = torch.relu(apply_norm(norm, weight @ h, gamma, beta))
    weight, bias = (part.clone().requires_grad_() for part in (parameters.head.weight, parameters.head.bias))
    logits = (weight @ h + bias.unsqueeze(-1))[0].t()
    loss = torch.nn.functional.cross_entropy(logits, y)
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss, [*wanted, weight, bias])]).double()
