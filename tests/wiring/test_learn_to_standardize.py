"""Could γ and β learn it? What the page shows follows its controls."""

from dataclasses import replace

import pytest

from bnviz.charts.curves import plot_loss
from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.learn_to_standardize import (
    charts,
    conditioning,
    detached,
    drift,
    frozen,
    held_verdicts,
    self_standardizing,
)
from bnviz.lessons.learn_to_standardize import verdicts as words
from bnviz.lessons.learn_to_standardize.endings import endings
from bnviz.styles import run_styles
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

FOLDS = ("conditioning", "drift", "told", "free", "frozen", "detached")
CASES = {
    "as it opens": {},
    "easy inputs, the guess right": {
        "mean": 0.0,
        "steps_prediction": "more than 10,000",
        "drift": "static",
        "told_rate": 0.5,
        "frozen_rate": 0.2,
        "held_rate": 1.0,
        "roll": 50.0,
    },
    "out of reach, the guess wrong": {
        "mean": 5.0,
        "spread": 0.1,
        "steps_prediction": "101 to 10,000",
        "size": 1.0,
        "drift": "ramp",
        "told_rate": 0.001,
        "frozen_rate": 0.1,
        "held_rate": 0.03,
    },
    "a wide spread": {"spread": 3.0, "drift": "jump", "size": 8.0, "steps_prediction": "at most 10", "time": 40.0},
    "a target of the raw input": {"raw": True, "steps_prediction": "11 to 100", "mean": 2.5},
}
SAID = {
    "easy inputs, the guess right": [
        "You guessed *more than 10,000*, and **that is what happened.**",
        "Nothing in the way.",
        "**γx + β has the lower loss.**",
        "It diverged, at step",
        "**No order to rely on at this rate.** At the rate 0.2 the training loss is",
        "**No order to rely on at this rate.** With both held constant",
    ],
    "out of reach, the guess wrong": [
        "You guessed *101 to 10,000*. **What happened: more than 10,000.** It takes 39,167 steps",
        "Out of reach here.",
        "Frozen statistics have the lower training loss.",
    ],
    "a wide spread": ["**Batch norm has the lower loss.**"],
    "a target of the raw input": ["A unit learns 2x + ½ from", "Here the target contains what moves"],
}
PRESSED = ["repeat", "steps_skip", "bowls"]


@pytest.fixture(scope="module")
def page():
    page = Page(
        "pages/3_learn_to_standardize.py", "learn_to_standardize", [f"learn_to_standardize_{name}" for name in FOLDS]
    )
    page.first["mean"] = 10.0  # before there is a guess, the picture shows standardized inputs
    return page


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require(page.move(**CASES[case]), expected(**CASES[case]))
    require_link(page, CASES[case])
    require_said(page, *SAID.get(case, []))


@pytest.mark.parametrize("case", CASES)
def test_the_picture_shows_what_is_set_and_is_held_before_a_guess(page, case):
    values = CASES[case]
    if not values:
        page = Page("pages/3_learn_to_standardize.py", "learn_to_standardize")
    shown = (page.move(**values) if values else page).component("bowls")
    guess = values.get("steps_prediction")
    usual = {"mean": 10.0 if guess or "mean" in values else 0.0, "spread": 1.0, "roll": 100.0, "time": 0.0}
    assert shown["values"] == {name: values.get(name, value) for name, value in usual.items()}
    assert shown["held"] == (guess is None)
    marked = {"at most 10": 10, "11 to 100": 100, "101 to 10,000": 10_000}.get(guess, 0)
    assert shown["scene"]["given"]["guess"] == marked


def test_every_control_is_moved(page):
    require_complete(page.move(), CASES.values(), PRESSED)


def test_the_figures_follow_the_theme_and_stand_in_their_order(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
        require(page, expected(theme="dark"))
    require_order(page, expected())


def test_what_steps_were_asked_for_does_not_depend_on_the_controls(page):
    guess = "at most 10"
    said = [page.move(mean=mean, spread=0.3, steps_prediction=guess).text() for mean in (0.0, 2.0)]
    wanted = f"You guessed *{guess}*. **What happened: more than 10,000.** It takes 39,167"
    assert all(wanted in text for text in said)


def test_another_seed_is_in_everything(page):
    page.move(mean=3.0).press("repeat")
    assert page.app.query_params["seed"] == "1"
    require(page, expected(mean=3.0, seed=1))


def test_nothing_is_said_or_worked_on_before_it_is_asked_for():
    closed = Page("pages/3_learn_to_standardize.py", "learn_to_standardize")
    assert not closed.charts()
    assert "What happened" not in closed.text()
    closed.press("steps_skip")
    assert "**What happened: more than 10,000.** It takes 39,167 steps" in closed.text()
    assert not closed.component("bowls")["held"]
    assert closed.component("bowls")["values"]["mean"] == 10


POINTED_AT = {"drift": "jump", "size": "1", "raw": "on", "told_rate": "0.1", "frozen_rate": "1", "held_rate": "0.3"}
FOLD_OF = {"drift": "drift", "size": "drift", "raw": "drift"} | {
    f"{name}_rate": fold for name, fold in (("told", "told"), ("frozen", "frozen"), ("held", "detached"))
}


@pytest.mark.parametrize("name", POINTED_AT)
def test_a_link_opens_the_fold_that_it_points_at_and_keeps_what_waits_in_a_closed_one(name):
    page = Page("pages/3_learn_to_standardize.py", "learn_to_standardize", **{name: POINTED_AT[name]})
    open_now = {key for key in FOLDS if page.app.session_state[f"learn_to_standardize_{key}_fold"]}
    assert open_now == {FOLD_OF[name]}
    assert page.app.query_params == {name: POINTED_AT[name]}
    page.app.session_state[f"learn_to_standardize_{FOLD_OF[name]}_fold"] = False
    page.run()
    assert page.app.query_params == {name: POINTED_AT[name]}
    assert not page.app.error


def expected(
    mean=10.0,
    spread=1.0,
    drift="sine",
    size=4.0,
    raw=False,
    told_rate=0.01,
    frozen_rate=0.5,
    held_rate=0.1,
    steps_prediction=None,
    seed=0,
    theme="light",
    **of_the_picture,
) -> Shown:
    return (
        of_the_guess(steps_prediction)
        + of_conditioning(mean, spread, seed, theme)
        + of_drift(drift, size, raw, seed, theme)
        + of_told(told_rate, seed, theme)
        + of_free(seed, theme)
        + of_frozen(frozen_rate, seed, theme)
        + of_bias(seed, theme)
        + of_detached(held_rate, seed, theme)
    )


def styles(*norms: str, labels=(None, None)):
    runs = tuple(Run(norm=norm, label=label or "") for norm, label in zip(norms, labels, strict=True))
    return run_styles(Experiment(runs=runs))


def of_the_guess(guess) -> Shown:
    # By a descent that is made, and not by the closed form that the page has it from.
    at_ten, easy = (conditioning.fit(result_of(conditioning.Conditioning(mean)), mean, 1.0) for mean in (10.0, 0.0))
    return Shown(sentences=[words.what_it_needed(at_ten), words.why_it_needed(at_ten, easy)] if guess else [])


def of_conditioning(mean, spread, seed, theme) -> Shown:
    table = result_of(conditioning.Conditioning(mean, spread, seed))
    affine, _ = styles("affine", "batch")
    return Shown(
        sentences=[words.conditioning_verdict(conditioning.fit(table, mean, spread), mean, spread)],
        charts=[charts.plot_steps_needed(conditioning.curve(table), mean=mean, style=affine, theme=theme)],
    )


def of_drift(kind, size, raw, seed, theme) -> Shown:
    table = result_of(drift.Drift(size, seed, raw))
    summary = drift.drift_summary(table)
    chosen, both = table[table["drift"] == kind], styles("affine", "batch")
    # The mean over the second half, without the lesson's own summary.
    late = chosen[chosen["step"] >= drift.STEPS // 2].groupby("norm")["loss"].mean()
    return Shown(
        sentences=[words.drift_verdict(late, kind, size, raw), words.drift_table(summary)],
        charts=[
            plot_run_losses(
                chosen,
                both,
                axis_title="½·mean squared error (log scale)",
                floor=drift.FLOOR,
                floor_note="Dotted: what the noise of μ and σ costs batch norm.",
                theme=theme,
            ),
            charts.plot_tracked(
                chosen,
                both,
                field="beta",
                target="needed",
                title="β, and the β that fits best",
                axis_title="β",
                note="Dotted, in the color of each: the β that fits it best now.",
                theme=theme,
            ),
        ],
    )


def self_standardized(rate, seed):
    task = self_standardizing.SelfStandardizing(rate, seed)
    runs = list(run_styles(task.experiment))
    runs[1] = replace(runs[1], dash=())
    return result_of(task), runs


def errors(table, runs, theme):
    return [
        charts.plot_standardization_error(table, runs, field=field, theme=theme)
        for field in ("mean_error", "std_error")
    ]


def of_told(rate, seed, theme) -> Shown:
    table, runs = self_standardized(rate, seed)
    ends = endings(table, 300)
    return Shown(
        sentences=[words.told_verdict(ends, rate), words.unforeseen_verdict(ends)],
        charts=[*errors(table[table["run"] <= 1], runs, theme), plot_run_losses(table, runs, theme=theme)],
    )


def of_free(seed, theme) -> Shown:
    table, runs = self_standardized(0.01, seed)
    both = table[table["run"].isin([0, 2])]
    return Shown(
        sentences=[words.free_verdict(endings(table, 300))],
        charts=[*errors(table[table["run"] == 0], runs, theme), plot_run_losses(both, runs, theme=theme)],
    )


def of_frozen(rate, seed, theme) -> Shown:
    experiment = frozen.frozen_experiment(rate, seed)
    history = result_of(experiment)
    runs = list(run_styles(experiment))
    runs[2] = replace(runs[2], dash=(2, 3))
    chart = plot_loss(history.losses(), runs, status=history.status, theme=theme)
    return Shown(sentences=[held_verdicts.frozen_verdict(frozen.frozen_result(history), rate)], charts=[chart])


def of_bias(seed, theme) -> Shown:
    table = result_of(detached.DriftingBias(seed))
    both = styles("batch", "batch_detached", labels=("true gradient", "mean held constant"))
    chart = charts.plot_tracked(table, both, field="b", title="The bias b", axis_title="b", theme=theme)
    return Shown(sentences=[held_verdicts.bias_verdict(table)], charts=[chart])


def of_detached(rate, seed, theme) -> Shown:
    task = detached.Detached(rate, seed)
    table = result_of(task)
    ends = endings(table, 300)
    return Shown(
        sentences=[held_verdicts.detached_verdict(ends, rate), held_verdicts.held_verdict(ends, rate)],
        charts=[plot_run_losses(table, run_styles(task.experiment), theme=theme)],
    )
