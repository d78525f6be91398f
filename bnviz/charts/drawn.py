"""A chart as it travels: its Vega-Lite specification with the data apart, as Arrow bytes under names of their own.

`st.altair_chart` makes both anew each time it shows a chart, one chart after the other in the whole process. This is
made once a chart, and needs none of Altair's settings that all threads share: no theme, no transformer of data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils import schemapi

_SPEC = "_drawn"


def spec_of(chart: alt.LayerChart) -> dict[str, Any]:
    """The specification of a chart whose data are frames, for `st.vega_lite_chart(spec=…, theme=None)`.

    `datasets` holds the frames as bytes of an Arrow stream, named by their content. Nobody may change it: it is made
    once and shared. It is held against the schema where Altair does so itself, which the app's server has it not do.
    """
    spec: dict[str, Any] | None = vars(chart).get(_SPEC)
    if spec is None:
        spec = _spec(chart)
        # What is set on a chart in the ordinary way becomes a part of it. A copy of the chart makes a specification of
        # its own.
        object.__setattr__(chart, _SPEC, spec)
    return spec


def _spec(chart: alt.LayerChart) -> dict[str, Any]:
    frames = {id(frame): frame for frame in _frames(chart)}
    streams = {key: _arrow(frame) for key, frame in frames.items()}
    names = {key: hashlib.blake2b(stream, digest_size=16).hexdigest() for key, stream in streams.items()}
    # Below the top, Altair neither embeds data nor adds what its theme says.
    context = {"top_level": False, "datasets": {}}
    spec = _without_data(chart, names).to_dict(validate=schemapi.DEBUG_MODE, context=context)
    datasets = {names[key]: stream for key, stream in streams.items()}
    return {"$schema": alt.SCHEMA_URL, **spec, "datasets": datasets}


def _frames(chart: alt.LayerChart | alt.Chart) -> Iterator[pd.DataFrame]:
    if isinstance(chart.data, pd.DataFrame):
        yield chart.data
    for layer in getattr(chart, "layer", ()):
        yield from _frames(layer)


def _without_data(chart: Any, names: dict[int, str]) -> Any:
    """A copy of the chart that names its frames instead of holding them."""
    copy = chart.copy(deep=False)
    if isinstance(chart.data, pd.DataFrame):
        copy.data = alt.NamedData(name=names[id(chart.data)])
    if isinstance(chart, alt.LayerChart):
        copy.layer = [_without_data(layer, names) for layer in chart.layer]
    return copy


def _arrow(frame: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(frame)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()
