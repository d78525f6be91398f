"""The training lab: every field of an experiment by the label of its control, what is trained, figures and files."""

import io
import zipfile
from functools import partial

import pandas as pd
import pytest

from bnviz import Experiment, Intervention, Run, charts
from bnviz.charts.theme import STAGE_NAMES
from bnviz.export.gif import gif
from bnviz.export.notebook import notebook
from bnviz.export.script import script
from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.outcome import outcomes
from bnviz.styles import run_styles
from bnviz.ui.page import made, saving
from bnviz.ui.player.offline import offline_html
from tests.wiring.following import Page, require_charts, result_of
from tests.wiring.pictures import picture

pytestmark = pytest.mark.slow

FILE = "pages/12_training_lab.py"
KICK = Intervention(step=4, factor=2.0)
BASE = Experiment(
    dataset="moons",
    widths=(4, 6),
    steps=8,
    batch_size=16,
    n_train=64,
    runs=(Run(norm="batch"), Run(norm="none", lr=0.2)),
    interventions=(KICK,),
)

# Label → field and a value that is not the default, for the experiment, for a run, and for a kick to the weights.
OF_THE_EXPERIMENT = {
    "Data": ("dataset", "circles"),
    "Activation": ("activation", "tanh"),
    "Steps": ("steps", 9),
    "Batch size B": ("batch_size", 8),
    "Seed": ("seed", 5),
    "Standardize the inputs": ("standardize", True),
    "Offset of the inputs": ("offset", 1.5),
    "Noise of the points": ("noise", 0.35),
    "Label noise": ("label_noise", 0.2),
    "Training examples": ("n_train", 50),
    "Recorded steps": ("records", 7),
    "Precision": ("dtype", "float64"),
}
OF_A_RUN = {
    "Normalization": ("norm", "layer"),
    "Learning rate η": ("lr", 0.25),
    "Initial scale": ("init_scale", 1.5),
    "Name": ("label", "mine"),
    "Optimizer": ("optimizer", "adam"),
    "Momentum of SGD": ("momentum", 0.7),
    "Weight decay λ": ("weight_decay", 0.002),
    "Decay the output layer too": ("decay_head", False),
    "Hidden weights' rate ×": ("hidden_lr_factor", 3.0),
    "Train γ and β": ("train_affine", False),
    "Train hidden weights": ("train_weights", False),
    "Train the output layer": ("train_head", False),
}
OF_A_NORM = {
    "batch": {"ε": ("eps", 0.01), "Momentum of running μ, σ²": ("norm_momentum", 0.35)},
    "group": {"Groups": ("groups", 2)},
    "dynamic_tanh": {"Initial α": ("dyt_alpha", 0.9)},
    "batch_renorm": {"Bound of r": ("rmax", 2.5), "Bound of d": ("dmax", 4.5)},
    "batch_noisy": {"Noise of the mean": ("noise_mean", 0.15), "Noise of the sd": ("noise_std", 1.15)},
}
OF_A_KICK = {"After step": ("step", 6), "Multiply hidden weights by": ("factor", 7.0)}
ELSEWHERE = {
    "Start from", "Hidden layers", "A width for each layer", "Layer 1", "Layer 2", "A rate for each run", "Copy run 1",
    "Copy run 2", "Remove run 1", "Remove run 2", "Remove kick 1", "Add a run",
    "Add a kick to the weights", "Train", "Sweep",
    "Open a recording (.npz), an experiment (.json) or your own data (.csv)", "player",
}  # fmt: skip


def lab(experiment: Experiment) -> Page:
    return Page(FILE, "lab", **experiment.to_query())


def written(page: Page) -> Experiment:
    """The experiment in the page's link."""
    return Experiment.from_query(page.app.query_params)


def labeled(page: Page, label: str, place: str = ""):
    """The control with this label; `place` tells apart those of several runs or kicks."""
    found = [page.control(name) for name in page.controls() if not place or f"_{place}_" in f"_{name}_"]
    (control,) = [control for control in found if plain(getattr(control, "label", "")) == label]
    return control


def plain(label: str) -> str:
    """A label without the run that it is of."""
    return label.partition(", run ")[0]


def with_run(number: int, **changes) -> Experiment:
    runs = list(BASE.runs)
    runs[number] = Run(**dict(runs[number]) | changes)
    return Experiment(**dict(BASE) | {"runs": tuple(runs)})


def require_trained(page: Page, experiment: Experiment) -> None:
    """Assert that the table of results is that of the experiment."""
    rows = [
        [outcome.label, str(outcome.step), f"{outcome.train_loss:.3f}", f"{outcome.test_accuracy:.3f}"]
        for outcome in outcomes(result_of(experiment))
    ]
    shown = page.tables()[0].reset_index().iloc[:, :4].to_numpy().tolist()
    assert [[row[0].replace("\\", ""), *row[1:]] for row in shown] == rows


@pytest.fixture(scope="module")
def page():
    return lab(BASE)


def change(page: Page, label: str, value, place: str = "") -> Experiment:
    """Set a control, read the link, and put the control back."""
    control = labeled(page, label, place)
    before = control.value
    control.set_value(value)
    page.run()
    found = written(page)
    labeled(page, label, place).set_value(before)
    page.run()
    assert written(page) == BASE
    return found


def test_every_control_has_a_field():
    page = lab(with_run(0, norm="group", groups=2))
    few = {label for labels in OF_A_NORM.values() for label in labels}
    drawn = {plain(getattr(page.control(name), "label", name)) for name in page.controls()}
    assert drawn - {*OF_THE_EXPERIMENT, *OF_A_RUN, *OF_A_KICK, *few} == ELSEWHERE


@pytest.mark.parametrize("label", OF_THE_EXPERIMENT)
def test_a_field_of_the_experiment_is_in_the_link(page, label):
    field, value = OF_THE_EXPERIMENT[label]
    assert change(page, label, value) == BASE.model_copy(update={field: value})


@pytest.mark.parametrize("label", OF_A_RUN)
@pytest.mark.parametrize("number", [0, 1])
def test_a_field_of_a_run_is_in_the_link_and_in_no_other_run(page, number, label):
    field, value = OF_A_RUN[label]
    assert change(page, label, value, f"run{number + 1}") == with_run(number, **{field: value})


@pytest.mark.parametrize("norm", OF_A_NORM)
def test_a_field_that_few_normalizations_use_is_drawn_for_those(norm):
    page = lab(with_run(0, norm=norm, groups=1))
    for of, labels in OF_A_NORM.items():
        for label, (field, value) in labels.items():
            drawn = [c for name in page.controls() if "run1" in name and (c := page.control(name)).label == label]
            running = norm.startswith("batch")
            assert bool(drawn) == (of == norm or (of == "batch" and (running or (label == "ε" and norm == "group"))))
            if of == norm:
                labeled(page, label, "run1").set_value(value)
                page.run()
                assert getattr(written(page).runs[0], field) == value
                assert written(page).runs[1] == BASE.runs[1]


@pytest.mark.parametrize("label", OF_A_KICK)
def test_a_field_of_a_kick_is_in_the_link(page, label):
    field, value = OF_A_KICK[label]
    kicked = Intervention(**dict(KICK) | {field: value})
    assert change(page, label, value, "kick1") == BASE.model_copy(update={"interventions": (kicked,)})


def test_widths_are_set_layer_by_layer_or_together():
    page = lab(BASE)
    labeled(page, "Layer 2").set_value(10)
    page.run()
    assert written(page).widths == (4, 10)
    labeled(page, "Hidden layers").set_value(3)
    page.run()
    assert written(page).widths == (4, 10, 10)
    labeled(page, "A width for each layer").set_value(False)
    page.run()
    labeled(page, "Width").set_value(5)
    page.run()
    assert written(page).widths == (5, 5, 5)


def test_rates_are_set_run_by_run_or_together():
    page = lab(BASE)
    labeled(page, "A rate for each run").set_value(False)
    page.run()
    assert [run.lr for run in written(page).runs] == [0.1, 0.1]
    labeled(page, "Learning rate η").set_value(0.3)
    page.run()
    assert [run.lr for run in written(page).runs] == [0.3, 0.3]
    labeled(page, "A rate for each run").set_value(True)
    page.run()
    labeled(page, "Learning rate η", "run2").set_value(0.7)
    page.run()
    assert [run.lr for run in written(page).runs] == [0.3, 0.7]


def test_runs_and_kicks_are_added_copied_and_removed_where_the_button_stands():
    page = lab(with_run(1, lr=0.7))
    plain = Run(norm="none", lr=0.7)
    labeled(page, "Copy run 1").click()
    page.run()
    assert written(page).runs == (BASE.runs[0], BASE.runs[0], plain)
    labeled(page, "Remove run 2").click()
    page.run()
    labeled(page, "Copy run 2").click()
    page.run()
    assert written(page).runs == (BASE.runs[0], plain, plain)
    labeled(page, "Remove run 1").click()
    page.run()
    labeled(page, "Add a run").click()
    page.run()
    assert written(page).runs == (plain, plain, Run(lr=0.7))
    labeled(page, "Add a kick to the weights").click()
    page.run()
    assert written(page).interventions == (KICK, Intervention(step=4, factor=10.0))
    labeled(page, "Remove kick 1").click()
    page.run()
    assert written(page).interventions == (Intervention(step=4, factor=10.0),)


def test_train_trains_what_the_controls_say_and_nothing_before():
    page = lab(BASE)
    require_trained(page, BASE)
    labeled(page, "Learning rate η", "run2").set_value(0.5)
    page.run()
    require_trained(page, BASE)
    assert "Press Train" in page.text()
    page.press("train")
    require_trained(page, with_run(1, lr=0.5))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_is_told_by_its_experiment(monkeypatch, preset):
    monkeypatch.setattr("bnviz.ui.page.stage.Stage.show", lambda stage, *_: stage.show_caption())  # nothing is trained
    page = Page(FILE, "lab", **preset.experiment.to_query())
    assert labeled(page, "Start from").value == preset.name
    assert preset.look in page.text()
    assert preset.note in page.text()
    other = PRESETS[PRESETS.index(preset) - 1]
    labeled(page, "Start from").set_value(other.name)
    page.run()
    assert written(page) == other.experiment


def look(page: Page, tab: str) -> Page:
    page.app.session_state["lab_figures"] = True
    page.app.session_state["lab_figure"] = tab
    return page.run()


def of_history(history):
    return {"styles": run_styles(BASE), "theme": "light", "interventions": [4]}


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_figures_follow_layer_and_stage(page, layer, stage):
    history, common = result_of(BASE), of_history(None)
    for tab, drawn in (
        ("μ and σ", [
            partial(charts.plot_moments, history.moments(), layer=layer, stage=stage, quantity=quantity)
            for quantity in ("mean", "std")]),
        ("Percentiles", [
            partial(charts.plot_percentiles, history.percentiles(), run=run, layer=layer, stage=stage)
            for run in (0, 1)]),
    ):  # fmt: skip
        look(page, tab)
        labeled(page, "Hidden layer").set_value(layer)
        labeled(page, "Values").set_value(stage)
        page.run()
        require_charts(page.charts(), [picture(draw(**common)) for draw in drawn])
    if stage == "pre_norm":
        look(page, "γ and β")
        labeled(page, "Hidden layer").set_value(layer)
        page.run()
        frame = history.affine()
        runs = sorted(frame["run"].unique())
        require_charts(
            page.charts(), [picture(charts.plot_affine(frame, run=run, layer=layer, **common)) for run in runs]
        )


@pytest.mark.parametrize("quantity", ["weight_norm", "grad_norm", "effective_lr"])
def test_the_figure_of_the_weights_follows_its_quantity(page, quantity):
    look(page, "Weights and rates")
    labeled(page, "Quantity").set_value(quantity)
    page.run()
    drawn = charts.plot_weights(result_of(BASE).weights(), quantity=quantity, **of_history(None))
    require_charts(page.charts(), [picture(drawn)])


@pytest.mark.parametrize(("tab", "plot"), [("Loss", charts.plot_loss), ("Accuracy", charts.plot_accuracy)])
def test_the_figures_of_losses_are_those_of_the_recording(page, tab, plot):
    history = result_of(BASE)
    look(page, tab)
    require_charts(page.charts(), [picture(plot(history.losses(), status=history.status, **of_history(None)))])


@pytest.mark.parametrize("table", list(made.TABLES))
def test_the_files_are_those_of_what_was_trained(page, monkeypatch, table):
    offered = {}
    monkeypatch.setattr(
        saving.st, "download_button", lambda label, data, name, *_args, **_more: offered.update({label: (data, name)})
    )
    page.app.session_state["frame_save"] = True
    page.run()
    page.app.session_state["frame_save_table"] = table
    page.run()
    history = result_of(BASE)
    frame = getattr(history, table)()
    for kind, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        data, name = offered[f"Table (.{kind})"]
        pd.testing.assert_frame_equal(read(io.BytesIO(data())), frame, check_dtype=False, check_categorical=False)
        assert name == f"bnviz-{table}.{kind}"
    made_of = {label: data() if callable(data) else data for label, (data, _) in offered.items()}
    assert made_of["Recording (.npz)"] == history.to_bytes()
    assert Experiment.from_json(made_of["Experiment (.json)"]) == BASE
    assert made_of["Notebook (.ipynb)"] == notebook(BASE)
    assert made_of["Animation (.gif)"] == gif(history)
    assert made_of["Offline player (.html)"] == offline_html(history)
    with zipfile.ZipFile(io.BytesIO(made_of["Script (.zip)"])) as archive:
        assert archive.read("bnviz_script.py").decode() == script(BASE, "bnviz_script").text


def test_a_control_comes_and_goes_at_once_with_the_one_that_it_depends_on(page):
    def labels():
        return [getattr(page.control(name), "label", None) for name in page.controls() if "run1_" in name]

    assert "Momentum of SGD" in labels()
    labeled(page, "Optimizer", "run1").set_value("adam")
    page.run()
    assert "Momentum of SGD" not in labels()
    labeled(page, "Optimizer", "run1").set_value("sgd")
    page.run()
    assert "Momentum of SGD" in labels()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_run_that_is_removed_is_the_one_whose_button_was_pressed(number):
    runs = tuple(Run(lr=rate) for rate in (0.1, 0.2, 0.3))
    page = lab(BASE.model_copy(update={"runs": runs}))
    page.press(labeled(page, f"Remove run {number + 1}").key)
    assert written(page).runs == (*runs[:number], *runs[number + 1 :])
