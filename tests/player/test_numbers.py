"""Numbers as text beside those of the app's own words, the theme, and the pixels of a canvas.

What needs no Python, of numbers, scales and ticks, is tested in tests/scripts.
"""

import re

import numpy as np
import pytest

from bnviz import words
from tests.player.conftest import Record
from tests.player.drawing import number, show
from tests.player.node import Node


def test_the_app_and_its_scripts_write_a_number_alike(node: Node):
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-13, 13, 400)
    halves = [*np.arange(1, 64) / 8, *np.arange(100_000, 1_000_000, 45_000)]  # just between two roundings
    for value in [sign * float(size) for sign in (1, -1) for size in [*sizes, *halves]]:
        assert node.ask("format", "formatNumber", value) == words.number(value), value
    for share in [*rng.uniform(0, 1, 200), *np.arange(0, 201) / 200]:
        assert node.ask("format", "formatPercent", float(share)) == words.percent(share)


def test_texts_come_back_as_the_numbers_they_stand_for(node: Node):
    for value in [sign * 10.0**power * digit for sign in (1, -1) for power in range(-6, 9) for digit in (1, 2.5, 7)]:
        shown = number(node.ask("format", "formatNumber", value))
        assert shown == pytest.approx(value, rel=0.06, abs=0.0051 if abs(value) >= 0.01 else 0)
    for value in [sign * 10.0**power * digit for sign in (1, -1) for power in range(-6, 9) for digit in (1, 2, 5)]:
        assert number(node.ask("format", "formatTick", value)) == pytest.approx(value)


def test_the_axis_of_a_training_without_an_update_does_not_hang(node: Node, record: Record):
    for view in ("Curves", "Histograms", "Trajectories", "Decisions"):
        (drawing,) = show(node, view, record("first"), [0]).drawings
        assert all(np.isfinite(mark.points).all() for mark in drawing.marks)
        assert len(drawing.marks) > 10


@pytest.mark.parametrize(
    ("background", "dark"),
    [
        ("#ffffff", False),
        ("#0e1117", True),
        ("#000000", True),
        ("#fdf6e3", False),
        ("#7f7f7f", True),
        ("#00c800", True),
        ("#00e600", False),
    ],
)
def test_the_theme_is_dark_where_the_background_is(node: Node, background: str, dark: bool):
    """The eye takes green for much brighter than blue: 0.299 R + 0.587 G + 0.114 B."""
    theme = node.ask("colorsOf", {"--st-background-color": background, "--st-text-color": " #123456 "})
    assert theme["dark"] is dark
    assert (theme["background"], theme["text"]) == (background, "#123456")
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in [theme["surface"], *theme["classes"]])


@pytest.mark.parametrize("view", ["Curves", "Histograms", "Trajectories", "Decisions"])
@pytest.mark.parametrize("ratio", [1, 1.5, 3])
def test_a_canvas_has_the_pixels_of_the_screen(node: Node, record: Record, view: str, ratio: float):
    (drawing,) = show(node, view, record("plane"), [1], width=801, ratio=ratio).drawings
    # The first thing drawn is nothing, everywhere.
    first = drawing.marks[0]
    assert first.kind == "clear"
    assert (first.left, first.top, first.right) == (0, 0, 801)
    assert drawing.size == [round(801 * ratio), round(first.bottom * ratio)]
    assert {tuple(mark.call["scale"]) for mark in drawing.marks} == {(ratio, ratio)}
    assert drawing.height == f"{first.bottom:g}px"
    sizes = {int(re.search(r"(\d+)px", mark.call["font"])[1]) for mark in drawing.of("text")}
    assert all(size >= 14 for size in sizes)


def test_a_halo_lies_under_its_text(node: Node, record: Record):
    shown = show(node, "Histograms", record("plane"), [1], stage=0)
    (drawing,) = shown.drawings
    halos = [index for index, mark in enumerate(drawing.marks) if mark.kind == "halo"]
    assert halos
    for index in halos:
        under, over = drawing.marks[index : index + 2]
        assert over.kind == "text"
        assert (under.text, under.x, under.y) == (over.text, over.x, over.y)
        assert under.color == shown.theme["background"]
