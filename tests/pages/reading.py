"""What a reader sees of a page under test."""

from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest


def judged(app: AppTest) -> str:
    """All text of the page, verdicts on predictions included."""
    elements = [*app.success, *app.info, *app.warning, *app.markdown]
    return "\n".join(element.value for element in elements).replace("\\", "")


def compute(task: Any) -> pd.DataFrame:
    """The frame of a lesson's task, computed to its end."""
    return task.compute(lambda step, losses: None, lambda: False)


def metrics(app: AppTest) -> dict[str, str]:
    """The numbers that stand beside figures: name → value."""
    return {metric.label: metric.value for metric in app.metric}


def components(app: AppTest) -> list[Any]:
    """The players and other components of the page itself."""
    return [element for element in app.get("bidi_component") if element.key != "frame_browser"]
