"""The picture of folding: bars, dots and diamonds stand at the outputs, and batch norm slides into the weights."""

import json

import numpy as np
import pandas as pd
import pytest

from bnviz.styles import RunStyle
from bnviz.ui.lessons.same_functions_fold import INPUTS, STEPS, folding, outputs
from tests.live.drawing import read

STYLES = (RunStyle("batch norm", "#0072b2", "#62bdf0", ()), RunStyle("plain", "#d55e00", "#ff8f4d", ()))
START = {name: default for name, (_, default) in INPUTS.items()}
BATCH, PLAIN, TRAINING = "#0072b2", "#d55e00", "#1f2328"


def made() -> pd.DataFrame:
    """Outputs of 70 examples, each another number."""
    generator = np.random.default_rng(0)
    places = pd.MultiIndex.from_product([["batch", "affine"], range(70), range(10)], names=["norm", "example", "digit"])
    values = {name: generator.uniform(-4, 9, len(places)) for name in ("original", "folded", "training")}
    frame = pd.DataFrame(values, index=places).reset_index()
    return frame.assign(label=frame["example"] % 7)


FRAME = made()
SCENE = json.loads(json.dumps(folding(FRAME, STYLES, 3).to_dict()))
LOW, HIGH = SCENE["rows"][0][0]["y"]["low"], SCENE["rows"][0][0]["y"]["high"]


def of_example(number, column):
    rows = FRAME[(FRAME["norm"] == "batch") & (FRAME["example"] == number - 1)].sort_values("digit")
    return rows[column].to_numpy()


def drawn(ask, width=980, **values):
    values = {**START, **values}
    at = int(values["example"]) - 1
    arrays = {name: np.atleast_1d(array[at]).tolist() for name, array in outputs(FRAME).arrays.items()}
    return read(ask("drawn", SCENE, {**values, **arrays}, {"width": width}))


def places_of(drawing, values):
    return [
        (drawing.across("outputs", digit, -0.5, 9.5), drawing.up("outputs", value, LOW, HIGH))
        for digit, value in enumerate(values)
    ]


def test_the_family_has_the_outputs_of_batch_norm_and_the_answers():
    family = outputs(FRAME)
    for number in (1, 24, 60):
        for kind in ("original", "folded", "training"):
            assert family.arrays[kind][number - 1].tolist() == of_example(number, kind).tolist()
            assert family.arrays[f"answer_{kind}"][number - 1] == of_example(number, kind).argmax()
        assert family.arrays["label"][number - 1] == (number - 1) % 7


@pytest.mark.parametrize("width", [980, 358])
@pytest.mark.parametrize("example", [1, 24, 60])
def test_bars_dots_and_diamonds_end_at_the_outputs(ask, example, width):
    drawing = drawn(ask, width, example=example, fold=1, mode=1)
    bars = [np.array(corners) for corners, color in drawing.areas if color == BATCH]
    zero = drawing.up("outputs", 0, LOW, HIGH)
    for (x, y), bar in zip(places_of(drawing, of_example(example, "original")), bars, strict=True):
        assert np.isclose(bar[:, 0].mean(), x)
        assert sorted({round(each, 6) for each in bar[:, 1]}) == pytest.approx(sorted([y, zero]))
    dots = [(x, y) for x, y, _, fill, _ in drawing.discs if fill == PLAIN]
    assert np.allclose(dots, places_of(drawing, of_example(example, "folded")))
    diamonds = [np.mean(corners, axis=0) for corners, color in drawing.areas if color == TRAINING]
    assert np.allclose(diamonds, places_of(drawing, of_example(example, "training")))


def test_what_is_not_asked_for_is_not_drawn(ask):
    drawing = drawn(ask)
    assert not [fill for *_, fill, _ in drawing.discs if fill == PLAIN]
    assert not [color for _, color in drawing.areas if color == TRAINING]
    assert "folded: 0" not in drawing.words


def test_the_words_name_the_answers(ask):
    words = drawn(ask, example=24, fold=1, mode=1).words
    said = {kind: of_example(24, kind).argmax() for kind in ("original", "folded", "training")}
    assert f"test example 24: a {23 % 7}" in words
    assert f"batch norm's answer: {said['original']}" in words
    assert f"folded: {said['folded']}" in words
    assert f"in training mode: {said['training']}" in words


def test_batch_norm_slides_into_the_weights_of_its_layer(ask):
    before, between, after = (drawn(ask, fold=share).words for share in (0, 0.5, 1))
    columns = [sorted({x for x, _ in words["batch norm"]}) for words in (before, between, after)]
    assert [len(words["batch norm"]) for words in (before, between, after)] == [3, 3, 3]
    weights = sorted({x for x, _ in before["W"]})
    assert columns[2] == pytest.approx(weights)
    assert columns[1] == pytest.approx([(columns[0][0] + weights[0]) / 2])
    assert "W′, b′" not in before
    assert len(after["W′, b′"]) == 3


def test_steps_are_few_and_short():
    assert 3 <= len(STEPS) <= 6
    assert all(len(step.words.split()) <= 40 for step in STEPS)
