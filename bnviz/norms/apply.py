"""`apply_norm`'s work: check the arguments, then run a kernel as one differentiable function."""

from typing import Any

import torch
from torch import Generator, Tensor

from bnviz.norms.base import Buffers, Units
from bnviz.norms.registry import NORMS
from bnviz.norms.running import update_running


class _KernelFunction(torch.autograd.Function):
    """A kernel's hand-written forward and backward pass, for autograd. Differentiable once."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, alpha: Tensor, call: Any) -> Tensor:
        kernel, buffers, training, kept = call
        buffers.alpha, x = alpha, x.contiguous()
        ctx.kernel, ctx.units = kernel, Units(gamma, beta)
        y, ctx.saved = kernel.forward(x, ctx.units, buffers, training)
        if training and buffers.running_mean is not None and (statistics := kernel.batch_statistics(ctx.saved)):
            running = torch.cat([buffers.running_mean, buffers.running_var])
            settings = {"eps": kernel.settings.get("eps", 0.0), "momentum": kernel.settings["norm_momentum"]}
            update_running(running, [statistics], values=x[0, 0].numel(), **settings)
            for buffer, values in zip(kept, running.chunk(2), strict=True):
                buffer.copy_(values.view(buffer.shape))
        return y

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, dy: Tensor) -> Any:
        gradients = ctx.kernel.backward(dy.contiguous(), ctx.units, ctx.saved)
        shape = ctx.units.gamma.shape
        return gradients.x, gradients.gamma.view(shape), gradients.beta.view(shape), gradients.alpha, None


def apply(
    key: str,
    x: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    settings: dict[str, Any],
    *,
    training: bool,
    buffers: tuple[Tensor | None, Tensor | None],
    alpha: float | Tensor,
    generator: Generator | None,
) -> Tensor:
    """See :func:`bnviz.norms.apply_norm`."""
    _check(key, x, gamma, beta, settings["groups"], training, buffers)
    norm = NORMS[key]
    runs, features = x.shape[:2]
    gamma = x.new_ones(runs, features) if gamma is None else gamma
    beta = x.new_zeros(runs, features) if beta is None else beta
    if key == "batch_renorm" and training and buffers[0] is None:
        buffers = (x.new_zeros(runs, features), x.new_ones(runs, features))
    kernel = norm.kernel(**{name: settings[name] for name in norm.kernel.uses})
    alphas = alpha if isinstance(alpha, Tensor) else x.new_full((runs,), alpha)
    mean, var = (None if buffer is None else buffer.reshape(-1) for buffer in buffers)
    held = Buffers(mean, var, generators=[generator] * runs)
    return _KernelFunction.apply(x, gamma, beta, alphas.expand(runs), (kernel, held, training, buffers))


def _check(
    key: str,
    x: Tensor,
    gamma: Tensor | None,
    beta: Tensor | None,
    groups: int,
    training: bool,
    buffers: tuple[Tensor | None, Tensor | None],
) -> None:
    if key not in NORMS:
        raise ValueError(f"norm = {key!r}: must be one of {', '.join(NORMS)}; choose one.")
    if x.dim() not in (3, 4):
        raise ValueError(
            f"x.shape = {tuple(x.shape)}: must be [run, feature, example] or [run, feature, example, position]; "
            "add the missing axes."
        )
    given = {"gamma": gamma, "beta": beta, "running_mean": buffers[0], "running_var": buffers[1]}
    for name, tensor in given.items():
        if tensor is not None and tensor.shape != x.shape[:2]:
            raise ValueError(
                f"{name}.shape = {tuple(tensor.shape)}: must be [run, feature] = {tuple(x.shape[:2])}; reshape it."
            )
    if (buffers[0] is None) != (buffers[1] is None):
        raise ValueError("running_mean, running_var: must be given both or neither; pass the other one too.")
    norm = NORMS[key]
    if norm.over_batch and training and key != "batch_frozen" and x[0, 0].numel() < 2:
        raise ValueError(
            f"x.shape = {tuple(x.shape)}: {key} needs at least 2 values for each feature in training, because one "
            "value equals its own mean and has no variance; use a larger batch."
        )
    if norm.running and buffers[0] is None and (not training or key == "batch_frozen"):
        raise ValueError(
            f"running_mean = None: {key} uses the running statistics here; pass running_mean and running_var."
        )
    if key == "group" and (groups < 1 or x.shape[1] % groups):
        raise ValueError(f"groups = {groups}: must divide the {x.shape[1]} features of x; choose a divisor.")
