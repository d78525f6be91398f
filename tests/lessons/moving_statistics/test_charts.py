"""Charts of the lesson on moving statistics: what a reader would miss if it were gone."""

import numpy as np
import pandas as pd
import pytest

from bnviz.charts.theme import PALETTES
from bnviz.lessons.moving_statistics import charts
from bnviz.styles import RunStyle
from tests.unit.specs import values

STYLES = (
    RunStyle("plain", "#d55e00", "#ff9b5e", ()),
    RunStyle("detached", "#8a5fbf", "#c9a6f5", (8, 3)),
    RunStyle("batch norm", "#0072b2", "#6fc3ff", ()),
)


def kicked() -> pd.DataFrame:
    """Run 0 shifts by 0.5·kicks and doubles at each kick, run 1 nearly stays, run 2 stays to the bit."""
    names = ["kind", "kicks", "run", "unit"]
    frame = pd.MultiIndex.from_product([["scale", "noise"], range(4), range(3), range(5)], names=names).to_frame(False)
    shift = np.choose(frame["run"], [0.5 * frame["kicks"], 1e-7 * frame["kicks"], 0 * frame["kicks"]])
    sd = np.where(frame["run"] == 0, 2.0 ** frame["kicks"], 1.0)
    return frame.assign(shift=shift, sd=sd, sd_before=1.0, log_sd=np.log(sd))


def descended() -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([range(41), range(3)], names=["step", "run"]).to_frame(index=False)
    decrease = np.where((frame["run"] == 1) & (frame["step"] % 2 == 0), -0.1, 0.1)
    decrease = np.where(frame["step"] == 40, np.nan, decrease)
    tiny = np.where(frame["step"] % 20 == 0, np.where(frame["run"] == 1, 0.3, 1.0), np.nan)
    return frame.assign(loss=2 / (1 + frame["step"]), decrease=decrease, ratio=decrease * 20, tiny_ratio=tiny)


def agreed() -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([[0, 1], [4, 16, 64]], names=["run", "size"]).to_frame(index=False)
    mean = 0.5 + 0.1 * frame["run"]
    return frame.assign(mean=mean, low=mean - 0.7, high=mean + 0.1)


FIGURES = {
    "shift": lambda **more: charts.plot_kicked(kicked(), STYLES, quantity="shift", kind="noise", kicks=1, **more),
    "spread": lambda **more: charts.plot_kicked(kicked(), STYLES, quantity="sd_ratio", kind="scale", kicks=2, **more),
    "rises": lambda **more: charts.plot_rises(descended(), STYLES, **more),
    "decrease": lambda **more: charts.plot_decrease(descended(), STYLES, **more),
    "agreement": lambda **more: charts.plot_gradient_agreement(agreed(), STYLES, **more),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_title_description_and_the_look_of_its_theme(name):
    light, dark = (FIGURES[name](theme=theme).to_dict() for theme in ("light", "dark"))
    assert light["description"]
    assert light["title"]["text"]
    assert light["config"]["axis"]["labelColor"] == PALETTES["light"].text
    assert dark["config"]["axis"]["labelColor"] == PALETTES["dark"].text


def test_a_kick_is_one_point_a_unit_in_the_row_of_its_network():
    spec = FIGURES["shift"]().to_dict()
    points, means = values(spec, 0), values(spec, 1)
    assert len(points) == 15
    assert (np.round(points["place"]) == points["run"]).all()
    assert means["value"].tolist() == pytest.approx([0.5, 1e-7, 1e-7])
    axis = spec["layer"][0]["encoding"]["y"]["axis"]
    assert axis["labelExpr"] == '["plain", "detached", "batch norm"][datum.value]'
    assert "at the left edge" in " ".join(spec["title"]["subtitle"])
    assert "plain 0.5; detached 10⁻⁷; batch norm 0" in spec["description"]


def test_the_range_of_kicks_is_that_of_all_of_their_kind():
    domains = [
        charts.plot_kicked(kicked(), STYLES, quantity="sd_ratio", kind="scale", kicks=kicks).to_dict()["layer"][1][
            "encoding"
        ]["x"]["scale"]["domain"]
        for kicks in (1, 2, 3)
    ]
    assert domains == [domains[0]] * 3
    assert domains[0][1] >= 8


def test_the_spread_has_a_rule_at_one_and_a_geometric_mean():
    spec = FIGURES["spread"]().to_dict()
    assert values(spec, 0)["value"].tolist() == [1.0]
    assert values(spec, 2)["value"].tolist() == pytest.approx([4, 1, 1])


def test_wide_axes_are_labeled_by_powers_of_ten_and_narrow_ones_are_not():
    wide, narrow = (FIGURES[name]().to_dict()["layer"][1]["encoding"]["x"]["axis"] for name in ("shift", "spread"))
    assert "⁻" in wide["labelExpr"]
    assert "labelExpr" not in narrow


def test_no_kick_and_no_spread_are_said():
    none = charts.plot_kicked(kicked(), STYLES, quantity="shift", kind="noise", kicks=0)
    assert "Before the first kick" in none.to_dict()["description"]
    dead = kicked().assign(log_sd=np.nan)
    nothing = charts.plot_kicked(dead, STYLES, quantity="shift", kind="noise", kicks=1)
    assert "No unit has a spread" in nothing.to_dict()["description"]


def test_rises_are_crosses_on_the_loss():
    spec = FIGURES["rises"]().to_dict()
    crosses = values(spec, 1)
    assert crosses["run"].unique().tolist() == [1]
    assert len(crosses) == 20
    assert spec["layer"][1]["mark"]["shape"] == "cross"
    assert "plain 0; detached 20; batch norm 0" in spec["description"]


def test_a_ratio_beyond_the_axis_is_drawn_at_its_edge_and_the_note_says_so():
    spec = FIGURES["decrease"]().to_dict()
    drawn, tiny = values(spec, 1), values(spec, 2)
    assert drawn["shown"].min() == -0.75
    assert drawn["shown"].max() == 1.5
    assert "at its edge" in " ".join(spec["title"]["subtitle"])
    assert sorted(tiny["step"].unique()) == [0, 20]
    assert spec["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0, 40]
    assert "plain 1.0000; detached 0.3000; batch norm 1.0000" in spec["description"]
    calm = charts.plot_decrease(descended().assign(ratio=0.5), STYLES).to_dict()
    assert "at its edge" not in " ".join(calm["title"]["subtitle"])


def test_sizes_double_along_the_axis_and_the_band_may_pass_below_zero():
    spec = FIGURES["agreement"]().to_dict()
    x, y = (spec["layer"][1]["encoding"][axis] for axis in "xy")
    assert (x["scale"]["type"], x["scale"]["base"]) == ("log", 2)
    assert x["scale"]["domain"] == [4, 64]
    assert x["axis"]["values"] == [4, 16, 64]
    assert y["scale"]["domain"] == pytest.approx([-0.2, 1])
    assert "Batches of 4: plain 0.50; detached 0.60." in spec["description"]


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (charts.plot_rises, "no curve to draw"),
        (charts.plot_decrease, "no ratio to draw"),
    ],
)
def test_nothing_finite_is_said(chart, words):
    nothing = descended().assign(loss=np.nan, ratio=np.nan)
    assert words in chart(nothing, STYLES).to_dict()["description"]
    assert "no" in charts.plot_gradient_agreement(agreed().assign(mean=np.nan), STYLES).to_dict()["description"].lower()
