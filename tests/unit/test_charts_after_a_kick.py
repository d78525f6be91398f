"""Charts of a run that a kick to the weights throws far off: what was before stays readable, and so do the numbers."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from bnviz import charts
from bnviz.charts.numbers import AS_TICK
from bnviz.charts.rows import log_axis
from tests.unit.test_charts import STYLES, affine, losses, marks, moments, percentiles, rows, weights, words


def exploded() -> pd.DataFrame:
    """A kick after step 2 throws the first run off; the others stay as they are."""
    frame = losses()
    frame.loc[(frame["run"] == 0) & (frame["step"] > 2), "loss"] = 1e16
    return frame


def test_a_loss_that_explodes_leaves_the_axis_with_an_arrow_and_what_was_before_stays_readable():
    spec = charts.plot_loss(exploded(), STYLES, interventions=(2,)).to_dict()
    low, high = spec["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert low < 1 < 10 <= high < 13, "ten times the first loss is the highest that is drawn"
    arrow = marks(spec).index("point")
    assert spec["layer"][arrow]["mark"]["shape"] == "triangle-up"
    assert [(row["name"], row["step"]) for row in rows(spec, arrow)] == [("plain", 5)]
    assert "Values above 10 are drawn at the top edge." in words(spec)
    assert "▲: above the axis from here." in words(spec)
    assert "▲" not in words(charts.plot_loss(losses(), STYLES, interventions=(2,)).to_dict())


def test_tips_tell_what_was_recorded_as_readers_write_it():
    spec = charts.plot_loss(exploded(), STYLES).to_dict()
    assert {row["loss_in_words"] for row in rows(spec, 1)} == {"1", "10¹⁶"}
    field = spec["layer"][1]["encoding"]["tooltip"][-1]
    assert (field["field"], field["title"]) == ("loss_in_words", "loss")
    frame = weights().assign(grad_norm=1.5e-7)
    spec = charts.plot_weights(frame, STYLES, quantity="grad_norm").to_dict()
    assert {row["grad_norm_in_words"] for row in rows(spec, 0)} == {"1.5·10⁻⁷"}


@pytest.mark.parametrize(
    ("draw", "frame", "field"),
    [
        (partial(charts.plot_moments, layer=0, quantity="std"), moments, "std"),
        (partial(charts.plot_affine, run=1, layer=0), affine, "gamma"),
        (partial(charts.plot_percentiles, run=0, layer=0), percentiles, "value"),
    ],
    ids=["moments", "affine", "percentiles"],
)
def test_the_axis_after_a_kick_is_one_on_which_what_was_before_can_be_read(draw, frame, field):
    kicked = frame()
    before = kicked[kicked["step"] <= 2]
    kicked.loc[kicked["step"] > 2, field] = 1e10
    low, high = draw(kicked, STYLES, interventions=(2,)).to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"]
    columns = [name for name in ("std", "gamma", "beta", "value") if name in before and field in ("gamma", name)]
    values = before[columns].to_numpy()
    assert low <= np.quantile(values, 0.1) <= np.quantile(values, 0.9) <= high
    assert high - low < 25 * 1.2 * np.ptp(values)
    free = draw(kicked, STYLES).to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert free[1] > 1e9, "without the kick it is a range as any other"


def test_weights_after_a_kick_keep_to_what_compares_with_those_before():
    frame = weights().assign(grad_norm=2.0)
    frame.loc[(frame["step"] > 2) & (frame["run"] == 0), "grad_norm"] = 1e11
    options = {"quantity": "grad_norm"}
    kicked = charts.plot_weights(frame, STYLES, interventions=(2,), **options).to_dict()
    assert kicked["layer"][0]["encoding"]["y"]["scale"]["domain"][1] < 1e4
    assert "Values above 2,000 are drawn at the top edge." in words(kicked)
    free = charts.plot_weights(frame, STYLES, **options).to_dict()
    assert free["layer"][0]["encoding"]["y"]["scale"]["domain"][1] > 1e10


def test_ticks_with_many_zeros_are_labeled_as_readers_write_them():
    narrow, wide = (log_axis(pd.Series([low, 10.0]), "value")["axis"].to_dict() for low in (0.1, 1e-6))
    assert "labelExpr" not in narrow
    assert wide["labelExpr"] == AS_TICK
