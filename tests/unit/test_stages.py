"""What is summed up of the stages, against the stages themselves, for every normalization."""

import numpy as np
import pytest
import torch

from bnviz import Experiment, Run
from bnviz.engine.batches import load_data, mini_batches
from bnviz.engine.program import make_programs
from bnviz.norms import NORMS
from bnviz.stages import Stages


@pytest.mark.parametrize("norms", [*((norm,) for norm in NORMS), tuple(NORMS)], ids="+".join)
@torch.inference_mode()
def test_moments_and_histograms_are_those_of_the_values(norms):
    widths = (6, 8)
    runs = tuple(Run(norm=norm, lr=0.3, groups=2, init_scale=2.5) for norm in norms)
    settings = {"dataset": "digits", "batch_size": 40, "dtype": "float64", "activation": "leaky_relu"}
    experiment = Experiment(widths=widths, runs=runs, **settings)
    batches = mini_batches(experiment, load_data(experiment), torch.float64)
    (program,), _ = make_programs(experiment)
    program.network.prepare(next(batches).x)
    for _ in range(10):
        program.gradients(next(batches))
        program.update()
    program.gradients(next(batches))
    # The update is still to come: γ and β are those of the pass.
    stages = Stages(experiment, program.network)
    mean, std, counts = stages.summarize(program, finite=True)
    for index, (start, end) in enumerate(stages.blocks):
        layer = program.tape.layers[index]
        x_hat = program.network.normalized(program.tape, index)
        for s, values in enumerate((layer.pre_norm, x_hat, layer.post_affine, layer.post_activation)):
            rows = values.reshape(end - start, -1).numpy()
            np.testing.assert_allclose(mean[s, start:end], rows.mean(-1), rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(std[s, start:end], rows.std(-1), rtol=1e-9, atol=1e-12)
            edges = np.linspace(*stages.ranges[s], counts.shape[-1] - 1)
            for k in range(len(runs)):
                expected, _ = np.histogram(values[k].numpy(), np.array([-np.inf, *edges, np.inf]))
                np.testing.assert_array_equal(counts[k, index, s], expected)


@torch.inference_mode()
def test_the_last_bin_is_closed_and_only_what_is_larger_is_above():
    experiment = Experiment(dataset="moons", widths=(2,), batch_size=8, dtype="float64", runs=(Run(norm="none"),))
    batches = mini_batches(experiment, load_data(experiment), torch.float64)
    (program,), _ = make_programs(experiment)
    stages = Stages(experiment, program.network)
    (layer,) = program.network.parameters.layers
    top = stages.ranges[2][1]
    layer.weight.zero_()
    layer.beta.fill_(top)
    program.gradients(next(batches))
    _, _, counts = stages.summarize(program, finite=True)
    for stage in (2, 3):
        assert counts[0, 0, stage, -2:].tolist() == [16, 0], "what lies on the edge is in the last bin"
    layer.beta.fill_(top + 0.01)
    program.gradients(next(batches))
    _, _, counts = stages.summarize(program, finite=True)
    assert counts[0, 0, 2:, -1].tolist() == [16, 16]
