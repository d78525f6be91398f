"""How each run of a recording ended, in numbers and in one honest sentence."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from bnviz.styles import run_styles

if TYPE_CHECKING:
    from bnviz.history import History


@dataclass(frozen=True)
class Outcome:
    """The last record of one run. `train_loss` is that of the last mini-batch, `chance` is 1 / classes."""

    label: str
    status: str
    step: int
    train_loss: float
    test_accuracy: float
    chance: float
    test_examples: int

    @property
    def finished(self) -> bool:
        """Whether the run came to its last step."""
        return self.status == "finished"

    @property
    def at_chance(self) -> bool:
        """Whether guessing would do as well: no more than three standard errors above 1 / classes."""
        error = sqrt(self.chance * (1 - self.chance) / self.test_examples)
        return self.test_accuracy <= self.chance + 3 * error

    @property
    def sentence(self) -> str:
        """What to say about the run: "finished", "diverged at step 12", "finished, but at chance (…)"."""
        if self.finished and self.at_chance:
            return f"finished, but at chance (test accuracy {self.test_accuracy:.2f}; chance is {self.chance:.2f})"
        return self.status


def outcomes(history: History) -> tuple[Outcome, ...]:
    """Return the outcome of each run of a recording, in order."""
    data = history.experiment.about
    found = []
    for run, style in enumerate(run_styles(history.experiment)):
        last = int(history.recorded[run]) - 1
        found.append(
            Outcome(
                label=style.label,
                status=history.status[run],
                step=int(history.steps[last]),
                train_loss=float(history.arrays["loss"][last, run, 0]),
                test_accuracy=float(history.arrays["accuracy"][last, run, 1]),
                chance=1 / data.classes,
                test_examples=data.test_examples,
            )
        )
    return tuple(found)
