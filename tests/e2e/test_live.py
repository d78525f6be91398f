"""Live figures in a browser: they answer while the hand moves, and the server hears of it when the hand lets go."""

import json
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.visiting import PATIENCE, open_page, until, wait_until_idle, wait_until_settled

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
FIGURES = {"what_it_computes": ["mean", "sd", "gamma", "beta", "eps", "example"]}
FIGURES["what_it_computes"] += [f"x{number}" for number in range(1, 9)]
FIGURES["same_functions"] = ["example", "fold"]
FIGURES["scale_decoupling"] = ["walk", "w_length", "w_angle", "plane_rate"]
FIGURES["two_reparameterizations"] = ["graph", "turn", "length", "roll", "batch", "scale", "shift"]
FIGURES["learn_to_standardize"] = ["mean", "spread", "roll", "time"]
FIGURES["why_not_affine"] = ["threshold", "rate", "scale", "overlay"]
HANDLES = {"what_it_computes": 12, "two_reparameterizations": 4, "learn_to_standardize": 2, "scale_decoupling": 2}
HANDLES["why_not_affine"] = 1
# Of several figures on a page the first is meant. It starts where each of its inputs changes something.
MOVING = "moving_statistics?size=16&evaluating=1&mean=1&sd=2&after=3"
FIGURES[MOVING] = ["mean", "sd", "shape", "number", "size", "after", "gamma", "beta", "evaluating"]
HANDLES[MOVING] = 2


class Figure:
    """A live figure as a reader has it, and what its page sends to the server."""

    def __init__(self, page: Page, sent: list[int]) -> None:
        self.page, self.sent = page, sent
        self.root = page.locator(".live").first

    @property
    def values(self) -> dict[str, float]:
        return json.loads(self.root.get_attribute("data-values") or "{}")

    @property
    def draws(self) -> int:
        return int(self.root.get_attribute("data-draws") or 0)

    def slider(self, name: str) -> Locator:
        return self.root.locator(f"input[name={name}]")

    def handle(self, index: int) -> tuple[float, float]:
        """Where the middle of a handle stands in the window, scrolled into it."""
        handle = self.root.locator(".handle").nth(index)
        self.page.evaluate(
            "y => document.querySelector('[data-testid=stMain]').scrollBy(0, y)", self._box(handle)["y"] - 400
        )
        box = self._box(handle)
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def _box(self, handle: Locator) -> dict[str, float]:
        box = handle.bounding_box()
        assert box is not None
        return dict(box)

    def picture(self) -> str:
        """The pixels of the canvas."""
        return self.root.locator("canvas").evaluate("canvas => canvas.toDataURL()")

    def frames(self) -> None:
        """Wait for what was asked for to be drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def settle(self) -> None:
        """Wait until the page has taken what was released."""
        self.page.wait_for_timeout(300)
        wait_until_idle(self.page)
        self.page.wait_for_timeout(500)


@pytest.fixture
def figure(browser: Browser, serve) -> Iterator[Callable[..., Figure]]:
    """`figure(path, …)` opens a page with a live figure; more goes to the browser's context."""
    contexts = []

    def figure(path: str, **more) -> Figure:
        size = more.pop("viewport", {"width": 1440, "height": 900})
        context = browser.new_context(viewport=size, **more)
        contexts.append(context)
        page = context.new_page()
        sent: list[int] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
        page.goto(f"{serve(ROOT / 'app.py')}/{path}")
        expect(page.locator(".live").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".live").first).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
        wait_until_settled(page)
        show(page)
        return Figure(page, sent)

    yield figure
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def shared(browser: Browser, serve) -> Iterator[Callable[[str], Figure]]:
    """One page for all that leaves it in order."""
    opened: dict[str, Figure] = {}

    def shared(path: str) -> Figure:
        if path not in opened:
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            sent: list[int] = []
            page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
            page.goto(f"{serve(ROOT / 'app.py')}/{path}")
            expect(page.locator(".live").first).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
            wait_until_settled(page)
            show(page)
            wait_until_silent(page, sent)
            fold = page.locator(".slider-fold summary")
            if fold.count():
                fold.click()
            opened[path] = Figure(page, sent)
        return opened[path]

    yield shared
    for figure in opened.values():
        figure.page.context.close()


def show(page: Page) -> None:
    """Ask for a figure that waits for a guess."""
    button = page.get_by_role("button", name="Just show me")
    if button.count():
        button.first.click()
        expect(page.locator(".live.held")).to_have_count(0, timeout=PATIENCE)
        wait_until_settled(page)


def wait_until_silent(page: Page, sent: list[int]) -> None:
    """Wait until the page asks for nothing any more: its other sections do, as long as work for them is going on."""
    expect(page.locator(".bnviz-watch")).to_have_count(0, timeout=PATIENCE)
    before = -1
    while len(sent) != before:
        before = len(sent)
        page.wait_for_timeout(3000)


@pytest.mark.parametrize(("path", "name"), [(path, name) for path, names in FIGURES.items() for name in names])
def test_a_slider_answers_at_each_key_and_tells_the_server_once(shared, path, name):
    figure = shared(path)
    slider = figure.slider(name)
    slider.focus()
    figure.settle()
    before, draws, picture, text = (
        len(figure.sent),
        figure.draws,
        figure.picture(),
        slider.get_attribute("aria-valuetext"),
    )
    at_its_end = name in ("update", "plane_rate", "evaluating")
    at_its_end |= path == "learn_to_standardize" and name in ("roll", "mean")
    at_its_end |= path == "scale_decoupling" and name == "w_length"
    away = "ArrowLeft" if at_its_end else "ArrowRight"
    for _ in range(3):
        figure.page.keyboard.down(away)
        figure.frames()
    assert figure.draws >= draws + 3
    assert figure.picture() != picture
    assert slider.get_attribute("aria-valuetext") != text
    assert len(figure.sent) == before
    figure.page.keyboard.up(away)
    figure.settle()
    assert len(figure.sent) == before + 1
    assert slider.evaluate("slider => slider === slider.getRootNode().activeElement")
    assert figure.root.locator(".hidden-text").inner_text() == figure.root.locator("canvas").get_attribute("aria-label")


@pytest.mark.parametrize(
    ("path", "index"), [(path, index) for path, count in HANDLES.items() for index in range(count)]
)
def test_a_handle_answers_while_it_is_dragged_and_tells_the_server_once(shared, path, index):
    figure = shared(path)
    figure.settle()
    x, y = figure.handle(index)
    mouse, before, draws, picture = figure.page.mouse, len(figure.sent), figure.draws, figure.picture()
    mouse.move(x, y)
    mouse.down()
    for step in range(1, 6):
        mouse.move(x - 6 * step, y + 4 * step)
        figure.frames()
    assert figure.draws >= draws + 4
    held = figure.picture()
    assert held != picture
    assert len(figure.sent) == before
    mouse.up()
    figure.settle()
    assert len(figure.sent) == before + 1
    asked = figure.page.url
    assert "?" in asked
    assert figure.picture() != picture


MOVES = """async (root, [x, y]) => {
    const moves = [];
    const handle = root.querySelector('.handle');
    for (let step = 1; step <= 10; step++) {
        const before = root.dataset.draws;
        const start = performance.now();
        let frames = 0;
        handle.dispatchEvent(new PointerEvent('pointermove',
            { bubbles: true, pointerId: 1, clientX: x + 5 * step, clientY: y }));
        while (root.dataset.draws === before) {
            await new Promise((done) => requestAnimationFrame(done));
            frames++;
        }
        moves.push([performance.now() - start, frames]);
    }
    return moves;
}"""


@pytest.mark.parametrize("path", HANDLES)
def test_a_move_is_drawn_with_the_next_frame(shared, path):
    figure = shared(path)
    x, y = figure.handle(0)
    figure.page.mouse.move(x, y)
    figure.page.mouse.down()
    moves = figure.root.evaluate(MOVES, [x, y])
    figure.page.mouse.up()
    print(f"{path}: {statistics.median(time for time, _ in moves):.1f} ms from a move to its frame")
    # The test asks when a frame begins, and may be answered before or after the figure.
    assert max(frames for _, frames in moves) <= 2


def test_what_was_released_is_in_the_words_and_the_link_and_comes_back(figure):
    here = figure("what_it_computes")
    slider = here.slider("gamma")
    slider.focus()
    here.page.keyboard.press("End")
    until(here.page, "location.search === '?gamma=3'")
    expect(here.page.get_by_text(re.compile(r"γ=3|3\.00"))).not_to_have_count(0)
    length = here.page.evaluate("history.length")
    here.page.keyboard.press("ArrowLeft")
    until(here.page, "location.search === '?gamma=2.9'")
    assert here.page.evaluate("history.length") == length
    again = figure(f"what_it_computes{here.page.url.partition('what_it_computes')[2]}")
    assert again.values == here.values


def test_a_button_of_the_page_moves_the_figure(figure):
    here = figure("what_it_computes")
    draws, x = here.draws, here.values["x1"]
    here.page.get_by_role("button", name="Double this unit").click()
    until(here.page, "location.search.includes('x=6_13')")
    here.settle()
    assert here.values["x1"] == 2 * x
    assert here.draws > draws + 3  # it glides there


def test_without_motion_it_is_there_at_once(figure):
    here = figure("what_it_computes", reduced_motion="reduce")
    seen: set[float] = set()
    here.page.get_by_role("button", name="Double this unit").click()
    for _ in range(60):
        seen.add(here.values["x1"])
        here.page.wait_for_timeout(25)
    assert seen == {3, 6}


def drag(figure: Figure, by: str, index: int, far: int) -> None:
    x, y = figure.handle(index)
    if by == "pointer":
        figure.page.mouse.move(x, y)
        figure.page.mouse.down()
        for step in range(1, 11):
            figure.page.mouse.move(x + far * step / 10, y)
        figure.page.mouse.up()
        return
    client = figure.page.context.new_cdp_session(figure.page)
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        client.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x + far * step / 10, "y": y}]}
        )
        figure.frames()
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_pointer_touch_and_keys_end_at_the_same_value(figure):
    ends = []
    for by in ("pointer", "touch"):
        here = figure("what_it_computes", has_touch=by == "touch")
        place = here.root.locator("canvas").bounding_box()
        assert place is not None
        drag(here, by, 2, round(100 * (place["width"] - 48) / 1000))  # β, a tenth of the rail from −5 to 5
        here.settle()
        ends.append((here.values, here.page.url.partition("?")[2]))
    here = figure("what_it_computes")
    here.slider("beta").focus()
    for _ in range(10):
        here.page.keyboard.press("ArrowRight")
    here.settle()
    ends.append((here.values, here.page.url.partition("?")[2]))
    assert ends[0] == ends[1] == ends[2]
    assert ends[0][1] == "beta=1.5"


def test_a_finger_scrolls_the_page_beside_the_handles_and_not_on_them(figure):
    here = figure("what_it_computes", has_touch=True, viewport={"width": 390, "height": 844})
    top = "document.querySelector('[data-testid=stMain]').scrollTop"

    def swipe(x: float, y: float) -> float:
        before = here.page.evaluate(top)
        client = here.page.context.new_cdp_session(here.page)
        client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 11):
            client.send(
                "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 15 * step}]}
            )
            here.frames()
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        here.page.wait_for_timeout(500)
        return here.page.evaluate(top) - before

    x, y = here.handle(3)
    assert swipe(x, y) == 0
    x, y = here.handle(3)
    assert swipe(x + 70, y - 40) > 50


def test_the_values_stay_while_hands_are_faster_than_the_server(figure):
    here = figure("what_it_computes")
    slider = here.slider("beta")
    slider.focus()
    for key in ["ArrowRight"] * 12 + ["ArrowLeft"] * 5:
        here.page.keyboard.press(key)
        here.page.wait_for_timeout(40)
    seen = []
    for _ in range(40):
        seen.append(here.values["beta"])
        here.page.wait_for_timeout(50)
    assert set(seen) == {1.2}
    until(here.page, "location.search === '?beta=1.2'")


def test_results_are_looked_up_and_it_says_where_they_were_computed(browser, serve):
    page = open_page(browser, serve(ROOT / "tests/e2e/scripts/live_page.py"))
    live, said = page.locator(".live"), page.locator(".computed")
    expect(live).to_have_attribute("data-values", '{"time":0.5}', timeout=PATIENCE)
    expect(said).to_have_text("")
    slider = live.get_by_role("slider")
    slider.press("ArrowRight")
    expect(live).to_have_attribute("data-values", '{"time":0.55}')
    expect(said).to_have_text("Computed at time 0.50.")
    expect(page.get_by_test_id("stText")).to_have_text("time 0.55", timeout=PATIENCE)
    page.get_by_role("button", name="Rerun").click()
    wait_until_idle(page)
    expect(live).to_have_attribute("data-values", '{"time":0.55}')
    slider.press("End")
    expect(said).to_have_text("")
    expect(page.get_by_test_id("stText")).to_have_text("time 1", timeout=PATIENCE)
    assert page.complaints == []
    page.context.close()


def test_a_handle_that_is_grasped_at_its_edge_does_not_jump(figure):
    here = figure("what_it_computes")
    x, y = here.handle(2)
    here.page.mouse.move(x + 14, y + 5)
    here.page.mouse.down()
    here.page.mouse.move(x + 15, y + 5)
    here.frames()
    assert here.values["beta"] == 0.5
    here.page.mouse.up()


def test_in_presenter_mode_a_handle_follows_the_hand(figure):
    here = figure("what_it_computes")
    here.page.get_by_text("Presenter mode", exact=True).click()
    here.settle()
    x, y = here.handle(2)
    here.page.mouse.move(x, y)
    here.page.mouse.down()
    here.page.mouse.move(x + 120, y, steps=5)
    here.frames()
    moved = here.root.locator(".handle").nth(2).bounding_box()
    here.page.mouse.up()
    assert moved is not None
    assert moved["x"] + moved["width"] / 2 == pytest.approx(x + 120, abs=12)  # half a step


def test_the_figure_follows_the_theme(figure):
    here = figure("scale_decoupling")
    light = here.picture()
    here.page.emulate_media(color_scheme="dark")
    here.page.wait_for_timeout(1500)
    assert here.picture() != light
    assert here.root.evaluate("root => root.style.colorScheme") == "dark"


def test_a_page_that_is_opened_again_begins_anew(figure):
    here = figure("what_it_computes")
    first = here.values
    here.slider("beta").press("End")
    until(here.page, "location.search === '?beta=3'")
    for name in ("Training lab", "What does it compute?"):
        here.page.get_by_role("link", name=name).first.click()
        expect(here.root).to_have_count(int(name == "What does it compute?"), timeout=PATIENCE)
        here.settle()
    assert here.values == first
    assert here.page.url.endswith("/what_it_computes")


def test_it_is_gone_with_its_page(browser, serve):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/what_it_computes")
    expect(page.locator(".live")).to_be_visible(timeout=PATIENCE)
    wait_until_settled(page)
    page.get_by_role("link", name="Training lab").first.click()
    expect(page.locator(".live")).to_have_count(0, timeout=PATIENCE)
    assert page.complaints == []
    page.context.close()
