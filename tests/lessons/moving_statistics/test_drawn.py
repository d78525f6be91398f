"""What stands where in the pictures of the lesson on moving statistics."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.moving_statistics import charts
from bnviz.styles import RunStyle
from bnviz.words import typeset
from tests.lessons.drawn import require_colors, require_drawn
from tests.wiring.pictures import picture

STYLES = tuple(RunStyle(name, f"#{n}{n}1111", f"#{n}{n}aaaa", (n, 3)) for n, name in enumerate(("a", "b", "c"), 1))
NAMES = dict(enumerate("abc"))
KICKED = pd.MultiIndex.from_product(
    [["scale", "noise"], range(4), range(3), range(5)], names=["kind", "kicks", "run", "unit"]
).to_frame(index=False)
KICKED = KICKED.assign(
    shift=lambda f: 0.1 * (1 + f["run"]) * (1 + f["unit"]) * f["kicks"] * np.where(f["kind"] == "noise", 3, 1),
    sd=lambda f: 2.0 ** (f["kicks"] * (1 + f["run"])) * (1 + f["unit"]),
    sd_before=lambda f: 1.0 + f["unit"],
    log_sd=lambda f: np.log(f["sd"] / f["sd_before"]),
    name=lambda f: f["run"].map(NAMES),
)
DESCENT = pd.DataFrame({"step": np.repeat(range(41), 3), "run": [0, 1, 2] * 41}).assign(
    loss=lambda f: (1 + f["run"]) / (1 + f["step"]),
    decrease=lambda f: np.where((f["run"] == 1) & (f["step"] % 4 == 0), -0.1, 0.1),
    ratio=lambda f: 0.2 + 0.1 * f["run"] + 0.01 * f["step"],
    tiny_ratio=lambda f: np.where(f["step"] % 20 == 0, 1 - 0.25 * f["run"], np.nan),
    name=lambda f: f["run"].map(NAMES),
)
AGREED = pd.MultiIndex.from_product([[0, 1], [4, 16, 64]], names=["run", "size"]).to_frame(index=False)
AGREED = AGREED.assign(
    mean=lambda f: 0.3 + 0.2 * f["run"] + 0.001 * f["size"],
    low=lambda f: f["mean"] - 0.2 - 0.1 * f["run"],
    high=lambda f: f["mean"] + 0.1,
    name=lambda f: f["run"].map(NAMES),
)


@pytest.mark.parametrize(("kind", "kicks"), [("noise", 1), ("noise", 3), ("scale", 2)])
@pytest.mark.parametrize("quantity", ["shift", "sd_ratio"])
def test_each_unit_stands_where_the_kicks_took_it(kind, kicks, quantity):
    chart = picture(charts.plot_kicked(KICKED, STYLES, quantity=quantity, kind=kind, kicks=kicks))
    own = KICKED[(KICKED["kind"] == kind) & (KICKED["kicks"] == kicks)]
    own = own.assign(value=own["shift"] if quantity == "shift" else own["sd"] / own["sd_before"])
    points, means = chart.layer("point"), chart.layer("rule", int(quantity == "sd_ratio"))
    require_drawn(points, own, x="value", color="name")
    assert points.drawn("y")["y"].round().tolist() == own["run"].tolist()
    wanted = own.groupby("run")["value"].agg("mean" if quantity == "shift" else lambda v: np.exp(np.log(v).mean()))
    assert means.drawn("x")["x"].tolist() == pytest.approx(wanted.tolist())
    assert means.drawn("y", "y2").mean(axis=1).tolist() == pytest.approx([0, 1, 2])
    titles = {
        "shift": ("How far the mean of y moved", "shift / sd before (log scale)"),
        "sd_ratio": ("How the spread of y changed", "sd after / sd before (log scale)"),
    }
    assert (chart.title[0], points.axis_title("x")) == titles[quantity]
    assert chart.description.endswith(
        typeset(f"After {kicks} of 3 kicks: " + "; ".join(f"{NAMES[run]} {value:.2g}" for run, value in wanted.items()))
        + "."
    )
    if quantity == "sd_ratio":
        assert chart.layer("rule").drawn("x")["x"].tolist() == [1.0]
    require_points_colors(points)


def require_points_colors(points):
    scale = points.encoding["color"]["scale"]
    assert dict(zip(scale["domain"], scale["range"], strict=True)) == {style.label: style.color for style in STYLES}


def test_a_cross_stands_on_each_loss_that_the_next_update_raised():
    chart = picture(charts.plot_rises(DESCENT, STYLES))
    require_drawn(chart.layer("line"), DESCENT, x="step", y="loss", color="name", strokeDash="name")
    rises = DESCENT[DESCENT["decrease"] < 0]
    require_drawn(chart.layer("point"), rises, x="step", y="loss", color="name")
    assert chart.description.endswith("a 0; b 11; c 0.")
    assert chart.layer("line").axis_title("y") == "cross-entropy (nats, log scale)"
    require_colors(chart, STYLES)


def test_lines_are_whole_updates_and_points_tiny_ones():
    chart = picture(charts.plot_decrease(DESCENT, STYLES))
    assert chart.layer("rule").drawn("y")["y"].tolist() == [0.0, 1.0]
    require_drawn(chart.layer("line"), DESCENT, x="step", y="ratio", color="name", strokeDash="name")
    tiny = DESCENT.dropna(subset="tiny_ratio")
    require_drawn(chart.layer("point"), tiny, x="step", y="tiny_ratio", color="name", size="run")
    assert chart.description.endswith("a 1.0000; b 0.7500; c 0.5000.")
    require_colors(chart, STYLES)


def test_the_band_is_around_the_mean_of_its_run():
    chart = picture(charts.plot_gradient_agreement(AGREED, STYLES[:2]))
    require_drawn(chart.layer("area"), AGREED, x="size", y="low", y2="high", color="name")
    for mark in ("line", "point"):
        require_drawn(chart.layer(mark), AGREED, x="size", y="mean", color="name")
    assert chart.description.endswith("Batches of 4: a 0.30; b 0.50.")
    require_colors(chart, STYLES[:2])
