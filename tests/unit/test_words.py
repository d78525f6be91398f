"""Numbers as readers see them."""

import json
from pathlib import Path

import numpy as np
import pytest

from bnviz.words import bounded, number, percent, short, tex, typeset

SHARED = json.loads((Path(__file__).parents[1] / "scripts" / "numbers.json").read_text(encoding="utf-8"))
"""What the app's words and its scripts both have to write."""


@pytest.mark.parametrize(("value", "text"), SHARED["number"])
def test_numbers_have_two_decimals_or_a_power_of_ten(value, text):
    assert number(value) == text


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_no_number_is_a_dash(value):
    assert number(value) == "–"


def test_rounding_errors_are_shown_where_asked_for():
    assert (number(-3e-17), number(-3e-17, rounding=0)) == ("0", "−3·10⁻¹⁷")
    assert tex(-2.5e-5) == r"-2.5 \cdot 10^{-5}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (10.0, "10"),
        (0.001, "0.001"),
        (1000.0, "1,000"),
        (999.9999999, "1,000"),
        (663309.7, "6.63·10⁵"),
        (1e-5, "10⁻⁵"),
        (2.2e-16, "2.2·10⁻¹⁶"),
        (-0.00026, "−2.6·10⁻⁴"),
        (-12.5, "−12.5"),
        (-1e-17, "−10⁻¹⁷"),
        (-1234.0, "−1,234"),
        (1.0674e22, "1.07·10²²"),
        (np.inf, "∞"),
        (np.nan, "undefined"),
    ],
)
def test_numbers_are_short(value, text):
    assert short(value) == text


@pytest.mark.parametrize(("share", "text"), [*SHARED["percent"], (1 / 49, "2\u00a0%"), (np.nan, "undefined")])
def test_shares_are_written_as_in_the_player(share, text):
    assert percent(share) == text
    assert " " not in percent(share)


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "0.5"), (1e20, "10²⁰"), (1.07e22, "more than 10²⁰"), (np.inf, "∞"), (np.nan, "undefined")]
)
def test_numbers_that_blew_up_are_not_spelled_out(value, text):
    assert bounded(value) == text


@pytest.mark.parametrize(
    ("text", "typeset_text"),
    [
        ("β -19.1 at step 1,500.", "β −19.1 at step 1,500."),
        ("folded 1e-17, plain -4.2e+05; 3e-06", "folded 10⁻¹⁷, plain −4.2·10⁵; 3·10⁻⁶"),
        ("run-2 of 2026-11-28, 15-85 %, layer1e-5", "run-2 of 2026-11-28, 15-85 %, layer1e-5"),
    ],
)
def test_numbers_in_a_sentence_are_written_as_readers_do(text, typeset_text):
    assert typeset(text) == typeset_text
