"""A page with nothing but a player; `?case=` chooses what it shows, and `layer` is `race` seen inside one layer."""

import streamlit as st

from bnviz import Experiment, Intervention, Run, train
from bnviz.ui.player import player, player_table

CASES = {
    "race": Experiment(
        dataset="digits",
        widths=(64,) * 5,
        activation="sigmoid",
        steps=300,
        runs=(Run(norm="none", lr=0.5), Run(norm="affine", lr=0.5), Run(norm="batch", lr=0.5)),
    ),
    "moons": Experiment(
        dataset="moons",
        widths=(16, 16),
        steps=60,
        records=40,
        interventions=(Intervention(step=30, factor=5.0),),
        runs=(Run(norm="none", lr=0.3), Run(norm="batch", lr=0.3, label="<b>batch</b> norm")),
    ),
    "diverging": Experiment(
        dataset="digits",
        widths=(32, 32),
        steps=40,
        records=30,
        runs=(Run(norm="none", lr=1e9), Run(norm="batch", lr=0.1)),
    ),
}

st.set_page_config(page_title="Player", layout="wide")
case = st.query_params.get("case", "moons")
experiment = CASES["race" if case == "layer" else case]
history = st.cache_resource(lambda case: train(experiment), show_spinner=False)(case)
st.text_input("A field of the page", key="field")
st.button("Rerun")
if st.checkbox("Show the player", value=True):
    player(history, key="player", view="layer" if case == "layer" else "training")
with st.expander("The same as a table"):
    st.dataframe(player_table(history))
