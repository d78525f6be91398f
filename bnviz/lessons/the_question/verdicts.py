"""What the result of the race says."""

from __future__ import annotations

from collections.abc import Mapping

from bnviz.lessons.the_question.race import NORMS_IN_RACE
from bnviz.outcome import Outcome
from bnviz.words import percent

NAMES = {"none": "the plain network", "affine": "γx + β", "batch": "batch norm"}
GUESSES = ("all three", "γx + β and batch norm", "only batch norm", "none of them")
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
    learned = frozenset(norm for norm, outcome in outcomes.items() if not outcome.at_chance)
    names = dict(zip(map(frozenset, (NORMS_IN_RACE, ("affine", "batch"), ("batch",), ())), GUESSES, strict=True))
    return names.get(learned, " and ".join(NAMES[norm] for norm in NORMS_IN_RACE if norm in learned))


def compared_with_guess(guess: str, outcomes: Mapping[str, Outcome]) -> str:
    """Return whether the reader's guess, one of `GUESSES`, came true in a race of all three: norm → outcome."""
    happened = what_happened(outcomes)
    if happened == guess:
        return f"You guessed *{guess}*, and that is what happened."
    return f"You guessed *{guess}*. This time it was {happened}."
