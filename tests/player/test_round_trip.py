"""What payload.py packs and recording.js reads is what the history holds, within a step of the quantization."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from bnviz import Run
from bnviz.history import STAGES
from bnviz.styles import run_styles
from bnviz.ui.player.payload import MAX_UNITS, pack
from tests.player.conftest import Record
from tests.player.node import Node
from tests.player.recordings import CASES, make_history

FLOAT32 = 2e-7
BEFORE, AFTER = STAGES.index("pre_norm"), STAGES.index("post_affine")
PLANE = ("plane", "classes", "trained")
EVERY = pytest.mark.parametrize("case", list(CASES))


@pytest.fixture
def read(node: Node, record: Record):
    """`read(case)` returns the history and everything that recording.js finds at every record of its pack."""

    def start(case: str, positions: list[float] | None = None, **options) -> SimpleNamespace:
        recorded = record(case, **options)
        at = list(range(len(recorded.history.steps))) if positions is None else positions
        return SimpleNamespace(history=recorded.history, **node.ask("dump", recorded.packed, at))

    return start


def held(history, values: np.ndarray) -> np.ndarray:
    """Values [T, K, …] as they are shown: after the end of a run its last record stays."""
    records = np.arange(len(history.steps))[:, None]
    last = np.maximum(np.asarray(history.recorded) - 1, 0)
    return values[np.minimum(records, last), np.arange(len(last))]


def pooled(history) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of all values of a layer, from the moments of its units: [T, K, L, S] each."""
    shape = history.arrays["mean"].shape[:-1]
    mean, sd = np.full(shape, np.nan), np.full(shape, np.nan)
    for layer, width in enumerate(history.experiment.widths):
        means, sds = (history.arrays[name][:, :, layer, :, :width].astype(float) for name in ("mean", "std"))
        mean[:, :, layer] = means.mean(-1)
        sd[:, :, layer] = np.sqrt((sds**2 + means**2).mean(-1) - means.mean(-1) ** 2)
    return mean, sd


def shares(history) -> tuple[np.ndarray, np.ndarray, tuple[int, int] | None]:
    """Shares of all values inside [..., bins] and outside [..., 2], and where zeros are apart (stage, bin)."""
    counts = history.arrays["counts"].astype(float)
    share = counts / np.maximum(counts.sum(-1, keepdims=True), 1)
    apart = None
    if history.experiment.activation == "relu":
        edges = history.arrays["edges"][-1]
        apart = len(STAGES) - 1, max(bin for bin in range(len(edges) - 1) if edges[bin] <= 0)
    return share[..., 1:-1], share[..., [0, -1]], apart


@EVERY
def test_names_styles_and_sizes(read, case):
    found = read(case)
    history, experiment = found.history, found.history.experiment
    assert found.view == "training"
    assert found.autoplay is True
    assert found.stages == list(STAGES)
    assert found.layers == [f"layer {number}" for number in range(1, len(experiment.widths) + 1)]
    assert (found.records, found.runCount) == (len(history.steps), len(experiment.runs))
    assert (found.layerCount, found.stageCount) == (len(experiment.widths), len(STAGES))
    assert found.bins == history.arrays["edges"].shape[1] - 1
    assert found.runs == [
        {
            "label": style.label,
            "norm": run.norm,
            "color": style.color,
            "color_dark": style.color_dark,
            "dash": list(style.dash),
            "status": status,
        }
        for style, run, status in zip(run_styles(experiment), experiment.runs, history.status, strict=True)
    ]
    assert found.interventions == [{"step": kick.step, "factor": kick.factor} for kick in experiment.interventions]


@EVERY
def test_steps_and_lengths(read, case):
    found = read(case)
    history = found.history
    assert found.steps == list(history.steps)
    assert (found.lastRecord, found.lastStep) == (len(history.steps) - 1, history.steps[-1])
    assert found.endOf == [max(0, length - 1) for length in history.recorded]
    expected = [[record >= length for record in range(len(history.steps) + 1)] for length in history.recorded]
    assert found.hasEnded == expected


@EVERY
@pytest.mark.parametrize("name", ["loss", "accuracy"])
def test_scores(read, case, name):
    found = read(case)
    expected = found.history.arrays[name]
    np.testing.assert_allclose(np.array(getattr(found, name)), expected, rtol=FLOAT32)
    for run, length in enumerate(found.history.recorded):
        assert np.isnan(expected[length:, run]).all()


@EVERY
def test_moments_of_a_layer(read, case):
    found = read(case)
    for name, expected in zip(("mean", "sd"), pooled(found.history), strict=True):
        np.testing.assert_allclose(getattr(found, name), held(found.history, expected), rtol=1e-5, atol=1e-6)


@EVERY
def test_histograms(read, case):
    found = read(case)
    history = found.history
    inside, outside, apart = shares(history)
    np.testing.assert_allclose(found.edges, history.arrays["edges"], rtol=FLOAT32)
    np.testing.assert_allclose(found.outside, held(history, outside), rtol=FLOAT32)
    zero = np.zeros(inside.shape[:-1])
    assert found.zero_bin == (apart and {"stage": apart[0], "bin": apart[1]})
    if apart:
        zero[..., apart[0]] = inside[..., apart[0], apart[1]]
        inside[..., apart[0], apart[1]] = 0
    np.testing.assert_allclose(found.zero, held(history, zero), rtol=FLOAT32)
    peak = inside.max(-1)
    np.testing.assert_allclose(found.peak, held(history, peak), rtol=FLOAT32)
    expected = held(history, inside / np.maximum(peak, 1e-12)[..., None])
    np.testing.assert_allclose(found.heights, expected, atol=0.5 / 255 + 1e-7)
    there = np.array(found.peak) > 0
    assert (np.array(found.heights).max(-1)[there] == 1).all()


def drawn(history, positions: list[float], values: np.ndarray) -> np.ndarray:
    """Values [T, K, …] at positions between records, and at the end of a run from there on: [P, K, …]."""
    found = np.empty((len(positions), *values.shape[1:]))
    for run, length in enumerate(history.recorded):
        for at, position in enumerate(positions):
            first = int(min(position, length - 1))
            weight = min(position, length - 1) - first
            second = min(first + 1, length - 1)
            found[at, run] = values[first, run] + weight * (values[second, run].astype(float) - values[first, run])
    return found


WITH_EXAMPLES = [case for case in CASES if case not in ("alone", "clipped", "trained, diverging")]


@pytest.mark.parametrize("case", WITH_EXAMPLES)
def test_examples(read, case):
    last = len(CASES[case]().steps) - 1
    positions = [0.25 * quarter for quarter in range(4 * last + 1)]
    found = read(case, positions)
    history, plane = found.history, found.history.arrays["example_plane"].astype(float)
    reach = np.nanmax(np.abs(plane), (0, 1, 2, 3))
    np.testing.assert_allclose(found.examples["reach"], reach)
    assert not found.examples["beyond"]
    places = np.array(found.places, float).reshape(len(positions), *plane.shape[1:])
    step = 2 * reach.max() / 4094
    np.testing.assert_allclose(places, drawn(history, positions, plane), atol=step / 2 + 1e-6 * reach.max())
    for layer, width in enumerate(history.experiment.widths):
        std = np.sort(history.arrays["std"][:, :, layer, BEFORE, :width].astype(float), -1)
        median = (std[..., (width - 1) // 2] + std[..., width // 2]) / 2
        spread = drawn(history, positions, median)
        np.testing.assert_allclose(np.array(found.spread, float)[:, :, layer], spread, rtol=1e-6)


@pytest.mark.parametrize(("case", "kind"), [("digits", "image"), ("plane", "point"), ("mnist1d", "signal")])
def test_pictures_of_examples(node, tmp_path, case, kind):
    history = CASES[case]() if case in CASES else make_history(dataset="mnist1d", runs=(Run(),))
    path = tmp_path / "packed.bin"
    path.write_bytes(pack(history))
    found = node.ask("dump", str(path), [0])
    x, labels = history.arrays["example_x"].astype(float), history.arrays["example_y"]
    assert found["examples"]["kind"] == kind
    assert found["exampleLabels"] == labels.tolist()
    ink = 255 * (x - x.min()) / np.ptp(x)
    wanted = np.zeros(0) if kind == "point" else ink.ravel()
    np.testing.assert_allclose(found["inks"], wanted, atol=0.5)


def test_examples_of_a_run_that_explodes_do_not_flatten_the_others(read):
    found = read("clipped")
    plane = found.history.arrays["example_plane"].astype(float)
    calm = np.nanmax(np.abs(plane[:, 1]), (0, 1, 2))
    assert found.examples["beyond"]
    assert (np.array(found.examples["reach"]) < 12 * calm.max()).all()
    places = np.array(found.places, float).reshape(plane.shape)
    step = 2 * max(found.examples["reach"]) / 4094
    np.testing.assert_allclose(places[:, 1], plane[:, 1], atol=step)
    assert np.abs(places[7, 0]).max() == pytest.approx(max(found.examples["reach"]), rel=1e-6)


def test_a_kick_late_in_a_run_does_not_flatten_what_was_before_it(node, tmp_path):
    history = make_history(runs=(Run(norm="none"), Run(norm="batch")))
    plane = history.arrays["example_plane"]
    before = np.abs(plane).max()
    plane[-1, 0] *= 50
    path = tmp_path / "packed.bin"
    path.write_bytes(pack(history))
    found = node.ask("dump", str(path), [0])["examples"]
    assert found["beyond"]
    assert before <= max(found["reach"]) < 11 * before


def test_a_run_that_stays_absurdly_large_does_not_flatten_the_others_either(read):
    """Its units are dead or huge from the first update on, and it goes on for the whole training."""
    found = read("trained, diverging")
    sizes = np.nanmax(np.abs(found.history.arrays["example_plane"].astype(float)), (0, 2, 3))
    assert sizes[0].min() > 1e6
    assert max(found.examples["reach"]) == pytest.approx(sizes[1].max())
    assert found.examples["beyond"]


def test_recordings_of_before_examples_have_none(read):
    assert not hasattr(read("alone"), "examples")
    assert not hasattr(read("plane", view="layer"), "examples")


def sources(history) -> dict[str, np.ndarray]:
    mean, std = history.arrays["mean"], history.arrays["std"]
    gamma, beta = history.arrays["gamma"], history.arrays["beta"]
    return {
        "gamma": gamma,
        "beta": beta,
        "mu": mean[..., BEFORE, :],
        "sigma": std[..., BEFORE, :],
        "output_mean": mean[..., AFTER, :],
        "output_sd": std[..., AFTER, :],
        "mean_less_beta": mean[..., AFTER, :] - beta,
        "sd_less_gamma": std[..., AFTER, :] - np.abs(gamma),
    }


@EVERY
@pytest.mark.parametrize("view", ["training", "layer"])
def test_trajectories_of_every_unit(read, case, view):
    found = read(case, view=view)
    history, widths = found.history, found.history.experiment.widths
    expected = sources(history)
    wanted = list(expected)[: 8 if view == "layer" else 4]
    assert list(found.trajectories) == wanted
    for name in wanted:
        for run in range(len(history.status)):
            for layer in range(len(widths)):
                drawn, scale = found.units[layer]["drawn"], found.scales[name][layer]
                decoded = np.array(found.trajectories[name][run][layer], float)
                truth = expected[name][:, run, layer, drawn].T.astype(float)
                truth[~np.isfinite(truth)] = np.nan  # an infinite σ has no place on an axis
                step = (scale["hi"] - scale["lo"]) / 65534
                shown = truth.clip(scale["lo"], scale["hi"]) if scale["clipped"] else truth
                tolerance = 0.5 * step * (1 + 1e-6) + 1e-12 * np.abs(truth[np.isfinite(truth)]).max(initial=0)
                np.testing.assert_allclose(decoded, shown, rtol=0, atol=tolerance, err_msg=f"{name}, {run}, {layer}")
                assert found.hasTrajectory[name][run][layer] == bool(np.isfinite(truth[:, 0]).all())


@EVERY
def test_the_ends_of_an_axis_are_met_exactly(read, case):
    """All runs of a layer share one axis, which begins and ends at their lowest and highest value."""
    found = read(case)
    for name, scales in found.scales.items():
        for layer, scale in enumerate(scales):
            drawn = found.units[layer]["drawn"]
            truth = sources(found.history)[name][:, :, layer][..., drawn]
            truth = truth[np.isfinite(truth)].astype(float)
            decoded = np.concatenate([np.ravel(run[layer]) for run in found.trajectories[name]])
            assert scale["lo"] < scale["hi"]
            if truth.size and not scale["clipped"] and np.ptp(truth) > 1e-3:
                assert (scale["lo"], scale["hi"]) == (truth.min(), truth.max())
                assert np.nanmin(decoded) == scale["lo"]
                assert np.nanmax(decoded) == pytest.approx(scale["hi"], rel=1e-12)


@EVERY
def test_units_that_are_drawn(read, case):
    found = read(case)
    for units, width in zip(found.units, found.history.experiment.widths, strict=True):
        drawn = units["drawn"]
        assert units["of"] == width
        assert len(drawn) == min(width, MAX_UNITS)
        assert (drawn[0], drawn[-1]) == (0, width - 1)
        gaps = np.diff(drawn)
        assert gaps.size == 0 or (gaps.min() >= 1 and gaps.max() - gaps.min() <= 1)


@pytest.mark.parametrize("case", PLANE)
def test_decision_regions(read, case):
    found = read(case)
    history = found.history
    truth = history.arrays["decision"].astype(float)
    assert found.classes == truth.shape[2]
    probability = np.array(found.probability)
    for run, length in enumerate(history.recorded):
        stored = probability[:length, run, :-1]
        np.testing.assert_allclose(stored, 255 * truth[:length, run, :-1], atol=0.51)
        # The last class is what the others leave, and each of them is rounded.
        atol = 0.5 * (found.classes - 1) + 0.01
        np.testing.assert_allclose(probability[:length, run, -1], 255 * truth[:length, run, -1], atol=atol)
    for axis in ("x", "y"):
        grid = history.arrays[f"grid_{axis}"]
        assert found.grid[axis] == [grid[0], grid[-1]]
    np.testing.assert_allclose(np.reshape(found.points, (-1, 2)), history.arrays["points"], rtol=FLOAT32, atol=1e-7)
    assert found.pointLabels == list(history.arrays["point_labels"])


def test_other_data_has_no_decision_regions(read):
    assert not hasattr(read("digits"), "probability")


@pytest.mark.parametrize("case", ["plane", "digits"])
def test_between_two_records_values_are_blended_until_a_run_ends(read, case):
    last = len(read(case).history.steps) - 1
    positions = [0.25, 1.5, 2.75, 3.9, last - 0.125, last]
    found = read(case, positions)
    history = found.history
    inside, outside, apart = shares(history)
    if apart:
        inside[..., apart[0], apart[1]] = 0
    heights = np.rint(255 * inside / np.maximum(inside.max(-1, keepdims=True), 1e-12)) / 255
    mean, sd = pooled(history)
    for name, values in {"mean": mean, "sd": sd, "outside": outside, "heights": heights}.items():
        for at, position in enumerate(positions):
            for run, length in enumerate(history.recorded):
                held_at = min(position, length - 1)
                first, weight = int(held_at), held_at % 1
                second = min(first + 1, length - 1)
                truth = (1 - weight) * values[first, run] + weight * values[second, run]
                np.testing.assert_allclose(getattr(found, name)[at][run], truth, rtol=1e-5, atol=1e-6, err_msg=name)


def test_what_only_the_whole_view_needs_is_left_out_of_a_single_layer(read):
    found = read("plane", view="layer", autoplay=False)
    assert (found.view, found.autoplay) == ("layer", False)
    assert (found.runCount, found.layerCount, found.stageCount) == (4, 3, 4)
    assert found.bins == 0
    assert not hasattr(found, "probability")


def test_every_recording_has_an_id_of_its_own_that_stays(read, record):
    variants = [
        (case, view, autoplay) for case in CASES for view in ("training", "layer") for autoplay in (True, False)
    ]
    ids = [read(case, [0], view=view, autoplay=autoplay).id for case, view, autoplay in variants]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == 16 for each in ids)


@pytest.mark.parametrize(
    "name",
    ["loss", "accuracy", "counts", "edges", "mean", "std", "gamma", "beta", "decision", "points", "point_labels"],
)
def test_one_other_number_is_another_recording(record, name):
    """Also a number that only the sections hold and no header."""
    history = record("plane").history
    values = np.array(history.arrays[name])
    # In the middle of all records, and inside of what is drawn of a run that has γ and β.
    place = (4, 2, 1, 0, 3) if name in ("mean", "std") else (4, 2, 1, 3) if name in ("gamma", "beta") else None
    place = (4, 2, 0, 3, 3) if name == "decision" else place  # the last class is what the others leave
    place = place or tuple(size // 2 for size in values.shape)
    low, high = np.nanmin(values), np.nanmax(values)
    values[place] = low + (high - low) * (0.25 if values[place] > (low + high) / 2 else 0.75)
    other = replace(history, arrays={**history.arrays, name: values})
    assert _id(pack(history)) != _id(pack(other))
    assert pack(replace(history)) == pack(history)


def _id(packed: bytes) -> str:
    length = int.from_bytes(packed[:4], "little")
    return json.loads(packed[4 : 4 + length])["id"]
