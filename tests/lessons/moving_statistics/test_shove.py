"""The unit that is shoved and the cloud that is dragged: what their pictures, steps and words say, over seeds."""

from itertools import product

import numpy as np
import pytest
import torch

from bnviz.lessons.moving_statistics.kinks import UNITS, Kinks, layer_of
from bnviz.lessons.moving_statistics.shove import BATCHES, EXAMPLES, SIZES, Shove, inputs_of
from bnviz.lessons.moving_statistics.shove_verdicts import what_the_shove_did, why_the_shove
from bnviz.lessons.moving_statistics.verdicts import OUTPUT_ANSWERS
from bnviz.norms import apply_norm
from bnviz.ui.lessons.moving_statistics_kinks import START as CLOUD
from bnviz.ui.lessons.moving_statistics_kinks import kinks_scene
from bnviz.ui.lessons.moving_statistics_shove import INPUTS, shove_of, shove_scene

SEEDS = range(10)
GRID = [
    dict(zip(("mean", "sd", "shape", "size", "gamma", "beta", "evaluating"), values, strict=True))
    for values in product((-4.0, 0.0, 3.0), (0.25, 1.0, 2.5), (0.0, 0.5, 1.0), SIZES, (-1.5, 0.0, 3.0), (0.5,), (0, 1))
]


def after(*numbers, seed=0):
    """The unit once a reader has taken these steps, from 1."""
    values = {name: getattr(Shove(), name) for name in INPUTS}
    for number in numbers:
        values |= shove_scene(seed, None).steps[number - 1].values
    return shove_of(values)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_inputs_have_the_mean_and_the_spread_that_the_hand_gave_them(seed):
    for place in GRID:
        x = Shove(**place).inputs(seed)
        assert (x.mean(), x.std()) == pytest.approx((place["mean"], place["sd"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_batch_holds_the_ringed_example_and_no_example_twice(seed):
    for size, places in inputs_of(seed).batches.items():
        assert places.shape == (BATCHES, size)
        assert all(len({*row}) == size and row[0] == 0 for row in places)


@pytest.mark.parametrize("size", SIZES)
def test_the_outputs_are_those_of_the_library(size):
    shove = Shove(2.0, 0.7, 0.4, size, 3, -1.2, 0.3)
    x = torch.from_numpy(shove.inputs()[shove.batch(3)])[None, None]
    gamma, beta = torch.tensor([[-1.2]], dtype=torch.float64), torch.tensor([[0.3]], dtype=torch.float64)
    for norm in ("affine", "batch"):
        assert shove.outputs(norm) == pytest.approx(apply_norm(norm, x, gamma, beta)[0, 0].numpy())


def test_the_running_averages_are_those_of_the_library():
    shove = Shove(3.0, 2.0, evaluating=1, after=7)
    mean, var = torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    x = torch.from_numpy(shove.inputs())[None, None]
    one = torch.ones(1, 1, dtype=torch.float64)
    for _ in range(7):
        apply_norm("batch", x, one, 0 * one, running_mean=mean, running_var=var)
    found = shove.used(1)
    # The library averages the unbiased variance, which is 256/255 of this one.
    assert found == (pytest.approx(mean.item()), pytest.approx(var.item() ** 0.5, rel=2 / EXAMPLES))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_settled_is_what_the_outputs_did(seed):
    for place in GRID:
        shove = Shove(**place)
        output = Shove(**{**place, "evaluating": 0}).outputs("batch", seed=seed)
        held = abs(output.mean() - shove.beta) <= 0.01 and abs(output.std() - abs(shove.gamma)) <= 0.01
        assert held
        assert what_the_shove_did(shove, seed) == OUTPUT_ANSWERS[2]


def test_the_numbers_of_the_settlement_are_those_of_the_picture():
    said = why_the_shove(Shove(mean=3.0), 0)
    assert "0 and 1 as well" not in said
    # Where γ and β leave them there, the other answer is true too.
    assert why_the_shove(Shove(gamma=-1.0, beta=0.0), 0).endswith("Here that is 0 and 1 as well; move γ or β.")
    assert said.replace("\u00a0", " ") == (
        "γx + β puts out 5.00 ± 1.50 (mean ± spread), batch norm 0.50 ± 1.50, with β = 0.50 and γ = 1.50."
    )
    assert "In evaluation, with running averages, it puts out 5.00\u00a0±\u00a01.50." in why_the_shove(
        Shove(mean=3.0, evaluating=1), 0
    )
    few = Shove(mean=3.0, size=4, number=2)
    own = few.outputs("affine", seed=5)
    assert f"γx + β puts out {own.mean():.2f}\u00a0±\u00a0{own.std():.2f}" in why_the_shove(few, 5)


@pytest.mark.parametrize("seed", SEEDS)
class TestSteps:
    def test_a_shove_and_a_stretch_move_no_output_of_batch_norm(self, seed):
        before, shoved, stretched = (after(*steps, seed=seed) for steps in ((), (1,), (1, 2)))
        for there in (shoved, stretched):
            assert there.outputs("batch", seed=seed) == pytest.approx(before.outputs("batch", seed=seed), abs=1e-4)
        assert abs(shoved.outputs("affine", seed=seed) - before.outputs("affine", seed=seed)).min() > 4
        assert stretched.outputs("affine", seed=seed).std() == pytest.approx(
            2 * shoved.outputs("affine", seed=seed).std()
        )

    def test_another_shape_moves_examples_and_neither_mean_nor_spread(self, seed):
        stretched, reshaped = (after(*steps, seed=seed).outputs("batch", seed=seed) for steps in ((1, 2), (1, 2, 3)))
        assert (reshaped.mean(), reshaped.std()) == pytest.approx((stretched.mean(), stretched.std()), abs=1e-4)
        group = inputs_of(seed).group
        order = [np.argsort([y[group == each].mean() for each in range(3)]).tolist() for y in (stretched, reshaped)]
        assert order == [[0, 1, 2], [1, 2, 0]]

    def test_among_four_the_ringed_example_lands_elsewhere_with_batch_norm_alone(self, seed):
        few = after(1, 2, 3, 4, seed=seed)
        assert np.ptp(few.followed("batch", seed)) > 0.5
        assert np.ptp(few.followed("affine", seed)) == 0
        everyone = Shove(size=EXAMPLES)
        assert np.ptp(everyone.followed("batch", seed)) == 0

    def test_in_evaluation_a_shove_shows_until_the_averages_have_followed(self, seed):
        stale, followed = after(1, 5, seed=seed), after(1, 5, 6, seed=seed)
        assert stale.outputs("batch", seed=seed) == pytest.approx(stale.outputs("affine", seed=seed), abs=1e-3)
        output = followed.outputs("batch", seed=seed)
        assert (output.mean(), output.std()) == pytest.approx((0.5, 1.5), abs=0.15)

    def test_lines_that_stay_behind_no_longer_bend_and_those_of_batch_norm_do(self, seed):
        places = [CLOUD | dict(step.values) for step in kinks_scene(seed).steps]
        rest, dragged, widened = (Kinks(*(place[f"cloud_{name}"] for name in ("x", "y", "radius"))) for place in places)
        assert rest.lines("affine", seed) == pytest.approx(rest.lines("batch", seed))
        for cloud in (rest, dragged, widened):
            assert cloud.sides("batch", seed) == {"bent": UNITS, "dead": 0, "straight": 0}
        assert rest.sides("affine", seed)["bent"] == UNITS
        assert dragged.sides("affine", seed)["bent"] <= UNITS - 4


def test_steps_are_short():
    for scene in (shove_scene(0, None), kinks_scene(0)):
        assert 3 <= len(scene.steps) <= 6
        assert all(len(step.words.split()) <= 40 for step in scene.steps)
        names = {each.name: each for each in scene.inputs}
        assert all(names[name].allows(value) for step in scene.steps for name, value in step.values.items())


def test_the_kinks_are_where_the_pre_activations_of_the_library_are_zero():
    kinks, rest = Kinks(4.0, -2.0, 3.0), Kinks()
    layer = layer_of(2)
    for norm, seen in (("batch", kinks), ("affine", rest)):
        z = seen.cloud(2) @ layer.weights.T
        at = kinks.lines(norm, 2)
        assert (at - z.mean(0)) / z.std(0) + layer.beta == pytest.approx(np.zeros(UNITS), abs=1e-12)
