"""The colors of symbols can be read."""

import pytest

from bnviz.styles import SYMBOL_COLORS

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
