"""Maps of networks: test accuracy over two fields, and its profile along a row or a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from bnviz.charts.kept import kept
from bnviz.charts.numbers import AS_TICK, tip, told
from bnviz.charts.theme import PALETTES, Layers, Palette, finish, message, named, run_channels
from bnviz.styles import Theme

if TYPE_CHECKING:
    from bnviz.styles import RunStyle

PICK = "cell"
"""Name of the selection of a map: the fields and values of the cell that was clicked."""

FIELD_TITLES = {
    "lr": "learning rate η",
    "init_scale": "initial scale",
    "weight_decay": "weight decay λ",
    "momentum": "momentum of SGD",
    "eps": "ε",
    "norm_momentum": "momentum of running μ, σ²",
    "batch_size": "batch size B",
    "depth": "hidden layers",
    "label_noise": "label noise",
}
_STEM = 0.18
"""How high a cross stands on the axis of the accuracy: its stem is long enough to show any dashes of a run."""
_UNITS = {"batch_size": "examples", "depth": "number", "label_noise": "share of labels"}


@kept
def plot_map(
    frame: pd.DataFrame,
    style: RunStyle,
    axes: Mapping[str, Sequence[Any]],
    *,
    threshold: float,
    note: str,
    cell: Mapping[str, Any] | None = None,
    pick: bool = False,
    theme: Theme = "light",
) -> Layers:
    """Test accuracy of one run over two fields: x and y are the first and second of `axes` (field → values).

    `frame` has the run's rows of `maps.cells`; cells without a row are empty outlines. A dot marks the
    cells that train (accuracy of at least `threshold`, in most seeds), a cross those that diverged in any; `cell`
    (field → value) is outlined. With `pick` a click selects the fields of a cell, in the selection `PICK`.
    """
    palette = PALETTES[theme]
    (x_field, x_values), (y_field, y_values) = axes.items()
    x = alt.X(f"{x_field}:O", scale=alt.Scale(domain=list(x_values), padding=0.06), axis=_axis(x_field))
    y_sorted = list(reversed(y_values))
    y = alt.Y(f"{y_field}:O", scale=alt.Scale(domain=y_sorted, padding=0.06), axis=_axis(y_field))
    grid = pd.DataFrame(list(product(x_values, y_values)), columns=[x_field, y_field])
    drawn = grid.merge(frame, on=[x_field, y_field]) if len(frame) else grid.assign(
        accuracy=float("nan"), networks=0, diverged=0, trained=0, low=0.0, high=0.0, ended=0.0
    ).head(0)  # fmt: skip
    drawn = drawn.assign(outcome=[_outcome(row) for _, row in drawn.iterrows()])
    drawn["ended"] = drawn["ended"].astype(float)
    drawn = told(drawn, x_field, y_field)
    outline = alt.Chart(grid).mark_rect(fill=palette.page, stroke=palette.grid, strokeWidth=1, aria=False).encode(x, y)
    if pick:
        click = alt.selection_point(PICK, fields=[x_field, y_field], on="click", toggle=False, clear=False)
        outline = outline.add_params(click)
    layers = [outline, *_cell_layers(drawn, x, y, (x_field, y_field), palette)]
    if cell:
        chosen = alt.Chart(grid[(grid[x_field] == cell[x_field]) & (grid[y_field] == cell[y_field])])
        for stroke, width in ((palette.page, 6), (palette.text, 3)):
            layers.append(chosen.mark_rect(filled=False, stroke=stroke, strokeWidth=width, aria=False).encode(x, y))
    return finish(
        layers,
        title=style.label,
        notes=[note],
        description=_summary(drawn, threshold),
        theme=theme,
        height=34 * len(y_values),
        legend_lines=1,
    )


def _cell_layers(drawn: pd.DataFrame, x: alt.X, y: alt.Y, fields: Sequence[str], palette: Palette) -> list[alt.Chart]:
    """Colored cells, gray ones where all diverged, dots and crosses."""
    tooltip = [tip(field, FIELD_TITLES[field]) for field in fields]
    tooltip.append(alt.Tooltip("outcome:N", title="test accuracy"))
    color = alt.Color(
        "accuracy:Q",
        # Ordered by lightness, so that it reads in gray and to the color-blind.
        scale=alt.Scale(scheme="viridis", domain=[0, 1]),
        legend=alt.Legend(
            title="test accuracy", titleOrient="left", gradientLength=110, gradientThickness=12, values=[0, 0.5, 1]
        ),
    )
    learned, lost = drawn[drawn["accuracy"].notna()], drawn[drawn["accuracy"].isna()]
    # Black on light cells, white on dark ones.
    ink = alt.condition("datum.accuracy > 0.55", alt.value("#000000"), alt.value("#ffffff"))
    dots = alt.Chart(drawn[2 * drawn["trained"] > drawn["networks"]])
    crosses = [
        alt.Chart(rows)
        .mark_text(text="×", fontSize=20, fontWeight="bold", aria=False)
        .encode(x, y, color=mark, tooltip=tooltip)
        for rows, mark in ((lost, alt.value(palette.text)), (learned[learned["diverged"] > 0], ink))
    ]
    # Screen readers meet each cell once, and no layer that is empty.
    return [
        alt.Chart(lost).mark_rect(fill=palette.grid, aria=len(lost) > 0).encode(x, y, tooltip=tooltip),
        alt.Chart(learned).mark_rect(aria=len(learned) > 0).encode(x, y, color, tooltip=tooltip),
        dots.mark_point(filled=True, size=70, opacity=1, aria=False).encode(x, y, color=ink, tooltip=tooltip),
        *crosses,
    ]


@kept
def plot_profile(
    frame: pd.DataFrame,
    styles: Sequence[RunStyle],
    axes: Mapping[str, Sequence[Any]],
    *,
    along: str,
    cell: Mapping[str, Any],
    threshold: float,
    theme: Theme = "light",
) -> Layers:
    """Test accuracy of every run along one field, at the value that `cell` gives to the other.

    `frame` is `maps.cells`. Points are means over the seeds, bars go from the smallest to the largest.
    A network that diverged has no point: a cross stands at the bottom, on a stem with the dashes of its run's line.
    """
    palette = PALETTES[theme]
    (other,) = (field for field in axes if field != along)
    drawn = named(frame[frame[other] == cell[other]], styles)
    where = f"{FIELD_TITLES[other]} = {cell[other]:g}"
    if drawn.empty:
        return message(f"No network at {where} is trained yet.", theme=theme)
    drawn = drawn.assign(ended=drawn["ended"].astype(float), outcome=[_outcome(row) for _, row in drawn.iterrows()])
    drawn = told(drawn, along)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x = alt.X(f"{along}:O", scale=alt.Scale(domain=list(axes[along])), axis=_axis(along))
    y = alt.Y(
        "accuracy:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(title="test accuracy (share)", values=[0, 0.2, 0.4, 0.6, 0.8, 1]),
    )
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        tip(along, FIELD_TITLES[along]),
        alt.Tooltip("outcome:N", title="test accuracy"),
    ]
    kept, lost = drawn[drawn["accuracy"].notna()], drawn[drawn["accuracy"].isna()]
    base, seen = alt.Chart(kept), len(kept) > 0
    level = alt.Chart(pd.DataFrame({"accuracy": [threshold]})).mark_rule(color=palette.muted, strokeDash=[2, 4])
    here = alt.Chart(pd.DataFrame({along: [cell[along]]})).mark_rule(color=palette.grid, strokeWidth=14, aria=False)
    pinned = alt.Chart(lost.assign(accuracy=_STEM, foot=0.0))
    stems = pinned.mark_rule(strokeWidth=3, aria=False)
    ends = pinned.mark_text(text="×", fontSize=20, fontWeight="bold", aria=len(lost) > 0, dy=-3)
    aside = alt.XOffset("name:N")
    at_cell = drawn[drawn[along] == cell[along]]
    said = "; ".join(f"{name} {outcome}" for name, outcome in zip(at_cell["name"], at_cell["outcome"], strict=True))
    return finish(
        [
            here.encode(x),
            level.encode(y),
            base.mark_rule(strokeWidth=2, aria=False).encode(x, alt.Y("low:Q"), alt.Y2("high:Q"), color),
            base.mark_line(strokeWidth=3, aria=seen).encode(x, y, color, dash),
            base.mark_point(filled=True, size=80, opacity=1, aria=seen).encode(x, y, color, tooltip=tooltip),
            stems.encode(x, alt.Y("foot:Q"), alt.Y2("accuracy:Q"), color, dash, aside),
            ends.encode(x, y, color, aside, tooltip=tooltip),
        ],
        title=f"Along the {FIELD_TITLES[along]}",
        notes=[f"At {where}. Dotted: {threshold:g}. ×: diverged; its stem is dashed as the line."],
        description=f"At {FIELD_TITLES[along]} = {cell[along]:g}: {said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


@kept
def plot_depths(frame: pd.DataFrame, styles: Sequence[RunStyle], *, theme: Theme = "light") -> Layers:
    """The best test accuracy of each run at every depth, and the control at its depth as open points.

    `frame` is the result of `depths.DepthSweep`.
    """
    drawn = named(frame, styles)
    color, dash, legend_lines = run_channels(drawn["run"], styles, theme)
    x = alt.X("depth:O", axis=_axis("depth"))
    axis = alt.Axis(title="best test accuracy (share)", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    y = alt.Y("accuracy:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)
    tooltip = [
        alt.Tooltip("name:N", title="run"),
        alt.Tooltip("depth:O", title="hidden layers"),
        alt.Tooltip("accuracy:Q", title="test accuracy", format=".3f"),
        alt.Tooltip("lr:Q", title="best rate", format="~g"),
    ]
    raw, control = alt.Chart(drawn[~drawn["control"]]), alt.Chart(drawn[drawn["control"]])
    said = "; ".join(
        f"{name} {accuracy:.3f} at depth {depth}{' (control)' if standardized else ''}"
        for name, accuracy, depth, standardized in zip(
            drawn["name"], drawn["accuracy"], drawn["depth"], drawn["control"], strict=True
        )
    )
    return finish(
        [
            raw.mark_line(strokeWidth=3).encode(x, y, color, dash),
            raw.mark_point(filled=True, size=90, opacity=1).encode(x, y, color, tooltip=tooltip),
            control.mark_point(shape="diamond", filled=False, size=200, strokeWidth=3, opacity=1).encode(
                x, y, color, xOffset=alt.XOffset("name:N", sort=[style.label for style in styles]), tooltip=tooltip
            ),
        ],
        title="Best accuracy at each depth",
        notes=["Open diamonds: the control, on standardized inputs."],
        description=f"{said}.",
        theme=theme,
        legend_lines=legend_lines,
    )


def _axis(field: str) -> alt.Axis:
    unit = f" ({_UNITS[field]})" if field in _UNITS else ""
    title = f"{FIELD_TITLES[field]}{unit}"
    return alt.Axis(
        title=title, labelExpr=AS_TICK, labelAngle=0, labelSeparation=8, grid=False, ticks=False, domain=False
    )


def _outcome(row: pd.Series) -> str:
    """What became of the networks of a cell, in a few words."""
    many = row["networks"] > 1
    gone = (
        f"{row['diverged']:.0f} of {row['networks']:.0f} diverged" if many else f"diverged at step {row['ended']:.0f}"
    )
    if pd.isna(row["accuracy"]):
        return gone
    spread = f" ({row['low']:.3f} to {row['high']:.3f})" if many else ""
    return f"{row['accuracy']:.3f}{spread}" + (f"; {gone}" if row["diverged"] else "")


def _summary(drawn: pd.DataFrame, threshold: float) -> str:
    """The map in words."""
    if drawn.empty:
        return "No network is trained yet."
    trained = int((2 * drawn["trained"] > drawn["networks"]).sum())
    gone = int((drawn["diverged"] > 0).sum())
    return f"{trained} of {len(drawn)} cells reach {threshold:g}; networks diverged in {gone}."
