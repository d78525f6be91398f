"""Running statistics by PyTorch's conventions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def update_running(
    running: "Tensor", statistics: "Sequence[tuple[Tensor, Tensor]]", *, values: int, eps: float, momentum: float
) -> None:
    """new = (1 − momentum)·old + momentum·batch, in place and outside the gradient.

    `running` holds all means and then all variances, `[2·Σ K·C]`, of the layers of `statistics`, which are μ and
    1/√(σ² + ε) of each, `[K·C]`, taken over `values` values. The variance that is kept is the unbiased one,
    values/(values − 1)·σ².
    """
    import torch

    batch = torch.cat([mean for mean, _ in statistics] + [inverse_std for _, inverse_std in statistics])
    var = batch[running.shape[0] // 2 :]
    var.pow_(-2).sub_(eps).mul_(values / (values - 1))
    running.lerp_(batch, momentum)
