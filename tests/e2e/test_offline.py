"""A recording in a file of its own, in Chromium without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bnviz import Experiment, Run, train
from bnviz.ui.player.offline import offline_html

pytestmark = pytest.mark.browser
PATIENCE = 60_000
HOSTILE = "</script><script>document.title = 'broken out'</script>"
EXPERIMENT = Experiment(
    dataset="moons",
    widths=(8, 8),
    steps=200,
    records=100,
    batch_size=20,
    n_train=60,
    runs=(Run(norm="none"), Run(norm="batch", label=HOSTILE)),
)


@pytest.fixture(scope="module")
def history():
    return train(EXPERIMENT)


@pytest.fixture
def alone(browser: Browser) -> Iterator[Page]:
    """A page without a network; whatever goes wrong on it or is asked for besides the file fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: request.url.startswith("file:") or problems.append(request.url))
    yield page
    context.close()
    assert problems == []


def opened(page: Page, folder: Path, text: str) -> Locator:
    """The player in a file with that text, once it has drawn."""
    file = folder / "page.html"
    file.write_text(text, encoding="utf-8")
    page.goto(file.as_uri())
    player = page.locator(".player")
    expect(player).not_to_have_attribute("data-draws", "0", timeout=PATIENCE)
    return player


def picture(player: Locator, canvas: str = ".images") -> str:
    """What a canvas shows once what was asked for is drawn."""
    return str(
        player.locator(canvas).evaluate(
            """canvas => new Promise(done =>
                requestAnimationFrame(() => requestAnimationFrame(() => done(canvas.toDataURL()))))"""
        )
    )


def test_a_file_plays_pauses_and_shows_single_units_without_a_network(alone: Page, history, tmp_path):
    player = opened(alone, tmp_path, offline_html(history))
    expect(player).to_have_attribute("data-playing", "true", timeout=PATIENCE)
    alone.keyboard.press("Home")
    expect(player).to_have_attribute("data-step", "0", timeout=PATIENCE)
    start = picture(player)
    alone.keyboard.press(" ")
    expect(player).not_to_have_attribute("data-step", "0", timeout=PATIENCE)
    alone.keyboard.press(" ")
    expect(player).to_have_attribute("data-playing", "false", timeout=PATIENCE)
    paused, step = picture(player), player.get_attribute("data-step")
    assert paused != start
    alone.wait_for_timeout(300)
    assert (picture(player), player.get_attribute("data-step")) == (paused, step)
    player.get_by_label("one unit", exact=True).check(force=True)
    expect(player.locator(".unit-choice output")).to_have_text("0 of 8", timeout=PATIENCE)
    assert HOSTILE in player.locator(".legend").inner_text()
    assert alone.title() != "broken out"


def test_a_file_opens_at_the_state_that_it_carries_in_the_colors_of_the_reader(alone: Page, history, tmp_path):
    page = offline_html(history, step=int(history.steps[40]), layer=0, stage="normalized", title="Monday's run")
    player = opened(alone, tmp_path, page)
    expect(player).to_have_attribute("data-frame", "40", timeout=PATIENCE)
    expect(player).to_have_attribute("data-playing", "false")
    expect(alone.get_by_role("heading", name="Monday's run")).to_be_visible()
    expect(player.get_by_label("normalized", exact=True)).to_be_checked()
    expect(player.locator(".inside-title")).to_have_text("Inside layer 1: every line is one unit")
    light = picture(player, ".histograms")
    alone.emulate_media(color_scheme="dark")
    expect(alone.locator(".bnviz-player")).to_have_attribute("data-theme", "dark", timeout=PATIENCE)
    assert picture(player, ".histograms") != light
    assert player.evaluate("each => getComputedStyle(each).color") == "rgb(250, 250, 250)"
