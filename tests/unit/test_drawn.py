"""What is sent of a chart is what Streamlit would send of it, and is made once."""

import json

import altair as alt
import pandas as pd
import pyarrow as pa
import pytest
from altair.utils import schemapi
from streamlit.testing.v1 import AppTest

from bnviz.charts.drawn import spec_of
from bnviz.charts.theme import finish

FRAME = pd.DataFrame({"x": [1.0, 2.0, float("nan")], "name": ["a", "b", None]}, index=[3, 5, 8])


def chart(frame=FRAME):
    """Two layers of one frame, one of another, and a mark to click on."""
    other = pd.DataFrame({"x": [0.5], "name": ["c"]})
    points = alt.Chart(frame).mark_point().encode(alt.X("x:Q"), alt.Color("name:N", legend=alt.Legend(title=None)))
    pick = alt.selection_point(name="pick", fields=["x"], toggle=False)
    layers = [points, points.mark_line(), alt.Chart(other).mark_bar().encode(alt.X("x:Q")).add_params(pick)]
    return finish(layers, title="A title", notes=["A note."], description="What it shows.", theme="light")


def messages(show):
    """What a page that calls `show` sends of its charts, each time that it is run."""
    app = AppTest.from_function(show, default_timeout=60)
    for _ in range(2):
        app.run()
        assert not app.exception
        yield [element.proto for element in app.get("vega_lite_chart")]


def by_streamlit():
    import streamlit as st

    from tests.unit.test_drawn import chart

    st.altair_chart(chart(), theme=None, width="stretch", key="a")
    st.altair_chart(chart(), theme=None, key="b", on_select="rerun", selection_mode="pick")


def by_a_page():
    from bnviz.ui.page.lesson import figure
    from tests.unit.test_drawn import chart

    figure(chart(), "a")
    figure(chart(), "b", on_select="rerun", selection_mode="pick")


def read(proto):
    """Specification and rows, without the names that tie them together."""
    rows = {part.name: pa.ipc.open_stream(part.data.data).read_all() for part in proto.datasets}
    text = proto.spec
    for name, table in rows.items():
        text = text.replace(f'"{name}"', json.dumps(str(table.to_pylist())))
    return json.loads(text), sorted(str(table.to_pydict()) for table in rows.values()), list(proto.selection_mode)


def test_a_page_sends_what_streamlit_would_send():
    (theirs, _), (ours, again) = messages(by_streamlit), messages(by_a_page)
    assert [read(proto) for proto in ours] == [read(proto) for proto in theirs]
    assert len(ours[0].datasets) == 2, "a frame of two layers is sent once"
    # A browser leaves alone what comes again as the same bytes.
    assert [proto.SerializeToString() for proto in again] == [proto.SerializeToString() for proto in ours]


def test_it_is_made_once_a_chart_and_a_copy_has_its_own():
    drawn = chart()
    assert spec_of(drawn) is spec_of(drawn)
    copy = drawn.properties(height=100)
    assert spec_of(copy)["height"] == 100 != spec_of(drawn)["height"]
    assert "datasets" in drawn.to_dict(), "to_dict is as before"


def test_equal_charts_are_sent_as_the_same_bytes():
    assert spec_of(chart()) == spec_of(chart(FRAME.copy()))
    assert spec_of(chart()) != spec_of(chart(FRAME.assign(x=0.0)))


def test_it_is_held_against_the_schema_unless_a_server_does_not_want_that(monkeypatch):
    def wrong():
        return alt.layer(alt.Chart(FRAME).mark_point(), description=3)

    with pytest.raises(schemapi.SchemaValidationError):
        spec_of(wrong())
    monkeypatch.setattr(schemapi, "DEBUG_MODE", False)
    assert spec_of(wrong())["description"] == 3
