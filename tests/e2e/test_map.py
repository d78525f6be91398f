"""The maps in a browser: a guess is painted, cells appear while networks are trained, a click opens one in the lab."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz.lessons.why_not_affine.maps import RATES, SCALES
from tests.e2e.visiting import part, until, wait_until_idle

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = 3 * 49
PATIENCE = 120_000  # milliseconds
GUTTER, TITLE, FOOT, GAP, RIGHT = 56, 34, 50, 28, 14  # of layout.js


@pytest.fixture
def page(browser: Browser, serve):
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.goto(f"{serve(ROOT / 'app.py')}/why_not_affine?seed=3")
    expect(page.locator(".live")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()


def place_of(page: Page, run: int, rate: float, scale: float) -> tuple[float, float]:
    """The middle of a cell in the window."""
    box = page.locator(".live .picture").bounding_box()
    assert box
    share = (box["width"] - 2 * GAP) / 3
    side = share - GUTTER - RIGHT
    left = box["x"] + run * (share + GAP) + GUTTER
    column, row = RATES.index(rate), SCALES.index(scale)
    return left + (column + 0.5) * side / 7, box["y"] + TITLE + (6.5 - row) * side / 7


def click(page: Page, run: int, rate: float, scale: float) -> None:
    page.mouse.click(*place_of(page, run, rate, scale))
    link = page.get_by_role("link", name="Open the networks of the chosen cell in the lab")
    wanted = re.compile(re.escape(f"run1.lr={rate:g}") + ".*" + re.escape(f"run1.init_scale={scale:g}"))
    expect(link).to_have_attribute("href", wanted, timeout=PATIENCE)
    wait_until_idle(page)


def told(page: Page) -> str:
    return page.locator(".live canvas").get_attribute("aria-label") or ""


def counted(page: Page) -> int:
    """How many networks the picture speaks of."""
    return sum(int(count) for count in re.findall(r" of (\d+) networks train", told(page)))


def test_a_guess_is_painted_and_kept_while_the_maps_fill(page):
    assert "Kept back until there is a guess: γx + β, batch norm." in told(page)
    mouse, picture = page.mouse, page.locator(".live .picture")
    before = picture.screenshot()
    mouse.move(*place_of(page, 2, 0.1, 1.0))
    mouse.down()
    mouse.move(*place_of(page, 2, 2.2, 1.0), steps=12)
    mouse.up()
    assert picture.screenshot() != before
    # And by keys: from the middle of the first blank map over its edge into the second.
    picture.focus()
    said = page.locator(".live .hidden-text")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(said).to_have_text(re.compile(r"^γx \+ β, learning rate 0.1, initial scale 4.6: painted. 1 painted."))
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(said).to_have_text(re.compile(r"^batch norm, learning rate 0.001, .* 4.6: not painted. [1-9] painted."))
    # Nothing is chosen while a guess is painted.
    assert json.loads(page.locator(".live").get_attribute("data-values"))["rate"] == 0.1

    page.get_by_role("button", name="Just show me").click()
    counts = [0]
    deadline = time.monotonic() + PATIENCE / 1000
    while counts[-1] < NETWORKS and time.monotonic() < deadline:
        if counted(page) > counts[-1]:
            counts.append(counted(page))
        page.wait_for_timeout(30)
    assert counts[-1] == NETWORKS
    expect(page.get_by_text("What happened: batch norm alone.")).to_be_visible(timeout=PATIENCE)


def test_a_cell_is_looked_into_chosen_and_opens_in_the_lab(page):
    page.get_by_role("button", name="Just show me").click()
    expect(page.get_by_text("What happened: batch norm alone.")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    picture = page.locator(".live .picture")
    page.wait_for_timeout(1000)
    before = picture.screenshot()
    page.mouse.move(*place_of(page, 1, 0.46, 22.0))
    page.wait_for_timeout(200)
    assert picture.screenshot() != before
    assert json.loads(page.locator(".live").get_attribute("data-values"))["rate"] == 0.1
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    assert picture.screenshot() == before

    click(page, 2, 2.2, 0.01)
    click(page, 0, 0.46, 22.0)
    click(page, 2, 2.2, 0.01)
    until(page, "location.search.includes('rate=2.2') && location.search.includes('scale=0.01')")
    page.get_by_text("What happens in the networks of the chosen cell?").click()
    table = page.get_by_test_id("stTable")
    expect(table).to_be_visible(timeout=PATIENCE)
    known = table.get_by_role("row", name="batch norm").get_by_role("cell").all_inner_texts()
    page.get_by_role("link", name="Open the networks of the chosen cell in the lab").click()
    expect(part(page, "rate")).to_contain_text("rate 2.2", timeout=PATIENCE)
    expect(page.get_by_text("with initial scale 0.01")).to_be_visible()
    expect(part(page, "network")).to_contain_text("4 × ")
    expect(page.get_by_test_id("stTable")).to_contain_text(known[2], timeout=PATIENCE)


def test_the_threshold_is_dragged_on_the_color_scale(page):
    page.get_by_role("button", name="Just show me").click()
    expect(page.get_by_text("What happened: batch norm alone.")).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    handle = page.locator(".live .handle").bounding_box()
    assert handle
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=10)
    page.mouse.up()
    until(page, "location.search.includes('threshold=0.5')")
    expect(page.get_by_text("From an accuracy of 0.5 on")).to_be_visible(timeout=PATIENCE)
