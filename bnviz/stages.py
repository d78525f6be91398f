"""The stages of all layers of a training step, summed up: moments of each unit, histograms of each layer.

x̂ is an affine function of z for most normalizations, unit by unit, and y one of x̂. There it is neither computed nor
copied: its moments follow from those of z, and its bins are those of z, with each unit's own edges.
"""

import math
from itertools import accumulate, pairwise

import numpy as np
import torch
from torch import Tensor

from bnviz.activations import ACTIVATIONS
from bnviz.engine.network import Network
from bnviz.engine.program import Program
from bnviz.experiment import Experiment
from bnviz.history import BINS, PERCENTILES, STAGES
from bnviz.norms import NORMS, Kernel

Z, X_HAT, Y, PHI = range(len(STAGES))

NORMALIZED_RANGE = (-5.0, 5.0)
"""Of the histograms of x̂, whatever the activation."""

LARGE = 1e30
"""A factor or a constant that is larger would make NaN of infinite values."""


def histogram_range(stage: str, activation: str) -> tuple[float, float]:
    """The fixed range of a stage's histogram: the same at every step, so that frames can be compared."""
    if stage == "normalized":
        return NORMALIZED_RANGE
    record = ACTIVATIONS[activation]
    return record.output_range if stage == "post_activation" else record.input_range


class Stages:
    """The stages of one program in its last forward pass in training, `[rows, B·P]`, a row a unit of a run.

    Rows are ordered by layer, run and unit, so that moments and histograms are a few operations over everything.

    values   what is copied, by stage: z and φ(y); x̂ if a run needs its own, with z in the rows of the others; y if
             a run has noise behind γ and β. What is found for a run does not depend on what others need.
    """

    def __init__(self, experiment: Experiment, network: Network):
        runs, units = len(network.runs), network.units
        starts = list(accumulate((runs * width for width in experiment.widths), initial=0))
        self.blocks, self.depth, self.runs = list(pairwise(starts)), len(experiment.widths), runs
        keys = [run.norm for run in network.runs]
        self.noisy = torch.tensor([NORMS[key].kernel.after_affine for key in keys])[units.run]
        apart = any(_keeps_apart(NORMS[key].kernel) for key in keys)
        copied = {Z: True, X_HAT: apart, Y: bool(self.noisy.any()), PHI: True}
        dtype = network.parameters.flat.dtype
        shape = (starts[-1], experiment.examples_per_step * network.values)
        self.values = {stage: torch.empty(shape, dtype=dtype) for stage, here in copied.items() if here}
        # Few, so that they stay in the cache.
        self.room, self.on_edge = torch.empty(shape, dtype=dtype), torch.empty(shape, dtype=dtype)
        self.bins = torch.empty(shape, dtype=torch.int32)
        # The histograms of a stage are numbered by layer and run.
        self.first_bin = ((units.layer * runs + units.run) * (BINS + 2)).to(torch.int32).unsqueeze(-1)
        # x̂ = (z − center)·scale + offset
        self.center, self.scale, self.offset = (torch.full((shape[0],), v, dtype=dtype) for v in (0.0, 1.0, 0.0))
        self.ranges = [histogram_range(stage, experiment.activation) for stage in STAGES]
        self.bounded = ACTIVATIONS[experiment.activation].bounded

    def summarize(self, program: Program, finite: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and biased standard deviation of each row, `[S, rows]`, and histograms `[K, L, S, N + 2]`.

        `finite` says that no run has diverged. The bins are closed on the left; where the range is all that φ can take,
        the last one on the right too.
        """
        self._collect(program)
        gamma, beta = program.network.affine()
        mean, std = self._moments(gamma, beta)
        # The bins of a run that diverged must be bins; so must those of the infinite values that a sigmoid hides.
        finite = finite and math.isfinite(mean[Z].sum().item())
        return mean.numpy(), std.numpy(), self._counts(gamma, beta, finite)

    def _collect(self, program: Program) -> None:
        network, tape = program.network, program.tape
        for stage, name in ((Z, "pre_norm"), (Y, "post_affine"), (PHI, "post_activation")):
            if stage in self.values:
                layers = [getattr(tape.layers[index], name) for index in range(self.depth)]
                shape = self.values[stage].shape
                torch.cat([layer.reshape(-1, shape[1]) for layer in layers], out=self.values[stage])
        if X_HAT in self.values:
            self.values[X_HAT].copy_(self.values[Z])
        for index, (first, end) in enumerate(self.blocks):
            width = (end - first) // self.runs
            for group, saved in zip(network.groups, tape.layers[index].saved, strict=True):
                rows = slice(first + group.runs.start * width, first + group.runs.stop * width)
                if _keeps_apart(type(group.kernel)):
                    x_hat = group.kernel.normalized(tape.layers[index].pre_norm[group.runs], saved)
                    self.values[X_HAT][rows] = x_hat.reshape(rows.stop - rows.start, -1)
                    continue
                found = group.kernel.standardization(saved)
                for values, of_group in zip((self.center, self.scale, self.offset), found, strict=True):
                    if of_group is not None:
                        values[rows] = of_group

    def _moments(self, gamma: Tensor, beta: Tensor) -> tuple[Tensor, Tensor]:
        mean, std = self.center.new_empty(2, len(STAGES), len(self.center))
        for stage, values in self.values.items():
            torch.mean(values, -1, out=mean[stage])
            centered = torch.sub(values, mean[stage].unsqueeze(-1), out=self.room)
            torch.linalg.vector_norm(centered, dim=-1, out=std[stage]).div_(values.shape[-1] ** 0.5)
        source = X_HAT if X_HAT in self.values else Z
        # mean(x̂) = (mean(z) − center)·scale + offset, sd(x̂) = |scale|·sd(z)
        mean[X_HAT] = (mean[source] - self.center).mul_(self.scale).add_(self.offset)
        std[X_HAT] = self.scale.abs() * std[source]
        # mean(y) = γ·mean(x̂) + β, sd(y) = |γ|·sd(x̂)
        mean_y, std_y = (mean[X_HAT] * gamma).add_(beta), gamma.abs() * std[X_HAT]
        if Y in self.values:
            mean_y, std_y = torch.where(self.noisy, mean[Y], mean_y), torch.where(self.noisy, std[Y], std_y)
        mean[Y], std[Y] = mean_y, std_y
        return mean, std

    def _counts(self, gamma: Tensor, beta: Tensor, finite: bool) -> np.ndarray:
        """Histograms `[K, L, S, N + 2]`; uses up the values."""
        # x̂ = scale·base + offset, and y = γ·x̂ + β
        base = self.values.get(X_HAT, self.values[Z])
        following = {X_HAT: (self.scale, self.offset), Y: (gamma * self.scale, gamma * self.offset + beta)}
        counts = []
        for stage, (low, high) in enumerate(self.ranges):
            # Bin 0 is below the range and bin N + 1 above it; cutting off decimals is rounding down from 0 on.
            bins = BINS / (high - low)
            if stage == X_HAT:
                base.sub_(self.center.unsqueeze(-1))  # z has been counted
            if stage in following:
                factor, constant = following[stage]
                place = torch.mul(base, _limited(factor * bins), out=self.room)
                place.add_(_limited((constant - low) * bins + 1))
                if stage == Y and Y in self.values:
                    noisy = (self.values[Y] * bins).add_(1 - low * bins)
                    place = torch.where(self.noisy.unsqueeze(-1), noisy, place)
            else:
                place = torch.mul(self.values[stage], bins, out=self.room).add_(1 - low * bins)
            if not finite:
                place.nan_to_num_(nan=0.0, posinf=math.inf, neginf=-math.inf)
            if stage == PHI and self.bounded:
                # What rounding carries beyond the end of a range that φ does not leave is in the last bin.
                place.clamp_(0, BINS + 0.5)
            else:
                place.clamp_(0, BINS + 1.5)
                # The last bin is closed: what lies on its upper edge is in it, and only what is larger is above.
                place.sub_(torch.eq(place, BINS + 1, out=self.on_edge))
            self.bins.copy_(place).add_(self.first_bin)
            counts.append(torch.bincount(self.bins.view(-1), minlength=self.depth * self.runs * (BINS + 2)))
        shape = (len(STAGES), self.depth, self.runs, BINS + 2)
        return torch.stack(counts).view(shape).permute(2, 1, 0, 3).numpy()


def _keeps_apart(kernel: type[Kernel]) -> bool:
    """Whether x̂ is no function of z for each unit alone."""
    return kernel.standardization is Kernel.standardization


def _limited(values: Tensor) -> Tensor:
    """A column of the values, cut off where they are too large to be of use."""
    return values.clamp_(-LARGE, LARGE).unsqueeze(-1)


def percentiles_from_counts(counts: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """PERCENTILES `[…, S, 5]` from counts `[…, S, N + 2]` and edges `[S, N + 1]`.

    Linear within a bin, so exact to a bin's width; −∞ or ∞ in the out-of-range bins; NaN where there are no counts.
    """
    cumulative = counts.cumsum(-1, dtype=counts.dtype)
    total = cumulative[..., -1:]
    result = np.empty((*counts.shape[:-1], len(PERCENTILES)), np.float32)
    stage = np.arange(len(edges))
    for q, percentile in enumerate(PERCENTILES):
        target = total * (percentile / 100)
        # The first bin that reaches the target; whole numbers are much faster to compare.
        bin_ = (cumulative < np.ceil(target).astype(counts.dtype)).argmin(-1)
        inside = np.clip(bin_, 1, BINS)
        before = np.take_along_axis(cumulative, inside[..., None] - 1, -1)[..., 0]
        count = np.take_along_axis(counts, inside[..., None], -1)[..., 0]
        share = (target[..., 0] - before) / np.maximum(count, 1)
        left, right = edges[stage, inside - 1], edges[stage, inside]
        value = left + share * (right - left)
        value = np.where(bin_ == 0, -np.inf, np.where(bin_ > BINS, np.inf, value))
        result[..., q] = np.where(total[..., 0] > 0, value, np.nan)
    return result
