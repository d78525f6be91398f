"""How much of its grid of seeds, controls and precisions a test drives: all of it where DRIVE_ALL is set."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

ALL = bool(os.environ.get("DRIVE_ALL"))
SEEDS = range(10)


def of_all(everything: Iterable[Any], part: Iterable[Any]) -> list[Any]:
    """Everything where DRIVE_ALL is set, else a part."""
    return list(everything if ALL else part)


def in_double(task: Any) -> Any:
    """The same task of a lesson, or experiment, with its networks in 64-bit numbers."""
    if hasattr(task, "model_copy"):
        return task.model_copy(update={"dtype": "float64"})

    class Double(type(task)):
        @property
        def experiment(self):
            return super().experiment.model_copy(update={"dtype": "float64"})

    return Double(**asdict(task))


PRECISIONS = {"float32": lambda task: task, "float64": in_double}
