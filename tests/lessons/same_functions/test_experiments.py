"""The lesson on one function in several coordinates: claims 5 and 25 of the notes on the science, and oracle 4."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import train
from bnviz.lessons.same_functions.folding import EXAMPLES, Folding, fold, folding_summary
from bnviz.lessons.same_functions.identity import EPSILONS, ScaleIdentity, found
from bnviz.lessons.same_functions.parting import AFFINE, BATCH, PLAIN, TAIL, Parting, endings, split
from bnviz.norms import apply_norm
from bnviz.ui.server.training import job_key


def no_report(step, losses):
    pass


def never():
    return False


def after(steps):
    """A `should_stop` that lets `steps` steps pass."""
    asked = iter(range(10_000))
    return lambda: next(asked) >= steps


def draw(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(scope="module")
def folded():
    return Folding().compute(no_report, never)


@pytest.fixture(scope="module")
def parted():
    return Parting().compute(no_report, never)


@pytest.fixture(scope="module")
def identities():
    return ScaleIdentity().compute(no_report, never)


class TestFold:
    @given(seed=st.integers(0, 2**31), eps=st.sampled_from([0.0, 1e-5, 1.0]), size=st.integers(1, 6))
    def test_one_linear_layer_computes_the_same(self, seed, eps, size):
        weight, h = draw(3, size, 4, seed=seed), draw(3, 4, 7, seed=seed + 1)
        gamma, beta, mean = (draw(3, size, seed=seed + place) for place in (2, 3, 4))
        var = draw(3, size, seed=seed + 5).square() + 0.1
        found_weight, found_bias = fold(weight, gamma, beta, mean, var, eps)
        expected = gamma[..., None] * (weight @ h - mean[..., None]) / (var + eps).sqrt()[..., None] + beta[..., None]
        torch.testing.assert_close(found_weight @ h + found_bias[..., None], expected, rtol=1e-12, atol=1e-12)

    def test_it_is_what_pytorch_folds(self):
        linear, norm = torch.nn.Linear(5, 4, bias=False).double(), torch.nn.BatchNorm1d(4).double()
        norm.weight.data, norm.bias.data = draw(4, seed=1), draw(4, seed=2)
        norm.running_mean, norm.running_var = draw(4, seed=3), draw(4, seed=4).square() + 0.1
        theirs = torch.nn.utils.fuse_linear_bn_eval(linear.eval(), norm.eval())
        ours = fold(linear.weight, norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.eps)
        torch.testing.assert_close(ours[0], theirs.weight, rtol=1e-13, atol=1e-14)
        torch.testing.assert_close(ours[1], theirs.bias, rtol=1e-13, atol=1e-14)

    def test_without_statistics_it_merges_scale_and_shift(self):
        weight, gamma, beta = draw(4, 5, seed=1), draw(4, seed=2), draw(4, seed=3)
        merged = fold(weight, gamma, beta, torch.zeros(4), torch.ones(4), 0.0)
        assert torch.equal(merged[0], gamma[:, None] * weight)
        assert torch.equal(merged[1], beta)


class TestFolding:
    def test_there_is_one_row_for_each_network_test_example_and_class(self, folded):
        assert len(folded) == 2 * 360 * 10
        assert folded.groupby(["norm", "example"])["digit"].nunique().eq(10).all()
        assert 360 % EXAMPLES == 0

    def test_folded_networks_differ_by_rounding_only(self, folded):
        batch, affine = (row for _, row in folding_summary(folded).iterrows())
        for row in (batch, affine):
            assert 0 < row["double"] < 1e-13
            assert 0 < row["single"] < 1e-4
            assert row["changed"] == 0
            assert row["accuracy"] == row["accuracy_folded"] > 0.9
            assert row["spread"] > 1

    def test_both_types_compute_the_same_network(self, folded):
        assert (folded["original_single"] - folded["original"]).abs().max() < 1e-4
        assert (folded["original_single"] != folded["original"]).any()

    def test_training_mode_is_another_function_with_batch_norm_only(self, folded):
        batch, affine = (row for _, row in folding_summary(folded).iterrows())
        assert batch["training"] > 0.5
        assert batch["changed_training"] > 0
        assert affine["training"] == 0
        assert affine["changed_training"] == 0

    def test_a_network_stopped_early_is_folded_all_the_same(self):
        seen = []
        frame = Folding().compute(lambda step, losses: seen.append((step, len(losses))), after(3))
        assert seen == [(step, 2) for step in (1, 2, 3)]
        batch = folding_summary(frame).iloc[0]
        assert batch["double"] < 1e-13
        assert batch["accuracy"] < 0.95

    def test_the_trained_network_is_that_of_the_engine(self, folded):
        task = Folding()
        losses = train(task.experiment.model_copy(update={"records": 2})).losses()
        last = losses[(losses["step"] == task.steps) & (losses["split"] == "test")].set_index("norm")["accuracy"]
        summary = folding_summary(folded).set_index("norm")["accuracy"]
        assert summary.to_dict() == pytest.approx(last.to_dict())

    def test_the_summary_counts_what_changed(self):
        rows = {"example": [0, 0, 1, 1], "digit": [0, 1, 0, 1], "label": [0, 0, 1, 1], "norm": "batch", "run": 0}
        frame = pd.DataFrame({**rows, "original": [2.0, 1.0, 0.0, 1.0], "original_single": [2.0, 1.0, 0.0, 1.0]})
        frame = frame.assign(folded=frame["original"], folded_single=[0.5, 1.0, 0.0, 1.0], training=[2.0, 1.0, 3.0, 1])
        (summary,) = folding_summary(frame).to_dict("records")
        assert (summary["single"], summary["double"], summary["training"]) == (1.5, 0.0, 3.0)
        assert (summary["changed"], summary["changed_training"], summary["examples"]) == (1, 1, 2)
        assert (summary["accuracy"], summary["accuracy_folded"], summary["accuracy_training"]) == (1.0, 0.5, 0.5)
        assert (summary["became_right"], summary["became_wrong"]) == (0, 1)
        (better,) = folding_summary(frame.assign(label=[0, 0, 0, 0])).to_dict("records")
        assert (better["became_right"], better["became_wrong"]) == (1, 0)


class TestParting:
    @pytest.mark.parametrize("depth", [1, 3, 6])
    @pytest.mark.parametrize("seed", [0, 3])
    def test_all_three_start_as_one_function(self, depth, seed):
        start = Parting(depth=depth, seed=seed).compute(no_report, after(1))
        assert start["step"].unique().tolist() == [0]
        assert start["run"].tolist() == [BATCH, AFFINE, PLAIN]
        assert start["difference"].max() < 1e-12
        assert np.ptp(start["loss"]) < 1e-13
        assert start["loss"].min() > 1

    def test_they_part_with_the_first_update(self, parted):
        for run in (AFFINE, PLAIN):
            apart = split(parted, run)
            assert apart.start < 1e-13
            assert apart.first > 0.5 * apart.moved > 0.1
            assert apart.last > 1
            rows = parted[(parted["run"] == run) & (parted["step"] == 1)]
            assert apart.own_moved == rows["moved"].iloc[0] != apart.moved

    def test_the_smaller_the_rate_the_smaller_the_first_difference(self):
        far, near = (split(Parting(lr=lr, steps=1).compute(no_report, never)) for lr in (1e-2, 1e-4))
        assert near.first == pytest.approx(far.first / 100, rel=0.3)
        assert near.first > 0.5 * near.moved

    def test_batch_norm_is_trained_as_the_engine_does(self, parted):
        task = Parting()
        trained = train(task.experiment.model_copy(update={"records": task.steps + 1}))
        ours = parted.loc[parted["run"] == BATCH]
        assert np.allclose(ours["loss"], trained.arrays["loss"][:, BATCH, 0], rtol=1e-9)
        assert (ours["difference"] == 0).all()

    def test_at_a_large_rate_a_run_ends_where_it_diverged(self):
        task = Parting(lr=1.0)
        frame = task.compute(no_report, never)
        batch, affine, _ = endings(frame, task.steps)
        assert np.isfinite(frame[["loss", "moved"]]).all(axis=None)
        assert not batch.diverged
        assert batch.loss < 0.1
        assert affine.diverged
        assert affine.loss == np.inf
        assert affine.step < task.steps

    def test_the_end_is_a_mean_of_the_last_mini_batches(self, parted):
        affine = endings(parted, 150)[AFFINE]
        losses = parted.loc[parted["run"] == AFFINE, "loss"]
        assert affine.loss == pytest.approx(losses.iloc[-TAIL:].mean())
        assert (affine.step, affine.diverged) == (150, False)

    def test_which_walk_gets_furthest_depends_on_the_rate(self, parted):
        slow = endings(parted, 150)
        assert slow[AFFINE].loss < slow[BATCH].loss
        fast = endings(Parting(lr=1.0).compute(no_report, never), 150)
        assert fast[BATCH].loss < min(fast[AFFINE].loss, fast[PLAIN].loss)

    def test_it_stops_when_asked_and_reports_until_then(self):
        seen = []
        frame = Parting().compute(lambda step, losses: seen.append((step, len(losses))), after(4))
        assert seen == [(step, 3) for step in range(4)]
        assert frame["step"].max() == 3

    def test_a_frame_without_an_update_is_refused(self):
        with pytest.raises(ValueError, match="must hold step 1 of both runs"):
            split(Parting().compute(no_report, after(1)))


class TestScaleIdentity:
    def test_affine_pulls_on_weight_and_gamma_alike(self, identities):
        affine = found(identities, "affine")
        assert affine.error < 1e-15
        assert affine.weight_part > 1e-2

    @pytest.mark.parametrize("eps", EPSILONS)
    def test_batch_norm_keeps_the_share_of_eps(self, identities, eps):
        batch = found(identities, "batch", eps)
        assert batch.error < 1e-15
        assert batch.gamma_part > 1e-3
        assert (batch.weight_part < 1e-15) == (eps == 0)

    def test_the_share_grows_from_none_to_all(self, identities):
        shares = [found(identities, "batch", eps).share for eps in EPSILONS]
        assert shares[0] == 0
        assert (np.diff(shares) > 0).all()
        assert shares[-1] > 0.999

    def test_the_update_changes_the_lengths_as_foretold(self, identities):
        for norm in ("affine", "batch"):
            exact = found(identities, norm)
            assert exact.change_error < 1e-14
            assert exact.largest_change > 1e-4
        assert found(identities, "batch", 1.0).change_error > 1e-4
        exact = identities[(identities["norm"] == "batch") & (identities["eps"] == 0)]
        assert (exact["change"] > -1e-15).all()

    def test_every_unit_of_every_run_is_there(self, identities):
        assert len(identities) == (1 + len(EPSILONS)) * 2 * 64
        assert identities.groupby(["run", "layer"])["unit"].nunique().eq(64).all()

    def test_it_stops_when_asked_and_needs_no_update(self):
        seen = []
        frame = ScaleIdentity().compute(lambda step, losses: seen.append(step), after(2))
        assert seen == [1, 2]
        assert found(frame, "affine").error < 1e-15

    def test_an_unknown_row_is_refused(self, identities):
        with pytest.raises(ValueError, match="choose ε from EPSILONS"):
            found(identities, "batch", 0.7)

    @given(seed=st.integers(0, 2**31), eps=st.sampled_from([0.0, 1e-3, 1.0]), norm=st.sampled_from(["affine", "batch"]))
    def test_the_identities_hold_for_any_weights_and_any_loss(self, seed, eps, norm):
        weight, gamma = draw(1, 3, 4, seed=seed).requires_grad_(), draw(1, 3, seed=seed + 1).requires_grad_()
        z = weight @ draw(1, 4, 9, seed=seed + 2)
        y = apply_norm(norm, z, gamma, draw(1, 3, seed=seed + 3), eps=eps)
        (y * draw(1, 3, 9, seed=seed + 4)).sum().backward()
        var = z.detach().var(-1, correction=0)
        share = torch.ones_like(var) if norm == "affine" else eps / (var + eps)
        expected = share * (gamma * gamma.grad).detach()
        torch.testing.assert_close((weight * weight.grad).sum(-1).detach(), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("task", [Folding, Parting, ScaleIdentity])
def test_a_task_repeats_itself_and_follows_its_seed(task):
    first, again, other = (task(seed=seed).compute(no_report, after(2)) for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)
    assert job_key(task(seed=1)) != job_key(task(seed=2))


def test_naming_the_experiments_does_not_load_torch():
    code = (
        "import sys\n"
        "from bnviz.lessons.same_functions import folding, identity, parting, plane\n"
        "folding.Folding().experiment, parting.Parting().experiment, identity.ScaleIdentity().experiment\n"
        "plane.Walks()\n"
        "assert not {'torch', 'streamlit', 'altair'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
