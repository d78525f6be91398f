"""Links that people share, edit and break: what of one is right, and what is wrong with the rest."""

from collections.abc import Mapping
from typing import Any

from bnviz.experiment import Experiment, InvalidExperiment
from bnviz.query import PARTS

STRANGE = "this page has no such parameter."
"""What is wrong with a parameter that nobody here gave a meaning, such as one that a newsletter appends."""


def read_query(query: Mapping[str, Any]) -> tuple[Experiment, dict[str, str]]:
    """The experiment in `query` without the parameters that are wrong, and what was wrong: name → message.

    When what is left does not fit together, the defaults are used for all fields.
    """
    kept = dict(query)
    problems: dict[str, str] = {}
    while True:
        try:
            return Experiment.from_query(kept), problems
        except InvalidExperiment as error:
            problems |= {name: message for name, message in error.problems.items() if name not in problems}
            bad = {key for key in kept for name in error.problems if _names(name, key)}
            kept = {key: value for key, value in kept.items() if key not in bad} if bad else {}


def _names(problem: str, key: str) -> bool:
    """Whether the problem's field is this parameter, or the list (`runs`) that the parameter belongs to."""
    head = key.partition(".")[0].rstrip("0123456789")
    return problem == key or (head in PARTS and problem in (f"{head}s", key.partition(".")[0]))
