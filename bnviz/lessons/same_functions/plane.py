"""A neuron with two weights: its loss over their plane, and the walks of gradient descent on it.

Ordinary arithmetic on two numbers, so that the whole landscape can be seen: no engine run has only two weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bnviz.kept import remembered

Floats = NDArray[np.float64]

NORMS = ("none", "batch")
LENGTHS = (0.5, 1.0, 2.0, 3.0)
RATES = (0.03, 0.1, 0.3, 1.0, 3.0)
EXAMPLES = 200
REACH = 4.0  # the plane is drawn from −REACH to REACH on both axes
SHORTEST = 0.1  # length at the lower edge of the polar picture, a factor of 40 below REACH
RAY = np.geomspace(SHORTEST, REACH, 41)
CELLS = 96  # an even number: no cell is centered at the origin, where batch norm has no direction to keep
PLANE = (np.linspace(-REACH, REACH, CELLS + 1),) * 2
POLAR = (np.linspace(0, 360, CELLS + 1), np.geomspace(SHORTEST, REACH, CELLS + 1))
_POINTS = 0x706C616E
_START_ANGLE = np.radians(170.0)


@dataclass(frozen=True)
class Neuron:
    """y = w·u (plain) or y = (w·u − μ)/σ (batch norm, ε = 0, γ = 1, β = 0) on inputs u `[n, 2]`, targets t `[n]`.

    The loss is L = ½·mean((y − t)²), without unit. γ and β stay as they are, so that w is all there is to see.
    """

    norm: str
    inputs: Floats
    targets: Floats

    def loss(self, weights: Floats) -> Floats:
        """L at weights `[…, 2]`; NaN at w = 0 with batch norm, where every output is the same."""
        return 0.5 * ((self._outputs(weights)[0] - self.targets) ** 2).mean(-1)

    def gradient(self, weight: Floats) -> Floats:
        """∂L/∂w `[2]` at one weight `[2]`."""
        output, std = self._outputs(weight)
        # ∂L/∂y = (y − t)/n
        upstream = (output - self.targets) / len(self.targets)
        if self.norm == "batch":
            # ∂L/∂z = (dy − mean(dy) − y·mean(dy·y))/σ
            upstream = (upstream - upstream.mean() - output * (upstream * output).mean()) / std
        return upstream @ self.inputs

    def _outputs(self, weights: Floats) -> tuple[Floats, Floats]:
        """y `[…, n]` and σ `[…, 1]`."""
        z = weights @ self.inputs.T
        std = z.std(-1, keepdims=True)
        if self.norm == "none":
            return z, std
        with np.errstate(invalid="ignore"):
            return (z - z.mean(-1, keepdims=True)) / std, std


def neurons(seed: int) -> tuple[Neuron, ...]:
    """A plain and a batch-norm neuron before the same 200 examples, in the order of `NORMS`.

    Inputs are Gaussian with sd 1 and 0.6 and correlation 0.5. Targets lie on a straight line of the inputs plus noise,
    shifted and scaled to mean 0 and variance 1: what both kinds of neuron can fit equally well, but for the noise.
    """
    generator = np.random.default_rng([seed, _POINTS])
    inputs = generator.standard_normal((EXAMPLES, 2)) @ np.array([[1.0, 0.3], [0.0, 0.52]])
    inputs -= inputs.mean(0)
    targets = inputs @ np.array([0.9, 1.1]) + 0.3 * generator.standard_normal(EXAMPLES)
    targets = (targets - targets.mean()) / targets.std()
    return tuple(Neuron(norm, inputs, targets) for norm in NORMS)


@dataclass(frozen=True)
class Walks:
    """Gradient descent w' = w − η·∂L/∂w of both neurons from one start."""

    length: float = 2.0
    lr: float = 0.3
    seed: int = 0
    updates: int = 60

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return len(NORMS)

    def compute(
        self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool] | None = None
    ) -> pd.DataFrame:
        """The walks: one row for each neuron and step. It takes some milliseconds, so `should_stop` is not asked.

        run, norm   0 "none", 1 "batch"
        step        updates so far
        w1, w2      the weights
        angle       of w from the first axis, degrees, from 0 to 360
        length      ‖w‖
        loss        L at w
        along_ray   largest minus smallest L at the lengths `RAY` in the direction of w
        A walk that leaves the range of numbers ends with its last finite row.
        """
        start = self.length * np.array([np.cos(_START_ANGLE), np.sin(_START_ANGLE)])
        blocks = []
        for run, neuron in enumerate(neurons(self.seed)):
            blocks.append(self._walk(neuron, start).assign(run=run, norm=neuron.norm))
            report(run + 1, ())
        return pd.concat(blocks, ignore_index=True)

    def _walk(self, neuron: Neuron, start: Floats) -> pd.DataFrame:
        path = [start]
        for _ in range(self.updates):
            # w' = w − η·∂L/∂w
            path.append(path[-1] - self.lr * neuron.gradient(path[-1]))
            if not np.abs(path[-1]).max() < 1e100:
                path.pop()
                break
        weights = np.array(path)
        length = np.hypot(*weights.T)
        rays = (weights / length[:, None])[:, None, :] * RAY[:, None]
        return pd.DataFrame(
            {
                "step": range(len(path)),
                "w1": weights[:, 0],
                "w2": weights[:, 1],
                "angle": np.degrees(np.arctan2(weights[:, 1], weights[:, 0])) % 360,
                "length": length,
                "loss": neuron.loss(weights),
                "along_ray": np.ptp(neuron.loss(rays), axis=-1),
            }
        )


@dataclass(frozen=True)
class Landscape:
    """The losses of both neurons over the plane of weights, and over angle and length."""

    seed: int = 0

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return len(NORMS)

    def compute(
        self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool] | None = None
    ) -> pd.DataFrame:
        """One row for each neuron, picture and cell; `CELLS` times `CELLS` cells a picture.

        run, norm     0 "none", 1 "batch"
        picture       "plane" (x = w₁, y = w₂) or "polar" (x = angle in degrees, 0 to 360, y = ‖w‖)
        row, x, y     row of the cell from the bottom, and its center
        left, right, bottom, top   its sides; in "polar" the heights are even on a log axis
        loss          L at the center
        It takes some tens of milliseconds, so `should_stop` is not asked.
        """
        blocks = []
        for run, neuron in enumerate(neurons(self.seed)):
            for picture, cells in (("plane", _cells(PLANE)), ("polar", _cells(POLAR))):
                loss = neuron.loss(_weights(picture, cells))
                blocks.append(cells.assign(run=run, norm=neuron.norm, picture=picture, loss=loss))
            report(run + 1, ())
        return pd.concat(blocks, ignore_index=True)


def _weights(picture: str, cells: pd.DataFrame) -> Floats:
    """The weights `[cells, 2]` at the centers of the cells."""
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    if picture == "plane":
        return np.column_stack([x, y])
    return y[:, None] * np.column_stack([np.cos(np.radians(x)), np.sin(np.radians(x))])


def _cells(sides: tuple[Floats, Floats]) -> pd.DataFrame:
    """The cells between the given sides, with centers that are even between them on the same kind of axis."""
    (left, right, x), (bottom, top, y) = (_between(edges) for edges in sides)
    rows, columns = np.divmod(np.arange(len(x) * len(y)), len(x))
    chosen = {"left": left[columns], "right": right[columns], "bottom": bottom[rows], "top": top[rows]}
    return pd.DataFrame({"row": rows, "x": x[columns], "y": y[rows], **chosen})


def _between(edges: Floats) -> tuple[Floats, Floats, Floats]:
    """Lower side, upper side and center of each interval; geometric centers for a logarithmic axis."""
    low, high = edges[:-1], edges[1:]
    even = np.allclose(np.diff(edges), edges[1] - edges[0])
    return low, high, (low + high) / 2 if even else np.sqrt(low * high)


@remembered
def state(frame: pd.DataFrame, norm: str, step: int) -> pd.Series:
    """Where a walk is after `step` updates, or where it ended before; a row of the frame of :class:`Walks`."""
    walk = frame[(frame["norm"] == norm) & (frame["step"] <= step)]
    if walk.empty:
        raise ValueError(f"norm, step = {norm!r}, {step!r}: must be in the frame; choose a norm of NORMS.")
    return walk.iloc[-1]
