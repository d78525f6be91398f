"""Small drawings of what each lesson shows, for the first page: signs of its picture, without a number of any run."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from bnviz.norms import NORMS
from bnviz.styles import SYMBOL_COLORS, Theme

WIDTH, HEIGHT = 132, 64


def thumbnail(lesson: str, theme: Theme) -> str:
    """SVG of a lesson's picture in the colors of a theme. Raises KeyError for a lesson without one."""
    dark = theme == "dark"
    colors = dict(SYMBOL_COLORS[theme], ink=SYMBOL_COLORS[theme]["x"])
    colors |= {norm: NORMS[norm].color_dark if dark else NORMS[norm].color for norm in ("none", "affine", "batch")}
    drawn = _DRAWINGS[lesson].format_map(colors)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" xmlns="http://www.w3.org/2000/svg" fill="none" '
        f'stroke-width="1.5" stroke="{colors["ink"]}">{drawn}</svg>'
    )


def _dots(places: Sequence[tuple[float, float]], color: str, radius: float = 3) -> str:
    return "".join(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{{{color}}}" stroke="none"/>' for x, y in places)


def _line(x: float, y: float, to_x: float, to_y: float, color: str = "ink", more: str = "") -> str:
    return f'<path d="M{x} {y}L{to_x} {to_y}" stroke="{{{color}}}" {more}/>'


def _rails() -> str:
    above, below = (58, 70, 76, 96, 116), (20, 42, 53, 90, 126)
    ties = "".join(_line(x, 14, y, 50, more='opacity=".5"') for x, y in zip(above, below, strict=True))
    rails = _line(4, 14, 128, 14, more='opacity=".4"') + _line(4, 50, 128, 50, more='opacity=".4"')
    return rails + ties + _dots([(x, 14) for x in above], "ink") + _dots([(x, 50) for x in below], "normalized")


def _rings_and_rays() -> str:
    rings = "".join(f'<ellipse cx="33" cy="32" rx="{r}" ry="{r * 0.8}" stroke="{{none}}"/>' for r in (8, 17, 27))
    ends = [(99 + 31 * cos(n * pi / 5), 32 + 27 * sin(n * pi / 5)) for n in range(10)]
    return rings + "".join(_line(99, 32, round(x, 1), round(y, 1), "batch") for x, y in ends)


def _ravine_and_bowl() -> str:
    sizes = ((30, 9), (21, 6), (12, 3))
    turned = 'transform="rotate(-32 34 32)" stroke="{affine}"'
    ravine = "".join(f'<ellipse cx="34" cy="32" rx="{wide}" ry="{high}" {turned}/>' for wide, high in sizes)
    bowl = "".join(f'<circle cx="100" cy="32" r="{r}" stroke="{{batch}}"/>' for r in (7, 16, 25))
    return ravine + bowl + _dots([(12, 52)], "affine", 4) + _dots([(100, 32)], "batch", 4)


def _bands() -> str:
    band = '<rect x="{x}" y="20" width="56" height="24" fill="{{{norm}}}" opacity=".25" stroke="none"/>'
    bands = band.format(x=5, norm="affine") + band.format(x=72, norm="batch")
    away = _dots([(12, 10), (22, 15), (32, 6), (44, 12), (54, 17)], "affine")
    return bands + away + _dots([(80, 26), (90, 38), (100, 31), (110, 22), (120, 41)], "batch")


def _maps() -> str:
    trained = {"affine": {(2, 2), (2, 3), (3, 3)}, "batch": {(c, r) for c in range(1, 6) for r in range(1, 5)}}
    cells = []
    for norm, left in (("affine", 5), ("batch", 73)):
        for column in range(6):
            for row in range(5):
                strength = ".9" if (column, row) in trained[norm] else ".15"
                x, y = left + 9 * column, 9 + 9 * row
                cells.append(
                    f'<rect x="{x}" y="{y}" width="8" height="8" fill="{{{norm}}}" opacity="{strength}" stroke="none"/>'
                )
    return "".join(cells)


def _turning() -> str:
    ray = _line(20, 56, 120, 16, more='stroke-dasharray="3 3" opacity=".6"')
    return (
        ray
        + _line(20, 56, 58, 40.8, "batch", 'stroke-width="3"')
        + _line(58, 40.8, 48, 15.8, "gamma", 'stroke-width="2"')
        + _line(108, 20.8, 105.5, 14.6, "gamma", 'stroke-width="2"')
        + _dots([(58, 40.8), (108, 20.8)], "batch", 4)
    )


def _graphs() -> str:
    box = '<rect x="{x}" y="22" width="20" height="20" rx="3"/>'
    pips = _dots([(15, 27), (21, 32), (27, 37)], "beta", 2)
    batch = _dots([(77, 28), (85, 28), (77, 36), (85, 36)], "normalized", 2)
    arrows = "".join(_line(x, 32, x + 16, 32) + _dots([(x + 24, 32)], "ink", 5) for x in (33, 93))
    return box.format(x=11) + box.format(x=71) + pips + batch + arrows


_DRAWINGS = {
    "what_it_computes": _rails(),
    "same_functions": _rings_and_rays(),
    "learn_to_standardize": _ravine_and_bowl(),
    "moving_statistics": _bands(),
    "why_not_affine": _maps(),
    "scale_decoupling": _turning(),
    "two_reparameterizations": _graphs(),
}
