"""The pictures of the page *What it computes*: what they draw, and colors that can be read."""

import numpy as np
import pytest

from bnviz.lessons.what_it_computes import standardization as lesson
from bnviz.lessons.what_it_computes.charts import plot_backward, plot_projection
from bnviz.lessons.what_it_computes.standardization import START_BATCH, START_UPSTREAM, UnitBatch
from bnviz.styles import SYMBOL_COLORS

BATCH = UnitBatch(tuple(START_BATCH[:8, 0]), tuple(START_UPSTREAM[:8]), 1.5, 0.5)
# Streamlit's page and the lighter surface of a marked row.
BACKGROUNDS = {"light": ("#ffffff", "#f4f4f2"), "dark": ("#171614", "#2b2a27")}


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_symbols_can_be_read_and_differ(theme):
    colors = SYMBOL_COLORS[theme]
    assert len(set(colors.values())) == len(colors)
    for background in BACKGROUNDS[theme]:
        assert min(contrast(color, background) for color in colors.values()) >= 4.5


def test_both_themes_name_the_same_symbols():
    assert SYMBOL_COLORS["light"].keys() == SYMBOL_COLORS["dark"].keys()


def rows_of(chart) -> list[dict]:
    datasets = chart.to_dict()["datasets"]
    return [row for rows in datasets.values() for row in rows]


def test_each_bar_of_the_gradient_starts_where_the_one_before_it_ends():
    frame = lesson.backward(BATCH)
    bars = {(row["example"], row["column"]): row for row in rows_of(plot_backward(frame, example=2)) if "end" in row}
    assert len(bars) == 32
    for example in range(1, 9):
        dy, mean, along, rest = (bars[example, c] for c in ("upstream", "mean_part", "along_part", "rest"))
        assert (dy["start"], rest["start"]) == (0, 0)
        assert mean["start"] == pytest.approx(dy["end"])
        assert along["start"] == pytest.approx(mean["end"])
        assert rest["end"] == pytest.approx(along["end"])


def test_the_line_taken_away_is_the_least_squares_fit_at_eps_zero():
    frame = lesson.backward(UnitBatch(BATCH.values, BATCH.upstream, eps=0.0))
    slope, intercept = np.polyfit(frame["normalized"], frame["upstream"], 1)
    for row in rows_of(plot_projection(frame, example=1)):
        assert row["line"] == pytest.approx(intercept + slope * row["normalized"])
        assert row["upstream"] - row["line"] == pytest.approx(row["rest"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_symbols_keep_their_colors_in_the_pictures(theme):
    frame = lesson.backward(BATCH)
    ink = SYMBOL_COLORS[theme]
    text = plot_backward(frame, example=1, theme=theme).to_json()
    assert all(ink[name] in text for name in ("y", "mean", "var", "x"))
    assert ink["var"] in plot_projection(frame, example=1, theme=theme).to_json()
