"""Running statistics by PyTorch's conventions, for the kernels that do not use the fused one."""

from typing import TYPE_CHECKING

from bnviz.norms.base import Buffers, per_unit

if TYPE_CHECKING:
    from torch import Tensor


def update_running(x: "Tensor", mean: "Tensor", buffers: Buffers, momentum: float) -> None:
    """new = (1 − momentum)·old + momentum·batch, in place and outside the gradient; the variance is unbiased.

    x is `[K, C, B]` or `[K, C, B, P]`, mean `[K, C]`; nothing happens without buffers.
    """
    if buffers.running_mean is None or buffers.running_var is None:
        return
    flat = x.flatten(2)
    var = (flat - per_unit(mean, flat)).square().sum(-1) / (flat.shape[-1] - 1)
    buffers.running_mean.lerp_(mean, momentum)
    buffers.running_var.lerp_(var, momentum)
