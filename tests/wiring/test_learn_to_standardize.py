"""Could γ and β learn it? What the page shows follows its controls."""

from dataclasses import replace
from math import isnan

import pytest

from bnviz.charts.curves import plot_loss
from bnviz.charts.run_losses import plot_run_losses
from bnviz.experiment import Experiment, Run
from bnviz.lessons.learn_to_standardize import charts, conditioning, detached, drift, frozen, self_standardizing
from bnviz.lessons.learn_to_standardize import verdicts as words
from bnviz.lessons.learn_to_standardize.endings import endings
from bnviz.styles import run_styles
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
    "easy inputs, all predictions right": {
        "mean": 0.0,
        "steps_prediction": "more than 10,000",
        "drift": "static",
        "drift_prediction": "γx + β",
        "told_rate": 0.5,
        "frozen_rate": 0.2,
        "held_rate": 1.0,
        "held_prediction": "holding μ",
    },
    "out of reach, all predictions wrong": {
        "mean": 5.0,
        "spread": 0.1,
        "steps_prediction": "101 to 10,000",
        "size": 1.0,
        "drift": "ramp",
        "drift_prediction": "about the same",
        "told_rate": 0.001,
        "frozen_rate": 0.1,
        "held_rate": 0.03,
        "held_prediction": "holding σ",
    },
    "a wide spread": {"spread": 3.0, "drift": "jump", "size": 8.0, "steps_prediction": "at most 10"},
}
SAID = {
    "easy inputs, all predictions right": [
        "Nothing in the way.",
        "You predicted *γx + β*, and that is what happened.",
        "It diverged, at step",
        "Batch norm has the lower training loss.",
    ],
    "out of reach, all predictions wrong": ["Out of reach here.", "Frozen statistics have the lower training loss."],
    "a wide spread": ["What happened: batch norm."],
}
PRESSED = ["repeat"]


@pytest.fixture(scope="module")
def page():
    return Page("pages/3_learn_to_standardize.py", "learn_to_standardize")


@pytest.mark.parametrize("case", CASES)
def test_all_that_is_shown_follows_the_controls(page, case):
    require(page.move(**CASES[case]), expected(**CASES[case]))
    require_link(page, CASES[case])
    require_said(page, *SAID.get(case, []))


def test_every_control_is_moved(page):
    require_complete(page, CASES.values(), PRESSED)


def test_the_figures_follow_the_theme_and_stand_in_their_order(page, monkeypatch):
    with dark(monkeypatch):
        page.move()
        require(page, expected(theme="dark"))
    require_order(page, expected())


def test_what_steps_were_asked_for_does_not_depend_on_the_controls(page):
    guess = "at most 10"
    said = [page.move(mean=mean, spread=0.3, steps_prediction=guess).text() for mean in (0.0, 2.0)]
    assert all(f"You predicted *{guess}*; what happened is *more than 10,000*. It took 39,167" in text for text in said)


def test_another_seed_is_in_everything(page):
    page.move(mean=3.0).press("repeat")
    assert page.app.query_params["seed"] == "1"
    require(page, expected(mean=3.0, seed=1))


def expected(
    mean=10.0,
    spread=1.0,
    drift="sine",
    size=4.0,
    told_rate=0.01,
    frozen_rate=0.5,
    held_rate=0.1,
    steps_prediction=None,
    drift_prediction=None,
    held_prediction=None,
    seed=0,
    theme="light",
) -> Shown:
    return (
        of_conditioning(mean, spread, steps_prediction, seed, theme)
        + of_drift(drift, size, drift_prediction, seed, theme)
        + of_told(told_rate, seed, theme)
        + of_frozen(frozen_rate, seed, theme)
        + of_bias(seed, theme)
        + of_detached(held_rate, held_prediction, seed, theme)
    )


def styles(*norms: str, labels=(None, None)):
    runs = tuple(Run(norm=norm, label=label or "") for norm, label in zip(norms, labels, strict=True))
    return run_styles(Experiment(runs=runs))


def count(value: float) -> str:
    if isnan(value):
        return "given up"
    return f"{value:,.0f}" if value >= 1000 else short(value, 4)


def of_conditioning(mean, spread, guess, seed, theme) -> Shown:
    table = result_of(conditioning.Conditioning(seed))
    affine, batch = styles("affine", "batch")
    now, easy, at_ten = (conditioning.fit(table, *inputs) for inputs in ((mean, spread), (0.0, 1.0), (10.0, 1.0)))

    def descent(m, s, title, style):
        path = table[table["mean"].eq(m) & table["spread"].eq(s)]
        return charts.plot_descent(path, conditioning.contours(m, s), title=title, style=style, theme=theme)

    return Shown(
        {
            "κ, from the examples": count(now.condition),
            "κ, by the formula": count(conditioning.condition_number(mean, spread)),
            "steps, measured": count(now.steps),
            "steps, by theory": count(conditioning.steps_needed(mean, spread)),
            "steps, standardized": "1",
        },
        [
            words.conditioning_verdict(now, mean, spread),
            settlement(guess, words.what_it_needed(at_ten), words.why_it_needed(at_ten, easy)),
        ],
        [
            descent(mean, spread, "Inputs as they are", affine),
            descent(0.0, 1.0, "Inputs standardized", batch),
            charts.plot_steps_needed(conditioning.curve(table, spread), mean=mean, style=affine, theme=theme),
        ],
    )


def of_drift(kind, size, guess, seed, theme) -> Shown:
    table = result_of(drift.Drift(size, seed))
    summary = drift.drift_summary(table)
    chosen, both = table[table["drift"] == kind], styles("affine", "batch")
    # The mean over the second half, without the lesson's own summary.
    late = chosen[chosen["step"] >= drift.STEPS // 2].groupby("norm")["loss"].mean()
    return Shown(
        {
            "loss, γx + β": short(late["affine"]),
            "loss, batch norm": short(late["batch"]),
            "noise of a batch, ¾γ²/B": short(0.75 * drift.GAMMA**2 / drift.EXAMPLES),
        },
        [
            settlement(guess, words.who_won(late), words.why_drift(late, kind, size)),
            f"All four, with inputs that move by {short(size)};",
            words.drift_table(summary),
        ],
        [
            plot_run_losses(chosen, both, axis_title="½·mean square error (log scale)", floor=drift.FLOOR, theme=theme),
            charts.plot_tracked(
                chosen,
                both,
                field="beta",
                target="needed",
                title="β, and the β that fits best",
                axis_title="β (no unit)",
                note="Dotted, in the color of each: the β that fits it best now.",
                theme=theme,
            ),
        ],
    )


def of_told(rate, seed, theme) -> Shown:
    task = self_standardizing.SelfStandardizing(rate, seed)
    table, runs = result_of(task), list(run_styles(task.experiment))
    runs[1] = replace(runs[1], dash=())
    ends = endings(table, 300)
    return Shown(
        sentences=[words.told_verdict(ends, rate), words.free_verdict(ends)],
        charts=[
            *(
                charts.plot_standardization_error(table, runs, field=field, theme=theme)
                for field in ("mean_error", "std_error")
            ),
            plot_run_losses(table, runs, theme=theme),
        ],
    )


def of_frozen(rate, seed, theme) -> Shown:
    experiment = frozen.frozen_experiment(rate, seed)
    history = result_of(experiment)
    result = frozen.frozen_result(history)
    rows = {norm: result[result["norm"] == norm].iloc[0] for norm in ("batch_frozen", "batch")}
    numbers = {}
    for norm, name in (("batch_frozen", "frozen"), ("batch", "batch norm")):
        loss, accuracy = rows[norm]["loss"], rows[norm]["accuracy"]
        numbers[f"training loss, {name}"] = "diverged" if loss == float("inf") else short(loss)
        numbers[f"test accuracy, {name}"] = "diverged" if isnan(accuracy) else f"{accuracy:.3f}"
    chart = plot_loss(history.losses(), run_styles(experiment), status=history.status, theme=theme)
    return Shown(numbers, [words.frozen_verdict(result, rate)], [chart])


def of_bias(seed, theme) -> Shown:
    table = result_of(detached.DriftingBias(seed))
    both = styles("batch", "batch_detached", labels=("true gradient", "mean held constant"))
    last = {run: table[table["run"] == run].iloc[-1] for run in (0, 1)}
    return Shown(
        {
            "last b, true gradient": short(last[0]["b"], 1),
            "last b, mean held constant": short(last[1]["b"]),
            "last loss, true gradient": short(last[0]["loss"]),
            "last loss, mean held constant": short(last[1]["loss"]),
        },
        [words.bias_verdict(table)],
        [charts.plot_tracked(table, both, field="b", title="The bias b", axis_title="b (no unit)", theme=theme)],
    )


def of_detached(rate, guess, seed, theme) -> Shown:
    task = detached.Detached(rate, seed)
    table = result_of(task)
    last = table[table["step"] == 300].set_index("run")["accuracy"]
    ends = endings(table, 300)
    names = ("true gradient", "σ held", "μ held", "both held")
    return Shown(
        {f"test accuracy, {name}": f"{last[run]:.3f}" if run in last else "diverged" for run, name in enumerate(names)},
        [settlement(guess, words.what_hurt_more(ends), words.why_it_hurt(ends)), words.detached_verdict(ends)],
        [plot_run_losses(table, run_styles(task.experiment), theme=theme)],
    )
