"""`rmsprop`: each coordinate's gradient over its recent root mean square (Tieleman & Hinton 2012)."""

from typing import TYPE_CHECKING

from bnviz.optimizers.base import Optimizer, Rule

if TYPE_CHECKING:
    from torch import Tensor

ALPHA, EPS = 0.99, 1e-8


class RMSpropRule(Rule):
    """v ← αv + (1 − α)g², d = g/(√v + 1e-8) with α = 0.99: neither centered nor with momentum, ε outside the root."""

    def __init__(self, zeros: "Tensor", **settings: "Tensor"):
        self.states = [zeros.clone()]

    def direction(self, gradient: "Tensor") -> "Tensor":
        (square,) = self.states
        square.mul_(ALPHA).addcmul_(gradient, gradient, value=1 - ALPHA)
        return gradient / square.sqrt().add_(EPS)


RMSPROP = Optimizer(
    label="RMSprop",
    equation="w ← w − ηg/(√v + ε), with a running mean v of g²",
    source="Tieleman & Hinton 2012, lecture 6.5; conventions of torch.optim.RMSprop, with its defaults 0.99 and 1e-8",
    rule=RMSpropRule,
)
