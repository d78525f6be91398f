"""Cross-entropy of K runs and its gradient."""

import torch
from torch import Tensor

from bnviz.torch_private import log_softmax_backward


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy `[K]`, the mean over the batch in nats. Logits are `[K, classes, B]`; target is −one-hot/B."""
    return _cross_entropy(torch.log_softmax(logits, 1), target)


def losses_and_gradient(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The cross-entropy and its gradient (softmax − one-hot)/B, `[K, classes, B]`."""
    log_probability = torch.log_softmax(logits, 1)
    losses = _cross_entropy(log_probability, target)
    # Backward pass of log-softmax for ∂L/∂(log p) = target, whose columns add up to −1/B.
    gradient = log_softmax_backward(target.expand_as(logits), log_probability, 1, logits.dtype)
    return losses, gradient


def _cross_entropy(log_probability: Tensor, target: Tensor) -> Tensor:
    return (log_probability * target).flatten(1).sum(-1)
