"""What stands where in the pictures of one unit: the numbers of the lesson, on the channels that a reader sees."""

import pandas as pd
import pytest

from bnviz.lessons.what_it_computes import charts
from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.styles import SYMBOL_COLORS
from tests.lessons.drawn import require_drawn
from tests.wiring.pictures import picture

BATCH = lesson.UnitBatch((1.0, 2.0, 4.0, 9.0), (0.5, -0.5, 1.0, 0.25), 1.5, 0.25, 0.1)
BACKWARD = lesson.backward(BATCH)


@pytest.mark.parametrize("example", [2, 4])
def test_each_bar_begins_where_the_one_before_it_ends(example):
    chart = picture(charts.plot_backward(BACKWARD, example=example))
    dy, mean, along, rest = (BACKWARD[name] for name in ("upstream", "mean_part", "along_part", "rest"))
    sides = {
        "dy": (0 * dy, dy),
        "−mean": (dy, dy + mean),
        "−along x̂": (dy + mean, dy + mean + along),
        "what is left": (0 * dy, rest),
    }
    bars = [BACKWARD[["example"]].assign(part=part, low=low, high=high) for part, (low, high) in sides.items()]
    require_drawn(chart.layer("bar", 1), pd.concat(bars), x="example", xOffset="part", color="part", y="low", y2="high")
    assert chart.layer("bar").drawn("x")["x"].tolist() == [example]
    assert chart.layer("bar", 1).encoding["xOffset"]["sort"] == list(sides)
    color, inks = chart.layer("bar", 1).encoding["color"]["scale"], SYMBOL_COLORS["light"]
    assert dict(zip(color["domain"], color["range"], strict=True)) == {
        "dy": inks["y"], "−mean": inks["mean"], "−along x̂": inks["var"], "what is left": inks["x"]
    }  # fmt: skip


@pytest.mark.parametrize("example", [1, 4])
def test_the_line_is_what_is_taken_away_and_the_sticks_what_is_left(example):
    chart = picture(charts.plot_projection(BACKWARD, example=example))
    rows = BACKWARD.assign(line=BACKWARD["upstream"] - BACKWARD["rest"])
    require_drawn(chart.layer("line"), rows, x="normalized", y="line")
    require_drawn(chart.layer("rule"), rows, x="normalized", y="upstream", y2="line")
    require_drawn(chart.layer("circle"), rows, x="normalized", y="upstream")
    require_drawn(chart.layer("circle", 1), rows[rows["example"] == example], x="normalized", y="upstream")
    told = {entry["title"]: entry["field"] for entry in chart.layer("circle").encoding["tooltip"][1:]}
    assert told == {"dy": "upstream", "taken away": "line", "what is left": "rest"}


def test_axes_are_named_by_what_they_show():
    backward, line = (
        picture(chart)
        for chart in (
            charts.plot_backward(BACKWARD, example=1),
            charts.plot_projection(BACKWARD, example=1),
        )
    )
    assert backward.layer("bar", 1).axis_title("y") == "gradient (no unit)"
    assert {layer.axis_title("x") for layer in line.layers} == {"x̂ (no unit)"}
    assert {layer.axis_title("y") for layer in line.layers} == {"dy (no unit)"}
