"""The page *What it computes*: its numbers, its sentences by result, its table and its link."""

from dataclasses import asdict

import pytest

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.standardization import UnitBatch
from bnviz.lessons.what_it_computes.verdicts import (
    GUESSES,
    after_doubling,
    backward_formula,
    from_left_to_dx,
    groups,
    what_is_left,
    what_the_sums_say,
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


def shown_metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


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
    assert shown_metrics(again) == shown_metrics(app)


def test_a_smaller_batch_picks_an_example_that_is_in_it(open_page):
    app = open_page(PAGE, example="8")
    app.slider(key="what_it_computes_size").set_value(4).run()
    assert not app.exception
    assert app.session_state["what_it_computes_example"] == 4
    assert len(app.dataframe[0].value) == 4


def test_edits_outlive_a_change_of_size_and_can_be_undone(open_page):
    app = open_page(PAGE)
    table = start_table()
    table.loc[3, "unit 1"] = 30.0
    app.session_state["what_it_computes_edited"] = table
    app.slider(key="what_it_computes_size").set_value(5).run()
    dx = shown_metrics(app)["dx of example 3"]
    edited = unit_batch(table.iloc[:5], Settings(size=5))
    assert dx == number(lesson.backward(edited)["dx"].iloc[2])
    app.button(key="what_it_computes_start_again").click().run()
    assert shown_metrics(app)["dx of example 3"] == number(lesson.backward(batch_of(size=5))["dx"].iloc[2])


def test_doubling_ends_where_the_table_does(open_page):
    app = open_page(PAGE)
    for _ in range(6):
        app.button(key="what_it_computes_double").click().run()
    # 9 · 2⁶ = 576; once more would leave the reach of a cell.
    assert not app.error
    assert app.button(key="what_it_computes_double").disabled


def test_two_examples_at_eps_zero_have_no_gradient(open_page, said):
    app = open_page(PAGE, size="2", eps="0")
    assert "With two examples nothing is left." in said(app)
    assert shown_metrics(app)["dx of example 2"] == "0"


def test_a_batch_of_one_is_an_error_with_its_reason(open_page, said):
    app = open_page(PAGE, size="1", beta="-1.5")
    assert not app.exception
    assert lesson.PYTORCH_REFUSAL in app.error[0].value
    assert "y = β = −1.50" in said(app)
    assert len(app.get("vega_lite_chart")) == 0


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
    assert "only the mean is taken away" in said(app)


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
    assert app.dataframe[0].value["unit 2"].tolist() == [1, 2, 30]
    assert app.dataframe[0].value["unit 1"].tolist() == start_table()["unit 1"].iloc[:3].tolist()
    assert dict(app.query_params) == {"x": "1_2_30", "size": "3", "unit": "2"}


@pytest.mark.parametrize("bad", [None, 1000.1, float("inf"), float("nan"), "many"])
def test_only_numbers_within_reach_are_accepted(bad):
    table = start_table().astype(object)
    table.loc[4, "dy"] = bad
    assert [sentence.partition(":")[0] for sentence in table_problems(table)] == ["Example 4, dy"]
    assert table_problems(start_table()) == []


def test_after_doubling_is_worded_by_the_result():
    stays, why = after_doubling(lesson.doubling(batch_of()), 3)
    assert stays == GUESSES[1]
    assert "from −0.33 to −0.33" in why
    grows, why = after_doubling(lesson.doubling(batch_of(eps=10.0)), 3)
    assert grows.startswith("y moves 1.")
    assert "ε does not double" in why


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
        ({}, "a random dy keeps 0.75 on average"),
        ({"gamma": 0.0}, "γ = 0 then lets none of it through"),
        ({"size": 2, "eps": 0.0}, "nothing is left"),
        ({"size": 2, "eps": 1.0}, "both are taken away but for the share"),
    ],
)
def test_what_is_left_is_worded_by_the_result(changes, sentence):
    batch = batch_of(**changes)
    assert sentence in what_is_left(batch, lesson.gradient_sums(batch))


def test_what_is_left_becomes_dx_by_the_numbers_in_the_pictures():
    row = lesson.backward(batch_of()).iloc[2]
    said = from_left_to_dx(batch_of(), 3)
    assert f"Of dy = 0.50 of example 3, {number(row['rest'])} is left" in said
    assert said.endswith(f"= 1.50/1.93 = 0.78 this is dx\u00a0=\u00a0{number(row['dx'])}.")


def test_nothing_from_above_leaves_nothing_to_take_away():
    batch = UnitBatch((1.0, 2.0, 4.0), (0.0,) * 3)
    assert "dy is 0 everywhere" in what_is_left(batch, lesson.gradient_sums(batch))


def test_the_sums_are_read_by_the_result():
    assert "is 0 but for what ε leaves" in what_the_sums_say(lesson.gradient_sums(batch_of()), START.gamma)
    large = lesson.gradient_sums(batch_of(eps=10.0))
    assert f"the share {number(large.left_along)} of the part along x̂ stays" in what_the_sums_say(large, START.gamma)


def test_without_gamma_the_reason_is_gamma():
    batch = batch_of(gamma=0.0, eps=10.0)
    assert "γ = 0" in what_the_sums_say(lesson.gradient_sums(batch), 0.0)
    assert after_doubling(lesson.doubling(batch), 3) == (
        GUESSES[1],
        "Here every y is β = 0.50, whatever the values are.",
    )


def test_equal_values_leave_nothing_along_normalized():
    batch = UnitBatch((2.0, 2.0, 2.0), (1.0, 0.0, 0.5), eps=1.0)
    assert "is 0 but for what ε leaves" in what_the_sums_say(lesson.gradient_sums(batch), 1.0)
    assert "x̂ = 0" in what_is_left(batch, lesson.gradient_sums(batch))


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
