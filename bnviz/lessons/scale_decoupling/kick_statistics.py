"""A kick to the weights, and running averages that go along with it: the control that tells what is out of date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from bnviz.experiment import Experiment, Run
from bnviz.kept import remembered
from bnviz.lessons.scale_decoupling.kick import kick_experiment

if TYPE_CHECKING:
    from torch import Tensor

    from bnviz.engine.network import Network


class AfterTheKick(NamedTuple):
    """Test accuracy in evaluation mode, with no update in between.

    before     before the kick
    stale      right after it, with the running averages as they were
    repaired   right after it, with the running mean times a and the running variance times a²
    """

    before: float
    stale: float
    repaired: float


@dataclass(frozen=True)
class KickStatistics:
    """The batch-norm network of `kick_experiment` at the moment of the kick.

    W times a makes z = Wh a times as large, and so its mean; its variance a² times. Each layer above sees what it saw,
    since batch norm divides a out again (up to ε).
    """

    factor: float = 10.0
    seed: int = 0

    @property
    def experiment(self) -> Experiment:
        """The batch-norm run up to the kick, without it."""
        whole = kick_experiment(self.factor, self.seed)
        (kick,) = whole.interventions
        return whole.model_copy(update={"runs": (Run(norm="batch"),), "interventions": (), "steps": kick.step})

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return self.experiment.steps

    def compute(self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool]) -> pd.DataFrame:
        """One row, the fields of `AfterTheKick`, of the network as it is when `should_stop` ends it."""
        import torch

        from bnviz.engine.batches import load_data
        from bnviz.engine.steps import steps

        experiment = self.experiment
        for state in steps(experiment):
            if should_stop():
                break
            report(state.step, state.losses)
        (program,) = state.programs
        split = load_data(experiment)
        examples = torch.from_numpy(split.x_test).to(getattr(torch, experiment.dtype))
        labels = torch.from_numpy(split.y_test)
        with torch.inference_mode():
            network = program.network
            before = _accuracy(network, examples, labels)
            network.multiply_weights(self.factor, "hidden")
            stale = _accuracy(network, examples, labels)
            for index in range(len(network.parameters.layers)):
                for group in network.groups:
                    buffers = group.parts[index].buffers
                    for running, times in ((buffers.running_mean, self.factor), (buffers.running_var, self.factor**2)):
                        if running is not None:
                            running.mul_(times)
            return pd.DataFrame([AfterTheKick(before, stale, _accuracy(network, examples, labels))])


@remembered
def at_once(frame: pd.DataFrame) -> AfterTheKick:
    """The row of the frame."""
    return AfterTheKick(*map(float, frame.iloc[0]))


def _accuracy(network: "Network", examples: "Tensor", labels: "Tensor") -> float:
    answers = network.forward(examples, training=False)[0].argmax(0)
    return float((answers == labels).double().mean())
