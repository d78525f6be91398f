import numpy as np
import pytest

from bnviz import Experiment, Run, train
from bnviz.lessons.the_question.race import RACE, race, read_query, to_query
from bnviz.lessons.the_question.verdicts import GUESSES, compared_with_guess, verdict
from bnviz.outcome import Outcome, outcomes


def outcome(accuracy, status="finished", classes=10, examples=360):
    return Outcome("x", status, 300, 1.0, accuracy, 1 / classes, examples)


@pytest.mark.parametrize(
    ("classes", "examples", "accuracy", "chance"),
    [
        (10, 360, 0.10, True),
        (10, 360, 0.147, True),
        (10, 360, 0.148, False),
        (2, 500, 0.56, True),
        (2, 500, 0.57, False),
    ],
)
def test_chance_is_three_standard_errors_wide(classes, examples, accuracy, chance):
    assert outcome(accuracy, classes=classes, examples=examples).at_chance is chance


def test_only_a_finished_run_is_said_to_be_at_chance():
    assert outcome(0.1).sentence == "finished, but at chance (test accuracy 0.10; chance is 0.10)"
    assert outcome(0.1, "diverged at step 7").sentence == "diverged at step 7"
    assert outcome(0.9).sentence == "finished"


def test_outcomes_are_read_from_the_last_valid_record():
    experiment = Experiment(
        dataset="moons", widths=(8,), steps=40, batch_size=16, runs=(Run(norm="none", lr=1e9), Run(norm="batch"))
    )
    history = train(experiment)
    broken, fine = outcomes(history)
    assert broken.status.startswith("diverged at step")
    assert np.isfinite(broken.train_loss)
    assert broken.step == history.steps[history.recorded[0] - 1]
    assert (fine.step, fine.chance) == (40, 0.5)
    assert fine.test_accuracy == pytest.approx(history.arrays["accuracy"][-1, 1, 1])


@pytest.mark.parametrize(
    ("scores", "beginning"),
    [
        ({"none": 0.1, "affine": 0.1, "batch": 0.98}, "Only batch norm learned."),
        ({"none": 0.1, "affine": 0.7, "batch": 0.98}, "Batch norm ended ahead"),
        ({"none": 0.97, "affine": 0.96, "batch": 0.98}, "No clear advantage"),
        ({"none": 0.1, "affine": 0.1, "batch": 0.1}, "No clear advantage"),
        ({"none": 0.97, "affine": 0.1, "batch": 0.6}, "Batch norm ended behind"),
        ({"batch": 0.98}, "Test accuracy at the end: batch norm 98\u00a0%."),
        ({"none": 0.1, "affine": 0.1}, "Test accuracy at the end: the plain network 10\u00a0%, γx + β 10\u00a0%."),
    ],
)
def test_the_verdict_follows_the_result(scores, beginning):
    assert verdict({norm: outcome(score) for norm, score in scores.items()}).startswith(beginning)


@pytest.mark.parametrize("other", ["none", "affine"])
@pytest.mark.parametrize(
    ("batch", "beginning"),
    [
        (0.551, "Batch norm ended ahead, though it is not the only one that learned."),
        (0.549, "No clear advantage for batch norm this time."),
        (0.451, "No clear advantage for batch norm this time."),
        (0.449, "Batch norm ended behind this time."),
    ],
)
def test_five_points_from_the_best_of_the_others_are_an_advantage(other, batch, beginning):
    accuracies = {"none": 0.11, "affine": 0.12, "batch": batch} | {other: 0.5}
    words = verdict({norm: outcome(accuracy) for norm, accuracy in accuracies.items()})
    assert words.startswith(f"{beginning} Test accuracy at the end: the plain network ")
    names = {"none": "the plain network", "affine": "γx + β", "batch": "batch norm"}
    for norm, accuracy in accuracies.items():
        assert f"{names[norm]} {100 * accuracy:.0f}\u00a0%" in words
    assert words.endswith("Guessing gives 10\u00a0%.")


@pytest.mark.parametrize(
    ("learned", "happened"),
    [
        (("none", "affine", "batch"), GUESSES[0]),
        (("affine", "batch"), GUESSES[1]),
        (("batch",), GUESSES[2]),
        ((), GUESSES[3]),
        (("none",), "the plain network"),
        (("none", "batch"), "the plain network and batch norm"),
    ],
)
def test_a_guess_is_compared_with_any_outcome(learned, happened):
    ended = {norm: outcome(0.9 if norm in learned else 0.1) for norm in ("none", "affine", "batch")}
    for guess in GUESSES:
        words = compared_with_guess(guess, ended)
        assert words.startswith(f"You guessed *{guess}*")
        assert words.endswith("that is what happened." if guess == happened else f"This time it was {happened}.")


@pytest.mark.parametrize("seed", [0, 1])
def test_the_race_of_the_first_page_separates_the_runs(seed):
    plain, affine, batch = outcomes(train(race(seed=seed)))
    assert plain.at_chance
    assert affine.at_chance
    assert batch.test_accuracy > 0.9


def test_a_race_survives_its_link():
    for norms, seed in ((("none", "batch"), 0), (("none", "affine", "batch"), 7), (("affine",), 2**32 - 1)):
        assert read_query(to_query(norms, seed)) == (norms, seed, {})
    assert race(*read_query({})[:2]) == RACE
    assert to_query(("none", "affine", "batch"), 0) == {}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"seed": "x"}, "seed"),
        ({"seed": "-1"}, "seed"),
        ({"seed": "1.5"}, "seed"),
        ({"seed": "9" * 5000}, "seed"),
        ({"runs": "none-swish"}, "runs"),
        ({"runs": ""}, "runs"),
        ({"steps": "9"}, "steps"),
    ],
)
def test_what_is_wrong_with_a_link_to_the_race_is_named(query, named):
    norms, seed, problems = read_query(query)
    assert list(problems) == [named]
    assert race(norms, seed).seed == 0
