"""The part of the payload that shows examples: as small images, in the plane of each layer (layout: payload.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bnviz.history import STAGES

if TYPE_CHECKING:
    from bnviz.history import History

TOP_PLACE, NO_PLACE = 4094, 65535
"""Codes of the plane: 12 bits are a tenth of a pixel, and what changes little compresses well."""
EXPLODED = 10.0
"""Times that a cloud may outgrow the size that it has for three quarters of the records, before it leaves the cell."""
ABSURD = 200.0
"""How far an example may lie from the middle, and times as far as in the calmest run, before its run is left out."""


def pack_examples(history: History) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the sections and the fields of the header for the examples of a history that has some."""
    plane = history.arrays["example_plane"].astype(float)
    size = _size_to_draw(history, plane)
    shown = np.abs(np.where(np.isfinite(plane), plane, 0.0)).clip(max=size)
    # The cells are as wide and as high as is needed; the scale is one.
    reach = [float(shown[..., axis].max()) or 1.0 for axis in (0, 1)]
    most = max(reach)
    known = np.isfinite(plane)
    codes = np.rint((np.where(known, plane, 0.0).clip(-most, most) / most + 1) / 2 * TOP_PLACE)
    shape, inks = _pictures(history)
    sections = {
        "plane": np.where(known, codes, NO_PLACE).astype(np.uint16),
        "spread": median_spread(history),
        "inks": inks,
        "example_labels": history.arrays["example_y"].astype(np.uint8),
    }
    beyond = bool((np.abs(plane[known]) > most).any())
    return sections, {"examples": {**shape, "reach": reach, "beyond": beyond}}


def median_spread(history: History) -> np.ndarray:
    """Return the standard deviation over the batch that batch norm divides by, of each layer's median unit, [T, K, L].

    It is that of z = W·h, before any normalization; NaN where nothing was recorded.
    """
    std = history.arrays["std"][..., STAGES.index("pre_norm"), :].astype(float)
    spread = np.full(std.shape[:-1], np.nan, np.float32)
    for layer, width in enumerate(history.experiment.widths):
        spread[..., layer] = np.median(std[..., layer, :width], -1)
    return spread


def _size_to_draw(history: History, plane: np.ndarray) -> float:
    """Return how far from the middle the farthest example of a run that does not explode comes."""
    sizes = np.full(plane.shape[:2], np.nan)
    there = np.isfinite(plane).any((2, 3, 4))
    sizes[there] = np.nanmax(np.abs(plane[there]), (1, 2, 3))
    limits = []
    for run, status in zip(sizes.T, history.status, strict=True):
        run = run[np.isfinite(run)]
        if run.size:
            usual = run[0] if status.startswith("diverged") else np.quantile(run, 0.75)
            limits.append(min(float(run.max()), EXPLODED * float(usual)))
    calm = [limit for limit in limits if limit <= ABSURD * max(1.0, min(limits))]
    return max(calm, default=0.0) or 1.0


def _pictures(history: History) -> tuple[dict[str, Any], np.ndarray]:
    """Return what kind of picture an example is, and its ink from 0 to 255, `[E, height, width]`."""
    x = history.arrays["example_x"].astype(float)
    data = history.experiment.about
    if data.features <= 2:
        return {"kind": "point"}, np.zeros((len(x), 0, 0), np.uint8)
    own = history.experiment.data is not None
    # Columns of a table have a scale each; the pixels of an image and the values of a signal have one.
    low, high = (x.min(0), x.max(0)) if own else (x.min(), x.max())
    size = high - low
    ink = np.rint(255 * (x - low) / np.where(size == 0, 1.0, size)).astype(np.uint8)
    if own or data.positions is not None:
        return {"kind": "signal"}, ink[:, None, :]
    side = round(data.features**0.5)
    return {"kind": "image"}, ink.reshape(-1, side, side)
