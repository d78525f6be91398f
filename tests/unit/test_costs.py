"""What trainings and sweeps cost by estimate, and what a shared app refuses for it."""

import pytest

from bnviz import Experiment, Intervention, Run, train
from bnviz.costs import app_problems, memory, recording, sweep_problems, work, work_in_a_sweep
from bnviz.limits import HOSTED, LAPTOP


def test_work_counts_products_of_matrices_for_every_run():
    wide = Experiment(dataset="moons", widths=(300, 500), steps=700, batch_size=1000, runs=(Run(), Run()), records=2)
    products = 700 * 1000 * (2 * 300 + 300 * 500 + 500 * 2) * 2
    assert products < work(wide) < 1.02 * products


def test_work_counts_what_small_networks_cost_besides_their_products():
    small = Experiment(dataset="moons", widths=(4,) * 10, steps=1000, batch_size=16, records=2)
    products = 1000 * 16 * (2 * 4 + 9 * 16 + 4 * 2)
    assert work(small) > 1000 * products / 100
    deeper = small.model_copy(update={"widths": (4,) * 20})
    assert work(deeper) == pytest.approx(2 * work(small), rel=0.05)


def test_work_counts_records_as_far_as_there_are_steps():
    few, many = (Experiment(steps=500, records=records) for records in (2, 200))
    assert work(many) > 1.2 * work(few)
    assert work(Experiment(steps=10, records=200)) == work(Experiment(steps=10, records=11))


@pytest.mark.parametrize("bounds", [HOSTED, LAPTOP])
def test_the_default_experiment_is_welcome(bounds):
    assert app_problems(Experiment(), bounds) == {}


KICKS = tuple(Intervention(step=step, factor=2.0) for step in range(5))
TOO_MUCH = {
    "depth": {"widths": (8,) * 21},
    "width": {"widths": (8, 257)},
    "steps": {"steps": 5001, "widths": (8,)},
    "batch_size": {"dataset": "mnist1d", "batch_size": 2001, "steps": 1},
    "records": {"records": 241},
    "runs": {"runs": (Run(),) * 5},
    "interventions": {"interventions": KICKS},
    "work": {"widths": (256,) * 20, "steps": 5000, "records": 2},
    "recording": {"widths": (120,) * 20, "steps": 240, "records": 240, "runs": (Run(),), "batch_size": 8},
    "memory": {"widths": (256,) * 10, "steps": 2, "records": 2, "batch_size": 1000, "runs": (Run(),)},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_shared_server_refuses_what_is_too_much_and_says_what_to_do(name):
    found = app_problems(Experiment(**TOO_MUCH[name]), HOSTED)
    assert set(found) == {name}
    assert found[name].startswith(f"{name} = ")
    assert HOSTED[name].fix in found[name]
    assert f"{HOSTED[name].high:g}" in found[name]


SMALL = Experiment(dataset="moons", widths=(4,), steps=5, runs=(Run(),))


def test_a_sweep_is_bounded_in_networks_and_in_work():
    assert sweep_problems([SMALL] * 500, 2, HOSTED) == {}
    assert set(sweep_problems([SMALL] * 501, 2, HOSTED)) == {"networks"}
    large = Experiment(steps=3000, runs=(Run(),))
    count = int(HOSTED["sweep_work"].high // work_in_a_sweep(large))
    assert sweep_problems([large] * count, 1, HOSTED) == {}
    found = sweep_problems([large] * count, 2, HOSTED)
    assert set(found) == {"sweep_work"}
    assert "use fewer values, runs, seeds or steps here" in found["sweep_work"]


def test_a_sweep_with_one_network_too_large_is_refused_for_it():
    assert set(sweep_problems([SMALL, SMALL.model_copy(update={"widths": (8,) * 21})], 1, HOSTED)) == {"depth"}


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(steps=20, runs=(Run(), Run(norm="batch"))),
        Experiment(dataset="moons", widths=(8, 4), steps=20, batch_size=16),
        Experiment(widths=(16,) * 20, steps=30, records=12, activation="tanh"),
    ],
    ids=["digits", "moons", "deep"],
)
def test_the_bytes_of_a_recording_are_those_of_its_arrays(experiment):
    arrays = train(experiment).arrays
    assert recording(experiment) == pytest.approx(sum(values.nbytes for values in arrays.values()), rel=0.03)


def test_memory_counts_what_a_step_holds_at_once():
    """Trainings of this shape, which is within the bound on work, filled a server of 1 GB."""
    wide = Experiment(dataset="mnist1d", widths=(256,) * 20, batch_size=2000, steps=2, records=2, runs=(Run(),) * 4)
    assert memory(wide) > 2e9
    assert set(app_problems(wide, HOSTED)) == {"memory"}
    assert memory(wide.model_copy(update={"batch_size": 1000})) == pytest.approx(memory(wide) / 2, rel=0.05)
