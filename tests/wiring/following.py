"""Driving a page by the names of its controls, and comparing what it shows with what it must show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, Widget

from bnviz.ui.server.training import job_key, prepare, training_queue
from tests.wiring.pictures import Picture, decoded, picture

ROOT = Path(__file__).parents[2]
_FRAME = "frame_"  # the controls around every page, which are no page's own


@dataclass(frozen=True)
class Shown:
    """What a figure, or a whole page, must show.

    numbers: label → text of the numbers beside figures; sentences: texts that must stand on the page; charts: as drawn
    by the lesson's functions; tables: each as its columns and rows.
    """

    numbers: Mapping[str, str] = field(default_factory=dict)
    sentences: Sequence[str] = ()
    charts: Sequence[alt.TopLevelMixin] = ()
    tables: Sequence[pd.DataFrame] = ()

    def __add__(self, other: Shown) -> Shown:
        assert not self.numbers.keys() & other.numbers.keys(), "two figures call their numbers the same"
        return Shown(
            {**self.numbers, **other.numbers},
            [*self.sentences, *other.sentences],
            [*self.charts, *other.charts],
            [*self.tables, *other.tables],
        )


class Page:
    """A page as a visitor has it open. `room` is the name of its lesson, which the keys of its controls begin with."""

    def __init__(self, file: str, room: str, **query: str) -> None:
        self.room = room
        self.app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        self.app.switch_page(file)
        for name, value in query.items():
            self.app.query_params[name] = value
        self.run()
        named = {name: self.control(name) for name in self.controls()}
        self._first = {name: control.value for name, control in named.items() if _is_set(control)}

    def run(self) -> Page:
        self.app.run()
        assert not self.app.exception, self.app.exception
        return self

    def controls(self) -> set[str]:
        """The names of all that a reader can set or press on the page."""
        return {self._name(key) for key in map(_key, _elements(self.app._tree)) if key and not key.startswith(_FRAME)}

    def control(self, name: str) -> Any:
        """The control with this name in links, or else with this label."""
        found = [
            element
            for element in _elements(self.app._tree)
            if (key := _key(element)) and name in (self._name(key), key, getattr(element, "label", None))
        ]
        assert len(found) == 1, f"{len(found)} controls are called {name!r}"
        return found[0]

    def move(self, **values: Any) -> Page:
        """Put every control at its first value but for these, and run the page. What is pressed is not taken back."""
        for name, value in {**self._first, **values}.items():
            if self.control(name).value != value:
                self.control(name).set_value(value)
        return self.run()

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

    def _name(self, key: str) -> str:
        return key.removeprefix(f"{self.room}_")


def require(page: Page, must: Shown) -> None:
    """Assert that the page shows just these numbers, charts and tables, and says these sentences."""
    assert page.numbers() == must.numbers
    text = page.text()
    for sentence in must.sentences:
        assert sentence.replace("\\", "") in text, f"the page does not say: {sentence}"
    found = [table.to_csv() for table in page.tables()]
    assert found == [table.to_csv() for table in must.tables]
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
    assert done is not None and done.ending == "finished"
    return done.result


def settlement(guess: str | None, happened: str, why: str) -> str:
    """What is said of a prediction, as a page must say it."""
    if guess is None:
        return f"**What happened: {happened}.** {why}"
    if guess == happened:
        return f"You predicted *{guess}*, and that is what happened. {why}"
    return f"You predicted *{guess}*; what happened is *{happened}*. {why}"


def require_complete(page: Page, *tables: Mapping[str, Any] | Sequence[str]) -> None:
    """Assert that every control of the page is in one of the tables, and the tables name no other."""
    named = {name for table in tables for name in table}
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
    return isinstance(element, Widget) and not isinstance(element, Button)


def _key(element: Any) -> str | None:
    """The key of an element that hears what a reader does: those have an identity in the browser that ends with it."""
    identity = str(getattr(getattr(element, "proto", None), "id", "") or "")
    found = re.fullmatch(r"\$\$ID-[0-9a-f]+-(.+)", identity)
    return found[1] if found else None
