"""Numbers as readers see them."""

import numpy as np
import pytest

from bnviz.words import bounded, percent, short, typeset


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
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


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.004, "< 1 %"),
        (1 / 49, "2 %"),
        (0.125, "13 %"),
        (0.995, "> 99 %"),
        (1.0, "100 %"),
        (np.nan, "undefined"),
    ],
)
def test_shares_are_written_as_in_the_player(share, text):
    assert percent(share) == text


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
