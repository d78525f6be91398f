"""What the benchmarks compare does the same work, and their table says what was measured."""

import json

import numpy as np
import pytest
import torch

from benchmarks.by_hand import train_by_hand
from benchmarks.idiomatic import make_network
from benchmarks.memory import peak
from benchmarks.report import Line, machine, markdown, write
from bnviz import Experiment, Run, train
from bnviz.engine.batches import load_data

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
def test_numpy_by_hand_trains_the_same_network_as_the_engine(dtype, tolerance):
    experiment = Experiment(
        widths=(16, 12, 8), steps=40, records=1000, dtype=dtype, runs=(Run(lr=0.2, eps=1e-3, init_scale=0.5),)
    )
    losses = train(experiment).losses()
    engine = losses.loc[losses["split"] == "train", "loss"].to_numpy()
    hand = train_by_hand(experiment)
    assert len(hand) == experiment.steps
    assert hand[-1] < 0.7 * hand[0]
    np.testing.assert_allclose(hand, engine[:-1], rtol=0, atol=tolerance)


@pytest.mark.parametrize("norm", ["none", "affine", "batch", "layer", "rms"])
def test_the_idiomatic_network_has_the_parameters_of_the_run(norm):
    experiment = Experiment(widths=(16, 16))
    network = make_network(experiment, Run(norm=norm, init_scale=3.0))
    x = torch.from_numpy(load_data(experiment).x_test).float()
    assert network(x).shape == (len(x), 10)
    per_unit = {"none": 1, "affine": 2, "batch": 2, "layer": 2, "rms": 1}[norm]
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == 64 * 16 + 16 * 16 + 16 * 10 + 10 + 2 * 16 * per_unit
    assert network[0].weight.std().item() == pytest.approx(3 * (2 / 64) ** 0.5, rel=0.15)


def test_the_table_names_the_machine_and_every_line(tmp_path):
    lines = [
        Line("engine", "a case", 12.345, 9.87, 15.0, target="≥ 9×"),
        Line("recording", "another", 0.345, 0.3, 0.4, unit="%"),
        Line("memory", "a third", 382.4, 380.0, 390.0, unit="MB"),
    ]
    write(lines, tmp_path / "new", machine())
    text = (tmp_path / "new" / "results.md").read_text(encoding="utf-8")
    for line in ("| engine | a case | ≥ 9× | 12.3× | 9.87× | 15× |", "| 34% | 30% | 40% |", "| 382 MB | 380 MB |"):
        assert line in text
    assert all(markdown(line) in text for line in lines)
    stored = json.loads((tmp_path / "new" / "results.json").read_text(encoding="utf-8"))
    assert [line["median"] for line in stored["lines"]] == [12.345, 0.345, 382.4]
    assert {"processor", "cores", "python", "torch"} <= stored["machine"].keys()
    assert f"- torch: {torch.__version__}" in text


def test_memory_hardly_grows_with_the_number_of_networks():
    small, large = peak(1000), peak(3000)
    # A network's row and plan take a few kB; its history alone would take over 30.
    assert large - small < 2000 * 0.012
    assert large < 1000
