"""What a forward pass leaves behind for the backward pass and for who looks on."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor


class LayerTape(NamedTuple):
    """One layer's forward pass; all but `saved` are `[K, C, B]`. Unless the tape is `complete`, φ(y) may replace y."""

    inputs: Tensor  # h of the layer below
    pre_norm: Tensor  # z = W·h
    saved: list[Any]  # what each part's kernel kept
    post_affine: Tensor  # y
    post_activation: Tensor  # φ(y)


@dataclass
class Tape:
    """What one forward pass leaves for the backward pass and for the recorder.

    One tape serves all steps and is overwritten layer by layer: freeing a whole tape at once would make the allocator
    return its pages to the system, and fetch them again in the next step. So nothing of it outlives the next pass.

    complete    y is kept for who reads it; the backward pass needs none that φ may overwrite, and a smaller tape is
                faster where many runs fill the cache
    """

    complete: bool = True
    layers: dict[int, LayerTape] = field(default_factory=dict)
    logits: Tensor = field(default_factory=lambda: torch.empty(0))  # [K, classes, B]

    def clear(self, index: int, examples: int) -> tuple[Tensor | None, Tensor | None]:
        """Forget layer `index` of the last pass, and return where its z and φ(y) stood, to be overwritten.

        None if there was no pass, or one of another batch size.
        """
        before = self.layers.pop(index, None)
        if before is None or before.pre_norm.shape[2] != examples:
            return None, None
        return before.pre_norm, before.post_activation
