"""The web app: the only part of bnviz that imports Streamlit."""
