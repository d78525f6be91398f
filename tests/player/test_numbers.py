"""Numbers as text, and the scales and ticks of all axes."""

import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from bnviz import words
from tests.player.conftest import Record
from tests.player.drawing import number, show
from tests.player.node import Node

TABLE = json.loads((Path(__file__).parents[1] / "scripts" / "numbers.json").read_text(encoding="utf-8"))
"""What a number is as text, of each kind; those of the app's own words are asked for the same."""


@pytest.mark.parametrize("kind", TABLE)
def test_numbers_as_text(node: Node, kind: str):
    for value, text in TABLE[kind]:
        assert node.ask("call", f"format{kind.capitalize()}", value) == text


def test_the_app_and_its_scripts_write_a_number_alike(node: Node):
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-13, 13, 400)
    halves = [*np.arange(1, 64) / 8, *np.arange(100_000, 1_000_000, 45_000)]  # just between two roundings
    for value in [sign * float(size) for sign in (1, -1) for size in [*sizes, *halves]]:
        assert node.ask("call", "formatNumber", value) == words.number(value), value
    for share in [*rng.uniform(0, 1, 200), *np.arange(0, 201) / 200]:
        assert node.ask("call", "formatPercent", float(share)) == words.percent(share)


@pytest.mark.parametrize("function", ["formatNumber", "formatMoment", "formatPercent"])
def test_what_is_no_number_is_a_dash(node: Node, function: str):
    assert node.ask("unwritable", function) == ["–"] * 3


def test_texts_come_back_as_the_numbers_they_stand_for(node: Node):
    for value in [sign * 10.0**power * digit for sign in (1, -1) for power in range(-6, 9) for digit in (1, 2.5, 7)]:
        shown = number(node.ask("call", "formatNumber", value))
        assert shown == pytest.approx(value, rel=0.06, abs=0.0051 if abs(value) >= 0.01 else 0)
    for value in [sign * 10.0**power * digit for sign in (1, -1) for power in range(-6, 9) for digit in (1, 2, 5)]:
        assert number(node.ask("call", "formatTick", value)) == pytest.approx(value)


RANGES = [
    (0, 1),
    (-8, 8),
    (-5, 5),
    (0, 60),
    (0, 49),
    (3.2, 3.9),
    (-1e-4, 2e-4),
    (0, 123456),
    (-70, -30),
    (0.4, 0.40001),
]


@pytest.mark.parametrize("most", [1, 2, 3, 5.7, 10])
@pytest.mark.parametrize(("low", "high"), RANGES)
def test_ticks_are_round_inside_and_not_too_many(node: Node, low: float, high: float, most: float):
    ticks = node.ask("call", "linearTicks", low, high, most)
    slack = 1e-5 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    assert len(ticks) <= most + 1
    few = node.ask("call", "fewTicks", low, high, most)
    assert len(few) >= 2
    if len(ticks) >= 2 and most >= 2:
        assert few == ticks
    assert len(few) <= max(most, 4) + 1
    for found in (ticks, few):
        for first, second in itertools.pairwise(found):
            step = second - first
            mantissa = step / 10 ** math.floor(math.log10(step) + 1e-6)
            assert min(abs(mantissa - factor) for factor in (1, 2, 5)) < 0.01
            assert first / step == pytest.approx(round(first / step), abs=1e-3)
    # None is left out at either end.
    step = few[1] - few[0]
    assert few[0] - step < low
    assert few[-1] + step > high


@pytest.mark.parametrize(
    ("low", "high"), [(0.01, 2.3), (0.5, 0.9), (1e-6, 1e3), (0.2, 7), (1e-3, 1e12), (2, 2.5), (1, 10)]
)
def test_ticks_of_a_logarithmic_axis(node: Node, low: float, high: float):
    ticks = node.ask("call", "logTicks", low, high, 4)
    assert len(ticks) <= 4
    assert ticks == sorted(set(ticks))
    assert all(low * 0.99 <= tick <= high * 1.01 for tick in ticks)
    for tick in ticks:
        assert tick / 10 ** math.floor(math.log10(tick) + 1e-9) == pytest.approx(
            round(tick / 10 ** math.floor(math.log10(tick) + 1e-9))
        )
    if high / low > 10:
        assert len(ticks) >= 2


def test_the_axis_of_a_training_without_an_update_does_not_hang(node: Node, record: Record):
    assert node.ask("call", "fewTicks", 0, 0, 5) == [0]
    for view in ("Curves", "Histograms", "Trajectories", "Decisions"):
        (drawing,) = show(node, view, record("first"), [0]).drawings
        assert all(np.isfinite(mark.points).all() for mark in drawing.marks)
        assert len(drawing.marks) > 10


def test_scales_are_straight_and_turn_around_where_asked(node: Node):
    assert node.ask("scale", "linearScale", [-2, 6, 100, 300], [-2, 0, 6, 10]) == [100, 150, 300, 400]
    assert node.ask("scale", "linearScale", [0, 1, 80, 20], [0, 0.5, 1]) == [80, 50, 20]
    assert node.ask("scale", "linearScale", [3, 3, 80, 20], [3]) == [80]
    values = node.ask("scale", "logScale", [0.01, 100, 200, 0], [0.01, 0.1, 1, 100])
    assert values == pytest.approx([200, 150, 100, 0])


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
    theme = node.ask("theme", {"--st-background-color": background, "--st-text-color": " #123456 "})
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
