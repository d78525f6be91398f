"""The browser's Back: one press leaves a page for the one before, whatever was moved on it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz.ui.page.contents import PAGES
from tests.e2e.visiting import PATIENCE, ROOT, open_page, path_of, until, wait_until_idle, wait_until_settled

pytestmark = pytest.mark.browser

LENGTH = "window.history.length"


@pytest.fixture
def visit(browser: Browser, serve):
    """A function that opens a path of the app."""
    contexts = []

    def visit(path: str) -> Page:
        page = open_page(browser, f"{serve(ROOT / 'app.py')}/{path}")
        contexts.append(page.context)
        wait_until_settled(page)
        return page

    yield visit
    for context in contexts:
        context.close()


def go_to(page: Page, number: int) -> None:
    """Follow the link to a page in the sidebar, and wait until it is drawn."""
    page.get_by_test_id("stSidebar").get_by_role("link", name=PAGES[number].title).click()
    until(page, f"location.pathname.endsWith('/{path_of(PAGES[number].file)}')")
    wait_until_settled(page)


def expect_page(page: Page, number: int) -> None:
    until(page, f"location.pathname.endsWith('/{path_of(PAGES[number].file)}')")
    expect(page.get_by_test_id("stMain").get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)


def move(page: Page, key: str, times: int) -> None:
    """Move a slider by keys until its last value is in the address."""
    slider = page.locator(f".st-key-{key}").get_by_role("slider")
    for _ in range(times):
        before = page.url
        value = slider.get_attribute("aria-valuetext")
        slider.press("ArrowRight")
        expect(slider).not_to_have_attribute("aria-valuetext", value or "")
        until(page, f"location.href !== '{before}'")
        wait_until_idle(page)


def test_moves_add_no_entry_and_one_press_leaves_the_page(visit):
    page = visit("what_it_computes")
    go_to(page, 6)
    length = page.evaluate(LENGTH)
    page.get_by_text("Does a layer of 64 units notice it?").click()
    move(page, "scale_decoupling_factor", 3)
    page.get_by_role("button", name="Repeat all with seed 1").click()
    until(page, "location.search.includes('seed=1')")
    assert page.evaluate(LENGTH) == length
    page.go_back()
    expect_page(page, 1)


def test_back_from_the_lab_leads_home_and_forward_again_to_the_experiment(visit):
    page = visit("")
    go_to(page, len(PAGES) - 1)
    page.get_by_role("combobox", name="Start from").click()
    page.get_by_role("option", name="Batches of two").click()
    until(page, "location.search.includes('batch_size=2')")
    wait_until_idle(page)
    address = page.url
    page.go_back()
    expect_page(page, 0)
    page.go_forward()
    expect_page(page, len(PAGES) - 1)
    until(page, f"location.href === '{address}'")


def test_a_walk_through_pages_is_walked_back_step_by_step(visit):
    page = visit("")
    for number in (2, 3, 7):
        go_to(page, number)
    for number in (3, 2, 0):
        page.go_back()
        expect_page(page, number)


@pytest.mark.parametrize("delay", [0, 5])
def test_who_moves_a_control_and_leaves_at_once_does_not_find_an_empty_page(visit, delay):
    page = visit("")
    go_to(page, 6)
    page.get_by_text("Does a layer of 64 units notice it?").click()
    page.locator(".st-key-scale_decoupling_factor").get_by_role("slider").focus()
    page.evaluate("delay => { setTimeout(() => history.back(), delay); }", delay)
    page.keyboard.press("ArrowRight")
    expect_page(page, 0)
    expect(page.get_by_test_id("stSidebar").get_by_role("link").first).to_be_visible(timeout=PATIENCE)
