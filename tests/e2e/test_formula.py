"""The live formula in a browser: symbols light up with the cells that they come from; rows pick the example."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60_000  # milliseconds


@pytest.fixture
def page(browser: Browser, serve):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{serve(ROOT / 'app.py')}/what_it_computes")
    expect(page.get_by_role("button", name="batch mean")).to_be_visible(timeout=PATIENCE)
    # A script that is still at work may draw the formula once more.
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
    yield page
    context.close()


def expect_texts(page: Page, selector: str, texts: list[str]) -> None:
    expect(page.locator(f".formula {selector}")).to_have_text(texts)


def test_a_symbol_lights_up_with_what_it_is_computed_from(page):
    page.get_by_role("button", name="batch mean").click()
    expect(page.get_by_role("button", name="batch mean")).to_have_attribute("aria-pressed", "true")
    expect_texts(page, "td.lit", ["5.06"])
    expect_texts(page, "td.source", ["3.00", "6.50", "4.00", "8.00", "5.50", "2.00", "7.00", "4.50"])
    assert page.locator(".formula math .lit").count() >= 4
    page.get_by_role("button", name="batch mean").click()
    expect(page.get_by_role("button", name="batch mean")).to_have_attribute("aria-pressed", "false")


def test_the_output_comes_from_the_standardized_value_and_two_sliders(page):
    page.get_by_role("button", name="output").focus()
    expect_texts(page, "td.lit", ["−0.33"])
    expect_texts(page, "td.source", ["−0.55", "γ = 1.50", "β = 0.50"])


def test_pointing_at_a_number_of_the_formula_lights_up_its_cell(page):
    page.locator(".formula mn[data-symbol=var]").first.hover()
    expect(page.locator(".formula tfoot td.lit")).to_have_text("3.71")


def test_a_row_picks_its_example_and_leaves_the_reader_in_place(page):
    row = page.get_by_role("button", name="Follow example 6")
    row.scroll_into_view_if_needed()
    place = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(place)
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true", timeout=PATIENCE)
    # Before there is a prediction the sentence is folded away.
    expect(page.get_by_text("y of example 6 goes from")).to_have_count(1, timeout=PATIENCE)
    assert page.evaluate(place) == before
    expect(page).to_have_url(re.compile(r"\?example=6$"), timeout=PATIENCE)


def test_batch_sizes_that_change_faster_than_the_page_follows_leave_it_whole(page):
    size = page.get_by_role("slider", name="Batch size B")
    rows = page.locator(".formula tbody tr")
    for _ in range(3):
        size.focus()
        for key in ["ArrowLeft"] * 7 + ["ArrowRight"] * 7 + ["ArrowLeft"] * 6:
            page.keyboard.press(key)
            page.wait_for_timeout(60)
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        # On a slow machine a key may be lost while the slider is drawn anew; the page follows the slider all the same.
        while (examples := int(size.input_value())) < 8:
            expect(rows).to_have_count(examples, timeout=PATIENCE)
            size.press("ArrowRight")
            expect(size).to_have_value(str(examples + 1), timeout=PATIENCE)
    expect(rows).to_have_count(8, timeout=PATIENCE)
