"""Pages that do not wait: records play while they are made, controls answer meanwhile, and a hand may be fast."""

import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz import Experiment, Run
from bnviz.ui.private import late_scripts
from bnviz.words import short
from tests.e2e.conftest import Server
from tests.e2e.visiting import PATIENCE, ROOT, open_page, set_in_the_line, until, wait_until_idle

pytestmark = pytest.mark.browser

LONG = Experiment(widths=(16,) * 20, steps=5000, records=60, runs=(Run(norm="batch"), Run(norm="none")))
BURSTS, PRESSES, BETWEEN = 30, 8, 60  # bursts of so many presses of a key, so many milliseconds apart
PLACE = "document.querySelector('[data-testid=stMain] [data-testid=stBidiComponentIsolated]')"
FRAME = f"+({PLACE}?.shadowRoot?.querySelector('.player')?.dataset.frame ?? -1)"


@pytest.fixture
def visit(browser: Browser):
    """A function that opens an address, and closes it in the end."""
    contexts = []

    def visit(address: str) -> Page:
        page = open_page(browser, address)
        contexts.append(page.context)
        return page

    yield visit
    for context in contexts:
        context.close()


def long(seed: int) -> str:
    return f"training_lab?{urlencode(LONG.model_copy(update={'seed': seed}).to_query())}"


def wait_for_frames(page: Page) -> None:
    """Scroll to the player, since off screen it does not play, and wait until some frames have passed."""
    page.locator(".player .images").scroll_into_view_if_needed(timeout=PATIENCE)
    until(page, f"{FRAME} > 3")


def test_records_play_while_the_training_goes_on_and_other_controls_answer(visit, serve):
    page = visit(f"{serve(ROOT / 'app.py')}/{long(11)}")
    growing = page.locator(".player.waiting:not([data-draws='0'])")
    expect(growing).to_be_visible(timeout=PATIENCE)
    wait_for_frames(page)
    set_in_the_line(page, "steps", "Steps", "40")
    expect(page.get_by_text("Changed. Press Train to see it.")).to_be_visible(timeout=PATIENCE)
    expect(growing).to_be_visible()
    frame = page.evaluate(FRAME)
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this training.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".player.waiting")).to_have_count(0, timeout=PATIENCE)
    assert page.evaluate(FRAME) >= frame, "what was on show stays"
    assert page.complaints == []


def test_what_plays_goes_on_when_the_rest_has_come(visit, serve):
    small = Experiment(dataset="moons", widths=(32,) * 4, steps=1500, records=120, seed=12, runs=(Run(norm="batch"),))
    page = visit(f"{serve(ROOT / 'app.py')}/training_lab?{urlencode(small.to_query())}")
    wait_for_frames(page)
    page.get_by_role("radio", name="all units").check(force=True)
    stage = page.get_by_role("radio", name="before normalization")
    stage.check(force=True)
    stage.evaluate("radio => { window.chosen = radio; radio.focus(); }")
    expect(page.locator(".player.waiting")).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text("finished", timeout=PATIENCE)
    assert page.evaluate(FRAME) > 2
    expect(stage).to_be_checked()
    assert stage.evaluate("radio => radio === window.chosen && radio.getRootNode().activeElement === radio")


def test_streams_and_recordings_come_behind_a_base_path_too(visit, tmp_path):
    server = Server(ROOT / "app.py", tmp_path / "log.txt", base="/class/bnviz")
    try:
        page = visit(f"{server.url}/?seed=5")
        page.get_by_role("button", name="Just show me").click(timeout=PATIENCE)
        wait_for_frames(page)
        expect(page.locator(".player.waiting")).to_have_count(0, timeout=PATIENCE)
        page = visit(f"{server.url}/training_lab?{urlencode(LONG.model_copy(update={'steps': 50}).to_query())}")
        wait_for_frames(page)
        asked = """performance.getEntriesByType("resource").filter(({name}) => name.includes("/BidiComponent."))
            .map(({name, responseStatus}) => [name, responseStatus])"""
        (script,) = (script for script in late_scripts() if "/BidiComponent." in script)
        assert page.evaluate(asked) == [[f"{server.url}/{script}", 200]], "what the page named is what it uses"
    finally:
        server.stop()


@pytest.mark.slow
def test_bursts_of_keys_beside_busy_cores_break_nothing_and_the_last_value_stands(visit, serve):
    page = visit(f"{serve(ROOT / 'app.py')}/scale_decoupling?factor=10")
    slider = page.locator(".st-key-scale_decoupling_factor").get_by_role("slider")
    slider.scroll_into_view_if_needed(timeout=PATIENCE)
    wait_until_idle(page)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for burst in range(BURSTS):
            for _ in range(PRESSES):
                slider.press("ArrowLeft" if burst % 2 else "ArrowRight")
                page.wait_for_timeout(BETWEEN)
        slider.press("ArrowLeft")
        wait_until_idle(page)
    finally:
        for loop in busy:
            loop.kill()
            loop.wait()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    last = slider.get_attribute("aria-valuetext")
    expect(page.get_by_test_id("stMain").get_by_text(f"a = {last}").first).to_be_visible(timeout=PATIENCE)
    # The address follows a moment after the words.
    deadline = time.monotonic() + PATIENCE / 1000
    while short(float(page.evaluate("new URLSearchParams(location.search).get('factor') ?? '10'"))) != last:
        assert time.monotonic() < deadline, (page.url, last)
        page.wait_for_timeout(50)
