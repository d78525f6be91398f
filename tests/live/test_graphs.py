"""The graph of a VAE that turns into that of batch norm: its boxes and arrows, at both ends and between them."""

import json

import numpy as np
import pytest

from bnviz.lessons.two_reparameterizations.graph_charts import BATCH_NORM, VAE
from bnviz.styles import SYMBOL_COLORS
from bnviz.ui.lessons.two_reparameterizations_line import START, last_line
from tests.live.drawing import read

GRADIENT = {"light": "#0b5394", "dark": "#7ab8ff"}
GRAPHS = {0.0: VAE, 1.0: BATCH_NORM}


@pytest.fixture(scope="module")
def draw(ask):
    scene = json.loads(json.dumps(last_line(0).to_dict()))

    def draw(share, width=1000, theme="light", **more):
        return ask("drawn", scene, {**START, "graph": share}, {"width": width, "theme": theme, **more})

    return draw


def boxes(found):
    """The frames of the graph: left, top, width, height, each once."""
    area = found["places"]["graph"]["top"]
    calls = [given for name, given, _ in found["calls"] if name == "roundRect"]
    return list(dict.fromkeys(tuple(given[:4]) for given in calls if given[3] == 34 and given[1] < area))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 700, 358])
@pytest.mark.parametrize("share", GRAPHS)
def test_at_either_end_it_is_the_graph_of_one(draw, share, width, theme):
    drawing = read(draw(share, width, theme))
    shown, other = GRAPHS[share], GRAPHS[1 - share]
    names, others = ({node.name for node in graph.nodes} for graph in (shown, other))
    above = {
        text for text, places in drawing.words.items() if any(y < drawing.places["graph"]["top"] for _, y in places)
    }
    assert names | {shown.title} <= above
    assert not (others - names) & above
    assert other.title not in above
    backward = drawing.lines_of(GRADIENT[theme], 3)
    assert len(backward) == sum(edge.gradient for edge in shown.edges) + 1, "and one that says what it means"


def test_boxes_stand_still_while_the_graph_turns_and_hold_two_names_between(draw):
    found = {share: draw(share) for share in (0.0, 0.5, 1.0)}
    assert len(boxes(found[0.0])) == len(VAE.nodes)
    assert boxes(found[0.0]) == boxes(found[0.5]) == boxes(found[1.0])
    between = read(found[0.5]).words
    assert {node.name for graph in GRAPHS.values() for node in graph.nodes} <= between.keys()
    assert between["m"][0][1] < between["β"][0][1], "the second rolls in from below"


@pytest.mark.parametrize("width", [1000, 700, 358])
def test_no_box_leaves_the_picture_or_covers_another(draw, width):
    found = boxes(draw(0.0, width))
    for number, (left, top, wide, high) in enumerate(found):
        assert left >= 0
        assert top >= 0
        assert left + wide <= width
        for other_left, other_top, other_wide, _ in found[:number]:
            beside = left >= other_left + other_wide + 8 or left + wide + 8 <= other_left
            assert beside or abs(top - other_top) >= high + 8


def heads(found, color):
    """Where arrows of a color end."""
    drawing = read(found)
    top = drawing.places["graph"]["top"]
    return [points[0] for points, ink in drawing.areas if ink == color and len(points) == 3 and points[0][1] < top]


def middle(box):
    left, top, wide, high = box
    return left + wide / 2, top + high / 2


def test_the_weights_lead_to_the_box_that_gives_way(draw):
    """The gradient comes back to the encoder from m and σ, to w from the batch."""
    for share, starts in ((0.0, (2, 3)), (1.0, (1, 1))):
        found = draw(share)
        placed = dict(zip(range(7), boxes(found), strict=True))
        x, y = middle(placed[0])
        (left, top, wide, high) = placed[0]
        at_weights = [
            (a, b)
            for a, b in heads(found, GRADIENT["light"])
            if left - 6 <= a <= left + wide + 6 and top - 6 <= b <= top + high + 6
        ]
        assert len(at_weights) == 2
        for (a, b), start in zip(at_weights, starts, strict=True):
            away_x, away_y = middle(placed[start])
            assert (a - x) * (away_x - x) + (b - y) * (away_y - y) > 0, "from this side"
        reached = [head for head in heads(found, GRADIENT["light"]) if abs(head[1] - middle(placed[1])[1]) < 17]
        assert len([a for a, _ in reached if a < middle(placed[4])[0] + 30]) == (2 if share else 0), "x̂ and the batch"


def test_between_the_two_a_gradient_grows_where_there_was_none(draw):
    def strengths(share):
        calls = draw(share)["calls"]
        return {
            look["globalAlpha"]
            for name, _, look in calls
            if name == "stroke" and look["lineWidth"] == 3 and look["strokeStyle"] == GRADIENT["light"]
        }

    assert strengths(0.0) == strengths(1.0) == {1}
    assert strengths(0.25) == {1, 0.25}


def test_the_die_shows_the_roll_and_the_batch_its_values(ask):
    scene = json.loads(json.dumps(last_line(0).to_dict()))
    pips = read(ask("drawn", scene, {**START, "roll": 5}, {}))
    assert len([disc for disc in pips.discs if disc[2] == 2.2]) == 5
    batch = read(ask("drawn", scene, {**START, "graph": 1.0}, {}))
    dots = sorted(x for x, _, radius, _, _ in batch.discs if radius == 3)
    assert len(dots) == 10
    shown = sorted(batch.arrays["normalized"])
    assert np.diff(dots) == pytest.approx(6 * np.diff(shown))


def test_what_the_hand_acts_on_stands_out(draw):
    def thick(touched):
        calls = draw(0.0, touched=touched)["calls"]
        ink = SYMBOL_COLORS["light"]["gamma"]
        return sum(
            name == "stroke" and look["lineWidth"] == 4 and look["strokeStyle"] == ink for name, _, look in calls
        )

    assert (thick(""), thick("gamma")) == (0, 1)
