"""The pages in a browser: reachable by deep link, steady under the hand, and stoppable."""

import re
import urllib.request
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from bnviz import Experiment, Run
from bnviz.ui.page.contents import PAGES, neighbors
from tests.e2e.visiting import (
    PATIENCE,
    ROOT,
    open_page,
    part,
    until,
    wait_for_player,
    wait_until_idle,
    wait_until_settled,
)

pytestmark = pytest.mark.browser

LONG = Experiment(widths=(16,) * 20, steps=5000, records=60, runs=(Run(norm="batch"), Run(norm="none")))


@pytest.fixture(scope="module")
def address(serve):
    return serve(ROOT / "app.py")


@pytest.fixture
def visit(browser: Browser, address: str):
    """A function that opens a path of the app."""
    contexts = []

    def visit(path: str, base: str = address) -> Page:
        page = open_page(browser, f"{base}/{path}")
        contexts.append(page.context)
        return page

    yield visit
    for context in contexts:
        context.close()


def test_what_happened_is_told_once_it_was_predicted(visit):
    page = visit("same_functions")
    wait_until_settled(page)
    verdict = page.get_by_text("of 360 answers").first
    expect(verdict).to_have_count(0)
    page.get_by_role("radio", name="none", exact=True).first.check(force=True)
    expect(verdict).to_be_visible(timeout=PATIENCE)
    expect(verdict).to_contain_text("You guessed none")


def test_a_control_keeps_the_readers_place(visit):
    page = visit("why_not_affine")
    wait_until_settled(page)
    page.get_by_role("button", name="Just show me").click()
    wait_until_settled(page)
    expect(page.locator(".bnviz-watch")).to_have_count(0, timeout=PATIENCE)
    slider = page.locator(".live input[name=rate]")
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.wait_for_timeout(500)
    place = "slider => slider.getBoundingClientRect().top"
    before = slider.evaluate(place)
    page.keyboard.press("ArrowRight")
    tops = []
    for _ in range(60):
        tops.append(slider.evaluate(place))
        page.wait_for_timeout(25)
    expect(slider).to_have_attribute("aria-valuetext", "0.46")
    assert max(abs(top - before) for top in tops) < 3
    assert slider.evaluate("slider => slider === slider.getRootNode().activeElement")


def test_lines_of_text_keep_their_length_in_presenter_mode(visit):
    ems = """() => {
        const texts = [...document.querySelectorAll('[data-testid=stMain] [data-testid=stMarkdown] p')];
        const text = texts.find((each) => each.textContent.startsWith('“Batch norm'));
        const size = parseFloat(getComputedStyle(text).fontSize) * text.currentCSSZoom;
        return text.getBoundingClientRect().width / size;
    }"""
    page = visit("")
    wait_until_settled(page)
    before = page.evaluate(ems)
    page.get_by_text("Presenter mode", exact=True).click(timeout=PATIENCE)
    until(page, "document.documentElement.dataset.bnvizPresenter === 'figure'")
    page.keyboard.press("w")
    until(page, "document.documentElement.dataset.bnvizPresenter === 'page'")
    until(page, f"Math.abs(({ems})() - {before}) < 1")


def test_a_deep_link_with_state_opens_on_a_fresh_server(visit, serve):
    # The folder for Streamlit Community Cloud: the same files by links, on a server that nobody has visited.
    fresh = serve(ROOT / "cloud" / "app.py")
    experiment = Experiment(dataset="moons", widths=(6,), steps=30, runs=(Run(norm="layer", lr=0.25),))
    page = visit(f"training_lab?{urlencode(experiment.to_query())}", base=fresh)
    wait_for_player(page)
    expect(part(page, "steps")).to_contain_text("30 steps")
    expect(part(page, "rate")).to_contain_text("rate 0.25")
    expect(page.get_by_test_id("stTable")).to_contain_text("layer norm", timeout=PATIENCE)


@pytest.mark.parametrize("path", ["", "scale_decoupling", "training_lab"])
def test_an_embedded_page_asks_no_other_host_either(visit, path):
    page = visit(f"{path}?embed=true")
    wait_until_idle(page)
    page.get_by_text("bnviz trains small networks on this server").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert page.hosts <= {"127.0.0.1", None}
    assert page.complaints == []
    expect(page.get_by_text("These parts of the link were ignored")).to_have_count(0)


def test_page_links_lead_around(visit):
    page = visit("")
    following = neighbors(PAGES[0])[1]
    first = page.locator("h1").inner_text()
    page.get_by_role("link", name=f"Next: {following.title}").click()
    expect(page.locator("h1")).not_to_have_text(first)
    page.get_by_role("link", name=f"Previous: {PAGES[0].title}").click()
    expect(page.locator("h1")).to_have_text(first)


def test_the_race_opens_in_the_lab(visit):
    page = visit("")
    wait_for_player(page)
    page.get_by_role("link", name="Open this race in the training lab").click()
    expect(part(page, "network")).to_contain_text("5 × 64 sigmoid", timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text("at chance", timeout=PATIENCE)


def progress(page: Page):
    """What the player says of a training that goes on."""
    return page.locator(".player.waiting .training-words")


def stop_button(page: Page):
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop")


def test_stop_shows_what_was_recorded_and_training_can_be_taken_up_again(visit):
    page = visit(f"training_lab?{urlencode(LONG.to_query())}")
    expect(progress(page)).to_contain_text("training", timeout=PATIENCE)
    stop_button(page).click()
    expect(page.get_by_text("You stopped this training.")).to_be_visible(timeout=PATIENCE)
    wait_for_player(page)
    expect(stop_button(page)).to_have_count(0)
    expect(page.get_by_test_id("stTable")).to_contain_text("stopped at step")
    page.get_by_role("button", name="Train to the end").click()
    expect(stop_button(page)).to_be_visible(timeout=PATIENCE)


def test_a_rerun_in_mid_training_goes_on_where_it_was(visit):
    page = visit(f"training_lab?{urlencode(LONG.model_copy(update={'seed': 1}).to_query())}")
    expect(progress(page)).to_contain_text(re.compile(r"training ([2-9]|\d\d) %"), timeout=PATIENCE)
    page.get_by_text("Presenter mode", exact=True).click(timeout=PATIENCE)
    until(page, "document.documentElement.dataset.bnvizPresenter === 'figure'")
    expect(progress(page)).to_contain_text(re.compile(r"training ([2-9]|\d\d) %"))


def test_short_trainings_go_before_a_long_one_and_long_ones_after_it(visit):
    busy = visit(f"training_lab?{urlencode(LONG.model_copy(update={'seed': 2}).to_query())}")
    expect(progress(busy)).to_contain_text("training", timeout=PATIENCE)
    small = Experiment(dataset="moons", widths=(4,), steps=10, runs=(Run(norm="batch"),))
    wait_for_player(visit(f"training_lab?{urlencode(small.to_query())}"))
    expect(progress(busy)).to_contain_text("training")
    other = visit(f"training_lab?{urlencode(LONG.model_copy(update={'seed': 3}).to_query())}")
    expect(progress(other)).to_contain_text("waiting, 1 before", timeout=PATIENCE)
    busy.close()
    expect(progress(other)).to_contain_text("training", timeout=PATIENCE)


def test_the_answer_names_no_other_host_and_forbids_them(address):
    with urllib.request.urlopen(address) as response:
        policy = response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in policy
    assert "sha256-" in policy
    assert "http" not in policy


def test_a_training_in_which_a_run_diverges_leaves_its_message_and_no_progress(visit):
    runs = (Run(norm="none", lr=1e9), Run(norm="batch"))
    experiment = Experiment(widths=(48, 48), steps=700, seed=41, runs=runs)
    page = visit(f"training_lab?{urlencode(experiment.to_query())}")
    wait_for_player(page)
    expect(page.get_by_text("plain diverged at step")).to_be_visible(timeout=PATIENCE)
    expect(stop_button(page)).to_have_count(0, timeout=PATIENCE)
    expect(page.get_by_text("training loss:")).to_have_count(0)
