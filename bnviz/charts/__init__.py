"""Charts: pure functions from a frame of `History` to an Altair chart, one a figure; no torch, no Streamlit.

Each takes the frame, the styles of the runs (`bnviz.styles.run_styles`) and `theme="light"` or `"dark"`. An
empty selection gives a chart with a sentence in it. Show a chart with `st.altair_chart(chart, theme=None)`;
the app's pages send what `bnviz.charts.drawn` makes of it, which costs less. What a lesson draws of its own frames
stands in its room, `bnviz.lessons.<lesson>.charts`.
"""

from bnviz.charts.curves import plot_accuracy, plot_loss, plot_moments, plot_weights
from bnviz.charts.units import plot_affine, plot_percentiles

__all__ = ["plot_accuracy", "plot_affine", "plot_loss", "plot_moments", "plot_percentiles", "plot_weights"]
