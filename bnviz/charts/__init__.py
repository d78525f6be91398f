"""Charts: pure functions from a frame of `History` to an Altair chart, one a figure; no torch, no Streamlit.

Each takes the frame, the styles of the runs (`bnviz.styles.run_styles`) and `theme="light"` or `"dark"`. An
empty selection gives a chart with a sentence in it. Show a chart with `st.altair_chart(chart, theme=None)`.
"""

from bnviz.charts.curves import plot_accuracy, plot_loss, plot_moments, plot_weights
from bnviz.charts.maps import plot_depths, plot_map, plot_profile
from bnviz.charts.pictures import plot_decision, plot_histogram
from bnviz.charts.scale import plot_coinciding, plot_growth, plot_path, plot_scaled
from bnviz.charts.standardization import plot_backward, plot_forward, plot_projection
from bnviz.charts.units import plot_affine, plot_percentiles

__all__ = [
    "plot_accuracy",
    "plot_affine",
    "plot_backward",
    "plot_coinciding",
    "plot_decision",
    "plot_depths",
    "plot_forward",
    "plot_growth",
    "plot_histogram",
    "plot_loss",
    "plot_map",
    "plot_moments",
    "plot_path",
    "plot_percentiles",
    "plot_profile",
    "plot_projection",
    "plot_scaled",
    "plot_weights",
]
