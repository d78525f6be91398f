"""The normalizations that `torch.nn` does not have, in plain PyTorch; `script` copies these classes into scripts.

Inputs are `[example, feature]`. Nothing of bnviz is used here, and nothing here is used by the engine.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Shift(nn.Module):
    """y = x + β: no normalization."""

    def __init__(self, features: int):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias


class Affine(nn.Module):
    """y = γ·x + β."""

    def __init__(self, features: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x + self.bias


class RMSNorm(Affine):
    """y = γ·x/√(mean of x² + ε) + β, over the features of each example."""

    def __init__(self, features: int, eps: float):
        super().__init__(features)
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.rms_norm(x, x.shape[1:], eps=self.eps))


class DynamicTanh(Affine):
    """y = γ·tanh(αx) + β."""

    def __init__(self, features: int, alpha: float):
        super().__init__(features)
        self.alpha = nn.Parameter(torch.tensor(alpha))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(torch.tanh(self.alpha * x))


class BatchStatistics(Affine):
    """Mean and variance of each feature over the batch, with running averages for evaluation."""

    def __init__(self, features: int, eps: float, momentum: float):
        super().__init__(features)
        self.eps, self.momentum = eps, momentum
        self.running_mean: Tensor
        self.running_var: Tensor
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_var", torch.ones(features))

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if not self.training:
            return self.running_mean, self.running_var
        with torch.no_grad():
            self.running_mean.lerp_(x.mean(0), self.momentum)
            self.running_var.lerp_(x.var(0), self.momentum)
        return x.mean(0), x.var(0, correction=0)


class Center(BatchStatistics):
    """y = γ·(x − μ) + β: the mean is taken away, the spread stays."""

    def forward(self, x: Tensor) -> Tensor:
        mean, _ = self.moments(x)
        return super().forward(x - mean)


class DetachedBatchNorm(BatchStatistics):
    """Batch norm whose gradient takes μ and σ for constants."""

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.moments(x)
        return super().forward((x - mean.detach()) / (var.detach() + self.eps).sqrt())


class FrozenBatchNorm(Affine):
    """y = γ·(x − μ)/√(σ² + ε) + β with the μ and σ² of the first batch, forever."""

    def __init__(self, features: int, eps: float):
        super().__init__(features)
        self.eps = eps
        self.first: tuple[Tensor, Tensor] | None = None

    def forward(self, x: Tensor) -> Tensor:
        if self.first is None:
            self.first = x.detach().mean(0), x.detach().var(0, correction=0)
        mean, var = self.first
        return super().forward((x - mean) / (var + self.eps).sqrt())


class BatchRenorm(BatchStatistics):
    """Batch renormalization (Ioffe 2017): x̂ = (x − μ)/σ·r + d, which is what the running statistics would give."""

    def __init__(self, features: int, eps: float, momentum: float, rmax: float, dmax: float):
        super().__init__(features, eps, momentum)
        self.rmax, self.dmax = rmax, dmax

    def forward(self, x: Tensor) -> Tensor:
        center, scale = self.running_mean.clone(), (self.running_var + self.eps).sqrt()
        mean, var = self.moments(x)
        std = (var + self.eps).sqrt()
        r = (std.detach() / scale).clamp(1 / self.rmax, self.rmax)
        d = ((mean.detach() - center) / scale).clamp(-self.dmax, self.dmax)
        return super().forward((x - mean) / std * r + d)


class NoisyBatchNorm(BatchStatistics):
    """Batch norm whose outputs are shifted and stretched at random in every step (Santurkar and others 2018)."""

    def __init__(self, features: int, eps: float, momentum: float, mean: float, std: float):
        super().__init__(features, eps, momentum)
        self.mean, self.std = mean, std
        self.noise = torch.Generator()  # of the whole network, which sets it

    def forward(self, x: Tensor) -> Tensor:
        mean, var = self.moments(x)
        y = super().forward((x - mean) / (var + self.eps).sqrt())
        if not self.training:
            return y
        feature, each = (x.shape[1], 1), (x.shape[1], x.shape[0])
        shift = self.mean * self.uniform(feature)
        scale = 1 + (self.std - 1) * torch.rand(feature, generator=self.noise)
        shift = shift + 0.1 * self.uniform(each)
        scale = scale + 0.1 * torch.randn(each, generator=self.noise)
        return scale.T * y + shift.T

    def uniform(self, shape: tuple[int, int]) -> Tensor:
        """Numbers from −1 to 1."""
        return 2 * torch.rand(shape, generator=self.noise) - 1
