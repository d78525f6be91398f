"""What the result of the race says."""

from __future__ import annotations

from collections.abc import Mapping

from bnviz.lessons.the_question.race import NORMS_IN_RACE
from bnviz.outcome import Outcome
from bnviz.words import percent

NAMES = {"none": "the plain network", "affine": "γx + β", "batch": "batch norm"}
LEARN = {
    "all three": NORMS_IN_RACE,
    "γx + β and batch norm": ("affine", "batch"),
    "only batch norm": ("batch",),
    "none of them": (),
}
"""What a reader may guess, and which networks learn then."""
GUESSES = tuple(LEARN)
CLOSE = 0.05  # a difference of test accuracy below which no advantage is claimed


def verdict(outcomes: Mapping[str, Outcome]) -> str:
    """Return one or two sentences on a race that went to its end, chosen by its result: norm → outcome."""
    others = [norm for norm in outcomes if norm != "batch"]
    scores = ", ".join(f"{NAMES[norm]} {percent(outcome.test_accuracy)}" for norm, outcome in outcomes.items())
    scores = f"Test accuracy at the end: {scores}. Guessing gives {percent(next(iter(outcomes.values())).chance)}."
    if "batch" not in outcomes or not others:
        return scores
    batch = outcomes["batch"]
    best = max(outcomes[norm].test_accuracy for norm in others)
    if not batch.at_chance and all(outcomes[norm].at_chance for norm in others):
        return f"Only batch norm learned. {scores}"
    if batch.test_accuracy > best + CLOSE:
        return f"Batch norm ended ahead, though it is not the only one that learned. {scores}"
    if batch.test_accuracy < best - CLOSE:
        return f"Batch norm ended behind this time. {scores}"
    return f"No clear advantage for batch norm this time. {scores}"


def what_happened(outcomes: Mapping[str, Outcome]) -> str:
    """Return which networks learned in a race of all three, in the words of `GUESSES` where they have some."""
    learned = [norm for norm in NORMS_IN_RACE if norm in outcomes and not outcomes[norm].at_chance]
    named = (guess for guess, norms in LEARN.items() if list(norms) == learned)
    return next(named, " and ".join(NAMES[norm] for norm in learned))


def compared_with_guess(guess: str, outcomes: Mapping[str, Outcome]) -> str:
    """Return whether the reader's guess, one of `GUESSES`, came true in a race of all three: norm → outcome."""
    happened = what_happened(outcomes)
    if happened == guess:
        return f"You guessed *{guess}*, and that is what happened."
    return f"You guessed *{guess}*. This time it was {happened}."
