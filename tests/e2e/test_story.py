"""Every page that tells a story is short: few words and pictures before anything is unfolded, the hero on top."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.visiting import PATIENCE, ROOT, SCREENS, open_page, until, wait_until_settled

pytestmark = pytest.mark.browser

TOLD: dict[str, str] = {
    "": ".player canvas",
    "what_it_computes": ".picture",
    "same_functions": ".live .picture",
    "learn_to_standardize": ".live .picture",
    "moving_statistics": ".live .picture",
    "why_not_affine": ".live .picture",
    "scale_decoupling": ".live .picture",
    "two_reparameterizations": ".picture",
}
"""Path of a page → selector of its hero."""
WORDS, PICTURES = 400, 3
TALLEST = {"desk": 3600, "phone": 6000}
SCREENS_FOR_THE_HERO = {"desk": 1, "phone": 2}
FOUND = """hero => {
    const main = document.querySelector('[data-testid=stMain]');
    const seen = node => node.checkVisibility({ visibilityProperty: true, opacityProperty: false });
    const skipped = 'details:not([open]) > :not(summary), .katex-mathml, .hidden-text, [aria-hidden=true], script,'
        + 'style, .st-key-frame_footer, .bnviz-spoken, output';
    const words = [];
    const read = node => {
        if (node.nodeType === 3) words.push(...node.textContent.split(/\\s+/).filter(word => /\\p{L}{2}/u.test(word)));
        if (node.nodeType === 1 && (node.matches(skipped) || !seen(node))) return;
        (node.shadowRoot ?? node).childNodes.forEach(read);
    };
    read(main);
    const shadows = root => [...root.querySelectorAll('*')].flatMap(node => node.shadowRoot ?? []);
    const deep = (root, selector) =>
        [...root.querySelectorAll(selector), ...shadows(root).flatMap(shadow => deep(shadow, selector))];
    const open = selector => deep(main, selector).filter(node => !node.closest('details:not([open])') && seen(node));
    const top = main.scrollTop - main.getBoundingClientRect().top;
    const box = deep(main, hero)[0]?.getBoundingClientRect();
    return {
        words: words.length,
        pictures: open('.live, .player, [data-testid=stVegaLiteChart], [data-testid=stImage]').length,
        metrics: open('[data-testid=stMetric]').length,
        height: Math.round(main.querySelector('[data-testid=stMainBlockContainer]').getBoundingClientRect().height),
        hero: box && [Math.round(box.top + top), Math.round(box.bottom + top)],
    };
}"""


@pytest.fixture(scope="module", params=[(path, screen) for path in TOLD for screen in SCREENS], ids="-".join)
def told(request, browser: Browser, serve) -> Iterator[tuple[str, dict[str, Any]]]:
    """The screen, and what is found on a page as it is opened there."""
    path, screen = request.param
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}", screen)
    wait_until_settled(page)
    expect(page.locator(TOLD[path]).first).to_be_visible(timeout=PATIENCE)  # once it is trained, where it has to be
    page.wait_for_timeout(500)
    yield screen, page.evaluate(FOUND, TOLD[path])
    page.context.close()


def test_it_is_short(told):
    screen, found = told
    assert found["words"] <= WORDS, found
    assert found["pictures"] <= PICTURES, found
    assert found["metrics"] == 0, found
    assert found["height"] <= TALLEST[screen], found


def test_the_hero_is_on_the_first_screen(told):
    screen, found = told
    top, bottom = found["hero"]
    assert top > 0
    assert bottom <= SCREENS[screen][1] * SCREENS_FOR_THE_HERO[screen], found


@pytest.mark.parametrize("path", [path for path in TOLD if path])  # home has a player
def test_on_a_projector_the_hero_fills_the_screen_with_what_happened(browser: Browser, serve, path):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}", size=(1280, 720))
    wait_until_settled(page)
    page.get_by_text("Presenter mode", exact=True).click()
    until(page, "document.documentElement.dataset.bnvizPresenter === 'figure'")
    expect(page.locator(TOLD[path]).first).to_be_visible(timeout=PATIENCE)
    skip = page.get_by_role("button", name="Just show me")
    expect(skip).to_be_visible()
    page.keyboard.press("a")
    expect(skip).to_have_count(0, timeout=PATIENCE)
    expect(page.locator(".live[data-staged]:not(.held) .step-button").first).to_be_visible(timeout=PATIENCE)
    until(page, FILLS)
    page.keyboard.press("a")
    expect(page.locator(".st-key-story_answer[data-bnviz-staged=answer] strong").first).to_be_visible(timeout=PATIENCE)
    page.context.close()


FILLS = """() => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    const [figure, words, bar] = ["[data-bnviz-staged=figure]", "[data-bnviz-staged=words]", ".bnviz-bar"].map(box);
    const { scrollHeight, clientHeight } = document.querySelector("[data-bnviz-staged=figure]");
    const close = (one, other) => Math.abs(one - other) <= 2;
    const stacked = close(bar.bottom, words.top) && close(words.bottom, figure.top);
    return stacked && close(figure.bottom, innerHeight) && scrollHeight - clientHeight <= 2;
}"""


def test_the_answer_stays_while_a_fold_asks_for_a_guess_of_its_own(visit_app):
    page = visit_app("two_reparameterizations")
    answer, skip = page.locator(".st-key-story_answer strong"), page.get_by_role("button", name="Just show me")
    expect(answer).to_be_hidden()
    skip.click()
    expect(answer).to_be_visible(timeout=PATIENCE)
    expect(skip).to_have_count(0, timeout=PATIENCE)
    page.get_by_text("What is the trick for?").click()
    expect(page.get_by_role("button", name="Show it anyway")).to_be_visible(timeout=PATIENCE)
    expect(answer).to_be_visible()


def test_the_answer_waits_for_a_second_guess_above_it(visit_app):
    page = visit_app("same_functions")
    answer = page.locator(".st-key-story_answer strong")
    page.get_by_role("button", name="Just show me").click()
    expect(page.get_by_role("button", name="Just show me")).to_have_count(0, timeout=PATIENCE)
    expect(answer).to_be_hidden()
    page.get_by_role("button", name="Show it anyway").click()
    expect(answer).to_be_visible(timeout=PATIENCE)


def test_the_answer_waits_for_the_guess(browser: Browser, serve):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/learn_to_standardize")
    wait_until_settled(page)
    # The words themselves: Streamlit makes what stands in a hidden place visible.
    answer = page.locator(".st-key-story_answer p")
    expect(answer).to_contain_text("Where this stops being true")
    expect(answer).not_to_be_visible()
    page.get_by_role("radio", name="at most 10").check(force=True)
    expect(answer).to_be_visible(timeout=PATIENCE)
    page.context.close()
