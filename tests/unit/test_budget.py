"""The nearest experiment that a server trains."""

import pytest

from bnviz import Experiment, Intervention, Run
from bnviz.limits import HOSTED
from bnviz.ui.server import budget
from bnviz.ui.server.configuration import Configuration


@pytest.fixture(autouse=True)
def hosted(monkeypatch):
    monkeypatch.setattr(budget, "configuration", lambda: Configuration(hosted=True))


TOO_MUCH = [
    {"steps": 900_000, "widths": (4,)},
    {"widths": (4,) * 50},
    {"widths": (4000, 8)},
    {"records": 9000},
    {"runs": (Run(),) * 9},
    {"widths": (256,) * 20, "batch_size": None, "steps": 5000},
    {"dataset": "mnist1d", "batch_size": 2001, "n_train": 4000, "steps": 1},
    {"widths": (256,) * 20, "steps": 240, "records": 240, "runs": (Run(),) * 2},
    {"dataset": "mnist1d", "widths": (256,) * 20, "batch_size": 2000, "steps": 2, "records": 2, "runs": (Run(),) * 4},
    {"steps": 8000, "widths": (4,), "interventions": (Intervention(step=7000, factor=2.0),)},
]


@pytest.mark.parametrize("settings", TOO_MUCH, ids=str)
def test_what_is_offered_is_welcome_and_near(settings):
    asked = Experiment(**settings)
    assert budget.refused(asked)
    offered = budget.nearest_allowed(asked)
    assert offered is not None
    assert budget.refused(offered) == {}
    assert offered.seed == asked.seed
    assert offered.runs == asked.runs[: len(offered.runs)]


def test_what_is_welcome_stays_as_it_is():
    asked = Experiment(steps=123, interventions=(Intervention(step=100, factor=2.0),))
    assert budget.nearest_allowed(asked) == asked


def test_steps_take_up_the_work_that_is_left():
    asked = Experiment(widths=(256,) * 10, batch_size=128, steps=5000, records=30)
    offered = budget.nearest_allowed(asked)
    assert offered == asked.model_copy(update={"steps": offered.steps})
    assert 0.9 < budget.share_of_budget(offered) <= 1


def test_a_step_that_is_too_much_gets_smaller_batches(monkeypatch):
    tight = Configuration(hosted=True, most={"work": 1e8})
    monkeypatch.setattr(budget, "configuration", lambda: tight)
    offered = budget.nearest_allowed(Experiment(widths=(256,) * 3, batch_size=1000, steps=10, records=2))
    assert offered.batch_size < 1000
    assert budget.refused(offered) == {}


def test_where_nothing_valid_is_left_there_is_no_offer(monkeypatch):
    tight = Configuration(hosted=True, most={"width": 6})
    monkeypatch.setattr(budget, "configuration", lambda: tight)
    assert budget.nearest_allowed(Experiment(widths=(8,), runs=(Run(norm="group", groups=4),))) is None
    nothing = Configuration(hosted=True, most={"work": 1.0})
    monkeypatch.setattr(budget, "configuration", lambda: nothing)
    assert budget.nearest_allowed(Experiment()) is None
    assert HOSTED["work"].high > 1
