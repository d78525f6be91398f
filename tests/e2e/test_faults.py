"""What goes wrong around a page: the server dies and comes back, recordings do not arrive, tabs crash."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from bnviz import Experiment, Run
from tests.e2e.visiting import part, set_in_the_line

pytestmark = pytest.mark.browser

PATIENCE = 90_000  # milliseconds
SMALL = Experiment(dataset="moons", widths=(6,), steps=30, runs=(Run(norm="layer", lr=0.25),))
LONG = Experiment(widths=(16,) * 20, steps=5000, records=60, runs=(Run(norm="batch"), Run(norm="none")))


@pytest.fixture
def tab(browser: Browser):
    """A function that opens an address in a browser window of its own."""
    contexts = []

    def tab(address: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield tab
    for context in contexts:
        context.close()


def wait_for_player(page: Page) -> None:
    expect(page.locator(".player[data-draws]").first).to_be_visible(timeout=PATIENCE)


def link(server, experiment: Experiment) -> str:
    return f"{server.url}/training_lab?{urlencode(experiment.to_query())}"


def train(page: Page, steps: int) -> None:
    set_in_the_line(page, "steps", "Steps", str(steps))
    page.get_by_role("button", name="Train", exact=True).click()


def expect_the_small_experiment(page: Page) -> None:
    wait_for_player(page)
    expect(part(page, "steps")).to_contain_text("30 steps", timeout=PATIENCE)
    expect(part(page, "rate")).to_contain_text("rate 0.25")
    expect(page.get_by_test_id("stTable")).to_contain_text("layer norm", timeout=PATIENCE)


def test_an_open_page_comes_back_with_its_experiment_when_the_server_is_killed_and_started_again(server, tab):
    page = tab(server.url + "/training_lab")
    wait_for_player(page)
    # What the page shows was chosen on it, not by the address it was opened with.
    page.goto(link(server, SMALL))
    expect_the_small_experiment(page)
    train(page, steps=35)
    expect(page).to_have_url(re.compile("steps=35"), timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text("35", timeout=PATIENCE)
    server.kill()
    server.start()
    # The page itself was not touched: Streamlit's client comes back by itself.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=PATIENCE)
    wait_for_player(page)
    expect(part(page, "steps")).to_contain_text("35 steps", timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text("35", timeout=PATIENCE)
    # And it works, from the first press on, though the session is a new one.
    train(page, steps=40)
    expect(page).to_have_url(re.compile("steps=40"), timeout=PATIENCE)
    expect(page.get_by_test_id("stTable")).to_contain_text("40", timeout=PATIENCE)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_deep_link_opens_on_the_server_that_was_started_again(server, tab):
    server.kill()
    server.start()
    expect_the_small_experiment(tab(link(server, SMALL)))


def test_a_crashed_tab_frees_the_worker_for_the_next_visitor(server, tab):
    busy = tab(link(server, LONG))
    expect(busy.locator(".training-words")).to_contain_text("training", timeout=PATIENCE)
    with pytest.raises(Error):
        busy.goto("chrome://crash")
    # A long one, which cannot go on before that of the crashed tab is gone.
    following = tab(link(server, LONG.model_copy(update={"seed": 1})))
    expect(following.locator(".training-words")).to_contain_text("training", timeout=PATIENCE)


def test_a_recording_that_does_not_arrive_is_said_and_comes_with_the_next_attempt(server, tab):
    page = tab("about:blank")
    page.route("**/bnviz/recording/**", lambda route: route.abort())
    page.goto(link(server, SMALL))
    expect(page.get_by_text("The recording did not arrive. Reload the page.")).to_be_visible(timeout=PATIENCE)
    page.unroute("**/bnviz/recording/**")
    page.reload()
    expect_the_small_experiment(page)
