"""Results computed for each value of one or two controls, looked up in the browser (`family.js`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnviz.ui.packing import assemble


@dataclass(frozen=True)
class Family:
    """Arrays by name, whose first axes are the values of the controls, in their order.

    controls     name → values, ascending
    arrays       name → [values of the first control, of the second if there is one, …]
    continuous   arrays that may be read between computed values, on the straight line between neighbors
    Raises ValueError where these do not fit together.
    """

    controls: Mapping[str, Sequence[float]]
    arrays: Mapping[str, NDArray]
    continuous: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if len(self.controls) not in (1, 2):
            raise ValueError(f"{len(self.controls)} controls: a family has one or two.")
        for name, values in self.controls.items():
            if list(values) != sorted(set(values)) or not values:
                raise ValueError(f"{name}: the values of a control must be ascending, each once.")
        sizes = tuple(len(values) for values in self.controls.values())
        for name, array in self.arrays.items():
            if array.shape[: len(sizes)] != sizes:
                raise ValueError(f"{name} has the shape {array.shape}; it must begin with {sizes}, one a value.")
        if unknown := self.continuous - self.arrays.keys():
            raise ValueError(f"continuous: there is no {', '.join(sorted(unknown))}.")


def pack_family(family: Family) -> bytes:
    """Return a family as the browser receives it: whole numbers in 32 bits, others as float32."""
    header = {
        "controls": [{"name": name, "values": [*map(float, values)]} for name, values in family.controls.items()],
        "continuous": sorted(family.continuous),
    }
    kinds = {name: np.int32 if array.dtype.kind in "iub" else np.float32 for name, array in family.arrays.items()}
    return assemble(header, {name: array.astype(kinds[name]) for name, array in family.arrays.items()})
