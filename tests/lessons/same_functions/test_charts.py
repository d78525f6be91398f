"""Charts of the lesson on coordinates: what a reader would miss if it were gone."""

import numpy as np
import pandas as pd
import pytest

from bnviz.charts.theme import PALETTES
from bnviz.lessons.same_functions import charts
from bnviz.styles import RunStyle
from tests.unit.specs import require_words_and_themes, values

BATCH = RunStyle("batch norm", "#0072b2", "#6fc3ff", ())
PLAIN = RunStyle("plain", "#d55e00", "#ff9b5e", ())
AFFINE = RunStyle("γx + β", "#a87400", "#f2c14e", (10, 4))
THREE = (BATCH, AFFINE, PLAIN)


def folded(examples: int = 3) -> pd.DataFrame:
    """Outputs that are folded exactly and lie 1 higher in training mode; example e is a digit e."""
    frame = pd.MultiIndex.from_product([range(examples), range(10)], names=["example", "digit"]).to_frame(index=False)
    original = np.where(frame["digit"] == frame["example"] % 10, 5.0, -1.0) + 0.01 * frame["example"]
    label = frame["example"] % 10
    return frame.assign(label=label, original=original, folded=original, training=original + 1)


def parted() -> pd.DataFrame:
    frame = pd.MultiIndex.from_product([range(31), [0, 1, 2]], names=["step", "run"]).to_frame(index=False)
    difference = np.where(frame["run"] == 0, 0.0, np.where(frame["step"] == 0, 1e-15, 2.0))
    return frame.assign(loss=1 / (1 + frame["step"]), difference=difference, moved=1.0)


def pulled() -> pd.DataFrame:
    gamma = np.array([-0.2, 0.1])
    rows = [("affine", 0.0, 1.0), ("batch", 0.0, 0.0), ("batch", 0.1, 0.5)]
    return pd.concat(
        [
            pd.DataFrame({"norm": norm, "eps": eps, "gamma_part": gamma, "weight_part": share * gamma, "share": share})
            for norm, eps, share in rows
        ],
        ignore_index=True,
    )


FIGURES = {
    "answer": lambda **more: charts.plot_answer(folded(), (BATCH, PLAIN), example=1, **more),
    "agreement": lambda **more: charts.plot_agreement(folded(), (BATCH, PLAIN), example=1, **more),
    "difference": lambda **more: charts.plot_parting(parted(), THREE, quantity="difference", **more),
    "loss": lambda **more: charts.plot_parting(parted(), THREE, quantity="loss", **more),
    "identity": lambda **more: charts.plot_identity(pulled(), (AFFINE, BATCH), eps=0.1, **more),
}


def scale(spec: dict, layer: int, channel: str) -> dict:
    return spec["layer"][layer]["encoding"][channel]["scale"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_words_for_all_and_follows_the_theme(figure):
    require_words_and_themes(FIGURES[figure])


@pytest.mark.parametrize("figure", FIGURES)
def test_no_figure_is_too_much_to_embed(figure):
    spec = FIGURES[figure]().to_dict()
    assert max(len(rows) for rows in spec["datasets"].values()) < 5000


class TestAnswer:
    def test_the_bars_are_the_network_and_the_discs_its_folded_twin(self):
        spec = FIGURES["answer"]().to_dict()
        bars, training, discs = (values(spec, layer) for layer in range(3))
        assert bars["digit"].tolist() == list(range(10))
        assert set(bars["kind"]) == {"batch norm"}
        assert set(discs["kind"]) == {"folded"}
        assert discs["value"].tolist() == bars["value"].tolist()
        assert np.allclose(training["value"], bars["value"] + 1)
        assert spec["title"]["text"] == ["Test example 2: a 1"]
        assert "Answers: batch norm 1, folded 1, training mode 1." in spec["description"]

    def test_the_kinds_differ_by_color_and_shape(self):
        spec = FIGURES["answer"]().to_dict()
        assert scale(spec, 1, "color")["domain"] == ["batch norm", "folded", "training mode"]
        assert scale(spec, 1, "color")["range"] == ["#0072b2", "#d55e00", PALETTES["light"].text]
        assert len(set(scale(spec, 1, "shape")["range"])) == 3

    def test_an_example_that_is_not_there_is_named(self):
        nothing = charts.plot_answer(folded(), (BATCH, PLAIN), example=7)
        assert "no test example 7" in nothing.to_dict()["description"]


class TestAgreement:
    def test_equal_outputs_lie_on_a_diagonal_with_one_range_on_both_axes(self):
        spec = FIGURES["agreement"]().to_dict()
        diagonal = values(spec, 0)
        assert diagonal["original"].tolist() == diagonal["value"].tolist()
        assert scale(spec, 0, "x") == scale(spec, 0, "y")
        low, high = scale(spec, 0, "x")["domain"]
        assert low < -1
        assert high > 6.02

    def test_the_picked_example_is_drawn_large_and_apart(self):
        spec = FIGURES["agreement"]().to_dict()
        others, picked = values(spec, 3), values(spec, 4)
        assert set(picked["example"]) == {1}
        assert 1 not in set(others["example"])
        assert np.allclose(picked["value"], picked["original"])
        assert spec["layer"][4]["mark"]["size"] > 2 * spec["layer"][3]["mark"]["size"]
        assert "folded 0, training mode 1." in spec["description"]

    def test_of_many_examples_a_hundred_is_drawn_and_the_picked_one(self):
        spec = charts.plot_agreement(folded(360), (BATCH, PLAIN), example=1).to_dict()
        assert "101 of 360 test examples drawn" in " ".join(spec["title"]["subtitle"])
        assert set(values(spec, 4)["example"]) == {1}


class TestParting:
    def test_batch_norm_has_no_distance_from_itself_but_a_loss(self):
        apart, losses = (values(FIGURES[name]().to_dict(), 0) for name in ("difference", "loss"))
        assert set(apart["name"]) == {"γx + β", "plain"}
        assert set(losses["name"]) == {"batch norm", "γx + β", "plain"}

    def test_the_first_steps_are_spread_out_and_the_axis_spans_all(self):
        spec = FIGURES["difference"]().to_dict()
        assert scale(spec, 0, "x") == {"type": "symlog", "constant": 1, "domain": [0, 30], "nice": False}
        assert spec["layer"][0]["encoding"]["x"]["axis"]["values"] == [0, 1, 2, 5, 10, 20]
        assert scale(spec, 0, "y")["type"] == "log"
        low, high = scale(spec, 0, "y")["domain"]
        assert low < 1e-15
        assert high > 2

    def test_a_distance_out_of_all_range_is_drawn_at_the_edge_and_said(self):
        frame = parted()
        frame.loc[(frame["run"] == 1) & (frame["step"] == 30), "difference"] = 1e179
        spec = charts.plot_parting(frame, THREE, quantity="difference").to_dict()
        assert values(spec, 0)["difference"].max() == 1e3
        assert "drawn at the top edge" in " ".join(spec["title"]["subtitle"])

    def test_nothing_to_draw_is_said(self):
        only = parted().query("run == 0")
        chart = charts.plot_parting(only, THREE, quantity="difference")
        assert "No step has a value for: distance from batch norm." in chart.to_dict()["description"]


class TestIdentity:
    def test_only_the_chosen_eps_is_drawn_on_a_range_that_stays(self):
        spec = FIGURES["identity"]().to_dict()
        points = values(spec, 2)
        assert points.groupby("name")["share"].first().to_dict() == {"batch norm": 0.5, "γx + β": 1.0}
        exact = charts.plot_identity(pulled(), (AFFINE, BATCH), eps=0.0).to_dict()
        assert scale(exact, 2, "x") == scale(spec, 2, "x") == scale(spec, 2, "y")
        assert scale(spec, 2, "x")["domain"][1] > 0.2

    def test_the_dotted_lines_are_the_diagonal_and_the_level(self):
        spec = FIGURES["identity"]().to_dict()
        diagonal, level = (values(spec, layer) for layer in (0, 1))
        assert diagonal["gamma_part"].tolist() == diagonal["weight_part"].tolist()
        assert level["weight_part"].abs().max() == 0

    def test_an_eps_that_was_not_computed_is_named(self):
        spec = charts.plot_identity(pulled(), (AFFINE, BATCH), eps=3.0).to_dict()
        assert "Nothing was computed for ε = 3." in spec["description"]
