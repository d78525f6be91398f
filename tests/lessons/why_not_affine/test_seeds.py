"""What the page says in general, and its verdicts, on the maps of ten seeds at every threshold, in both precisions."""

import itertools
import re

import pytest

from bnviz import sweep, train
from bnviz.lessons.why_not_affine import verdicts
from bnviz.lessons.why_not_affine.depths import DepthSweep, advantage
from bnviz.lessons.why_not_affine.maps import RATES, SCALES, at_the_largest_rate, map_experiment, shares
from bnviz.lessons.why_not_affine.sigmoids import sigmoid_experiment, steps_to_learn
from bnviz.training import train_losses
from bnviz.ui.lessons.why_not_affine_maps import THRESHOLDS
from tests.lessons.driven import PRECISIONS, SEEDS, of_all

pytestmark = pytest.mark.slow

NORMS = ("none", "affine", "batch")


MAPS = of_all(itertools.product(SEEDS, PRECISIONS), [*((seed, "float32") for seed in SEEDS), (0, "float64")])


@pytest.fixture(scope="module", params=MAPS, ids=str)
def rows(request):
    seed, dtype = request.param
    experiment = PRECISIONS[dtype](map_experiment(NORMS, seed))
    return sweep(experiment, {"lr": RATES, "init_scale": SCALES}, (seed,))


def cells_that_train(rows, norm, threshold) -> set:
    trains = rows[(rows["norm"] == norm) & (rows["status"] == "finished") & (rows["test_accuracy"] >= threshold)]
    return set(zip(trains["lr"], trains["init_scale"], strict=True))


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_settlement_is_what_the_rows_say(rows, threshold):
    table = shares(rows, threshold)
    counts = [verdicts.count_of(table, run) for run in range(3)]
    trained = [len(cells_that_train(rows, norm, threshold)) for norm in NORMS]
    assert [count.trained for count in counts] == trained
    said = verdicts.why(*counts, threshold)
    assert [int(count) for count in re.findall(r"(\d+) of 49", said)] == trained
    plain, affine, batch = trained
    assert ("about the same" in said) == (abs(plain - affine) <= 2)
    expected = {(True, True): 0, (True, False): 1, (False, True): 2, (False, False): 3}
    ahead = (affine - plain >= 3, batch - plain >= 3)
    assert verdicts.what_happened(*counts) == verdicts.ANSWERS[expected[ahead]]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_affine_hardly_differs_from_plain_and_batch_norm_trains_in_many_more_cells(rows, threshold):
    plain, affine, batch = (cells_that_train(rows, norm, threshold) for norm in NORMS)
    assert len(plain ^ affine) <= 3
    assert len(batch) >= len(plain | affine) + 10


def test_a_lower_bar_lets_more_train_on_every_map(rows):
    for norm in NORMS:
        assert len(cells_that_train(rows, norm, 0.5)) > len(cells_that_train(rows, norm, 0.85))


def test_from_short_weights_only_batch_norm_leaves_guessing(rows):
    found = rows[(rows["lr"] == 0.1) & (rows["init_scale"] == 0.01)].set_index("norm")["test_accuracy"]
    assert found["none"] < 0.2
    assert found["affine"] < 0.2
    assert found["batch"] > 0.9


def test_batch_norm_fails_from_long_weights_at_a_small_rate_and_at_the_largest_rate(rows):
    own = rows[rows["norm"] == "batch"]
    assert own[(own["lr"] == 0.022) & (own["init_scale"] == 100.0)]["test_accuracy"].item() < 0.6
    assert (own[own["lr"] == 10.0]["test_accuracy"] < 0.5).all()
    for threshold in THRESHOLDS:
        assert len(cells_that_train(rows, "batch", threshold)) < 49


@pytest.mark.parametrize("seed", SEEDS)
def test_at_the_largest_rate_it_is_not_the_hidden_weights_that_keep_batch_norm_from_learning(seed):
    everything, hidden_alone, all_else = train_losses(at_the_largest_rate(seed)).accuracy[-1, :, 1]
    assert max(everything, all_else) < 0.5
    assert hidden_alone > 0.9


@pytest.mark.parametrize(
    ("seed", "precision"), of_all(itertools.product(SEEDS, PRECISIONS), [(seed, "float32") for seed in range(4)])
)
def test_with_sigmoids_the_first_step_is_said_and_batch_norm_is_there_first(seed, precision):
    steps = steps_to_learn(train(PRECISIONS[precision](sigmoid_experiment(seed))))
    said = verdicts.sigmoid_verdict(steps, 1000)
    assert said.startswith("**Batch norm is there long before the others.**")
    for step in steps["step"].dropna():
        assert f"{step:,.0f}" in said


@pytest.mark.parametrize("seed", of_all(SEEDS, [0, 4]))
def test_what_is_said_of_depths_is_what_was_gained(seed):
    gains = advantage(DepthSweep(seed).compute(lambda *_: None, lambda: False))
    raw, control = verdicts.depth_verdict(gains).split("On standardized inputs")
    for words, own in ((raw, gains[~gains["control"]]), (control, gains[gains["control"]])):
        said = dict(re.findall(r"(\d+) layers \(([+−]\d\.\d\d)\)", words))
        assert {int(depth): float(gain.replace("−", "-")) for depth, gain in said.items()} == pytest.approx(
            dict(zip(own["depth"], own["gain"], strict=True)), abs=0.006
        )
    # The gain is that of depth: it is there with standardized inputs too, and goes with the layers on raw ones.
    by_depth = gains.set_index(["control", "depth"])["gain"]
    assert by_depth[False, 20] > by_depth[False, 2] + 0.1
    assert by_depth[True, 20] > by_depth[True, 2] + 0.02
    # As the answer of the page says of two layers.
    assert abs(by_depth[False, 2]) <= verdicts.CLEAR
    assert abs(by_depth[True, 2]) <= verdicts.CLEAR
