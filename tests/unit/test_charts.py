"""Charts: what a reader would miss if it were gone, read from the Vega-Lite specification."""

import re
import subprocess
import sys

import altair as alt
import numpy as np
import pandas as pd
import pytest

from bnviz import Experiment, Intervention, Run, charts, train
from bnviz.charts.rows import MOST_ROWS, log_axis, on_log_axis, shared_range, thin
from bnviz.charts.theme import PALETTES
from bnviz.styles import RunStyle

STYLES = (
    RunStyle("plain", "#d55e00", "#ff9b5e", ()),
    RunStyle("γx + β", "#b07a00", "#ffd166", (6, 3)),
    RunStyle("batch norm", "#0072b2", "#6fc3ff", ()),
)
STEPS = np.array([0, 1, 2, 5, 10])


def product(**levels) -> pd.DataFrame:
    return pd.MultiIndex.from_product(levels.values(), names=list(levels)).to_frame(index=False)


def losses(values=1.0) -> pd.DataFrame:
    frame = product(step=STEPS, run=[0, 1, 2], split=["train", "test"])
    return frame.assign(loss=values, accuracy=0.5)


def affine(units=4) -> pd.DataFrame:
    frame = product(step=STEPS, run=[1, 2], layer=[0, 1], unit=range(units))
    return frame.assign(gamma=1.0 + 0.01 * frame["unit"], beta=0.1 * frame["step"] * frame["run"])


def moments() -> pd.DataFrame:
    frame = product(step=STEPS, run=[0, 1, 2], layer=[0], unit=range(101), stage=["pre_norm"])
    return frame.assign(mean=frame["unit"] + 0.0, std=1.0 + frame["step"])


def percentiles() -> pd.DataFrame:
    frame = product(step=STEPS, run=[0, 2], layer=[0], stage=["pre_norm"], percentile=[5, 15, 50, 85, 95])
    return frame.assign(value=(frame["percentile"] - 50) / 10 * (1 + frame["run"]))


def weights() -> pd.DataFrame:
    frame = product(step=STEPS, run=[0, 2], layer=[0, 1, 2])
    rate = np.where(frame["run"] == 2, 0.01, np.nan)
    return frame.assign(weight_norm=1.0 + frame["layer"], grad_norm=0.1 + frame["step"], effective_lr=rate)


FIGURES = {
    "loss": lambda **options: charts.plot_loss(losses(), STYLES, **options),
    "accuracy": lambda **options: charts.plot_accuracy(losses(), STYLES, **options),
    "affine": lambda **options: charts.plot_affine(affine(), STYLES, run=2, layer=1, **options),
    "mean": lambda **options: charts.plot_moments(moments(), STYLES, layer=0, quantity="mean", **options),
    "std": lambda **options: charts.plot_moments(moments(), STYLES, layer=0, quantity="std", **options),
    "percentiles": lambda **options: charts.plot_percentiles(percentiles(), STYLES, run=2, layer=0, **options),
    "weights": lambda **options: charts.plot_weights(weights(), STYLES, **options),
}
NOTHING = {
    "loss": lambda **options: charts.plot_loss(losses(np.nan), STYLES, **options),
    "accuracy": lambda **options: charts.plot_accuracy(losses()[:0], STYLES, **options),
    "affine": lambda **options: charts.plot_affine(affine(), STYLES, run=0, layer=0, **options),
    "moments": lambda **options: charts.plot_moments(moments()[:0], STYLES, layer=0, **options),
    "percentiles": lambda **options: charts.plot_percentiles(percentiles(), STYLES, run=1, layer=0, **options),
    "weights": lambda **options: charts.plot_weights(
        weights().assign(effective_lr=np.nan), STYLES, quantity="effective_lr", **options
    ),
}
EVERY = FIGURES | {f"nothing {name}": draw for name, draw in NOTHING.items()}


def words(spec: dict) -> str:
    return " ".join([*spec["title"]["text"], *spec["title"]["subtitle"]])


def rows(spec: dict, layer: int) -> list[dict]:
    # Data that all layers share stand at the top of the specification.
    data = spec["layer"][layer].get("data") or spec["data"]
    return spec["datasets"][data["name"]]


def marks(spec: dict) -> list[str]:
    return [layer["mark"]["type"] for layer in spec["layer"]]


def walk(spec):
    yield spec
    children = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    for child in children:
        yield from walk(child)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_every_chart_is_legible_described_and_follows_its_container(name, theme):
    spec = EVERY[name](theme=theme).to_dict()
    assert spec["width"] == "container"
    assert spec["autosize"] == {"type": "fit", "contains": "padding"}
    assert len(spec["description"]) > 20
    assert spec["config"]["background"] == "transparent"
    assert spec["config"]["title"]["color"] == PALETTES[theme].text
    sizes = [value for node in walk(spec) if isinstance(node, dict) for key, value in node.items() if "ontSize" in key]
    assert min(sizes) >= 14
    lines = [*spec["title"]["text"], *spec["title"]["subtitle"]]
    assert all(len(line) <= 52 for line in lines), "must fit a screen of 390 px"


@pytest.mark.parametrize("name", list(FIGURES))
def test_axes_are_named_with_their_units_where_they_have_any(name):
    spec = FIGURES[name]().to_dict()
    titles = {}
    for node in walk(spec):
        for channel in ("x", "y"):
            axis = node.get(channel, {}) if isinstance(node, dict) else {}
            if isinstance(axis, dict) and "title" in (axis.get("axis") or {}):
                titles[channel] = axis["axis"]["title"]
                if axis.get("scale", {}).get("type") == "log":
                    assert "log scale" in titles[channel]
    assert set(titles) == {"x", "y"}
    assert not any("no unit" in title for title in titles.values())
    unit = {"loss": "nats", "accuracy": "share"}.get(name, "")
    assert unit in titles["y"]
    if name in FIGURES:
        assert titles["x"] == "step (optimizer updates)"


@pytest.mark.parametrize("name", ["loss", "accuracy", "mean", "std", "weights"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_runs_differ_by_color_dash_and_label(name, theme):
    spec = FIGURES[name](theme=theme).to_dict()
    channels = [node for node in walk(spec) if isinstance(node, dict) and "strokeDash" in node and "color" in node]
    encoding = next(node for node in channels if isinstance(node["color"], dict) and "scale" in node["color"])
    labels = encoding["color"]["scale"]["domain"]
    assert labels == encoding["strokeDash"]["scale"]["domain"]
    drawn = [style for style in STYLES if style.label in labels]
    assert encoding["color"]["scale"]["range"] == [s.color if theme == "light" else s.color_dark for s in drawn]
    assert encoding["strokeDash"]["scale"]["range"] == [list(s.dash) or [1, 0] for s in drawn]
    assert encoding["color"].get("legend") is not None


@pytest.mark.parametrize("name", FIGURES)
def test_interventions_are_rules_that_the_words_explain(name):
    assert "rule" not in marks(FIGURES[name]().to_dict())
    spec = FIGURES[name](interventions=(2, 5)).to_dict()
    rule = marks(spec).index("rule")
    assert [row["step"] for row in rows(spec, rule)] == [2, 5]
    assert "Dotted: intervention after step 2, 5." in words(spec)


@pytest.mark.parametrize("name", NOTHING)
def test_nothing_to_draw_is_said_in_a_sentence(name):
    spec = NOTHING[name]().to_dict()
    assert marks(spec) == ["text"]
    sentence = " ".join(spec["layer"][0]["mark"]["text"])
    assert re.fullmatch(r".{20,}\.", sentence)
    assert sentence in spec["description"]


def test_a_run_that_did_not_finish_ends_in_a_cross():
    frame = losses()
    frame = frame[(frame["run"] != 1) | (frame["step"] <= 2)]
    status = ("finished", "diverged at step 3", "finished")
    for draw in (charts.plot_loss, charts.plot_accuracy):
        spec = draw(frame, STYLES, status=status).to_dict()
        cross = [(row["run"], row["step"]) for row in rows(spec, marks(spec).index("point"))]
        assert cross == [(1, 2)]
        assert "× γx + β: diverged at step 3." in words(spec)
    assert "point" not in marks(charts.plot_loss(frame, STYLES, status=("finished",) * 3).to_dict())


def test_losses_that_a_log_axis_cannot_show_are_clipped_or_left_out_and_said():
    frame = losses()
    test = frame["split"] == "test"
    frame.loc[test & (frame["run"] == 0), "loss"] = 0.0
    frame.loc[test & (frame["run"] == 1), "loss"] = 1e30
    frame.loc[test & (frame["run"] == 2) & (frame["step"] == 10), "loss"] = np.inf
    spec = charts.plot_loss(frame, STYLES).to_dict()
    drawn = pd.DataFrame(rows(spec, 1))
    assert drawn.groupby("run")["loss"].agg(["min", "max"]).values.tolist() == [[1, 1], [1e4, 1e4], [1, 1]]
    assert drawn[drawn["run"] == 2]["step"].max() == 5
    assert "Values below 1 are drawn at the bottom edge." in words(spec)
    assert "Values above 10,000 are drawn at the top edge." in words(spec)


def test_loss_draws_the_two_splits_apart():
    frame = losses()
    frame["loss"] = np.where(frame["split"] == "test", 2.0, 3.0)
    spec = charts.plot_loss(frame, STYLES).to_dict()
    thin_line, thick_line = spec["layer"][:2]
    assert thin_line["mark"]["strokeWidth"] < thick_line["mark"]["strokeWidth"]
    assert {row["loss"] for row in rows(spec, 0)} == {3}
    assert {row["loss"] for row in rows(spec, 1)} == {2}


def test_affine_draws_every_unit_the_median_and_a_range_shared_by_runs():
    spec = charts.plot_affine(affine(), STYLES, run=1, layer=0).to_dict()
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert [layer["encoding"]["y"]["field"] for layer in lines] == ["beta", "beta", "gamma", "gamma"]
    assert {row["unit"] for row in rows(spec, 0)} == {0, 1, 2, 3}
    medians = pd.DataFrame(rows(spec, 1))
    assert medians["gamma"].tolist() == pytest.approx([1.015] * 5)
    assert medians["beta"].tolist() == pytest.approx(0.1 * STEPS)
    other = charts.plot_affine(affine(), STYLES, run=2, layer=0).to_dict()
    domains = [chart["layer"][0]["encoding"]["y"]["scale"]["domain"] for chart in (spec, other)]
    assert domains[0] == domains[1]
    assert domains[0][1] >= 2.0, "run 2 has a β of 2"


def test_many_units_are_thinned_and_said():
    spec = charts.plot_affine(affine(units=300), STYLES, run=1, layer=0).to_dict()
    units = {row["unit"] for row in rows(spec, 0)}
    assert len(units) == 32
    assert {0, 299} <= units
    assert "32 of 300 units drawn." in words(spec)
    assert "units drawn" not in words(charts.plot_affine(affine(units=32), STYLES, run=1, layer=0).to_dict())


def test_moments_show_the_median_and_the_band_over_units():
    spec = charts.plot_moments(moments(), STYLES, layer=0).to_dict()
    frame = pd.DataFrame(rows(spec, 0))
    assert len(frame) == 3 * len(STEPS)
    assert frame[["low", "median", "high"]].drop_duplicates().to_numpy().tolist() == [[15, 50, 85]]
    spread = pd.DataFrame(rows(charts.plot_moments(moments(), STYLES, layer=0, quantity="std").to_dict(), 0))
    assert spread[spread["run"] == 0]["median"].tolist() == (1.0 + STEPS).tolist()


def test_percentiles_beyond_the_recorded_range_reach_the_edge_and_it_is_said():
    frame = percentiles()
    last = (frame["run"] == 2) & (frame["step"] == 10)
    frame.loc[last & (frame["percentile"] == 95), "value"] = np.inf
    frame.loc[last & (frame["percentile"] == 5), "value"] = -np.inf
    spec = charts.plot_percentiles(frame, STYLES, run=2, layer=0).to_dict()
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low == -high
    end = rows(spec, 0)[-1]
    assert (end["p5"], end["p50"], end["p95"]) == (low, 0, high)
    assert "Beyond the recorded range: drawn at the edge." in words(spec)
    assert "edge" not in words(charts.plot_percentiles(percentiles(), STYLES, run=2, layer=0).to_dict())


@pytest.mark.parametrize("side", [1, -1])
def test_only_the_side_with_infinite_percentiles_is_widened(side):
    frame = percentiles()
    frame["value"] = side * (frame["value"].abs() + 2.0)
    frame.loc[(frame["step"] == 10) & (frame["percentile"] == 50), "value"] = -side * np.inf
    spec = charts.plot_percentiles(frame, STYLES, run=2, layer=0).to_dict()
    near, far = sorted(spec["layer"][0]["encoding"]["y"]["scale"]["domain"], key=abs)
    assert near == -far
    frame["value"] = frame["value"].replace(-side * np.inf, side * np.inf)
    spec = charts.plot_percentiles(frame, STYLES, run=2, layer=0).to_dict()
    near, far = sorted(spec["layer"][0]["encoding"]["y"]["scale"]["domain"], key=abs)
    assert abs(near) < 2.5 < 15 < abs(far)


def test_percentile_bands_pair_the_right_percentiles():
    spec = charts.plot_percentiles(percentiles(), STYLES, run=2, layer=0).to_dict()
    pairs = [(layer["encoding"]["y"]["field"], layer["encoding"].get("y2", {}).get("field")) for layer in spec["layer"]]
    assert pairs == [("p5", "p95"), ("p15", "p85"), ("p50", None)]
    assert [rows(spec, 0)[0][name] for name in ("p5", "p50", "p95")] == pytest.approx([-13.5, 0, 13.5])


def test_weights_leave_out_runs_without_the_quantity():
    spec = charts.plot_weights(weights(), STYLES, quantity="effective_lr").to_dict()
    assert {row["name"] for row in rows(spec, 0)} == {"batch norm"}
    spec = charts.plot_weights(weights(), STYLES).to_dict()
    assert {(row["name"], row["depth"]) for row in rows(spec, 0)} == {
        (name, depth) for name in ("plain", "batch norm") for depth in (1, 2, 3)
    }
    strength = spec["layer"][0]["encoding"]["opacity"]["scale"]["range"]
    assert strength == sorted(strength)
    assert strength[-1] == 1


def test_long_frames_stay_below_the_row_limit_and_keep_both_ends():
    frame = product(step=range(5000), run=range(3), layer=range(20)).assign(weight_norm=1.0)
    kept, notes = thin(frame, ["run", "layer"])
    assert len(kept) <= MOST_ROWS
    assert len(kept.groupby(["run", "layer"])) == 60
    assert (kept["step"].min(), kept["step"].max()) == (0, 4999)
    assert notes == ["75 of 5000 recorded steps drawn."]

    kept, notes = thin(product(step=range(100), run=range(1024)), ["run"])
    assert len(kept) <= MOST_ROWS
    assert notes == ["225 of 1024 lines drawn.", "20 of 100 recorded steps drawn."]

    short = product(step=STEPS, run=[0, 1])
    kept, notes = thin(short, ["run"])
    assert kept.equals(short)
    assert notes == []


def test_log_values_stay_inside_of_what_the_axis_shows():
    values, notes = on_log_axis(pd.Series([0.0, -1.0, 0.5, 1e9, np.nan, np.inf]), 1e-3, 1e3)
    assert values.tolist()[:4] == [0.5, 0.5, 0.5, 1e3]
    assert values.isna().tolist() == [False] * 4 + [True] * 2
    assert len(notes) == 2
    assert on_log_axis(pd.Series([1.0, 2.0]), 1e-3, 1e3)[1] == []


@pytest.mark.parametrize(
    ("low", "high"), [(1, 1), (2.1, 2.3), (0.97, 1.03), (10, 99), (0.02, 2.4), (1e-6, 1e4), (1e-12, 1e12), (3, 9)]
)
def test_log_axes_have_a_few_round_ticks(low, high):
    axis = log_axis(pd.Series([low, high], dtype=float), "value (log scale)")
    ticks, (bottom, top) = axis["axis"].to_dict()["values"], axis["scale"].to_dict()["domain"]
    assert 2 <= len(ticks) <= 8
    assert all(bottom <= tick <= top for tick in ticks)
    assert bottom < low
    assert high < top
    assert all(float(f"{tick:.3g}") == pytest.approx(tick, rel=1e-12) for tick in ticks)


def test_a_diverging_run_does_not_stretch_the_shared_range():
    calm = np.linspace(-1, 1, 1000)
    low, high = shared_range(np.concatenate([calm, [1e20, np.inf, np.nan]]))
    assert -3 < low < -1
    assert 1 < high < 3
    low, high = shared_range(calm)
    assert (low, high) == pytest.approx((-1.1, 1.1))
    assert shared_range(np.array([np.nan])) == (0, 1)
    low, high = shared_range(np.ones(3))
    assert low < 1 < high


def test_values_beyond_the_shared_range_are_announced():
    frame = affine(units=30)
    frame.loc[(frame["run"] == 1) & (frame["unit"] == 7) & (frame["step"] == 10), "gamma"] = 1e20
    assert "Values beyond the axis are cut off." in words(charts.plot_affine(frame, STYLES, run=1, layer=0).to_dict())
    assert "cut off" not in words(charts.plot_affine(frame, STYLES, run=2, layer=0).to_dict())


def test_charts_import_neither_torch_nor_streamlit():
    code = "import sys, bnviz.charts; print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def histories():
    common = {"widths": (6, 4), "steps": 12, "records": 8, "batch_size": 16}
    runs = (Run(norm="none"), Run(norm="affine"), Run(norm="batch"))
    kick = (Intervention(step=5, factor=10),)
    return (
        train(Experiment(dataset="digits", activation="sigmoid", runs=runs, interventions=kick, **common)),
        train(Experiment(dataset="moons", runs=(*runs, Run(norm="affine", lr=1e9, label="too fast")), **common)),
    )


def test_a_real_recording_goes_through_every_chart(histories):
    from bnviz.styles import run_styles

    digits, moons = histories
    styles = run_styles(digits.experiment)
    common = {"interventions": [kick.step for kick in digits.experiment.interventions]}
    drawn = [
        charts.plot_loss(digits.losses(), styles, status=digits.status, **common),
        charts.plot_accuracy(digits.losses(), styles, status=digits.status, **common),
    ]
    for layer in (0, 1):
        drawn += [charts.plot_affine(digits.affine(), styles, run=run, layer=layer, **common) for run in (1, 2)]
        for stage in ("pre_norm", "normalized", "post_affine", "post_activation"):
            where = {"layer": layer, "stage": stage}
            drawn += [
                charts.plot_moments(digits.moments(), styles, quantity="mean", **where, **common),
                charts.plot_moments(digits.moments(), styles, quantity="std", **where, **common),
                charts.plot_percentiles(digits.percentiles(), styles, run=2, **where, **common),
            ]
    for quantity in ("weight_norm", "grad_norm", "effective_lr"):
        drawn.append(charts.plot_weights(digits.weights(), styles, quantity=quantity, **common))
    moon_styles = run_styles(moons.experiment)
    drawn.append(charts.plot_loss(moons.losses(), moon_styles, status=moons.status))
    assert "× too fast: diverged at step" in drawn[-1].to_dict()["description"]
    for chart in drawn:
        assert isinstance(chart, alt.LayerChart)
        assert marks(chart.to_dict())[0] != "text", "there is something to draw"
