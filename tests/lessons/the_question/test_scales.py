"""The race's networks from other initial weights: what the figure looks up, and what the page says of it."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.the_question.race import NORMS_IN_RACE, race
from bnviz.lessons.the_question.scales import LEARNED, NETWORKS, SCALES, reach, scale_tasks
from bnviz.lessons.why_not_affine.curves import steps_of
from bnviz.training import train
from bnviz.ui.lessons.the_question_scales import SCALE, networks, scales


@pytest.fixture(scope="module")
def trained() -> dict[str, pd.DataFrame]:
    """The networks of seed 0, a row each, by their normalization."""
    tasks = scale_tasks(0)
    found = [task.compute(lambda *_: None, lambda: False) for task in tasks]
    return dict(zip(NORMS_IN_RACE, found, strict=True))


def made_up(ends: dict[str, list[float]]) -> dict[str, pd.DataFrame]:
    return {
        norm: pd.DataFrame(
            {"init_scale": SCALES, "test_accuracy": values, "test_accuracy_at_0": 0.1, "test_accuracy_at_300": values}
        )
        for norm, values in ends.items()
    }


def test_the_figure_looks_up_the_network_of_its_scale():
    rows = made_up({norm: list(np.linspace(0.1, 0.9, 7) * weight) for weight, norm in enumerate(NORMS_IN_RACE, 1)})
    rows = {norm: found.sample(frac=1, random_state=1) for norm, found in rows.items()}
    family = networks(rows)
    assert tuple(family.controls["scale"]) == SCALES == tuple(SCALE.choices)
    for weight, norm in enumerate(NORMS_IN_RACE, 1):
        expected = np.linspace(0.1, 0.9, 7) * weight
        np.testing.assert_allclose(family.arrays[f"{norm}_now"], expected)
        np.testing.assert_allclose(family.arrays[f"{norm}_accuracy"], np.tile(expected, (7, 1)))
        np.testing.assert_allclose(family.arrays[f"{norm}_curve"], np.column_stack([np.full(7, 0.1), expected]))
        assert family.arrays[f"{norm}_steps"].tolist() == [[0, 300]] * 7


def test_a_curve_that_ends_early_is_drawn_as_far_as_it_goes():
    rows = made_up({norm: [0.5] * 7 for norm in NORMS_IN_RACE})
    rows["none"].loc[6, "test_accuracy_at_300"] = np.nan
    family = networks(rows)
    assert family.arrays["none_upto"].tolist() == [1] * 6 + [0]
    assert family.arrays["none_now"][6] == 0.1


def test_every_mark_names_what_the_family_has():
    family = networks(made_up({norm: [0.5] * 7 for norm in NORMS_IN_RACE}))
    names = {mark.options[name] for mark in scales().marks if mark.kind == "path" for name in ("x", "y", "upto")} - {
        None
    }
    assert names <= family.arrays.keys()
    assert {f"{norm}_curve" for norm in NORMS_IN_RACE} <= names


def test_before_all_networks_are_trained_there_are_points_of_those_that_are():
    rows = made_up({"none": [0.5] * 7})
    for found, known in ((networks({}, waits=True), []), (networks(rows), ["none"])):
        assert found.arrays["waits"].tolist() == [int(not known)] * 7
        for norm in NORMS_IN_RACE:
            points = 7 if norm in known else 0
            assert found.arrays[f"{norm}_accuracy"].shape == found.arrays[f"{norm}_scales"].shape == (7, points)
            assert np.isfinite(found.arrays[f"{norm}_now"]).all() == bool(points)
    assert networks({}).arrays["waits"].tolist() == [0] * 7, "while the first are trained it waits no longer"
    assert reach(rows).startswith(f"{NETWORKS} networks") == reach({}).startswith("21 networks")


@pytest.mark.parametrize("count", range(8))
def test_the_sentence_counts_the_scales_from_which_a_network_learns(count):
    above, below = LEARNED + 0.01, LEARNED - 0.01
    rows = made_up({norm: [above] * count + [below] * (7 - count) for norm in NORMS_IN_RACE})
    assert reach(rows).endswith(f": plain from {count}, γx + β from {count}, batch norm from {count}.")


@pytest.mark.slow
def test_scale_one_is_the_race(trained):
    losses = train(race()).losses()
    last = losses[(losses["split"] == "test") & (losses["step"] == 300)].sort_values("run")["accuracy"]
    for accuracy, norm in zip(last, NORMS_IN_RACE, strict=True):
        found = trained[norm].set_index("init_scale")["test_accuracy"][1.0]
        assert found == pytest.approx(accuracy, abs=0.01)
    assert steps_of(trained["none"])[-1] == 300
