"""A page with nothing but a player; `?case=` chooses what it shows first, `layer` is `race` seen inside one layer."""

import streamlit as st

from bnviz import train
from bnviz.ui.player import player, player_table
from bnviz.ui.server.stream import routes
from tests.e2e.scripts.player_cases import CASES


def show() -> None:
    st.set_page_config(page_title="Player", layout="wide")
    cases = [*CASES, "layer"]
    case = st.radio("Case", cases, index=cases.index(st.query_params.get("case", "moons")), horizontal=True)
    experiment = CASES["race" if case == "layer" else case]
    history = st.cache_resource(lambda case: train(experiment), show_spinner=False)(case)
    st.text_input("A field of the page", key="field")
    st.button("Rerun")
    if st.checkbox("Show the player", value=True):
        autoplay = st.query_params.get("autoplay") != "no"
        player(history, key="player", autoplay=autoplay, view="layer" if case == "layer" else "training")
    with st.expander("The same as a table"):
        st.dataframe(player_table(history))


if __name__ == "__main__":
    show()
else:
    app = st.App(__file__, routes=routes())
