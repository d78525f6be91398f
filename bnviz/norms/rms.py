"""`rms`: root-mean-square normalization (Zhang & Sennrich 2019), layer norm without the mean."""

from bnviz.norms.base import Norm
from bnviz.norms.layer import LayerKernel


class RMSKernel(LayerKernel):
    """x̂ = x/√(mean(x²) + ε), the mean over the features (and positions) of each example.

    `torch.nn.RMSNorm` has no β; with β = 0 this agrees with it.
    """

    center = False


RMS = Norm(
    label="RMS norm",
    equation=r"y = \gamma\,\frac{x}{\sqrt{\mathrm{mean}_c(x^2)+\varepsilon}} + \beta",
    axes="each example, over its features, without a mean",
    paper="Zhang & Sennrich 2019, equation 4",
    color="#4F8A10",
    color_dark="#9BD65A",
    dash=(2, 2),
    explanation="Divides each example by its root mean square and subtracts nothing.",
    kernel=RMSKernel,
    scale_invariant=True,
)
