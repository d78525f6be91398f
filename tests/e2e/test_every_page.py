"""What holds for every page in a browser: quiet, accessible, legible, within the screen, and nothing jumps.

A page is opened once for each width of the window, and all tests look at it; those that change it stand last.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.visiting import (
    BACKGROUND,
    PATHS,
    PATIENCE,
    ROOT,
    SCREENS,
    open_page,
    until,
    violations,
    wait_until_settled,
)

pytestmark = pytest.mark.browser

PLACES = [(path, screen) for path in PATHS for screen in SCREENS]
AT_A_DESK = [place for place in PLACES if place[1] == "desk"]
NO_FIGURE = ("what_it_computes", "learn_to_standardize", "moving_statistics", "scale_decoupling")
NO_FIGURE += ("two_reparameterizations", "training_lab")
JUMP = 75  # pixels: a verdict of another length takes a line or two more or less
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('[data-testid=stMain] *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
        && e.offsetWidth && !e.closest('.katex'))
    .map(e => parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom))"""
PLACES_OF_FIGURES = """() => {
    const stages = document.querySelectorAll('[class*=st-key-stage_], [class*=st-key-figure_]');
    return Object.fromEntries([...stages].map(stage => {
        const reserved = parseFloat(getComputedStyle(stage).minHeight);
        stage.style.setProperty('min-height', '0', 'important');
        const taken = stage.getBoundingClientRect().height;
        stage.style.removeProperty('min-height');
        return [[...stage.classList].find(name => name.startsWith('st-key')), [reserved, taken]];
    }));
}"""


def named(place: tuple[str, str]) -> str:
    return f"{place[0] or 'home'}-{place[1]}"


@pytest.fixture(scope="module")
def place(request, browser: Browser, serve) -> Iterator[Page]:
    """The page and the width that a test asks for, in the light theme, with everything drawn."""
    path, screen = request.param
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}", screen)
    wait_until_settled(page)
    expect(page.locator(".bnviz-watch")).to_have_count(0, timeout=PATIENCE)
    wait_until_settled(page)
    for player in page.locator(".player").all():
        player.scroll_into_view_if_needed()
        expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    yield page
    page.context.close()


@pytest.mark.parametrize("place", PLACES, indirect=True, ids=named)
def test_it_stays_within_the_screen(place):
    width = place.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= place.viewport_size["width"]


@pytest.mark.parametrize("place", [p for p in PLACES if p[0] not in NO_FIGURE], indirect=True, ids=named)
def test_a_figure_reserves_what_it_takes(place):
    found = place.evaluate(PLACES_OF_FIGURES)
    assert found
    # What stands below would otherwise jump by the difference when a result arrives.
    assert {name: sizes for name, sizes in found.items() if abs(sizes[1] - sizes[0]) > JUMP} == {}


@pytest.mark.parametrize("place", PLACES, indirect=True, ids=named)
def test_it_is_accessible_in_light_colors_at_a_desk_and_in_dark_ones_on_a_phone(place):
    # Unfolded it is the other way round, in test_unfolded.py.
    if place.viewport_size["width"] < 1200:
        light = place.evaluate(BACKGROUND)
        place.emulate_media(color_scheme="dark")
        until(place, f"{BACKGROUND} !== '{light}'")
        wait_until_settled(place)
    assert violations(place) == []


@pytest.mark.parametrize("place", AT_A_DESK, indirect=True, ids=named)
def test_every_text_can_be_read_from_the_back_in_presenter_mode(place):
    assert place.evaluate(SMALLEST_TEXT) >= 14
    place.get_by_text("Presenter mode", exact=True).click(timeout=PATIENCE)
    until(place, "document.documentElement.dataset.bnvizPresenter === 'figure'")
    place.keyboard.press("w")
    until(place, f"({SMALLEST_TEXT})() >= 18")


@pytest.mark.parametrize("place", PLACES, indirect=True, ids=named)
def test_nobody_complained_and_no_other_host_was_asked(place):
    assert place.complaints == []
    assert place.hosts <= {"127.0.0.1", None}
