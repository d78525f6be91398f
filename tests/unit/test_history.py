"""The tidy frames, and files: exact, without pickle, and clear about what cannot be read."""

import io
import json
import random
import zipfile

import numpy as np
import pandas as pd
import pytest

from bnviz import Experiment, History, Run, train
from bnviz.history import MOST_HEADER, PERCENTILES, STAGES

WIDTHS = (6, 4)


@pytest.fixture(scope="module")
def history() -> History:
    """Three runs on 2-D data, the second of which diverges."""
    runs = (Run(norm="batch"), Run(norm="none", lr=1e9, init_scale=1e3), Run(norm="none", label="plain ∅"))
    return train(Experiment(dataset="moons", widths=WIDTHS, steps=12, batch_size=20, n_train=100, records=6, runs=runs))


@pytest.fixture(scope="module")
def stored(history) -> bytes:
    return history.to_bytes()


def load(data: bytes) -> History:
    return History.load(io.BytesIO(data))


def rebuilt(stored: bytes, **changes) -> bytes:
    """The file with arrays replaced, or left out where None."""
    with np.load(io.BytesIO(stored)) as file:
        arrays = {name: file[name] for name in file.files} | changes
    out = io.BytesIO()
    np.savez_compressed(out, **{name: values for name, values in arrays.items() if values is not None})
    return out.getvalue()


def with_header(stored: bytes, **changes) -> bytes:
    """The file with fields of its header replaced."""
    with np.load(io.BytesIO(stored)) as file:
        header = json.loads(bytes(file["header"])) | changes
    return rebuilt(stored, header=np.frombuffer(json.dumps(header).encode(), np.uint8))


COLUMNS = {
    "losses": ["step", "run", "norm", "split", "loss", "accuracy"],
    "histograms": ["step", "run", "norm", "layer", "stage", "bin_left", "bin_right", "count"],
    "percentiles": ["step", "run", "norm", "layer", "stage", "percentile", "value"],
    "affine": ["step", "run", "norm", "layer", "unit", "gamma", "beta"],
    "moments": ["step", "run", "norm", "layer", "unit", "stage", "mean", "std"],
    "running": ["step", "run", "norm", "layer", "unit", "mean", "var"],
    "weights": ["step", "run", "norm", "layer", "weight_norm", "grad_norm", "effective_lr"],
    "examples": ["step", "run", "norm", "layer", "example", "label", "x", "y"],
    "decision": ["step", "run", "norm", "x", "y", "probability_0", "probability_1"],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_contract(history, name):
    assert list(getattr(history, name)().columns) == COLUMNS[name]


@pytest.mark.parametrize("name", COLUMNS)
def test_frames_hold_valid_records_only(history, name):
    frame = getattr(history, name)()
    ends = dict(enumerate(history.recorded))
    assert history.recorded[1] < len(history.steps)
    for run, rows in frame.groupby("run"):
        assert set(rows["step"]) == set(history.steps[: ends[run]].tolist())
        assert set(rows["norm"]) == {history.experiment.runs[run].norm}
    keys = [column for column in frame.columns if column in COLUMNS["histograms"][:7] or column in ("unit", "split")]
    keys += [column for column in ("percentile", "example", "x", "y") if column in frame.columns]
    assert not frame.duplicated(keys).any()


def test_runs_without_gamma_or_running_statistics_are_left_out(history):
    assert set(history.affine()["run"]) == {0}
    assert set(history.running()["run"]) == {0}
    assert set(history.weights()["run"]) == {0, 1, 2}
    assert not history.affine()[["gamma", "beta"]].isna().any().any()


@pytest.mark.parametrize(("name", "rows"), [("affine", 1), ("running", 1), ("moments", len(STAGES))])
def test_layers_have_as_many_units_as_their_width(history, name, rows):
    frame = getattr(history, name)().query("run == 0 and step == 0")
    for layer, width in enumerate(WIDTHS):
        here = frame[frame["layer"] == layer]
        assert sorted(here["unit"]) == sorted(list(range(width)) * rows)


def one(frame: pd.DataFrame, **where) -> pd.Series:
    """The only row with these values."""
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_rows_hold_the_values_of_their_place(history):
    arrays, t = history.arrays, 3
    step = history.steps[t]
    row = one(history.losses(), step=step, run=2, split="test")
    assert (row["loss"], row["accuracy"]) == (arrays["loss"][t, 2, 1], arrays["accuracy"][t, 2, 1])
    row = one(history.examples(), step=step, run=2, layer=1, example=7)
    assert (row["x"], row["y"]) == tuple(arrays["example_plane"][t, 2, 1, 7])
    assert row["label"] == arrays["example_y"][7]
    row = one(history.moments(), step=step, run=2, layer=1, unit=3, stage="post_affine")
    assert (row["mean"], row["std"]) == (arrays["mean"][t, 2, 1, 2, 3], arrays["std"][t, 2, 1, 2, 3])
    row = one(history.affine(), step=step, run=0, layer=0, unit=5)
    assert (row["gamma"], row["beta"]) == (arrays["gamma"][t, 0, 0, 5], arrays["beta"][t, 0, 0, 5])
    row = one(history.running(), step=step, run=0, layer=1, unit=2)
    assert (row["mean"], row["var"]) == (arrays["running_mean"][t, 0, 1, 2], arrays["running_var"][t, 0, 1, 2])
    row = one(history.weights(), step=step, run=2, layer=1)
    assert row["grad_norm"] == arrays["grad_norm"][t, 2, 1]
    row = one(history.percentiles(), step=step, run=2, layer=0, stage="normalized", percentile=85)
    assert row["value"] == arrays["percentiles"][t, 2, 0, 1, PERCENTILES.index(85)]
    x, y = arrays["grid_x"][4], arrays["grid_y"][9]
    row = one(history.decision(), step=step, run=2, x=x, y=y)
    assert row["probability_1"] == arrays["decision"][t, 2, 1, 9, 4]


def test_histogram_rows_span_the_line_and_add_up(history):
    frame = history.histograms()
    rows = frame.query("step == 0 and run == 2 and layer == 0 and stage == 'post_activation'")
    assert rows["bin_left"].iloc[0] == -np.inf
    assert rows["bin_right"].iloc[-1] == np.inf
    np.testing.assert_array_equal(rows["bin_left"].iloc[1:], rows["bin_right"].iloc[:-1])
    np.testing.assert_array_equal(rows["count"], history.arrays["counts"][0, 2, 0, 3])
    sums = frame.groupby(["step", "run", "layer", "stage"], observed=True)["count"].sum()
    assert set(zip(sums.index.get_level_values("layer"), sums, strict=True)) == {(0, 120), (1, 80)}


def test_decision_regions_of_images_are_refused():
    images = train(Experiment(dataset="digits", widths=(4,), steps=1, records=2, runs=(Run(),)))
    with pytest.raises(ValueError, match=r"dataset = 'digits'.*choose moons"):
        images.decision()


def test_files_are_read_back_exactly(history, tmp_path):
    path = tmp_path / "history.npz"
    history.save(path)
    for loaded in (History.load(path), History.load(str(path)), load(history.to_bytes())):
        assert loaded.experiment == history.experiment
        assert loaded.status == history.status
        assert loaded.arrays.keys() == history.arrays.keys()
        pairs = [(loaded.steps, history.steps), (loaded.recorded, history.recorded)]
        pairs += [(loaded.arrays[name], history.arrays[name]) for name in history.arrays]
        for ours, original in pairs:
            assert ours.dtype == original.dtype
            np.testing.assert_array_equal(ours, original)
        pd.testing.assert_frame_equal(loaded.histograms(), history.histograms())


def test_a_file_without_examples_is_read(stored):
    """Those that an earlier version wrote have none."""
    lacking = ("example_plane", "example_units", "example_x", "example_y")
    without = load(rebuilt(stored, **{f"array_{name}": None for name in lacking}))
    assert load(stored).arrays.keys() - without.arrays.keys() == set(lacking)
    with pytest.raises(ValueError, match="no examples; train"):
        without.examples()


def test_a_file_without_units_is_read(stored):
    """Those that an earlier version wrote have examples in the plane alone."""
    without = load(rebuilt(stored, array_example_units=None))
    assert load(stored).arrays.keys() - without.arrays.keys() == {"example_units"}
    assert len(without.examples())


def test_files_hold_nothing_that_needs_pickle(stored):
    with np.load(io.BytesIO(stored), allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "iufb" for name in file.files)


def array_of(stored: bytes, name: str) -> np.ndarray:
    return load(stored).arrays[name]


def steps_of(stored: bytes) -> np.ndarray:
    return load(stored).steps


def with_member(stored: bytes, name: str, shape: str) -> bytes:
    """The file with an array that claims a shape and brings no values."""
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (63 - (len(head) + 10) % 64) + "\n"
    out = io.BytesIO(rebuilt(stored, **{name: None}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode())
    return out.getvalue()


class Exploding:
    """Anything that unpickles this runs code."""

    def __reduce__(self):
        return pytest.fail, ("a file was unpickled",)


def pickled(stored: bytes, name: str) -> bytes:
    objects = np.empty(1, dtype=object)
    objects[0] = Exploding()
    return rebuilt(stored, **{name: objects})


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def npy() -> bytes:
    out = io.BytesIO()
    np.save(out, np.arange(3))
    return out.getvalue()


DAMAGES = {
    "empty": (lambda good: b"", "not a bnviz history"),
    "text": (lambda good: b"step,run,norm\n0,0,none\n" * 50, "not a bnviz history"),
    "first half": (lambda good: good[: len(good) // 2], "not a bnviz history"),
    "a single array": (lambda good: npy(), "not a bnviz history"),
    "a pickle": (lambda good: b"\x80\x04\x95" + bytes(30), "not a bnviz history"),
    "a foreign archive": (lambda good: zipped(letter=b"Dear reader"), "not written by bnviz"),
    "a foreign npz": (lambda good: rebuilt(good, header=None), "not written by bnviz"),
    "another program": (lambda good: with_header(good, format="pictures"), "not written by bnviz"),
    "a later version": (lambda good: with_header(good, version=99), "version is 99.*reads version 1"),
    "a header that is no object": (lambda good: rebuilt(good, header=np.frombuffer(b"[1]", np.uint8)), "not written"),
    "a header that is no JSON": (lambda good: rebuilt(good, header=np.frombuffer(b"{", np.uint8)), "not a bnviz"),
    "a bad experiment": (lambda good: with_header(good, experiment='{"steps": -1}'), "steps = -1"),
    "no experiment": (lambda good: with_header(good, experiment=None), "not a bnviz history"),
    "status of another": (lambda good: with_header(good, status=["finished"]), "runs do not fit"),
    "a missing array": (lambda good: rebuilt(good, array_mean=None), "it lacks mean"),
    "no steps": (lambda good: rebuilt(good, steps=None), "it lacks steps"),
    "steps that are one number": (lambda good: rebuilt(good, steps=np.array(3)), "not a bnviz history"),
    "steps that are text": (lambda good: rebuilt(good, steps=np.array(list("abcdef"))), "not a bnviz history"),
    "a wrong shape": (lambda good: rebuilt(good, array_gamma=np.zeros((2, 2))), "'gamma' does not fit"),
    "text for numbers": (lambda good: rebuilt(good, array_edges=np.full((4, 81), "a")), "'edges' does not fit"),
    "too many records": (lambda good: rebuilt(good, recorded=np.array([99, 0, 0], np.int32)), "not a bnviz history"),
    "points without labels": (lambda good: rebuilt(good, array_point_labels=np.zeros(2)), "not a bnviz history"),
    "a grid of another size": (lambda good: rebuilt(good, array_grid_x=np.zeros(5)), "'decision' does not fit"),
    "a status that is a text of its own": (lambda good: with_header(good, status=["[x](y)"] * 3), "does not know"),
    "a status with more behind it": (lambda good: with_header(good, status=["finished <b>"] * 3), "does not know"),
    "no status list": (lambda good: with_header(good, status=5), "not a bnviz history"),
    "steps backwards": (lambda good: rebuilt(good, steps=steps_of(good)[::-1]), "steps are not those"),
    "steps below zero": (lambda good: rebuilt(good, steps=steps_of(good) - 3), "steps are not those"),
    "steps beyond the end": (lambda good: rebuilt(good, steps=steps_of(good) + 1), "steps are not those"),
    "edges that are no numbers": (lambda good: rebuilt(good, array_edges=np.full((4, 81), np.nan)), "histograms"),
    "counts below zero": (lambda good: rebuilt(good, array_counts=-array_of(good, "counts")), "histograms"),
    "no bins": (
        lambda good: rebuilt(good, array_edges=np.zeros((4, 1)), array_counts=array_of(good, "counts")[..., :2]),
        "histograms",
    ),
    "no grid": (
        lambda good: rebuilt(
            good,
            array_grid_x=np.zeros(0),
            array_grid_y=np.zeros(0),
            array_decision=array_of(good, "decision")[..., :0, :0],
        ),
        "'decision' does not fit",
    ),
    "no decision regions": (lambda good: rebuilt(good, array_decision=None), "decision"),
    "no images": (lambda good: rebuilt(good, array_example_x=None), "it lacks example_x"),
    "places of other examples": (
        lambda good: rebuilt(good, array_example_y=np.zeros(9, int)),
        "'example_plane' does not",
    ),
    "units without examples": (
        lambda good: rebuilt(good, array_example_plane=None, array_example_x=None, array_example_y=None),
        "not laid out",
    ),
    "values of other units": (
        lambda good: rebuilt(good, array_example_units=array_of(good, "example_units")[..., :3, :]),
        "'example_units' does not",
    ),
    "a shape beyond all memory": (lambda good: with_member(good, "array_loss", "(10000000000000,)"), "not a bnviz"),
    "a shape below zero": (lambda good: with_member(good, "array_loss", "(-1, 3)"), "not a bnviz"),
    "a header full of text": (lambda good: rebuilt(good, header=np.full(MOST_HEADER, 91, np.uint8)), "too long"),
    "nested headers": (lambda good: rebuilt(good, header=np.full(100_000, 91, np.uint8)), "not a bnviz"),
    "pickled records": (lambda good: pickled(good, "array_loss"), "not a bnviz history"),
    "a pickled header": (lambda good: pickled(good, "header"), "not a bnviz history"),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_cannot_be_read_is_refused_with_its_reason(stored, damage, words):
    with pytest.raises(ValueError, match=words) as caught:
        load(damage(stored))
    assert str(caught.value).startswith("This file is not a bnviz history that can be read")
    mend = "Open it with the bnviz that saved it" if words.startswith("version") else "Save it again from bnviz."
    assert mend in str(caught.value)
    assert ".." not in str(caught.value)


def test_damaged_bytes_are_refused_or_harmless(stored):
    """Flip, cut and drop bytes anywhere: what does not raise ValueError still is a history."""
    generator, refused = random.Random(0), 0
    for trial in range(600):
        damaged = bytearray(stored)
        place = generator.randrange(len(damaged))
        if trial % 3 == 0:
            damaged[place] ^= 1 << generator.randrange(8)
        elif trial % 3 == 1:
            del damaged[place:]
        else:
            del damaged[place : place + generator.randrange(1, 40)]
        try:
            assert load(bytes(damaged)).experiment is not None
        except ValueError:
            refused += 1
    assert refused > 500


def test_a_missing_file_is_called_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing_here"):
        History.load(tmp_path / "nothing_here.npz")


def test_arrays_that_no_history_has_are_not_read(stored):
    assert load(rebuilt(stored, array_extra=np.zeros(5))).arrays.keys() == load(stored).arrays.keys()
