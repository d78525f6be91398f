"""Cross-entropy of K runs, its gradient, and accuracies."""

import numpy as np
import torch
from torch import Tensor

from bnviz.torch_private import log_softmax_backward


def losses_and_gradient(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and its gradient (softmax − one-hot)/B, `[K, classes, B]`."""
    log_probability = torch.log_softmax(logits, 1)
    losses = (log_probability * target).flatten(1).sum(-1)
    # Backward pass of log-softmax for ∂L/∂(log p) = target, whose columns add up to −1/B.
    gradient = log_softmax_backward(target.expand_as(logits), log_probability, 1, logits.dtype)
    return losses, gradient


def losses_and_accuracies(logits: Tensor, y: Tensor) -> tuple[Tensor, np.ndarray]:
    """Cross-entropy and :func:`accuracies`, each `[K]`, of logits `[K, classes, N]` and labels y `[N]`."""
    below = logits - logits.amax(1, keepdim=True)
    of_label = _of_label(below, y)
    right = accuracies(logits, y, below)
    # log Σ exp(logits) − logit of the label, both below the largest logit
    losses = below.exp_().sum(1, keepdim=True).log_().sub_(of_label)
    return losses.flatten(1).mean(-1), right


def accuracies(logits: Tensor, y: Tensor, below: Tensor | None = None) -> np.ndarray:
    """The share `[K]` of examples whose label is the first of the classes with the largest logit.

    `below` is what the logits lie below the largest one, where known.
    """
    if below is None:
        below = logits - logits.amax(1, keepdim=True)
    # Zeros and ones in the type of the logits are much faster to make than bools.
    largest = torch.eq(below, 0, out=torch.empty_like(below)).sum(1)
    # Where there is one largest logit each, it is much faster to ask whether it is the label's than which it is.
    fewest, most = largest.aminmax()
    alone = fewest.item() == most.item() == 1
    right = _of_label(below, y) == 0 if alone else logits.max(1, keepdim=True).indices == y
    return right.flatten(1).numpy().mean(-1)


def _of_label(values: Tensor, y: Tensor) -> Tensor:
    """Of values `[K, classes, N]` those of the labels, `[K, 1, N]`."""
    return values.gather(1, y.expand(values.shape[0], 1, -1))
