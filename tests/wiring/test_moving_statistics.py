"""μ and σ move: what the page shows follows its controls."""

import pandas as pd
import pytest

from bnviz.lessons.moving_statistics import agreement, charts, deep_kick, descent, wandering
from bnviz.lessons.moving_statistics import verdicts as words
from bnviz.lessons.moving_statistics.agreement_verdicts import agreement_verdict
from bnviz.lessons.moving_statistics.shove import Shove
from bnviz.lessons.moving_statistics.shove_verdicts import what_the_shove_did, why_the_shove
from bnviz.styles import run_styles
from bnviz.ui.player import layer_table
from bnviz.ui.player.payload import pack
from bnviz.ui.server.stream import Packed
from bnviz.words import bounded, short
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
)

pytestmark = pytest.mark.slow

MOVED = {"mean": -2.0, "sd": 2.0, "shape": 1.0, "size": 16.0, "number": 5.0, "gamma": -1.0, "beta": 1.5}
CASES = {
    "as it opens": {},
    "all predictions right": {
        "output_prediction": "they are β and |γ| at every step",
        "mean": 2.0,
        "kind": "scale",
        "kicks": 3,
        "rate": 0.5,
        "updates": 0,
    },
    "all predictions wrong": {
        "eps": 1.0,
        "output_prediction": "they stay at 0 and 1",
        **MOVED,
        "kicks": 2,
        "rate": 0.05,
        "updates": 300,
    },
    "no kick": {"kind": "scale", "kicks": 0},
    "evaluation, and the cloud moved": {
        "output_prediction": "they drift along with μ and σ",
        "mean": 2.5,
        "evaluating": 1.0,
        "after": 7.0,
        "cloud_x": 4.0,
        "cloud_y": -3.0,
        "cloud_radius": 5.0,
    },
}
SAID = {
    "all predictions right": [
        "Layer norm cancels a common factor",
        "With batch norm the gradient of a mini-batch says less",
    ],
    "all predictions wrong": [
        "With ε = 1 the spread is",
        "With batch norm the gradient of some mini-batches says less",
    ],
    "no kick": ["No kick yet. Press the button."],
    "evaluation, and the cloud moved": ["In evaluation, with running averages, it puts out"],
}
PRESSED = ["kick", "repeat", "output_skip"]
DRAWN_ONLY = ["drift_player", "shove", "kinks"]


@pytest.fixture(scope="module")
def page():
    return Page("pages/4_moving_statistics.py", "moving_statistics")


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require(page.move(**CASES[case]), expected(**CASES[case]))
    require_link(page, CASES[case])
    require_said(page, *SAID.get(case, []))
    recording = result_of(wandering.drift_experiment(CASES[case].get("eps", 1e-5), 0))
    # A recording is fetched from an address, which tells recordings apart.
    assert page.component("drift_player")["address"] == Packed(pack(recording, autoplay=True, view="layer")).address


def test_the_table_has_the_recording_of_the_page(page):
    page.app.session_state["moving_statistics_drift_as_table"] = True
    page.move(eps=1.0)
    (table,) = page.app.dataframe
    del page.app.session_state["moving_statistics_drift_as_table"]
    assert table.value.to_csv() == layer_table(result_of(wandering.drift_experiment(1.0, 0))).round(4).to_csv()


def test_every_control_is_moved(page):
    require_complete(page, CASES.values(), [*PRESSED, *DRAWN_ONLY])


def test_the_figures_follow_the_theme_and_stand_in_their_order(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
        require(page, expected(theme="dark"))
    require_order(page, expected())


def test_the_button_deals_one_kick_more_and_then_starts_over(page):
    page.move(kind="scale")
    for kicks in (2, 3, 0, 1):
        page.press("kick")
        assert page.control("kicks").value == kicks
        assert page.control("kick").label == ("Start over" if kicks == 3 else "Kick the lower layers")
        require(page, expected(kind="scale", kicks=kicks))


def test_another_seed_is_in_everything(page):
    page.move(updates=0).press("repeat")
    assert page.app.query_params["seed"] == "1"
    require(page, expected(updates=0, seed=1))


def expected(
    eps=1e-5,
    output_prediction=None,
    kind="noise",
    kicks=1,
    rate=0.2,
    updates=50,
    seed=0,
    theme="light",
    **inputs,
) -> Shown:
    unit = {name: value for name, value in inputs.items() if not name.startswith("cloud")}
    return (
        of_shove(unit, output_prediction, seed)
        + of_drift(eps, seed)
        + of_kicks(kind, kicks, seed, theme)
        + of_descent(rate, seed, theme)
        + of_agreement(updates, seed, theme)
    )


def of_shove(unit, guess, seed) -> Shown:
    if guess is None:
        return Shown()
    counts = {name: int(unit[name]) for name in ("size", "number", "evaluating") if name in unit}
    shoved = Shove(**{**unit, **counts})
    happened, why = what_the_shove_did(shoved, seed), why_the_shove(shoved, seed)
    settled = f"You guessed *{guess}*, and **that is what happened.** {why}"
    if guess != happened:
        settled = f"You guessed *{guess}*. **What happened: {happened}.** {why}"
    return Shown(sentences=[settled])


def of_drift(eps, seed) -> Shown:
    layers = wandering.drift(result_of(wandering.drift_experiment(eps, seed)))
    return Shown(sentences=[words.output_verdict(layers, eps), words.drift_verdict(layers)])


def of_kicks(kind, kicks, seed, theme) -> Shown:
    task = deep_kick.DeepKick(seed)
    table, styles = result_of(task), run_styles(task.experiment)
    summary = deep_kick.kick_summary(table, kind, kicks)

    def loss(value):
        return bounded(value) if value < float("inf") else "diverged"

    rows = {}
    for run, style in enumerate(styles):
        units = table[table["kind"].eq(kind) & table["run"].eq(run)]
        before, after = units[units["kicks"] == 0].iloc[0], units[units["kicks"] == kicks].iloc[0]
        means = summary.set_index("run").loc[run]
        rows[style.label] = {
            "mean of y moved by": f"{short(means['shift'], 2)} sd",
            "spread of y times": short(means["sd_ratio"]),
            "loss before": loss(before["loss"]),
            "right after": loss(after["loss"]),
            "20 updates later": loss(after["loss_later"]),
        }
    return Shown(
        sentences=[words.kick_verdict(summary, kind, kicks), words.kick_loss_verdict(summary, kicks)],
        charts=[
            charts.plot_kicked(table, styles, quantity=quantity, kind=kind, kicks=kicks, theme=theme)
            for quantity in ("shift", "sd_ratio")
        ],
        tables=[pd.DataFrame(rows).T.rename_axis("network")],
    )


def of_descent(rate, seed, theme) -> Shown:
    task = descent.Descent(rate, seed)
    table, styles = result_of(task), run_styles(task.experiment)
    summary = descent.descent_summary(table)
    rows = {}
    for run, style in enumerate(styles):
        own = table[table["run"] == run]
        falls, tiny = own["decrease"].dropna(), own["tiny_ratio"].dropna()
        rows[style.label] = {
            "updates that raised the loss": f"{(falls < 0).sum()} of {len(falls)}",
            "decrease / η‖g‖², median": f"{own['ratio'].median():.2f}",
            "of a tiny step, first": f"{tiny.iloc[0]:.4f}",
            "of a tiny step, last": f"{tiny.iloc[-1]:.4f}",
        }
    said = (words.rise_verdict, words.decrease_verdict, words.kept_verdict, words.every_network_verdict)
    return Shown(
        sentences=[verdict(summary) for verdict in said],
        charts=[charts.plot_rises(table, styles, theme=theme), charts.plot_decrease(table, styles, theme=theme)],
        tables=[pd.DataFrame(rows).T.rename_axis("network")],
    )


def of_agreement(updates, seed, theme) -> Shown:
    task = agreement.Agreement(updates, seed)
    summary = agreement.agreement_summary(result_of(task))
    chart = charts.plot_gradient_agreement(summary, run_styles(task.compared), theme=theme)
    return Shown(sentences=[agreement_verdict(summary)], charts=[chart])
