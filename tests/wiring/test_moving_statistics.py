"""μ and σ move: what the page shows follows its controls."""

import pandas as pd
import pytest

from bnviz.lessons.moving_statistics import agreement, charts, deep_kick, descent, wandering
from bnviz.lessons.moving_statistics import verdicts as words
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
    settlement,
)

pytestmark = pytest.mark.slow

CASES = {
    "as it opens": {},
    "all predictions right": {
        "output_prediction": "they are β and |γ| at every step",
        "rise_prediction": "never",
        "kind": "scale",
        "kicks": 3,
        "rate": 0.5,
        "updates": 0,
    },
    "all predictions wrong": {
        "eps": 1.0,
        "output_prediction": "they stay at 0 and 1",
        "kicks": 2,
        "rate": 0.05,
        "rise_prediction": "after a tenth of them or more",
        "updates": 300,
    },
    "no kick": {"kind": "scale", "kicks": 0},
}
SAID = {
    "all predictions right": ["Layer norm cancels a common factor", "The doubt has a point for the gradient"],
    "all predictions wrong": ["With ε = 1 the spread is", "The doubt has a point for the gradient"],
    "no kick": ["No kick yet. Press the button."],
}
PRESSED = ["kick", "repeat"]
DRAWN_ONLY = ["drift_player"]


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
    rise_prediction=None,
    updates=50,
    seed=0,
    theme="light",
) -> Shown:
    return (
        of_drift(eps, output_prediction, seed)
        + of_kicks(kind, kicks, seed, theme)
        + of_descent(rate, rise_prediction, seed, theme)
        + of_agreement(updates, seed, theme)
    )


def of_drift(eps, guess, seed) -> Shown:
    history = result_of(wandering.drift_experiment(eps, seed))
    layers = wandering.drift(history)
    deepest = layers[layers["layer"] == 2].set_index("norm")
    worst = layers[layers["norm"] == "batch"].max()
    return Shown(
        {
            "μ moved, γx + β": f"{short(deepest.loc['affine', 'mean_move'])} σ",
            "mean of y moved, γx + β": f"{short(deepest.loc['affine', 'output_mean_move'])} sd",
            "μ moved, batch norm": f"{short(deepest.loc['batch', 'mean_move'])} σ",
            "mean of y moved, batch norm": f"{short(deepest.loc['batch', 'output_mean_move'])} sd",
            "largest |mean of y − β|": short(worst["mean_gap"], 2),
            "largest |sd of y − |γ||": short(worst["sd_gap"], 2),
        },
        [
            settlement(guess, words.what_the_output_did(layers), words.why_the_output(layers, eps)),
            words.drift_verdict(layers),
        ],
    )


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


def of_descent(rate, guess, seed, theme) -> Shown:
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
    moves = table.groupby("norm")[["z_move", "output_move", "kept_move"]].mean()
    return Shown(
        {
            "mean of z, batch norm": f"{short(moves.loc['batch', 'z_move'], 2)} σ",
            "mean of y, μ and σ anew": f"{short(moves.loc['batch', 'output_move'], 2)} sd",
            "mean of y, μ and σ kept": f"{short(moves.loc['batch', 'kept_move'], 2)} sd",
            "mean of y, plain": f"{short(moves.loc['none', 'output_move'], 2)} sd",
        },
        [
            settlement(guess, words.what_the_loss_did(summary), words.why_the_loss(summary)),
            words.decrease_verdict(summary),
            words.kept_verdict(summary),
        ],
        [charts.plot_rises(table, styles, theme=theme), charts.plot_decrease(table, styles, theme=theme)],
        [pd.DataFrame(rows).T.rename_axis("network")],
    )


def of_agreement(updates, seed, theme) -> Shown:
    task = agreement.Agreement(updates, seed)
    summary = agreement.agreement_summary(result_of(task))
    chart = charts.plot_gradient_agreement(summary, run_styles(task.experiment), theme=theme)
    return Shown(sentences=[words.agreement_verdict(summary)], charts=[chart])
