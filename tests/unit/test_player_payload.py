"""The packed recording is read back here as its docstring says, and compared with the history."""

import gc
import gzip
import json
from dataclasses import replace
from weakref import ref

import numpy as np
import pytest

from bnviz import Experiment, History, Intervention, Run, train
from bnviz.history import RUNNING, STAGES, followed_units
from bnviz.lessons.the_question.race import RACE
from bnviz.styles import SYMBOL_COLORS, run_styles
from bnviz.ui import player as playing
from bnviz.ui.player.payload import MAX_UNITS, pack
from bnviz.ui.player.table import layer_table, player_table
from bnviz.ui.player.unit_values import pack_units
from bnviz.ui.server.stream import Packed

FLOAT32 = 1e-6


def unpack(packed: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    length = int.from_bytes(packed[:4], "little")
    header = json.loads(packed[4 : 4 + length].decode())
    start = 4 + length
    assert start % 4 == 0
    arrays = {}
    for section in header["sections"]:
        assert section["offset"] % 4 == 0
        dtype = np.dtype(section["dtype"]).newbyteorder("<")
        count = int(np.prod(section["shape"]))
        flat = np.frombuffer(packed, dtype, count, start + section["offset"])
        arrays[section["name"]] = flat.reshape(section["shape"])
    return header, arrays


@pytest.fixture(scope="module")
def history() -> History:
    return train(
        Experiment(
            dataset="moons",
            widths=(40, 6),
            steps=12,
            records=8,
            interventions=(Intervention(step=5, factor=3.0),),
            runs=(Run(norm="none"), Run(norm="affine", label="mine"), Run(norm="batch")),
        )
    )


@pytest.fixture(scope="module")
def unpacked(history: History) -> tuple[dict, dict[str, np.ndarray]]:
    return unpack(pack(history))


def test_header_names_runs_layers_and_interventions(history, unpacked):
    header, _ = unpacked
    assert [run["label"] for run in header["runs"]] == [style.label for style in run_styles(history.experiment)]
    assert [run["norm"] for run in header["runs"]] == ["none", "affine", "batch"]
    assert [run["status"] for run in header["runs"]] == ["finished"] * 3
    assert header["layers"] == ["layer 1", "layer 2"]
    assert header["stages"] == list(STAGES)
    assert header["interventions"] == [{"step": 5, "factor": 3.0}]
    assert header["autoplay"] is True


def test_scores_and_steps_are_kept(history, unpacked):
    _, arrays = unpacked
    np.testing.assert_array_equal(arrays["steps"], history.steps)
    for name in ("loss", "accuracy"):
        np.testing.assert_allclose(arrays[name], history.arrays[name], rtol=FLOAT32)


def test_histogram_shares_add_up(history, unpacked):
    _, arrays = unpacked
    counts = history.arrays["counts"]
    share = counts / counts.sum(-1, keepdims=True)
    np.testing.assert_allclose(arrays["outside"], share[..., [0, -1]], atol=FLOAT32)
    drawn = arrays["heights"] / 255 * arrays["peak"][..., None]
    zero_bin = int(np.searchsorted(history.arrays["edges"][-1], 0.0, side="right") - 1)
    drawn[..., -1, zero_bin] += arrays["zero"][..., -1]
    # One step of the height's 255 is 1/510 of the peak away from the truth at most.
    np.testing.assert_allclose(drawn, share[..., 1:-1], atol=share.max() / 510 + FLOAT32)


def test_relu_zeros_are_shown_apart_after_the_activation_only(unpacked):
    header, arrays = unpacked
    assert header["zero_bin"]["stage"] == STAGES.index("post_activation")
    assert (arrays["zero"][..., -1] > 0.2).all()
    assert (arrays["zero"][..., :-1] == 0).all()
    assert (arrays["heights"][..., -1, header["zero_bin"]["bin"]] == 0).all()


def test_other_activations_keep_every_bin():
    experiment = Experiment(dataset="moons", widths=(4,), activation="tanh", steps=2, records=2, runs=(Run(),))
    header, arrays = unpack(pack(train(experiment)))
    assert header["zero_bin"] is None
    assert (arrays["zero"] == 0).all()


def test_moments_pool_the_units(history, unpacked):
    """Batch norm with γ = 1, β = 0 at step 0: every unit has mean 0 and sd 1, so the layer has."""
    _, arrays = unpacked
    normalized = STAGES.index("normalized")
    np.testing.assert_allclose(arrays["mean"][:, 2, :, normalized], 0, atol=1e-5)
    np.testing.assert_allclose(arrays["sd"][:, 2, :, normalized], 1, atol=1e-2)
    mean, std = (history.arrays[name][3, 0, 1, 0, :6].astype(float) for name in ("mean", "std"))
    total = np.sqrt((std**2 + mean**2).mean() - mean.mean() ** 2)
    np.testing.assert_allclose(arrays["sd"][3, 0, 1, 0], total, rtol=1e-5)


@pytest.mark.parametrize(("name", "source"), [("gamma", "gamma"), ("beta", "beta"), ("mu", "mean"), ("sigma", "std")])
def test_trajectories_come_back_within_half_a_code(history, unpacked, name, source):
    header, arrays = unpacked
    values = history.arrays[source]
    if source in ("mean", "std"):
        values = values[..., STAGES.index("pre_norm"), :]
    for layer, units in enumerate(header["units"]):
        scale = header["scales"][name][layer]
        codes = arrays[name][:, layer, : len(units["drawn"])].astype(float)
        codes[codes == 65535] = np.nan
        decoded = scale["lo"] + (scale["hi"] - scale["lo"]) * codes / 65534
        expected = values[:, :, layer][..., units["drawn"]].transpose(1, 2, 0)
        if not scale["clipped"]:
            np.testing.assert_allclose(decoded, expected, atol=(scale["hi"] - scale["lo"]) / 65534)
        np.testing.assert_array_equal(np.isnan(decoded), np.isnan(expected))
    assert not header["scales"]["beta"][0]["clipped"]


def test_wide_layers_are_thinned_and_say_so(unpacked):
    header, _ = unpacked
    wide, narrow = header["units"]
    assert wide["of"] == 40
    assert len(wide["drawn"]) == MAX_UNITS
    assert wide["drawn"][0] == 0
    assert wide["drawn"][-1] == 39
    assert narrow == {"drawn": [0, 1, 2, 3, 4, 5], "of": 6}


def test_decision_regions_come_back(history, unpacked):
    header, arrays = unpacked
    assert header["classes"] == 2
    np.testing.assert_allclose(arrays["decision"] / 255, history.arrays["decision"][:, :, :1], atol=0.51 / 255)
    np.testing.assert_array_equal(arrays["point_labels"], history.arrays["point_labels"])


def test_a_diverged_run_leaves_the_others_readable():
    experiment = Experiment(
        dataset="digits", widths=(16, 16), steps=30, records=30, runs=(Run(norm="none", lr=1e9), Run(norm="batch"))
    )
    history = train(experiment)
    header, arrays = unpack(pack(history))
    assert header["runs"][0]["status"].startswith("diverged at step")
    assert arrays["recorded"][0] < arrays["recorded"][1] == len(history.steps)
    assert (arrays["mu"][0, :, :, arrays["recorded"][0] :] == 65535).all()
    for scale in header["scales"]["mu"]:
        assert max(abs(scale["lo"]), abs(scale["hi"])) <= 100


def test_id_tells_contents_apart(history):
    first, same, other = pack(history), pack(history), pack(history, autoplay=False)
    assert first == same
    assert unpack(first)[0]["id"] != unpack(other)[0]["id"]


def test_a_part_of_a_training_that_goes_on_names_the_step_that_is_planned(history):
    def planned(*status: str) -> int | None:
        return unpack(pack(replace(history, status=status)))[0]["planned"]

    assert planned(RUNNING, RUNNING, RUNNING) == 12
    assert planned("diverged at step 3", RUNNING, "diverged at step 2") == 12
    assert planned("finished", "finished", "diverged at step 2") is None
    assert planned("stopped at step 7", "stopped at step 7", "stopped at step 7") is None


def test_a_history_is_packed_once_for_all_who_look_at_it(history):
    first = playing.packed(history)
    assert playing.packed(history) is first
    assert first.data == pack(history)
    layer = playing.packed(history, view="layer")
    assert layer.data == pack(history, view="layer")
    assert playing.packed(history, False).data == pack(history, autoplay=False)
    assert playing.packed(history, view="layer") is layer


def test_what_plays_goes_on_with_the_whole_of_the_same_training_and_no_other(history, monkeypatch):
    given = []
    monkeypatch.setattr(playing, "_component", lambda **options: given.append((options["key"], options["data"])))
    experiment = history.experiment
    playing.growing_player("bnviz/stream/token", "7", experiment, key="race", on_stop=lambda: None)
    playing.player(history, key="race")
    (key, part), (same_key, whole) = given
    assert key == same_key == "race"
    assert part == {"stream": "bnviz/stream/token", "watch": "7", "of": whole["of"]}
    addresses = {"address": playing.packed(history).address, "units": playing.packed_units(history).address}
    assert whole == {**addresses, "of": playing.training_name(experiment)}
    assert playing.training_name(experiment.model_copy(update={"seed": 1})) != whole["of"]


def test_single_units_are_packed_when_they_are_asked_for_and_once(history, monkeypatch):
    calls = []
    monkeypatch.setattr(playing, "pack_units", lambda given: calls.append(given) or pack_units(given))
    held = replace(history)
    units = playing.packed_units(held)
    assert (calls, playing.packed_units(held) is units) == ([], True)
    assert gzip.decompress(units.compressed) == gzip.decompress(units.compressed) == pack_units(history)
    assert len(calls) == 1
    assert units.address != playing.packed(held).address
    del calls[:]
    gone = ref(held)
    del held
    gc.collect()
    assert gone() is None, "what is kept for as long as a history holds it"


def test_there_are_no_single_units_in_the_view_of_one_layer_and_in_old_files(history, monkeypatch):
    given = []
    monkeypatch.setattr(playing, "_component", lambda **options: given.append(options["data"]))
    playing.player(history, key="layer", view="layer")
    old = replace(history, arrays={name: each for name, each in history.arrays.items() if name != "example_units"})
    playing.player(old, key="old")
    assert all("units" not in data for data in given)


def test_what_single_units_are_packed_into(history):
    header, arrays = unpack(pack_units(history))
    values = history.arrays["example_units"].astype(float)
    assert arrays["values"].shape == values.shape
    known = np.isfinite(values)
    assert ((arrays["values"] == 255) == ~known).all()
    low, high = arrays["ranges"][..., 0, None].astype(float), arrays["ranges"][..., 1, None].astype(float)
    decoded = low + (high - low) * arrays["values"] / 254
    step = np.broadcast_to((high - low) / 254, values.shape)
    assert (np.abs(decoded - values)[known] <= (0.5 * step + 1e-6)[known]).all()
    assert header["axis"] == [values[known].min(), values[known].max()]
    assert not header["beyond"]
    for units, width in zip(header["units"], history.experiment.widths, strict=True):
        assert units == {"numbers": list(followed_units(width)), "of": width}
    assert header["symbols"]["gamma"] == [SYMBOL_COLORS[theme]["gamma"] for theme in ("light", "dark")]


def test_table_holds_the_last_record_of_every_run(history):
    table = player_table(history, rows=3)
    assert list(table["step"].unique()) == sorted(table["step"].unique())
    assert len(table) == 9
    last = table[table["step"] == 12].set_index("run")
    np.testing.assert_allclose(last.loc["mine", "loss, test"], history.arrays["loss"][-1, 1, 1])
    assert set(last["status"]) == {"finished"}
    assert {"layer 1 mean", "layer 2 sd"} <= set(table.columns)


def test_table_names_the_stages_on_a_wrong_one(history):
    with pytest.raises(ValueError, match="pre_norm, normalized, post_affine, post_activation"):
        player_table(history, stage="after")


def test_the_view_of_one_layer_adds_the_output_and_leaves_out_what_it_does_not_draw(history, unpacked):
    whole, _ = unpacked
    header, arrays = unpack(pack(history, view="layer"))
    assert (whole["view"], header["view"]) == ("training", "layer")
    assert not {"edges", "heights", "peak", "outside", "zero", "decision", "points"} & set(arrays)
    assert not {"output_mean", "output_sd", "mean_less_beta", "sd_less_gamma"} & set(unpacked[1])
    assert len(pack(history, view="layer")) < len(pack(history))
    after = STAGES.index("post_affine")
    mean, std = (history.arrays[name][..., after, :] for name in ("mean", "std"))
    sources = {
        "output_mean": mean,
        "output_sd": std,
        "mean_less_beta": mean - history.arrays["beta"],
        "sd_less_gamma": std - abs(history.arrays["gamma"]),
    }
    for name, source in sources.items():
        for layer, units in enumerate(header["units"]):
            scale = header["scales"][name][layer]
            decoded = scale["lo"] + (scale["hi"] - scale["lo"]) * arrays[name][:, layer, : len(units["drawn"])] / 65534
            expected = source[:, :, layer][..., units["drawn"]].transpose(1, 2, 0)
            there = np.isfinite(expected)
            assert (arrays[name][:, layer, : len(units["drawn"])][~there] == 65535).all()
            drawn = expected[there].clip(scale["lo"], scale["hi"])
            assert scale["clipped"] == (drawn != expected[there]).any()
            np.testing.assert_allclose(decoded[there], drawn, atol=(scale["hi"] - scale["lo"]) / 65534)


def test_the_table_of_layers_holds_means_over_the_units(history):
    table = layer_table(history, rows=3)
    assert len(table) == 3 * 3 * 2
    assert table["step"].is_monotonic_increasing
    last = table.query("step == 12 and run == 'batch norm'").set_index("layer")
    assert last.loc[2, "μ"] == pytest.approx(history.arrays["mean"][-1, 2, 1, 0, :6].mean(), rel=1e-6)
    assert last.loc[1, "mean of y"] == pytest.approx(last.loc[1, "β"], abs=1e-5)
    assert last.loc[1, "sd of y"] == pytest.approx(last.loc[1, "γ"], rel=1e-2)
    assert table.loc[table["run"] == "plain", "γ"].isna().all()


def test_the_strip_of_the_race_costs_little_to_send():
    """The first page waits for it. At most 400 kB, compressed as it is sent."""
    history = train(RACE)
    without = {name: values for name, values in history.arrays.items() if not name.startswith("example_")}
    sizes = [len(Packed(pack(each)).compressed) for each in (history, replace(history, arrays=without))]
    assert 0 < sizes[0] - sizes[1] < 400_000
