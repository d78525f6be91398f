"""What an activation is: a record for the reader and the recorder, and a kernel for the engine.

torch is imported when a kernel is made, so that whoever only reads the registry does without it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

WIDE, NARROW = (-8.0, 8.0), (-5.0, 5.0)


@dataclass(frozen=True)
class Activation:
    """An activation as the reader meets it, and the class that computes it.

    label          name on screen
    gain           the initial weights' sd times √fan_in
    kernel         forward and backward pass
    output_range   of the histograms of φ(y)
    bounded        whether φ(y) never leaves that range
    input_range    of the histograms of y, and of z before normalization
    zero           whether a large share of the outputs is exactly 0, which a histogram shows apart
    """

    label: str
    gain: float
    kernel: "type[ActivationKernel]"
    output_range: tuple[float, float] = WIDE
    input_range: tuple[float, float] = WIDE
    bounded: bool = False
    zero: bool = False


class ActivationKernel:
    """h = φ(y) and its backward pass, in forms whose bits do not depend on an element's place.

    `torch.sigmoid` and `torch.nn.functional.gelu` round differently in the vectorized body of an array and in its last
    few elements; `exp`, `tanh` and `erf` do not, so that kernels are composed from those.
    """

    def forward(self, y: "Tensor", out: "Tensor | None") -> "Tensor":
        """φ(y), in `out` where given and of use. y is `[K, C, B]` or `[K, C, B, P]`."""
        raise NotImplementedError

    def backward(self, dh: "Tensor", y: "Tensor", h: "Tensor") -> "Tensor":
        """dh·φ'(y), in the place of dh. A kernel whose forward pass uses `out` needs h alone: y may be overwritten."""
        raise NotImplementedError
