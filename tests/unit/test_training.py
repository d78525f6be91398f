"""What happens around the updates: start, interventions, divergence, stopping, progress, recording."""

import math

import numpy as np
import pytest
import torch

from bnviz import Experiment, Intervention, Run, train
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.parameters import initial_parameters
from bnviz.engine.program import make_programs
from bnviz.optimizers import OPTIMIZERS

EVERY_RUN = {"loss", "accuracy", "counts", "percentiles", "mean", "std", "weight_norm", "grad_norm"}


def small(**changes) -> Experiment:
    defaults = {"dataset": "digits", "widths": (16, 12), "n_train": 200, "batch_size": 32, "steps": 12}
    return Experiment(**defaults | changes)


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2), ("leaky_relu", 2), ("gelu", 2), ("tanh", 1)])
def test_initial_weights_have_the_stated_sd(activation, gain):
    given = Experiment(dataset="digits", widths=(400, 300), activation=activation)
    start = initial_parameters(given, [Run(), Run(init_scale=3.0)], torch.float64)
    for layer, fan_in in zip(start.layers, (64, 400), strict=True):
        one, three = layer.weight
        assert one.std().item() == pytest.approx(math.sqrt(gain / fan_in), rel=0.02)
        assert one.mean().abs().item() < 4 * math.sqrt(gain / fan_in / one.numel())
        torch.testing.assert_close(three, 3 * one)
        assert (layer.gamma == 1).all()
        assert (layer.beta == 0).all()
    assert torch.equal(start.head.weight[0], start.head.weight[1]), "the scale acts on hidden weights only"
    assert (start.head.bias == 0).all()


def test_weight_norm_starts_at_the_plain_network():
    start = initial_parameters(
        small(), [Run(norm="weight", init_scale=2.0), Run(norm="none", init_scale=2.0)], torch.float64
    )
    for layer in start.layers:
        weight_norm, plain = layer.weight
        assert torch.equal(weight_norm, plain)
        torch.testing.assert_close(layer.gamma[0], torch.linalg.vector_norm(plain, dim=1))


def test_both_types_start_from_the_same_draw():
    double, single = (initial_parameters(small(), [Run()], dtype) for dtype in (torch.float64, torch.float32))
    for wide, narrow in zip(double.layers, single.layers, strict=True):
        assert torch.equal(wide.weight.float(), narrow.weight)


def test_the_seed_changes_weights_and_batches():
    batches = [next(mini_batches(e, load_data(e), torch.float64)) for e in (small(seed=1), small(seed=2))]
    weights = [initial_parameters(e, [Run()], torch.float64).flat for e in (small(seed=1), small(seed=2))]
    assert not torch.equal(*weights)
    assert not torch.equal(batches[0].x, batches[1].x)


def test_an_epoch_shows_every_example_once_and_then_shuffles_anew():
    given = small(n_train=96, batch_size=32)
    data = load_data(given)
    stream = mini_batches(given, data, torch.float64)
    epochs = [torch.cat([next(stream).x for _ in range(3)]) for _ in range(2)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch.numpy(), axis=0), np.sort(data.x_train, axis=0))
    assert not torch.equal(*epochs)


def test_a_full_batch_is_all_examples():
    given = small(batch_size=None)
    assert next(mini_batches(given, load_data(given), torch.float64)).x.shape == (200, 64)


@pytest.mark.parametrize("norm", ["none", "batch", "weight", "group"])
def test_an_intervention_multiplies_weights_after_the_record_and_before_the_update(norm):
    run = Run(norm=norm, lr=0.05)
    plain = train(small(runs=(run,), dtype="float64"))
    kicked = train(small(runs=(run,), dtype="float64", interventions=(Intervention(step=6, factor=10.0),)))
    before = kicked.steps <= 6
    for name in EVERY_RUN:
        np.testing.assert_array_equal(kicked.arrays[name][before], plain.arrays[name][before], err_msg=name)
    ratio = kicked.arrays["weight_norm"][7] / plain.arrays["weight_norm"][6]
    assert ratio == pytest.approx(10, rel=0.05)


def test_an_intervention_on_one_layer_leaves_the_others():
    kick = Intervention(step=3, factor=4.0, layers=(1,))
    norms = train(small(runs=(Run(lr=0.0),), steps=5, interventions=(kick,))).arrays["weight_norm"][:, 0]
    assert norms[4] == pytest.approx(norms[3] * [1, 4])


def diverging(**changes) -> Experiment:
    return small(**{"activation": "relu", "steps": 30, "runs": (Run(norm="none", lr=1e9),)} | changes)


def test_relu_at_a_rate_of_a_billion_diverges_and_says_when():
    history = train(diverging())
    (status,) = history.status
    step = int(status.removeprefix("diverged at step "))
    assert 1 <= step < 30
    assert history.recorded[0] == np.count_nonzero(history.steps < step)
    losses = history.losses()
    assert losses["step"].max() == step - 1
    assert np.isfinite(losses.loc[losses["split"] == "train", "loss"]).all()


def test_sigmoid_at_a_rate_of_a_billion_stays_finite_at_chance():
    history = train(diverging(activation="sigmoid", steps=60))
    assert history.status == ("finished",)
    last = history.losses().query("step == 60")
    assert np.isfinite(last["loss"]).all()
    assert (last["accuracy"] < 0.25).all()


@pytest.mark.parametrize("optimizer", [{"momentum": 0.9}, *({"optimizer": key} for key in OPTIMIZERS)])
def test_a_diverged_run_idles_with_finite_numbers(optimizer):
    given = diverging(runs=(Run(norm="none", lr=1e12, **optimizer), Run(norm="batch")))
    (program,), _ = make_programs(given)
    batch = next(mini_batches(given, load_data(given), torch.float32))
    with torch.inference_mode():
        while all(program.network.finite()):
            program.gradients(batch)
            program.update()
        program.end_run(program.network.finite().index(False))
        for _ in range(3):
            program.gradients(batch)
            program.update()
            assert all(program.network.finite())


def test_a_run_whose_loss_diverged_idles_although_its_gradient_was_infinite():
    given = diverging(runs=(Run(norm="none"), Run(norm="batch")))
    (program,), _ = make_programs(given)
    batch = next(mini_batches(given, load_data(given), torch.float32))
    with torch.inference_mode():
        program.gradients(batch)
        program.network.gradients.head.weight[0] = torch.inf
        program.end_run(0)
        program.update()
        assert program.network.finite() == [True, True]


def test_a_diverging_neighbor_changes_nothing():
    good = (Run(norm="none"), Run(norm="batch"), Run(norm="layer", optimizer="adam", lr=0.01), Run(norm="weight"))
    bad = Run(norm="none", lr=1e9)
    mixed = train(diverging(runs=(bad, good[0], bad, *good[1:], bad)))
    alone = train(diverging(runs=good))
    places = [1, 3, 4, 5]
    assert [mixed.status[k] for k in places] == ["finished"] * 4
    assert all(mixed.status[k].startswith("diverged") for k in (0, 2, 6))
    for name in sorted(EVERY_RUN | {"gamma", "beta", "running_mean", "running_var"}):
        np.testing.assert_array_equal(mixed.arrays[name][:, places], alone.arrays[name], err_msg=name)


def test_a_diverging_neighbor_leaves_infinite_activations_infinite():
    """A saturated sigmoid hides an infinite z: the run goes on, and its record is its own."""
    kicks = tuple(Intervention(step=step, factor=factor) for step, factor in enumerate((1e12, 1e12, 1e12, 200.0)))
    calm, exploding = Run(norm="none", lr=0.0), Run(norm="none", lr=1e12, weight_decay=1e6)
    changes = {"activation": "sigmoid", "widths": (4,), "batch_size": 2, "standardize": True, "steps": 8}
    mixed, alone = (train(small(runs=runs, interventions=kicks, **changes)) for runs in ((calm, exploding), (calm,)))
    assert mixed.status[0] == "finished"
    assert mixed.status[1].startswith("diverged")
    assert np.isinf(alone.arrays["mean"]).any(), "this case is here for its infinite activations"
    for name in sorted(EVERY_RUN):
        np.testing.assert_array_equal(mixed.arrays[name][:, :1], alone.arrays[name], err_msg=name)


def test_records_after_divergence_are_empty():
    history = train(diverging(runs=(Run(norm="none", lr=1e9), Run(norm="batch"))))
    after = history.recorded[0]
    assert history.recorded[1] == len(history.steps) > after
    assert (history.arrays["counts"][after:, 0] == 0).all()
    for name in EVERY_RUN - {"counts"}:
        assert np.isnan(history.arrays[name][after:, 0]).all(), name


def test_progress_reports_every_step_and_nan_after_divergence():
    seen = []
    runs = (Run(norm="none", lr=1e9), Run(norm="batch"))
    history = train(diverging(runs=runs), on_progress=lambda step, losses: seen.append((step, losses)))
    assert [step for step, _ in seen] == list(range(31))
    end = int(history.status[0].removeprefix("diverged at step "))
    assert [math.isnan(losses[0]) for _, losses in seen] == [step >= end for step in range(31)]
    recorded = dict(zip(history.steps.tolist(), history.arrays["loss"][:, 1, 0], strict=True))
    assert {step: losses[1] for step, losses in seen if step in recorded} == recorded


def test_training_ends_when_every_run_diverged():
    steps = []
    history = train(diverging(), on_progress=lambda step, losses: steps.append(step))
    assert history.status == (f"diverged at step {steps[-1]}",)


@pytest.mark.parametrize("asked", [0, 1, 25])
def test_stopping_records_the_step_at_which_it_stopped(asked):
    calls = iter(range(1000))
    given = small(steps=40, records=10, runs=(Run(norm="none"), Run(norm="batch")))
    history = train(given, should_stop=lambda: next(calls) == asked)
    assert history.status == (f"stopped at step {asked}",) * 2
    assert history.steps[-1] == asked
    assert (history.recorded == len(history.steps)).all()
    whole = train(Experiment(**dict(given) | {"records": 41}))
    for name in EVERY_RUN:
        np.testing.assert_array_equal(history.arrays[name][-1], whole.arrays[name][asked], err_msg=name)


@pytest.mark.parametrize("norm", ["batch", "batch_noisy", "batch_frozen", "batch_renorm", "dynamic_tanh"])
def test_recording_changes_nothing(norm):
    rare, dense = (train(small(runs=(Run(norm=norm),), steps=60, records=records)) for records in (2, 120))
    assert len(rare.steps) == 2
    assert len(dense.steps) == 61
    for name, values in rare.arrays.items():
        if name in EVERY_RUN:
            np.testing.assert_array_equal(values, dense.arrays[name][[0, -1]], err_msg=name)


def test_one_thread_is_enforced():
    torch.set_num_threads(2)
    train(small(steps=1))
    assert torch.get_num_threads() == 1


def test_no_global_random_state_is_read_or_changed():
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = train(small(runs=(Run(norm="batch_noisy"),))).arrays["loss"]
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    np.testing.assert_array_equal(first, train(small(runs=(Run(norm="batch_noisy"),))).arrays["loss"])


def test_deep_sigmoid_digits_need_batch_norm():
    """Acceptance 4: the contrast that the home page shows."""
    given = Experiment(
        dataset="digits",
        activation="sigmoid",
        widths=(64,) * 5,
        steps=300,
        records=2,
        runs=(Run(norm="none"), Run(norm="batch")),
    )
    plain, batch = train(given).arrays["accuracy"][-1, :, 1]
    assert plain < 0.2
    assert batch > 0.9
