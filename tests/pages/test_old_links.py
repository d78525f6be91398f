"""Links that were given away open the same page with the same values, whatever became of the page.

Nothing is trained here: the work of every stage is left out, and what the controls say is compared.
"""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bnviz.ui.page.contents import PAGES
from bnviz.ui.page.stage import Stage

HOME, COMPUTES, SAME, LEARN = "", "what_it_computes", "same_functions", "learn_to_standardize"
MOVING, WHY_NOT, SCALE, VAE, LAB = (
    *("moving_statistics", "why_not_affine", "scale_decoupling", "two_reparameterizations", "training_lab"),
)

# Page, its parameters, and the values that its controls then show: name in the link → value.
LINKS: list[tuple[str, str, dict[str, Any]]] = [
    (HOME, "", {"none": True, "affine": True, "batch": True}),
    (HOME, "runs=none-batch", {"none": True, "affine": False, "batch": True}),
    (HOME, "runs=batch&seed=7", {"none": False, "affine": False, "batch": True}),
    (COMPUTES, "", {"unit": 1, "example": 3, "size": 8, "eps": 1e-5, "gamma": 1.5, "beta": 0.5}),
    (COMPUTES, "unit=3&example=5&eps=0.1&gamma=-0.7", {"unit": 3, "example": 5, "eps": 0.1, "gamma": -0.7}),
    (COMPUTES, "size=2&eps=0&example=1", {"size": 2, "eps": 0.0, "example": 1}),
    (COMPUTES, "eps=10&beta=-2.25", {"eps": 10.0, "beta": -2.25}),
    (SAME, "example=42&seed=3", {}),  # its figure is trained; see test_same_functions.py
    (SAME, "scale=3&rate=0.1&eps=1e-05", {"scale": 3.0, "rate": 0.1, "eps": 1e-5}),
    (SAME, "depth=6&length=1&plane_rate=3&update=10", {"depth": 6, "length": 1.0, "plane_rate": 3.0, "update": 10}),
    (LEARN, "mean=3&spread=0.1", {"mean": 3.0, "spread": 0.1}),
    (LEARN, "drift=jump&size=1", {"drift": "jump", "size": 1.0}),
    (LEARN, "told_rate=0.1&frozen_rate=1&held_rate=0.3", {"told_rate": 0.1, "frozen_rate": 1.0, "held_rate": 0.3}),
    (LEARN, "drift=static&seed=12", {"drift": "static"}),
    (MOVING, "eps=0.1&kind=scale&kicks=3", {"eps": 0.1, "kind": "scale", "kicks": 3}),
    (MOVING, "rate=1&updates=300", {"rate": 1.0, "updates": 300}),
    (MOVING, "kicks=0", {"kicks": 0}),
    (WHY_NOT, "threshold=0.5&seeds=2", {"threshold": 0.5, "seeds": 2}),
    (WHY_NOT, "layer=on&dynamic_tanh=on", {"layer": True, "dynamic_tanh": True, "rms": False}),
    (WHY_NOT, "rate=0.46&scale=22&seed=4", {"rate": 0.46, "scale": 22.0}),
    (WHY_NOT, "sigmoids=on&depths=on", {}),
    (SCALE, "factor=0.001&eps=0.1", {"factor": 0.001, "eps": 0.1}),
    (SCALE, "kick_factor=100&seed=9", {"kick_factor": 100.0}),
    (SCALE, "init=1&rate=0.03&update=60", {"init": 1.0, "rate": 0.03, "update": 60}),
    (SCALE, "equal_factor=0.01&equal_norm=none&exact=on", {"equal_factor": 0.01, "equal_norm": "none", "exact": True}),
    (SCALE, "decay=0.1&decay_exact=off&noisy=off", {"decay": 0.1, "decay_exact": False, "noisy": False}),
    (SCALE, "periodic_rate=0.5&hidden_only=on", {"periodic_rate": 0.5, "hidden_only": True}),
    (VAE, "function=wave&mean=3&sd=0.5&samples=64", {"function": "wave", "mean": 3.0, "samples": 64}),
    (VAE, "angle=90&factor=100&again=on", {"again": True}),
    (LAB, "steps=300", {"steps": 300}),
    (LAB, "dataset=moons&widths=8-8&steps=50&run1.norm=batch&run1.lr=0.5", {"steps": 50, "run1.lr": 0.5}),
    (LAB, "activation=tanh&batch_size=full&run1.norm=none&run2.norm=group&run2.groups=8", {"run2.groups": 8}),
    (LAB, "run1.norm=batch&run1.optimizer=adam&run1.lr=0.01&run1.label=quick", {"run1.optimizer": "adam"}),
    (LAB, "run1.norm=batch&intervention1.step=300&intervention1.factor=10.0", {}),
    (LAB, "dataset=spirals&offset=5.0&noise=0.3&n_train=200&run1.norm=layer&run2.norm=rms", {"offset": 5.0}),
]


@pytest.fixture
def open_link(open_page, monkeypatch):
    """A function that opens a page by its address and leaves all trainings out."""
    monkeypatch.setattr(Stage, "obtain", lambda *arguments, **named: None)
    monkeypatch.setattr(Stage, "obtain_in_turn", lambda *arguments, **named: ([], None))
    monkeypatch.setattr(Stage, "show", lambda *arguments, **named: None)
    files = {"": "app.py"} | {page.file.removesuffix(".py").partition("_")[2]: page.file for page in PAGES[1:]}

    def open_link(name: str, query: dict[str, str]) -> AppTest:
        return open_page(files[name], **{field.replace(".", "__"): value for field, value in query.items()})

    return open_link


def values(app: AppTest) -> dict[str, Any]:
    """What the controls of the page say, by the key of each."""
    kinds = ("select_slider", "slider", "radio", "toggle", "checkbox", "number_input", "selectbox", "text_input")
    shown = {widget.key: widget.value for kind in kinds for widget in app.get(kind) if widget.key}
    for element in app.get("bidi_component"):
        data = json.loads(element.proto.json or "null")
        if isinstance(data, dict) and "scene" in data:
            shown |= {f"{element.key}_{name}": value for name, value in data["values"].items()}
    return shown


def value_of(name: str, shown: dict[str, Any]) -> Any:
    """The value of the control whose key ends with this name."""
    found = [key for key in shown if key.endswith(f"_{name.replace('.', '_')}")]
    assert found, f"{name}: {sorted(shown)}"
    return shown[min(found, key=len)]  # all of a page share a prefix; what is longer has a longer name


def test_there_are_thirty_links_and_more():
    assert len(LINKS) >= 30
    assert len({(page, query) for page, query, _ in LINKS}) == len(LINKS)
    assert {page for page, _, _ in LINKS} >= {HOME, COMPUTES, SAME, LEARN, MOVING, WHY_NOT, SCALE, VAE, LAB}


@pytest.mark.parametrize(("page", "query", "expected"), LINKS, ids=[f"{page}?{query}" for page, query, _ in LINKS])
def test_an_old_link_opens_with_its_values(open_link, page, query, expected):
    asked = dict(part.split("=") for part in query.split("&")) if query else {}
    app = open_link(page, asked)
    assert not app.exception
    assert [error.value for error in app.error] == []
    shown = values(app)
    assert {name: value_of(name, shown) for name in expected} == expected
    kept = {name: value[-1] if isinstance(value, list) else value for name, value in app.query_params.items()}
    assert kept.items() >= asked.items(), "the page keeps the link"
