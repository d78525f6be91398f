"""What the standardized values of a unit depend on: turn its weights, stretch them, compute it once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from bnviz.experiment import Experiment
from bnviz.kept import remembered
from bnviz.norms import apply_norm

if TYPE_CHECKING:
    from torch import Tensor

ANGLES = (0, 5, 10, 20, 30, 45, 60, 90)
FACTORS = (0.01, 0.1, 1.0, 10.0, 100.0)


@dataclass(frozen=True)
class TurnedWeights:
    """One unit w on a full batch of digits: x̂ = (x − μ_B)/σ_B with x = Uw, beside noise ε ~ N(0, 1) of equal size.

    x̂ depends on w through its direction only (ε of the root = 0, float64): ∂x̂/∂w·w = 0, since x̂(aw) = x̂(w). The noise
    of the reparameterization trick depends on no parameter at all (Kingma & Welling 2014). w is turned in the plane
    of its initial direction and a random one at right angles to it.
    """

    seed: int = 0
    examples: int = 128

    @property
    def steps(self) -> int:
        """How many steps `report` counts."""
        return len(ANGLES)

    def compute(
        self, report: Callable[[int, Sequence[float]], None], should_stop: Callable[[], bool] | None = None
    ) -> pd.DataFrame:
        """One row for each angle, factor and example.

        angle, factor     w is turned by `angle` degrees and multiplied by `factor`
        example           from 0
        normalized        x̂ of the example;         normalized_again  the same, computed a second time
        noise             ε, drawn from the seed;   noise_again       a second draw
        sensitivity       ‖∂x̂/∂w‖ of the example
        along             ∂x̂/∂w·w of the example

        It takes some hundredths of a second, so `should_stop` is not asked.
        """
        import torch

        from bnviz.engine.batches import load_data, mini_batches
        from bnviz.engine.seeds import seeded_generator

        torch.set_num_threads(1)
        experiment = Experiment(n_train=self.examples, batch_size=None, seed=self.seed, dtype="float64")
        batch = next(mini_batches(experiment, load_data(experiment), torch.float64)).x
        features = batch.shape[1]
        weights, draws = seeded_generator(self.seed, "weights"), seeded_generator(self.seed, "noise")
        start, other = torch.randn(2, features, dtype=torch.float64, generator=weights) * sqrt(2 / features)
        other -= start * (start @ other) / (start @ start)
        other *= start.norm() / other.norm()
        noise = torch.randn(2, self.examples, dtype=torch.float64, generator=draws).numpy()
        blocks = []
        for angle in ANGLES:
            turned = cos(radians(angle)) * start + sin(radians(angle)) * other
            for factor in FACTORS:
                weight = factor * turned
                normalized, slopes = standardized(batch, weight)
                block = {
                    "angle": angle,
                    "factor": factor,
                    "example": range(self.examples),
                    "normalized": normalized.numpy(),
                    "normalized_again": standardized(batch, weight)[0].numpy(),
                    "noise": noise[0],
                    "noise_again": noise[1],
                    "sensitivity": slopes.norm(dim=1).numpy(),
                    "along": (slopes @ weight).numpy(),
                }
                blocks.append(pd.DataFrame(block))
            report(len(blocks) // len(FACTORS), ())
        return pd.concat(blocks, ignore_index=True)


def standardized(batch: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """x̂ `[B]` of the unit `weight` `[F]` on a batch `[B, F]`, and its Jacobian ∂x̂/∂w `[B, F]`; ε = 0."""
    # B copies of the unit, one for each row of the Jacobian, so that one backward pass gives them all.
    copies = weight.repeat(len(batch), 1).requires_grad_()
    outputs = apply_norm("standardize", (copies @ batch.T).unsqueeze(1), eps=0.0).squeeze(1)
    outputs.diagonal().sum().backward()
    if copies.grad is None:
        raise RuntimeError("no gradient came back; standardized needs gradients, so call it outside inference mode.")
    return outputs[0].detach(), copies.grad


class Dependence(NamedTuple):
    """How far x̂ and ε moved, and how x̂ depends on w: lengths without unit.

    normalized_moved, noise_moved   largest |change| of any example
    sensitivity                     ‖∂x̂/∂w‖ over the whole batch (Frobenius)
    along                           ‖∂x̂/∂w·w‖, the part of it that a change of length would feel
    """

    normalized_moved: float
    noise_moved: float
    sensitivity: float
    along: float


@remembered
def compared(frame: pd.DataFrame, angle: int, factor: float, again: bool = False) -> pd.DataFrame:
    """x̂ and ε of w as it was beside those of the turned and stretched w: one row an example.

    example, normalized_before, normalized_after, noise_before, noise_after. With `again` all of it is computed, and
    the noise drawn, a second time. Raises ValueError for an angle or factor that is not in the frame.
    """
    before, after = (_chosen(frame, *place) for place in ((0, 1.0), (angle, factor)))
    end = "_again" if again else ""
    return pd.DataFrame(
        {
            "example": before["example"].to_numpy(),
            "normalized_before": before["normalized"].to_numpy(),
            "normalized_after": after[f"normalized{end}"].to_numpy(),
            "noise_before": before["noise"].to_numpy(),
            "noise_after": after[f"noise{end}"].to_numpy(),
        }
    )


@remembered
def dependence(frame: pd.DataFrame, angle: int, factor: float, again: bool = False) -> Dependence:
    """Sum up `compared` and the Jacobian at this angle and factor."""
    pairs, after = compared(frame, angle, factor, again), _chosen(frame, angle, factor)
    moved = [(pairs[f"{name}_after"] - pairs[f"{name}_before"]).abs().max() for name in ("normalized", "noise")]
    lengths = [np.linalg.norm(after[name]) for name in ("sensitivity", "along")]
    return Dependence(*(float(value) for value in (*moved, *lengths)))


def _chosen(frame: pd.DataFrame, angle: int, factor: float) -> pd.DataFrame:
    rows = frame[(frame["angle"] == angle) & (frame["factor"] == factor)]
    if rows.empty:
        raise ValueError(f"angle, factor = {angle}, {factor}: must be in the frame; choose from ANGLES and FACTORS.")
    return rows
