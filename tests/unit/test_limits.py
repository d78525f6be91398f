"""The bounds, and the stricter ones of the shared app."""

import pytest

from bnviz import Experiment, Intervention, Run
from bnviz.limits import APP, LIBRARY, Bound, app_problems, sweep_problems, work


def test_a_bound_is_closed_and_no_number_is_outside_of_it():
    bound = Bound(1, 3, "choose 2", "units")
    assert bound.problem("size", 1) is bound.problem("size", 3) is None
    assert bound.problem("size", 4) == "size = 4: must be from 1 to 3 units; choose 2."
    assert "nan" in bound.problem("size", float("nan"))


def test_the_app_is_at_least_as_strict_as_the_library():
    for name in APP.keys() & LIBRARY.keys():
        assert LIBRARY[name].low <= APP[name].low <= APP[name].high <= LIBRARY[name].high, name


def test_work_counts_multiply_adds():
    given = Experiment(dataset="moons", widths=(3, 5), steps=7, batch_size=11, runs=(Run(), Run()))
    assert work(given) == 7 * 11 * (2 * 3 + 3 * 5 + 5 * 2) * 2


def test_the_default_experiment_is_welcome():
    assert app_problems(Experiment()) == {}


KICKS = tuple(Intervention(step=step, factor=2.0) for step in range(5))
TOO_MUCH = {
    "depth": {"widths": (8,) * 21},
    "width": {"widths": (8, 257)},
    "steps": {"steps": 5001, "widths": (8,)},
    "batch_size": {"dataset": "mnist1d", "batch_size": 2001, "steps": 1},
    "records": {"records": 241},
    "runs": {"runs": (Run(),) * 5},
    "interventions": {"interventions": KICKS},
    "work": {"widths": (256,) * 20, "steps": 5000},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_the_app_refuses_what_is_too_much_and_says_what_to_do(name):
    found = app_problems(Experiment(**TOO_MUCH[name]))
    assert set(found) == {name}
    assert found[name].startswith(f"{name} = ")
    assert APP[name].fix in found[name]
    assert f"{APP[name].high:g}" in found[name]


SMALL = Experiment(dataset="moons", widths=(4,), steps=5, runs=(Run(),))


def test_a_sweep_is_bounded_in_networks_and_in_work():
    assert sweep_problems([SMALL] * 500, 2) == {}
    assert set(sweep_problems([SMALL] * 501, 2)) == {"networks"}
    large = Experiment(steps=3000, runs=(Run(),))
    count = int(APP["sweep_work"].high // work(large))
    assert sweep_problems([large] * count, 1) == {}
    found = sweep_problems([large] * count, 2)
    assert set(found) == {"sweep_work"}
    assert "use fewer values, runs, seeds or steps here" in found["sweep_work"]


def test_a_sweep_with_one_network_too_large_is_refused_for_it():
    assert set(sweep_problems([SMALL, SMALL.model_copy(update={"widths": (8,) * 21})], 1)) == {"depth"}
