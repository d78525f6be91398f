"""What holds for every page of the table."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui.page.contents import PAGES, neighbors, page_named

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FILES = [page.file for page in PAGES]
HOSTILE = {
    "steps": "-1",
    "seed": "1e999",
    "widths": "../../etc/passwd",
    "runs": "<script>alert(1)</script>",
    "run1__lr": "nan",
    "interventions": "[]",
    "x" * 300: "y" * 3000,
    "label": "**bold** :red[red] $x$",
}


def test_the_table_lists_the_first_page_and_every_file_of_the_folder():
    assert len(set(FILES)) == len(FILES)
    assert FILES[0] == "app.py"
    on_disk = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert set(FILES[1:]) == on_disk


def test_neighbors_follow_the_table():
    for page, following in pairwise(PAGES):
        assert neighbors(page)[1] is following
        assert neighbors(following)[0] is page
    assert neighbors(PAGES[0])[0] is None
    assert neighbors(PAGES[-1])[1] is None


def test_an_unknown_page_is_refused():
    with pytest.raises(KeyError):
        page_named("pages/99_nowhere.py")


@pytest.mark.parametrize("file", FILES)
def test_a_page_loads_with_one_title(open_page, file):
    app = open_page(file)
    assert not app.exception
    assert len(app.title) == 1
    assert not app.error


@pytest.mark.parametrize("file", FILES)
def test_a_page_survives_a_hostile_link_and_names_what_it_ignored(open_page, said, file):
    app = open_page(file, **HOSTILE)
    assert not app.exception
    named = said(app)
    assert "seed" in named
    assert "label" in named
    shown = [element.value for element in (*app.error, *app.caption, *app.markdown)]
    assert not any("<script>" in text.replace("\\<script\\>", "") for text in shown)


@pytest.mark.parametrize("file", FILES)
def test_the_browser_is_told_of_presenter_mode_on_every_page(open_page, file):
    app = open_page(file)
    assert not told(app)["presenter"]
    app.toggle(key="frame_presenter").set_value(True).run()
    assert told(app)["presenter"]


def told(app: AppTest) -> dict[str, bool]:
    """What the frame tells the browser."""
    [frame] = [element for element in app.get("bidi_component") if element.key == "frame_browser"]
    return json.loads(frame.proto.mixed.json or frame.proto.json)
