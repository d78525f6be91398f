"""The look that all charts share: palettes, type sizes, the axis of steps, and how a chart is finished.

Charts carry their own light or dark configuration, so show them with `st.altair_chart(chart, theme=None)`.
Every chart is one view with `width="container"`: facets and concatenations cannot follow a container's
width in Vega-Lite, and would overflow a phone. Figures of one run therefore take a `run` and compute their
range over all runs, so that a page can place them side by side in columns that stack on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from textwrap import wrap
from typing import NamedTuple

import altair as alt
import pandas as pd

from bnviz.styles import RunStyle, Theme
from bnviz.words import typeset

Layers = alt.LayerChart

STAGE_NAMES = {
    "pre_norm": "before normalization",
    "normalized": "normalized",
    "post_affine": "after γ and β",
    "post_activation": "after the activation",
}

# What fits the text column of a screen of 390 px at the sizes below.
_TITLE_CHARACTERS, _NOTE_CHARACTERS, _LEGEND_PIXELS = 38, 52, 340
_TITLE_LINE, _NOTE_LINE, _LEGEND_LINE, _AXIS = 22, 18, 24, 56


@dataclass(frozen=True)
class Palette:
    """Colors of everything but the runs; `page` is the background that letters are set off against.

    `classes` are the colors of two kinds of points that are told apart.
    """

    text: str
    muted: str
    grid: str
    second: str
    page: str
    classes: tuple[str, str]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        text="#1f2328",
        muted="#57606a",
        grid="#e4e7eb",
        second="#6b7280",
        page="#ffffff",
        classes=("#6a2080", "#0b6126"),
    ),
    "dark": Palette(
        text="#f0f3f6",
        muted="#b1bac4",
        grid="#30363d",
        second="#aab2bd",
        page="#171614",
        classes=("#dcb8ee", "#9be8a8"),
    ),
}


def finish(
    layers: Iterable[alt.Chart],
    *,
    title: str,
    notes: Sequence[str],
    description: str,
    theme: Theme,
    height: int = 250,
    legend_lines: int = 0,
) -> Layers:
    """Stack the layers and give them title, notes, description and the theme's configuration.

    `height` is about that of the plot itself, in pixels: room for the words above and below is added, since
    a chart that fits its container would take it from the plot.
    """
    palette = PALETTES[theme]
    heading = wrap(title, _TITLE_CHARACTERS)
    lines = [line for note in notes for line in wrap(note, _NOTE_CHARACTERS)]
    words = _TITLE_LINE * len(heading) + _NOTE_LINE * len(lines) + _LEGEND_LINE * legend_lines + _AXIS
    chart = alt.layer(*layers).properties(
        width="container",
        height=height + words,
        autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        title=alt.TitleParams(heading, subtitle=lines),
        description=typeset(" ".join([f"{title}.", *notes, description])),
    )
    return (
        chart.configure(
            background="transparent",
            font="Source Sans, Source Sans Pro, sans-serif",
            padding={"left": 4, "right": 12, "top": 4, "bottom": 4},
        )
        .configure_view(stroke=None)
        # A screen reader hears the description. Vega would add a name for every mark, of fields and raw numbers.
        .configure_mark(aria=False)
        .configure_title(
            anchor="start",
            frame="bounds",
            color=palette.text,
            fontSize=17,
            lineHeight=_TITLE_LINE,
            fontWeight=600,
            subtitleColor=palette.muted,
            subtitleFontSize=14,
            subtitleLineHeight=_NOTE_LINE,
            subtitlePadding=6,
            offset=12,
        )
        .configure_axis(
            aria=False,
            labelColor=palette.text,
            titleColor=palette.text,
            labelFontSize=14,
            titleFontSize=15,
            titleFontWeight="normal",
            titlePadding=8,
            gridColor=palette.grid,
            domainColor=palette.muted,
            tickColor=palette.muted,
            labelOverlap=True,
        )
        .configure_legend(
            aria=False,
            orient="top",
            direction="horizontal",
            titleColor=palette.text,
            labelColor=palette.text,
            labelFontSize=15,
            titleFontSize=15,
            titleFontWeight="normal",
            symbolSize=500,
            symbolStrokeWidth=3,
            labelLimit=260,
            offset=8,
        )
    )


def message(sentence: str, *, theme: Theme) -> Layers:
    """A chart with nothing but a sentence, where there is nothing to draw."""
    text = alt.Chart(pd.DataFrame({"sentence": [sentence]})).mark_text(
        text=wrap(sentence, _NOTE_CHARACTERS - 8), fontSize=16, lineHeight=22, color=PALETTES[theme].text
    )
    return finish([text], title="", notes=[], description=sentence, theme=theme, height=80)


def named(frame: pd.DataFrame, styles: Sequence[RunStyle]) -> pd.DataFrame:
    """The frame with a column `name`, the label of each row's run."""
    return frame.assign(name=frame["run"].map({run: style.label for run, style in enumerate(styles)}))


def color_of(style: RunStyle, theme: Theme) -> str:
    """The run's color on this theme."""
    return style.color if theme == "light" else style.color_dark


def dash_of(style: RunStyle) -> list[int]:
    """The run's dash; Vega-Lite's scale has no empty dash, [1, 0] is a solid line."""
    return list(style.dash) or [1, 0]


class RunChannels(NamedTuple):
    """Color and dash by the column `name`, and the number of lines that their common legend takes."""

    color: alt.Color
    dash: alt.StrokeDash
    legend_lines: int


def run_channels(runs: Iterable[int], styles: Sequence[RunStyle], theme: Theme) -> RunChannels:
    """The channels that tell runs apart, in the order of `styles`."""
    present = [styles[run] for run in sorted(set(runs))]
    names = [style.label for style in present]
    widths = [42 + 8 * len(name) for name in names]
    columns = len(names) if sum(widths) <= _LEGEND_PIXELS else max(1, _LEGEND_PIXELS // max(widths))
    legend = alt.Legend(title=None, symbolType="stroke", symbolOpacity=1, columns=columns)
    colors = alt.Scale(domain=names, range=[color_of(style, theme) for style in present])
    dashes = alt.Scale(domain=names, range=[dash_of(style) for style in present])
    return RunChannels(
        alt.Color("name:N", scale=colors, legend=legend),
        alt.StrokeDash("name:N", scale=dashes, legend=legend),
        ceil(len(names) / columns),
    )


def step_axis(last: int) -> alt.X:
    """Steps from 0 to `last`, on a linear axis."""
    scale = alt.Scale(domain=[0, max(last, 1)], nice=False)
    axis = alt.Axis(title="step (optimizer updates)", grid=False, tickCount=6, format=",d")
    return alt.X("step:Q", scale=scale, axis=axis)


def intervention_rules(interventions: Sequence[int], last: int, theme: Theme) -> tuple[list[alt.Chart], list[str]]:
    """Vertical rules at the steps of interventions, and the note that explains them."""
    if not interventions:
        return [], []
    rules = (
        alt.Chart(pd.DataFrame({"step": list(interventions)}))
        .mark_rule(color=PALETTES[theme].text, strokeDash=[2, 3], strokeWidth=1.5)
        .encode(x=step_axis(last), tooltip=[alt.Tooltip("step:Q", title="intervention after step")])
    )
    steps = ", ".join(f"{step:,}" for step in interventions)
    return [rules], [f"Dotted: intervention after step {steps}."]
