"""`OPTIMIZERS`: each rule of the update by its key. To add one, write its file and add its line here.

Reading them does not import torch.
"""

from bnviz.optimizers.adam import ADAM
from bnviz.optimizers.base import Optimizer, Rule
from bnviz.optimizers.rmsprop import RMSPROP
from bnviz.optimizers.sgd import SGD

__all__ = ["OPTIMIZERS", "Optimizer", "Rule"]

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD,
    "adam": ADAM,
    "rmsprop": RMSPROP,
}
