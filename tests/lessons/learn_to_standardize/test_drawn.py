"""What stands where in the pictures of the lesson on γ and β."""

import numpy as np
import pandas as pd
import pytest

from bnviz.charts.run_losses import plot_run_losses
from bnviz.lessons.learn_to_standardize import charts
from bnviz.styles import RunStyle
from tests.lessons.drawn import require_colors, require_drawn
from tests.wiring.pictures import picture

STYLES = (RunStyle("one", "#111111", "#aaaaaa", (10, 4)), RunStyle("two", "#222222", "#bbbbbb", ()))
NEEDED = pd.DataFrame(
    {
        "mean": [0.0, 5.0, 10.0] * 2,
        "steps": [1, 200, 250_000, 2, 300, 100_000],
        "source": ["theory"] * 3 + ["measured"] * 3,
        "capped": [False] * 5 + [True],
    }
)
RUNS = pd.DataFrame({"step": np.repeat(range(30), 2), "run": [0, 1] * 30}).assign(
    loss=lambda rows: 0.1 + rows["run"] + 0.01 * rows["step"],
    beta=lambda rows: 0.5 * rows["step"] - 2 * rows["run"],
    needed=lambda rows: 1.5 - rows["step"] * rows["run"],
    mean_error=lambda rows: 0.2 + 0.3 * rows["run"],
    std_error=lambda rows: 0.6 + 0.4 * rows["run"],
    name=lambda rows: rows["run"].map({0: "one", 1: "two"}),
)


def tracked(**more):
    return charts.plot_tracked(RUNS, STYLES, field="beta", target="needed", title="β", axis_title="β", **more)


@pytest.mark.parametrize("mean", [0.0, 10.0])
def test_the_steps_needed_are_over_the_mean_and_the_chosen_one_is_marked(mean):
    chart = picture(charts.plot_steps_needed(NEEDED, mean=mean, style=STYLES[1]))
    assert chart.layer("rule").drawn("x")["x"].tolist() == [mean]
    require_drawn(chart.layer("line"), NEEDED[:3], x="mean", y="steps")
    require_drawn(chart.layer("point"), NEEDED[3:5], x="mean", y="steps")
    require_drawn(chart.layer("point", 1), NEEDED[5:], x="mean", y="steps")
    assert chart.layer("point", 1).options["shape"] == "triangle-up"
    assert {layer.options["color"] for layer in chart.layers if layer.mark == "point"} == {"#222222"}
    assert chart.layer("line").axis_title("y") == "steps needed (log scale)"
    said = "100,000 and not there yet" if mean else "2"
    assert f"At mean {mean:g}: {said} steps." in chart.description


def test_a_tracked_number_is_a_line_and_its_target_is_dotted():
    chart = picture(tracked())
    require_drawn(chart.layer("line"), RUNS, x="step", y="beta", color="name", strokeDash="name")
    require_drawn(chart.layer("line", 1), RUNS, x="step", y="needed", color="name")
    assert chart.layer("line", 1).options["strokeDash"] == [1, 4]
    assert chart.description.endswith("one 14.5 at step 29; two 12.5 at step 29.")
    for dark in (False, True):
        require_colors(picture(tracked(theme="dark" if dark else "light")), STYLES, dark=dark)


@pytest.mark.parametrize(
    ("field", "title", "axis"),
    [
        ("mean_error", "Distance of the mean from 0", "|mean| (log scale)"),
        ("std_error", "Distance of the spread from 1", "|sd − 1| (log scale)"),
    ],
)
def test_the_distance_from_standardized_is_the_one_of_the_title(field, title, axis):
    chart = picture(charts.plot_standardization_error(RUNS, STYLES, field=field))
    require_drawn(chart.layer("line"), RUNS, x="step", y=field, color="name")
    assert chart.title[0] == title
    assert chart.layer("line").axis_title("y") == axis
    require_colors(chart, STYLES)


@pytest.mark.parametrize("broad", [None, 0, 1])
def test_losses_are_means_of_ten_batches_in_the_colors_of_their_runs(broad):
    chart = picture(plot_run_losses(RUNS, STYLES, floor=0.25, broad=broad))
    means = RUNS.assign(step=RUNS["step"] // 10 * 10).groupby(["name", "step"], as_index=False)["loss"].mean()
    lines = [layer for layer in chart.layers if layer.mark == "line"]
    assert len(lines) == (1 if broad is None else 2)
    for layer in lines:
        of_layer = means[means["name"].isin(layer.drawn("color")["color"])]
        # A broad line is not dashed: its breadth tells it from the other.
        dash = {} if layer.options.get("strokeWidth", 0) > 3 else {"strokeDash": "name"}
        require_drawn(layer, of_layer, x="step", y="loss", color="name", **dash)
    if broad is not None:
        assert set(lines[0].drawn("color")["color"]) == {STYLES[broad].label}
        assert lines[0].options["strokeWidth"] > lines[1].options["strokeWidth"]
    assert chart.layer("rule").drawn("y")["y"].tolist() == [0.25]
    require_colors(chart, STYLES)
