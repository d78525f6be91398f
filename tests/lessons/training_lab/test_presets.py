"""Each preset of the lab shows what its question and its note say, from all seeds and in both precisions."""

from collections.abc import Callable
from functools import cache
from itertools import product

import numpy as np
import pytest

from bnviz.lessons.training_lab.presets import PRESETS
from bnviz.recorder import recorded_steps
from bnviz.training import train_losses
from tests.lessons.driven import PRECISIONS, SEEDS, of_all

pytestmark = pytest.mark.slow

DRIVEN = of_all(product(SEEDS, PRECISIONS), [(seed, "float32") for seed in range(3)])
KICK = 300
PRESET = {preset.name: preset.experiment for preset in PRESETS}


class Shown:
    """One training: loss on the batch `[T, K]` and accuracy on the test set `[K]`, of what diverged infinite and 0."""

    def __init__(self, name: str, seed: int, precision: str):
        experiment = PRECISIONS[precision](PRESET[name].model_copy(update={"seed": seed, "records": 40}))
        found = train_losses(experiment)
        self.steps = np.array(recorded_steps(experiment.steps, experiment.records))
        self.losses = np.nan_to_num(found.loss[..., 0], nan=np.inf)
        self.loss = self.losses[len(self.steps) - 1]
        self.accuracy = np.nan_to_num(found.accuracy[len(self.steps) - 1, :, 1], nan=0.0)

    @property
    def around_the_kick(self) -> tuple[np.ndarray, np.ndarray]:
        """The losses at the last record before it, and the highest ones after it."""
        after = self.steps > KICK
        return self.losses[: len(after)][~after][-1], self.losses[: len(after)][after].max(0)


@cache
def shown(name: str) -> list[Shown]:
    return [Shown(name, *each) for each in DRIVEN]


def a_kick(each: Shown) -> bool:
    (plain, batch), (plain_after, batch_after) = each.around_the_kick
    return plain < 0.5 and plain_after > 2 and batch < 0.5 and batch_after < 0.5


CLAIMS: dict[str, Callable[[Shown], bool]] = {
    "A kick to the weights": a_kick,
    "The race of the first page": lambda each: max(each.accuracy[:2]) < 0.2 and each.accuracy[2] > 0.9,
    "Points far from the origin": lambda each: max(each.accuracy[:2]) < 0.8 and each.accuracy[2] > 0.95,
    "Where little is gained": lambda each: min(each.accuracy) > 0.93 and np.ptp(each.accuracy) < 0.04,
    "Statistics taken for constants": lambda each: each.loss[0] < 0.2 and each.loss[1] > 0.5,
    "Batches of two": lambda each: each.accuracy[1] < 0.6 and min(each.accuracy[[0, 2]]) > 0.75,
    # How near it comes hangs on the seed: at this rate it fails from one of twenty starts, and the preset asks.
    "Layer norm, ten layers": lambda each: each.accuracy[1] > 0.94 and each.accuracy[2] < each.accuracy[1] + 0.02,
    "A better start": lambda each: each.accuracy[0] < 0.2 and min(each.accuracy[1:]) > 0.9,
    "Two half circles": lambda each: min(each.accuracy) > 0.98,
    "Wrong labels": lambda each: each.loss[1] < each.loss[0] / 5 and each.accuracy[1] < each.accuracy[0] + 0.02,
}
WHERE_BATCH_NORM_GAINS_NOTHING = [
    "Where little is gained", "Batches of two", "A better start", "Two half circles", "Wrong labels",
]  # fmt: skip


def test_every_preset_claims_something():
    assert list(PRESET) == list(CLAIMS)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_preset_shows_what_it_says_from_every_seed(name):
    assert [CLAIMS[name](each) for each in shown(name)] == [True] * len(DRIVEN)


@pytest.mark.parametrize("name", WHERE_BATCH_NORM_GAINS_NOTHING)
def test_batch_norm_loses_or_is_met_by_another(name):
    """Some run without batch norm comes within 4 points of its test accuracy, or beyond it, from every seed."""
    batch = [run.norm for run in PRESET[name].runs].index("batch")
    others = [k for k in range(len(PRESET[name].runs)) if k != batch]
    assert all(max(each.accuracy[others]) > each.accuracy[batch] - 0.04 for each in shown(name))


def test_statistics_of_the_first_batch_fit_or_diverge():
    """Frozen, the third run: which of the two follows from the seed, so that the preset asks and does not say."""
    losses = [each.loss[2] for each in shown("Statistics taken for constants")]
    assert all(loss < 0.2 or np.isinf(loss) for loss in losses)


def test_questions_are_questions_and_notes_are_sentences():
    for preset in PRESETS:
        assert preset.look.endswith("?")
        assert preset.note.endswith((".", "?"))
        assert len(preset.look) < 100
