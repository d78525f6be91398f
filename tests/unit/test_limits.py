"""The bounds, and the stricter ones of the shared app."""

import pytest

from bnviz.limits import HOSTED, LAPTOP, LIBRARY, Bound


def test_a_bound_is_closed_and_no_number_is_outside_of_it():
    bound = Bound(1, 3, "choose 2", "units")
    assert bound.problem("size", 1) is bound.problem("size", 3) is None
    assert bound.problem("size", 4) == "size = 4: must be from 1 to 3 units; choose 2."
    assert "nan" in bound.problem("size", float("nan"))


@pytest.mark.parametrize("name", HOSTED)
def test_a_shared_server_is_stricter_than_a_laptop_and_that_than_the_library(name):
    library = LIBRARY.get(name, Bound(0, float("inf"), ""))
    assert library.low <= LAPTOP[name].low <= HOSTED[name].low
    assert HOSTED[name].high <= LAPTOP[name].high <= library.high
