"""Charts of the lesson on scale: what a reader would miss if it were gone."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.scale_decoupling import charts
from bnviz.lessons.scale_decoupling.scale import EPSILONS, SCALES
from bnviz.styles import RunStyle
from tests.unit.specs import require_words_and_themes, values
from tests.wiring.pictures import picture

STYLES = (RunStyle("plain", "#d55e00", "#ff9b5e", ()), RunStyle("batch norm", "#0072b2", "#6fc3ff", ()))
THREE = tuple(RunStyle(name, "#0072b2", "#6fc3ff", ()) for name in ("first", "second", "third"))


def scaled() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([[0, 1], EPSILONS, SCALES], names=["run", "eps", "scale"])
    frame = index.to_frame(index=False)
    return frame.assign(
        output_sd=1 + frame["eps"], gradient_ratio=1 / frame["scale"], relative_step_ratio=frame["scale"] ** -2.0
    )


def grown() -> pd.DataFrame:
    """A 3-4-5 triangle in run 1; run 0 moves straight on."""
    columns = ["step", "run", "length", "next_length", "move", "cosine", "squared", "predicted"]
    places = ["x", "y", "next_x", "next_y"]
    rows = [
        (0, 0, 3.0, 4.0, 1.0, -1.0, 16.0, 10.0, 3.0, 0.0, 4.0, 0.0),
        (1, 0, 4.0, 5.0, 1.0, -1.0, 25.0, 11.0, 4.0, 0.0, 5.0, 0.0),
        (0, 1, 3.0, 5.0, 4.0, 0.0, 25.0, 25.0, 3.0, 0.0, 3.0, 4.0),
        (1, 1, 5.0, 13.0, 12.0, 0.0, 169.0, 169.0, 3.0, 4.0, -6.6, 11.2),
    ]
    return pd.DataFrame(rows, columns=columns + places)


def coinciding() -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([range(5), [0, 1, 2]], names=["step", "run"]).to_frame(index=False)
    return frame.assign(loss=np.where(frame["run"] == 1, 2.0, 0.5), difference=np.where(frame["run"] == 1, 1.5, 0.0))


FIGURES = {
    "output": lambda **more: charts.plot_scaled(scaled(), STYLES, quantity="output_sd", eps=0.1, scale=10.0, **more),
    "gradient": lambda **more: charts.plot_scaled(
        scaled(), STYLES, quantity="gradient_ratio", eps=0.1, scale=10.0, **more
    ),
    "update": lambda **more: charts.plot_scaled(
        scaled(), STYLES, quantity="relative_step_ratio", eps=0.1, scale=10.0, **more
    ),
    "path": lambda **more: charts.plot_path(grown(), STYLES, run=1, step=1, **more),
    "growth": lambda **more: charts.plot_growth(grown(), STYLES, step=1, **more),
    "coinciding": lambda **more: charts.plot_coinciding(coinciding(), THREE, **more),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_words_for_all_and_follows_the_theme(figure):
    require_words_and_themes(FIGURES[figure])


def test_the_chosen_eps_is_drawn_and_the_chosen_scale_marked():
    spec = FIGURES["output"]().to_dict()
    rule, lines, theory, points = (values(spec, layer) for layer in range(4))
    assert rule["scale"].tolist() == [10.0]
    assert lines["eps"].unique().tolist() == [0.1]
    assert set(lines["name"]) == {"plain", "batch norm"}
    assert theory["output_sd"].unique().tolist() == [1.0]
    assert points["scale"].unique().tolist() == [10.0]
    assert "At a = 10 and ε = 0.1: plain 1.1; batch norm 1.1." in spec["description"]


def test_theory_for_the_gradient_is_one_over_a():
    theory = values(FIGURES["gradient"]().to_dict(), 2)
    assert np.allclose(theory["gradient_ratio"] * theory["scale"], 1)


def test_theory_for_the_update_is_one_over_a_squared():
    spec = FIGURES["update"]().to_dict()
    theory = values(spec, 2)
    assert np.allclose(theory["relative_step_ratio"] * theory["scale"] ** 2, 1)
    assert "ε = 0: 1/a²" in spec["description"]


def test_an_eps_that_was_not_computed_is_named():
    spec = charts.plot_scaled(scaled(), STYLES, quantity="output_sd", eps=0.3, scale=1.0).to_dict()
    assert "Nothing was computed for ε = 0.3." in spec["description"]


def test_the_triangle_has_its_right_angle_and_the_same_unit_on_both_axes():
    spec = FIGURES["path"]().to_dict()
    sides = values(spec, 2)
    lengths = np.hypot(sides["to_x"] - sides["x"], sides["to_y"] - sides["y"])
    assert lengths.tolist() == pytest.approx([5, 13, 12])
    assert (spec["width"], spec["height"]) == (300, 300)
    encoding = spec["layer"][2]["encoding"]
    spans = [np.ptp(encoding[axis]["scale"]["domain"]) for axis in ("x", "y")]
    assert spans[0] == pytest.approx(spans[1])
    assert "Angle between w and g: 90.0°." in spec["title"]["subtitle"]


def test_the_range_of_the_path_is_the_same_for_every_run_and_step():
    domains = [
        charts.plot_path(grown(), STYLES, run=run, step=step).to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"]
        for run in (0, 1)
        for step in (0, 1)
    ]
    assert domains == [domains[0]] * 4
    assert domains[0][0] <= -6.6
    assert domains[0][1] >= 5


def test_a_run_that_ended_before_any_update_is_named():
    only = grown().query("run == 1")
    assert "plain has no update" in charts.plot_path(only, STYLES, run=0, step=1).to_dict()["description"]


def test_growth_starts_at_the_initial_length_and_shows_the_prediction():
    spec = FIGURES["growth"]().to_dict()
    drawn = values(spec, 1).sort_values(["run", "step"])
    assert drawn["step"].tolist() == [0, 1, 2, 0, 1, 2]
    assert drawn["squared"].tolist() == [9, 16, 25, 9, 25, 169]
    assert drawn["predicted"].tolist() == [9, 10, 11, 9, 25, 169]
    assert values(spec, 0)["step"].tolist() == [2]


def test_curves_that_coincide_can_be_seen_apart():
    spec = FIGURES["coinciding"]().to_dict()
    widths = [layer["mark"]["strokeWidth"] for layer in spec["layer"]]
    assert widths[0] > 2 * max(widths[1:])
    assert [values(spec, layer)["name"].unique().tolist() for layer in range(3)] == [["first"], ["second"], ["third"]]


def test_of_many_steps_an_even_hundred_is_drawn_and_the_note_says_so():
    long = pd.concat([coinciding().assign(step=lambda f, k=k: f["step"] + 5 * k) for k in range(60)])
    spec = charts.plot_coinciding(long, THREE).to_dict()
    steps = values(spec, 0)["step"]
    assert (len(steps), steps.min(), steps.max()) == (100, 0, 299)
    assert "100 of 300 steps drawn." in spec["title"]["subtitle"]


def test_no_finite_loss_is_said():
    nothing = coinciding().assign(loss=np.nan)
    assert "no curve to draw" in charts.plot_coinciding(nothing, THREE).to_dict()["description"]


NAMES = ["plain", "batch norm"]


@pytest.mark.parametrize("quantity", ["output_sd", "gradient_ratio", "relative_step_ratio"])
def test_each_quantity_is_drawn_against_a_under_the_name_of_its_layer(quantity):
    frame = scaled().assign(**{quantity: np.arange(1.0, 1 + len(scaled()))})
    rule, lines, theory, points = picture(
        charts.plot_scaled(frame, STYLES, quantity=quantity, eps=0.1, scale=10.0)
    ).layers
    rows = frame[frame["eps"] == 0.1]
    for layer, wanted in ((lines, rows), (points, rows[rows["scale"] == 10.0])):
        drawn = layer.drawn("x", "y", "color")
        assert drawn["x"].tolist() == wanted["scale"].tolist()
        assert drawn["y"].tolist() == wanted[quantity].tolist()
        assert drawn["color"].tolist() == [NAMES[run] for run in wanted["run"]]
    assert rule.drawn("x")["x"].tolist() == [10.0]
    power = {"output_sd": 0, "gradient_ratio": -1, "relative_step_ratio": -2}[quantity]
    assert np.allclose(theory.drawn("y")["y"], theory.drawn("x")["x"] ** power)


@pytest.mark.parametrize(("run", "step"), [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_the_triangle_is_that_of_the_run_and_the_update(run, step):
    frame = grown()
    row = frame[(frame["run"] == run) & (frame["step"] == step)].iloc[0]
    spokes, path, edges, corner = picture(charts.plot_path(frame, STYLES, run=run, step=step)).layers
    x, y, next_x, next_y = row["x"], row["y"], row["next_x"], row["next_y"]
    assert edges.drawn("x", "y", "x2", "y2", "color").to_numpy().tolist() == [
        [0.0, 0.0, x, y, "‖w‖ before"],
        [0.0, 0.0, next_x, next_y, "‖w′‖ after"],
        [x, y, next_x, next_y, "η‖g‖"],
    ]
    assert [side["length"] for side in edges.rows] == [row["length"], row["next_length"], row["move"]]
    assert corner.drawn("x", "y").to_numpy().tolist() == [[x, y]]
    before = frame[(frame["run"] == run) & (frame["step"] <= step)]
    ends = [*zip(before["x"], before["y"], strict=True), (next_x, next_y)]
    assert [tuple(end) for end in path.drawn("x", "y").to_numpy()] == ends
    assert path.drawn("order")["order"].tolist() == list(range(step + 2))
    assert [tuple(end) for end in spokes.drawn("x", "y").to_numpy()] == ends
    title = picture(charts.plot_path(frame, STYLES, run=run, step=step)).title
    assert title[0] == f"{NAMES[run]}, update {step + 1}"
    assert f"{np.degrees(np.arccos(row['cosine'])):.1f}°" in title[1]


def test_growth_is_drawn_under_the_name_of_its_run_beside_its_own_prediction():
    _, lines, dots = picture(FIGURES["growth"]()).layers
    drawn = lines.drawn("x", "y", "color")
    for run, squared, predicted in ((0, [9, 16, 25], [9, 10, 11]), (1, [9, 25, 169], [9, 25, 169])):
        own = drawn["color"] == NAMES[run]
        order = drawn[own].sort_values("x").index
        assert drawn.loc[order, "x"].tolist() == [0, 1, 2]
        assert drawn.loc[order, "y"].tolist() == squared
        assert dots.drawn("x", "y", "detail").loc[order].to_numpy().tolist() == [
            [step, value, run] for step, value in enumerate(predicted)
        ]


def test_curves_have_the_loss_of_their_own_run():
    frame = coinciding().assign(loss=lambda f: 1.0 + f["step"] + 10 * f["run"])
    for run, layer in enumerate(picture(charts.plot_coinciding(frame, THREE)).layers):
        drawn = layer.drawn("x", "y", "color").sort_values("x")
        assert drawn["x"].tolist() == [0, 1, 2, 3, 4]
        assert drawn["y"].tolist() == [1.0 + step + 10 * run for step in range(5)]
        assert set(drawn["color"]) == {THREE[run].label}
