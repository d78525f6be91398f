"""What an optimizer is: a record for the reader, and a rule for the engine.

A rule needs no import of torch: it computes by the methods of the tensors that it is given.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Optimizer:
    """An optimizer as the reader meets it, and the class that computes it.

    label           name on screen
    equation        what one update does, in words and symbols
    source          where it is from
    rule            the direction of each update
    along_gradient  whether an update is η times a gradient or a sum of gradients, so that η/‖W‖² is what a direction
                    feels in a scale-invariant layer
    """

    label: str
    equation: str
    source: str
    rule: "type[Rule]"
    along_gradient: bool = False


class Rule:
    """The direction d of the update w ← w − η·d, for the flat vector of all runs' parameters.

    `uses` names the fields of `Run` that the rule reads. It is given each as a flat vector, the run's value at all of
    its parameters. `states` lists what it remembers from step to step; in a run that diverged the engine sets it to 0.
    """

    uses: ClassVar[tuple[str, ...]] = ()

    def __init__(self, zeros: "Tensor", **settings: "Tensor"):
        """`zeros` is a flat vector of zeros, to be copied for each state."""
        self.states: list[Tensor] = []

    def direction(self, gradient: "Tensor") -> "Tensor":
        """d, given the gradient with its decay; leaves the gradient as it is, for other rules that read it too."""
        raise NotImplementedError
