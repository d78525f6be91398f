import io
import json

import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment, Run, train
from bnviz.costs import app_problems
from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.limits import HOSTED
from bnviz.ui.page import made
from tests.pages.reading import components

LAB = "pages/12_training_lab.py"
TINY = Experiment(dataset="moons", widths=(4,), steps=8, batch_size=16, n_train=64, runs=(Run(norm="batch"),))


@pytest.fixture
def lab(open_page):
    def lab(experiment=TINY, **more):
        query = {name.replace(".", "__"): value for name, value in experiment.to_query().items()}
        return open_page(LAB, **{**query, **more})

    return lab


def field(app: AppTest, name: str, kind="number_input"):
    """The control of a field, whatever the number of the draft in its key."""
    return next(widget for widget in app.get(kind) if widget.key and widget.key.partition("_")[2] == name)


def button(app: AppTest, label: str):
    return next(widget for widget in app.button if widget.label == label)


def test_a_link_sets_the_controls_and_trains(lab):
    app = lab()
    assert not app.exception
    assert not app.error
    assert field(app, "steps").value == 8
    assert field(app, "dataset", "selectbox").value == "moons"
    assert len(components(app)) == 1
    assert app.table[0].value.index.tolist() == ["batch norm"]


def test_controls_are_kept_in_the_link(lab):
    app = lab()
    field(app, "steps").set_value(9)
    field(app, "run1_lr").set_value(0.25)
    app.run()
    assert Experiment.from_query(app.query_params) == TINY.model_copy(
        update={"steps": 9, "runs": (Run(norm="batch", lr=0.25),)}
    )


def changed_under_the_link_of_before(app: AppTest) -> None:
    """Set 9 steps, and let the next message carry the link of before that."""
    before = dict(app.query_params)
    field(app, "steps").set_value(9)
    app.run()
    app.query_params.clear()
    app.query_params.update(before)


def test_a_click_that_brings_the_link_of_before_the_last_change_does_not_undo_it(lab):
    app = lab()
    # A busy browser sends its click before it has taken over the new link.
    changed_under_the_link_of_before(app)
    button(app, "Train").click().run()
    assert field(app, "steps").value == 9
    assert app.table[0].value["last step"].tolist() == ["9"]
    assert Experiment.from_query(app.query_params).steps == 9


def test_an_earlier_link_is_followed_once_no_message_can_be_under_way_with_it(lab, monkeypatch):
    monkeypatch.setattr("bnviz.ui.lab.state.IN_FLIGHT", 0.0)
    app = lab()
    changed_under_the_link_of_before(app)
    app.run()
    assert field(app, "steps").value == 8


def test_changed_controls_wait_for_train(lab, said):
    app = lab()
    field(app, "steps").set_value(9)
    app.run()
    assert "Press Train" in said(app)
    assert app.table[0].value["last step"].tolist() == ["8"]
    button(app, "Train").click().run()
    assert "Press Train" not in said(app)
    assert app.table[0].value["last step"].tolist() == ["9"]


def test_runs_are_added_copied_and_removed(lab):
    app = lab()
    field(app, "run1_lr").set_value(0.7)
    app.run()
    button(app, "Copy run 1").click().run()
    assert [run.lr for run in Experiment.from_query(app.query_params).runs] == [0.7, 0.7]
    assert field(app, "lr").value == 0.7, "one field for both"
    button(app, "Add a run").click().run()
    button(app, "Add a run").click().run()
    assert button(app, "Add a run").disabled
    for _ in range(3):
        button(app, "Remove run 1").click().run()
    assert button(app, "Remove run 1").disabled
    assert not app.exception


def test_a_kick_to_the_weights_is_part_of_the_experiment(lab):
    app = lab()
    button(app, "Add a kick to the weights").click().run()
    field(app, "kick1_factor").set_value(3.0)
    app.run()
    assert app.query_params["intervention1.step"] == "4"
    assert app.query_params["intervention1.factor"] == "3.0"
    button(app, "Train").click().run()
    assert not app.exception
    assert app.table[0].value["last step"].tolist() == ["8"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_is_welcome_and_survives_its_link(preset):
    assert app_problems(preset.experiment, HOSTED) == {}
    assert Experiment.from_query(preset.experiment.to_query()) == preset.experiment


def test_an_exploding_relu_network_says_at_which_step(lab, said):
    relu = TINY.model_copy(update={"runs": (Run(norm="none", lr=1e9),), "steps": 40})
    app = lab(relu)
    assert not app.exception
    assert "plain diverged at step" in said(app)
    assert "diverged at step" in app.table[0].value["end"].iloc[0]


def test_a_sigmoid_network_at_the_same_rate_is_finite_at_chance(lab, said):
    sigmoid = Experiment(widths=(8, 8), activation="sigmoid", steps=30, runs=(Run(norm="none", lr=1e9),))
    app = lab(sigmoid)
    assert not app.exception
    assert "diverged" not in said(app)
    assert app.table[0].value["end"].iloc[0].startswith("finished, but at chance (test accuracy 0.")


def test_a_batch_larger_than_the_data_is_refused_with_range_and_fix(lab, said):
    app = lab()
    field(app, "batch_size").set_value(65)
    app.run()
    assert not app.exception
    assert "batch_size = 65: must be from 1 to 64" in said(app)
    assert "choose a smaller batch" in said(app)
    assert button(app, "Train").disabled


def test_a_batch_of_one_is_refused_where_statistics_need_two(lab, said):
    app = lab()
    field(app, "batch_size").set_value(1)
    app.run()
    assert "batch_size = 1: must be at least 2 for run1 (batch)" in said(app)
    field(app, "run1_norm", "selectbox").set_value("layer")
    app.run()
    assert not app.error


@pytest.mark.usefixtures("hosted")
def test_a_shared_server_refuses_and_offers_the_nearest_settings(lab, said):
    app = lab()
    field(app, "steps").set_value(6000)
    app.run()
    assert "steps = 6000: must be from 1 to 5000" in said(app)
    assert "Nearest that this server trains: steps 5000 instead of 6000." in said(app)
    button(app, "Use these settings").click().run()
    assert field(app, "steps").value == 5000
    assert app.table[0].value["last step"].tolist() == ["5000"]
    assert not app.error


def test_a_laptop_trains_for_longer_and_says_what_it_costs(lab):
    app = lab()
    field(app, "steps").set_value(6000)
    app.run()
    assert not app.error
    assert button(app, "Train").help.startswith("Estimated work: ")
    assert button(app, "Train").help.endswith("% of what one training may take here.")


@pytest.mark.usefixtures("hosted")
@pytest.mark.parametrize(
    ("beyond", "shown"),
    [
        ({"steps": "900000"}, {"steps": 5000}),
        ({"widths": "-".join(["4"] * 50)}, {"depth": 20}),
        ({"records": "9000"}, {"records": 240}),
        ({f"run{number}.norm": "none" for number in range(1, 60)}, {"steps": 8}),
    ],
    ids=str,
)
def test_what_a_link_asks_beyond_the_limits_is_named_and_the_nearest_is_trained(lab, said, beyond, shown):
    app = lab(**{name.replace(".", "__"): value for name, value in beyond.items()})
    assert not app.exception
    assert "These parts of the link were ignored" in app.error[0].value
    assert "run bnviz on your own machine" in said(app) or "compare up to four runs" in said(app)
    assert field(app, "dataset", "selectbox").value == "moons"
    assert {name: field(app, name).value for name in shown} == shown
    assert len(app.table[0].value) <= 4


@pytest.mark.usefixtures("hosted")
def test_an_experiment_beyond_the_limits_is_not_taken_from_a_file(lab, said):
    app = upload(lab(), "large.json", TINY.model_copy(update={"steps": 900_000}).to_json().encode())
    assert "too large for this app" in said(app)
    assert field(app, "steps").value == TINY.steps


def test_a_table_too_long_for_a_text_file_is_left_out_and_named(lab, said, monkeypatch):
    monkeypatch.setattr(made, "MOST_ROWS", 1000)
    app = lab()
    app.session_state["frame_save"] = True
    app.run()
    assert "in the recording only" in said(app)
    assert "histograms of the activations" in said(app)
    (table,) = [choice for choice in app.selectbox if choice.key == "frame_save_table"]
    assert made.TABLES["losses"] in table.options
    assert made.TABLES["histograms"] not in table.options


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.get("file_uploader")[0].set_value((name, data, "application/octet-stream")).run()


def test_a_recording_comes_back_as_it_was_saved(lab):
    other = TINY.model_copy(update={"steps": 5, "runs": (Run(norm="layer"),)})
    app = upload(lab(), "bnviz-history.npz", train(other).to_bytes())
    assert not app.exception
    assert not app.error
    assert app.table[0].value.index.tolist() == ["layer norm"]
    assert field(app, "steps").value == 5
    # It stays when the page is touched, although the file itself was dropped.
    app.run()
    assert not app.error
    assert app.table[0].value.index.tolist() == ["layer norm"]


def test_an_experiment_comes_back_as_it_was_saved(lab):
    other = TINY.model_copy(update={"steps": 5})
    app = upload(lab(), "bnviz-experiment.json", other.to_json().encode())
    assert not app.error
    assert field(app, "steps").value == 5


def damaged() -> bytes:
    whole = train(TINY).to_bytes()
    return whole[: len(whole) // 2]


def foreign() -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("half.npz", damaged, "damaged"),
        ("empty.npz", bytes, "damaged"),
        ("foreign.npz", foreign, "not a bnviz history"),
        ("text.json", lambda: b"\xff\xfe\x00", "not text"),
        ("list.json", lambda: b"[1, 2]", "not an experiment"),
        ("field.json", lambda: json.dumps({"steps": "many"}).encode(), "steps"),
        ("long.json", lambda: b" " * 300_000, "at most"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_and_breaks_nothing(lab, said, name, data, reason):
    app = upload(lab(), name, data())
    assert not app.exception
    assert len(app.error) == 1
    assert reason in said(app)
    assert field(app, "steps").value == TINY.steps
    assert len(components(app)) == 1
