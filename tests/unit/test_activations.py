"""Each activation's kernel against PyTorch's own function, and that its bits do not depend on an element's place."""

import pytest
import torch

from bnviz.activations import ACTIVATIONS
from bnviz.optimizers import OPTIMIZERS
from tests.unit import reference


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def both_passes(key: str, y: torch.Tensor, dh: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """φ(y) and dh·φ'(y)."""
    kernel, y = ACTIVATIONS[key].kernel(), y.clone()
    h = kernel.forward(y, None)
    return h.clone(), kernel.backward(dh.clone(), y, h)


@pytest.mark.parametrize("shape", [(2, 5, 7), (2, 8, 16), (2, 3, 5, 4)], ids=str)
@pytest.mark.parametrize("key", ACTIVATIONS)
def test_both_passes_equal_pytorchs(key, shape):
    y, dh = draw(*shape).requires_grad_(), draw(*shape, seed=1)
    expected = reference.ACTIVATIONS[key](y)
    expected.backward(dh)
    h, dy = both_passes(key, y.detach(), dh)
    torch.testing.assert_close(h, expected.detach(), rtol=1e-13, atol=1e-14)
    torch.testing.assert_close(dy, y.grad, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("key", ACTIVATIONS)
def test_bits_do_not_depend_on_the_place(key, dtype):
    y, dh = draw(1, 7, 13, dtype=dtype), draw(1, 7, 13, seed=1, dtype=dtype)
    together = both_passes(key, y, dh)
    for unit in range(7):
        alone = both_passes(key, y[:, unit : unit + 1], dh[:, unit : unit + 1])
        for whole, part in zip(together, alone, strict=True):
            assert torch.equal(whole[:, unit : unit + 1], part)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_far_out_it_is_finite(key):
    for dtype in (torch.float32, torch.float64):
        y = torch.tensor([[[-1e4, -100.0, 0.0, 100.0, 1e4]]], dtype=dtype)
        assert all(part.isfinite().all() for part in both_passes(key, y, torch.ones_like(y)))


def test_records_are_complete_and_told_apart():
    for registry in (ACTIVATIONS, OPTIMIZERS):
        labels = [record.label for record in registry.values()]
        assert all(label.strip() == label != "" for label in labels)
        assert len(set(labels)) == len(labels)
    assert all(record.equation and record.source for record in OPTIMIZERS.values())
    for record in ACTIVATIONS.values():
        for low, high in (record.input_range, record.output_range):
            assert low < high
