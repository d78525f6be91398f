"""The menu of what can be saved: on every page, and it holds what the page shows then."""

import io
from xml.etree import ElementTree

import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from bnviz.experiment import Experiment, Run
from bnviz.export.pictures import chart_data, chart_png, chart_svg, chart_title
from bnviz.ui.page import made, saving
from bnviz.ui.page.contents import PAGES

TINY = Experiment(dataset="moons", widths=(4,), steps=4, batch_size=8, n_train=32, runs=(Run(norm="batch"),))
LAB = "pages/12_training_lab.py"


@pytest.fixture
def offered(monkeypatch) -> dict:
    """What the menu offers when the page is run: label → the file's data, or what makes them, and its name."""
    found: dict = {}
    monkeypatch.setattr(
        saving.st, "download_button", lambda label, data, name, *_args, **_more: found.update({label: (data, name)})
    )
    return found


def opened(app: AppTest) -> AppTest:
    app.session_state["frame_save"] = True
    return app.run()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_every_page_has_the_menu_and_draws_nothing_of_it_before(open_page, offered, page):
    app = open_page(page.file)
    assert not app.exception
    assert not offered
    assert opened(app).session_state["frame_save"]
    assert not app.exception


def test_a_chart_is_saved_as_it_is_shown(open_page, offered):
    app = open_page(LAB, **TINY.to_query())
    app.session_state["lab_figures"] = True
    app.run()
    opened(app)
    (what,) = [choice for choice in app.selectbox if choice.key == "frame_save_what"]
    assert what.options == ["Training: batch norm", "Figure: Loss"]
    offered.clear()
    what.set_value("lab_loss").run()
    assert set(offered) == {"Picture (.svg)", "Picture (.png)", "Data (.csv)", "Data (.parquet)"}
    made_of = {label: data() for label, (data, _) in offered.items()}
    assert offered["Picture (.svg)"][1] == "bnviz-loss.svg"
    (chart,) = (of() for of in app.session_state["frame_shown"].charts.values())
    assert chart_title(chart) == "Loss"
    assert made_of["Picture (.svg)"] == chart_svg(chart)
    assert ElementTree.fromstring(made_of["Picture (.svg)"]).tag.endswith("svg")
    assert Image.open(io.BytesIO(made_of["Picture (.png)"])).size == Image.open(io.BytesIO(chart_png(chart))).size
    rows = chart_data(chart)
    for kind, read in (("csv", pd.read_csv), ("parquet", pd.read_parquet)):
        found = read(io.BytesIO(made_of[f"Data (.{kind})"]))
        pd.testing.assert_frame_equal(found, rows, check_dtype=False, check_categorical=False)


def test_the_next_page_offers_nothing_of_the_one_before(open_page):
    app = open_page(LAB, **TINY.to_query())
    assert app.session_state["frame_shown"].recordings
    app.switch_page("pages/1_what_it_computes.py").run()
    assert not app.session_state["frame_shown"].recordings


def test_a_recording_that_was_dropped_is_not_offered(open_page, offered, monkeypatch):
    app = open_page(LAB, **TINY.to_query())
    monkeypatch.setattr(saving, "training_queue", lambda: type("Empty", (), {"result": lambda *_: None}))
    opened(app)
    assert not offered
    with pytest.raises(LookupError, match="dropped"):
        made.npz("a key of nothing")
