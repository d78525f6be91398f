"""Pages with all their folds open: accessible in both colors and widths, and nothing lost when they are enlarged.

A page is unfolded once, and all is looked at in that visit: the folds are trained for. The pages that train for long
are looked at where UNFOLD_ALL is set.
"""

import os

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_edges import WIDER_THAN_THE_WINDOW
from tests.e2e.visiting import (
    BACKGROUND,
    PATHS,
    PATIENCE,
    ROOT,
    SCREENS,
    open_page,
    until,
    violations,
    wait_until_idle,
    wait_until_settled,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CLOSED = "[data-testid=stMain] [data-testid=stExpander] details:not([open]) > summary"
ENLARGED = {"width": 320, "height": 256}  # of 1280 × 1024 at 400 %
MOST_FOLDS = 30
LONG = ("learn_to_standardize", "moving_statistics", "why_not_affine", "scale_decoupling")
UNFOLDED = [path for path in PATHS if path not in LONG or os.environ.get("UNFOLD_ALL")]
# WCAG 1.4.12: what readers may ask for.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
# Texts of which a box that hides what sticks out of it hides a part.
CLIPPED = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const cut = [];
    const look = root => root.querySelectorAll('*').forEach(node => {
        if (node.shadowRoot) look(node.shadowRoot);
        const words = [...node.childNodes].find(each => each.nodeType === 3 && each.textContent.trim());
        if (!words || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
        if (node.closest('.katex, .hidden-text, [aria-hidden=true]')) return;
        const range = document.createRange();
        range.selectNodeContents(words);
        const own = range.getBoundingClientRect();
        for (let box = node; box && box !== main; box = box.parentElement ?? box.getRootNode().host) {
            const { overflowX, overflowY } = getComputedStyle(box);
            const around = box.getBoundingClientRect();
            const across = own.right - around.right > 2 || around.left - own.left > 2;
            const down = own.bottom - around.bottom > 4 || around.top - own.top > 4;
            // What scrolls is not lost.
            if ((/auto|scroll/.test(overflowX) && across) || (/auto|scroll/.test(overflowY) && down)) return;
            if ((/hidden|clip/.test(overflowX) && across) || (/hidden|clip/.test(overflowY) && down)) {
                cut.push(`${words.textContent.trim().slice(0, 40)} in ${box.dataset.testid ?? box.className}`);
                return;
            }
        }
    });
    look(main);
    return cut;
}"""
# A sheet for the page and for every component in it, as an extension of a browser would add it.
ADD_STYLE = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    const add = root => {
        root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
        root.querySelectorAll('*').forEach(node => node.shadowRoot && add(node.shadowRoot));
    };
    add(document);
}"""


def unfold(page: Page) -> None:
    """Guess nothing, open every fold, and wait until all is trained and drawn."""
    skip = page.get_by_role("button", name="Just show me").first
    if skip.count():
        skip.click()
    wait_until_settled(page)
    folds = page.locator(CLOSED)
    for _ in range(MOST_FOLDS):
        if not folds.count():
            break
        # One that is drawn anew in this moment misses the click, and gets another.
        folds.first.click()
        wait_until_idle(page)
        page.wait_for_timeout(200)
    expect(folds).to_have_count(0)
    expect(page.locator(".bnviz-watch")).to_have_count(0, timeout=4 * PATIENCE)
    wait_until_settled(page)


@pytest.mark.parametrize("path", UNFOLDED, ids=[path or "home" for path in UNFOLDED])
def test_an_unfolded_page_is_for_everyone(browser: Browser, serve, path):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}", scheme="dark")
    wait_until_settled(page)
    unfold(page)
    assert violations(page) == []
    dark = page.evaluate(BACKGROUND)
    page.set_viewport_size(dict(zip(("width", "height"), SCREENS["phone"], strict=True)))
    page.emulate_media(color_scheme="light")
    until(page, f"{BACKGROUND} !== '{dark}'")
    wait_until_settled(page)
    assert violations(page) == []
    page.set_viewport_size(ENLARGED)
    until(page, f"({WIDER_THAN_THE_WINDOW})().length === 0 && ({CLIPPED})().length === 0")
    page.set_viewport_size(dict(zip(("width", "height"), SCREENS["desk"], strict=True)))
    page.evaluate(ADD_STYLE, SPACING)
    until(page, f"({WIDER_THAN_THE_WINDOW})().length === 0 && ({CLIPPED})().length === 0")
    page.context.close()
