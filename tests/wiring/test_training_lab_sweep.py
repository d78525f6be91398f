"""The sweep of the lab: fields, ranges, seeds and threshold, and the maps, cells and files that must follow."""

import pytest

from bnviz import Experiment, Run
from bnviz.lessons.why_not_affine import charts
from bnviz.lessons.why_not_affine.maps import MapTask, cells, gather, shares
from bnviz.lessons.why_not_affine.verdicts import share_note
from bnviz.styles import run_styles
from bnviz.ui.lab import sweep as lab_sweep
from bnviz.ui.page.sweep_view import Sweep, cell_table
from tests.wiring.following import Page, Shown, require, result_of

pytestmark = pytest.mark.slow

FILE = "pages/12_training_lab.py"
BASE = Experiment(dataset="moons", widths=(4,), steps=8, batch_size=16, n_train=64, runs=(Run(), Run(norm="none")))
SWEPT = BASE.model_copy(update={"records": 2})
RATES, SCALES = (0.1, 0.3, 1.0), (0.3, 1.0)


def rows_of(axes, seeds=1):
    """A row a network: the seeds one after the other, in each the runs."""
    frames = [
        result_of(MapTask(SWEPT.model_copy(update={"seed": seed, "runs": (run,)}), axes))
        for seed in range(seeds)
        for run in SWEPT.runs
    ]
    return gather(frames, 2)


def must_show(axes, cell, *, seeds=1, threshold=0.85) -> Shown:
    rows, styles, values = rows_of(axes, seeds), run_styles(SWEPT), dict(axes)
    networks = len(axes[0][1]) * len(axes[1][1])
    pictures = []
    for run, style in enumerate(styles):
        own = rows[rows["run"] == run]
        (share,) = shares(own, threshold).to_dict("records")
        note = share_note(share["trained"], share["networks"], networks, share["share"], share["sd"])
        table = cells(own, axes, threshold)
        pictures.append(charts.plot_map(table, style, values, threshold=threshold, note=note, cell=cell, pick=True))
    table = cells(rows, axes, threshold)
    profiles = [
        charts.plot_profile(table, styles, values, along=along, cell=cell, threshold=threshold) for along in values
    ]
    return Shown(
        sentences=[f"All maps together: {2 * networks * seeds} networks × 8 updates"],
        charts=[*pictures, *profiles],
        tables=[cell_table(Sweep(SWEPT, axes, seeds, "test"), rows, cell)],
    )


@pytest.fixture
def page():
    """The sweep over few rates and scales, trained."""
    page = Page(FILE, "lab", **BASE.to_query())
    page.control("sweeping").set_value(True)
    page.run()
    page.control("sweep_x_lr").set_value((0.1, 1.0))
    page.control("sweep_y_init_scale").set_value((0.3, 1.0))
    page.run()
    return train(page)


def train(page: Page) -> Page:
    return page.press("sweep_train") if "sweep_train" in page.controls() else page


def set_to(page: Page, **values) -> Page:
    for name, value in values.items():
        page.control(f"sweep_{name}").set_value(value)
    return train(page.run())


AXES = (("lr", RATES), ("init_scale", SCALES))


def test_every_control_of_the_sweep_is_moved(page):
    own = {name for name in page.controls() if name.startswith("sweep_")}
    assert {name for name in own if "_map" not in name} == {
        "sweep_x", "sweep_y", "sweep_x_lr", "sweep_y_init_scale", "sweep_seeds", "sweep_threshold", "sweep_cell_lr",
        "sweep_cell_init_scale", "sweep_open0", "sweep_open1", "sweep_csv", "sweep_parquet",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("moved", "must"),
    [
        ({}, {}),
        ({"threshold": 0.5}, {"threshold": 0.5}),
        ({"seeds": 2}, {"seeds": 2}),
        ({"cell_lr": 1.0}, {"cell": {"lr": 1.0}}),
        ({"cell_init_scale": 0.3}, {"cell": {"init_scale": 0.3}}),
        ({"x_lr": (0.3, 1.0)}, {"axes": (("lr", (0.3, 1.0)), AXES[1]), "cell": {"lr": 1.0}}),
        ({"y_init_scale": (0.3, 0.3)}, {"axes": (AXES[0], ("init_scale", (0.3,))), "cell": {"init_scale": 0.3}}),
    ],
    ids=str,
)
def test_what_follows_a_control_follows_and_the_rest_stays(page, moved, must):
    set_to(page, **moved)
    cell = {"lr": 0.1, "init_scale": 1.0} | must.get("cell", {})
    require(page, must_show(**{"axes": AXES, **must, "cell": cell}))


def test_fields_are_swept_as_they_are_chosen(page):
    page.control("sweep_x").set_value("batch_size")
    page.run()
    page.control("sweep_y").set_value("depth")
    page.run()
    set_to(page, x_batch_size=(4, 8), y_depth=(1, 2))
    axes = (("batch_size", (4, 8)), ("depth", (1, 2)))
    require(page, must_show(axes, {"batch_size": 8, "depth": 2}))
    page.press("sweep_open0")
    opened = BASE.model_copy(update={"batch_size": 8, "widths": (4, 4), "runs": BASE.runs[:1]})
    assert Experiment.from_query(page.app.query_params) == opened


@pytest.mark.parametrize("run", [0, 1])
def test_a_cell_opens_with_its_run(page, run):
    set_to(page, cell_lr=1.0, cell_init_scale=0.3)
    page.press(f"sweep_open{run}")
    opened = BASE.model_copy(update={"runs": (Run(norm=BASE.runs[run].norm, lr=1.0, init_scale=0.3),)})
    assert Experiment.from_query(page.app.query_params) == opened
    assert page.control("sweeping").value is False


def test_files_hold_the_rows_of_the_sweep(page, monkeypatch):
    offered = {}
    monkeypatch.setattr(
        lab_sweep.st, "download_button", lambda label, data, name, *_args, **_more: offered.update({name: data()})
    )
    page.run()
    rows = rows_of(AXES)
    kept = rows[[name for name in rows if not name.startswith("best_")]]
    assert offered["bnviz-sweep.csv"] == kept.to_csv(index=False).encode()
    assert set(offered) == {"bnviz-sweep.csv", "bnviz-sweep.parquet"}
