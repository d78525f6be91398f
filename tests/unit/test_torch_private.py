"""Each private call of torch equals the public call that it stands for."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from bnviz import torch_private

TOLERANCE = {"rtol": 1e-12, "atol": 1e-13}


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_autograd(function: Callable[[Tensor], Tensor], y: Tensor, upstream: Tensor) -> tuple[Tensor, Tensor]:
    """function(y), and ∂L/∂y given ∂L/∂function(y)."""
    y = y.clone().requires_grad_()
    h = function(y)
    h.backward(upstream)
    return h.detach(), y.grad


ELEMENTWISE = {
    "relu": (torch.relu, lambda dh, y, h: torch_private.threshold_backward(dh, h, 0, grad_input=dh)),
    "leaky ReLU": (
        lambda y: F.leaky_relu(y, 0.2),
        lambda dh, y, h: torch_private.leaky_relu_backward(dh, y, 0.2, False, grad_input=dh),
    ),
    "tanh": (torch.tanh, lambda dh, y, h: torch_private.tanh_backward(dh, h, grad_input=dh)),
    "sigmoid": (torch.sigmoid, lambda dh, y, h: torch_private.sigmoid_backward(dh, h, grad_input=dh)),
}


@pytest.mark.parametrize(("public", "private"), ELEMENTWISE.values(), ids=ELEMENTWISE)
def test_backward_passes_of_activations(public, private):
    y, upstream = draw(3, 5, 7), draw(3, 5, 7, seed=1)
    y[0, 0, 0] = 0.0  # the kink
    h, expected = by_autograd(public, y, upstream)
    dh = upstream.clone()
    found = private(dh, y, h)
    assert found.data_ptr() == dh.data_ptr(), "it takes the place of dh"
    torch.testing.assert_close(found, expected, **TOLERANCE)


def test_log_softmax_backward():
    y, upstream = draw(3, 5, 7), draw(3, 5, 7, seed=1)
    p, expected = by_autograd(lambda y: torch.log_softmax(y, 1), y, upstream)
    torch.testing.assert_close(torch_private.log_softmax_backward(upstream, p, 1, y.dtype), expected, **TOLERANCE)


def test_group_norm_and_what_it_keeps():
    x, gamma, beta, eps = draw(1, 6, 9), draw(6, seed=1), draw(6, seed=2), 1e-3
    y, mean, inverse_std = torch_private.group_norm(x, gamma, beta, 1, 6, 9, 6, eps)
    torch.testing.assert_close(y, F.group_norm(x, 6, gamma, beta, eps), **TOLERANCE)
    torch.testing.assert_close(mean.view(-1), x[0].mean(-1), **TOLERANCE)
    torch.testing.assert_close(inverse_std.view(-1), (x[0].var(-1, correction=0) + eps).rsqrt(), **TOLERANCE)


def test_batch_norm_with_given_statistics():
    x, gamma, beta = draw(1, 6, 9), draw(6, seed=1), draw(6, seed=2)
    mean, var = draw(6, seed=3), draw(6, seed=4).square()
    y, _, _ = torch_private.batch_norm(x, gamma, beta, mean, var, False, 0.0, 1e-3)
    torch.testing.assert_close(y, F.batch_norm(x, mean, var, gamma, beta, eps=1e-3), **TOLERANCE)


def test_batch_norm_backward():
    eps = 1e-3
    x, gamma, beta, upstream = draw(1, 6, 9), draw(6, seed=1), draw(6, seed=2), draw(1, 6, 9, seed=3)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, gamma, beta)]
    F.batch_norm(leaves[0], None, None, *leaves[1:], training=True, eps=eps).backward(upstream)
    mean, inverse_std = x[0].mean(-1), (x[0].var(-1, correction=0) + eps).rsqrt()
    found = torch_private.batch_norm_backward(
        upstream, x, gamma, None, None, mean, inverse_std, True, eps, [True, True, True]
    )
    for ours, leaf in zip(found, leaves, strict=True):
        torch.testing.assert_close(ours, leaf.grad, **TOLERANCE)


def test_every_private_call_is_compared_here():
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    names = [name for name in vars(torch_private) if not name.startswith("__") and name != "torch"]
    assert len(names) == 8
    assert [name for name in names if f"torch_private.{name}(" not in text] == []
