"""The strip: every example stands where the recording has it, in every cell on one scale, and is the right picture."""

import numpy as np
import pytest

from bnviz import Run
from bnviz.history import STAGES
from bnviz.ui.player.payload import pack
from tests.player.conftest import Record, Recorded
from tests.player.drawing import Drawing, Mark, Shown, every_theme, number, show
from tests.player.node import Node
from tests.player.recordings import make_history

CASES = pytest.mark.parametrize("case", ["plane", "classes", "digits", "trained"])
POSITIONS = [0, 1, 2.5, 3.75, 5]
TEN_PICTURES = ["plane", "digits"]


def images(node: Node, recorded: Recorded, positions=POSITIONS, **options) -> Shown:
    return show(node, "Images", recorded, positions, **{"room": 700} | options)


def cells(drawing: Drawing, shown: Shown) -> list[Mark]:
    """The boxes of the cells, run by run and in each layer by layer."""
    return drawing.of("rect", shown.theme["surface"])


def centers(drawing: Drawing, shape: tuple[int, ...]) -> np.ndarray:
    """Where the examples were drawn, `[K, L, E, 2]`."""
    marks = drawing.of("image")
    return np.array([[(mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2] for mark in marks]).reshape(shape)


def held(history, position: float) -> np.ndarray:
    """The recorded places at a position between records, `[K, L, E, 2]`."""
    plane = history.arrays["example_plane"].astype(float)
    found = []
    for run, length in enumerate(history.recorded):
        at = min(position, length - 1)
        first, second = int(at), min(int(at) + 1, length - 1)
        found.append(plane[first, run] + (at - first) * (plane[second, run] - plane[first, run]))
    return np.array(found)


@CASES
@pytest.mark.parametrize("width", [1000, 360])
def test_every_example_stands_at_its_place_and_all_cells_have_one_scale(
    node: Node, record: Record, case: str, width: float
):
    recorded = record(case)
    history = recorded.history
    shown = images(node, recorded, width=width)
    zooms = []
    for position, drawing in zip(POSITIONS, shown.drawings, strict=True):
        places = held(history, position)
        boxes = cells(drawing, shown)
        assert len(boxes) == places.shape[0] * places.shape[1]
        middles = np.array([[(box.left + box.right) / 2, (box.top + box.bottom) / 2] for box in boxes])
        offsets = centers(drawing, places.shape) - middles.reshape(*places.shape[:2], 1, 2)
        zooms.append(
            [np.vdot(offsets[..., axis], places[..., axis]) / (places[..., axis] ** 2).sum() for axis in (0, 1)]
        )
        # The canvas counts downward.
        np.testing.assert_allclose(offsets, places * zooms[-1], atol=0.15)
        assert zooms[-1][0] > 0 > zooms[-1][1]
        for box, inside in zip(boxes, np.split(centers(drawing, (-1, 2)), len(boxes)), strict=True):
            assert (inside > [box.left, box.top]).all()
            assert (inside < [box.right, box.bottom]).all()
    np.testing.assert_allclose(zooms, np.broadcast_to(zooms[0], np.shape(zooms)), rtol=1e-2)


def test_the_farthest_example_comes_near_the_edge_and_no_picture_leaves_its_cell(node: Node, record: Record):
    recorded = record("plane")
    records = list(range(len(recorded.history.steps)))
    shown = images(node, recorded, records, width=600)
    near = []
    for drawing in shown.drawings:
        boxes = cells(drawing, shown)
        for box, marks in zip(boxes, np.split(np.array(drawing.of("image")), len(boxes)), strict=True):
            gaps = [(m.left - box.left, box.right - m.right, m.top - box.top, box.bottom - m.bottom) for m in marks]
            assert np.min(gaps) >= 0
            near.append(np.min(gaps, 0))
    across, upward = np.min(near, 0).reshape(2, 2).min(1)
    assert across < 3
    assert upward < 3


def test_rows_are_layers_and_columns_are_runs_on_a_phone_too(node: Node, record: Record):
    recorded = record("digits")
    runs, layers = len(recorded.history.status), len(recorded.history.experiment.widths)
    shown = images(node, recorded, [0], width=330, columns=[1], room=300)
    boxes = np.array(cells(shown.drawings[0], shown)).reshape(runs, layers)
    for run in range(1, runs):
        assert all(box.left > boxes[run - 1, 0].right for box in boxes[run])
    for layer in range(1, layers):
        assert all(box.top > boxes[0, layer - 1].bottom for box in boxes[:, layer])
    assert boxes[-1, -1].right == pytest.approx(330)
    assert boxes[-1, -1].bottom <= 300


@pytest.mark.parametrize(("room", "lowest", "highest"), [(-100, 40, 60), (500, 100, 125), (5000, 140, 160)])
def test_rows_share_the_room_that_there_is(node: Node, record: Record, room: float, lowest: float, highest: float):
    shown = images(node, record("digits"), [0], room=room)
    for box in cells(shown.drawings[0], shown):
        assert lowest <= box.bottom - box.top <= highest


@every_theme
@CASES
def test_every_cell_says_how_far_a_unit_spreads(node: Node, record: Record, case: str, theme: str):
    recorded = record(case)
    history = recorded.history
    records = list(range(len(history.steps)))
    shown = images(node, recorded, records, theme=theme)
    std = history.arrays["std"][..., STAGES.index("pre_norm"), :].astype(float)
    for at, drawing in zip(records, shown.drawings, strict=True):
        boxes, texts = cells(drawing, shown), drawing.texts("^spread ")
        assert len(texts) == len(boxes)
        for place, (box, text) in enumerate(zip(boxes, texts, strict=True)):
            run, layer = divmod(place, len(history.experiment.widths))
            last = min(at, history.recorded[run] - 1)
            wanted = np.median(std[last, run, layer, : history.experiment.widths[layer]])
            assert float(text.text.removeprefix("spread ")) == pytest.approx(wanted, rel=0.05)
            assert box.left < text.x < box.right
            assert box.top < text.y < box.bottom


def test_the_number_alone_is_left_where_there_is_no_room_for_the_word(node: Node, record: Record):
    shown = images(node, record("plane"), [0], width=260)
    (drawing,) = shown.drawings
    assert not drawing.texts("spread")
    assert len(drawing.texts(r"^\d")) == len(cells(drawing, shown))


def test_nothing_gives_the_end_away_before_there_is_a_guess(node: Node, record: Record):
    """At step 0 batch norm's spread alone would tell."""
    shown = images(node, record("digits"), [0, 0], changes=[{"held": True}, {"held": False}])
    before, after = shown.drawings
    assert not before.texts("spread")
    assert after.texts("spread")


def test_examples_in_one_place_are_counted(node: Node, record: Record):
    recorded = record("plane")
    shown = images(node, recorded, [2], width=1600)
    (said,) = shown.drawings[0].texts("in one place")
    assert said.text == f"{len(recorded.history.arrays['example_y'])} in one place"
    heap = cells(shown.drawings[0], shown)[1]
    assert heap.left < said.x < heap.right
    assert heap.top < said.y < heap.bottom
    assert not images(node, recorded, [2], width=500).drawings[0].texts("in one place"), "no room for it"


def test_a_run_that_has_ended_is_faint(node: Node, record: Record):
    recorded = record("plane")
    shown = images(node, recorded, [3, 6])
    examples = len(recorded.history.arrays["example_y"])
    for drawing, faint in zip(shown.drawings, (False, True), strict=True):
        alpha = np.array([mark.alpha for mark in drawing.of("image")]).reshape(len(recorded.history.status), -1)
        assert (alpha[1] < 0.5).all() == faint
        assert (alpha[[0, 2, 3]] == 1).all()
        assert alpha.shape[1] == examples * len(recorded.history.experiment.widths)


def test_what_lies_beyond_the_scale_is_drawn_at_the_edge_of_its_cell(node: Node, record: Record):
    recorded = record("clipped")
    shown = images(node, recorded, [7], width=600)
    boxes = cells(shown.drawings[0], shown)
    marks = np.split(np.array(shown.drawings[0].of("image")), len(boxes))
    for box, inside in zip(boxes, marks, strict=True):
        assert all(box.left <= mark.left and mark.right <= box.right for mark in inside)
        assert all(box.top <= mark.top and mark.bottom <= box.bottom for mark in inside)
    far = [min(mark.left - boxes[0].left, boxes[0].right - mark.right) for mark in marks[0]]
    assert np.median(far) < 3


def test_pointing_at_an_example_lifts_it_out_in_every_cell(node: Node, record: Record):
    recorded = record("digits")
    shown = images(node, recorded, [2, 2], changes=[{}, {"example": 4}])
    plain, lifted = shown.drawings
    count = len(recorded.history.arrays["example_y"])
    places = centers(plain, (-1, count, 2))
    extra = [
        mark for mark in lifted.of("image") if mark.right - mark.left > 1.5 * np.ptp(plain.of("image")[0].points[:, 0])
    ]
    assert len(extra) == len(places) == len(lifted.of("stroke"))
    for mark, ring, cell in zip(extra, lifted.of("stroke"), places, strict=True):
        np.testing.assert_allclose([(mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2], cell[4])
        np.testing.assert_allclose(ring.points[0], cell[4])
        source = mark.call["boxes"]
        assert source[0] == 4 * source[2]


@every_theme
@pytest.mark.parametrize("case", TEN_PICTURES)
def test_each_example_is_its_own_picture_in_the_color_of_its_class(node: Node, record: Record, case: str, theme: str):
    recorded = record(case)
    arrays = recorded.history.arrays
    shown = images(node, recorded, [1], theme=theme)
    (drawing,) = shown.drawings
    marks = drawing.of("image")
    count = len(arrays["example_y"])
    for place, mark in enumerate(marks):
        source = mark.call["boxes"]
        assert source[:4] == [(place % count) * source[2], 0, source[2], source[2]]
    atlas = drawing.images[marks[0].call["image"]]
    assert atlas["size"] == [count * source[2], source[2]]
    if case == "digits":
        require_digits(drawing, atlas, arrays, shown.theme["digits"], source[2])
    else:
        fills = [call for call in atlas["calls"] if call["kind"] == "fill"]
        colors = shown.theme["classes"]
        assert [fill["fillStyle"] for fill in fills] == [colors[label % len(colors)] for label in arrays["example_y"]]
        corners = [0 if fill["path"][0][0] == "arc" else len(fill["path"]) - 1 for fill in fills]
        assert corners == [(0, 3, 4, 4)[label % 4] for label in arrays["example_y"]]


def require_digits(drawing: Drawing, atlas: dict, arrays, colors: list[str], side: int) -> None:
    copies = [call for call in atlas["calls"] if call["kind"] == "image"]
    for example, copy in enumerate(copies):
        assert copy["boxes"] == [example * side, 0, side, side]
        (pixels,) = [call for call in drawing.images[copy["image"]]["calls"] if call["kind"] == "pixels"]
        drawn = np.reshape(pixels["data"], (8, 8, 4))
        color = colors[arrays["example_y"][example] % 10]
        assert (drawn[..., :3] == [int(color[start : start + 2], 16) for start in (1, 3, 5)]).all()
        x = arrays["example_x"].astype(float)
        ink = 255 * (x[example] - x.min()) / np.ptp(x)
        alpha = drawn[..., 3].astype(float).ravel()
        weak = (ink > 5) & (ink < 255 / 1.3)
        assert (np.diff(alpha[np.argsort(ink)]) >= -1).all(), "more ink, more color"
        np.testing.assert_allclose(alpha[weak] / np.maximum(ink[weak], 1), 1.2, atol=0.2)


def test_signals_are_drawn_as_lines(node: Node, tmp_path):
    history = make_history(dataset="mnist1d", widths=(4, 3), runs=(Run(norm="none"),))
    path = tmp_path / "packed.bin"
    path.write_bytes(pack(history))
    shown = images(node, Recorded(history, str(path)), [0])
    (drawing,) = shown.drawings
    atlas = drawing.images[drawing.of("image")[0].call["image"]]
    strokes = [call for call in atlas["calls"] if call["kind"] == "stroke"]
    side = atlas["size"][1]
    x = history.arrays["example_x"].astype(float)
    for example, stroke in enumerate(strokes):
        line = np.array([step[1:3] for step in stroke["path"]])
        heights = (x[example] - x.min()) / np.ptp(x)
        np.testing.assert_allclose(line[:, 1], side * (0.95 - 0.9 * heights), atol=side / 255)
        assert example * side <= line[:, 0].min() < line[:, 0].max() <= (example + 1) * side
        assert stroke["strokeStyle"] == shown.theme["digits"][example % 10]
    assert len(strokes) == len(x)


def test_pictures_are_made_once_for_a_size_and_a_theme(node: Node, record: Record):
    shown = images(node, record("digits"), [0, 1, 2])
    atlases = {mark.call["image"] for drawing in shown.drawings for mark in drawing.of("image")}
    assert len(atlases) == 1


def test_the_ten_colors_differ_and_stand_out_on_either_page(node: Node, record: Record):
    for theme in ("light", "dark"):
        shown = images(node, record("digits"), [0], theme=theme)
        colors = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in shown.theme["digits"]])
        apart = np.linalg.norm(colors[:, None] - colors, axis=-1) + 1e3 * np.eye(10)
        assert apart.min() > 45
        background = [int(shown.theme["background"][i : i + 2], 16) for i in (1, 3, 5)]
        assert min(contrast(color, background) for color in colors) > 3


def contrast(one: np.ndarray, other: list[int]) -> float:
    """The ratio of WCAG 2."""
    levels = [
        np.where((c := np.array(each) / 255) <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        for each in (one, other)
    ]
    dark, light = sorted(float(level @ [0.2126, 0.7152, 0.0722]) for level in levels)
    return (light + 0.05) / (dark + 0.05)


def test_the_pointer_finds_cell_and_example(node: Node, record: Record):
    recorded = record("digits")
    history = recorded.history
    count, layers = len(history.arrays["example_y"]), len(history.experiment.widths)
    (drawing,) = images(node, recorded, [1]).drawings
    places = centers(drawing, (-1, layers, count, 2))
    pointers = [
        [*map(float, places[run, layer, example]), 1] for run in (0, 2) for layer in (0, 3) for example in (2, 9)
    ]
    found = images(node, recorded, [1], pointers=pointers).answers
    for (x, y, _), answer in zip(pointers, found, strict=True):
        run, layer, example = (answer["found"][name] for name in ("run", "layer", "example"))
        np.testing.assert_allclose(places[run, layer, example], [x, y], atol=0.01)
        label = history.arrays["example_y"][example]
        name, image, spread, _ = answer["tip"]
        assert name.endswith(f", layer {layer + 1}")
        assert image == f"image {example + 1}, a {label}"
        assert "spread of a unit over the batch" in spread
        assert number(spread.rsplit(" ", 1)[1]) > 0


def test_beside_all_examples_there_is_a_cell_and_beside_all_cells_nothing(node: Node, record: Record):
    recorded = record("plane")
    shown = images(node, recorded, [1], width=1600)
    box = cells(shown.drawings[0], shown)[1]  # where all are in the middle
    pointers = [[box.left + 2, box.bottom - 2, 1], [-5, 20, 1], [1800, 20, 1], [20, 5000, 1]]
    corner, *nothing = images(node, recorded, [1], width=1600, pointers=pointers).answers
    assert corner["found"] == {"run": 0, "layer": 1, "example": None}
    assert len(corner["tip"]) == 3
    assert [(answer["found"], answer["tip"]) for answer in nothing] == [(None, None)] * 3
