"""`sgd`: gradient descent on mini-batches, with PyTorch's momentum."""

from typing import TYPE_CHECKING, ClassVar

from bnviz.optimizers.base import Optimizer, Rule

if TYPE_CHECKING:
    from torch import Tensor


class SGDRule(Rule):
    """v ← momentum·v + g, d = v: the heavy ball, without dampening. d = g where no run has momentum."""

    uses: ClassVar[tuple[str, ...]] = ("momentum",)

    def __init__(self, zeros: "Tensor", **settings: "Tensor"):
        self.momentum = settings["momentum"]
        self.states = [zeros.clone()] if self.momentum.any() else []

    def direction(self, gradient: "Tensor") -> "Tensor":
        if not self.states:
            return gradient
        (velocity,) = self.states
        return velocity.mul_(self.momentum).add_(gradient)


SGD = Optimizer(
    label="SGD",
    equation="v ← momentum·v + g, w ← w − ηv",
    source="Robbins & Monro 1951; Polyak 1964; conventions of torch.optim.SGD",
    rule=SGDRule,
    along_gradient=True,
)
