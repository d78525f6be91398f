"""What a reader sees of a page under test."""

from streamlit.testing.v1 import AppTest


def judged(app: AppTest) -> str:
    """All text of the page, verdicts on predictions included."""
    elements = [*app.success, *app.info, *app.warning, *app.markdown]
    return "\n".join(element.value for element in elements).replace("\\", "")


def metrics(app: AppTest) -> dict[str, str]:
    """The numbers that stand beside figures: name → value."""
    return {metric.label: metric.value for metric in app.metric}
