"""What batch norm computes, against PyTorch, against hand arithmetic, and where ε shows."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.standardization import START_BATCH, START_UPSTREAM, UnitBatch
from bnviz.norms import apply_norm

EPSILONS = (0.0, 1e-5, 0.1, 10.0)


def unit(number: int = 0, size: int = 8, **settings) -> UnitBatch:
    return UnitBatch(tuple(START_BATCH[:size, number]), tuple(START_UPSTREAM[:size]), **settings)


def with_torch(batch: UnitBatch, norm) -> tuple[np.ndarray, np.ndarray]:
    x = torch.tensor(batch.values, dtype=torch.float64, requires_grad=True)
    y = norm(x)
    y.backward(torch.tensor(batch.upstream, dtype=torch.float64))
    return y.detach().numpy(), x.grad.numpy()


def layer_of(batch: UnitBatch) -> torch.nn.BatchNorm1d:
    layer = torch.nn.BatchNorm1d(1, eps=batch.eps, dtype=torch.float64)
    torch.nn.init.constant_(layer.weight, batch.gamma)
    torch.nn.init.constant_(layer.bias, batch.beta)
    return layer


@pytest.mark.parametrize("eps", EPSILONS)
@pytest.mark.parametrize("size", [2, 5, 16])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_both_passes_agree_with_torch_and_with_the_engine(number, size, eps):
    batch = unit(number, size, gamma=-1.5, beta=0.5, eps=eps)
    gamma, beta = (torch.full((1, 1), value, dtype=torch.float64) for value in (batch.gamma, batch.beta))
    norms = [lambda x: apply_norm("batch", x[None, None], gamma, beta, eps=eps)[0, 0]]
    if eps > 0:  # PyTorch's layer refuses ε = 0.
        layer = layer_of(batch)
        norms.append(lambda x: layer(x[:, None])[:, 0])
    for norm in norms:
        y, dx = with_torch(batch, norm)
        np.testing.assert_allclose(lesson.forward(batch)["y"], y, rtol=0, atol=lesson.PYTORCH_TOLERANCE)
        np.testing.assert_allclose(lesson.backward(batch)["dx"], dx, rtol=0, atol=lesson.PYTORCH_TOLERANCE)


def test_statistics_by_hand():
    found = lesson.statistics(UnitBatch((1.0, 2.0, 6.0), (0.0, 0.0, 0.0), eps=0.25))
    assert found.mean == 3
    assert found.var == pytest.approx(14 / 3)
    assert found.unbiased == pytest.approx(7)
    assert found.scale == pytest.approx((14 / 3 + 0.25) ** 0.5)


@pytest.mark.parametrize("eps", EPSILONS)
def test_columns_have_the_moments_that_the_formula_promises(eps):
    batch = unit(1, gamma=2.0, beta=-1.0, eps=eps)
    var = lesson.statistics(batch).var
    columns = lesson.forward(batch)[["x", "centered", "normalized", "y"]]
    shrunk = var / (var + eps)
    np.testing.assert_allclose(columns.mean(), [START_BATCH[:8, 1].mean(), 0, 0, -1], atol=1e-12)
    np.testing.assert_allclose(columns.var(ddof=0), [var, var, shrunk, 4 * shrunk], atol=1e-12)


@pytest.mark.parametrize("eps", EPSILONS)
def test_two_values_become_plus_and_minus_one_up_to_eps(eps):
    distance = 3.0
    pair = lesson.forward(UnitBatch((1.0, 1.0 + distance), (0.3, 0.9), eps=eps))["normalized"]
    expected = distance / (distance**2 + 4 * eps) ** 0.5
    np.testing.assert_allclose(pair, [-expected, expected], rtol=1e-12)


def test_a_batch_of_two_has_no_gradient_at_eps_zero_and_a_little_above():
    assert lesson.backward(unit(size=2, eps=0.0))["dx"].abs().max() < 1e-15
    assert lesson.gradient_sums(unit(size=2, eps=0.0)).kept < 1e-30
    assert lesson.backward(unit(size=2, eps=1.0))["dx"].abs().max() > 1e-3


@pytest.mark.parametrize("eps", EPSILONS)
def test_the_gradient_sums_to_zero_and_keeps_the_share_of_eps_along_normalized(eps):
    batch = unit(0, gamma=1.5, eps=eps)
    found, sums = lesson.statistics(batch), lesson.gradient_sums(batch)
    frame = lesson.backward(batch)
    before = batch.gamma / found.scale * (frame["upstream"] * frame["normalized"]).sum()
    assert abs(sums.total) < 1e-14
    assert sums.along == pytest.approx(before * eps / (found.var + eps), abs=1e-14)
    assert sums.left_along == eps / (found.var + eps)
    assert sums.left_along == pytest.approx(sums.along / before, abs=1e-14)


def test_the_parts_of_the_gradient_add_up():
    frame = lesson.backward(unit(2))
    np.testing.assert_allclose(frame["upstream"] + frame["mean_part"] + frame["along_part"], frame["rest"])
    assert frame["mean_part"].nunique() == 1
    assert np.ptp(frame["along_part"] / frame["normalized"]) < 1e-15


@pytest.mark.slow
def test_random_gradients_keep_one_minus_two_over_b_of_their_energy():
    generator = np.random.default_rng(0)
    kept = [
        lesson.gradient_sums(UnitBatch(unit(size=8).values, tuple(generator.normal(size=8)), eps=0.0)).kept
        for _ in range(2000)
    ]
    assert np.mean(kept) == pytest.approx(1 - 2 / 8, abs=4 * np.std(kept) / 2000**0.5)


def test_no_gradient_from_above_keeps_nothing():
    assert lesson.gradient_sums(UnitBatch((1.0, 2.0, 4.0), (0.0, 0.0, 0.0))).kept == 0


@given(
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=16, unique=True),
    st.sampled_from([0.0, 1e-5, 1.0, 10.0]),
)
def test_doubling_grows_the_distance_from_beta_as_the_formula_says(values, eps):
    batch = UnitBatch(tuple(float(value) for value in values), (0.0,) * len(values), 1.5, 0.5, eps)
    found = lesson.doubling(batch)
    np.testing.assert_allclose(
        np.array(found.after) - 0.5, found.growth * (np.array(found.before) - 0.5), rtol=1e-9, atol=1e-12
    )
    assert 1 - 1e-12 <= found.growth <= 2
    assert found.scale_after / found.scale_before == pytest.approx(2 / found.growth)
    assert found.mean == pytest.approx(2 * np.mean(values), abs=1e-9)


def test_doubling_changes_nothing_without_eps_and_much_when_eps_is_large():
    assert lesson.doubling(unit(eps=0.0)).largest_change < 1e-14
    assert lesson.doubling(unit(eps=0.0)).stays
    large = lesson.doubling(unit(1, eps=10.0))
    assert not large.stays
    assert large.growth > 1.8


@pytest.mark.parametrize("batch", [unit(gamma=0.0, eps=10.0), UnitBatch((2.0, 2.0), (1.0, 0.0), eps=1.0)], ids=str)
def test_doubling_moves_nothing_where_y_is_beta(batch):
    assert lesson.doubling(batch).stays


@pytest.mark.parametrize("size", [8, 16])
def test_two_groups_stay_two_groups(size):
    gap = lesson.widest_gap(unit(2, size))
    assert gap.two_groups
    assert gap.below == gap.above == size // 2
    assert gap.after == pytest.approx(gap.before, rel=1e-9)


@pytest.mark.parametrize("number", [0, 1])
def test_the_other_units_are_one_group(number):
    assert not lesson.widest_gap(unit(number)).two_groups


def test_the_widest_gap_leaves_a_quarter_on_either_side():
    lonely = UnitBatch((0.0, 1.0, 2.0, 3.5, 4.0, 5.0, 6.0, 100.0), (0.0,) * 8)
    gap = lesson.widest_gap(lonely)
    assert (gap.below, gap.above) == (3, 5)
    assert gap.before == pytest.approx(1.5 / np.std(lonely.values))


@pytest.mark.parametrize("values", [(1.0, 2.0, 9.0), (3.0, 3.0, 3.0, 3.0)])
def test_groups_are_not_looked_for_where_none_can_be_told(values):
    assert lesson.widest_gap(UnitBatch(values, (0.0,) * len(values))) is None


@pytest.mark.parametrize("momentum", [0.1, 0.9])
def test_running_statistics_agree_with_torch(momentum):
    batch = unit(0)
    layer = torch.nn.BatchNorm1d(1, momentum=momentum, dtype=torch.float64)
    layer(torch.tensor(batch.values, dtype=torch.float64)[:, None])
    found = lesson.running_update(batch, momentum)
    assert found.mean == pytest.approx(layer.running_mean.item(), abs=lesson.PYTORCH_TOLERANCE)
    assert found.var == pytest.approx(layer.running_var.item(), abs=lesson.PYTORCH_TOLERANCE)


def test_a_batch_of_one_is_refused_in_the_words_of_torch():
    with pytest.raises(ValueError, match=lesson.PYTORCH_REFUSAL):
        torch.nn.BatchNorm1d(3)(torch.zeros(1, 3))
    with pytest.raises(ValueError, match=lesson.PYTORCH_REFUSAL):
        unit(size=1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"values": (0.1, 0.1, 0.1), "upstream": (0.0,) * 3, "eps": 0.0}, "divides 0 by 0"),
        ({"values": (1.0, 2.0), "upstream": (0.0,)}, "one for each example"),
        ({"values": (1.0, float("nan")), "upstream": (0.0, 0.0)}, "finite"),
        ({"values": (1.0, 2.0), "upstream": (0.0, float("inf"))}, "finite"),
        ({"values": (1.0, 2.0), "upstream": (0.0, 0.0), "eps": -1e-5}, "at least 0"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_its_reason(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        UnitBatch(**arguments)


def test_equal_values_give_beta_and_no_rounding_noise():
    batch = UnitBatch((0.1, 0.1, 0.1), (1.0, 0.0, 0.0), beta=0.5, eps=1e-5)
    assert lesson.statistics(batch).var == 0
    assert lesson.forward(batch)["y"].tolist() == [0.5] * 3
