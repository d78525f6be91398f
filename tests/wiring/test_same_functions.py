"""Same functions, different coordinates: what the page shows follows its controls."""

import json

import pytest

from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.same_functions import charts, fixed_scale, folding, identity, parting, plane
from bnviz.lessons.same_functions import verdicts as words
from bnviz.styles import run_styles
from bnviz.ui.lessons.same_functions_fold import folding as bars
from bnviz.ui.lessons.same_functions_planes import planes
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
    settled,
)

pytestmark = pytest.mark.slow

CASES = {
    "as it opens": {},
    "all predictions right": {
        "fold_prediction": "none",
        "fold": 1.0,
        "mode": 1.0,
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
        "γx + β reached the lowest loss in this run.",
        "all but only γ is pulled",
        "The plain w turned by 0° while its length stayed 0.5;",
        "With batch norm every ray is level.",
    ],
}
BARS = {"example": 1.0, "fold": 0.0, "mode": 0.0}
PRESSED = ["repeat", "planes", "bars", "fold_skip"]
FOLDS = [f"same_functions_{name}" for name in ("folding", "holding", "carrying", "walking")]


@pytest.fixture(scope="module")
def page():
    # The link that names a control of the three walks shows them before there is a guess.
    return Page("pages/2_same_functions.py", "same_functions", folds=FOLDS, rate="1")


def test_every_control_is_moved(page):
    require_complete(page, CASES.values(), PRESSED)


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require(page.move(**CASES[case]), expected(**CASES[case]))
    require_planes(page, **CASES[case])
    require_bars(page, **CASES[case])
    require_link(page, CASES[case])
    require_said(page, *SAID.get(case, []))


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
    require_bars(page, seed=1)


def require_bars(page, seed=0, **settings) -> None:
    figure = page.component("bars")
    assert figure["values"] == {name: settings.get(name, value) for name, value in BARS.items()}
    table = result_of(folding.Folding(seed))
    assert figure["scene"] == json.loads(json.dumps(bars(table, styles("batch", "none"), 3).to_dict()))
    assert figure["held"] == (settings.get("fold_prediction") is None)


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
    **hero,
) -> Shown:
    return (
        of_hero(fold_prediction, seed)
        + of_parting(rate, depth, part_prediction, seed, theme)
        + of_folding(example, seed, theme)
        + of_scale(scale, seed, theme)
        + of_identity(eps, seed, theme)
        + of_plane(length, angle, plane_rate, update, seed)
    )


def styles(*norms: str):
    return run_styles(Experiment(runs=tuple(Run(norm=norm) for norm in norms)))


def of_hero(guess, seed) -> Shown:
    batch = folding.folding_summary(result_of(folding.Folding(seed))).set_index("norm").loc["batch"]
    said = settled(guess, words.what_folding_did(batch), words.why_folding_in_short(batch))
    return Shown(sentences=[said] if guess else [])


def of_folding(example, seed, theme) -> Shown:
    table = result_of(folding.Folding(seed))
    of_batch = table[table["norm"] == "batch"]
    summary = folding.folding_summary(table).set_index("norm")
    batch, affine = summary.loc["batch"], summary.loc["affine"]
    draw = {"styles": styles("batch", "none"), "example": example - 1, "theme": theme}
    return Shown(
        sentences=[words.why_folding(batch), words.redundancy_verdict(batch, affine), words.mode_verdict(batch)],
        charts=[charts.plot_answer(of_batch, **draw), charts.plot_agreement(of_batch, **draw)],
    )


def of_scale(scale, seed, theme) -> Shown:
    task = fixed_scale.FixedScale(scale, seed)
    table = result_of(task)
    losses = table.pivot_table(index="step", columns="run", values="loss")
    other, same = ((losses[run] - losses[2]).abs().max() for run in (0, 1))
    return Shown(
        sentences=[words.fixed_scale_verdict(same, other, scale)],
        charts=[plot_run_losses(table, run_styles(task.experiment), broad=0, theme=theme)],
    )


def of_parting(rate, depth, guess, seed, theme) -> Shown:
    task = parting.Parting(rate, depth, seed)
    table, runs = result_of(task), run_styles(task.experiment)
    parted, ends = parting.split(table), parting.endings(table, task.steps)
    said = settled(guess, words.what_parted(parted), words.why_parted(parted))
    return Shown(
        sentences=[words.walks_verdict(ends, [run.label for run in runs]), said],
        charts=[
            charts.plot_parting(table, runs, quantity=quantity, theme=theme) for quantity in ("difference", "loss")
        ],
    )


def of_identity(eps, seed, theme) -> Shown:
    table = result_of(identity.ScaleIdentity(seed))
    affine, batch, exact = (
        identity.found(table, *which) for which in (("affine", 0.0), ("batch", eps), ("batch", 0.0))
    )
    return Shown(
        sentences=[words.identity_verdict(affine, batch, eps), words.change_verdict(affine, exact)],
        charts=[charts.plot_identity(table, styles("affine", "batch"), eps=eps, theme=theme)],
    )


def of_plane(length, angle, rate, update, seed) -> Shown:
    table = plane.Walks(length, angle, rate, seed).compute()
    runs = [table[table["run"] == run] for run in (0, 1)]
    plain, batch = (walk[walk["step"] <= update].iloc[-1] for walk in runs)
    return Shown(
        sentences=[
            words.ray_verdict(plain, batch),
            words.walk_verdict(runs[0].iloc[0], plain, "The plain w"),
            words.walk_verdict(runs[1].iloc[0], batch, "With batch norm w"),
        ],
    )
