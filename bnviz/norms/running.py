"""Running statistics by PyTorch's conventions, for the kernels that do not use the fused one."""

from typing import TYPE_CHECKING

from bnviz.norms.base import Buffers

if TYPE_CHECKING:
    from torch import Tensor


def update_running(channels: "Tensor", mean: "Tensor", buffers: Buffers, momentum: float) -> None:
    """new = (1 − momentum)·old + momentum·batch, in place and outside the gradient; the variance is unbiased.

    channels is `[1, K·C, N]` of N values a channel, mean is `[K·C]`; nothing happens without buffers.
    """
    if buffers.running_mean is None or buffers.running_var is None:
        return
    var = (channels - mean.unsqueeze(-1)).square().sum(-1).view(-1) / (channels.shape[-1] - 1)
    buffers.running_mean.lerp_(mean, momentum)
    buffers.running_var.lerp_(var, momentum)
