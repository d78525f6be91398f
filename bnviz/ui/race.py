"""The race of the first page: what is trained, how it is written in the URL, and what its result says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bnviz.experiment import Experiment, InvalidExperiment, Run
from bnviz.ui.outcome import Outcome
from bnviz.ui.words import percent

NORMS_IN_RACE = ("none", "affine", "batch")
NAMES = {"none": "the plain network", "affine": "γx + β", "batch": "batch norm"}
GUESSES = ("all three", "γx + β and batch norm", "only batch norm", "none of them")
CLOSE = 0.05  # a difference of test accuracy below which no advantage is claimed


def race(norms: Sequence[str] = NORMS_IN_RACE, seed: int = 0) -> Experiment:
    """Return the race between some of its normalizations. Raises InvalidExperiment for a bad seed or no run.

    Five hidden layers of sigmoids on raw digits: the setting of Ioffe & Szegedy's section 4.1, made deeper.
    """
    return Experiment(
        dataset="digits",
        widths=(64,) * 5,
        activation="sigmoid",
        steps=300,
        batch_size=64,
        seed=seed,
        runs=tuple(Run(norm=norm, lr=0.5) for norm in norms),
    )


RACE = race()


def read_query(query: Mapping[str, str]) -> tuple[tuple[str, ...], int, dict[str, str]]:
    """Return the normalizations and the seed that a URL asks for, and what is wrong with it: name → message."""
    norms: tuple[str, ...] = NORMS_IN_RACE
    seed, problems = 0, {}
    for name, text in query.items():
        if name == "runs":
            asked = text.split("-")
            norms = tuple(norm for norm in NORMS_IN_RACE if norm in asked)
            unknown = [norm for norm in asked if norm not in NORMS_IN_RACE]
            if unknown or not norms:
                problems[name] = f"runs must be some of {', '.join(NORMS_IN_RACE)}, joined by hyphens."
                norms = norms or NORMS_IN_RACE
        elif name == "seed":
            try:
                seed = race(seed=int(text)).seed
            except InvalidExperiment as error:
                problems[name] = str(error)
            except ValueError:
                problems[name] = "seed must be a whole number."
        else:
            problems[name] = "this page has no such parameter."
    return norms, seed, problems


def to_query(norms: Sequence[str], seed: int) -> dict[str, str]:
    """Return the URL parameters of a race, leaving out what is at its default."""
    query = {}
    if tuple(norms) != NORMS_IN_RACE:
        query["runs"] = "-".join(norms)
    if seed:
        query["seed"] = str(seed)
    return query


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


def compared_with_guess(guess: str, outcomes: Mapping[str, Outcome]) -> str:
    """Return whether the reader's guess, one of `GUESSES`, came true in a race of all three: norm → outcome."""
    learned = frozenset(norm for norm, outcome in outcomes.items() if not outcome.at_chance)
    names = dict(zip(map(frozenset, (NORMS_IN_RACE, ("affine", "batch"), ("batch",), ())), GUESSES, strict=True))
    happened = names.get(learned, " and ".join(NAMES[norm] for norm in NORMS_IN_RACE if norm in learned))
    if happened == guess:
        return f"You guessed *{guess}*, and that is what happened."
    return f"You guessed *{guess}*. This time it was {happened}."
