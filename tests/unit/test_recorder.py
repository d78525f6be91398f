"""What is recorded, when, and that it is what numpy finds in the same activations."""

import numpy as np
import pytest
import torch

from bnviz import Experiment, Run, train
from bnviz.engine.batches import load_data, mini_batches
from bnviz.history import BINS, PERCENTILES, STAGES
from bnviz.norms import NORMS
from bnviz.recorder import recorded_steps
from bnviz.stages import histogram_range, percentiles_from_counts
from tests.unit.reference import ReferenceNetwork, double_precision

WIDTHS, BATCH = (12, 8), 40


def small(**changes) -> Experiment:
    defaults = {"dataset": "digits", "widths": WIDTHS, "n_train": 200, "batch_size": BATCH, "dtype": "float64"}
    return Experiment(**defaults | {"steps": 6, "runs": (Run(norm="batch"),)} | changes)


def stages_at_the_start(given: Experiment) -> list[dict[str, np.ndarray]]:
    """Per layer and stage the values [unit, example] of mini-batch 0, from the network of the tests' own."""
    batch = next(mini_batches(given, load_data(given), torch.float64))
    with torch.no_grad(), double_precision():
        network, h, found = ReferenceNetwork(given, given.runs[0]), batch.x, []
        for linear, norm in zip(network.linears, network.norms, strict=True):
            z = linear(h)
            y = norm(z)
            h = network.activation(y)
            x_hat = (z - z.mean(0)) / (z.var(0, correction=0) + given.runs[0].eps).sqrt()
            normalized = {"batch": x_hat, "affine": z, "none": z}[given.runs[0].norm]
            values = dict(zip(STAGES, (z, normalized, y, h), strict=True))
            found.append({stage: tensor.T.numpy() for stage, tensor in values.items()})
    return found


@pytest.mark.parametrize("steps", [1, 2, 5, 50, 500, 20_000, 1_000_000])
@pytest.mark.parametrize("records", [2, 3, 7, 40, 120, 10_000])
def test_schedule(steps, records):
    schedule = recorded_steps(steps, records)
    assert schedule[0] == 0
    assert schedule[-1] == steps
    assert schedule == sorted(set(schedule))
    assert len(schedule) <= records or len(schedule) == steps + 1 <= records
    dense = min(20, records // 2, steps + 1)
    assert schedule[:dense] == list(range(dense)), "the start changes fastest"
    assert len(schedule) >= min(records, steps + 1) * 0.75, "records that were asked for are used"


def test_gaps_of_the_schedule_grow():
    gaps = np.diff(recorded_steps(10_000, 100))
    assert (gaps[:19] == 1).all()
    assert gaps[-1] > 100
    assert gaps[50:].mean() > 5 * gaps[20:50].mean()


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "linear"])
@pytest.mark.parametrize("norm", ["none", "affine", "batch"])
def test_histograms_are_those_of_numpy(norm, activation):
    given = small(runs=(Run(norm=norm, init_scale=6.0),), activation=activation)
    arrays = train(given).arrays
    outside = 0
    for index, stages in enumerate(stages_at_the_start(given)):
        for s, stage in enumerate(STAGES):
            values, edges, counts = stages[stage], arrays["edges"][s], arrays["counts"][0, 0, index, s]
            expected, _ = np.histogram(values, edges)
            np.testing.assert_array_equal(counts[1:-1], expected, err_msg=f"{index} {stage}")
            assert counts[0] == (values < edges[0]).sum()
            assert counts[-1] == (values > edges[-1]).sum()
            outside += counts[0] + counts[-1]
    if norm != "batch" and activation == "linear":
        assert outside > 0, "this case is here for its values out of range"


def test_every_histogram_adds_up_to_batch_times_width():
    runs = tuple(Run(norm=norm) for norm in ("none", "batch", "layer", "weight", "batch_noisy"))
    counts = train(small(runs=runs, dtype="float32")).arrays["counts"]
    for index, width in enumerate(WIDTHS):
        assert (counts[:, :, index].sum(-1) == BATCH * width).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("activation", "bottom", "top"), [("tanh", -1, 1), ("sigmoid", 0, 1)])
def test_saturated_units_stay_in_the_range_whose_top_edge_is_closed(activation, bottom, top, dtype):
    run = Run(norm="none", init_scale=6.0)
    counts = train(small(runs=(run,), activation=activation, dtype=dtype, steps=20, offset=4.0)).arrays["counts"]
    stage = STAGES.index("post_activation")
    assert histogram_range("post_activation", activation) == (bottom, top)
    assert counts[..., stage, [1, BINS]].sum() > 1000, "this case is here for its saturated units"
    assert counts[..., stage, [0, -1]].sum() == 0


@pytest.mark.parametrize("norm", ["none", "affine", "batch"])
def test_moments_are_those_of_numpy_and_std_is_biased(norm):
    given = small(runs=(Run(norm=norm),))
    arrays = train(given).arrays
    for index, stages in enumerate(stages_at_the_start(given)):
        for s, stage in enumerate(STAGES):
            units = slice(WIDTHS[index])
            mean, std = (arrays[name][0, 0, index, s, units] for name in ("mean", "std"))
            np.testing.assert_allclose(mean, stages[stage].mean(1), rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(std, stages[stage].std(1), rtol=1e-9, atol=1e-12)


def test_percentiles_are_within_a_bin_of_numpys():
    given = small(widths=(40, 40), batch_size=100)
    arrays = train(given).arrays
    for index, stages in enumerate(stages_at_the_start(given)):
        for s, stage in enumerate(STAGES):
            expected = np.percentile(stages[stage], PERCENTILES, method="inverted_cdf")
            width = arrays["edges"][s, 1] - arrays["edges"][s, 0]
            np.testing.assert_allclose(arrays["percentiles"][0, 0, index, s], expected, atol=1.001 * width)


def test_percentiles_by_hand():
    edges = np.tile(np.linspace(0, BINS, BINS + 1), (len(STAGES), 1))
    counts = np.zeros((len(STAGES), BINS + 2), int)
    counts[0, 1 + 7] = 10  # all in [7, 8): linear within
    counts[1, 0], counts[1, 1 + 3], counts[1, -1] = 30, 40, 30  # below, inside, above
    counts[2, 1], counts[2, BINS] = 50, 50  # half in the first bin, half in the last
    found = percentiles_from_counts(counts, edges)
    np.testing.assert_allclose(found[0], [7.05, 7.15, 7.5, 7.85, 7.95], rtol=1e-6)
    np.testing.assert_allclose(found[1], [-np.inf, -np.inf, 3.5, np.inf, np.inf])
    np.testing.assert_allclose(found[2], [0.1, 0.3, 1, 79.7, 79.9], rtol=1e-6)
    assert np.isnan(found[3]).all()


@pytest.mark.parametrize("norm", ["batch", "batch_detached", "standardize"])
def test_after_batch_norm_the_mean_is_beta_and_the_std_is_gamma_up_to_epsilon(norm):
    given = small(runs=(Run(norm=norm, lr=0.5),), steps=40)
    arrays = train(given).arrays
    mean, std = (arrays[name][:, 0, :, STAGES.index("post_affine")] for name in ("mean", "std"))
    spread = arrays["std"][:, 0, :, STAGES.index("pre_norm")]
    one = np.where(np.isnan(mean), np.nan, 1.0)
    gamma = arrays["gamma"][:, 0] if norm != "standardize" else one
    beta = arrays["beta"][:, 0] if norm != "standardize" else 0 * one
    np.testing.assert_allclose(mean, beta, atol=1e-12)
    # A unit of standard deviation σ comes out with |γ|·σ/√(σ² + ε).
    np.testing.assert_allclose(std, abs(gamma) * spread / np.sqrt(spread**2 + 1e-5), atol=1e-12)
    if norm != "standardize":
        assert np.nanmax(abs(gamma[-1] - 1)) > 0.05


def test_norms_and_effective_rates():
    runs = (Run(norm="batch", lr=0.2), Run(norm="none"), Run(norm="layer", optimizer="adam", lr=0.01))
    runs += (Run(norm="weight", lr=0.1, hidden_lr_factor=3.0),)
    arrays = train(small(runs=runs)).arrays
    norms, rates = arrays["weight_norm"], arrays["effective_lr"]
    np.testing.assert_allclose(rates[:, 0], 0.2 / norms[:, 0] ** 2)
    np.testing.assert_allclose(rates[:, 3], 0.3 / norms[:, 3] ** 2)
    assert np.isnan(rates[:, 1:3]).all(), "no scale-invariance, and no SGD"


def test_gradient_norm_leaves_the_decay_out():
    """Batch norm's gradient is orthogonal to W (ε aside): ‖W′‖² = (1 − ηλ)²‖W‖² + η²‖g‖²."""
    lr, decay = 0.1, 0.5
    arrays = train(small(runs=(Run(norm="batch", lr=lr, weight_decay=decay, eps=0.0),))).arrays
    norms, gradients = arrays["weight_norm"][:, 0], arrays["grad_norm"][:, 0]
    expected = (1 - lr * decay) ** 2 * norms[:-1] ** 2 + lr**2 * gradients[:-1] ** 2
    np.testing.assert_allclose(norms[1:] ** 2, expected, rtol=1e-11)
    assert (gradients > 1e-3).all()


def test_what_a_run_does_not_have_is_nan():
    runs = tuple(Run(norm=norm) for norm in NORMS)
    arrays = train(small(runs=runs)).arrays
    for k, norm in enumerate(NORMS.values()):
        first = {name: arrays[name][:, k, 0] for name in ("gamma", "beta", "running_mean", "running_var")}
        has = {"gamma": "gamma" in norm.trains, "beta": "beta" in norm.trains}
        has |= {"running_mean": norm.running, "running_var": norm.running}
        assert {name: bool(np.isfinite(values).all()) for name, values in first.items()} == has
        assert {name: bool(np.isnan(values).all()) for name, values in first.items()} == {
            n: not h for n, h in has.items()
        }


def test_narrow_layers_are_padded():
    arrays = train(small(widths=(3, 8))).arrays
    for name in ("gamma", "mean", "std", "running_var"):
        assert np.isnan(arrays[name][:, :, 0, ..., 3:]).all()
        assert np.isfinite(arrays[name][:, :, 0, ..., :3]).all()


def test_decision_regions_are_probabilities_on_a_square_around_the_points():
    given = Experiment(dataset="spirals", widths=(16, 16), steps=80, batch_size=50, n_train=500, records=3)
    arrays = train(given).arrays
    np.testing.assert_allclose(arrays["decision"].sum(2), 1, atol=1e-6)
    points = arrays["points"]
    for axis, name in enumerate(("grid_x", "grid_y")):
        assert arrays[name][0] < points[:, axis].min() < points[:, axis].max() < arrays[name][-1]
    assert np.ptp(arrays["grid_x"]) == pytest.approx(np.ptp(arrays["grid_y"]))
    assert len(arrays["point_labels"]) == len(points)


def test_decision_regions_are_oriented_y_by_x():
    """Moon 0 is the upper half circle on the left, moon 1 the lower one on the right."""
    given = Experiment(dataset="moons", widths=(8,), activation="linear", steps=150, batch_size=None, noise=0.0)
    history = train(given)
    upper_left, lower_right = history.arrays["decision"][-1, 2, 1, [-1, 0], [0, -1]]
    assert upper_left < 0.1
    assert lower_right > 0.9
