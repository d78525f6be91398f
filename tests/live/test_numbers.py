"""Numbers in live figures are written as everywhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnviz.words import number

HARD = [0.0, -0.0, 1e-13, -1e-12, 0.125, 0.375, -0.625, 0.875, 2.125, 0.005, 0.01, 0.00316, 1e-5, -1e-5, 2.66e-6]
HARD += [4e6, 99999.0, 1e5, 123456.0, 5.0625, -0.5, 1.005, 0.0999, 0.00999, 999.995, 1e-8, 576.0, 0.001, 9.5e-4]


@pytest.mark.parametrize("value", HARD)
def test_a_number_is_written_as_python_writes_it(ask, value):
    assert ask("numbers", [value], "number") == [number(value)]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(-1e4, 1e4).filter(lambda value: value == 0 or abs(value) > 1e-9), min_size=20, max_size=60))
def test_any_number_is_written_as_python_writes_it(ask, values):
    assert ask("numbers", values, "number") == [number(value) for value in values]


def test_counts_and_angles_have_no_decimals(ask):
    assert ask("numbers", [3.0, -2.4, 0.0], "whole") == ["3", "−2", "0"]
    assert ask("numbers", [89.6, -12.0], "degrees") == ["90°", "−12°"]


def test_sentences_name_their_numbers(ask):
    said = ask(
        "sentence", "Loss {loss}, turned by {turn:degrees}, {n:whole} updates.", {"loss": -0.5, "turn": 9, "n": 60}
    )
    assert said == "Loss −0.50, turned by 9°, 60 updates."
