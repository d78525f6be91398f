"""Computation graphs: what the pictures say must be what autograd does, in light and dark, within a phone's width."""

import xml.etree.ElementTree as ElementTree

import pytest
import torch

from bnviz.charts.graph import WIDTH, Edge, Graph, Node, svg, words
from bnviz.lessons.two_reparameterizations.graph_charts import BATCH_NORM, VAE, WEIGHT_NORM

GRAPHS = (VAE, BATCH_NORM, WEIGHT_NORM)
SAMPLING = Graph(
    "sampling",
    200,
    (Node("φ", 50, 20, "learned"), Node("ε", 150, 20, "sampled"), Node("z", 100, 90)),
    (Edge("φ", "z"), Edge("ε", "z", gradient=False)),
)
PICTURES = (WEIGHT_NORM, SAMPLING)
SVG = "{http://www.w3.org/2000/svg}"


def back_to(graph: Graph) -> set[str]:
    """The boxes that a gradient reaches from the loss."""
    reached = {node.name for node in graph.nodes if node.name.startswith("loss")}
    while more := {edge.start for edge in graph.edges if edge.gradient and edge.end in reached} - reached:
        reached |= more
    return reached


@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.title)
def test_the_gradient_reaches_all_that_is_computed_or_learned_and_nothing_else(graph):
    assert back_to(graph) == {node.name for node in graph.nodes if node.kind in ("computed", "learned")}


def test_only_the_trick_of_the_vae_samples():
    sampled = {graph.title: [node.name for node in graph.nodes if node.kind == "sampled"] for graph in GRAPHS}
    assert sampled == {VAE.title: ["N(0, 1)", "ε"], BATCH_NORM.title: [], WEIGHT_NORM.title: []}


def test_the_two_that_turn_into_each_other_have_the_same_form():
    """Each box keeps its place; one alone is drawn at random there and computed here, with what comes out of it."""
    boxes = [*zip(VAE.nodes, BATCH_NORM.nodes, strict=True)]
    assert all((node.x, node.y) == (other.x, other.y) for node, other in boxes)
    assert [(node.name, other.name) for node, other in boxes if node.kind == "sampled"] == [
        ("N(0, 1)", "x, μ, σ"),
        ("ε", "x̂"),
    ]
    named = {node.name: other.name for node, other in boxes}
    for edge, other in zip(VAE.edges, BATCH_NORM.edges, strict=True):
        same = (named[edge.start], named[edge.end]) == (other.start, other.end)
        assert same == (edge.start != "encoder φ"), "only what the weights lead to is another box"
    assert {edge.end for edge in BATCH_NORM.edges if edge.start == "weights w"} == {"x, μ, σ"}


def test_autograd_has_the_same_arrows_for_batch_norm():
    generator = torch.Generator().manual_seed(0)
    batch, w = (torch.randn(*size, dtype=torch.float64, generator=generator) for size in ((6, 3), (3,)))
    w, gamma, beta = (value.requires_grad_() for value in (w, torch.ones(()).double(), torch.zeros(()).double()))
    x = batch @ w
    mean = x.mean()
    spread = (x - mean).square().mean().sqrt()
    x_hat = (x - mean) / spread
    y = beta + gamma * x_hat
    parts = {"weights w": w, "x, μ, σ": x, "x̂": x_hat, "β": beta, "γ": gamma, "y = γ·x̂ + β": y}
    slopes = torch.autograd.grad(y.pow(3).sum(), [*parts.values(), mean, spread])
    assert all(slope.abs().max() > 1e-6 for slope in slopes)
    assert set(parts) <= back_to(BATCH_NORM)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("graph", PICTURES, ids=lambda graph: graph.title)
def test_the_picture_is_a_well_formed_drawing_inside_its_frame(graph, theme):
    root = ElementTree.fromstring(svg(graph, theme))
    height = float(root.attrib["height"])
    assert float(root.attrib["width"]) == WIDTH <= 358
    for box in root.findall(f"{SVG}rect"):
        left, top = float(box.attrib["x"]), float(box.attrib["y"])
        assert left >= 0
        assert top >= 0
        assert left + float(box.attrib["width"]) <= WIDTH
        assert top + float(box.attrib["height"]) <= height
    arrows = root.findall(f"{SVG}line")
    assert len(arrows) == len(graph.edges) + sum(edge.gradient for edge in graph.edges)
    sizes = [float(item.attrib["font-size"]) for item in root.iter() if "font-size" in item.attrib]
    assert min(sizes) >= 14
    assert not [item for item in root.iter() if item.tag.endswith(("script", "foreignObject", "image"))]


@pytest.mark.parametrize("graph", PICTURES, ids=lambda graph: graph.title)
def test_boxes_do_not_overlap(graph):
    boxes = [(node.x, node.y, node.half_width) for node in graph.nodes]
    for place, (x, y, half) in enumerate(boxes):
        for other_x, other_y, other_half in boxes[:place]:
            assert abs(x - other_x) > half + other_half or abs(y - other_y) > 38


def test_sampled_boxes_are_dashed_and_learned_ones_filled():
    drawn = svg(SAMPLING, "light")
    # One box and its sign in the legend.
    assert drawn.count("stroke-dasharray") == 2
    assert svg(WEIGHT_NORM, "light").count("stroke-dasharray") == 0
    assert svg(SAMPLING, "dark") != drawn


def test_the_words_say_what_is_sampled_and_where_no_gradient_goes():
    said = words(SAMPLING)
    assert "Sampled: ε." in said
    assert said.endswith("None goes to ε.")
    assert "from w = g·v/‖v‖ to g" in words(WEIGHT_NORM)
    assert "None goes" not in words(Graph("all", 100, (Node("a", 50, 20), Node("b", 50, 90)), (Edge("a", "b"),)))


def test_text_is_escaped():
    nodes = (Node("<b>", 50, 20), Node("c", 50, 90))
    assert "&lt;b&gt;" in svg(Graph("x", 100, nodes, (Edge("<b>", "c"),)), "light")
