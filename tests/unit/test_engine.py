"""The tensor program against an ordinary PyTorch network and autograd, in float64."""

import pytest
import torch
from torch.nn import functional as F

from bnviz import Experiment, Intervention, Run, train
from bnviz.activations import ACTIVATIONS
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.program import Program
from bnviz.norms import NORMS
from bnviz.optimizers import OPTIMIZERS as registry
from tests.unit.reference import ReferenceNetwork, double_precision, first_backward_pass, train_reference

SMALL = {"dataset": "digits", "widths": (12, 8), "n_train": 300, "batch_size": 32, "dtype": "float64", "records": 2}


def experiment(run: Run, **changes) -> Experiment:
    return Experiment(**SMALL | {"steps": 200, "runs": (run,)} | changes)


def engine_losses(given: Experiment) -> list[list[float]]:
    """The training loss of every run on mini-batch 0, 1, …"""
    losses: list[list[float]] = []
    train(given, on_progress=lambda step, now: losses.append(now))
    return losses


def assert_same_losses(given: Experiment) -> None:
    for k, run in enumerate(given.runs):
        expected, _ = train_reference(given, run)
        actual = [now[k] for now in engine_losses(given)]
        assert actual == pytest.approx(expected, rel=1e-9, abs=1e-9)


def autograd_gradients(given: Experiment) -> ReferenceNetwork:
    with double_precision():
        network = ReferenceNetwork(given, given.runs[0])
        batch = next(mini_batches(given, load_data(given), torch.float64))
        F.cross_entropy(network(batch.x), batch.y).backward()
    return network


def assert_first_gradients_agree(given: Experiment) -> None:
    ours, theirs = first_backward_pass(given).gradients, autograd_gradients(given)
    pairs = {"head weight": (ours.head.weight, theirs.head.weight), "head bias": (ours.head.bias, theirs.head.bias)}
    for index, layer in enumerate(ours.layers):
        pairs[f"weight {index}"] = (layer.weight, theirs.weights()[index])
        pairs[f"gamma {index}"] = (layer.gamma, theirs.gammas()[index])
        pairs[f"beta {index}"] = (layer.beta, theirs.betas()[index])
        if theirs.alphas():
            pairs[f"alpha {index}"] = (layer.alpha, theirs.alphas()[index])
    for name, (actual, parameter) in pairs.items():
        if parameter is not None:
            scale = parameter.grad.abs().max().item()
            # With a linear activation the next batch norm takes this β away, so that its gradient is 0.
            assert scale > 1e-8 or "beta" in name, f"{name}: a gradient of 0 tells nothing"
            error = (actual[0].view_as(parameter) - parameter.grad).abs().max().item()
            assert error <= 1e-12 * max(scale, 1), name


@pytest.mark.parametrize("norm", list(NORMS))
def test_first_gradients_equal_autograds(norm):
    assert_first_gradients_agree(experiment(Run(norm=norm, init_scale=1.3, dyt_alpha=0.7)))


@pytest.mark.parametrize("norm", list(NORMS))
def test_two_hundred_losses_equal_autograds(norm):
    assert_same_losses(experiment(Run(norm=norm, norm_momentum=0.3)))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("norm", ["affine", "batch"])
def test_activations(activation, norm):
    given = experiment(Run(norm=norm), activation=activation, steps=50)
    assert_first_gradients_agree(given)
    assert_same_losses(given)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_tape_that_gives_up_y_leads_to_the_same_bits(activation):
    given = experiment(Run(norm="batch"), activation=activation)
    with torch.inference_mode():
        batches = mini_batches(given, load_data(given), torch.float64)
        complete, brief = Program(given, [0], 0), Program(given, [0], 0)
        for number in range(5):
            batch = next(batches)
            brief.tape.complete = number == 3  # as when a record is made in between
            assert brief.gradients(batch) == complete.gradients(batch)
            assert torch.equal(brief.network.gradients.flat, complete.network.gradients.flat)
            if brief.tape.complete:
                pairs = zip(brief.tape.layers.values(), complete.tape.layers.values(), strict=True)
                assert all(torch.equal(ours.post_affine, theirs.post_affine) for ours, theirs in pairs)
            complete.update()
            brief.update()


OPTIMIZERS = {
    "momentum": {"momentum": 0.9, "lr": 0.02},
    "weight decay": {"weight_decay": 0.01},
    "momentum and decay of the head too": {"momentum": 0.5, "weight_decay": 0.03, "decay_head": True},
    "faster hidden weights": {"hidden_lr_factor": 5.0},
    "frozen gamma and beta": {"train_affine": False},
    "frozen hidden weights": {"train_weights": False},
    "frozen head": {"train_head": False},
    "initial scale": {"init_scale": 4.0},
}
for key in registry:
    OPTIMIZERS[key] = {"optimizer": key, "lr": 0.003}
    OPTIMIZERS[f"{key} with weight decay"] = OPTIMIZERS[key] | {"weight_decay": 0.02, "decay_head": True}


@pytest.mark.parametrize("norm", ["affine", "batch", "weight", "dynamic_tanh"])
@pytest.mark.parametrize("options", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_optimizers_equal_torch_optim(options, norm):
    assert_same_losses(experiment(Run(norm=norm, **options), steps=60))


def test_runs_with_different_optimizers_keep_to_their_own():
    runs = tuple(Run(norm=norm, **options) for norm in ("batch", "layer") for options in OPTIMIZERS.values())
    given = Experiment(**SMALL | {"steps": 30, "runs": runs})
    ours = engine_losses(given)
    for k, run in enumerate(runs):
        expected, _ = train_reference(given, run)
        assert [now[k] for now in ours] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "norm", ["none", "center", "batch", "batch_detached", "batch_renorm", "batch_noisy", "weight", "group"]
)
def test_what_is_recorded_at_the_end_is_the_reference_network(norm):
    given = experiment(Run(norm=norm, momentum=0.5, norm_momentum=0.25), steps=40)
    arrays = train(given).arrays
    _, network = train_reference(given, given.runs[0])
    data = load_data(given)
    network.eval()
    with torch.no_grad(), double_precision():
        logits = network(torch.from_numpy(data.x_test))
        expected = F.cross_entropy(logits, torch.from_numpy(data.y_test)).item()
        accuracy = (logits.argmax(1).numpy() == data.y_test).mean()
    assert arrays["loss"][-1, 0, 1] == pytest.approx(expected, rel=1e-9)
    assert arrays["accuracy"][-1, 0, 1] == accuracy
    for index, width in enumerate(given.widths):
        recorded = {name: arrays[name][-1, 0, index, :width] for name in ("gamma", "beta")}
        for name, parameter in (("gamma", network.gammas()[index]), ("beta", network.betas()[index])):
            if parameter is not None:
                assert recorded[name] == pytest.approx(parameter.detach().flatten().numpy(), rel=1e-9, abs=1e-12)
        assert arrays["weight_norm"][-1, 0, index] == pytest.approx(network.weights()[index].norm().item(), rel=1e-9)
        if NORMS[norm].running:
            norm_layer = network.norms[index]
            for name in ("running_mean", "running_var"):
                expected = getattr(norm_layer, name).numpy()
                assert arrays[name][-1, 0, index, :width] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("norm", ["affine", "batch", "weight", "group", "batch_renorm"])
def test_interventions_keep_velocities_and_running_statistics(norm):
    kicks = (Intervention(step=5, factor=3.0), Intervention(step=9, factor=0.5, layers=(1,)))
    given = experiment(Run(norm=norm, momentum=0.9, lr=0.02), steps=20, interventions=kicks)
    assert_same_losses(given)
    if NORMS[norm].running:
        _, network = train_reference(given, given.runs[0])
        recorded = train(given).arrays["running_var"][-1, 0, 0, :12]
        assert recorded == pytest.approx(network.norms[0].running_var.numpy(), rel=1e-9)
