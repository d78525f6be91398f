"""Charts of the lesson on maps: what a reader would miss if it were gone."""

import pandas as pd
import pytest

from bnviz.lessons.why_not_affine import charts
from bnviz.lessons.why_not_affine.charts import FIELD_TITLES, PICK
from bnviz.styles import RunStyle
from bnviz.ui.lab.sweep import RANGES
from tests.unit.specs import require_words_and_themes, values
from tests.wiring.pictures import picture

STYLES = (RunStyle("plain", "#d55e00", "#ff9b5e", ()), RunStyle("batch norm", "#0072b2", "#6fc3ff", ()))
AXES = {"lr": (0.1, 1.0), "init_scale": (0.01, 1.0)}
COLUMNS = ["run", "lr", "init_scale", "networks", "diverged", "trained", "accuracy", "low", "high", "ended"]
NONE = float("nan")


def table() -> pd.DataFrame:
    rows = [
        (0, 0.1, 0.01, 3, 0, 0, 0.1, 0.1, 0.1, NONE),
        (0, 0.1, 1.0, 3, 0, 3, 0.9, 0.88, 0.93, NONE),
        (0, 1.0, 0.01, 3, 1, 1, 0.6, 0.2, 0.9, 12.0),
        (0, 1.0, 1.0, 3, 3, 0, NONE, NONE, NONE, 4.0),
        (1, 0.1, 1.0, 1, 0, 1, 0.95, 0.95, 0.95, NONE),
        (1, 1.0, 1.0, 1, 1, 0, NONE, NONE, NONE, 4.0),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def one_map(run=0, **more):
    frame = table()
    return charts.plot_map(frame[frame["run"] == run], STYLES[run], AXES, threshold=0.85, note="a note", **more)


def profile(**more):
    cell = {"lr": 1.0, "init_scale": 1.0}
    return charts.plot_profile(table(), STYLES, AXES, along="lr", cell=cell, threshold=0.85, **more)


def deep() -> pd.DataFrame:
    return pd.DataFrame(
        {"control": [False, False, True], "depth": [2, 2, 3], "run": [0, 1, 1], "accuracy": [0.9, 0.95, 0.97]}
    ).assign(lr=0.1)


FIGURES = {
    "map": one_map,
    "profile": profile,
    "depths": lambda **more: charts.plot_depths(deep(), STYLES, **more),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_words_for_all_and_follows_the_theme(figure):
    require_words_and_themes(FIGURES[figure])


def test_a_map_tells_diverged_from_chance_and_from_what_trains():
    spec = one_map().to_dict()
    outline, gone, cells, dots, lost, partly = (values(spec, layer) for layer in range(6))
    assert len(outline) == 4
    assert gone[["lr", "init_scale"]].values.tolist() == lost[["lr", "init_scale"]].values.tolist() == [[1.0, 1.0]]
    assert sorted(cells["accuracy"]) == [0.1, 0.6, 0.9]
    assert dots["accuracy"].tolist() == [0.9]
    assert partly["accuracy"].tolist() == [0.6]
    assert [spec["layer"][layer]["mark"].get("text") for layer in (4, 5)] == ["×", "×"]
    assert "1 of 4 cells reach 0.85; networks diverged in 2." in spec["description"]


def test_the_color_says_accuracy_from_0_to_1_whatever_is_shown():
    color = one_map().to_dict()["layer"][2]["encoding"]["color"]
    assert color["scale"] == {"scheme": "viridis", "domain": [0, 1]}
    assert color["legend"]["title"] == "test accuracy"


def test_the_tooltip_has_the_numbers():
    outcomes = set(values(one_map().to_dict(), 2)["outcome"]) | set(values(one_map().to_dict(), 1)["outcome"])
    assert outcomes == {
        "0.100 (0.100 to 0.100)",
        "0.900 (0.880 to 0.930)",
        "0.600 (0.200 to 0.900); 1 of 3 diverged",
        "3 of 3 diverged",
    }
    assert values(one_map(1).to_dict(), 1)["outcome"].tolist() == ["diverged at step 4"]


def test_rows_stand_with_the_largest_at_the_top():
    encoding = one_map().to_dict()["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == [0.1, 1.0]
    assert encoding["y"]["scale"]["domain"] == [1.0, 0.01]
    assert encoding["x"]["axis"]["title"] == "learning rate η"


def test_a_map_without_rows_is_an_empty_grid():
    spec = charts.plot_map(pd.DataFrame(), STYLES[0], AXES, threshold=0.85, note="Waiting.").to_dict()
    assert len(values(spec, 0)) == 4
    assert "No network is trained yet." in spec["description"]


def test_a_click_gives_the_fields_of_a_cell_and_the_chosen_one_is_outlined():
    spec = one_map(pick=True, cell={"lr": 1.0, "init_scale": 0.01}).to_dict()
    (parameter,) = [parameter for parameter in spec["params"] if parameter["name"] == PICK]
    assert parameter["select"]["fields"] == ["lr", "init_scale"]
    assert values(spec, 7).values.tolist() == [[1.0, 0.01]]
    assert "params" not in one_map().to_dict()


def test_a_profile_goes_through_the_chosen_cell():
    spec = profile().to_dict()
    assert values(spec, 0)["lr"].tolist() == [1.0]
    assert values(spec, 1)["accuracy"].tolist() == [0.85]
    assert values(spec, 3)[["name", "lr"]].values.tolist() == [["plain", 0.1], ["batch norm", 0.1]]
    assert values(spec, 6)["name"].tolist() == ["plain", "batch norm"]
    assert "At initial scale = 1. Dotted: 0.85. ×: diverged; its stem is dashed as the line." in spec["description"]
    assert "plain 3 of 3 diverged; batch norm diverged at step 4." in spec["description"]


def test_a_profile_where_nothing_is_trained_says_so():
    cell = {"lr": 1.0, "init_scale": 1.0}
    nothing = table().query("init_scale == 0.01")
    spec = charts.plot_profile(nothing, STYLES, AXES, along="lr", cell=cell, threshold=0.85).to_dict()
    assert "No network at initial scale = 1 is trained yet." in spec["description"]


def test_the_control_is_drawn_apart():
    spec = FIGURES["depths"]().to_dict()
    assert values(spec, 1)["depth"].tolist() == [2, 2]
    assert values(spec, 2)["depth"].tolist() == [3]
    assert "batch norm 0.970 at depth 3 (control)" in spec["description"]


def test_every_field_of_the_lab_has_an_axis():
    assert set(RANGES) == set(FIELD_TITLES)


@pytest.mark.parametrize(("trained", "dots"), [(1, 0), (2, 0), (3, 1)])
def test_a_dot_needs_more_than_half_of_the_networks(trained, dots):
    frame = table().head(1).assign(networks=4, trained=trained)
    shown = picture(charts.plot_map(frame, STYLES[0], AXES, threshold=0.85, note="a note"))
    assert len(shown.layer("point").rows) == dots
    assert f"{dots} of 1 cells reach 0.85" in shown.description


def test_a_cell_stands_at_its_column_and_row_in_the_color_of_its_accuracy():
    frame = table()[table()["run"] == 0]
    cells = picture(one_map()).layer("rect", 2).drawn("x", "y", "color")
    wanted = frame[frame["accuracy"].notna()][["lr", "init_scale", "accuracy"]]
    assert sorted(map(tuple, cells.to_numpy())) == sorted(map(tuple, wanted.to_numpy()))


@pytest.mark.parametrize("along", ["lr", "init_scale"])
def test_a_profile_has_a_point_a_network_under_the_name_of_its_run(along):
    cell = {"lr": 0.1, "init_scale": 1.0}
    (other,) = {*cell} - {along}
    shown = picture(charts.plot_profile(table(), STYLES, AXES, along=along, cell=cell, threshold=0.7))
    rows = table()
    rows = rows[(rows[other] == cell[other]) & rows["accuracy"].notna()]
    wanted = list(zip(rows[along], rows["accuracy"], [STYLES[run].label for run in rows["run"]], strict=True))
    for mark in ("line", "point"):
        assert [*map(tuple, shown.layer(mark).drawn("x", "y", "color").to_numpy())] == wanted
    here, level, bars = (shown.layer("rule", number) for number in range(3))
    assert here.drawn("x")["x"].tolist() == [cell[along]]
    assert level.drawn("y")["y"].tolist() == [0.7]
    assert bars.drawn("x", "y", "y2").to_numpy().tolist() == rows[[along, "low", "high"]].to_numpy().tolist()


def test_a_cross_stands_on_a_stem_that_has_the_dashes_of_its_line():
    shown = picture(profile())
    line, stems, crosses = shown.layer("line"), shown.layer("rule", 3), shown.layer("text")
    assert stems.encoding["strokeDash"] == line.encoding["strokeDash"]
    assert len(stems.rows) == len(crosses.rows) == 2
    drawn = stems.drawn("x", "y", "y2", "color", "strokeDash", "xOffset")
    for (x, foot, head, *names), cross in zip(drawn.to_numpy(), crosses.rows, strict=True):
        assert (x, foot, head) == (cross["lr"], 0.0, cross["accuracy"])
        assert names == [cross["name"]] * 3
    assert crosses.field("xOffset") == "name"


def test_the_control_is_drawn_apart_from_the_depths():
    line, points, control = picture(FIGURES["depths"]()).layers
    wanted = [(2, 0.9, "plain"), (2, 0.95, "batch norm")]
    for layer in (line, points):
        assert [*map(tuple, layer.drawn("x", "y", "color").to_numpy())] == wanted
    assert [*map(tuple, control.drawn("x", "y", "color").to_numpy())] == [(3, 0.97, "batch norm")]
