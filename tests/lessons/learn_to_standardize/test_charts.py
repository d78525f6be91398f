"""Charts of the lesson on γ and β: what a reader would miss if it were gone."""

import numpy as np
import pandas as pd
import pytest

from bnviz.charts.run_losses import plot_run_losses
from bnviz.lessons.learn_to_standardize import charts
from bnviz.styles import RunStyle
from tests.unit.specs import require_words_and_themes, values

STYLES = (RunStyle("γx + β", "#a87400", "#f2c14e", (10, 4)), RunStyle("batch norm", "#0072b2", "#62bdf0", ()))


def needed() -> pd.DataFrame:
    theory = pd.DataFrame({"mean": [0.0, 5.0, 10.0], "steps": [1, 200, 250_000], "source": "theory", "capped": False})
    measured = theory.assign(source="measured", steps=[1, 200, 100_000], capped=[False, False, True])
    return pd.concat([theory, measured], ignore_index=True)


def stepped() -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([range(40), [0, 1]], names=["step", "run"]).to_frame(index=False)
    return frame.assign(
        loss=np.where(frame["run"] == 0, 1.0, 0.05) * (1 + frame["step"] % 10),
        beta=0.1 * frame["step"] * (1 - frame["run"]),
        needed=0.2 * frame["step"],
        mean_error=np.where(frame["run"] == 0, 1e9, 1e-8),
        std_error=0.5,
    )


def tracked(**more):
    return charts.plot_tracked(stepped(), STYLES, field="beta", title="β", axis_title="β", **more)


FIGURES = {
    "steps": lambda **more: charts.plot_steps_needed(needed(), mean=10.0, style=STYLES[0], **more),
    "losses": lambda **more: plot_run_losses(stepped(), STYLES, **more),
    "tracked": lambda **more: tracked(target="needed", **more),
    "error": lambda **more: charts.plot_standardization_error(stepped(), STYLES, field="mean_error", **more),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_words_for_all_and_follows_the_theme(figure):
    require_words_and_themes(FIGURES[figure])


def test_a_descent_that_was_given_up_is_another_mark_and_said():
    spec = FIGURES["steps"]().to_dict()
    rule, theory, points, given_up = (values(spec, layer) for layer in range(4))
    assert rule["mean"].tolist() == [10.0]
    assert theory["steps"].tolist() == [1, 200, 250_000]
    assert points["steps"].tolist() == [1, 200]
    assert given_up["steps"].tolist() == [100_000]
    assert "▲ given up after 100,000 steps." in spec["title"]["subtitle"]
    assert "At mean 10: 100,000 and not there yet steps." in spec["description"]
    assert spec["layer"][1]["encoding"]["y"]["scale"]["type"] == "log"
    everyone_arrived = needed().assign(capped=False)
    complete = charts.plot_steps_needed(everyone_arrived, mean=0.0, style=STYLES[0])
    assert "given up" not in complete.to_json()
    assert len(complete.to_dict()["layer"]) == 3


def test_losses_are_means_of_ten_batches_above_a_floor():
    spec = plot_run_losses(stepped(), STYLES, floor=0.047).to_dict()
    lines, floor = values(spec, 0), values(spec, 1)
    assert lines.loc[lines["run"] == 0, "step"].tolist() == [0, 10, 20, 30]
    assert lines.loc[lines["run"] == 0, "loss"].tolist() == pytest.approx([5.5] * 4)
    assert floor["loss"].tolist() == [0.047]
    assert len(FIGURES["losses"]().to_dict()["layer"]) == 1
    nothing = stepped().assign(loss=np.nan)
    assert "no curve to draw" in plot_run_losses(nothing, STYLES).to_dict()["description"]


def test_a_broad_curve_lies_below_the_others():
    broad, fine = plot_run_losses(stepped(), STYLES, broad=1).to_dict()["layer"]
    assert broad["mark"]["strokeWidth"] > 2 * fine["mark"]["strokeWidth"]
    spec = plot_run_losses(stepped(), STYLES, broad=1).to_dict()
    assert set(values(spec, 0)["run"]) == {1}
    assert set(values(spec, 1)["run"]) == {0}


def test_a_tracked_number_has_its_target_dotted_or_none():
    spec = FIGURES["tracked"]().to_dict()
    assert [layer["encoding"]["y"]["field"] for layer in spec["layer"]] == ["beta", "needed"]
    assert spec["layer"][1]["encoding"]["color"] == spec["layer"][0]["encoding"]["color"]
    low, high = spec["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert low < 0 < 7.8 < high
    assert len(tracked().to_dict()["layer"]) == 1


def test_errors_beyond_the_axis_are_drawn_at_its_edges_and_said():
    spec = FIGURES["error"]().to_dict()
    assert set(values(spec, 0)["mean_error"]) == {1e-3, 1e2}
    notes = " ".join(spec["title"]["subtitle"])
    assert "Values below 0.001" in notes
    assert "Values above 100 are" in notes


def test_of_many_steps_an_even_choice_is_drawn():
    long = pd.concat([stepped().assign(step=lambda f, k=k: f["step"] + 40 * k) for k in range(20)])
    spec = charts.plot_tracked(long, STYLES, field="beta", title="β", axis_title="β").to_dict()
    steps = values(spec, 0)["step"]
    assert (steps.nunique(), steps.min(), steps.max()) == (200, 0, 799)
