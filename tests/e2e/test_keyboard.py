"""A whole lesson by the keyboard alone: guess, steps, a slider, a fold, and on to the next page."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz.ui.page.contents import PAGES
from tests.e2e.test_edges import FOCUSED
from tests.e2e.visiting import PATIENCE, ROOT, open_page, until, wait_until_idle, wait_until_settled

pytestmark = pytest.mark.browser

STOPS = 30  # of Tab, at most, from one part of the lesson to the next
THIS, NEXT = PAGES[1], PAGES[2]


def walk_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus; at every stop it is seen, under no bar, with a line."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = until(page, f"(stop => stop.seen && (stop.line || stop.body) && stop)(({FOCUSED})())")
        if re.search(name, stop["name"]):
            return
    pytest.fail(f"Tab does not come to {name}")


def test_a_lesson_is_walked_through_by_the_keyboard_alone(browser: Browser, serve):
    page = open_page(browser, f"{serve(ROOT / 'app.py')}/what_it_computes", size=(1280, 720))
    wait_until_settled(page)
    figure = page.locator(".live").first
    picture, answer = figure.locator("canvas"), page.locator(".st-key-story_answer p")
    expect(answer).not_to_be_visible()

    walk_to(page, "Skip to main content")
    page.keyboard.press("Enter")
    walk_to(page, "y doubles")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("You guessed")).to_contain_text("y stays as it is", timeout=PATIENCE)
    expect(answer).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)

    before = picture.get_attribute("aria-label") or ""
    walk_to(page, "Move one")
    page.keyboard.press("Enter")
    expect(figure.locator(".step-words")).to_contain_text("One value, of example 2, moves far out")
    # What the figure shows is told as it comes to rest.
    expect(figure.locator(".hidden-text")).to_have_text(re.compile("."), timeout=PATIENCE)
    expect(picture).not_to_have_attribute("aria-label", before)
    wait_until_idle(page)

    walk_to(page, "γ, learned scale")
    page.keyboard.press("ArrowRight")
    slider = figure.get_by_role("slider", name="γ, learned scale")
    expect(slider).to_have_attribute("aria-valuetext", "1.60")
    expect(picture).to_have_attribute("aria-label", re.compile("γ is 1.60"), timeout=PATIENCE)
    wait_until_idle(page)
    expect(slider).to_be_focused()

    walk_to(page, "What of the")
    page.keyboard.press("Enter")
    expect(page.locator(".live")).to_have_count(2, timeout=PATIENCE)
    wait_until_idle(page)
    walk_to(page, "Less their mean")
    page.keyboard.press("Enter")
    expect(page.locator(".live").nth(1).locator(".step-words")).to_have_text(re.compile("."))

    walk_to(page, f"Next: {NEXT.title.split(',')[0]}")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(NEXT.title, timeout=PATIENCE)
    page.context.close()
