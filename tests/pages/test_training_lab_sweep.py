import io
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment, Intervention, Run
from bnviz.lessons.why_not_affine.maps import networks_of
from bnviz.limits import HOSTED, LAPTOP
from bnviz.ui.lab.sweep import RANGES
from bnviz.ui.page import made, sweep_view
from bnviz.ui.page.sweep_view import Sweep, _beginning, cost_words, nearest_allowed, problems_of
from bnviz.ui.server.training import job_key, training_queue
from tests.pages.reading import components

LAB = "pages/12_training_lab.py"
TINY = Experiment(dataset="moons", widths=(4,), steps=8, batch_size=16, n_train=64, runs=(Run(), Run(norm="none")))


@pytest.fixture
def lab(open_page):
    """The lab in its sweep, with a small experiment."""
    app = open_page(LAB, **{name.replace(".", "__"): value for name, value in TINY.to_query().items()})
    return app.toggle(key="lab_sweeping").set_value(True).run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def train(app: AppTest) -> None:
    """Press the button, unless all networks are there from an earlier test."""
    for button in app.button:
        if button.key == "lab_sweep_train":
            button.click().run()
            return


def test_nothing_is_trained_until_asked_for_and_the_cost_is_stated(lab):
    assert not lab.exception
    assert "98 networks × 8 updates" in lab.caption[0].value
    assert "Train 98 networks" in labels(lab)
    assert "Train" not in labels(lab)
    assert not components(lab)
    assert not lab.get("vega_lite_chart")


def test_a_sweep_draws_a_map_a_run_with_a_look_into_one_cell(lab):
    train(lab)
    assert not lab.exception
    assert len(lab.get("vega_lite_chart")) == 2 + 2
    assert lab.table[0].value.index.tolist() == ["batch norm", "plain"]
    assert "Train 98 networks" not in labels(lab)
    lab.slider(key="lab_sweep_threshold").set_value(0.5).run()
    assert len(lab.get("vega_lite_chart")) == 4


def test_fields_and_ranges_can_be_chosen(lab):
    lab.selectbox(key="lab_sweep_x").set_value("depth").run()
    lab.select_slider(key="lab_sweep_x_depth").set_value((1, 2))
    lab.selectbox(key="lab_sweep_y").set_value("batch_size").run()
    lab.select_slider(key="lab_sweep_y_batch_size").set_value((4, 8)).run()
    assert "8 networks × 8 updates" in lab.caption[0].value
    train(lab)
    assert not lab.exception
    assert not lab.error
    assert len(lab.get("vega_lite_chart")) == 4
    lab.selectbox(key="lab_sweep_x").set_value("weight_decay").run()
    assert not lab.exception


def test_what_cannot_be_trained_is_refused_with_the_reason(lab, said):
    lab.selectbox(key="lab_sweep_y").set_value("batch_size").run()
    assert "batch_size = 128: must be from 1 to 64" in said(lab)
    assert not [label for label in labels(lab) if "networks" in label]
    assert not lab.exception


@pytest.mark.usefixtures("hosted")
def test_too_many_networks_are_refused_with_a_fix(lab, said):
    for place, field in (("x", "lr"), ("y", "init_scale")):
        values = RANGES[field].values
        lab.select_slider(key=f"lab_sweep_{place}_{field}").set_value((values[0], values[-1]))
    lab.slider(key="lab_sweep_seeds").set_value(5)
    lab.run()
    assert not lab.error
    next(button for button in lab.button if button.label == "Add a run").click().run()
    assert "networks = 1215: must be from 1 to 1000 networks; use fewer values, runs or seeds here" in said(lab)


def test_the_sweep_keeps_to_the_link_of_the_lab(lab):
    assert Experiment.from_query(lab.query_params) == TINY


class TestSweep:
    sweep = Sweep(TINY, (("lr", (0.1, 0.2)), ("init_scale", (1.0,))), 3, "test")

    def test_what_is_free_and_what_is_there_already_is_not_asked_for(self):
        tasks = self.sweep.tasks
        assert len(tasks) == 6
        assert self.sweep.networks == 2
        assert _beginning(tasks, [False] * 6, 0) == []
        assert _beginning(tasks, [False] * 6, 2) == tasks[:2]
        assert _beginning(tasks, [True, False, True, False, False, True], 2) == tasks[:3]
        assert _beginning(tasks, [True] * 6, 0) == tasks

    def test_a_cost_is_networks_updates_and_work(self):
        words = cost_words(1470, 1.02e10, 200)
        assert words == "1,470 networks × 200 updates, about 10¹⁰ multiply-adds"
        assert "updates" not in cost_words(3, 5.0, None)

    @pytest.mark.usefixtures("hosted")
    def test_a_sweep_beyond_the_limits_says_what_is_too_much(self):
        assert problems_of(self.sweep) == {}
        assert len(networks_of(self.sweep.experiment, self.sweep.axes)) == 4
        many = Sweep(TINY, (("lr", RANGES["lr"].values), ("init_scale", RANGES["init_scale"].values)), 7, "test")
        assert set(problems_of(many)) == {"networks"}
        wrong = Sweep(TINY, (("batch_size", (1, 2)), ("lr", (0.1,))), 1, "test")
        assert "at least 2" in problems_of(wrong)["batch_size"]


def test_files_hold_the_rows():
    rows = pd.DataFrame({"norm": ["batch"], "lr": [0.1], "diverged_at": pd.array([pd.NA], dtype="Int64")})
    assert pd.read_csv(io.BytesIO(made.rows(lambda: rows, "csv")))["lr"].tolist() == [0.1]
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(made.rows(lambda: rows, "parquet"))), rows)


def test_rows_are_kept_for_the_next_visitor(lab):
    train(lab)
    axes = tuple((field, _span(field)) for field in ("lr", "init_scale"))
    sweep = Sweep(TINY.model_copy(update={"records": 2}), axes, 1, "lab_sweep")
    assert all(training_queue().result(job_key(task)) for task in sweep.tasks)


def _span(field: str) -> tuple:
    values, (low, high) = RANGES[field].values, RANGES[field].first
    return values[values.index(low) : values.index(high) + 1]


AXES = (("lr", (0.1, 0.3)), ("init_scale", (0.1, 1.0, 10.0)))


def test_the_nearest_sweep_has_fewer_seeds_first(monkeypatch):
    asked = Sweep(TINY, AXES, 5, "test")
    assert nearest_allowed(asked) == asked
    few = {**HOSTED, "networks": replace(HOSTED["networks"], high=40)}
    monkeypatch.setattr(sweep_view, "bounds", lambda: few)
    assert nearest_allowed(asked) == replace(asked, seeds=3)
    none = {**HOSTED, "networks": replace(HOSTED["networks"], high=11)}
    monkeypatch.setattr(sweep_view, "bounds", lambda: none)
    assert nearest_allowed(asked) is None


def test_the_nearest_sweep_has_as_many_steps_as_fit():
    kicked = TINY.model_copy(update={"steps": 5000, "interventions": (Intervention(step=4000, factor=2.0),)})
    asked = Sweep(kicked, AXES, 2, "test")
    tight = {**LAPTOP, "sweep_work": replace(LAPTOP["sweep_work"], high=1e7)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sweep_view, "bounds", lambda: tight)
        found = nearest_allowed(asked)
        assert found.seeds == 1
        assert problems_of(found) == {}
        more = found.experiment.model_copy(update={"steps": found.experiment.steps + 100})
        assert problems_of(replace(found, experiment=more))


def test_a_sweep_that_is_refused_comes_with_the_nearest_one(lab, said, monkeypatch):
    few = {**LAPTOP, "networks": replace(LAPTOP["networks"], high=98)}
    monkeypatch.setattr(sweep_view, "bounds", lambda: few)
    lab.slider(key="lab_sweep_seeds").set_value(3).run()
    assert not lab.exception
    assert "networks = 294" in said(lab)
    assert "Nearest that is trained here: seeds 1 instead of 3." in said(lab)
    assert not any(button.key == "lab_sweep_train" for button in lab.button)
