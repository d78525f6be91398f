"""Mean, variance and standardization over any axes: what most normalizations are made of.

A normalization is a choice of the axes that share one mean and one variance. The variance is computed in two
passes (mean first, then squared distances), because E[x²] − E[x]² loses all digits when the mean is large.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def standardize(x: "Tensor", dims: tuple[int, ...], eps: float, *, center: bool = True) -> "tuple[Tensor, Tensor]":
    """x̂ = (x − μ)/√(σ² + ε) and 1/√(σ² + ε), with μ and the biased σ² over `dims`.

    Without `center`, μ is taken as 0 and σ² as the mean square (RMS norm, Zhang & Sennrich 2019, eq. 4).
    """
    centered = x - x.mean(dims, keepdim=True) if center else x
    inverse_std = centered.square().mean(dims, keepdim=True).add_(eps).rsqrt_()
    return centered.mul_(inverse_std) if center else centered * inverse_std, inverse_std


def standardize_(x: "Tensor", dims: tuple[int, ...], eps: float, *, center: bool = True) -> None:
    """The same x̂, in the place of x."""
    if center:
        x.sub_(x.mean(dims, keepdim=True))
    x.mul_(x.square().mean(dims, keepdim=True).add_(eps).rsqrt_())


def standardize_backward(
    dx_hat: "Tensor", x_hat: "Tensor", inverse_std: "Tensor", dims: tuple[int, ...], *, center: bool = True
) -> "Tensor":
    """∂L/∂x = (dx̂ − mean(dx̂) − x̂·mean(dx̂·x̂)) / √(σ² + ε), means over `dims`.

    The two subtracted terms are the paths through μ and σ: what the gradient loses is its mean and its component
    along x̂ (Ioffe & Szegedy 2015, section 3, in the form that collects their terms). Exact for any ε.
    """
    along = (dx_hat * x_hat).mean(dims, keepdim=True)
    rest = dx_hat - x_hat * along
    if center:
        rest -= dx_hat.mean(dims, keepdim=True)
    return rest * inverse_std
