"""What charts have in common that a test can read off: which run has which color, and where its marks stand."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from bnviz.styles import RunStyle
from tests.wiring.pictures import Layer, Picture


def require_colors(chart: Picture, styles: Sequence[RunStyle], *, dark: bool = False) -> None:
    """Assert that wherever color stands for a run, it is the color of that run's style, and so is the dash."""
    colors = {style.label: style.color_dark if dark else style.color for style in styles}
    dashes = {style.label: list(style.dash) or [1, 0] for style in styles}
    seen = 0
    for layer in chart.layers:
        for channel, looks in (("color", colors), ("strokeDash", dashes)):
            if layer.field(channel) == "name":
                scale = layer.encoding[channel]["scale"]
                assert dict(zip(scale["domain"], scale["range"], strict=True)) == {
                    name: looks[name] for name in scale["domain"]
                }
                assert set(layer.drawn(channel)[channel]) <= set(scale["domain"])
                seen += 1
    assert seen


def require_drawn(layer: Layer, frame: pd.DataFrame, **columns: str) -> None:
    """Assert that these channels show these columns of a frame, row by row, in whatever order."""
    drawn = layer.drawn(*columns)
    wanted = frame[list(columns.values())].set_axis(list(columns), axis=1)
    order = list(columns)
    drawn, wanted = (rows.sort_values(order, ignore_index=True) for rows in (drawn, wanted))
    assert len(drawn) == len(wanted)
    for channel in columns:
        if wanted[channel].dtype.kind in "ifb":
            assert drawn[channel].to_numpy(float) == pytest.approx(wanted[channel].to_numpy(float), nan_ok=True)
        else:
            assert np.array_equal(drawn[channel], wanted[channel])
