"""The race of the first page: what is trained, and how it is written in the URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bnviz.experiment import Experiment, InvalidExperiment, Run
from bnviz.links import STRANGE

NORMS_IN_RACE = ("none", "affine", "batch")


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
            problems[name] = STRANGE
    return norms, seed, problems


def to_query(norms: Sequence[str], seed: int) -> dict[str, str]:
    """Return the URL parameters of a race, leaving out what is at its default."""
    query = {}
    if tuple(norms) != NORMS_IN_RACE:
        query["runs"] = "-".join(norms)
    if seed:
        query["seed"] = str(seed)
    return query
