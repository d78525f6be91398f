"""Pack a History into the one value of bytes that the player receives.

Header and sections are laid out as `bnviz.ui.packing` says. The header has what is no array: `planned` (of a part of a
training that goes on: its last step, else null), `runs` (label, norm, color, color_dark, dash, status), `stages`,
`layers`, `units` (per layer: which units are drawn, and of how many), `scales` (see below), `zero_bin` ({stage, bin}
where ReLU's zeros are shown apart, else null), `interventions`, `autoplay`, for two-dimensional data `grid` (x and y
range) and `classes`, and where examples were recorded `examples` (see below). `view` says what the player shows:
"training" is everything; "layer" is the inside of one layer alone, with the moments of its output, and leaves out what
only the cells and the decision region need.

Sections (T records, K runs, L hidden layers, S stages, N bins, U drawn units at most, E examples):

| name | dtype | shape | meaning |
|---|---|---|---|
| steps | int32 | [T] | updates completed at each record |
| recorded | int32 | [K] | how many records a run has; a diverged run has fewer than T |
| loss, accuracy | float32 | [T, K, 2] | training batch, test set; NaN is missing |
| edges | float32 | [S, N+1] | bin edges |
| heights | uint8 | [T, K, L, S, N] | count of a bin as a share of the frame's fullest bin, in 1/255 |
| peak | float32 | [T, K, L, S] | share of all values that the fullest bin holds |
| outside | float32 | [T, K, L, S, 2] | share of all values below and above the range |
| zero | float32 | [T, K, L, S] | ReLU output only: share in the bin that holds 0, left out of heights and peak |
| mean, sd | float32 | [T, K, L, S] | over all values of the layer, units pooled |
| gamma, beta, mu, sigma | uint16 | [K, L, U, T] | code c stands for lo + (hi - lo) * c / 65534; 65535 is missing |
| output_mean, output_sd | uint16 | [K, L, U, T] | the same, after γ and β; view "layer" only |
| mean_less_beta, sd_less_gamma | uint16 | [K, L, U, T] | output mean − β and output sd − abs(γ); view "layer" only |
| decision | uint8 | [T, K, classes-1, G, G] | probability in 1/255, axes [class, y, x]; the last class is the rest |
| points, point_labels | float32, uint8 | [n, 2], [n] | training points |
| plane | uint16 | [T, K, L, E, 2] | c stands for (2c / 4094 - 1) * max(reach) in the layer's plane; 65535 is missing |
| spread | float32 | [T, K, L] | sd over the batch of the layer's median unit, before normalization |
| inks | uint8 | [E, h, w] | the pictures of the examples; of points there are none |
| example_labels | uint8 | [E] | their classes |

`scales[name][layer] = {lo, hi, clipped}` holds for all runs, so that they compare. Where a few values (of a
diverging run, say) would flatten all others the range leaves them out: they take the code of the nearest
limit, and `clipped` is true.

`examples` is {kind, reach, beyond}: an "image", a "signal" (one row of values) or a "point"; how far from the middle
the examples come along x and y, in all cells and at all steps; and whether some, of a run that explodes, lie beyond.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bnviz.activations import ACTIVATIONS
from bnviz.history import RUNNING, STAGES
from bnviz.styles import run_styles
from bnviz.ui.packing import Sections, assemble
from bnviz.ui.player.strip import pack_examples

if TYPE_CHECKING:
    from bnviz.history import History

MAX_UNITS = 32
MISSING = 65535
TOP_CODE = 65534
# Ranges leave out a run that reaches this many times farther than the calmest one (and beyond CALM at all),
# and values that make a range this many times wider than the central 98 % of them.
EXPLODED, CALM = 25.0, 5.0
TRIM = 6.0
FAR = 4.0
"""A range ends so many times the range from before a kick to the weights away from that."""

View = Literal["training", "layer"]


def pack(history: History, *, autoplay: bool = True, view: View = "training") -> bytes:
    """Return everything that the player needs, as one value of bytes (layout: see the module)."""
    units = [_drawn_units(width) for width in history.experiment.widths]
    trajectories, scales = _trajectories(history, units, view)
    sections: Sections = {
        "steps": history.steps.astype(np.int32),
        "recorded": np.asarray(history.recorded, np.int32),
        "loss": history.arrays["loss"].astype(np.float32),
        "accuracy": history.arrays["accuracy"].astype(np.float32),
        **pooled_moments(history),
        **trajectories,
    }
    if view == "training":
        sections |= _histograms(history)
    header = {
        "view": view,
        "runs": _runs(history),
        "stages": list(STAGES),
        "layers": [f"layer {layer + 1}" for layer in range(len(history.experiment.widths))],
        "units": [
            {"drawn": [int(unit) for unit in drawn], "of": width}
            for drawn, width in zip(units, history.experiment.widths, strict=True)
        ],
        "scales": scales,
        "zero_bin": _zero_bin(history),
        "interventions": [{"step": kick.step, "factor": kick.factor} for kick in history.experiment.interventions],
        "autoplay": autoplay,
        "planned": history.experiment.steps if RUNNING in history.status else None,
    }
    if view == "training":
        parts = {"decision": _decision, "example_plane": pack_examples}
        for of_part, fields in (pack_part(history) for name, pack_part in parts.items() if name in history.arrays):
            sections |= of_part
            header |= fields
    return assemble(header, sections)


def _runs(history: History) -> list[dict[str, Any]]:
    return [
        {
            "label": style.label,
            "norm": run.norm,
            "color": style.color,
            "color_dark": style.color_dark,
            "dash": list(style.dash),
            "status": status,
        }
        for style, run, status in zip(
            run_styles(history.experiment), history.experiment.runs, history.status, strict=True
        )
    ]


def _drawn_units(width: int) -> np.ndarray:
    """Return at most MAX_UNITS unit numbers, evenly spaced over the layer."""
    return np.unique(np.linspace(0, width - 1, min(width, MAX_UNITS)).round().astype(int))


def _histograms(history: History) -> Sections:
    counts = history.arrays["counts"]
    total = counts.sum(-1, keepdims=True)
    share = counts / np.maximum(total, 1)
    inside = share[..., 1:-1]
    zero = np.zeros(inside.shape[:-1], np.float32)
    if apart := _zero_bin(history):
        stage, at_zero = apart["stage"], apart["bin"]
        zero[..., stage] = inside[..., stage, at_zero]
        inside[..., stage, at_zero] = 0.0
    peak = inside.max(-1)
    heights = np.rint(255 * inside / np.maximum(peak, 1e-12)[..., None])
    return {
        "edges": history.arrays["edges"].astype(np.float32),
        "heights": heights.astype(np.uint8),
        "peak": peak.astype(np.float32),
        "outside": share[..., [0, -1]].astype(np.float32),
        "zero": zero,
    }


def _zero_bin(history: History) -> dict[str, int] | None:
    """ReLU puts about half of all values exactly at 0; on the scale of that bin the rest would vanish."""
    if not ACTIVATIONS[history.experiment.activation].zero:
        return None
    stage = STAGES.index("post_activation")
    edges = history.arrays["edges"][stage]
    return {"stage": stage, "bin": int(np.clip(np.searchsorted(edges, 0.0, side="right") - 1, 0, len(edges) - 2))}


def pooled_moments(history: History) -> Sections:
    """Pool the units of each layer: mean of the means, and var = E[std² + mean²] - mean².

    Written as E[std²] + Var[mean], which does not cancel.
    """
    mean, std = history.arrays["mean"].astype(float), history.arrays["std"].astype(float)
    present = np.isfinite(mean)
    count = np.maximum(present.sum(-1), 1)
    missing = ~present.any(-1)
    center = np.where(present, mean, 0.0).sum(-1) / count
    spread = np.where(present, mean - center[..., None], 0.0)
    variance = (np.where(present, std, 0.0) ** 2 + spread**2).sum(-1) / count
    return {
        "mean": np.where(missing, np.nan, center).astype(np.float32),
        "sd": np.where(missing, np.nan, np.sqrt(variance)).astype(np.float32),
    }


def _trajectories(
    history: History, units: list[np.ndarray], view: View
) -> tuple[Sections, dict[str, list[dict[str, Any]]]]:
    before, after = STAGES.index("pre_norm"), STAGES.index("post_affine")
    sources = {
        "gamma": history.arrays["gamma"],
        "beta": history.arrays["beta"],
        "mu": history.arrays["mean"][..., before, :],
        "sigma": history.arrays["std"][..., before, :],
    }
    if view == "layer":
        sources["output_mean"] = history.arrays["mean"][..., after, :]
        sources["output_sd"] = history.arrays["std"][..., after, :]
        sources["mean_less_beta"] = sources["output_mean"] - sources["beta"]
        sources["sd_less_gamma"] = sources["output_sd"] - np.abs(sources["gamma"])
    records, runs = len(history.steps), len(history.status)
    calm = calm_records(history)
    most = max(len(drawn) for drawn in units)
    sections: Sections = {}
    scales: dict[str, list[dict[str, Any]]] = {}
    for name, values in sources.items():
        codes = np.full((runs, len(units), most, records), MISSING, np.uint16)
        scales[name] = []
        for layer, drawn in enumerate(units):
            chosen = values[:, :, layer, :][..., drawn].astype(float)  # [T, K, units]
            low, high, clipped = axis_limits(chosen, calm)
            codes[:, layer, : len(drawn)] = _quantize(chosen, low, high).transpose(1, 2, 0)
            scales[name].append({"lo": low, "hi": high, "clipped": clipped})
        sections[name] = codes
    return sections, scales


def calm_records(history: History) -> int:
    """Return how many records are from before the first kick to the weights; 0 where there is none."""
    kicks = [kick.step for kick in history.experiment.interventions]
    return int((history.steps <= min(kicks)).sum()) if kicks else 0


def axis_limits(values: np.ndarray, calm: int = 0) -> tuple[float, float, bool]:
    """Return the range to draw for values [T, K, unit], and whether some lie outside it.

    The first `calm` records are from before a kick to the weights, and stay readable.
    """
    per_run = [run[np.isfinite(run)] for run in np.moveaxis(values, 1, 0)]
    per_run = [run for run in per_run if run.size]
    if not per_run:
        return 0.0, 1.0, False
    finite = np.concatenate(per_run)
    lowest, highest = float(finite.min()), float(finite.max())
    calmest = min(_quantile(np.abs(run), 0.99) for run in per_run)
    reach = max(CALM, EXPLODED * calmest)
    low, high = max(lowest, -reach), min(highest, reach)
    inner_low, inner_high = (_quantile(finite.clip(low, high), share) for share in (0.01, 0.99))
    inner = inner_high - inner_low
    if inner > 0 and high - low > TRIM * inner:
        low, high = max(low, inner_low - inner / 2), min(high, inner_high + inner / 2)
    if calm:
        before_low, before_high, _ = axis_limits(values[:calm])
        reach = FAR * (before_high - before_low)
        low, high = max(low, before_low - reach), min(high, before_high + reach)
    clipped = low > lowest or high < highest
    if high - low <= 1e-6 * max(abs(low), abs(high), 1e-12):
        margin = max(0.5, 0.01 * abs(low))
        low, high = low - margin, high + margin
    return low, high, clipped


def _quantile(values: np.ndarray, share: float) -> float:
    """What `np.quantile` finds; of as few values as are drawn, that takes several times as long."""
    place = share * (len(values) - 1)
    below = int(place)
    ordered = np.partition(values, [below, min(below + 1, len(values) - 1)])
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(values) - 1)])
    return low + (place - below) * (high - low)


def _quantize(values: np.ndarray, low: float, high: float) -> np.ndarray:
    present = np.isfinite(values)
    position = (np.clip(np.where(present, values, low), low, high) - low) / (high - low)
    return np.where(present, np.rint(position * TOP_CODE), MISSING).astype(np.uint16)


def _decision(history: History) -> tuple[Sections, dict[str, Any]]:
    arrays = history.arrays
    probability = arrays["decision"]
    sections = {
        "decision": np.rint(255 * np.nan_to_num(probability[:, :, :-1]).clip(0, 1)).astype(np.uint8),
        "points": arrays["points"].astype(np.float32),
        "point_labels": arrays["point_labels"].astype(np.uint8),
    }
    grid = {axis: [float(arrays[f"grid_{axis}"][0]), float(arrays[f"grid_{axis}"][-1])] for axis in ("x", "y")}
    return sections, {"grid": grid, "classes": int(probability.shape[2])}
