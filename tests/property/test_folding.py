"""Folded networks: the logits of `Network.forward` up to rounding, and the same bits for any neighbors."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from bnviz import Experiment, Run
from bnviz.activations import ACTIVATIONS
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.evaluation import MOST_EXAMPLES, FoldedNetwork
from bnviz.engine.program import Program, make_programs
from bnviz.norms import NORMS, Kernel

pytestmark = pytest.mark.slow

NOT_FOLDED = {"layer", "rms", "group", "dynamic_tanh"}
WIDTHS = st.lists(st.sampled_from([2, 4, 6, 10, 16, 34, 64]), min_size=1, max_size=3)


def trained(experiment: Experiment, steps: int = 5) -> tuple[Program, torch.Tensor]:
    """A program after some updates, and the test set."""
    split = load_data(experiment)
    batches = mini_batches(experiment, split, getattr(torch, experiment.dtype))
    (program,), _ = make_programs(experiment)
    program.network.prepare(next(batches).x)
    for _ in range(steps):
        program.gradients(next(batches))
        program.update()
    return program, torch.from_numpy(split.x_test).to(getattr(torch, experiment.dtype))


def folded_logits(program: Program, x: torch.Tensor) -> torch.Tensor:
    folded = FoldedNetwork(program.network)
    folded.fold()
    return folded.logits(folded.examples(x))


def test_all_normalizations_but_those_of_an_example_are_folded():
    assert {key for key, norm in NORMS.items() if norm.kernel.folded is Kernel.folded} == NOT_FOLDED


@pytest.mark.parametrize("norms", [*((norm,) for norm in NORMS), tuple(NORMS)], ids="+".join)
@given(WIDTHS, st.sampled_from(list(ACTIVATIONS)), st.integers(0, 1000), st.sampled_from(["moons", "digits"]))
@torch.inference_mode()
def test_folded_networks_compute_the_same(norms, widths, activation, seed, dataset):
    runs = tuple(Run(norm=norm, lr=0.05, groups=2, init_scale=1.2) for norm in norms)
    settings = {"dataset": dataset, "n_train": 100, "batch_size": 32, "dtype": "float64", "steps": 5}
    program, x = trained(Experiment(widths=widths, activation=activation, seed=seed, runs=runs, **settings))
    expected = program.network.forward(x, training=False)
    actual = folded_logits(program, x)
    assert actual.shape == expected.shape
    assert (actual - expected).abs().amax() <= 1e-12 * max(1, expected.abs().amax())


@pytest.mark.parametrize("count", [1, 15, 16, 17, MOST_EXAMPLES, MOST_EXAMPLES + 1, 2 * MOST_EXAMPLES + 5])
@torch.inference_mode()
def test_any_number_of_examples(count):
    settings = {"dataset": "moons", "widths": (6, 5), "dtype": "float64", "steps": 5}
    program, x = trained(Experiment(runs=(Run(norm="batch"), Run(norm="layer")), **settings))
    x = x.repeat(2, 1)[:count]
    torch.testing.assert_close(
        folded_logits(program, x), program.network.forward(x, training=False), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("width", [33, 64])
@torch.inference_mode()
def test_runs_in_several_blocks_equal_each_alone(width, dtype):
    kinds = ("none", "batch", "batch_frozen", "layer", "dynamic_tanh", "weight")
    runs = tuple(Run(norm=norm, lr=0.01 * (1 + k)) for norm in kinds for k in range(4))
    given_ = Experiment(dataset="digits", widths=(width,) * 2, steps=5, runs=runs, dtype=dtype)
    program, x = trained(given_)
    assert len(FoldedNetwork(program.network).blocks) > 1, "this case is here for its blocks"
    together = folded_logits(program, x)
    for k, run in enumerate(runs):
        alone, _ = trained(given_.model_copy(update={"runs": (run,)}))
        assert torch.equal(folded_logits(alone, x)[0], together[k]), run
