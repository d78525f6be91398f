"""The maps in a browser: cells appear while networks are trained, and a click opens the very network in the lab."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.visiting import part

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = 3 * 49
PATIENCE = 120_000  # milliseconds
CELL = "[data-testid=stVegaLiteChart] [aria-roledescription='rect mark'][aria-label*='test accuracy']"


@pytest.fixture
def page(browser: Browser, serve):
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    page = context.new_page()
    page.goto(f"{serve(ROOT / 'app.py')}/why_not_affine?seed=3")
    expect(page.locator("h1")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()


def cell(page: Page, chart: int, rate: str, scale: str) -> Locator:
    charts = page.get_by_test_id("stVegaLiteChart")
    return charts.nth(chart).locator(f"{CELL.split(' ', 1)[1]}[aria-label^='lr: {rate}; init_scale: {scale};']")


def pick(page: Page, chart: int, rate: str, scale: str) -> None:
    # Beside the mark in the middle of the cell.
    cell(page, chart, rate, scale).click(position={"x": 4, "y": 4}, timeout=PATIENCE)
    link = page.get_by_role("link", name="Open plain in the lab")
    wanted = re.compile(re.escape(f"run1.lr={rate}") + ".*" + re.escape(f"run1.init_scale={scale}"))
    expect(link).to_have_attribute("href", wanted, timeout=PATIENCE)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)


def test_cells_appear_while_networks_are_trained_and_open_in_the_lab(page):
    counts = [0]
    deadline = time.monotonic() + PATIENCE / 1000
    while counts[-1] < NETWORKS and time.monotonic() < deadline:
        count = page.locator(CELL).count()
        if count > counts[-1]:
            counts.append(count)
        page.wait_for_timeout(30)
    assert counts[-1] == NETWORKS
    assert len(counts) > 3, "the maps came all at once"
    expect(page.get_by_test_id("stMetric")).to_have_count(3, timeout=PATIENCE)

    pick(page, 2, "2.2", "0.01")
    pick(page, 0, "0.46", "22")
    pick(page, 2, "2.2", "0.01")  # a cell takes a second click after another was chosen
    told = page.get_by_test_id("stTable").get_by_role("row", name="batch norm").get_by_role("cell").all_inner_texts()
    page.get_by_role("link", name="Open batch norm in the lab").click()
    expect(part(page, "rate")).to_contain_text("rate 2.2", timeout=PATIENCE)
    expect(page.get_by_text("with initial scale 0.01")).to_be_visible()
    expect(part(page, "network")).to_contain_text("4 × ")
    expect(page.get_by_test_id("stTable")).to_contain_text("batch norm", timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text(told[2])  # seed, training loss, test accuracy, end
