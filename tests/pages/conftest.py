from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui.lab.line import MORE
from bnviz.ui.server.configuration import configuration

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_page():
    """A function that runs one page of the app as a visitor's browser would ask for it."""

    def open_page(file: str, **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        if file != "app.py":
            app.switch_page(file)
        open_folds(app)
        for name, value in query.items():
            app.query_params[name.replace("__", ".")] = value
        return app.run()

    return open_page


@pytest.fixture
def hosted(monkeypatch):
    """The bounds of a shared server."""
    monkeypatch.setenv("BNVIZ_HOSTED", "1")
    configuration.cache_clear()
    yield
    configuration.cache_clear()


# Keys of folds that tests open, because what is in them is drawn only then.
FOLDS = [MORE]
FOLDS += [f"moving_statistics_{name}_fold" for name in ("training", "hit", "foreseen", "small")]


def open_folds(app: AppTest) -> None:
    """Open every fold that holds controls."""
    for fold in FOLDS:
        app.session_state[fold] = True


def everything_said(app: AppTest) -> str:
    """All text that a page shows in messages and paragraphs, escapes removed."""
    elements = [*app.error, *app.warning, *app.info, *app.markdown, *app.caption]
    return "\n".join(element.value for element in elements).replace("\\", "")


@pytest.fixture
def said():
    return everything_said
