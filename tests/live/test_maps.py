"""The maps of networks: their arithmetic against the lesson's own, and where each number stands in the picture."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.why_not_affine.maps import RATES, SCALES, cells, gather, map_experiment, shares
from bnviz.ui.lessons.why_not_affine_maps import INPUTS, STEPS, THRESHOLDS, given_of, maps_scene
from bnviz.ui.page.sweep_view import Sweep

NORMS = ("none", "affine", "batch")
AXES = (("lr", RATES), ("init_scale", SCALES))
VALUES = {name: value for name, (_, value) in INPUTS.items()}
STEPS_KEPT = (0, 50, 200)


def sweep_of(seeds=1) -> Sweep:
    return Sweep(map_experiment(NORMS, 3), AXES, seeds, "test", curves=True)


def rows_of(seeds=1, missing=0.2) -> pd.DataFrame:
    """Networks that nobody trained: some are missing, some diverged."""
    random = np.random.default_rng(5)
    frames = []
    for seed in range(seeds):
        for norm in NORMS:
            table = pd.DataFrame([(rate, scale) for rate in RATES for scale in SCALES], columns=["lr", "init_scale"])
            accuracy = np.round(random.random(49) * 360) / 360
            gone = random.random(49) < 0.2
            table = table.assign(norm=norm, seed=3 + seed, test_accuracy=accuracy, status="finished")
            table["status"] = np.where(gone, "diverged", "finished")
            table["diverged_at"] = pd.array(np.where(gone, 7.0, np.nan)).astype("Int64")
            for number, step in enumerate(STEPS_KEPT):
                table[f"test_accuracy_at_{step}"] = np.where(gone & (step > 50), np.nan, accuracy * number / 2)
            frames.append(table[random.random(49) >= missing])
    return gather(frames, len(NORMS))


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_the_counts_are_those_of_the_lesson(ask, seeds, threshold):
    rows = rows_of(seeds)
    given = given_of(sweep_of(seeds), rows, NORMS)
    arrays = ask("sums", "maps", {**VALUES, "threshold": threshold}, given)
    counted, table = shares(rows, threshold).set_index("run"), cells(rows, AXES, threshold)
    for run, norm in enumerate(NORMS):
        assert arrays[f"trained_{norm}"] == counted.loc[run, "trained"]
        assert arrays[f"networks_{norm}"] == counted.loc[run, "networks"]
        for _, own in table[table["run"] == run].iterrows():
            cell = SCALES.index(own["init_scale"]) * 7 + RATES.index(own["lr"])
            accuracy = arrays[f"accuracy_{norm}"][cell]
            assert accuracy == (None if np.isnan(own["accuracy"]) else pytest.approx(own["accuracy"]))
            assert arrays[f"trains_{norm}"][cell] == (2 * own["trained"] > own["networks"])
            assert arrays[f"gone_{norm}"][cell] == own["diverged"]
            assert arrays[f"there_{norm}"][cell] == own["networks"]


@pytest.mark.parametrize(("rate", "scale"), [(0.001, 0.01), (2.2, 0.046), (10.0, 100.0)])
def test_the_chosen_cell_is_that_of_its_rate_and_scale(ask, rate, scale):
    rows = rows_of(missing=0)
    arrays = ask("sums", "maps", {**VALUES, "rate": rate, "scale": scale}, given_of(sweep_of(), rows, NORMS))
    for norm in NORMS:
        own = rows[(rows["norm"] == norm) & (rows["lr"] == rate) & (rows["init_scale"] == scale)].iloc[0]
        gone = own["status"] == "diverged"
        assert arrays[f"here_{norm}"] == (None if gone else own["test_accuracy"])
        kept = [own[f"test_accuracy_at_{step}"] for step in STEPS_KEPT[: 2 if gone else 3]]
        assert arrays[f"curve_{norm}_0"] == pytest.approx(kept, abs=6e-4)


def drawn(ask, rows, shown=NORMS, values=VALUES, **more):
    scene = maps_scene(sweep_of(), rows, shown=shown, story=True)
    return scene, ask("drawn", scene.to_dict(), values, more)


def cells_in(found) -> list[list[float]]:
    """The boxes of cells, which are as wide as none other."""
    wide = found["places"]["none"]["width"] / 7 - 2
    return [given for name, given, _ in found["calls"] if name == "fillRect" and given[2] == pytest.approx(wide)]


def texts(found) -> list[str]:
    return [given[0] for name, given, _ in found["calls"] if name == "fillText"]


@pytest.mark.parametrize("width", [1000, 358])
def test_every_network_is_a_cell_at_its_rate_and_scale(ask, width):
    rows = rows_of(missing=0.3)
    _, found = drawn(ask, rows, width=width)
    boxes = cells_in(found)
    for run, norm in enumerate(NORMS):
        place = found["places"][norm]
        wide, high = place["width"] / 7, place["height"] / 7
        assert (wide == pytest.approx(high)) == (width == 1000)
        middles = {(round(x + w / 2), round(y + h / 2)) for x, y, w, h in boxes}
        for _, own in rows[rows["run"] == run].iterrows():
            column, row = RATES.index(own["lr"]), SCALES.index(own["init_scale"])
            x, y = place["left"] + (column + 0.5) * wide, place["top"] + (7 - row - 0.5) * high
            assert (round(x), round(y)) in middles
    assert len(boxes) == len(rows)


def test_the_counts_stand_at_the_maps_and_what_is_kept_back_is_blank(ask):
    rows = rows_of(missing=0)
    counted = shares(rows, 0.85)["trained"].tolist()
    _, found = drawn(ask, rows, width=1300)
    assert [text for text in texts(found) if text.endswith(" train")] == [f"{count} of 49 train" for count in counted]
    _, held = drawn(ask, rows, shown=("none",), width=1300)
    assert [text for text in texts(held) if text.endswith(" train")] == [f"{counted[0]} of 49 train"]
    assert texts(held).count("paint your guess here") == 2
    assert len(cells_in(held)) == 49


def test_where_there_is_less_room_the_counts_are_shorter(ask):
    rows = rows_of(missing=0)
    counted = shares(rows, 0.85)["trained"].tolist()
    _, found = drawn(ask, rows, width=700)
    assert [text for text in texts(found) if text.endswith("/49")] == [f"{count}/49" for count in counted]


def test_what_lies_over_plain_is_compared_with_it(ask):
    rows = rows_of(missing=0)
    _, found = drawn(ask, rows, values={**VALUES, "overlay": 1.0, "threshold": 0.5})
    trains = (rows["status"] == "finished") & (rows["test_accuracy"] >= 0.5)
    parts = [rows[trains & (rows["run"] == run)] for run in (0, 1)]
    own = [set(zip(part["lr"], part["init_scale"], strict=True)) for part in parts]
    assert f"differ in {len(own[0] ^ own[1])} of 49" in texts(found)
    place = found["places"]["none"]
    small = [
        given for name, given, _ in found["calls"] if name == "fillRect" and 10 < given[2] < place["width"] / 7 * 0.6
    ]
    laid = [(x, y) for x, y, w, _ in small if place["left"] <= x <= place["left"] + place["width"]]
    assert len(laid) == 49


def test_nothing_there_is_drawn_as_nothing(ask):
    scene, found = drawn(ask, pd.DataFrame())
    assert texts(found).count("…") == 3
    assert ask(
        "sentence", scene.alternative, {**found["arrays"], **{f"here_{norm}": 0.5 for norm in NORMS}}
    ).startswith("Maps of networks")


def test_the_words_of_the_picture_are_those_of_its_numbers(ask):
    rows = rows_of(missing=0)
    scene, found = drawn(ask, rows)
    counted = shares(rows, 0.85)["trained"].tolist()
    words = ask("sentence", scene.alternative, {**found["arrays"], **{f"here_{norm}": 0.5 for norm in NORMS}})
    for label, count in zip(("plain", "γx + β", "batch norm"), counted, strict=True):
        assert f"{label}: {count} of 49 networks train" in words


def test_steps_are_short_and_lead_to_values_that_are_offered():
    inputs = {name: given for name, (given, _) in INPUTS.items()}
    assert 3 <= len(STEPS) <= 6
    for step in STEPS:
        assert len(step.words.split()) <= 40
        assert all(inputs[name].allows(value) for name, value in step.values.items())
