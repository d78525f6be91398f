"""The page *What it computes*: its numbers, its sentences by result, its table and its link."""

import json
from dataclasses import asdict

import pytest

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.standardization import UnitBatch
from bnviz.lessons.what_it_computes.verdicts import (
    backward_formula,
    from_left_to_dx,
    groups,
    what_is_left,
)
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.lessons import what_it_computes as mini_batch
from bnviz.ui.lessons.what_it_computes import Settings, read_query, start_table, table_problems, to_query, unit_batch
from bnviz.words import number, tex

PAGE = "pages/1_what_it_computes.py"
START = Settings()


def batch_of(**changes) -> UnitBatch:
    settings = Settings(**{**asdict(START), **changes})
    return unit_batch(start_table().iloc[: settings.size], settings)


def figure_of(app) -> dict:
    """What the rails show."""
    (element,) = [each for each in app.get("bidi_component") if each.key == "what_it_computes_rails"]
    return json.loads(element.proto.json)


def unfold(app, name: str):
    app.session_state[f"what_it_computes_{name}_fold"] = True
    return app.run()


def test_controls_are_kept_in_the_link(open_page):
    app = open_page(PAGE)
    app.radio(key="what_it_computes_unit").set_value(3)
    for name, value in {"example": 5, "eps": 0.1, "gamma": -0.7}.items():
        app.session_state[f"what_it_computes_{name}"] = value
    app.run()
    asked = dict(app.query_params)
    assert asked == {"unit": "3", "example": "5", "eps": "0.1", "gamma": "-0.7"}
    settings, problems = read_query(asked)
    assert (settings, problems) == (Settings(unit=3, example=5, eps=0.1, gamma=-0.7), {})
    again = open_page(PAGE, **asked)
    assert not again.error
    assert figure_of(again) == figure_of(app)


def test_a_smaller_batch_picks_an_example_that_is_in_it(open_page):
    app = open_page(PAGE, example="8")
    app.slider(key="what_it_computes_size").set_value(4).run()
    assert not app.exception
    assert app.session_state["what_it_computes_example"] == 4
    assert len(unfold(app, "table").dataframe[0].value) == 4


def test_edits_outlive_a_change_of_size_and_a_closed_table_and_can_be_undone(open_page):
    app = unfold(open_page(PAGE), "table")
    table = start_table()
    table.loc[3, "unit 1"] = 30.0
    app.session_state["what_it_computes_edited"] = table
    app.session_state["what_it_computes_table_fold"] = False
    app.slider(key="what_it_computes_size").set_value(5).run()
    assert figure_of(app)["values"]["x3"] == 30.0
    assert unfold(app, "table").dataframe[0].value["unit 1"].tolist() == table["unit 1"].iloc[:5].tolist()
    app.button(key="what_it_computes_start_again").click().run()
    assert figure_of(app)["values"]["x3"] == start_table()["unit 1"][3]


def test_the_figure_waits_for_a_guess(open_page, said):
    app = open_page(PAGE)
    assert figure_of(app)["held"]
    assert "What happened" not in said(app)
    app.radio(key="what_it_computes_prediction").set_value("y doubles").run()
    assert not figure_of(app)["held"]
    assert "You guessed *y doubles*. **What happened: y stays as it is.**" in said(app)
    shown = open_page(PAGE)
    shown.button(key="what_it_computes_skip").click().run()
    assert not figure_of(shown)["held"]
    assert "**What happened: y stays as it is.**" in said(shown)


def test_doubling_ends_where_the_table_does(open_page):
    app = open_page(PAGE)
    for _ in range(6):
        app.button(key="what_it_computes_double").click().run()
    # 9 · 2⁶ = 576; once more would leave the reach of a cell.
    assert not app.error
    assert app.button(key="what_it_computes_double").disabled


def test_two_examples_at_eps_zero_have_no_gradient(open_page, said):
    app = unfold(open_page(PAGE, size="2", eps="0"), "backward")
    assert "With two examples nothing is left." in said(app)
    assert "this is dx\u00a0=\u00a00." in said(app)


def test_a_batch_of_one_is_an_error_with_its_reason(open_page, said):
    app = open_page(PAGE, size="1", beta="-1.5")
    assert not app.exception
    assert lesson.PYTORCH_REFUSAL in app.error[0].value
    assert "y = β = −1.50" in said(unfold(app, "one"))
    assert not [each for each in app.get("bidi_component") if each.key.startswith("what_it_computes")]


def test_equal_values_at_eps_zero_are_refused_and_a_small_eps_helps(open_page, said):
    app = open_page(PAGE, eps="0")
    table = start_table()
    table["unit 1"] = 4.0
    app.session_state["what_it_computes_edited"] = table
    app.slider(key="what_it_computes_size").set_value(6).run()
    assert not app.exception
    assert "divides 0 by 0" in said(app)
    app.session_state["what_it_computes_eps"] = 0.01
    app.run()
    assert not app.error
    assert "only the mean is taken away" in said(unfold(app, "backward"))


def test_a_cell_without_a_number_is_named(open_page, said):
    app = open_page(PAGE)
    table = start_table()
    table.loc[2, "unit 3"] = None
    app.session_state["what_it_computes_edited"] = table
    app.slider(key="what_it_computes_size").set_value(6).run()
    assert not app.exception
    assert "Example 2, unit 3: type a number from −1000 to 1000." in said(app)


@pytest.mark.parametrize("values", ["1_2", "1_2_3_4_5_6_7_1001", "1_2_3_4_5_6_7_x", "1_2_3_4_5_6_7_nan", "", "_" * 7])
def test_values_in_a_link_are_one_number_an_example(open_page, values):
    app = open_page(PAGE, x=values)
    assert "x: must be 8 numbers from -1000 to 1000, joined by _." in app.error[0].value.replace("\\", "")
    assert "x" not in app.query_params


def test_values_in_a_link_are_those_of_the_unit_that_it_names(open_page):
    app = open_page(PAGE, x="1_2_30", size="3", unit="2")
    assert list(figure_of(app)["values"].values())[:3] == [1, 2, 30]
    unfold(app, "table")
    assert app.dataframe[0].value["unit 2"].tolist() == [1, 2, 30]
    assert app.dataframe[0].value["unit 1"].tolist() == start_table()["unit 1"].iloc[:3].tolist()
    assert dict(app.query_params) == {"x": "1_2_30", "size": "3", "unit": "2"}


@pytest.mark.parametrize("bad", [None, 1000.1, float("inf"), float("nan"), "many"])
def test_only_numbers_within_reach_are_accepted(bad):
    table = start_table().astype(object)
    table.loc[4, "dy"] = bad
    assert [sentence.partition(":")[0] for sentence in table_problems(table)] == ["Example 4, dy"]
    assert table_problems(start_table()) == []


def test_groups_are_worded_by_the_result():
    assert "still two groups" in groups(lesson.widest_gap(batch_of(unit=3)), 3)
    none = lesson.widest_gap(batch_of())
    assert "Unit 1 has no clear gap between its values. Now pick unit 3: in the first table it has two" in groups(
        none, 1
    )
    assert "Unit 3 has no clear gap between its values. Go back to the first table, where it has two" in groups(none, 3)
    assert "too small" in groups(lesson.widest_gap(batch_of(size=3)), 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "As a vector dy has 8 directions. Two of them are taken away, so a random dy keeps 0.75 on average"),
        ({"eps": 10.0}, "= 0.73 stays, so a random dy keeps 0.82 on average"),
        ({"gamma": 0.0}, "γ = 0 then lets none of it through"),
        ({"size": 2, "eps": 0.0}, "nothing is left"),
        ({"size": 2, "eps": 1.0}, "Of the other, x̂, the share"),
        ({"size": 2, "eps": 1e-5}, "both are taken away but for the share"),
    ],
)
def test_what_is_left_is_worded_by_the_result(changes, sentence):
    batch = batch_of(**changes)
    assert sentence in what_is_left(batch, lesson.gradient_sums(batch), 1)


def test_what_is_left_becomes_dx_by_the_numbers_in_the_pictures():
    row = lesson.backward(batch_of()).iloc[2]
    said = from_left_to_dx(batch_of(), 3)
    assert f"Of dy = 0.50 of example 3, {number(row['rest'])} is left" in said
    assert said.endswith(f"= 1.50/1.93 = 0.78 this is dx\u00a0=\u00a0{number(row['dx'])}.")


def test_nothing_from_above_leaves_nothing_to_take_away():
    batch = UnitBatch((1.0, 2.0, 4.0), (0.0,) * 3)
    assert "dy is 0 everywhere" in what_is_left(batch, lesson.gradient_sums(batch), 1)


def test_the_gradients_formula_carries_the_numbers_of_the_picked_example():
    symbols, numbers = backward_formula(batch_of(), 3, "light")
    row = lesson.backward(batch_of()).iloc[2]
    for value in (row["upstream"], row["mean_part"], row["along_part"], row["dx"], lesson.statistics(batch_of()).scale):
        assert tex(value) in numbers
    for line in (symbols, numbers):
        assert line.count("{") == line.count("}")
        assert all(SYMBOL_COLORS["light"][name] in line for name in ("y", "mean", "var", "gamma"))


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (0.0, "0", "0"),
        (-1e-16, "0", "0"),
        (5.0625, "5.06", "5.06"),
        (-0.5, "−0.50", "-0.50"),
        (0.0316, "0.03", "0.03"),
        (0.00316, "0.0032", "0.0032"),
        (1e-5, "10⁻⁵", "10^{-5}"),
        (-1e-5, "−10⁻⁵", "-10^{-5}"),
        (2.66e-6, "2.7·10⁻⁶", r"2.7 \cdot 10^{-6}"),
        (4e6, "4·10⁶", r"4 \cdot 10^{6}"),
    ],
)
def test_numbers_are_written_as_a_reader_would(value, text, latex):
    assert number(value) == text
    assert tex(value) == latex


@pytest.mark.parametrize(
    "query",
    [
        {"unit": "4"},
        {"example": "0"},
        {"size": "17"},
        {"size": "2.5"},
        {"eps": "0.5"},
        {"gamma": "nan"},
        {"beta": "-3.5"},
        {"size": "4", "example": "5"},
        {"speed": "9"},
    ],
    ids=str,
)
def test_bad_values_in_the_link_are_named_and_ignored(open_page, said, query):
    settings, problems = read_query(query)
    assert list(problems) == [list(query)[-1]]
    assert settings.example <= settings.size
    app = open_page(PAGE, **query)
    assert not app.exception
    name = list(query)[-1]
    assert (f"{name}:" if name != "speed" else f"left out of its link: {name}.") in said(app)


def test_settings_survive_their_link():
    settings = Settings(unit=2, example=11, size=12, eps=0.03, gamma=-2.0, beta=0.0)
    assert read_query(to_query(settings)) == (settings, {})
    assert to_query(START) == {}
    assert set(mini_batch.EPSILONS) == {float(f"{eps:g}") for eps in mini_batch.EPSILONS}
