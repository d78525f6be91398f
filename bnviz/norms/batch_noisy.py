"""`batch_noisy`: batch norm followed by noise whose own mean and spread change at every step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from bnviz.norms.base import Buffers, Gradients, Norm, Standardization, Units
from bnviz.norms.batch import BatchKernel

if TYPE_CHECKING:
    from torch import Generator, Tensor

JITTER = 0.1
"""Spread of the noise between the examples of one step, around that step's draw."""


class BatchNoisyKernel(BatchKernel):
    """y' = s·y + m in training, with fresh s and m for every unit, example and step.

    Each step draws, for each unit, a mean m₀ ~ U(−noise_mean, noise_mean) and a spread s₀ ~ U(1, noise_std);
    each example then draws m ~ U(m₀ − 0.1, m₀ + 0.1) and s ~ N(s₀, 0.1²). So the distribution that the next layer
    sees moves on purpose, after batch norm fixed it (Santurkar et al. 2018, section 2.2). None in evaluation.
    """

    uses: ClassVar[tuple[str, ...]] = ("eps", "norm_momentum", "noise_mean", "noise_std")
    after_affine: ClassVar[bool] = True

    def forward(self, x: "Tensor", units: Units, buffers: Buffers, training: bool) -> "tuple[Tensor, Any]":
        import torch

        y, saved = super().forward(x, units, buffers, training)
        if not training:
            return y, (saved, None)
        pairs = [self._draw(y[k], generator) for k, generator in enumerate(_each(buffers, len(y)))]
        scale = torch.stack([s for s, _ in pairs])
        shift = torch.stack([m for _, m in pairs])
        return torch.addcmul(shift, scale, y), (saved, scale)

    def _draw(self, y: "Tensor", generator: "Generator | None") -> "tuple[Tensor, Tensor]":
        """Scale and shift of the shape of y, `[C, B]` or `[C, B, P]`, from one run's own generator."""
        import torch

        unit = (y.shape[0],) + (1,) * (y.dim() - 1)
        largest_mean, largest_std = self.settings["noise_mean"], self.settings["noise_std"]

        def uniform(shape: tuple[int, ...]) -> "Tensor":
            return torch.rand(shape, dtype=y.dtype, generator=generator)

        mean = (2 * uniform(unit) - 1) * largest_mean
        std = 1 + uniform(unit) * (largest_std - 1)
        shift = mean + (2 * uniform(y.shape) - 1) * JITTER
        scale = std + torch.randn(y.shape, dtype=y.dtype, generator=generator) * JITTER
        return scale, shift

    def batch_statistics(self, saved: Any) -> "tuple[Tensor, Tensor] | None":
        return super().batch_statistics(saved[0])

    def normalized(self, x: "Tensor", saved: Any) -> "Tensor":
        return super().normalized(x, saved[0])

    def standardization(self, saved: Any) -> Standardization:
        return super().standardization(saved[0])

    def backward(self, dy: "Tensor", units: Units, saved: Any) -> Gradients:
        inner, scale = saved
        return super().backward(dy if scale is None else dy * scale, units, inner)


def _each(buffers: Buffers, count: int) -> "Sequence[Generator | None]":
    return buffers.generators or [None] * count


BATCH_NOISY = Norm(
    label="batch norm + noise",
    equation=r"y = s\left(\gamma\,\frac{x-\mu_B}{\sqrt{\sigma_B^2+\varepsilon}} + \beta\right) + m,"
    r"\quad s, m \text{ redrawn each step}",
    axes="each feature, over the examples of the batch",
    paper="Santurkar et al. 2018, section 2.2",
    color="#7A8B00",
    color_dark="#C6D64A",
    dash=(3, 3, 9, 3),
    explanation="Batch norm, then random scale and shift that change at every step: the distribution moves again.",
    kernel=BatchNoisyKernel,
    over_batch=True,
    running=True,
    scale_invariant=True,
)
