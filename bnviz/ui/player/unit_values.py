"""Pack what single units have for the examples: a second value of bytes, for readers who ask for it.

Header and sections are laid out as `bnviz.ui.packing` says. The header has `units` (per layer: the `numbers` of its
units that were followed, `of` how many), `axis` (the range that is drawn, in all cells and at all steps), `beyond`
(whether some values, of a run that explodes, lie outside of it), and `symbols` (light and dark color of each symbol).

Sections (T records, K runs, L hidden layers, U followed units at most, E examples; the units that a layer lacks are
missing):

| name | dtype | shape | meaning |
|---|---|---|---|
| values | uint8 | [T, K, L, U, E] | y of an example: c stands for lo + (hi - lo) * c / 254; 255 is missing |
| ranges | float32 | [K, L, U, 2] | lo and hi of each unit, over all steps, within `axis` |
| gamma, beta, mu, sigma | float32 | [T, K, L, U] | of the unit; μ and σ over the batch, before normalization |
| output_mean, output_sd | float32 | [T, K, L, U] | over the batch, of y |

The values are those of test examples in evaluation mode; moments are those of the training batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bnviz.history import STAGES, UNIT_ARRAYS, followed_units
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.packing import Sections, assemble
from bnviz.ui.player.payload import axis_limits, calm_records

if TYPE_CHECKING:
    from bnviz.history import History

TOP_VALUE, NO_VALUE = 254, 255
SYMBOLS = ("mean", "var", "gamma", "beta")


def has_units(history: History) -> bool:
    """Return whether there is something to pack: a file of an earlier version has nothing of single units."""
    return all(name in history.arrays for name in UNIT_ARRAYS)


def pack_units(history: History) -> bytes:
    """Return what the player needs to show units one by one (layout: see the module)."""
    values = history.arrays["example_units"].astype(np.float32)
    records, runs = values.shape[:2]
    low, high, beyond = axis_limits(values.reshape(records, runs, -1), calm_records(history))
    codes, ranges = _coded(values, low, high)
    header = {
        "units": [
            {"numbers": [int(unit) for unit in followed_units(width)], "of": width}
            for width in history.experiment.widths
        ],
        "axis": [low, high],
        "beyond": beyond,
        "symbols": {name: [SYMBOL_COLORS[theme][name] for theme in ("light", "dark")] for name in SYMBOLS},
    }
    return assemble(header, {"values": codes, "ranges": ranges, **_moments(history, values.shape[3])})


def _coded(values: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and ranges; each unit has a range of its own, so that one that moves little is seen to move."""
    known = ~np.isnan(values)
    held = np.where(known, values, low).clip(low, high)
    lows = np.where(known, held, np.inf).min((0, 4))
    highs = np.where(known, held, -np.inf).max((0, 4))
    lacking = lows > highs
    lows, highs = np.where(lacking, low, lows), np.where(lacking, low, highs)
    size = np.where(highs > lows, highs - lows, 1)[..., None]
    codes = np.rint((held - lows[..., None]) / size * TOP_VALUE)
    return np.where(known, codes, NO_VALUE).astype(np.uint8), np.stack([lows, highs], -1).astype(np.float32)


def _moments(history: History, followed: int) -> Sections:
    """Return the statistics of the followed units, NaN where a run or a layer has none."""
    before, after = STAGES.index("pre_norm"), STAGES.index("post_affine")
    sources = {
        "gamma": history.arrays["gamma"],
        "beta": history.arrays["beta"],
        "mu": history.arrays["mean"][..., before, :],
        "sigma": history.arrays["std"][..., before, :],
        "output_mean": history.arrays["mean"][..., after, :],
        "output_sd": history.arrays["std"][..., after, :],
    }
    sections: Sections = {}
    for name, of_units in sources.items():
        sections[name] = np.full((*of_units.shape[:3], followed), np.nan, np.float32)
        for layer, width in enumerate(history.experiment.widths):
            units = followed_units(width)
            sections[name][:, :, layer, : len(units)] = of_units[:, :, layer][..., units]
    return sections
