"""The numbers at the end of each run, aligned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from bnviz.outcome import outcomes
from bnviz.ui.page.literal import literal
from bnviz.words import number

if TYPE_CHECKING:
    from bnviz.history import History


def results_table(history: History) -> None:
    """Show one row a run: its last recorded step, training loss, test accuracy, and how it ended."""
    rows = [
        {
            "run": literal(outcome.label),
            "last step": f"{outcome.step}",
            "training loss": _loss(outcome.train_loss),
            "test accuracy": f"{outcome.test_accuracy:.3f}",
            "end": outcome.sentence,
        }
        for outcome in outcomes(history)
    ]
    st.table(pd.DataFrame(rows).set_index("run"))


def _loss(value: float) -> str:
    return f"{value:.3f}" if value < 1000 else number(value)
