"""Driving a page by the names of its controls, and comparing what it shows with what it must show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import altair as alt
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, Widget

from bnviz.ui.server.training import job_key, prepare, training_queue
from tests.pages.conftest import open_folds
from tests.wiring.pictures import Picture, decoded, picture

ROOT = Path(__file__).parents[2]
_FRAME = "frame_"  # the controls around every page, which are no page's own


@dataclass(frozen=True)
class Shown:
    """What a figure, or a whole page, must show.

    numbers: label → text of the numbers beside figures; sentences: texts that must stand on the page; charts: as drawn
    by the lesson's functions; tables and frames: those that are printed, and those to scroll or edit.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    sentences: Sequence[str] = ()
    charts: Sequence[alt.TopLevelMixin] = ()
    tables: Sequence[pd.DataFrame] = ()
    frames: Sequence[pd.DataFrame] = ()

    def __add__(self, other: Shown) -> Shown:
        assert not self.numbers.keys() & other.numbers.keys(), "two figures call their numbers the same"
        return Shown(
            {**self.numbers, **other.numbers},
            [*self.sentences, *other.sentences],
            [*self.charts, *other.charts],
            [*self.tables, *other.tables],
            [*self.frames, *other.frames],
        )


@dataclass(frozen=True)
class LiveInput:
    """A number that a reader sets in a live figure, which no script runs in these tests: its place in the session."""

    app: AppTest
    name: str
    key: str
    value: Any

    def set_value(self, value: Any) -> None:
        self.app.session_state[self.key] = value


class Page:
    """A page as a visitor has it open. `room` is the name of its lesson, which the keys of its controls begin with.

    `folds` are the keys of those that are open.
    """

    def __init__(self, file: str, room: str, folds: Iterable[str] = (), **query: str) -> None:
        self.room = room
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        self.app.switch_page(file)
        for name, value in query.items():
            self.app.query_params[name] = value
        open_folds(self.app)
        for fold in folds:
            self.app.session_state[f"{fold}_fold"] = True
        self.run()
        named = {name: self.control(name) for name in self.controls()}
        self.first = {name: control.value for name, control in named.items() if _is_set(control)}

    def run(self) -> Page:
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def controls(self) -> set[str]:
        """The names of all that a reader can set or press on the page."""
        keys = {key for key in map(_key, _elements(self.app._tree)) if key and not key.startswith(_FRAME)}
        return {self._name(key) for key in keys} | {handle.name for handle in self._live_inputs()}

    def control(self, name: str) -> Any:
        """The control with this name in links, or else with this label."""
        found: list[Any] = [
            element
            for element in _elements(self.app._tree)
            if (key := _key(element)) and name in (self._name(key), key, getattr(element, "label", None))
        ]
        found += [handle for handle in self._live_inputs() if handle.name == name]
        assert len(found) == 1, f"{len(found)} controls are called {name!r}"
        return found[0]

    def move(self, **values: Any) -> Page:
        """Put every control at its first value but for these, and run the page. What is pressed is not taken back."""
        wanted = {**self.first, **values}
        waiting = {name: value for name, value in wanted.items() if not self._take(name, value, name in values)}
        self.run()
        if waiting:
            assert all(self._take(name, value) for name, value in waiting.items()), f"not offered: {waiting}"
            self.run()
        return self

    def _take(self, name: str, value: Any, always: bool = True) -> bool:
        """Set a control, if it offers the value: what one offers may wait for another one."""
        control = self.control(name)
        before = control.value
        if before == value and not always:
            return True
        control.set_value(value)
        try:
            _ = getattr(control, "index", None)
        except ValueError:
            control.set_value(before)
            return False
        return True

    def press(self, name: str) -> Page:
        self.control(name).click()
        return self.run()

    def text(self) -> str:
        """All that is said on the page, escapes removed."""
        app = self.app
        elements = [*app.success, *app.error, *app.info, *app.warning, *app.markdown, *app.caption]
        return "\n".join(element.value for element in elements).replace("\\", "")

    def numbers(self) -> dict[str, str]:
        """The numbers that stand beside figures: label → text."""
        assert len({metric.label for metric in self.app.metric}) == len(self.app.metric)
        return {metric.label: metric.value for metric in self.app.metric}

    def charts(self) -> list[Picture]:
        return [decoded(element.proto) for element in self.app.get("vega_lite_chart")]

    def component(self, name: str) -> Any:
        """The data that a component of the app's own draws."""
        return json.loads(self.control(name).proto.json)

    def tables(self) -> list[pd.DataFrame]:
        return [table.value for table in self.app.table]

    def frames(self) -> list[pd.DataFrame]:
        return [frame.value for frame in self.app.dataframe]

    def _live_inputs(self) -> Iterator[LiveInput]:
        """The inputs of live figures whose values the page keeps as it keeps those of its controls.

        Figures that share their values have the same inputs.
        """
        found = set()
        for element in self.app.get("bidi_component"):
            data = json.loads(element.proto.json or "null")
            for name, value in data["values"].items() if isinstance(data, dict) and "scene" in data else ():
                if f"{self.room}_{name}" in self.app.session_state and name not in found:
                    found.add(name)
                    yield LiveInput(self.app, name, f"{self.room}_{name}", value)

    def _name(self, key: str) -> str:
        return key.removeprefix(f"{self.room}_")


def require(page: Page, must: Shown) -> None:
    """Assert that the page shows just these numbers, charts and tables, and says these sentences."""
    assert page.numbers() == must.numbers
    text = page.text()
    for sentence in must.sentences:
        assert sentence.replace("\\", "") in text, f"the page does not say: {sentence}"
    for found, wanted in ((page.tables(), must.tables), (page.frames(), must.frames)):
        assert [table.to_csv() for table in found] == [table.to_csv() for table in wanted]
    require_charts(page.charts(), [picture(chart) for chart in must.charts])


def require_charts(found: Sequence[Picture], must: Sequence[Picture]) -> None:
    """Assert that these are the same pictures, wherever they stand."""
    left = list(found)
    for wanted in must:
        alike = [chart for chart in left if chart.title[:1] == wanted.title[:1]]
        assert wanted in alike, f"{wanted}: {_differences(wanted, alike)}"
        left.remove(wanted)
    assert not left, f"not expected: {', '.join(map(str, left))}"


def result_of(task: Any) -> Any:
    """The result of a task: from the queue that pages share if one of them asked for just this, else worked on now."""
    prepare(task)
    done = training_queue().result(job_key(task))
    assert done is not None
    assert done.ending == "finished"
    return done.result


def settlement(guess: str | None, happened: str, why: str) -> str:
    """What is said of a prediction, as a page must say it."""
    if guess is None:
        return f"**What happened: {happened}.** {why}"
    if guess == happened:
        return f"You predicted *{guess}*, and that is what happened. {why}"
    return f"You predicted *{guess}*; what happened is *{happened}*. {why}"


def settled(guess: str | None, happened: str, why: str) -> str:
    """What is said of a guess beside the question of a page's story, as `Guess.settle` must say it."""
    if guess is None:
        return f"**What happened: {happened}.** {why}"
    if guess == happened:
        return f"You guessed *{guess}*, and **that is what happened.** {why}"
    return f"You guessed *{guess}*. **What happened: {happened}.** {why}"


def require_said(page: Page, *words: str) -> None:
    """Assert that the page says these words: what its prose promises of these values."""
    text = page.text()
    assert not [claim for claim in words if claim not in text]


def require_link(page: Page, case: Mapping[str, Any]) -> None:
    """Assert that the page's link has all that was set and differs from the default, but for predictions."""
    changed = {name: value for name, value in case.items() if value != page.first[name]}
    assert page.app.query_params == {
        name: f"{value:g}" if isinstance(value, float) else "on" if value is True else str(value)
        for name, value in changed.items()
        if not name.endswith("prediction")
    }


def require_order(page: Page, must: Shown) -> None:
    """Assert that the figures stand in this order, so that none is in another's place."""
    assert [chart.title[:1] for chart in page.charts()] == [picture(chart).title[:1] for chart in must.charts]
    assert [*page.numbers()] == [*must.numbers]


@contextmanager
def dark(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever opens or moves a page meanwhile has the dark theme."""
    with monkeypatch.context() as patch:
        patch.setattr(type(st.context), "theme", SimpleNamespace(type="dark"))
        yield


def require_complete(page: Page, cases: Iterable[Mapping[str, Any]], pressed: Iterable[str]) -> None:
    """Assert that every control of the page is moved away from its default in a case, or is one of those pressed."""
    first = page.first
    named = {name for case in cases for name, value in case.items() if value != first.get(name)} | {*pressed}
    missing, unknown = page.controls() - named, named - page.controls()
    assert not missing, f"no test moves {', '.join(sorted(missing))}"
    assert not unknown, f"the page has no {', '.join(sorted(unknown))}"


def _differences(wanted: Picture, alike: Sequence[Picture]) -> str:
    if not alike:
        return "no such picture"
    lines = []
    for chart in alike:
        if chart.title != wanted.title:
            lines.append(f"titles {chart.title}, {wanted.title}")
        if chart.description != wanted.description:
            lines.append(f"described as {chart.description!r}, not {wanted.description!r}")
        if len(chart.layers) != len(wanted.layers):
            lines.append(f"{len(chart.layers)} layers, not {len(wanted.layers)}")
        for number, (one, other) in enumerate(zip(chart.layers, wanted.layers, strict=False)):
            for part in ("options", "encoding", "transforms", "rows"):
                if getattr(one, part) != getattr(other, part):
                    lines.append(f"{part} of layer {number} ({one.mark}) differ")
    return "; ".join(lines)


def _elements(block: Any) -> Iterator[Any]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _elements(child)
        else:
            yield child


def _is_set(element: Any) -> bool:
    return isinstance(element, LiveInput) or (isinstance(element, Widget) and not isinstance(element, Button))


def _key(element: Any) -> str | None:
    """The key, or else the label, of an element that hears what a reader does.

    Those have an identity in the browser, which ends with the key.
    """
    identity = str(getattr(getattr(element, "proto", None), "id", "") or "")
    found = re.fullmatch(r"\$\$ID-[0-9a-f]+-(.+)", identity)
    if not found:
        return None
    return found[1] if found[1] != "None" else element.label
