"""The way through the pages by keys, the guesses gathered on it, and a teacher's link that hides what happens."""

import re

import pytest
from playwright.sync_api import Page, expect

from bnviz.ui.page.story import KEPT
from tests.e2e.visiting import PATIENCE, until, wait_until_idle, wait_until_settled

pytestmark = pytest.mark.browser

SAID, HAPPENED = "at most 10", "more than 10,000"
TOLD = f"You guessed {SAID}. What happened: {HAPPENED}."
LIMIT = "Where this stops being true"


def expect_title(page: Page, title: str) -> None:
    expect(page.locator("h1")).to_have_text(title, timeout=PATIENCE)
    wait_until_settled(page)


def test_the_way_is_walked_by_keys_and_the_guesses_are_gathered(visit_app):
    page = visit_app("learn_to_standardize")
    main = page.get_by_test_id("stMain")
    page.get_by_role("radio", name=SAID).check(force=True)
    expect(main).to_contain_text(TOLD, timeout=PATIENCE)
    wait_until_idle(page)
    page.keyboard.press("Alt+n")
    expect_title(page, "μ and σ move: does it hurt?")
    page.keyboard.press("Alt+p")
    expect_title(page, "Could γ and β learn it?")
    expect(main).to_contain_text(TOLD, timeout=PATIENCE)
    page.get_by_test_id("stSidebar").get_by_role("link", name="The question", exact=True).click()
    expect(page.locator("h1")).to_contain_text("layer 5", timeout=PATIENCE)
    tally = page.get_by_text("Your guesses: 1 of 8 guessed, 0 as it happened")
    expect(tally).to_be_visible(timeout=PATIENCE)
    until(page, "sessionStorage.getItem('bnviz-guesses')?.includes('at most 10')")
    page.reload()
    expect(tally).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    tally.click()
    page.get_by_role("button", name="Start over").click()
    expect(tally).to_have_count(0, timeout=PATIENCE)
    until(page, "!sessionStorage.getItem('bnviz-guesses')")


def test_what_a_teachers_link_hides_is_nowhere_in_the_page_until_it_is_revealed(visit_app):
    page = visit_app("learn_to_standardize?answers=hidden")
    main = page.get_by_test_id("stMain")
    expect(page.get_by_role("button", name="Just show me")).to_have_count(0)
    page.get_by_role("radio", name=SAID).check(force=True)
    expect(main).to_contain_text(KEPT.strip("*"), timeout=PATIENCE)
    wait_until_idle(page)
    assert LIMIT not in page.content()
    assert "What happened" not in page.content()
    expect(main).not_to_contain_text("39,167")
    page.get_by_role("button", name="Copy link").click()
    link, hides = page.get_by_role("textbox", name="Link"), page.get_by_role("checkbox", name="Answers hidden")
    expect(link).to_have_value(re.compile(r"/learn_to_standardize\?answers=hidden$"))
    hides.uncheck()
    expect(link).to_have_value(re.compile("/learn_to_standardize$"))
    page.keyboard.press("Escape")
    page.evaluate("window.dispatchEvent(new Event('bnviz-reveal'))")
    expect(main).to_contain_text(TOLD, timeout=PATIENCE)
    expect(main.get_by_text(LIMIT)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Reveal the answer")).to_have_count(0, timeout=PATIENCE)


def test_the_race_of_a_teachers_link_has_nothing_to_press(visit_app):
    page = visit_app("?answers=hidden")
    expect(page.locator(".player.held")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".player .skip")).to_be_hidden()
    page.get_by_role("button", name="Reveal the answer").click()
    expect(page.locator(".player.held")).to_have_count(0, timeout=PATIENCE)
    until(page, "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'")
