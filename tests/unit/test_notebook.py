"""How a history shows itself in notebooks, with anywidget and without."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
import traitlets

from bnviz import Experiment, Run, train
from bnviz.ui.live.notebook import figure_html
from bnviz.ui.live.scene import Axis, Input, Panel, Scene
from bnviz.ui.player import notebook
from bnviz.ui.player.payload import pack
from bnviz.ui.player.unit_values import pack_units
from tests.unit.test_offline import HOSTILE, Elements, carried

ROOT = Path(__file__).resolve().parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def history():
    return train(Experiment(dataset="moons", widths=(4, 4), steps=12, batch_size=20, n_train=40, runs=(Run(),)))


@pytest.fixture
def without_anywidget(monkeypatch):
    notebook._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    yield
    notebook._widget_class.cache_clear()


def page_in(bundle: dict) -> dict:
    """What the page of a bundle carries."""
    ((_, attributes),) = Elements(bundle["text/html"]).found
    return carried(attributes["srcdoc"])


def test_a_history_shows_a_widget_and_the_page_for_readers_without_a_kernel(history):
    bundle, _ = history._repr_mimebundle_()
    assert set(bundle) == {WIDGET, "text/html", "text/plain"}
    assert bundle["text/plain"] == (
        "Batch norm on moons, training examples 40. Layers: 2 × 4 ReLU; learning rate 0.1; 12 steps of 20. Seed 0. "
        "13 recorded steps."
    )
    assert page_in(bundle)["step"] is None
    assert history._display_()._repr_mimebundle_()[0].keys() == bundle.keys()


def test_a_player_carries_what_the_app_s_player_gets_and_single_units_once_they_are_wanted(history):
    player = history.player(step=5, layer=1)
    assert (player.step, player.layer, player.stage, player.page_keys) == (5, 1, None, False)
    assert gzip.decompress(player.recording) == pack(history)
    assert player.more_units
    assert player.units is None
    player.units_wanted = True
    assert gzip.decompress(player.units) == pack_units(history)


def test_the_page_of_a_player_stands_where_the_player_stands(history):
    player = history.player(step=5)
    player.step, player.stage = 7, "pre_norm"
    inside = page_in(player._repr_mimebundle_()[0])
    assert (inside["step"], inside["stage"]) == (7, "pre_norm")


def test_what_the_recording_does_not_have_is_refused(history):
    with pytest.raises(ValueError, match="from 0 to 1"):
        history.player(layer=2)
    player = history.player()
    for name, value in {"step": 13, "layer": -1, "stage": "loud"}.items():
        with pytest.raises(traitlets.TraitError, match=f"{name} = {value!r}"):
            setattr(player, name, value)
        assert getattr(player, name) is None


def test_without_anywidget_there_is_the_page_and_player_says_what_it_needs(history, without_anywidget):
    bundle, _ = history._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert page_in(bundle)["layer"] is None
    assert history._display_()._repr_html_() == bundle["text/html"]
    with pytest.raises(ImportError, match=r"requirements-notebook\.txt"):
        history.player()


def test_nothing_of_notebooks_is_loaded_before_it_is_asked_for():
    code = """
import sys
import bnviz
history = bnviz.train(bnviz.Experiment(dataset="moons", widths=(4,), steps=3, runs=(bnviz.Run(),)))
history._repr_mimebundle_
before = {"anywidget", "ipywidgets", "IPython", "traitlets", "bnviz.ui"} & sys.modules.keys()
history.player()
import bnviz.ui.live.notebook
after = {"anywidget", "streamlit"} & sys.modules.keys()
print(before, after)
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert result.stdout == "set() {'anywidget'}\n", result.stderr


def test_no_text_of_a_figure_breaks_out():
    scene = Scene([Input("a", "a", 0, 1)], [[Panel("x", HOSTILE, Axis(0, 1))]], [], {}, HOSTILE)
    page = figure_html(scene, {"a": 0.5}, title=HOSTILE)
    assert len(Elements(page).texts["script"]) == 2
    assert carried(page)["scene"]["alternative"] == HOSTILE


def test_the_live_figure_of_the_documentation_is_one():
    code = re.findall(r"```python\n(.+?)```", (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8"), re.DOTALL)[
        -1
    ]
    names: dict = {}
    exec(code, names)
    inside = carried(names["page"])
    assert inside["scene"]["sums"] == "standardize"
    assert inside["values"] == {"x1": 4, "x2": 6, "x3": 9, "x4": 13, "gamma": 1, "beta": 0, "eps": 1e-5, "example": 1}
    assert names["figure"](names["scene"], names["values"]).values == inside["values"]
