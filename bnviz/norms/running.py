"""Running statistics by PyTorch's conventions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def update_running(
    running_mean: "Tensor",
    running_var: "Tensor",
    statistics: "Sequence[tuple[Tensor, Tensor]]",
    *,
    values: int,
    eps: float,
    momentum: float,
) -> None:
    """new = (1 − momentum)·old + momentum·batch, in place and outside the gradient.

    `statistics` holds μ and 1/√(σ² + ε) of one or several layers, each `[K·C]`, in the order in which `running_mean`
    and `running_var` hold all of them; `values` is how many values each was taken over. The variance that is kept is
    the unbiased one, values/(values − 1)·σ².
    """
    import torch

    mean = torch.cat([mean for mean, _ in statistics])
    inverse_std = torch.cat([inverse_std for _, inverse_std in statistics])
    var = inverse_std.square_().reciprocal_().sub_(eps).mul_(values / (values - 1))
    running_mean.lerp_(mean, momentum)
    running_var.lerp_(var, momentum)
