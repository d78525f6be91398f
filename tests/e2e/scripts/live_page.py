"""A page with nothing but a live figure that looks up what was computed, and keeps its values by itself."""

import numpy as np
import streamlit as st

from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.live import live
from bnviz.ui.live.family import Family
from bnviz.ui.live.scene import Axis, Handle, Input, Panel, Scene, band, dots
from bnviz.ui.server.stream import routes

TIMES = (0.0, 0.25, 0.5, 1.0)
PLACES = np.array([[0.0, 1.0], [0.5, 1.5], [1.0, 3.0], [4.0, 3.5]])
FAMILY = Family(
    {"time": TIMES},
    {"place": PLACES, "middle": PLACES[:, 0], "half": np.array([1, 1, 2, 1])},
    frozenset({"place", "middle"}),
)
SCENE = Scene(
    inputs=[Input("time", "time", 0, 1, 0.05, symbol="t", color="x")],
    rows=[[Panel("x", "x", Axis(-1, 5))]],
    marks=[band("x", ("middle", 0), ("half", 0), color="var", tick="mean"), dots("x", "place", "x")],
    handles=[Handle("x", ("time",), ("middle", 0))],
    colors=SYMBOL_COLORS,
    alternative="The two at time {time}.",
)


def show() -> None:
    st.set_page_config(page_title="Live", layout="wide")
    st.title("A family")
    chosen = live(SCENE, key="family", values={"time": 0.5}, family=FAMILY)
    st.text(f"time {chosen['time']:g}")
    st.button("Rerun")


if __name__ == "__main__":
    show()
else:
    app = st.App(__file__, routes=routes())
