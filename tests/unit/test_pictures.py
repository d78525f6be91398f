"""Charts as SVG and PNG: decoded, and compared with what the chart says."""

import io
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from bnviz import Experiment, History, Run, charts, train
from bnviz.charts.theme import PALETTES, message
from bnviz.export.apart import drawing_apart, drawn
from bnviz.export.pictures import WIDTH, chart_data, chart_png, chart_svg, chart_title
from bnviz.styles import run_styles

EXPERIMENT = Experiment(dataset="moons", widths=(4, 4), steps=8, n_train=64, runs=(Run(norm="none"), Run()))


@pytest.fixture(scope="module")
def history() -> History:
    return train(EXPERIMENT)


def loss(history: History, theme="light"):
    return charts.plot_loss(history.losses(), run_styles(EXPERIMENT), theme=theme, status=history.status)


def texts(svg: str) -> set[str]:
    return {
        "".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")
    }


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chart_is_drawn_in_the_colors_of_its_theme(history, theme):
    svg, image = chart_svg(loss(history, theme)), opened(chart_png(loss(history, theme)))
    assert {"Loss", "plain", "batch norm", "step (optimizer updates)"} <= texts(svg)
    style = run_styles(EXPERIMENT)[1]
    assert (style.color if theme == "light" else style.color_dark) in svg
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((0, 0))) == PALETTES[theme].page


def test_a_picture_is_as_large_as_it_is_asked_to_be(history):
    svg = ElementTree.fromstring(chart_svg(loss(history), width=400))
    width, height = int(svg.attrib["width"]), int(svg.attrib["height"])
    assert width == 400
    assert opened(chart_png(loss(history), scale=3, width=400)).size == (3 * width, 3 * height)
    assert opened(chart_png(loss(history))).width == 2 * WIDTH


def test_numbers_that_are_not_finite_are_left_out(history):
    frame = history.losses()
    holed = frame.assign(loss=frame["loss"].where(frame["step"] != 4, np.nan).where(frame["step"] != 6, np.inf))
    styles = run_styles(EXPERIMENT)
    pictures = [chart_svg(charts.plot_loss(each, styles, theme="light")) for each in (frame, holed)]
    assert pictures[0] != pictures[1]
    assert texts(pictures[1]) >= {"Loss", "plain"}
    assert "NaN" not in pictures[1]
    assert "Infinity" not in pictures[1]


def test_every_figure_of_the_lab_is_drawn(history):
    styles = run_styles(EXPERIMENT)
    place = {"layer": 1, "theme": "light"}
    for chart in (
        charts.plot_accuracy(history.losses(), styles, theme="light"),
        charts.plot_affine(history.affine(), styles, run=1, **place),
        charts.plot_moments(history.moments(), styles, stage="pre_norm", quantity="std", **place),
        charts.plot_weights(history.weights(), styles, theme="light", quantity="weight_norm"),
        charts.plot_percentiles(history.percentiles(), styles, run=1, stage="pre_norm", **place),
    ):
        assert chart_title(chart) in " ".join(sorted(texts(chart_svg(chart)), key=chart_title(chart).find))
        assert len(opened(chart_png(chart, scale=1)).getcolors(1_000_000)) > 20


def test_the_data_of_a_chart_are_its_rows_without_what_tips_say(history):
    frame = history.losses()
    order = ["step", "run", "split"]
    found, wanted = [each.astype({"split": "str"}).sort_values(order) for each in (chart_data(loss(history)), frame)]
    assert found["loss"].tolist() == wanted["loss"].tolist()
    assert not [name for name in chart_data(loss(history)) if name.endswith("_in_words")]
    assert chart_title(message("Nothing.", theme="light")) == ""


def test_what_draws_is_loaded_when_it_is_asked_for():
    code = "import sys, bnviz.export.pictures, bnviz.export.script; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "bnviz.export.pictures" in loaded
    assert not {"vl_convert", "PIL", "segno"} & set(loaded)


def test_a_server_draws_the_same_and_keeps_nothing_of_what_draws():
    code = (
        "import sys\nfrom bnviz.charts.theme import message\nfrom bnviz.export.apart import drawing_apart\n"
        "from bnviz.export.pictures import chart_svg\nwith drawing_apart():\n"
        "    sys.stdout.buffer.write(chart_svg(message('Here: γ.', theme='light')).encode())\n"
        "assert 'vl_convert' not in sys.modules\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    assert found == chart_svg(message("Here: γ.", theme="light"))


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ValueError, match="unknown token at 1:1"):
        drawn("svg_to_png", "nonsense")
    with drawing_apart(), pytest.raises(ValueError, match="unknown token at 1:1"):
        drawn("svg_to_png", "nonsense")
