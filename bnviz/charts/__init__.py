"""Charts: pure functions from a frame of `History` to an Altair chart, one a figure; no torch, no Streamlit.

Each takes the frame, the styles of the runs (`bnviz.styles.run_styles`) and `theme="light"` or `"dark"`. An
empty selection gives a chart with a sentence in it. Show a chart with `st.altair_chart(chart, theme=None)`.
"""

from bnviz.charts.coordinates import plot_agreement, plot_answer, plot_identity, plot_parting
from bnviz.charts.curves import plot_accuracy, plot_loss, plot_moments, plot_weights
from bnviz.charts.learning import (
    plot_descent,
    plot_run_losses,
    plot_standardization_error,
    plot_steps_needed,
    plot_tracked,
)
from bnviz.charts.maps import plot_depths, plot_map, plot_profile
from bnviz.charts.moving import plot_decrease, plot_gradient_agreement, plot_kicked, plot_rises
from bnviz.charts.periodic import plot_periodic
from bnviz.charts.pictures import plot_decision, plot_histogram
from bnviz.charts.plane import plot_walk
from bnviz.charts.reparameterization import plot_compared, plot_estimates
from bnviz.charts.scale import plot_coinciding, plot_growth, plot_path, plot_scaled
from bnviz.charts.standardization import plot_backward, plot_forward, plot_projection
from bnviz.charts.units import plot_affine, plot_percentiles

__all__ = [
    "plot_accuracy",
    "plot_affine",
    "plot_agreement",
    "plot_answer",
    "plot_backward",
    "plot_coinciding",
    "plot_compared",
    "plot_decision",
    "plot_decrease",
    "plot_depths",
    "plot_descent",
    "plot_estimates",
    "plot_forward",
    "plot_gradient_agreement",
    "plot_growth",
    "plot_histogram",
    "plot_identity",
    "plot_kicked",
    "plot_loss",
    "plot_map",
    "plot_moments",
    "plot_parting",
    "plot_path",
    "plot_percentiles",
    "plot_periodic",
    "plot_profile",
    "plot_projection",
    "plot_rises",
    "plot_run_losses",
    "plot_scaled",
    "plot_standardization_error",
    "plot_steps_needed",
    "plot_tracked",
    "plot_walk",
    "plot_weights",
]
