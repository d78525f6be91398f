"""Matrix products whose bits do not depend on how many runs are multiplied together.

The library behind `torch.bmm` picks its instructions by the memory alignment of each matrix, and rounds
differently for each. When every matrix of a batch starts on a 64-byte boundary the choice, and so the result, is the
same for a run alone and for a run among others. Most sizes are aligned as they are; the others are copied to
where they are. A single column takes a path of its own, since one matrix times one vector and many of them
are different routines.
"""

from collections.abc import Collection
from typing import Protocol

import torch
from torch import Tensor

ALIGNED = 16
"""Elements between possible starts: 64 bytes in float32, 128 in float64."""


class Product(Protocol):
    """a @ b for each run."""

    def __call__(self, a: Tensor, b: Tensor, /, *, out: Tensor | None = None) -> Tensor:
        """`[K, m, n]` by `[K, n, p]` to `[K, m, p]`, into `out` where given."""


def choose_product(elements: Collection[int], examples: int) -> Product:
    """`torch.bmm` itself where matrices of so many `elements` are aligned as they are, else :func:`multiply`."""
    aligned = all(count % ALIGNED == 0 for count in elements)
    return torch.bmm if aligned and examples > 1 else multiply


def multiply(a: Tensor, b: Tensor, /, *, out: Tensor | None = None) -> Tensor:
    """a @ b for each run: `[K, m, n]` by `[K, n, p]` to `[K, m, p]`, into `out` where given."""
    if b.shape[2] == 1:
        product = (a * b.transpose(1, 2)).sum(2, keepdim=True)
        return product if out is None else out.copy_(product)
    if _is_aligned(a) and _is_aligned(b) and (a.shape[1] * b.shape[2]) % ALIGNED == 0:
        return torch.bmm(a, b) if out is None else torch.bmm(a, b, out=out)
    product = torch.bmm(_align(a), _align(b), out=slabs(a.shape[0], a.shape[1], b.shape[2], a.dtype))
    return product.contiguous() if out is None else out.copy_(product)


def _is_aligned(matrices: Tensor) -> bool:
    """Whether all runs share one matrix, or each fills a whole number of aligned blocks."""
    return matrices.stride(0) == 0 or (matrices.shape[1] * matrices.shape[2]) % ALIGNED == 0


def _align(matrices: Tensor) -> Tensor:
    if _is_aligned(matrices):
        return matrices
    k, m, n = matrices.shape
    if matrices.stride(2) == 1:
        return slabs(k, m, n, matrices.dtype).copy_(matrices)
    # Keep a transposed view transposed: its layout decides the routine as much as its alignment does.
    return slabs(k, n, m, matrices.dtype).copy_(matrices.transpose(1, 2)).transpose(1, 2)


def slabs(k: int, m: int, n: int, dtype: torch.dtype) -> Tensor:
    """Uninitialized `[k, m, n]` in which every run's matrix starts on an aligned boundary."""
    stride = -(-m * n // ALIGNED) * ALIGNED
    return torch.empty(k, stride, dtype=dtype)[:, : m * n].unflatten(1, (m, n))
