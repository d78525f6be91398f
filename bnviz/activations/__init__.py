"""`ACTIVATIONS`: each activation by its key. To add one, write its file and add its line here.

Reading them does not import torch.
"""

from bnviz.activations.base import Activation, ActivationKernel
from bnviz.activations.gelu import GELU
from bnviz.activations.linear import LINEAR
from bnviz.activations.relu import LEAKY_RELU, RELU
from bnviz.activations.sigmoid import SIGMOID
from bnviz.activations.silu import SILU
from bnviz.activations.tanh import TANH

__all__ = ["ACTIVATIONS", "Activation", "ActivationKernel"]

ACTIVATIONS: dict[str, Activation] = {
    "relu": RELU,
    "leaky_relu": LEAKY_RELU,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "gelu": GELU,
    "silu": SILU,
    "linear": LINEAR,
}
