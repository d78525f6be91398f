"""The line of the lab says what its controls say, and the lab opens on something to see."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bnviz import Experiment, Intervention, Run
from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.ui.lab import state
from bnviz.ui.server.training import job_key, prepare, training_queue
from tests.pages.reading import components

LAB = "pages/12_training_lab.py"
TINY = Experiment(
    dataset="moons", widths=(4, 4), steps=8, batch_size=16, n_train=64, runs=(Run(norm="batch"), Run(norm="none"))
)


def link_of(experiment: Experiment) -> dict[str, str]:
    return {name.replace(".", "__"): value for name, value in experiment.to_query().items()}


@pytest.fixture
def lab(open_page):
    return lambda experiment=TINY: open_page(LAB, **link_of(experiment))


def blocks(block: Any) -> Iterator[Any]:
    for child in getattr(block, "children", {}).values():
        yield child
        yield from blocks(child)


def line(app: AppTest) -> str:
    """What the parts of the line say, one after the other."""
    parts = [block.proto.popover for block in blocks(app.main) if block.type == "popover"]
    return "; ".join(re.sub(r"[*\\]", "", part.label) for part in parts if part.type == "tertiary")


def others(app: AppTest) -> str:
    """What the line says besides its parts."""
    found = [each.value.replace("\\", "") for each in app.markdown if each.value.startswith("with ")]
    return "".join(found)


def control(app: AppTest, name: str) -> Any:
    kinds = ("number_input", "selectbox", "toggle", "text_input")
    return next(each for kind in kinds for each in app.get(kind) if each.key and each.key.partition("_")[2] == name)


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_line_is_the_recipe_in_words(lab):
    kicked = TINY.model_copy(update={"interventions": (Intervention(step=4, factor=10.0),)})
    assert line(lab(kicked)) == (
        "batch norm and plain; on moons, training examples 64; 2 × 4 ReLU; rate 0.1; 8 steps of 16; "
        "weights ×10 at step 4; seed 0"
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("dataset", "circles", "on circles"),
        ("offset", 5.0, "on moons, offset of the inputs 5"),
        ("depth", 3, "3 × 4 ReLU"),
        ("width", 6, "2 × 6 ReLU"),
        ("activation", "tanh", "2 × 4 tanh"),
        ("lr", 1e-5, "rate 10⁻⁵"),
        ("steps", 1500, "1,500 steps of 16"),
        ("batch_size", 8, "8 steps of 8"),
        ("seed", 7, "seed 7"),
        ("run2_norm", "layer", "batch norm and layer norm"),
        ("run2_norm", "batch", "2 × batch norm"),
    ],
)
def test_the_line_follows_a_control_at_once(lab, name, value, said):
    app = lab()
    control(app, name).set_value(value)
    app.run()
    assert not app.exception
    assert said in line(app)


def test_whole_batches_and_widths_of_their_own_are_told(lab):
    app = lab(TINY.model_copy(update={"batch_size": None, "widths": (8, 4)}))
    assert "8-4 ReLU; rate 0.1; 8 steps of all examples" in line(app)


def test_the_line_names_what_none_of_its_parts_opens(lab):
    app = lab()
    assert others(app) == ""
    control(app, "run1_init_scale").set_value(8.0)
    app.run()
    assert others(app) == "with initial scale 8 (batch norm)"
    control(app, "run2_init_scale").set_value(8.0)
    control(app, "records").set_value(50)
    app.run()
    assert others(app) == "with recorded steps 50, initial scale 8"
    for name, value in (("momentum", 0.5), ("hidden_lr_factor", 2.0), ("train_head", False)):
        control(app, f"run1_{name}").set_value(value)
    app.run()
    assert others(app) == "with recorded steps 50, initial scale 8, momentum of SGD 0.5 (batch norm), 2 more"


def test_a_rate_is_that_of_all_runs_or_of_each(lab):
    def rates() -> list[float]:
        return [run.lr for run in Experiment.from_query(app.query_params).runs]

    app = lab()
    control(app, "lr").set_value(0.3)
    app.run()
    assert rates() == [0.3, 0.3]
    control(app, "own_rates").set_value(True)
    app.run()
    control(app, "run2_lr").set_value(0.02)
    app.run()
    assert rates() == [0.3, 0.02]
    assert "rate 0.3 and 0.02" in line(app)
    control(app, "own_rates").set_value(False)
    app.run()
    assert rates() == [0.3, 0.3]


@pytest.mark.parametrize("runs", [TINY.runs, (Run(lr=0.1), Run(lr=0.5)), TINY.runs[:1]], ids=["one rate", "two", "one"])
def test_a_field_has_one_control(lab, runs):
    app = lab(TINY.model_copy(update={"runs": runs}))
    kinds = ("number_input", "selectbox", "toggle", "text_input")
    labels = Counter(each.label for kind in kinds for each in app.get(kind))
    assert labels["Steps"] == labels["Data"] == labels["Hidden layers"] == labels["Width"] == 1
    rates = {label: count for label, count in labels.items() if label.startswith("Learning rate")}
    one = len({run.lr for run in runs}) == 1
    assert rates == ({"Learning rate η": 1} if one else {f"Learning rate η, run {n}": 1 for n in (1, 2)})


def test_a_draft_that_cannot_be_trained_is_in_the_line_as_well(lab):
    app = lab()
    control(app, "steps").set_value(-3)
    control(app, "lr").set_value(0.0)
    app.run()
    assert not app.exception
    assert len(app.error) == 1
    assert "rate 0; -3 steps of 16" in line(app)


@pytest.fixture
def begins(monkeypatch):
    """What the lab begins with: the small experiment, or else another small one in the place of the race."""
    race = TINY.model_copy(update={"seed": 1})
    monkeypatch.setattr(state, "START", TINY)
    monkeypatch.setattr(state, "RACE", race)
    free: set[str] = set()
    monkeypatch.setattr(type(training_queue()), "costs_nothing", lambda _queue, key: key in free)
    return TINY, race, free


def test_the_first_visit_waits_for_train_where_nothing_is_kept_and_says_so_in_one_sentence(open_page, begins):
    app = open_page(LAB)
    assert not app.exception
    assert not components(app)
    assert not app.table
    assert [info.value.count(".") for info in app.info] == [1]
    assert app.info[0].value.startswith("Press Train")
    app = press(app, "Train")
    assert not app.info
    assert len(components(app)) == 1
    assert app.table[0].value["last step"].tolist() == ["8", "8"]


@pytest.mark.parametrize("kept", ["both", "race"])
def test_the_first_visit_plays_what_costs_nothing(open_page, begins, kept):
    start, race, free = begins
    free |= {job_key(race)} | ({job_key(start)} if kept == "both" else set())
    app = open_page(LAB)
    assert not app.info
    assert len(components(app)) == 1
    assert f"seed {0 if kept == 'both' else 1}" in line(app)


def test_a_result_that_is_kept_costs_nothing_and_another_does(begins, monkeypatch):
    monkeypatch.undo()
    other = TINY.model_copy(update={"seed": 12345})
    prepare(TINY)
    assert training_queue().costs_nothing(job_key(TINY))
    assert not training_queue().costs_nothing(job_key(other))


def test_a_link_plays_without_a_press(lab):
    app = lab(TINY.model_copy(update={"seed": 3}))
    assert len(components(app)) == 1
    assert not app.info
    assert "seed 3" in line(app)


def test_the_experiment_that_plays_has_its_question_above_and_its_note_below(open_page):
    preset = PRESETS[3]
    app = open_page(LAB, **link_of(preset.experiment))
    assert preset.look in [each.value for each in app.markdown]
    assert preset.note in [each.value for each in app.caption]
    assert next(each for each in app.selectbox if each.label == "Start from").value == preset.name
