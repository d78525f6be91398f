"""Opening pages of the app in a browser, and waiting for them."""

import time
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from bnviz.ui.page.contents import PAGES

ROOT = Path(__file__).resolve().parents[2]
SCREENS = {"desk": (1440, 900), "phone": (390, 844)}
PATIENCE = 60_000  # milliseconds


BACKGROUND = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def path_of(file: str) -> str:
    """The path in the address of the page `file`."""
    return "" if file == "app.py" else Path(file).stem.partition("_")[2]


PATHS = [path_of(page.file) for page in PAGES]


def open_page(
    browser: Browser, address: str, screen: str = "desk", scheme: str = "light", size: tuple[int, int] | None = None
) -> Page:
    """Open an address in a window of its own, and note what the browser complains about and whom it asks.

    `size` is that of the window where it is none of the screens.
    The lists are `page.complaints` and `page.hosts`; close `page.context` in the end.
    """
    width, height = size or SCREENS[screen]
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()
    page.complaints, page.hosts = [], set()

    def hear(message):
        # Asked for a page by a deep link, Streamlit's own start-up probes for its base path with requests
        # that answer 404, and finds it at the root.
        where = message.location.get("url", "")
        probe = "_stcore" in where and "404" in message.text
        # On a busy machine what was fetched early is used, and later than the browser thinks is sensible.
        late = "was preloaded using link preload but not used within a few seconds" in message.text
        if message.type in ("error", "warning") and not (probe or late):
            page.complaints.append(f"{message.text} ({where})")

    page.on("console", hear)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.hosts.add(urlsplit(request.url).hostname))
    page.goto(address)
    expect(page.locator("h1")).to_be_visible(timeout=PATIENCE)
    return page


def wait_for_player(page: Page) -> None:
    """Wait until a player is there and everything is drawn."""
    expect(page.get_by_test_id("stMain").get_by_test_id("stBidiComponentIsolated").first).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)


def wait_until_settled(page: Page) -> None:
    """Wait until a figure is there, the script of the page has ended and everything is drawn."""
    # The figure first: a script that has not begun is not running either. Charts below the screen are drawn once they
    # are scrolled to, so a picture above them counts as well.
    drawn = ("stBidiComponentIsolated]", "stVegaLiteChart] canvas", "stVegaLiteChart] svg", "stHtml] img")
    figures = page.get_by_test_id("stMain").locator(", ".join(f"[data-testid={selector}" for selector in drawn))
    expect(figures.first).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)


def wait_until_idle(page: Page) -> None:
    """Wait until no script of the page runs."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)


def until(page: Page, condition: str):
    """Wait for a condition on the page, and return its first value that holds.

    Playwright's own wait evaluates text in the page, which the policy forbids.
    """
    deadline = time.monotonic() + PATIENCE / 1000
    while not (value := page.evaluate(condition)):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)
    return value


def violations(page: Page) -> list[tuple[str, str]]:
    """What the page does to break WCAG 2.2 at level A or AA, as far as axe can tell.

    What it finds is looked at again: colors and a menu that are about to change have colors in between.
    """
    found = []
    for _ in range(5):
        told = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
        found = [(item["id"], item["nodes"][0]["html"]) for item in told]
        if not found:
            break
        page.wait_for_timeout(1000)
    return found


def part(page: Page, name: str) -> Locator:
    """The part of the lab's line with this name, which says what is set and opens to be changed."""
    return page.locator(f".st-key-lab_part_{name} button").first


def set_in_the_line(page: Page, name: str, field: str, value: str) -> None:
    """Open a part of the lab's line, enter a value in one of its fields, and close it."""
    part(page, name).click()
    entry = page.get_by_role("spinbutton", name=field)
    entry.fill(value)
    entry.press("Enter")
    page.keyboard.press("Escape")
    expect(entry).to_have_count(0)
