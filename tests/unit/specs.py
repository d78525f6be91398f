"""What the tests of charts share: reading a chart's specification, and what every chart has."""

from collections.abc import Callable

import altair as alt
import pandas as pd

from bnviz.charts.theme import PALETTES


def values(spec: dict, layer: int) -> pd.DataFrame:
    """The data that one layer of a chart's specification draws."""
    data = spec["layer"][layer].get("data", spec.get("data"))
    return pd.DataFrame(spec["datasets"][data["name"]])


def require_words_and_themes(draw: Callable[..., alt.TopLevelMixin]) -> None:
    """Assert that the chart `draw(theme=…)` has a title, a description, and the colors of either theme."""
    light, dark = (draw(theme=theme).to_dict() for theme in ("light", "dark"))
    assert light["description"]
    assert light["title"]["text"]
    assert light["config"]["axis"]["labelColor"] == PALETTES["light"].text
    assert dark["config"]["axis"]["labelColor"] == PALETTES["dark"].text
    assert light != dark
