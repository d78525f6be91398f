"""Charts as a reader gets them: what each layer draws, decoded from the specification and the data that are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pandas as pd
import pyarrow as pa

from bnviz.export.pictures import chart_svg

_PARTS = ("layer", "hconcat", "vconcat", "concat")
_saved: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
# With the chart itself, so that no other one comes to have its identity.
_read: dict[int, tuple[alt.TopLevelMixin, Picture]] = {}


@dataclass(frozen=True)
class Layer:
    """One kind of mark: its options, its channels, and the rows that it draws."""

    mark: str
    options: Mapping[str, Any]
    encoding: Mapping[str, Any]
    transforms: tuple[Any, ...]
    rows: tuple[Mapping[str, Any], ...]

    def drawn(self, *channels: str) -> pd.DataFrame:
        """What a reader sees on these channels, all with a field if none is named: a column a channel, a row a mark."""
        named = channels or tuple(name for name in self.encoding if self.field(name))
        return pd.DataFrame({name: [row.get(self.field(name)) for row in self.rows] for name in named})

    def field(self, channel: str) -> str | None:
        """The field that a channel shows."""
        found = self.encoding.get(channel)
        return found.get("field") if isinstance(found, Mapping) else None

    def axis_title(self, channel: str) -> str | None:
        """What stands along an axis or above a legend."""
        found = self.encoding.get(channel, {})
        inner = found.get("axis") or found.get("legend") or {}
        return found.get("title") or inner.get("title")

    def fields(self) -> set[str]:
        """All fields that are drawn or told in tooltips."""
        return set(_fields(self.encoding))


@dataclass(frozen=True)
class Picture:
    """A chart: its title with the lines below it, its description, and its layers from below to above."""

    title: tuple[str, ...]
    description: str
    layers: tuple[Layer, ...]

    def layer(self, mark: str, number: int = 0) -> Layer:
        """The first layer of a kind of mark, or a later one."""
        return [layer for layer in self.layers if layer.mark == mark][number]

    def __str__(self) -> str:
        return " / ".join(self.title)


def decoded(proto: Any) -> Picture:
    """A chart of a page under test."""
    data = {part.name: _rows(part.data.data) for part in proto.datasets}
    if proto.HasField("data") and proto.data.data:
        data[""] = _rows(proto.data.data)
    return _picture(json.loads(proto.spec), data)


def picture(chart: alt.TopLevelMixin) -> Picture:
    """A chart that a lesson's function drew. It is read once: `bnviz.charts.kept` gives the same chart again."""
    if id(chart) not in _read:
        with alt.data_transformers.enable("default", max_rows=None):
            spec = chart.to_dict(validate=False)  # what a page showed was checked there
        _read[id(chart)] = chart, _picture(spec, spec.get("datasets", {}))
        _require_file(chart, _read[id(chart)][1])
    return _read[id(chart)][1]


def _require_file(chart: alt.TopLevelMixin, shown: Picture) -> None:
    """Assert that a chart can be saved as a picture with its title in it; one of a kind is enough."""
    kind = (shown.title[:1], tuple(layer.mark for layer in shown.layers))
    if kind in _saved or not isinstance(chart, alt.LayerChart):
        return
    _saved.add(kind)
    texts = {"".join(each.itertext()) for each in ElementTree.fromstring(chart_svg(chart)).iter()}
    assert texts >= set(shown.title[:1])


def _picture(spec: Mapping[str, Any], data: Mapping[str, Any]) -> Picture:
    title = spec.get("title", "")
    lines = [title.get("text", ""), title.get("subtitle", "")] if isinstance(title, Mapping) else [title]
    return Picture(
        tuple(line for entry in lines for line in ([entry] if isinstance(entry, str) else entry) if line),
        spec.get("description", ""),
        tuple(_layers(spec, data, {}, {}, ())),
    )


def _layers(
    spec: Mapping[str, Any],
    data: Mapping[str, Any],
    source: Mapping[str, Any],
    encoding: Mapping[str, Any],
    transforms: tuple[Any, ...],
) -> Iterator[Layer]:
    source = spec.get("data") or source
    encoding = {**encoding, **spec.get("encoding", {})}
    transforms = (*transforms, *spec.get("transform", ()))
    if "mark" in spec:
        mark = spec["mark"] if isinstance(spec["mark"], Mapping) else {"type": spec["mark"]}
        rows = source["values"] if "values" in source else data.get(source.get("name", ""), [])
        told = set(_fields(encoding)) | set(_fields(transforms))
        kept = tuple({name: _plain(value) for name, value in row.items() if name in told} for row in rows)
        yield Layer(mark["type"], mark, encoding, transforms, kept)
    for inner in (part for name in _PARTS for part in spec.get(name, ())):
        yield from _layers(inner, data, source, encoding, transforms)
    if "spec" in spec:
        yield from _layers(spec["spec"], data, source, encoding, transforms)


def _fields(encoding: Any) -> Iterator[str]:
    if isinstance(encoding, Mapping):
        if isinstance(encoding.get("field"), str):
            yield encoding["field"]
        for value in encoding.values():
            yield from _fields(value)
    elif isinstance(encoding, list | tuple):
        for value in encoding:
            yield from _fields(value)


def _rows(data: bytes) -> list[dict[str, Any]]:
    return pa.ipc.open_stream(data).read_all().to_pylist()


def _plain(value: Any) -> Any:
    """A value as both ways of sending it have it: no difference between whole numbers and others, or kinds of none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if isfinite(value) else None
