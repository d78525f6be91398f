"""`adam`: steps of about η in every coordinate (Kingma & Ba 2015)."""

from typing import TYPE_CHECKING

from bnviz.optimizers.base import Optimizer, Rule

if TYPE_CHECKING:
    from torch import Tensor

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


class AdamRule(Rule):
    """m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², d = m̂/(√v̂ + 1e-8) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)."""

    def __init__(self, zeros: "Tensor", **settings: "Tensor"):
        self.states = [zeros.clone(), zeros.clone()]
        self.updates = 0

    def direction(self, gradient: "Tensor") -> "Tensor":
        self.updates += 1
        first, second = self.states
        first.mul_(BETA1).add_(gradient, alpha=1 - BETA1)
        second.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        scale = (second / (1 - BETA2**self.updates)).sqrt_().add_(EPS)
        return (first / (1 - BETA1**self.updates)).div_(scale)


ADAM = Optimizer(
    label="Adam",
    equation="w ← w − η·m̂/(√v̂ + ε), with running means m of g and v of g²",
    source="Kingma & Ba 2015, algorithm 1, with its defaults 0.9, 0.999 and 1e-8",
    rule=AdamRule,
)
