"""Presenter mode on a lesson and in the lab, a page on paper, and controls under forced colors."""

import re
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import PATIENCE, until, wait_until_idle

pytestmark = pytest.mark.browser

STAGED = "[data-bnviz-staged=figure]"
MODE = "document.documentElement.dataset.bnvizPresenter"


@pytest.fixture
def visit(visit_app):
    """`visit_app` on a projector of 1280 by 720."""
    return partial(visit_app, size=(1280, 720))


def present(page: Page) -> None:
    page.get_by_text("Presenter mode", exact=True).click(timeout=PATIENCE)
    expect(page.locator(STAGED)).to_be_visible(timeout=PATIENCE)


def test_a_lesson_is_presented_by_keys_alone(visit):
    page = visit("learn_to_standardize")
    present(page)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    box = page.locator(STAGED).bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 1280, 720)
    words = page.locator("[data-bnviz-staged=words]")
    expect(words).to_contain_text("at most 10")
    page.keyboard.press("a")
    expect(words).to_contain_text("What happened", timeout=PATIENCE)
    expect(page.get_by_role("button", name="Just show me")).to_have_count(0, timeout=PATIENCE)
    wait_until_idle(page)
    answer = page.locator("[data-bnviz-staged=answer]")
    page.keyboard.press("a")
    expect(answer).to_contain_text("Where this stops being true")
    page.keyboard.press("a")
    expect(answer).to_have_count(0)
    pressed = page.locator(".live[data-staged] .step-button[aria-pressed=true]")
    page.keyboard.press("2")
    expect(pressed).to_contain_text("Shifted")
    page.keyboard.press("PageDown")
    expect(pressed).to_contain_text("Ten away")
    page.keyboard.press("f")
    page.keyboard.press("1")
    expect(page.locator(".bnviz-bar")).to_contain_text("There is no such step")
    expect(pressed).to_contain_text("Ten away")
    page.keyboard.press("f")
    page.keyboard.press("b")
    expect(page.locator(f"{STAGED} > *").first).to_have_css("opacity", "0")
    page.keyboard.press("b")
    expect(page.locator(f"{STAGED} > *").first).to_have_css("opacity", "1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Player: play or pause")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    # It goes along to the next page, and ends there for good.
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("moving_statistics"), timeout=PATIENCE)
    expect(page.locator(".bnviz-bar")).to_contain_text("μ and σ move", timeout=PATIENCE)
    expect(page.locator(STAGED)).to_be_visible(timeout=PATIENCE)
    wait_until_idle(page)
    page.keyboard.press("Escape")
    until(page, f"{MODE} === undefined")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    expect(page.get_by_role("switch", name="Presenter mode")).not_to_be_checked(timeout=PATIENCE)


def test_the_labs_player_fills_the_screen_and_has_its_keys(visit):
    page = visit("training_lab")
    player = page.locator(".player").first
    expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    present(page)
    expect(player).to_have_attribute("data-staged", "cells")
    bar, cells = player.locator(".transport").bounding_box(), player.locator(".images").bounding_box()
    assert bar is not None
    assert cells is not None
    assert cells["y"] + cells["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= 721
    sharp = "canvas => canvas.width / canvas.getBoundingClientRect().width"
    assert player.locator(".images").evaluate(sharp) == pytest.approx(1, abs=0.02)
    page.keyboard.press("Home")
    expect(player).to_have_attribute("data-step", "0")
    page.keyboard.press("ArrowRight")
    expect(player).not_to_have_attribute("data-step", "0")
    page.keyboard.press("ArrowDown")
    expect(player).to_have_attribute("data-staged", "lines")
    expect(player.locator(".curves")).to_be_visible()
    expect(player.locator(".images")).to_be_hidden()
    page.keyboard.press("w")
    until(page, f"{MODE} === 'page'")
    expect(player.locator(".images")).to_be_visible()


def test_a_live_figure_takes_the_height_of_the_screen_and_its_words_stand_beside_it(visit):
    page = visit("what_it_computes?guess=shown")
    present(page)
    staged = page.locator(STAGED)
    picture, words = (staged.locator(part).bounding_box() for part in (".picture", ".live-text"))
    assert picture is not None
    assert words is not None
    box = staged.bounding_box()
    assert box is not None
    until(page, f"document.querySelector('{STAGED}').scrollHeight <= document.querySelector('{STAGED}').clientHeight")
    assert picture["height"] > 0.85 * box["height"]
    assert picture["y"] + picture["height"] <= 721
    assert picture["x"] + picture["width"] <= words["x"]
    # The smallest text of a canvas has 14 of its pixels.
    assert staged.locator("canvas").evaluate("canvas => 14 * canvas.currentCSSZoom") >= 16
    # A fold of words alone says so, and does not let wait.
    bar, said = page.locator(".bnviz-bar"), ""
    while "no figure" not in said:
        page.keyboard.press("ArrowDown")
        expect(bar).not_to_contain_text("Opening", timeout=PATIENCE)
        said = bar.inner_text()
        assert "last figure" not in said


def test_a_page_prints_as_a_handout_with_sharp_figures_in_light_colors(visit):
    page = visit("same_functions", scheme="dark")
    sheets = page.pdf(format="A4", print_background=True)
    assert sheets.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheets)) <= 6
    # What a printer sees while it gathers the page.
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    picture = page.locator(".live canvas").first
    assert picture.evaluate("canvas => canvas.width / canvas.clientWidth") == pytest.approx(3, abs=0.1)
    assert picture.evaluate("canvas => canvas.getRootNode().querySelector('.live').style.colorScheme") == "light"
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.locator(".live .controls").first).to_be_hidden()
    expect(page.locator(".bnviz-handout")).to_contain_text("/same_functions")
    assert page.locator("h1").evaluate("title => getComputedStyle(title).color") == "rgb(31, 32, 36)"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(".bnviz-handout")).to_have_count(0)
    assert picture.evaluate("canvas => canvas.getRootNode().querySelector('.live').style.colorScheme") == "dark"
    page.complaints[:] = [each for each in page.complaints if "bnviz/qr" not in each and "404" not in each]


def test_controls_can_be_seen_under_forced_colors(visit):
    page = visit("")
    page.emulate_media(forced_colors="active")
    page.get_by_role("button", name="Just show me").click()
    scrub = page.locator(".player .scrub")
    expect(scrub).to_be_visible(timeout=PATIENCE)
    expect(scrub).to_have_css("border-top-style", "solid")
    expect(scrub).to_have_css("border-top-width", "2px")
    switch = page.get_by_test_id("stSidebar").get_by_test_id("stCheckbox").locator("label > div").first
    expect(switch).to_have_css("border-top-width", "2px")
    wait_until_idle(page)
    page.get_by_test_id("stRadioOption").first.click()
    inks = """options => [...options].map(option =>
        getComputedStyle(option.querySelector(':scope > div > div > div')).backgroundColor)"""
    until(page, f"new Set(({inks})(document.querySelectorAll('[data-testid=stRadioOption]'))).size === 2")
