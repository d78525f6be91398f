"""What stands still in an animation: where things are, names, axes, and the whole courses of loss, γ and β, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from bnviz.charts.theme import PALETTES, Palette
from bnviz.datasets import DATASETS
from bnviz.history import STAGES, History
from bnviz.styles import RunStyle, Theme, run_styles
from bnviz.words import short

STAGE = STAGES.index("post_affine")
MOST_RUNS, MOST_LAYERS, MOST_UNITS = 4, 6, 16
WIDTH, MARGIN, GUTTER, GAP = 840, 24, 72, 22
TITLE, HEAD, ROW, ROW_GAP, AXIS, PANEL, PANEL_TITLE = 46, 46, 54, 6, 44, 120, 30
FONT = "Liberation Sans, Arial, sans-serif"
_CEILING = 10  # a loss beyond so many times the smallest first one is drawn at the edge
_TRIMMED = (0.5, 99.5)  # percent of γ and β between which the axis lies

_CALM, _EXPLODED = 2.0, 4.0  # γ and β beyond so many times those of the calmest run are drawn at the edge


@dataclass(frozen=True)
class Box:
    """A part of the picture in pixels, and the numbers at its edges."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: np.ndarray | float) -> np.ndarray:
        """Where values stand between left and right."""
        low, high = self.x
        return self.left + self.width * (np.asarray(value, float) - low) / (high - low)

    def up(self, value: np.ndarray | float) -> np.ndarray:
        """Where values stand between bottom and top; beyond, at the edge."""
        low, high = self.y
        return self.top + self.height * (1 - np.clip((np.asarray(value, float) - low) / (high - low), 0, 1))


class Layout:
    """Where a recording's columns (runs), rows (layers) and the two panels below them stand."""

    def __init__(self, history: History, theme: Theme) -> None:
        experiment = history.experiment
        self.history, self.theme = history, theme
        self.palette: Palette = PALETTES[theme]
        self.styles: Sequence[RunStyle] = run_styles(experiment)[:MOST_RUNS]
        layers = len(experiment.widths)
        self.layers = np.unique(np.linspace(0, layers - 1, min(layers, MOST_LAYERS)).round().astype(int)).tolist()
        inner = WIDTH - 2 * MARGIN
        column = (inner - GUTTER - GAP * (len(self.styles) - 1)) / len(self.styles)
        edges = history.arrays["edges"][STAGE]
        cells_top = TITLE + HEAD
        self.cells = [
            [
                Box(
                    MARGIN + GUTTER + run * (column + GAP),
                    cells_top + row * (ROW + ROW_GAP),
                    *(column, ROW),
                    (float(edges[0]), float(edges[-1])),
                    (0.0, 1.0),
                )
                for row in range(len(self.layers))
            ]
            for run in range(len(self.styles))
        ]
        self.cells_bottom = cells_top + len(self.layers) * (ROW + ROW_GAP)
        panels_top = self.cells_bottom + AXIS + PANEL_TITLE
        steps = (0.0, float(max(history.steps[-1], 1)))
        half = (inner - GAP - 2 * GUTTER) / 2
        self.loss = Box(MARGIN + GUTTER, panels_top, half, PANEL, steps, self._loss_range())
        self.affine = Box(self.loss.left + half + GUTTER + GAP, panels_top, half, PANEL, steps, self._affine_range())
        self.height = round(panels_top + PANEL + AXIS)

    def color(self, run: int) -> str:
        style = self.styles[run]
        return style.color if self.theme == "light" else style.color_dark

    def logs(self, run: int, split: int) -> np.ndarray:
        """log₁₀ of a run's losses."""
        losses = self.history.arrays["loss"][:, run, split].astype(float)
        return np.log10(np.where(losses > 0, losses, np.nan))

    def units(self, name: str, run: int) -> np.ndarray:
        """γ or β of some units of the last layer [T, units]."""
        width = self.history.experiment.widths[-1]
        chosen = np.unique(np.linspace(0, width - 1, min(width, MOST_UNITS)).round().astype(int))
        found: np.ndarray = self.history.arrays[name][:, run, -1, chosen].astype(float)
        return found

    def _loss_range(self) -> tuple[float, float]:
        found = np.stack([self.logs(run, split) for run in range(len(self.styles)) for split in (0, 1)])
        finite = found[np.isfinite(found)]
        if not finite.size:
            return -1.0, 0.0
        first = found[:, 0][np.isfinite(found[:, 0])]
        highest = min(finite.max(), first.min() + np.log10(_CEILING)) if first.size else finite.max()
        return float(max(min(finite.min(), highest - 0.3), highest - 6)), float(highest)

    def _affine_range(self) -> tuple[float, float]:
        found = [self.units(name, run) for run in range(len(self.styles)) for name in ("gamma", "beta")]
        finite = [values[np.isfinite(values)] for values in found]
        finite = [values for values in finite if values.size]
        if not finite:
            return -0.1, 1.1
        # A run that explodes must not flatten the others.
        reach = max(_CALM, _EXPLODED * min(float(np.quantile(np.abs(values), 0.99)) for values in finite))
        low, high = np.percentile(np.concatenate(finite).clip(-reach, reach), _TRIMMED)
        margin = max(0.1, 0.08 * (high - low))
        return float(min(low, 0) - margin), float(high + margin)


def still(layout: Layout, strong: bool) -> str:
    """Return the picture without what moves, as SVG: with the courses `strong`, as far as they are past, or faint."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{layout.height}" font-family="{FONT}">',
        f'<rect width="{WIDTH}" height="{layout.height}" fill="{layout.palette.page}"/>',
        *_names(layout),
        *_cell_axes(layout),
        *_courses(layout, 1.0 if strong else 0.22),
        *_panel_axes(layout, layout.loss, "loss (log scale)", _powers(layout.loss.y)),
        *_panel_axes(layout, layout.affine, "γ (from 1) and β (from 0) in the last layer", _plain(layout.affine.y)),
        "</svg>",
    ]
    return "\n".join(parts)


def _text(x: float, y: float, words: str, color: str, size: int = 14, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-size="{size}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, color: str) -> str:
    return f'<path d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}" stroke="{color}"/>'


def _names(layout: Layout) -> Iterator[str]:
    experiment, palette = layout.history.experiment, layout.palette
    named = DATASETS[experiment.dataset].label if experiment.dataset in DATASETS else "Own data"
    widths = sorted(set(experiment.widths))
    sizes = f"{widths[0]}" if len(widths) == 1 else f"{widths[0]} to {widths[-1]}"
    layers = f"{len(experiment.widths)} hidden layer{'s' if len(experiment.widths) > 1 else ''} of {sizes} units"
    left_out = len(experiment.runs) - len(layout.styles)
    more = f" · {left_out} more run{'s' if left_out > 1 else ''} not drawn" if left_out else ""
    yield _text(MARGIN, 30, f"{named} · {layers}{more}", palette.text, 17, weight=600)
    for run, style in enumerate(layout.styles):
        box, color = layout.cells[run][0], layout.color(run)
        dash = f' stroke-dasharray="{" ".join(map(str, style.dash))}"' if style.dash else ""
        y = TITLE + 12
        yield f'<path d="M{box.left:.1f},{y}h30" stroke="{color}" stroke-width="3"{dash}/>'
        yield _text(box.left + 38, y + 5, _fitting(style.label, box.width - 38), palette.text, 15, weight=600)
    for row, layer in enumerate(layout.layers):
        box = layout.cells[0][row]
        yield _text(MARGIN, box.top + box.height - 4, f"layer {layer + 1}", palette.muted)
    caption = "Outputs y of each layer, after γ and β. Thin line: at step 0."
    yield _text(MARGIN + GUTTER, layout.cells_bottom + 36, caption, palette.muted, 13)


def _fitting(words: str, width: float, size: int = 8) -> str:
    most = max(4, int(width / size))
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _cell_axes(layout: Layout) -> Iterator[str]:
    palette = layout.palette
    for column in layout.cells:
        bottom = layout.cells_bottom - ROW_GAP
        for tick in _ticks(column[0].x, 4):
            x = float(column[0].across(tick))
            yield _line(x, column[0].top, x, bottom, palette.grid)
            yield _text(x, bottom + 16, short(tick), palette.muted, 13, "middle")
        for box in column:
            yield _line(box.left, box.top + box.height, box.left + box.width, box.top + box.height, palette.second)


def _courses(layout: Layout, alpha: float) -> Iterator[str]:
    steps = layout.history.steps
    for run, style in enumerate(layout.styles):
        dash = f'stroke-dasharray="{" ".join(map(str, style.dash))}"' if style.dash else ""
        color = f'fill="none" stroke="{layout.color(run)}"'
        for split, width, share in ((0, 1, 0.45), (1, 2.25, 1)):
            look = f'{color} stroke-width="{width}" stroke-opacity="{alpha * share:.2f}" {dash if split else ""}'
            yield _path(layout.loss, steps, layout.logs(run, split), look)
        for name in ("gamma", "beta"):
            units = layout.units(name, run)
            if not np.isfinite(units).any():
                continue
            for unit in units.T:
                yield _path(layout.affine, steps, unit, f'{color} stroke-opacity="{0.4 * alpha:.2f}"')
            middle = np.array(
                [np.median(each[np.isfinite(each)]) if np.isfinite(each).any() else np.nan for each in units]
            )
            look = f'{color} stroke-width="2.25" stroke-opacity="{alpha:.2f}" {dash}'
            yield _path(layout.affine, steps, middle, look)


def _path(box: Box, steps: np.ndarray, values: np.ndarray, look: str) -> str:
    points = np.isfinite(values)
    if not points.any():
        return ""
    places = zip(box.across(steps[points]), box.up(values[points]), strict=True)
    return f'<path d="M{"L".join(f"{x:.1f},{y:.1f}" for x, y in places)}" {look}/>'


def _panel_axes(layout: Layout, box: Box, title: str, ticks: list[tuple[float, str]]) -> Iterator[str]:
    palette = layout.palette
    bottom = box.top + box.height
    yield _text(box.left, box.top - 12, title, palette.text, 14, weight=600)
    yield _line(box.left, bottom, box.left + box.width, bottom, palette.second)
    for value, words in ticks:
        y = float(box.up(value))
        yield _line(box.left, y, box.left + box.width, y, palette.grid)
        yield _text(box.left - 8, y + 5, words, palette.muted, 13, "end")
    for step in filter(float.is_integer, _ticks(box.x, 5)):
        yield _text(float(box.across(step)), bottom + 18, f"{step:,.0f}", palette.muted, 13, "middle")
    for kick in layout.history.experiment.interventions:
        x = float(box.across(kick.step))
        yield f'<path d="M{x:.1f},{box.top}V{bottom}" stroke="{palette.text}" stroke-dasharray="2 3"/>'
    yield _text(box.left + box.width, bottom + 36, "step (optimizer updates)", palette.muted, 13, "end")


def _ticks(limits: tuple[float, float], most: int) -> list[float]:
    """At most about `most` round numbers between two."""
    low, high = limits
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    distance = next(power * digit for digit in (1, 2, 5, 10) if power * digit >= rough)
    return [float(distance * k) for k in range(int(np.ceil(low / distance)), int(np.floor(high / distance)) + 1)]


def _powers(limits: tuple[float, float]) -> list[tuple[float, str]]:
    low, high = limits
    digits = (1,) if high - low > 1.5 else (1, 2, 5)
    found = [(p + np.log10(d), short(float(d) * 10.0**p)) for p in range(int(np.floor(low)), 4) for d in digits]
    return [(place, words) for place, words in found if low <= place <= high]


def _plain(limits: tuple[float, float]) -> list[tuple[float, str]]:
    return [(value, short(value)) for value in _ticks(limits, 4)]
