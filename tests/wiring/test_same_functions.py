"""Same functions, different coordinates: what the page shows follows its controls."""

import json

import pytest

from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.same_functions import charts, fixed_scale, folding, identity, parting, plane
from bnviz.lessons.same_functions import verdicts as words
from bnviz.styles import run_styles
from bnviz.ui.lessons.same_functions_planes import planes
from bnviz.words import short
from tests.wiring.following import (
    Page,
    Shown,
    dark,
    require,
    require_complete,
    require_link,
    require_order,
    require_said,
    result_of,
    settlement,
)

pytestmark = pytest.mark.slow

CASES = {
    "as it opens": {},
    "all predictions right": {
        "fold_prediction": "none",
        "example": 9,
        "scale": 1.0,
        "part_prediction": "with the first update",
        "rate": 0.03,
        "depth": 1,
        "eps": 0.1,
        "length": 3.05,
        "angle": 20.0,
        "plane_rate": 1.0,
        "update": 1.0,
        "w_length": 0.1,
        "w_angle": 359.0,
    },
    "all predictions wrong": {
        "fold_prediction": "most",
        "example": 60,
        "scale": 0.25,
        "part_prediction": "never",
        "rate": 0.1,
        "eps": 1e-5,
        "length": 0.5,
        "plane_rate": 3.0,
        "update": 0.0,
    },
}
SAID = {
    "all predictions right": ["Here nothing tells the three apart.", "Batch norm with this ε pulls on w too."],
    "all predictions wrong": [
        "γx + β got furthest here.",
        "all but only γ is pulled",
        "The plain w turned by 0° while its length stayed 0.5;",
        "With batch norm every ray is level.",
    ],
}
PRESSED = ["repeat", "planes"]


@pytest.fixture(scope="module")
def page():
    return Page("pages/2_same_functions.py", "same_functions")


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require(page.move(**CASES[case]), expected(**CASES[case]))
    require_planes(page, **CASES[case])
    require_link(page, CASES[case])
    require_said(page, *SAID.get(case, []))


def test_every_control_is_moved(page):
    require_complete(page, CASES.values(), PRESSED)


def test_the_figures_follow_the_theme_and_stand_in_their_order(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
        require(page, expected(theme="dark"))
    require_order(page, expected())


def test_another_seed_is_in_everything(page):
    page.move(depth=1).press("repeat")
    assert page.app.query_params["seed"] == "1"
    require(page, expected(depth=1, seed=1))
    require_planes(page, seed=1)


def require_planes(page, seed=0, **settings) -> None:
    figure = page.component("planes")
    values = {"length": 2.0, "angle": 170.0, "plane_rate": 0.3, "update": 60.0, "w_length": 2.5, "w_angle": 330.0}
    assert figure["values"] == {name: settings.get(name, value) for name, value in values.items()}
    assert figure["scene"] == json.loads(json.dumps(planes(styles("none", "batch"), plane.NORMS, seed).to_dict()))


def expected(
    fold_prediction=None,
    example=1,
    scale=2.0,
    part_prediction=None,
    rate=1.0,
    depth=3,
    eps=0.0,
    length=2.0,
    angle=170.0,
    plane_rate=0.3,
    update=60,
    w_length=2.5,
    w_angle=330.0,
    seed=0,
    theme="light",
) -> Shown:
    return (
        of_folding(example, fold_prediction, seed, theme)
        + of_scale(scale, seed, theme)
        + of_parting(rate, depth, part_prediction, seed, theme)
        + of_identity(eps, seed, theme)
        + of_plane(length, angle, plane_rate, update, seed)
    )


def styles(*norms: str):
    return run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in norms)))


def of_folding(example, guess, seed, theme) -> Shown:
    table = result_of(folding.Folding(seed))
    of_batch, of_affine = (table[table["norm"] == norm] for norm in ("batch", "affine"))
    summary = folding.folding_summary(table).set_index("norm")
    batch, affine = summary.loc["batch"], summary.loc["affine"]

    def apart(part, one, other):
        return (part[one] - part[other]).abs().max()

    def accuracy(column):
        rows = of_batch.loc[of_batch.groupby("example")[column].idxmax()]
        return f"{(rows['digit'] == rows['label']).mean():.3f}"

    draw = {"styles": styles("batch", "none"), "example": example - 1, "theme": theme}
    return Shown(
        {
            "folded differs by, 32-bit": short(apart(of_batch, "folded_single", "original_single"), 2),
            "folded differs by, 64-bit": short(apart(of_batch, "folded", "original"), 2),
            "γx + β merged, 64-bit": short(apart(of_affine, "folded", "original"), 2),
            "training mode differs by": short(apart(of_batch, "training", "original")),
            "test accuracy": accuracy("original"),
            "test accuracy, folded": accuracy("folded_single"),
            "in training mode": accuracy("training"),
        },
        [
            settlement(guess, words.what_folding_did(batch), words.why_folding(batch)),
            words.redundancy_verdict(batch, affine),
            words.mode_verdict(batch),
        ],
        [charts.plot_answer(of_batch, **draw), charts.plot_agreement(of_batch, **draw)],
    )


def of_scale(scale, seed, theme) -> Shown:
    task = fixed_scale.FixedScale(scale, seed)
    table = result_of(task)
    losses = table.pivot_table(index="step", columns="run", values="loss")
    other, same = ((losses[run] - losses[2]).abs().max() for run in (0, 1))
    return Shown(
        {"difference from plain, rate c²η": short(other, 2), "difference from plain, rate η": short(same, 2)},
        [words.fixed_scale_verdict(same, other, scale)],
        [plot_run_losses(table, run_styles(task.experiment), broad=0, theme=theme)],
    )


def of_parting(rate, depth, guess, seed, theme) -> Shown:
    task = parting.Parting(rate, depth, seed)
    table, runs = result_of(task), run_styles(task.experiment)
    parted, ends = parting.split(table), parting.endings(table, task.steps)
    affine = table[table["run"] == parting.AFFINE].set_index("step")
    batch = table[table["run"] == parting.BATCH].set_index("step")
    reached = affine.index.max()
    return Shown(
        {
            "distance of γx + β, step 0": short(affine["difference"][0], 2),
            "after step 1": short(affine["difference"][1], 2),
            "at its last step": (
                short(affine["difference"].dropna().iloc[-1], 2)
                if reached == task.steps
                else f"diverged at step {reached + 1}"
            ),
            "batch norm's own move, step 1": short(batch["moved"][1], 2),
        },
        [
            settlement(guess, words.what_parted(parted), words.why_parted(parted)),
            words.walks_verdict(ends, [run.label for run in runs]),
        ],
        [charts.plot_parting(table, runs, quantity=quantity, theme=theme) for quantity in ("difference", "loss")],
    )


def of_identity(eps, seed, theme) -> Shown:
    table = result_of(identity.ScaleIdentity(seed))
    affine, batch, exact = (
        identity.found(table, *which) for which in (("affine", 0.0), ("batch", eps), ("batch", 0.0))
    )
    return Shown(
        {
            "γx + β: |w·∂L/∂w − γ·∂L/∂γ|": short(affine.error, 1),
            "batch norm: |w·∂L/∂w|": short(batch.weight_part, 2),
            "its error against ε/(σ² + ε)·γ·∂L/∂γ": short(batch.error, 1),
            "γx + β: error of Δ(γ² − ‖w‖²)": short(affine.change_error, 1),
            "batch norm, ε = 0: error of Δ‖w‖²": short(exact.change_error, 1),
        },
        [words.identity_verdict(affine, batch, eps)],
        [charts.plot_identity(table, styles("affine", "batch"), eps=eps, theme=theme)],
    )


def of_plane(length, angle, rate, update, seed) -> Shown:
    table = plane.Walks(length, angle, rate, seed).compute()
    runs = [table[table["run"] == run] for run in (0, 1)]
    plain, batch = (walk[walk["step"] <= update].iloc[-1] for walk in runs)
    return Shown(
        {
            "loss along the ray, plain": short(plain["along_ray"], 2),
            "loss along the ray, batch norm": short(batch["along_ray"], 1),
            "‖w‖, plain": short(plain["length"]),
            "‖w‖, batch norm": short(batch["length"]),
        },
        [
            words.ray_verdict(plain, batch),
            words.walk_verdict(runs[0].iloc[0], plain, "The plain w"),
            words.walk_verdict(runs[1].iloc[0], batch, "With batch norm w"),
        ],
    )
