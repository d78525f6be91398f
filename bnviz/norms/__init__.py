"""The normalizations: `NORMS` maps each key to its record, `apply_norm` applies one to a tensor.

Reading `NORMS` does not import torch. To add a normalization, see `bnviz.norms.registry`.
"""

from typing import TYPE_CHECKING, Any

from bnviz.norms.base import Buffers, Kernel, Norm
from bnviz.norms.registry import NORMS

if TYPE_CHECKING:
    from torch import Generator, Tensor

__all__ = ["NORMS", "Buffers", "Kernel", "Norm", "apply_norm"]


def apply_norm(
    key: str,
    x: "Tensor",
    gamma: "Tensor | None" = None,
    beta: "Tensor | None" = None,
    *,
    eps: float = 1e-5,
    groups: int = 1,
    training: bool = True,
    running_mean: "Tensor | None" = None,
    running_var: "Tensor | None" = None,
    momentum: float = 0.1,
    alpha: "float | Tensor" = 0.5,
    rmax: float = 3.0,
    dmax: float = 5.0,
    noise_mean: float = 0.5,
    noise_std: float = 1.25,
    generator: "Generator | None" = None,
) -> "Tensor":
    """Apply one normalization to activations, differentiably; see each file of this package for its equation.

    Shapes: `x` is `[run, feature, example]` or `[run, feature, example, position]`; `gamma`, `beta` and the
    running buffers are `[run, feature]`; None means 1 and 0. The result has the shape and type of `x`, float32
    or float64. In training the running buffers, where given, are updated in place as in PyTorch: `momentum` is
    the weight of the new batch, and the variance that they keep is the unbiased one.

    Raises ValueError for an unknown key, a shape that does not fit, a batch of one where statistics are taken over
    the batch, missing buffers in evaluation, and for `weight`, which normalizes weights.
    """
    from bnviz.norms.apply import apply

    settings: dict[str, Any] = {
        "eps": eps,
        "norm_momentum": momentum,
        "groups": groups,
        "rmax": rmax,
        "dmax": dmax,
        "noise_mean": noise_mean,
        "noise_std": noise_std,
    }
    return apply(
        key,
        x,
        gamma,
        beta,
        settings,
        training=training,
        buffers=(running_mean, running_var),
        alpha=alpha,
        generator=generator,
    )
