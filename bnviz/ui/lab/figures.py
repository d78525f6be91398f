"""The analytical figures of a recording, one tab each; only what is open is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from bnviz import charts
from bnviz.charts.curves import MomentQuantity, WeightQuantity
from bnviz.charts.kept import kept
from bnviz.charts.theme import STAGE_NAMES, Layers
from bnviz.history import History
from bnviz.kept import remembered
from bnviz.styles import run_styles
from bnviz.ui.page.lesson import figure
from bnviz.ui.server.training import training_queue

WEIGHT_QUANTITIES: dict[WeightQuantity, str] = {
    "weight_norm": "‖W‖",
    "grad_norm": "‖∂L/∂W‖",
    "effective_lr": "effective rate η/‖W‖²",
}


@st.fragment
def figures(result: str, key: str) -> None:
    """Draw the figures of the recording kept under `result`. Switching between them reruns nothing else."""
    done = training_queue().result(result)
    if done is None or done.result is None:
        st.info("This recording was dropped to make room for others. Press Train to make it again.")
        return
    history = done.result
    # Closed at first: a figure costs more of the server than the rest of the page, and the player shows the course.
    box = st.expander("Figures to read values from", key=f"{key}_figures", on_change="rerun")
    if not box.open:
        return
    with box:
        tabs = st.tabs(list(_FIGURES), key=f"{key}_figure", on_change="rerun")
        for tab, draw in zip(tabs, _FIGURES.values(), strict=True):
            if tab.open:
                with tab:
                    draw(history, key)


def _common(history: History) -> dict[str, Any]:
    return {
        "styles": run_styles(history.experiment),
        "theme": "dark" if st.context.theme.type == "dark" else "light",
        "interventions": [kick.step for kick in history.experiment.interventions],
    }


@kept
def _drawn(
    history: History, plot: Callable[..., Layers], rows: Callable[[History], pd.DataFrame], **options: Any
) -> Layers:
    """A chart of a recording. Its frame may be large, and is not made to find out that the chart is there."""
    return plot(rows(history), **options)


@remembered
def _runs_with_both(history: History) -> tuple[int, ...]:
    """The runs that train both γ and β."""
    return tuple(int(run) for run in sorted(history.affine()["run"].unique()))


def _loss(history: History, key: str) -> None:
    chart = _drawn(history, charts.plot_loss, History.losses, status=history.status, **_common(history))
    figure(chart, f"{key}_loss")


def _accuracy(history: History, key: str) -> None:
    chart = _drawn(history, charts.plot_accuracy, History.losses, status=history.status, **_common(history))
    figure(chart, f"{key}_accuracy")


def _affine(history: History, key: str) -> None:
    layer = _layer(history, f"{key}_affine")
    runs = _runs_with_both(history)
    if not runs:
        st.info("None of these runs trains both γ and β.")
        return
    for column, run in zip(st.columns(len(runs)), runs, strict=True):
        with column:
            chart = _drawn(history, charts.plot_affine, History.affine, run=run, layer=layer, **_common(history))
            figure(chart, f"{key}_affine{run}")


def _moments(history: History, key: str) -> None:
    layer, stage = _layer_and_stage(history, f"{key}_moments")
    quantities: tuple[MomentQuantity, ...] = ("mean", "std")
    for column, quantity in zip(st.columns(2), quantities, strict=True):
        with column:
            place = {"layer": layer, "stage": stage, "quantity": quantity}
            chart = _drawn(history, charts.plot_moments, History.moments, **place, **_common(history))
            figure(chart, f"{key}_moments_{quantity}")


def _weights(history: History, key: str) -> None:
    quantity = st.radio(
        "Quantity",
        list(WEIGHT_QUANTITIES),
        format_func=WEIGHT_QUANTITIES.__getitem__,
        horizontal=True,
        key=f"{key}_weight_quantity",
        help="The effective rate exists where scaling a layer's weights changes nothing, under SGD.",
    )
    chart = _drawn(history, charts.plot_weights, History.weights, quantity=quantity, **_common(history))
    figure(chart, f"{key}_weights")


def _percentiles(history: History, key: str) -> None:
    layer, stage = _layer_and_stage(history, f"{key}_percentiles")
    runs = range(len(history.experiment.runs))
    for column, run in zip(st.columns(len(runs)), runs, strict=True):
        with column:
            place = {"run": run, "layer": layer, "stage": stage}
            chart = _drawn(history, charts.plot_percentiles, History.percentiles, **place, **_common(history))
            figure(chart, f"{key}_percentiles{run}")


_FIGURES: dict[str, Callable[[History, str], None]] = {
    "Loss": _loss,
    "Accuracy": _accuracy,
    "γ and β": _affine,
    "μ and σ": _moments,
    "Weights and rates": _weights,
    "Percentiles": _percentiles,
}


def _layer(history: History, key: str) -> int:
    layers = range(len(history.experiment.widths))
    return st.selectbox(
        "Hidden layer",
        layers,
        index=len(layers) - 1,
        format_func=lambda layer: str(layer + 1),
        key=f"{key}_layer",
        help="Counted from the input.",
        width=200,
    )


def _layer_and_stage(history: History, key: str) -> tuple[int, str]:
    with st.container(horizontal=True):
        layer = _layer(history, key)
        stage = st.selectbox(
            "Values",
            list(STAGE_NAMES),
            format_func=STAGE_NAMES.__getitem__,
            key=f"{key}_stage",
            help="Where in the layer the values are taken.",
            width=260,
        )
    return layer, stage
