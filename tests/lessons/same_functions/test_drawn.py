"""What stands where in the pictures of the lesson on coordinates."""

import numpy as np
import pandas as pd
import pytest

from bnviz.lessons.same_functions import charts
from bnviz.styles import RunStyle
from tests.lessons.drawn import require_colors, require_drawn
from tests.wiring.pictures import picture

STYLES = tuple(RunStyle(name, f"#{n}{n}1111", f"#{n}{n}aaaa", (n, 3)) for n, name in enumerate(("a", "b", "c")))
OUTPUTS = pd.MultiIndex.from_product([range(4), range(3)], names=["example", "digit"]).to_frame(index=False)
OUTPUTS = OUTPUTS.assign(
    original=lambda rows: rows["example"] + 0.1 * rows["digit"],
    folded=lambda rows: rows["original"] + 10,
    training=lambda rows: rows["original"] - 20 - 0.2 * rows["digit"],
    label=lambda rows: rows["example"] + 5,
)
KINDS = {"original": "batch norm", "folded": "folded", "training": "training mode"}
PARTED = pd.DataFrame({"step": np.repeat(range(12), 3), "run": [0, 1, 2] * 12}).assign(
    loss=lambda rows: 0.5 + rows["run"] + 0.01 * rows["step"],
    difference=lambda rows: 1e-3 * (1 + rows["step"]) * rows["run"].astype(float),
    name=lambda rows: rows["run"].map(dict(enumerate("abc"))),
)
UNITS = pd.DataFrame(
    {
        "norm": ["affine"] * 2 + ["batch"] * 4,
        "eps": [0.0, 0.0, 0.0, 0.0, 0.1, 0.1],
        "gamma_part": [1.0, -2.0, 0.5, 0.25, 0.125, 0.75],
        "weight_part": [1.0, -2.0, 0.0, 0.0, 0.0625, 0.375],
        "share": [1.0, 1.0, 0.0, 0.0, 0.5, 0.5],
    }
)


def stacked(frame, *kinds):
    return pd.concat([frame.assign(value=frame[kind], kind=KINDS[kind]) for kind in kinds])


@pytest.mark.parametrize("example", [0, 3])
def test_the_ten_outputs_are_those_of_the_example(example):
    chart = picture(charts.plot_answer(OUTPUTS, STYLES, example=example))
    own = OUTPUTS[OUTPUTS["example"] == example]
    assert chart.title[0] == f"Test example {example + 1}: a {example + 5}"
    assert chart.description.endswith("Answers: batch norm 2, folded 2, training mode 0.")
    bars, of_training, of_folded = chart.layer("bar"), chart.layer("point"), chart.layer("point", 1)
    require_drawn(bars, stacked(own, "original"), x="digit", y="value", color="kind")
    require_drawn(of_training, stacked(own, "training"), x="digit", y="value", color="kind", shape="kind")
    require_drawn(of_folded, stacked(own, "folded"), x="digit", y="value", color="kind", shape="kind")
    scale = bars.encoding["color"]["scale"]
    looks = dict(zip(scale["domain"], scale["range"], strict=True))
    assert looks["batch norm"] == STYLES[0].color
    assert looks["folded"] == STYLES[1].color
    assert looks["training mode"] not in (STYLES[0].color, STYLES[1].color)
    shapes = bars.encoding.get("shape") or of_folded.encoding["shape"]
    shapes = dict(zip(shapes["scale"]["domain"], shapes["scale"]["range"], strict=True))
    assert (shapes["folded"], shapes["training mode"]) == ("circle", "diamond")


@pytest.mark.parametrize("example", [0, 3])
def test_all_outputs_lie_over_those_of_the_network(example):
    chart = picture(charts.plot_agreement(OUTPUTS, STYLES, example=example))
    diagonal = chart.layer("line").drawn("x", "y")
    assert diagonal["x"].tolist() == diagonal["y"].tolist()
    own, others = OUTPUTS[OUTPUTS["example"] == example], OUTPUTS[OUTPUTS["example"] != example]
    parts = [(kind, rows) for kind in ("training", "folded") for rows in (others, own)]
    for number, (kind, rows) in enumerate(parts):
        layer = chart.layer("point", number)
        require_drawn(layer, stacked(rows, kind), x="original", y="value", color="kind")
        assert (layer.options["size"] > 100) == (rows is own)
    assert "folded 10, training mode 20." in chart.description
    assert chart.layer("point").axis_title("x") == "output of batch norm in evaluation"


@pytest.mark.parametrize(
    ("quantity", "title", "runs"),
    [("difference", "Distance from batch norm", [1, 2]), ("loss", "Training loss", [0, 1, 2])],
)
def test_the_walks_part_in_the_colors_of_their_runs(quantity, title, runs):
    chart = picture(charts.plot_parting(PARTED, STYLES, quantity=quantity))
    drawn = PARTED[PARTED["run"].isin(runs)]
    require_drawn(chart.layer("line"), drawn, x="step", y=quantity, color="name", strokeDash="name")
    require_drawn(chart.layer("point"), drawn[drawn["step"] <= 5], x="step", y=quantity, color="name")
    assert chart.title[0] == title
    require_colors(chart, STYLES)
    ends = drawn[drawn["step"] == 11].set_index("name")[quantity]
    assert "; ".join(f"{name} {value:.3g} at step 11" for name, value in ends.items()) in chart.description


@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_the_pull_on_w_stands_over_that_on_gamma(eps):
    chart = picture(charts.plot_identity(UNITS, STYLES[:2], eps=eps))
    shown = UNITS[(UNITS["norm"] == "affine") | (UNITS["eps"] == eps) & (UNITS["norm"] == "batch")]
    shown = shown.assign(name=shown["norm"].map({"affine": "a", "batch": "b"}))
    require_drawn(chart.layer("point"), shown, x="gamma_part", y="weight_part", color="name", shape="name")
    require_colors(chart, STYLES[:2])
    diagonal, level = (chart.layer("line", number).drawn("x", "y") for number in (0, 1))
    assert diagonal["x"].tolist() == diagonal["y"].tolist()
    assert level["y"].tolist() == [0, 0]
    assert chart.layer("point").axis_title("x") == "γ·∂L/∂γ (nats)"
    assert chart.layer("point").axis_title("y") == "w·∂L/∂w (nats)"
    largest = shown.groupby("name")["weight_part"].apply(lambda values: values.abs().max())
    assert f"a {largest['a']:.2g}; b {largest['b']:.2g}" in chart.description
