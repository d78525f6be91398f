"""What it computes: what the page shows follows its controls and its table."""

import json

import pandas as pd
import pytest
import streamlit as st

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes import verdicts as words
from bnviz.ui import live
from bnviz.ui.lessons.what_it_computes import EPSILONS
from bnviz.ui.lessons.what_it_computes_gradient import gradient
from bnviz.ui.lessons.what_it_computes_rails import rails
from bnviz.words import number
from tests.wiring.following import (
    Page,
    Shown,
    dark,
    require,
    require_complete,
    require_link,
)

START = pd.DataFrame(lesson.START_BATCH, columns=["unit 1", "unit 2", "unit 3"]).assign(dy=lesson.START_UPSTREAM)
CASES = {
    "as it opens": {},
    "another unit": {"unit": 3, "prediction": "y stays as it is"},
    "another example": {"example": 7, "prediction": "y doubles"},
    "a smaller batch": {"size": 5, "unit": 2},
    "a batch of two": {"size": 2, "example": 1},
    "the whole table": {"size": 16, "example": 16, "eps": 0.3},
    "a large ε": {"eps": 10.0, "prediction": words.GUESSES[3]},
    "a negative γ": {"gamma": -0.7, "eps": 0.0},
    "no γ": {"gamma": 0.0, "beta": 1.2},
    "another β": {"beta": -2.0, "size": 6, "eps": 1.0, "unit": 2},
}
FILE, ROOM = "pages/1_what_it_computes.py", "what_it_computes"
FOLDS = [f"{ROOM}_{name}" for name in ("table", "backward", "shape", "bookkeeping", "one")]
PRESSED = ["double", "start_again", "rails", "gradient", "skip"]
"""What the tests below this table press; the table that is edited has a new key after every change of its size."""


@pytest.fixture(scope="module")
def page():
    return Page(FILE, ROOM, FOLDS)


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require_all(page.move(**CASES[case]), **CASES[case])
    require_link(page, CASES[case])


def test_every_control_is_moved(page):
    edited = next(name for name in page.controls() if name.startswith("editor"))
    require_complete(page, CASES.values(), [*PRESSED, edited])


def test_the_formula_follows_the_theme(page, monkeypatch):
    with dark(monkeypatch):
        require_all(page.move(), theme="dark")


@pytest.mark.parametrize("unit", [1, 3])
def test_the_button_doubles_the_unit_that_is_picked_and_another_one_takes_it_back(page, unit):
    table = START.assign(**{f"unit {unit}": 2 * START[f"unit {unit}"]})
    require_all(page.move(unit=unit).press("double"), unit=unit, table=table)
    require_all(page.press("start_again"), unit=unit)


@pytest.mark.parametrize("column", START.columns)
def test_an_edited_cell_is_in_every_number(page, column):
    table = START.copy()
    table.loc[3, column] = 1.5
    # What the browser sends of an edited table has no stand-in; this is where the page keeps it.
    page.move().app.session_state["what_it_computes_edited"] = table.set_axis(range(1, 17)).rename_axis("example")
    require_all(page.move(size=9), size=9, table=table)
    page.press("start_again")


@pytest.fixture
def hand(monkeypatch):
    """A page whose live figure lets go of values when a test says so: `hand(page, chosen)`."""

    def component(key, data, on_chosen_change):
        def let_go(values):
            st.session_state[key] = {"chosen": {"values": values, "serial": 17}}
            on_chosen_change()

        st.button(f"let go of {key}", on_click=let_go, args=(st.session_state.get("test_chosen", {}),))

    monkeypatch.setattr(live, "_component", component)

    def let_go(page, **chosen):
        page.app.session_state["test_chosen"] = chosen
        return page.run().press(f"let go of {ROOM}_rails")

    return let_go


def test_what_a_hand_leaves_is_in_every_number_and_in_the_link(hand):
    page = Page(FILE, ROOM, FOLDS)
    table = START.copy()
    table.loc[1, "unit 1"], table.loc[4, "unit 1"] = -1.5, 11.0
    hand(page, x2=-1.5, x5=11.0, gamma=-1.3, beta=2.0, eps=0.3, example=5)
    require(page, expected(example=5, eps=0.3, gamma=-1.3, beta=2.0, table=table))
    asked = {"gamma": "-1.3", "beta": "2", "eps": "0.3", "example": "5", "x": "3_-1.5_4_8_11_2_7_4.5"}
    assert page.app.query_params == asked
    again = Page(FILE, ROOM, FOLDS, **asked)
    require(again, expected(example=5, eps=0.3, gamma=-1.3, beta=2.0, table=table))
    require(page.press("start_again"), expected(example=5, eps=0.3, gamma=-1.3, beta=2.0))


def test_values_that_no_hand_can_leave_are_not_taken(hand):
    page = Page(FILE, ROOM, FOLDS)
    hand(page, x2=1e6, x99=1.0, gamma="3", beta=float("nan"), eps=0.2, example=9)
    require(page, expected())


def require_all(page: Page, **settings) -> None:
    require(page, expected(**settings))
    unit, size = settings.get("unit", 1), settings.get("size", 8)
    table = settings.get("table", START)
    values = table[f"unit {unit}"].iloc[:size].tolist()
    shown = {"example": 3, "eps": 1e-5, "gamma": 1.5, "beta": 0.5} | {
        name: value for name, value in settings.items() if name in ("example", "eps", "gamma", "beta")
    }
    shown["example"] = min(shown["example"], size)
    figure = page.component("rails")
    assert figure["values"] == {**{f"x{number}": x for number, x in enumerate(values, 1)}, **shown}
    said = settings.get("prediction") and words.GUESSES.index(settings["prediction"])
    scene = rails(values, unit, reach=3.0, epsilons=EPSILONS, guess=said)
    assert figure["scene"] == json.loads(json.dumps(scene.to_dict()))
    assert figure["held"] == (settings.get("prediction") is None)
    batch = batch_of(**settings)
    arrows = page.component("gradient")["scene"]
    assert arrows == json.loads(json.dumps(gradient(batch, shown["example"]).to_dict()))
    assert arrows["given"]["upstream"] == list(batch.upstream)


def batch_of(unit=1, size=8, eps=1e-5, gamma=1.5, beta=0.5, table=START, **_others) -> lesson.UnitBatch:
    rows = table.iloc[:size]
    return lesson.UnitBatch(tuple(rows[f"unit {unit}"]), tuple(rows["dy"]), gamma, beta, eps)


def expected(
    unit=1, example=3, size=8, eps=1e-5, gamma=1.5, beta=0.5, prediction=None, table=START, theme="light"
) -> Shown:
    example = min(example, size)
    batch = batch_of(unit, size, eps, gamma, beta, table)
    sums = lesson.gradient_sums(batch)
    values = table[f"unit {unit}"].iloc[:size]
    happened, why = words.after_doubling(lesson.doubling(batch), example)
    bookkeeping = {
        "variance over B, normalizes the batch": values.var(ddof=0),
        f"variance over B − 1, {size}/{size - 1} times as large, for the running variance": values.var(),
        "running mean: 0.9 × 0 + 0.1 × μ": 0.1 * values.mean(),
        "running variance: 0.9 × 1 + 0.1 × variance over B − 1": 0.9 + 0.1 * values.var(),
    }
    shown = pd.DataFrame({"value": {name: number(value) for name, value in bookkeeping.items()}}).rename_axis("what")
    cells = table.iloc[:size].set_axis(range(1, size + 1)).rename_axis("example")
    settled = f"You guessed *{prediction}*, and **that is what happened.** {why}"
    if prediction != happened:
        settled = f"You guessed *{prediction}*. **What happened: {happened}.** {why}"
    return Shown(
        sentences=[
            *([settled] if prediction else []),
            words.groups(lesson.widest_gap(batch), unit),
            words.from_left_to_dx(batch, example),
            words.what_is_left(batch, sums, example),
            words.what_the_sums_say(batch, sums),
            *words.backward_formula(batch, example, theme),
            f"y = β = {number(beta)}",
        ],
        tables=[shown],
        frames=[cells],
    )
